//! Everything at once.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::{AtomicU64, Ordering},
};

use consentry::kernel::outbox::Failure;
use entity::platform::outbox_event::OutboxFailure;

use super::*;

const AGGREGATES: usize = 60;

/// Numbers that look random and are the same in every run, up to the order in which effects ask for them.
fn number(state: &AtomicU64) -> u64 {
    let seed = state.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
    let mixed = (seed ^ (seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb) >> 33
}

/// Has the database keep each acknowledgement, whoever sends it.
async fn keep_acknowledgements(town: &Town) {
    town.owner_runs(
        "create table acknowledgements (event_id uuid not null, position bigint not null, aggregate_id uuid not null,
            number bigint generated always as identity);
        grant insert on acknowledgements to consentry_worker;
        create function acknowledge() returns trigger language plpgsql as $$ begin
            insert into acknowledgements (event_id, position, aggregate_id) values (new.id, new.position, new.aggregate_id);
            return null;
        end $$;
        create trigger acknowledge after update on outbox_events for each row
            when (new.status = 'DONE') execute function acknowledge()",
    )
    .await;
}

#[tokio::test]
async fn with_two_relays_and_failures_at_random_every_event_is_acknowledged_once_and_in_order() {
    storm(endless_leases(), TimeDelta::milliseconds(20), false).await;
}

#[tokio::test]
async fn also_while_relays_are_killed_and_leases_end_every_event_is_acknowledged_once_and_in_order() {
    let policy = Policy { lease: TimeDelta::seconds(2), ..policy() };
    storm(policy, TimeDelta::milliseconds(100), true).await;
}

async fn storm(policy: Policy, step: TimeDelta, killing: bool) {
    let town = Town::new().await;
    let village = town.another_tenant("village").await;
    keep_acknowledgements(&town).await;
    let aggregates: Vec<Uuid> = (0..AGGREGATES).map(|_| town.app.ids().next()).collect();
    let mut emitted: BTreeMap<Uuid, usize> = BTreeMap::new();
    let state = Arc::new(AtomicU64::new(42));
    for _ in 0..500 {
        let place = usize::try_from(number(&state)).expect("a number") % AGGREGATES;
        let tenant = if place.is_multiple_of(3) { &village } else { &town.tenant };
        emit(&town.app, tenant, aggregates[place]).await;
        *emitted.entry(aggregates[place]).or_default() += 1;
    }
    let script = state.clone();
    let witness = Witness::new(move |_, times| match number(&script) % 8 {
        // Nobody is unlucky forever, so that no event is given up.
        _ if times > 6 => Outcome::Succeeds,
        0 | 1 => Outcome::Fails(Failure::passing(OutboxFailure::Unavailable)),
        2 => Outcome::Panics,
        3 if killing => Outcome::Hangs,
        _ => Outcome::Succeeds,
    });
    let policy = Policy {
        first_delay: TimeDelta::milliseconds(20),
        longest_delay: TimeDelta::milliseconds(200),
        most_attempts: 10_000,
        timeout: Duration::from_secs(60),
        ..policy
    };
    let mut relays: Vec<Running> = [1, 2].map(|_| Running::start(&town, witness.effects(), policy)).into();
    let acknowledged = async || {
        let sql = "select count(*) from acknowledgements a where aggregate_id = any($1)";
        sqlx::query_scalar::<_, i64>(sql).bind(&aggregates).fetch_one(town.owner()).await.expect("a count")
    };
    let mut rounds = 0;
    while acknowledged().await < 500 {
        rounds += 1;
        assert!(rounds < 12_000, "{} of 500 were acknowledged", acknowledged().await);
        town.clock.advance(step);
        if killing && rounds % 40 == 0 {
            relays.remove(0).kill().await;
            relays.push(Running::start(&town, witness.effects(), policy));
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    for relay in relays {
        // What hangs would only end with its timeout.
        if killing { relay.kill().await } else { relay.stop().await }
    }

    let rows: Vec<(Uuid, i64, Uuid)> = sqlx::query_as(
        "select event_id, position, aggregate_id from acknowledgements where aggregate_id = any($1) order by number",
    )
    .bind(&aggregates)
    .fetch_all(town.owner())
    .await
    .expect("acknowledgements are read");
    let once: BTreeSet<Uuid> = rows.iter().map(|row| row.0).collect();
    assert_eq!((rows.len(), once.len()), (500, 500), "each exactly once");
    let effects: BTreeSet<Uuid> = witness.done().iter().map(|event| event.id.uuid()).collect();
    assert_eq!(effects, once, "each effect at least once");
    for (aggregate, count) in emitted {
        let positions: Vec<i64> = rows.iter().filter(|row| row.2 == aggregate).map(|row| row.1).collect();
        assert_eq!(positions.len(), count);
        assert!(positions.is_sorted(), "acknowledged in order: {positions:?}");
        let first_done = first_of_each(witness.done().iter().filter(|event| event.aggregate_id == aggregate));
        assert_eq!(first_done, positions, "carried out in order");
    }
    let failed = witness.seen().len() - witness.done().len();
    assert!(failed > 100, "there were failures: {failed}");
    if !killing {
        assert_eq!(witness.done().len(), 500, "and while leases hold, each effect exactly once");
    }
}

/// The positions of events in the order in which each was carried out for the first time.
fn first_of_each<'e>(events: impl Iterator<Item = &'e Event>) -> Vec<i64> {
    let mut seen = BTreeSet::new();
    events.map(|event| event.position).filter(|position| seen.insert(*position)).collect()
}
