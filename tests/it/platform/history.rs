//! Who looked at one patient's record: for the patient, and for those who treat.

use serde_json::{Value, json};

use super::nodes;
use crate::support::{Actor, NOBODYS, Town};

/// The looks at the identity, newest first.
async fn looks(actor: &Actor, patient: &str) -> Vec<Value> {
    let document = "query($id: ID!) { accessHistory(patientId: $id, first: 100) { nodes {
        operation actorRole credential actor { practitioner { professionalName } }
        subject { ... on AuditSubject { decision reason purpose } ... on Withheld { withheld: reason } } } } }";
    let mut entries = nodes(actor, document, json!({ "id": patient }), "accessHistory").await;
    entries.retain(|entry| entry["operation"] == "patient.identity");
    entries
}

#[tokio::test]
async fn patient_and_clinician_read_who_looked_and_who_was_refused_and_why() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    clinician.sees_identity_of(patient).await.expect_err("there is no consent");
    clinician.records_consent(patient, json!({})).await;
    clinician.with_purpose("OPERATIONS").sees_identity_of(patient).await.expect("there is a consent");
    let patients_own = town.tenant.patient_user(patient).await;

    let look = |decision: &str, reason: Value, purpose: &str| {
        json!({
            "operation": "patient.identity",
            "actorRole": "PRACTITIONER",
            "credential": "SESSION",
            "actor": { "practitioner": { "professionalName": "Dana Ruiz, LCSW" } },
            "subject": { "decision": decision, "reason": reason, "purpose": purpose },
        })
    };
    let expected =
        [look("PERMIT", Value::Null, "OPERATIONS"), look("DENY", json!("CONSENT_REQUIRED"), "TREATMENT")];
    for reader in [&patients_own, &clinician] {
        assert_eq!(looks(reader, &patient.to_string()).await, expected);
    }
}

#[tokio::test]
async fn a_history_out_of_reach_is_as_empty_as_that_of_nobody() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let amara = clinician.creates_patient("Amara", "Okafor").await;
    let bruno = clinician.creates_patient("Bruno", "Silva").await;
    let _ = clinician.sees_identity_of(amara).await;
    let stranger = town.tenant.clinician().await;
    let brunos_own = town.tenant.patient_user(bruno).await;
    let elsewhere = town.another_tenant("village").await.compliance().await;
    let document = "query($id: ID!) { accessHistory(patientId: $id) { totalCount nodes { id } } }";

    for actor in [&stranger, &brunos_own, &elsewhere] {
        let hidden = actor.ask_with(document, json!({ "id": amara.to_string() })).await;
        let nobodys = actor.ask_with(document, json!({ "id": NOBODYS.to_string() })).await;
        assert_eq!(hidden.ok()["accessHistory"], json!({ "totalCount": 0, "nodes": [] }));
        assert_eq!(hidden.body, nobodys.body);
    }
    let admin = town.tenant.admin().await;
    let refused = admin.ask_with(document, json!({ "id": amara.to_string() })).await;
    assert_eq!(refused.refused(), "FORBIDDEN");
}

#[tokio::test]
async fn reading_the_history_is_itself_in_the_history() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let patients_own = town.tenant.patient_user(patient).await;
    let _ = looks(&patients_own, &patient.to_string()).await;

    let document = "query($id: ID!) { accessHistory(patientId: $id) { nodes { operation actorRole } } }";
    let entries = nodes(&clinician, document, json!({ "id": patient.to_string() }), "accessHistory").await;

    assert!(
        entries.contains(&json!({ "operation": "audit.subject", "actorRole": "PATIENT" })),
        "{entries:?}"
    );
}
