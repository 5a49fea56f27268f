//! What comes after an attempt that came to nothing.

use consentry::kernel::outbox::Failure;
use entity::platform::outbox_event::OutboxFailure;

use super::*;

const UNAVAILABLE: Failure = Failure::passing(OutboxFailure::Unavailable);

#[tokio::test]
async fn a_failed_event_is_tried_again_when_its_delay_is_over_and_not_before() {
    let town = Town::new().await;
    let witness =
        Witness::new(|_, times| if times < 3 { Outcome::Fails(UNAVAILABLE) } else { Outcome::Succeeds });
    let aggregate = emit_alone(&town).await;
    let relay = Running::start(&town, witness.effects(), policy());
    witness.saw(1).await;
    settled(&town.tenant).await;
    assert_eq!(column(&town.tenant, aggregate, "last_failure").await.as_deref(), Some("UNAVAILABLE"));
    let delay = "extract(epoch from available_at - timestamptz '2026-11-21 08:00Z') between 0.5 and 1";
    assert_eq!(column(&town.tenant, aggregate, delay).await.as_deref(), Some("true"));

    town.clock.advance(TimeDelta::milliseconds(499));
    let other = emit_alone(&town).await;
    eventually("another attempt", async || witness.seen().iter().any(|event| event.aggregate_id == other))
        .await;
    settled(&town.tenant).await;
    assert_eq!(column(&town.tenant, aggregate, "attempts").await.as_deref(), Some("1"), "it is too early");

    town.clock.advance(TimeDelta::milliseconds(502));
    eventually("a second attempt", async || {
        column(&town.tenant, aggregate, "attempts").await.as_deref() == Some("2")
    })
    .await;
    settled(&town.tenant).await;
    town.clock.advance(TimeDelta::seconds(2));
    stand(&town.tenant, aggregate, &["DONE"]).await;
    relay.stop().await;
    assert_eq!(column(&town.tenant, aggregate, "attempts").await.as_deref(), Some("3"));
}

#[tokio::test]
async fn after_as_many_attempts_as_it_may_have_an_event_is_given_up_with_the_reason() {
    let town = Town::new().await;
    let witness = Witness::new(|_, _| Outcome::Fails(UNAVAILABLE));
    let policy = Policy { most_attempts: 4, ..policy() };
    let aggregate = emit_alone(&town).await;
    let relay = Running::start(&town, witness.effects(), policy);
    for attempt in 1..=4 {
        witness.saw(attempt).await;
        settled(&town.tenant).await;
        town.clock.advance(policy.longest_delay);
    }
    stand(&town.tenant, aggregate, &["DEAD"]).await;
    let other = emit_alone(&town).await;
    eventually("another attempt", async || witness.seen().iter().any(|event| event.aggregate_id == other))
        .await;
    relay.stop().await;

    assert_eq!(witness.seen().len(), 5);
    assert_eq!(column(&town.tenant, aggregate, "last_failure").await.as_deref(), Some("UNAVAILABLE"));
    assert_eq!(column(&town.tenant, aggregate, "processed_at").await, None);
}

#[tokio::test]
async fn an_event_that_the_receiver_does_not_want_is_given_up_at_once() {
    let town = Town::new().await;
    let witness = Witness::new(|_, _| Outcome::Fails(Failure::lasting(OutboxFailure::Gone)));
    let aggregate = emit_alone(&town).await;
    let relay = Running::start(&town, witness.effects(), policy());
    stand(&town.tenant, aggregate, &["DEAD"]).await;
    relay.stop().await;

    assert_eq!(witness.seen().len(), 1);
    assert_eq!(column(&town.tenant, aggregate, "last_failure").await.as_deref(), Some("GONE"));
}

#[tokio::test]
async fn a_panic_counts_as_an_attempt_and_ends_neither_the_relay_nor_other_effects() {
    let town = Town::new().await;
    let bad = town.app.ids().next();
    let witness = Witness::new(move |event, times| {
        if event.aggregate_id == bad && times == 1 { Outcome::Panics } else { Outcome::Succeeds }
    });
    emit(&town.app, &town.tenant, bad).await;
    let good = emit_alone(&town).await;
    let relay = Running::start(&town, witness.effects(), policy());
    stand(&town.tenant, good, &["DONE"]).await;
    settled(&town.tenant).await;
    assert_eq!(column(&town.tenant, bad, "last_failure").await.as_deref(), Some("PANICKED"));
    assert_eq!(column(&town.tenant, bad, "attempts").await.as_deref(), Some("1"));

    town.clock.advance(TimeDelta::seconds(1));
    stand(&town.tenant, bad, &["DONE"]).await;
    relay.stop().await;
}

#[tokio::test]
async fn an_effect_that_takes_too_long_counts_as_an_attempt() {
    let town = Town::new().await;
    let witness = Witness::new(|_, times| if times == 1 { Outcome::Hangs } else { Outcome::Succeeds });
    let policy = Policy { timeout: Duration::from_millis(20), ..policy() };
    let aggregate = emit_alone(&town).await;
    let relay = Running::start(&town, witness.effects(), policy);
    witness.saw(1).await;
    settled(&town.tenant).await;
    assert_eq!(column(&town.tenant, aggregate, "last_failure").await.as_deref(), Some("TIMED_OUT"));

    town.clock.advance(TimeDelta::seconds(1));
    stand(&town.tenant, aggregate, &["DONE"]).await;
    relay.stop().await;
    assert_eq!(column(&town.tenant, aggregate, "attempts").await.as_deref(), Some("2"));
}

#[tokio::test]
async fn all_effects_of_an_event_happen_and_the_first_that_fails_has_them_all_repeated() {
    let town = Town::new().await;
    let first = Witness::willing();
    let second =
        Witness::new(|_, times| if times == 1 { Outcome::Fails(UNAVAILABLE) } else { Outcome::Succeeds });
    let deaf = Witness::willing();
    let effects = Effects::none()
        .of_every_event(first.clone())
        .of(HAPPENED, second.clone())
        .of("test.other", deaf.clone());
    let aggregate = emit_alone(&town).await;
    let relay = Running::start(&town, effects, policy());
    second.saw(1).await;
    settled(&town.tenant).await;
    town.clock.advance(TimeDelta::seconds(1));
    stand(&town.tenant, aggregate, &["DONE"]).await;
    relay.stop().await;

    let of_aggregate =
        |witness: &Witness| witness.seen().iter().filter(|e| e.aggregate_id == aggregate).count();
    assert_eq!((of_aggregate(&first), of_aggregate(&second), of_aggregate(&deaf)), (2, 2, 0));
    assert!(
        first.seen().iter().any(|event| event.event_type == "tenant.provisioned"),
        "every event is every event"
    );
}

#[tokio::test]
async fn while_nobody_listens_events_are_done_at_once() {
    let town = Town::new().await;
    let aggregate = emit_alone(&town).await;
    let effects = consentry::platform::event_sink::effects(None).expect("no sink");
    let relay = Running::start(&town, effects, policy());
    stand(&town.tenant, aggregate, &["DONE"]).await;
    relay.stop().await;
    let done = column(&town.tenant, aggregate, "processed_at = timestamptz '2026-11-21 08:00Z'").await;
    assert_eq!(done.as_deref(), Some("true"));
}
