//! What errors say: a code and a request id, and nothing of the inside.

use serde_json::json;

use crate::support::{Answer, Town};

/// The error of an answer says nothing but that it is our fault, and in which request.
#[track_caller]
fn says_nothing(answer: &Answer, request_id: &str, secrets: &[&str]) {
    assert_eq!(answer.refused(), "INTERNAL");
    let error = &answer.body["errors"][0];
    assert_eq!(error["extensions"]["requestId"], request_id);
    assert!(error["message"].as_str().is_some_and(|message| message.contains(request_id)), "{error}");
    assert_eq!(answer.headers["x-request-id"], request_id);
    let text = answer.body.to_string().to_lowercase();
    let inside = ["relation", "42p01", "sqlstate", "select ", "insert ", "outbox", "panicked", ".rs"];
    for word in inside.iter().chain(secrets) {
        assert!(!text.contains(&word.to_lowercase()), "{word}: {text}");
    }
}

#[tokio::test]
async fn a_fault_of_ours_in_a_query_tells_a_request_id_and_nothing_else() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    town.owner_runs("alter table organizations rename to misplaced").await;

    let answer = admin.with_request_id("fault-1").ask("{ organizations { nodes { name } } }").await;

    says_nothing(&answer, "fault-1", &["misplaced", "does not exist"]);
    assert_eq!(answer.body["data"], json!({ "organizations": null }));
    town.owner_runs("alter table misplaced rename to organizations").await;
    admin.ask("{ organizations { nodes { name } } }").await.ok();
}

#[tokio::test]
async fn a_fault_of_ours_in_a_mutation_leaves_nothing_and_repeats_no_value() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let entries = town.tenant.count("audit_logs").await;
    town.owner_runs("alter table outbox_events rename to misplaced").await;

    let input = json!({ "identity": { "givenName": "Amara", "familyName": "Okafor", "email": "amara@town.example" } });
    let answer = clinician.with_request_id("fault-2").mutate("createPatient", input, "id").await;

    says_nothing(&answer, "fault-2", &["misplaced", "Amara", "Okafor", "town.example"]);
    for table in ["patients", "phi.persons", "care_team_members"] {
        assert_eq!(town.tenant.count(table).await, 0, "{table}");
    }
    assert_eq!(town.tenant.count("audit_logs").await, entries);
}

#[tokio::test]
async fn who_cannot_be_told_apart_from_nobody_is_told_of_a_fault_and_not_of_a_token() {
    let town = Town::new().await;
    let user = town.tenant.admin().await;
    town.owner_runs("alter table role_assignments rename to misplaced").await;

    let answer = user.with_request_id("fault-3").ask("{ viewer { roles } }").await;

    says_nothing(&answer, "fault-3", &["misplaced", user.token()]);
    assert_eq!(answer.status, 500);
}

#[tokio::test]
async fn looks_that_cannot_be_recorded_show_nothing() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    clinician.records_consent(patient, json!({})).await;
    town.owner_runs("alter table audit_logs rename to misplaced").await;
    let document =
        "query($id: ID!) { patient(id: $id) { identity { ... on PatientIdentity { fullName } } } }";

    let answer = clinician.ask_with(document, json!({ "id": patient.to_string() })).await;

    assert_eq!((answer.refused(), answer.status.as_u16()), ("UNAVAILABLE", 503));
    assert!(!answer.body.to_string().contains("Okafor"), "{}", answer.body);
}

#[tokio::test]
async fn a_row_that_somebody_holds_makes_a_change_wait_its_time_and_then_fail_whole() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let consent = clinician.records_consent(patient, json!({})).await;
    let patients_own = town.tenant.patient_user(patient).await;
    let fingerprint = "select md5(c::text || p::text) from consents c
        join patients p on p.tenant_id = c.tenant_id and p.id = c.patient_id where c.id = $1";
    let before: Option<String> = town.tenant.scalar(fingerprint, consent.uuid()).await;
    let mut holder = town.tenant.begin().await;
    sqlx::query("select 1 from consents, patients for update")
        .execute(&mut *holder)
        .await
        .expect("the rows are held");
    let input = json!({ "consentId": consent.to_string() });

    let answer = patients_own.mutate("revokeConsent", input.clone(), "id").await;

    assert_eq!(answer.refused(), "UNAVAILABLE");
    holder.rollback().await.expect("the rows are let go");
    assert!(before.is_some());
    assert_eq!(town.tenant.scalar(fingerprint, consent.uuid()).await, before);
    let again = patients_own.mutate("revokeConsent", input, "id").await.ok();
    assert_eq!(again["revokeConsent"]["result"]["id"], consent.to_string());
}
