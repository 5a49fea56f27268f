//! The relay: takes events, has them carried out, and writes down what came of it.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use entity::platform::outbox_event::OutboxFailure;
use metrics::{counter, histogram};
use sqlx::PgPool;
use tokio::{
    sync::watch,
    task::{Id, JoinSet},
    time::{Interval, MissedTickBehavior, interval, sleep},
};
use uuid::Uuid;

use super::{
    Effects, Event, Failure, Policy, Verdict, due, housekeeping, lease, policy::jitter, share::Shares,
};
use crate::kernel::{app::App, error::Result};

/// Pauses after a database that did not take what came of an attempt. When they are over the event is left to whoever
/// takes it once its lease has ended.
const SETTLE_PAUSES: [Duration; 5] = [
    Duration::from_millis(100),
    Duration::from_millis(200),
    Duration::from_millis(400),
    Duration::from_millis(800),
    Duration::from_millis(1_600),
];
/// How long to leave a database alone that does not answer.
const DATABASE_PAUSE: Duration = Duration::from_secs(1);
const MEASURE: Duration = Duration::from_secs(15);
const TIDY_UP: Duration = Duration::from_secs(3_600);

/// Carries out events until `stop` is true or its sender is gone; then finishes and acknowledges what it has begun, which
/// takes no longer than one effect. `worker_pool` connects as `consentry_worker`.
///
/// Any number of relays may run, in one process or in many. One that is dropped or killed leaves what it had taken to the
/// others, when its leases have ended.
pub async fn relay(app: App, worker_pool: PgPool, effects: Effects, stop: watch::Receiver<bool>) {
    Relay::new(&app, worker_pool, effects, Policy::default()).run(stop).await;
}

/// A relay with a policy of its own.
#[derive(Clone)]
pub struct Relay {
    app: App,
    pool: PgPool,
    effects: Effects,
    policy: Policy,
}

impl Relay {
    /// A relay that has not begun.
    pub fn new(app: &App, worker_pool: PgPool, effects: Effects, policy: Policy) -> Self {
        Self { app: app.clone(), pool: worker_pool, effects, policy }
    }

    /// As [`relay`].
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut under_way = UnderWay::default();
        let (mut measure, mut tidy_up) = (every(MEASURE), every(TIDY_UP));
        while !*stop.borrow() {
            let pause = match self.fill(&mut under_way).await {
                Ok(()) => self.policy.poll,
                Err(error) => {
                    tracing::error!(?error, "the outbox could not be read");
                    counter!("consentry_outbox_database_errors_total").increment(1);
                    DATABASE_PAUSE.max(self.policy.poll)
                }
            };
            tokio::select! {
                () = asked(&mut stop) => break,
                () = under_way.one_ended(), if !under_way.is_empty() => {}
                () = self.app.relay_wanted() => {}
                () = sleep(pause) => {}
                _ = measure.tick() => log(housekeeping::measure(&self.pool, self.app.clock().now()).await),
                _ = tidy_up.tick() => {
                    log(housekeeping::tidy(&self.pool, self.app.clock().now() - self.policy.keep).await);
                }
            }
        }
        while !under_way.is_empty() {
            under_way.one_ended().await;
        }
    }

    /// Takes events for all places that are free, and begins to carry them out.
    async fn fill(&self, under_way: &mut UnderWay) -> Result<()> {
        let mut free = self.policy.places.saturating_sub(under_way.len());
        while free > 0 {
            let due = due::tenants(&self.pool, self.app.clock().now()).await?;
            let before = free;
            for (tenant_id, offered) in under_way.shares.offers(&due, free, self.policy.places_of_one_tenant)
            {
                let now = self.app.clock().now();
                let taken = lease::take(&self.pool, tenant_id, offered, now, &self.policy).await?;
                for _ in 0..taken.spent {
                    gave_up(OutboxFailure::Lost);
                }
                free -= taken.events.len();
                under_way.shares.begin(tenant_id, taken.events.len());
                for event in taken.events {
                    under_way.begin(self.clone(), event);
                }
            }
            if free == before {
                break;
            }
        }
        Ok(())
    }

    async fn carry_out(self, event: Event) {
        let begun = Instant::now();
        let outcome = self.effects.attempt(&event, self.policy.timeout).await;
        histogram!("consentry_outbox_effect_seconds").record(begun.elapsed());
        let verdict = self.judge(&event, outcome);
        for pause in SETTLE_PAUSES {
            match lease::settle(&self.pool, &event, verdict, self.app.clock().now()).await {
                Ok(true) => return count(verdict),
                Ok(false) => {
                    tracing::warn!(event_id = %event.id, attempt = event.attempt, "overtaken by a later attempt");
                    return counter!("consentry_outbox_attempts_total", "outcome" => "overtaken")
                        .increment(1);
                }
                Err(error) => tracing::warn!(event_id = %event.id, ?error, "an event could not be settled"),
            }
            sleep(pause).await;
        }
        counter!("consentry_outbox_attempts_total", "outcome" => "unsettled").increment(1);
    }

    fn judge(&self, event: &Event, outcome: Result<(), Failure>) -> Verdict {
        let Err(Failure { reason: failure, is_final }) = outcome else { return Verdict::Done };
        let tries = event.attempt - event.attempts_forgiven;
        if is_final || tries >= self.policy.most_attempts {
            return Verdict::Dead { failure };
        }
        let delay = self.policy.delay(tries, jitter());
        Verdict::Again { at: self.app.clock().now() + delay, failure }
    }
}

/// The events that a relay has taken.
#[derive(Default)]
struct UnderWay {
    tasks: JoinSet<()>,
    tenants: HashMap<Id, Uuid>,
    shares: Shares,
}

impl UnderWay {
    fn len(&self) -> usize {
        self.tasks.len()
    }

    fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }

    fn begin(&mut self, relay: Relay, event: Event) {
        let tenant_id = event.tenant_id;
        let task = self.tasks.spawn(relay.carry_out(event));
        self.tenants.insert(task.id(), tenant_id);
    }

    async fn one_ended(&mut self) {
        let mut ended = self.tasks.join_next_with_id().await;
        // Those that ended at the same time make room together.
        while let Some(outcome) = ended {
            let id = outcome.map_or_else(|error| error.id(), |(id, ())| id);
            if let Some(tenant_id) = self.tenants.remove(&id) {
                self.shares.end(tenant_id);
            }
            ended = self.tasks.try_join_next_with_id();
        }
    }
}

/// Completes when the relay is to stop; it is too when nobody is left who could say so.
async fn asked(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

fn every(period: Duration) -> Interval {
    let mut interval = interval(period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

fn log(outcome: Result<()>) {
    if let Err(error) = outcome {
        tracing::warn!(?error, "the outbox could not be looked after");
    }
}

fn count(verdict: Verdict) {
    let outcome = match verdict {
        Verdict::Done => "done",
        Verdict::Again { .. } => "failed",
        Verdict::Dead { failure } => {
            gave_up(failure);
            "dead"
        }
    };
    counter!("consentry_outbox_attempts_total", "outcome" => outcome).increment(1);
}

fn gave_up(failure: OutboxFailure) {
    tracing::error!(
        ?failure,
        "an event was given up, and those after it wait: see `consentry outbox list-dead`"
    );
    counter!("consentry_outbox_given_up_total").increment(1);
}
