//! What has to happen after a commit, happens: in order, and at least once.

mod commands;
mod delayed;
mod failures;
mod housekeeping;
mod leases;
mod order;
mod sharing;
mod sink;
mod storm;
mod waking;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use chrono::TimeDelta;
use consentry::kernel::{
    app::App,
    outbox::{Effect, Effects, Event, Failure, Policy, Relay},
};
use sqlx::PgPool;
use tokio::{sync::watch, task::JoinHandle};
use uuid::Uuid;

use crate::support::{Tenant, Town};

/// The type of the events that tests watch; the town's own events cause nothing.
const HAPPENED: &str = "test.happened";

/// Looks often, so that no test waits for a timer; everything else is as in a server.
fn policy() -> Policy {
    Policy { poll: Duration::from_millis(5), ..Policy::default() }
}

/// For tests that move the clock while something is carried out, and mean no takeover.
fn endless_leases() -> Policy {
    Policy { lease: TimeDelta::days(365), ..policy() }
}

/// A lease and a moment.
fn longer_than_a_lease() -> TimeDelta {
    policy().lease + TimeDelta::seconds(1)
}

/// A pool as the relay's role.
fn worker(town: &Town) -> PgPool {
    town.database.pool("consentry_worker", 4)
}

/// Adds an event to an aggregate, as a mutation does.
async fn emit(app: &App, tenant: &Tenant, aggregate: Uuid) {
    let slot = app.operator("test");
    slot.write_anonymous(tenant.id, move |write| {
        Box::pin(async move { write.emit(HAPPENED, "PATIENT", aggregate).await })
    })
    .await
    .expect("an event is committed");
}

/// Adds an event to an aggregate of its own; returns that.
async fn emit_alone(town: &Town) -> Uuid {
    let aggregate = town.app.ids().next();
    emit(&town.app, &town.tenant, aggregate).await;
    aggregate
}

/// What becomes of an attempt.
type Script = Box<dyn Fn(&Event, usize) -> Outcome + Send + Sync>;

/// What an effect does.
enum Outcome {
    Succeeds,
    Fails(Failure),
    Panics,
    Hangs,
    /// Waits until the test lets it go on, then succeeds.
    Waits(Arc<tokio::sync::Semaphore>),
}

/// An effect that keeps what it was asked for, and does what its script says about the event and how often it came.
#[derive(Clone)]
struct Witness {
    seen: Arc<Mutex<Vec<Event>>>,
    done: Arc<Mutex<Vec<Event>>>,
    script: Arc<Script>,
}

impl Witness {
    fn new(script: impl Fn(&Event, usize) -> Outcome + Send + Sync + 'static) -> Self {
        Self { seen: Arc::default(), done: Arc::default(), script: Arc::new(Box::new(script)) }
    }

    fn willing() -> Self {
        Self::new(|_, _| Outcome::Succeeds)
    }

    fn effects(&self) -> Effects {
        Effects::none().of(HAPPENED, self.clone())
    }

    /// Attempts that began, oldest first.
    fn seen(&self) -> Vec<Event> {
        self.seen.lock().expect("no test panics with it").clone()
    }

    /// Attempts that succeeded.
    fn done(&self) -> Vec<Event> {
        self.done.lock().expect("no test panics with it").clone()
    }

    /// Waits until so many attempts began.
    async fn saw(&self, attempts: usize) {
        eventually(&format!("{attempts} attempts"), async || self.seen().len() >= attempts).await;
        assert_eq!(self.seen().len(), attempts);
    }
}

#[async_trait]
impl Effect for Witness {
    async fn carry_out(&self, event: &Event) -> Result<(), Failure> {
        let times = {
            let mut seen = self.seen.lock().expect("no test panics with it");
            seen.push(event.clone());
            seen.iter().filter(|other| other.id == event.id).count()
        };
        match (self.script)(event, times) {
            Outcome::Succeeds => {}
            Outcome::Fails(failure) => return Err(failure),
            Outcome::Panics => panic!("an effect that a test has panic"),
            Outcome::Hangs => std::future::pending().await,
            Outcome::Waits(gate) => gate.acquire().await.expect("the gate is never closed").forget(),
        }
        self.done.lock().expect("no test panics with it").push(event.clone());
        Ok(())
    }
}

/// A relay that runs.
struct Running {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Running {
    fn start(town: &Town, effects: Effects, policy: Policy) -> Self {
        Self::start_on(&town.app, worker(town), effects, policy)
    }

    fn start_on(app: &App, pool: PgPool, effects: Effects, policy: Policy) -> Self {
        let (stop, stopped) = watch::channel(false);
        Self { stop, task: tokio::spawn(Relay::new(app, pool, effects, policy).run(stopped)) }
    }

    /// Asks it to stop, and waits until it has.
    async fn stop(self) {
        self.stop.send_replace(true);
        self.task.await.expect("a relay ends without a panic");
    }

    /// Ends it as a killed process ends: wherever it is.
    async fn kill(self) {
        self.task.abort();
        assert!(self.task.await.expect_err("it was killed").is_cancelled());
    }
}

/// Waits until something holds. The limit only ends a test that would fail.
async fn eventually(what: &str, holds: impl AsyncFn() -> bool) {
    for _ in 0..12_000 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("it never came to {what}");
}

/// Where the events of an aggregate stand, in their order.
async fn states(tenant: &Tenant, aggregate: Uuid) -> Vec<String> {
    let sql = "select array_agg(status::text order by position) from outbox_events where aggregate_id = $1";
    tenant.scalar::<Option<Vec<String>>>(sql, aggregate).await.flatten().unwrap_or_default()
}

/// Waits until the events of an aggregate stand like this.
async fn stand(tenant: &Tenant, aggregate: Uuid, expected: &[&str]) {
    eventually(&format!("{expected:?}"), async || states(tenant, aggregate).await == expected).await;
}

/// Waits until no event of the tenant can be carried out at this moment, or is being carried out.
async fn settled(tenant: &Tenant) {
    let sql = "select count(*) = 0 from outbox_events where tenant_id = $1 and (leased_until is not null
        or status = 'PENDING' and attempts = 0)";
    eventually("rest", async || tenant.scalar(sql, tenant.id).await == Some(true)).await;
}

/// One column of the only event of an aggregate, as text.
async fn column(tenant: &Tenant, aggregate: Uuid, column: &str) -> Option<String> {
    let sql = format!("select ({column})::text from outbox_events where aggregate_id = $1");
    tenant.scalar::<Option<String>>(&sql, aggregate).await.flatten()
}
