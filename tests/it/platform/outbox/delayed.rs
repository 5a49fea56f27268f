//! Events that happen at a moment to come.

use super::*;

async fn emit_later(town: &Town, aggregate: Uuid, after: TimeDelta) {
    let at = town.app.clock().now() + after;
    let slot = town.app.operator("test");
    let emitted = slot.write_anonymous(town.tenant.id, move |write| {
        Box::pin(async move { write.emit_later(HAPPENED, "PATIENT", aggregate, at).await })
    });
    emitted.await.expect("an event is committed");
}

#[tokio::test]
async fn an_event_of_a_moment_to_come_happens_then_and_not_before() {
    let town = Town::new().await;
    let later = town.app.ids().next();
    emit_later(&town, later, TimeDelta::hours(72)).await;
    let witness = Witness::willing();

    town.clock.advance(TimeDelta::hours(72) - TimeDelta::milliseconds(1));
    let now = emit_alone(&town).await;
    let relay = Running::start(&town, witness.effects(), policy());
    stand(&town.tenant, now, &["DONE"]).await;
    relay.stop().await;
    assert_eq!(states(&town.tenant, later).await, ["PENDING"], "a millisecond too early");

    town.clock.advance(TimeDelta::milliseconds(1));
    let relay = Running::start(&town, witness.effects(), policy());
    stand(&town.tenant, later, &["DONE"]).await;
    relay.stop().await;
    let done: Vec<Uuid> = witness.done().iter().map(|event| event.aggregate_id).collect();
    assert_eq!(done, [now, later]);
}

#[tokio::test]
async fn an_event_that_was_taken_back_never_happens_and_those_after_it_go_on() {
    let town = Town::new().await;
    let aggregate = town.app.ids().next();
    emit_later(&town, aggregate, TimeDelta::hours(72)).await;
    emit(&town.app, &town.tenant, aggregate).await;
    assert_eq!(states(&town.tenant, aggregate).await, ["PENDING", "WAITING"]);
    let slot = town.app.operator("test");
    let taken = slot.write_anonymous(town.tenant.id, move |write| {
        Box::pin(async move { write.take_back("PATIENT", aggregate).await })
    });
    taken.await.expect("it is taken back");
    assert_eq!(states(&town.tenant, aggregate).await, ["SKIPPED", "PENDING"]);

    town.clock.advance(TimeDelta::hours(73));
    let witness = Witness::willing();
    let relay = Running::start(&town, witness.effects(), policy());
    stand(&town.tenant, aggregate, &["SKIPPED", "DONE"]).await;
    relay.stop().await;
    assert_eq!(witness.done().len(), 1);
}
