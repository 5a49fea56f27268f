//! What a decision costs: `cargo bench --bench decision`.
//!
//! First the decision alone, with the facts at hand: nanoseconds for one patient of ten consents, of which the last is the
//! one that permits. Then fifty such patients through the whole path of a request: the statement of facts, reading them,
//! judging, and putting fifty looks into the record; in milliseconds of processor time of the server and of its backend in
//! PostgreSQL. What a request costs that decides nothing is measured beside it and taken off.

use std::{hint::black_box, time::Instant};

use consentry::kernel::{
    access::{Action, Ask, Ruling, Subject, decide},
    app::App,
    database::pool,
    session::Look,
};
use entity::{DataClass, Id, people::patient};
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

#[expect(dead_code, reason = "the other benchmark asks more of the machine")]
#[path = "http/machine.rs"]
mod machine;

#[expect(dead_code, unused_imports, reason = "the tests ask more of the town")]
#[path = "../tests/it/support/mod.rs"]
mod support;

use support::{Actor, Town};

const PATIENTS: usize = 50;
const CONSENTS: usize = 10;
const CALLS: u32 = 1_000_000;
/// Requests of a kind, in turns of so many: processor time comes in hundredths of a second.
const TURNS: usize = 10;
const REQUESTS: usize = 50;

const IDENTITY: Ask = Ask {
    floor: DataClass::Directory,
    class: DataClass::Directory,
    action: Action::View,
    subject: Subject::Health,
    author: None,
};

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(run());
}

async fn run() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let mut patients = Vec::new();
    for number in 0..PATIENTS {
        patients.push(with_consents(&clinician, number).await);
    }
    // One connection, so that its backend does all the work.
    let pool = pool(support::options(&town.database.connection("consentry_app")), 1);
    let bench = Bench {
        app: town.app.with_pool(pool.clone()),
        tenant_id: town.tenant.id,
        user_id: clinician.user().uuid(),
        patients,
        backend: backend(&pool).await,
    };
    bench.decision_alone().await;
    bench.whole_path().await;
}

/// A patient of ten consents; the last of them permits.
async fn with_consents(clinician: &Actor, number: usize) -> Id<patient::Entity> {
    let patient = clinician.creates_patient("Amara", &format!("Okafor {number}")).await;
    for _ in 1..CONSENTS {
        let elsewhere = json!({ "recipients": [{ "recipientClass": "HEALTH_PLANS" }] });
        clinician.records_consent(patient, elsewhere).await;
    }
    clinician.records_consent(patient, json!({})).await;
    patient
}

/// The number of the process that serves the only connection of a pool.
async fn backend(pool: &PgPool) -> u32 {
    let number: i32 = sqlx::query_scalar("select pg_backend_pid()").fetch_one(pool).await.expect("a number");
    u32::try_from(number).expect("a process")
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Request {
    /// Begins and knows who asks.
    Empty,
    /// Decides, and is given up before the record is written.
    Decided,
    /// Decides and is recorded.
    Recorded,
}

/// Processor time in milliseconds.
#[derive(Clone, Copy, Default)]
struct Spent {
    server: f64,
    database: f64,
}

struct Bench {
    app: App,
    tenant_id: Uuid,
    user_id: Uuid,
    patients: Vec<Id<patient::Entity>>,
    backend: u32,
}

impl Bench {
    async fn decision_alone(&self) {
        let slot = self.app.act_as(self.tenant_id, self.user_id, "bench").await.expect("a user");
        let session = slot.session().await.expect("a session");
        let facts = session.facts(self.patients[0]).await.expect("an answer").expect("a patient");
        assert_eq!(facts.consents.len(), CONSENTS);
        let principal = session.core().principal().expect("a principal");
        let now = session.core().now();
        let ask = || decide(black_box(principal), black_box(Some(&*facts)), black_box(IDENTITY), now);
        assert!(matches!(ask(), Ruling::Permit(_)), "the last consent permits");
        for _ in 0..CALLS / 10 {
            black_box(ask());
        }
        let begun = Instant::now();
        for _ in 0..CALLS {
            black_box(ask());
        }
        let nanoseconds = begun.elapsed().as_secs_f64() * 1e9 / f64::from(CALLS);
        println!("the decision alone, over {CONSENTS} consents: {nanoseconds:.0} ns");
    }

    async fn whole_path(&self) {
        let kinds = [Request::Empty, Request::Decided, Request::Recorded];
        for kind in kinds {
            self.turn(kind).await;
        }
        let mut spent = [Spent::default(); 3];
        for _ in 0..TURNS {
            for (kind, sum) in kinds.into_iter().zip(&mut spent) {
                let turn = self.turn(kind).await;
                sum.server += turn.server;
                sum.database += turn.database;
            }
        }
        let of_each = |sum: f64| sum / (TURNS * REQUESTS) as f64;
        let [empty, decided, recorded] =
            spent.map(|spent| Spent { server: of_each(spent.server), database: of_each(spent.database) });
        println!(
            "a request that decides nothing: {:.3} ms of the server, {:.3} ms of the database",
            empty.server, empty.database
        );
        for (what, whole) in [("deciding on", decided), ("deciding on and recording", recorded)] {
            let (server, database) = (whole.server - empty.server, whole.database - empty.database);
            println!(
                "{what} {PATIENTS} patients of {CONSENTS} consents: {server:.3} ms of the server + {database:.3} ms of the database = {:.3} ms",
                server + database
            );
        }
    }

    /// So many requests of a kind.
    async fn turn(&self, kind: Request) -> Spent {
        let server = std::process::id();
        let before = [server, self.backend].map(machine::processor_time);
        for _ in 0..REQUESTS {
            self.request(kind).await;
        }
        let after = [server, self.backend].map(machine::processor_time);
        Spent { server: (after[0] - before[0]) * 1e3, database: (after[1] - before[1]) * 1e3 }
    }

    async fn request(&self, kind: Request) {
        let slot = self.app.act_as(self.tenant_id, self.user_id, "bench").await.expect("a user");
        let session = slot.session().await.expect("a session");
        if kind != Request::Empty {
            let looks: Vec<Look> = self.patients.iter().map(|patient| look(*patient)).collect();
            let permits = session.decide_all(&looks).await.expect("answers");
            assert_eq!(permits.len(), PATIENTS, "all are permitted");
        }
        drop(session);
        if kind != Request::Decided {
            slot.finish().await.expect("the record is written");
        }
    }
}

const fn look(patient_id: Id<patient::Entity>) -> Look {
    Look {
        patient_id,
        floor: DataClass::Directory,
        label: None,
        action: Action::View,
        subject: Subject::Health,
        operation: "patient.identity",
        fields: &["fullName"],
        author: None,
    }
}
