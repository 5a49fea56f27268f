//! Metrics in the text format of Prometheus, on a listener of their own.
//!
//! They are counted where things happen, by the macros of the crate `metrics`. Without a listener nothing is counted.

use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, UNIX_EPOCH};

use axum::{Router, http::header, routing::get};
use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use sqlx::PgPool;
use tokio::{net::TcpListener, time::interval};

use crate::{
    http::server::{Deadlines, Places, serve},
    kernel::clock::Clock,
};

mod descriptions;

use descriptions::{DESCRIPTIONS, Kind};

/// The media type of Prometheus' text format.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";
/// Seconds: from a read of one row to the deadline of a request.
const DURATIONS: [f64; 13] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0];
const STATEMENTS: [f64; 8] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0];
/// How often samples of histograms are put into their buckets, which a scrape does as well.
const UPKEEP: Duration = Duration::from_secs(5);
/// Scrapers that may be connected at once.
const SCRAPERS: usize = 16;

/// The pools of the threads, asked when somebody scrapes.
static POOLS: Mutex<Vec<PgPool>> = Mutex::new(Vec::new());

fn pools() -> MutexGuard<'static, Vec<PgPool>> {
    POOLS.lock().expect("nothing panics while it holds the pools")
}

/// Shows the connections of `pool` from now on.
pub fn watch_pool(pool: PgPool) {
    pools().push(pool);
}

/// Counts from now on, and answers `/metrics` and `/healthz` on `listener` until the process ends.
pub fn start(listener: TcpListener, clock: &dyn Clock) {
    let recorder = builder().build_recorder();
    let handle = recorder.handle();
    // It fails only when somebody counts already, as in a test that runs several servers.
    if metrics::set_global_recorder(recorder).is_err() {
        return;
    }
    describe();
    gauge!("consentry_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    let begun = clock.now().signed_duration_since(chrono::DateTime::<chrono::Utc>::from(UNIX_EPOCH));
    gauge!("consentry_process_start_time_seconds").set(begun.as_seconds_f64());
    // A series that begins with its first event hides that event from a rate.
    counter!("consentry_http_connections_refused_total").absolute(0);
    counter!("consentry_audit_rows_written_total").absolute(0);
    counter!("consentry_audit_forged_rows_total").absolute(0);
    counter!("consentry_audit_sealing_failures_total").absolute(0);
    counter!("consentry_audit_journal_failures_total").absolute(0);
    tokio::spawn(keep_up(handle.clone()));
    tokio::spawn(serve(
        listener,
        router(handle),
        Places::new(SCRAPERS),
        Deadlines::default(),
        std::future::pending(),
    ));
}

fn builder() -> PrometheusBuilder {
    let buckets = [
        ("consentry_http_request_duration_seconds", DURATIONS.as_slice()),
        ("consentry_operation_statements", STATEMENTS.as_slice()),
        ("consentry_audit_seal_lag_seconds", DURATIONS.as_slice()),
        ("consentry_outbox_effect_seconds", DURATIONS.as_slice()),
    ];
    buckets.into_iter().fold(PrometheusBuilder::new(), |builder, (name, bounds)| {
        let name = Matcher::Full(name.to_owned());
        builder.set_buckets_for_metric(name, bounds).expect("a histogram has bounds")
    })
}

fn describe() {
    for (name, kind, unit, help) in DESCRIPTIONS {
        match kind {
            Kind::Counter => describe_counter!(*name, *unit, *help),
            Kind::Gauge => describe_gauge!(*name, *unit, *help),
            Kind::Histogram => describe_histogram!(*name, *unit, *help),
        }
    }
}

async fn keep_up(handle: PrometheusHandle) {
    let mut upkeep = interval(UPKEEP);
    loop {
        upkeep.tick().await;
        handle.run_upkeep();
    }
}

fn router(handle: PrometheusHandle) -> Router {
    let scrape = async move || {
        count_connections();
        ([(header::CONTENT_TYPE, TEXT)], handle.render())
    };
    Router::new().route("/metrics", get(scrape)).route("/healthz", get(async || "alive\n"))
}

fn count_connections() {
    let (mut open, mut idle, mut most) = (0_u32, 0_u32, 0_u32);
    for pool in &*pools() {
        open += pool.size();
        idle += u32::try_from(pool.num_idle()).unwrap_or(u32::MAX);
        most += pool.options().get_max_connections();
    }
    gauge!("consentry_pool_connections", "state" => "idle").set(idle);
    gauge!("consentry_pool_connections", "state" => "busy").set(open.saturating_sub(idle));
    gauge!("consentry_pool_connections_max").set(most);
}
