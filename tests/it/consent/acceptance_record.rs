//! The acceptance cases about lists and about the record, under their numbers.

use serde_json::json;

use super::{epoch_of, status_of};
use crate::support::Town;

/// Makes every audit row that meets a condition fail, as a full disk would.
async fn refuse_audit_rows(town: &Town, condition: &str) {
    town.owner_runs(&format!(
        "create function disk_full() returns trigger language plpgsql as $$
            begin raise exception 'secret detail of the disk' using errcode = '53100'; end $$;
        create trigger disk_full before insert on audit_logs for each row when ({condition})
            execute function disk_full()"
    ))
    .await;
}

/// Case 18.
#[tokio::test]
async fn fifty_patients_of_whom_ten_consented_are_ten_identities_and_forty_refusals_in_four_statements() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    for number in 0..50 {
        let patient = clinician.creates_patient("Amara", &format!("Okafor {number}")).await;
        if number % 5 == 0 {
            clinician.records_consent(patient, json!({})).await;
        }
    }
    let rows = town.tenant.count("audit_logs").await;

    let answer = clinician
        .ask("{ patients(first: 50) { nodes { id identity { __typename ... on PatientIdentity { fullName } ... on Withheld { reason } } } } }")
        .await;

    let data = answer.ok();
    let nodes = data["patients"]["nodes"].as_array().expect("nodes");
    let of_type = |name: &str| nodes.iter().filter(|node| node["identity"]["__typename"] == name).count();
    assert_eq!((nodes.len(), of_type("PatientIdentity"), of_type("Withheld")), (50, 10, 40));
    let withheld = nodes.iter().filter(|node| node["identity"]["__typename"] == "Withheld");
    assert!(withheld.into_iter().all(|node| node["identity"]["reason"] == "CONSENT_REQUIRED"));
    assert!(answer.statements <= 4, "{} statements", answer.statements);
    assert_eq!(town.tenant.count("audit_logs").await, rows + 50, "every look is recorded, refused ones too");
}

/// Case 19.
#[tokio::test]
async fn a_look_that_cannot_be_recorded_shows_nothing() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    clinician.records_consent(patient, json!({})).await;
    refuse_audit_rows(&town, "true").await;
    let rows = town.tenant.count("audit_logs").await;

    let answer = clinician
        .ask_with(
            "query($id: ID!) { patient(id: $id) { displayCode identity { ... on PatientIdentity { fullName } } } }",
            json!({ "id": patient.to_string() }),
        )
        .await;

    assert_eq!(answer.refused(), "UNAVAILABLE");
    assert_eq!(answer.status, 503);
    assert!(answer.body.get("data").is_none_or(serde_json::Value::is_null), "{}", answer.body);
    let body = answer.body.to_string();
    assert!(!body.contains("Okafor") && !body.contains("secret detail"), "{body}");
    assert_eq!(town.tenant.count("audit_logs").await, rows);
}

/// Case 19, when nothing protected is asked for.
#[tokio::test]
async fn what_is_not_protected_is_answered_also_when_nothing_can_be_recorded() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    refuse_audit_rows(&town, "true").await;

    let query = "query($id: ID!) { patient(id: $id) { displayCode } }";
    let data = clinician.ask_with(query, json!({ "id": patient.to_string() })).await.ok();

    assert!(data["patient"]["displayCode"].is_string());
}

/// Case 19, for a change that is committed before the look at its result fails.
#[tokio::test]
async fn a_committed_change_whose_result_cannot_be_recorded_says_so_and_shows_nothing() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    refuse_audit_rows(&town, "new.action = 'VIEW'").await;

    let input = json!({ "identity": { "givenName": "Amara", "familyName": "Okafor" } });
    let answer = clinician
        .mutate("createPatient", input, "id displayCode identity { ... on PatientIdentity { fullName } }")
        .await;

    assert_eq!(answer.refused(), "RESULT_UNAVAILABLE");
    assert!(answer.body.get("data").is_none_or(serde_json::Value::is_null), "{}", answer.body);
    assert_eq!(town.tenant.count("patients").await, 1, "the change is committed");
    let sql = "select count(*) from audit_logs where action = 'WRITE' and operation = 'patient.create' and actor_id = $1";
    let written: Option<i64> = town.tenant.scalar(sql, clinician.user().uuid()).await;
    assert!(written.is_some_and(|rows| rows > 0), "and so is its record");
}

/// Case 19, for a change whose own record fails.
#[tokio::test]
async fn a_change_that_cannot_be_recorded_does_not_happen() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let consent = clinician.records_consent(patient, json!({})).await;
    let epoch = epoch_of(&town, patient).await;
    let events = town.tenant.count("outbox_events").await;
    refuse_audit_rows(&town, "new.action = 'WRITE'").await;

    let input = json!({ "consentId": consent.to_string(), "evidence": { "method": "PAPER", "reference": "folder 7" } });
    let answer = clinician.mutate("revokeConsent", input, "id").await;

    assert!(["UNAVAILABLE", "INTERNAL"].contains(&answer.refused()), "{}", answer.body);
    assert!(!answer.body.to_string().contains("secret detail"));
    assert_eq!(status_of(&town, &consent.to_string()).await, "ACTIVE");
    assert_eq!(epoch_of(&town, patient).await, epoch);
    assert_eq!(town.tenant.count("outbox_events").await, events);
    assert!(clinician.sees_identity_of(patient).await.is_ok(), "the consent still holds");
}
