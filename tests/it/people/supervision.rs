//! Supervisors: they see what those do whom they supervise, and change nothing of it.

use serde_json::{Value, json};

use super::version_of;
use crate::support::{Actor, Town};

/// A supervisor, and the clinician whom they supervise from now on.
async fn supervised(town: &Town) -> (Actor, Actor) {
    let supervisor = town.tenant.practitioner("SUPERVISOR", "Dr. Reed").await;
    let clinician = town.tenant.clinician().await;
    let sql = format!(
        "update practitioners set supervisor_id = '{}' where id = '{}'",
        supervisor.practitioner(),
        clinician.practitioner()
    );
    assert_eq!(town.tenant.change(&sql).await, 1);
    (supervisor, clinician)
}

#[tokio::test]
async fn a_supervisor_sees_the_patients_of_whom_they_supervise_under_the_same_consents() {
    let town = Town::new().await;
    let (supervisor, clinician) = supervised(&town).await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let stranger = town.tenant.clinician().await.creates_patient("Bruno", "Silva").await;
    assert_eq!(supervisor.sees_identity_of(patient).await, Err("CONSENT_REQUIRED".to_owned()));

    clinician.records_consent(patient, json!({})).await;

    assert_eq!(supervisor.sees_identity_of(patient).await, Ok("Amara Okafor".to_owned()));
    let query = "query($id: ID!) { patient(id: $id) { id } }";
    let data = supervisor.ask_with(query, json!({ "id": stranger.to_string() })).await.ok();
    assert_eq!(data["patient"], Value::Null, "nobody else's");
}

#[tokio::test]
async fn a_supervisor_of_nobody_sees_nobody() {
    let town = Town::new().await;
    let (supervisor, clinician) = supervised(&town).await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    clinician.records_consent(patient, json!({})).await;
    town.tenant.change("update practitioners set supervisor_id = null where supervisor_id is not null").await;

    let query = "query($id: ID!) { patient(id: $id) { id } }";
    let data = supervisor.ask_with(query, json!({ "id": patient.to_string() })).await.ok();
    assert_eq!(data["patient"], Value::Null);
}

#[tokio::test]
async fn a_supervisor_does_not_write_into_the_record_of_whom_they_do_not_treat() {
    let town = Town::new().await;
    let (supervisor, clinician) = supervised(&town).await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    clinician.records_consent(patient, json!({})).await;
    let version = version_of(&town.tenant, patient).await;

    let answer = supervisor
        .mutate(
            "updatePatientIdentity",
            json!({ "patientId": patient.to_string(), "expectedVersion": version, "identity": { "givenName": "Bea" } }),
            "id",
        )
        .await;

    assert_eq!(answer.user_error("updatePatientIdentity"), "ACCESS_DENIED");
    assert_eq!(version_of(&town.tenant, patient).await, version);
    assert_eq!(clinician.sees_identity_of(patient).await, Ok("Amara Okafor".to_owned()));
}
