//! Tenants share a relay, and nothing else.

use std::collections::BTreeSet;

use tokio::sync::Semaphore;

use super::*;

#[tokio::test]
async fn a_tenant_with_many_events_delays_no_other() {
    let town = Town::new().await;
    let village = town.another_tenant("village").await;
    for _ in 0..40 {
        emit_alone(&town).await;
    }
    town.clock.advance(TimeDelta::seconds(1));
    emit(&town.app, &village, town.app.ids().next()).await;
    let witness = Witness::willing();
    let effects = Effects::none().of_every_event(witness.clone());
    let relay = Running::start(&town, effects, Policy { places: 1, ..policy() });
    settled(&town.tenant).await;
    settled(&village).await;
    relay.stop().await;

    let order: Vec<Uuid> = witness.seen().iter().map(|event| event.tenant_id).collect();
    assert!(order.len() > 40);
    let of_village: Vec<usize> = (0..order.len()).filter(|place| order[*place] == village.id).collect();
    assert_eq!(of_village.len(), 2, "its own making and the event");
    assert!(of_village.iter().all(|place| *place < 4), "in turn, however many came before: {of_village:?}");
}

#[tokio::test]
async fn a_tenant_whose_effects_take_forever_leaves_places_to_others() {
    let town = Town::new().await;
    let village = town.another_tenant("village").await;
    let gate = Arc::new(Semaphore::new(0));
    let (slow, closed) = (town.tenant.id, gate.clone());
    let witness = Witness::new(move |event, _| {
        if event.tenant_id == slow { Outcome::Waits(closed.clone()) } else { Outcome::Succeeds }
    });
    for _ in 0..40 {
        emit_alone(&town).await;
    }
    let relay = Running::start(&town, witness.effects(), policy());
    witness.saw(policy().places_of_one_tenant).await;
    let aggregate = town.app.ids().next();
    emit(&town.app, &village, aggregate).await;
    stand(&village, aggregate, &["DONE"]).await;
    assert_eq!(witness.seen().len(), policy().places_of_one_tenant + 1);
    gate.add_permits(40);
    relay.stop().await;
}

#[tokio::test]
async fn no_event_is_taken_carried_out_or_settled_under_another_tenant() {
    let town = Town::new().await;
    let village = town.another_tenant("village").await;
    // The database itself watches: every change stands under the tenant of its row.
    town.owner_runs(
        "create function watch() returns trigger language plpgsql as $$ begin
            if current_setting('app.tenant_id')::uuid is distinct from old.tenant_id then
                raise exception 'under another tenant';
            end if;
            return case tg_op when 'DELETE' then old else new end;
        end $$;
        create trigger watch before update or delete on outbox_events for each row execute function watch()",
    )
    .await;
    let witness = Witness::new(|_, times| {
        if times == 1 {
            Outcome::Fails(consentry::kernel::outbox::Failure::passing(
                entity::platform::outbox_event::OutboxFailure::Unavailable,
            ))
        } else {
            Outcome::Succeeds
        }
    });
    let (mut expected, shared) = (BTreeSet::new(), town.app.ids().next());
    for tenant in [&town.tenant, &village] {
        // The same id in both: nothing may be told by it alone.
        for aggregate in [shared, town.app.ids().next(), shared] {
            emit(&town.app, tenant, aggregate).await;
            expected.insert((tenant.id, aggregate));
        }
    }
    let relay = Running::start(&town, witness.effects(), endless_leases());
    eventually("an end", async || {
        town.clock.advance(TimeDelta::seconds(1));
        witness.done().len() == 6
    })
    .await;
    for tenant in [&town.tenant, &village] {
        stand(tenant, shared, &["DONE", "DONE"]).await;
    }
    town.clock.advance(TimeDelta::days(31));
    relay.stop().await;
    let tidying = Running::start(&town, witness.effects(), policy());
    eventually("nothing left", async || {
        town.tenant.count("outbox_events").await + village.count("outbox_events").await == 0
    })
    .await;
    tidying.stop().await;

    let seen: BTreeSet<(Uuid, Uuid)> =
        witness.seen().iter().map(|event| (event.tenant_id, event.aggregate_id)).collect();
    assert_eq!(seen, expected);
    assert_eq!(witness.seen().len(), 12);
}
