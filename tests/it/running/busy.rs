//! A database that is busy, slow or away: callers get an error that says so and may try again, nothing is half done, and
//! nobody has to restart anything.

use std::time::Duration;

use consentry::http::router;
use serde_json::json;

use super::gate;
use crate::support::{Actor, Answer, Town};

const LOOK: &str = "{ viewer { roles } }";

/// Nothing was answered but that it is worth another try.
#[track_caller]
fn turned_away(answer: &Answer) {
    assert_eq!((answer.status.as_u16(), answer.refused()), (503, "UNAVAILABLE"), "{}", answer.body);
    assert_eq!(answer.headers["retry-after"], "1");
    assert!(answer.body.get("data").is_none(), "{}", answer.body);
}

/// Somebody who is signed in, asking a server that has one connection to the database.
async fn with_one_connection(town: &Town, actor: &Actor) -> (Actor, sqlx::PgPool) {
    let pool = town.database.pool("consentry_app", 1);
    (actor.at(router(town.app.with_pool(pool.clone()))), pool)
}

async fn new_patient(actor: &Actor) -> Answer {
    let input = json!({ "identity": { "givenName": "Amara", "familyName": "Okafor" } });
    actor.mutate("createPatient", input, "id").await
}

#[tokio::test]
async fn who_finds_every_connection_taken_may_try_again_and_then_succeeds() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let (clinician, pool) = with_one_connection(&town, &clinician).await;
    let taken = pool.acquire().await.expect("the only connection");

    turned_away(&clinician.ask(LOOK).await);
    turned_away(&new_patient(&clinician).await);
    assert_eq!(town.tenant.count("patients").await, 0);

    drop(taken);
    clinician.ask(LOOK).await.ok();
    new_patient(&clinician).await.ok();
    assert_eq!(town.tenant.count("patients").await, 1);
}

#[tokio::test]
async fn who_waits_for_a_locked_row_in_vain_may_try_again_and_then_succeeds() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let consent = clinician.records_consent(patient, json!({})).await;
    let revoke = json!({ "consentId": consent.to_string() });
    let entries = town.tenant.count("audit_logs").await;
    let mut holder = town.tenant.begin().await;
    let lock = "select id from consents for update";
    sqlx::query(lock).execute(&mut *holder).await.expect("the row is locked");

    let refused = clinician.mutate("revokeConsent", revoke.clone(), "id").await;

    assert_eq!(refused.refused(), "UNAVAILABLE");
    assert_eq!(refused.body["data"], json!({ "revokeConsent": null }));
    holder.rollback().await.expect("the row is free");
    assert_eq!(town.tenant.count("audit_logs").await, entries, "nothing was done, so nothing is recorded");
    clinician.mutate("revokeConsent", revoke, "id").await.ok();
}

#[tokio::test]
async fn a_statement_that_takes_too_long_is_given_up_and_nothing_of_it_stays() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let gate = gate(&town, "patients").await;
    let entries = town.tenant.count("audit_logs").await;
    let events = town.tenant.count("outbox_events").await;
    let persons = town.tenant.count("phi.persons").await;

    let refused = new_patient(&clinician).await;

    assert_eq!(refused.refused(), "UNAVAILABLE");
    assert_eq!(refused.body["data"], json!({ "createPatient": null }));
    assert_eq!(town.tenant.count("patients").await, 0);
    assert_eq!(town.tenant.count("phi.persons").await, persons);
    assert_eq!(town.tenant.count("outbox_events").await, events);
    assert_eq!(town.tenant.count("audit_logs").await, entries);
    gate.open().await;
    new_patient(&clinician).await.ok();
}

#[tokio::test]
async fn a_look_whose_record_takes_too_long_is_not_shown() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    clinician.records_consent(patient, json!({})).await;
    let entries = town.tenant.count("audit_logs").await;
    let gate = gate(&town, "audit_logs").await;
    let document =
        "query($id: ID!) { patient(id: $id) { identity { ... on PatientIdentity { fullName } } } }";
    let variables = json!({ "id": patient.to_string() });

    let refused = clinician.ask_with(document, variables.clone()).await;

    turned_away(&refused);
    assert!(!refused.body.to_string().contains("Amara"));
    assert_eq!(town.tenant.count("audit_logs").await, entries);
    gate.open().await;
    let shown = clinician.ask_with(document, variables).await.ok();
    assert_eq!(shown["patient"]["identity"]["fullName"], "Amara Okafor");
}

#[tokio::test]
async fn a_restart_of_the_database_between_two_requests_is_not_noticed() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    // Several connections are idle in the pool, and all of them are lost.
    tokio::join!(clinician.ask(LOOK), clinician.ask(LOOK), clinician.ask(LOOK), clinician.ask(LOOK));

    town.database.disconnect_all(true).await;

    clinician.ask(LOOK).await.ok();
    new_patient(&clinician).await.ok();
}

#[tokio::test]
async fn while_the_database_is_away_callers_may_try_again_and_once_it_is_back_they_succeed() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let ready = || axum::http::Request::get("/readyz").body(axum::body::Body::empty()).expect("a request");
    town.database.disconnect_all(false).await;

    turned_away(&clinician.ask(LOOK).await);
    turned_away(&new_patient(&clinician).await);
    assert_eq!(clinician.deliver(ready()).await.status.as_u16(), 503);

    town.database.disconnect_all(true).await;
    clinician.ask(LOOK).await.ok();
    assert_eq!(clinician.deliver(ready()).await.status.as_u16(), 200);
    assert_eq!(town.tenant.count("patients").await, 0);
    new_patient(&clinician).await.ok();
}

#[tokio::test]
async fn a_mutation_whose_connection_is_lost_leaves_nothing_and_may_be_tried_again() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let entries = town.tenant.count("audit_logs").await;
    let mut gate = gate(&town, "patients").await;

    let (refused, ()) = tokio::join!(new_patient(&clinician), async {
        gate.reached().await;
        town.database.disconnect_all(true).await;
    });

    assert_eq!(refused.refused(), "UNAVAILABLE");
    assert_eq!(refused.body["data"], json!({ "createPatient": null }));
    assert_eq!(town.tenant.count("patients").await, 0);
    assert_eq!(town.tenant.count("audit_logs").await, entries);
    // The gate went with its connection.
    new_patient(&clinician).await.ok();
}

#[tokio::test]
async fn a_request_whose_time_is_over_asks_the_database_for_nothing_more() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let late = clinician.at(router(town.app.with_request_time(Duration::ZERO)));
    let entries = town.tenant.count("audit_logs").await;

    let look = late.ask("{ locations { nodes { name } } }").await;
    let change = new_patient(&late).await;

    assert_eq!((look.refused(), look.statements), ("UNAVAILABLE", 0));
    assert_eq!(look.body["data"], json!({ "locations": null }));
    assert_eq!((change.refused(), change.statements), ("UNAVAILABLE", 0));
    assert_eq!(town.tenant.count("patients").await, 0);
    assert_eq!(town.tenant.count("audit_logs").await, entries);
    new_patient(&clinician).await.ok();
}
