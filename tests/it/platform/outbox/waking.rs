//! How a relay learns that there is something to do.

use consentry::kernel::{app::App, clock::RandomIds, crypto::LocalKeyProvider};
use entity::platform::outbox_event::OutboxFailure;

use super::*;

/// Looks once and then only when it is called.
fn called_only() -> Policy {
    Policy { poll: Duration::from_secs(86_400), ..Policy::default() }
}

#[tokio::test]
async fn a_mutation_wakes_the_relay_of_its_process_after_the_commit() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let witness = Witness::willing();
    let effects = Effects::none().of("patient.created", witness.clone());
    let relay = Running::start(&town, effects, called_only());
    settled(&town.tenant).await;

    let patient = clinician.creates_patient("Amara", "Okafor").await;
    witness.saw(1).await;
    assert_eq!(witness.seen()[0].aggregate_id, patient.uuid());
    relay.stop().await;
}

#[tokio::test]
async fn a_mutation_that_was_refused_tells_nobody_of_anything() {
    let town = Town::new().await;
    let witness = Witness::willing();
    let relay = Running::start(&town, witness.effects(), called_only());
    settled(&town.tenant).await;
    let before = town.tenant.count("outbox_events").await;
    let aggregate = town.app.ids().next();
    let slot = town.app.operator("test");
    let refused = slot.write_anonymous(town.tenant.id, move |write| {
        Box::pin(async move {
            write.emit(HAPPENED, "PATIENT", aggregate).await?;
            Err::<(), _>(consentry::kernel::error::Error::invalid_state("it is refused after all"))
        })
    });
    refused.await.expect_err("it is refused");
    emit_alone(&town).await;
    witness.saw(1).await;
    relay.stop().await;

    assert_ne!(witness.seen()[0].aggregate_id, aggregate);
    assert_eq!(town.tenant.count("outbox_events").await, before + 1);
}

#[tokio::test]
async fn an_event_of_another_process_is_found_by_looking() {
    let town = Town::new().await;
    // The same server in a process of its own: nothing is shared but the database.
    let provider = LocalKeyProvider::from_base64(&"q80cWZbSSwk2pEHwnVCzPU8FhGhTHzxWVhqWNtyW8Sc=".into());
    let elsewhere = App::new(
        town.database.app(),
        Arc::new(provider.expect("a key")),
        Arc::new(town.clock.clone()),
        Arc::new(RandomIds),
        consentry::schema::Schema::default(),
    );
    let witness = Witness::willing();
    let relay = Running::start(&town, witness.effects(), policy());
    settled(&town.tenant).await;
    let aggregate = town.app.ids().next();
    emit(&elsewhere, &town.tenant, aggregate).await;
    stand(&town.tenant, aggregate, &["DONE"]).await;
    relay.stop().await;
    assert_eq!(witness.seen().len(), 1);
}

#[tokio::test]
async fn the_next_event_of_an_aggregate_is_carried_out_as_soon_as_the_one_before_it_is() {
    let town = Town::new().await;
    let witness = Witness::willing();
    let aggregate = town.app.ids().next();
    for _ in 0..20 {
        emit(&town.app, &town.tenant, aggregate).await;
    }
    let relay = Running::start(&town, witness.effects(), called_only());
    stand(&town.tenant, aggregate, &["DONE"; 20]).await;
    relay.stop().await;
    assert_eq!(witness.seen().len(), 20);
}

#[tokio::test]
async fn a_relay_outlives_a_database_that_does_not_answer() {
    let town = Town::new().await;
    let witness = Witness::new(|_, times| {
        if times == 1 {
            Outcome::Fails(consentry::kernel::outbox::Failure::passing(OutboxFailure::Unavailable))
        } else {
            Outcome::Succeeds
        }
    });
    let aggregate = emit_alone(&town).await;
    let relay = Running::start(&town, witness.effects(), endless_leases());
    witness.saw(1).await;
    settled(&town.tenant).await;
    town.owner_runs("alter table outbox_events rename to misplaced").await;
    town.clock.advance(TimeDelta::seconds(1));
    // Long enough for some looks in vain; nothing is asserted of it.
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(witness.seen().len(), 1);
    town.owner_runs("alter table misplaced rename to outbox_events").await;
    stand(&town.tenant, aggregate, &["DONE"]).await;
    relay.stop().await;
}
