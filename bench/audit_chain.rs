//! What the chain of the record costs, and how fast it is proved: `cargo bench --bench audit_chain`.
//!
//! One tenant that is as busy as it can be: eight clients write and look at protected data over the router, in rounds
//! that alternate between a sealer at work and none. It prints requests/s of both, their ratio, how long rows waited for
//! their link, and rows/s of a proof of the whole record.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use consentry::{
    http::router,
    kernel::{
        database::pool,
        record::{proof::prove, sealer::Sealer},
    },
};
use serde_json::json;
use tokio::sync::watch;

#[expect(dead_code, unused_imports, reason = "the tests ask more of the town")]
#[path = "../tests/it/support/mod.rs"]
mod support;

use support::{Evidence, Town};

const CLIENTS: usize = 8;
const ROUNDS: usize = 8;
const ROUND: Duration = Duration::from_secs(4);
const CONNECTIONS: u32 = 8;

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(run());
}

async fn run() {
    let town = Town::of_today().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    clinician.records_consent(patient, json!({})).await;
    let serving =
        town.app.with_pool(pool(support::options(&town.database.connection("consentry_app")), CONNECTIONS));
    let actor = clinician.at(router(serving));
    let mut rates = [Vec::new(), Vec::new()];
    let evidence = town.evidence();
    for round in 0..ROUNDS * 2 {
        let sealed = round % 2 == 1;
        let background = sealed.then(|| Background::start(&town, &evidence));
        let over = Arc::new(AtomicBool::new(false));
        let answered = Arc::new(AtomicU64::new(0));
        let begun = Instant::now();
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let (actor, over, answered) = (actor.clone(), over.clone(), answered.clone());
                tokio::spawn(async move {
                    let mut turn = client;
                    while !over.load(Ordering::Relaxed) {
                        if turn % 4 == 0 {
                            actor.creates_patient("Bruno", "Silva").await;
                        } else {
                            actor.sees_identity_of(patient).await.expect("there is a consent");
                        }
                        turn += 1;
                        answered.fetch_add(1, Ordering::Relaxed);
                    }
                })
            })
            .collect();
        tokio::time::sleep(ROUND).await;
        over.store(true, Ordering::Relaxed);
        for client in clients {
            client.await.expect("a client");
        }
        let rate = answered.load(Ordering::Relaxed) as f64 / begun.elapsed().as_secs_f64();
        rates[usize::from(sealed)].push(rate);
        if let Some(background) = background {
            background.stop().await;
        }
        println!(
            "{}  {rate:>7.0} requests/s",
            if sealed { "with the chain   " } else { "without the chain" }
        );
    }
    let [without, with] = rates.map(median);
    println!("\nmedian with / without: {:.3}", with / without);

    let mut evidence = evidence;
    evidence.seal().await;
    let lag = waits(&town).await;
    println!("rows waited for their link, sealer at work: p50 {:.0} ms, p99 {:.0} ms", lag.0, lag.1);
    let begun = Instant::now();
    let findings = prove(&town.app, &evidence.journal).await.expect("the record is read");
    assert_eq!(findings.broken, Vec::<String>::new());
    let seconds = begun.elapsed().as_secs_f64();
    println!(
        "proved {} rows in {seconds:.2} s: {:.0} rows/s",
        findings.linked,
        findings.linked as f64 / seconds
    );
}

/// A sealer on a thread of its own, as in the server.
struct Background {
    stop: watch::Sender<bool>,
    thread: std::thread::JoinHandle<()>,
}

impl Background {
    fn start(town: &Town, evidence: &Evidence) -> Self {
        let (stop, stopped) = watch::channel(false);
        let (app, journal) = (town.app.clone(), evidence.journal.clone());
        let [app_role, sealer_role] = ["consentry_app", "consentry_sealer"]
            .map(|role| support::options(&town.database.connection(role)));
        let thread = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let app = app.with_pool(pool(app_role, 1));
                Sealer::new(app, pool(sealer_role, 2), journal).run(stopped).await;
            });
        });
        Self { stop, thread }
    }

    async fn stop(self) {
        self.stop.send_replace(true);
        tokio::task::spawn_blocking(|| self.thread.join()).await.expect("it ends").expect("it did not panic");
    }
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}

/// How long the newest rows waited for the turn that linked them, in milliseconds: those of the last round.
async fn waits(town: &Town) -> (f64, f64) {
    let mut transaction = town.tenant.begin().await;
    sqlx::query_as(
        "select percentile_cont(0.5) within group (order by lag), percentile_cont(0.99) within group (order by lag)
        from (
            select extract(epoch from k.created_at - l.created_at)::float8 * 1000 as lag
            from audit_links k join audit_logs l using (tenant_id, id)
            order by k.position desc limit (select count(*) / 20 from audit_links)) newest",
    )
    .fetch_one(&mut *transaction)
    .await
    .expect("lags are read")
}
