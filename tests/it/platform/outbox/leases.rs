//! Who has taken an event, and for how long.

use std::collections::BTreeMap;

use tokio::sync::Semaphore;

use super::*;

#[tokio::test]
async fn two_relays_share_the_work_and_do_nothing_twice_while_leases_hold() {
    let town = Town::new().await;
    let witness = Witness::willing();
    let mut aggregates = Vec::new();
    for _ in 0..60 {
        aggregates.push(emit_alone(&town).await);
    }
    let relays = [1, 2].map(|_| Running::start(&town, witness.effects(), policy()));
    for aggregate in &aggregates {
        stand(&town.tenant, *aggregate, &["DONE"]).await;
    }
    for relay in relays {
        relay.stop().await;
    }

    let mut seen: Vec<Uuid> = witness.seen().iter().map(|event| event.aggregate_id).collect();
    seen.sort_unstable();
    aggregates.sort_unstable();
    assert_eq!(seen, aggregates);
}

#[tokio::test]
async fn what_a_killed_relay_had_taken_is_taken_over_when_its_lease_has_ended_and_not_before() {
    let town = Town::new().await;
    let hanging = Witness::new(|_, _| Outcome::Hangs);
    let willing = Witness::willing();
    let aggregate = emit_alone(&town).await;
    let first = Running::start(&town, hanging.effects(), policy());
    hanging.saw(1).await;
    first.kill().await;

    let second = Running::start(&town, willing.effects(), policy());
    town.clock.advance(policy().lease - TimeDelta::seconds(1));
    let other = emit_alone(&town).await;
    stand(&town.tenant, other, &["DONE"]).await;
    assert_eq!(column(&town.tenant, aggregate, "attempts").await.as_deref(), Some("1"), "the lease holds");

    town.clock.advance(TimeDelta::seconds(2));
    stand(&town.tenant, aggregate, &["DONE"]).await;
    second.stop().await;
    let attempts: Vec<i32> = willing
        .seen()
        .iter()
        .filter(|event| event.aggregate_id == aggregate)
        .map(|event| event.attempt)
        .collect();
    assert_eq!(attempts, [2]);
    assert_eq!(column(&town.tenant, aggregate, "last_failure").await.as_deref(), Some("LOST"));
}

#[tokio::test]
async fn whoever_was_overtaken_acknowledges_nothing() {
    let town = Town::new().await;
    let (gate_of_first, gate_of_second) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let waits = |gate: &Arc<Semaphore>| {
        let gate = gate.clone();
        Witness::new(move |_, _| Outcome::Waits(gate.clone()))
    };
    let (slow, quick) = (waits(&gate_of_first), waits(&gate_of_second));
    let aggregate = emit_alone(&town).await;
    let first = Running::start(&town, slow.effects(), policy());
    slow.saw(1).await;
    // It takes no more, but is still busy with what it has.
    first.stop.send_replace(true);
    town.clock.advance(longer_than_a_lease());
    let second = Running::start(&town, quick.effects(), policy());
    quick.saw(1).await;

    let row = "select md5(e::text) from outbox_events e where aggregate_id = $1";
    let before: Option<String> = town.tenant.scalar(row, aggregate).await;
    gate_of_first.add_permits(1);
    first.stop().await;
    assert_eq!(slow.done().len(), 1, "the effect happened all the same");
    assert_eq!(town.tenant.scalar::<String>(row, aggregate).await, before, "but the row is the second's");

    gate_of_second.add_permits(1);
    stand(&town.tenant, aggregate, &["DONE"]).await;
    second.stop().await;
    assert_eq!(column(&town.tenant, aggregate, "attempts").await.as_deref(), Some("2"));
}

#[tokio::test]
async fn a_lease_that_ended_is_good_as_long_as_nobody_else_took_the_event() {
    let town = Town::new().await;
    let gate = Arc::new(Semaphore::new(0));
    let witness = {
        let gate = gate.clone();
        Witness::new(move |_, _| Outcome::Waits(gate.clone()))
    };
    let aggregate = emit_alone(&town).await;
    let relay = Running::start(&town, witness.effects(), policy());
    witness.saw(1).await;
    relay.stop.send_replace(true);
    town.clock.advance(longer_than_a_lease());
    gate.add_permits(1);
    relay.stop().await;

    assert_eq!(states(&town.tenant, aggregate).await, ["DONE"]);
    assert_eq!(witness.done().len(), 1);
}

#[tokio::test]
async fn an_event_that_kills_whoever_takes_it_is_given_up_in_the_end() {
    let town = Town::new().await;
    let hanging = Witness::new(|_, _| Outcome::Hangs);
    let policy = Policy { most_attempts: 3, ..policy() };
    let aggregate = emit_alone(&town).await;
    for attempt in 1..=3 {
        let relay = Running::start(&town, hanging.effects(), policy);
        hanging.saw(attempt).await;
        relay.kill().await;
        town.clock.advance(longer_than_a_lease());
    }
    let relay = Running::start(&town, hanging.effects(), policy);
    stand(&town.tenant, aggregate, &["DEAD"]).await;
    relay.stop().await;

    assert_eq!(hanging.seen().len(), 3);
    assert_eq!(column(&town.tenant, aggregate, "last_failure").await.as_deref(), Some("LOST"));
    assert_eq!(column(&town.tenant, aggregate, "attempts").await.as_deref(), Some("3"));
}

#[tokio::test]
async fn a_relay_that_is_asked_to_stop_finishes_and_acknowledges_what_it_has_and_takes_no_more() {
    let town = Town::new().await;
    let gate = Arc::new(Semaphore::new(0));
    let witness = {
        let gate = gate.clone();
        Witness::new(move |_, _| Outcome::Waits(gate.clone()))
    };
    let policy = Policy { places: 2, ..policy() };
    let mut aggregates = Vec::new();
    for _ in 0..3 {
        aggregates.push(emit_alone(&town).await);
    }
    let relay = Running::start(&town, witness.effects(), policy);
    witness.saw(2).await;
    relay.stop.send_replace(true);
    gate.add_permits(3);
    relay.stop().await;

    let mut count = BTreeMap::new();
    for aggregate in aggregates {
        *count.entry(states(&town.tenant, aggregate).await.concat()).or_insert(0) += 1;
    }
    assert_eq!(count, BTreeMap::from([("DONE".to_owned(), 2), ("PENDING".to_owned(), 1)]));
    assert_eq!(
        town.tenant
            .scalar(
                "select count(*) from outbox_events where tenant_id = $1 and leased_until is not null",
                town.tenant.id
            )
            .await,
        Some(0_i64)
    );
    assert_eq!(witness.seen().len(), 2);
}
