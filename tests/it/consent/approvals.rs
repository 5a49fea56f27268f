//! Approvals of compliance: audits, the law and courts (42 CFR 2.53, 2.61 to 2.67; 45 CFR 164.512).

use chrono::TimeDelta;
use entity::{Id, people::patient};
use serde_json::{Value, json};

use super::epoch_of;
use crate::support::{Actor, Answer, NOBODYS, Town, id};

/// Approves that somebody looks at the identity of a patient for an audit, with parts of the input replaced.
async fn approves(officer: &Actor, patient: Id<patient::Entity>, auditor: &Actor, parts: Value) -> Answer {
    let mut input = json!({
        "patientId": patient.to_string(),
        "userId": auditor.user().to_string(),
        "purpose": "AUDIT_EVALUATION",
        "classes": ["DIRECTORY"],
        "ticket": "audit 7",
        "documentKind": "AUDIT_AGREEMENT",
        "documentReference": "cabinet 4, folder 2",
        "validTo": "2026-11-22T08:00:00Z",
    });
    for (key, value) in parts.as_object().into_iter().flatten() {
        input[key] = value.clone();
    }
    officer.mutate("approveAccess", input, "id").await
}

async fn approved(officer: &Actor, patient: Id<patient::Entity>, auditor: &Actor, parts: Value) -> Id<()> {
    let data = approves(officer, patient, auditor, parts).await.ok();
    assert_eq!(data["approveAccess"]["userErrors"], json!([]));
    id(&data["approveAccess"]["result"]["id"])
}

/// A town with a patient who signed a consent, a compliance officer, and another who audits.
async fn scene() -> (Town, Actor, Id<patient::Entity>, Actor, Actor) {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let (officer, auditor) = (town.tenant.compliance().await, town.tenant.compliance().await);
    (town, clinician, patient, officer, auditor)
}

const FORBIDDEN: Result<String, &str> = Err("FORBIDDEN");

async fn sees(actor: &Actor, patient: Id<patient::Entity>) -> Result<String, String> {
    actor.sees_identity_of(patient).await
}

fn is(seen: &Result<String, String>, expected: &Result<String, &str>) -> bool {
    seen.as_ref().map_err(String::as_str) == expected.as_ref().map_err(|reason| *reason)
}

#[tokio::test]
async fn an_audit_sees_what_was_approved_while_it_is_and_the_record_says_what_it_rests_on() {
    let (town, _, patient, officer, auditor) = scene().await;
    assert!(is(&sees(&auditor, patient).await, &FORBIDDEN));
    let epoch = epoch_of(&town, patient).await;

    let approval = approved(&officer, patient, &auditor, json!({})).await;

    assert!(epoch_of(&town, patient).await > epoch, "whoever watches the patient asks again");
    assert_eq!(sees(&auditor, patient).await, Ok("Amara Okafor".to_owned()));
    assert!(is(&sees(&officer, patient).await, &FORBIDDEN), "whoever approved it sees nothing by it");
    let sql = "select count(*) from audit_logs where target_id = $1 and target_kind = 'ACCESS_APPROVAL'
        and action = 'VIEW' and decision = 'PERMIT'";
    assert_eq!(town.tenant.scalar::<i64>(sql, approval.uuid()).await, Some(1));

    town.clock.advance(TimeDelta::hours(11));
    let auditor = town.tenant.another_session(&auditor).await;
    town.clock.advance(TimeDelta::hours(11));
    let auditor = town.tenant.another_session(&auditor).await;
    town.clock.advance(TimeDelta::hours(2) - TimeDelta::milliseconds(1));
    assert!(sees(&auditor, patient).await.is_ok(), "a millisecond before the end");
    town.clock.advance(TimeDelta::milliseconds(1));
    assert!(is(&sees(&auditor, patient).await, &FORBIDDEN), "at the end");
}

#[tokio::test]
async fn an_approval_opens_nothing_for_another_purpose_class_patient_or_time() {
    let (_town, clinician, patient, officer, auditor) = scene().await;
    let other = clinician.creates_patient("Bruno", "Silva").await;
    approved(&officer, patient, &auditor, json!({ "classes": ["GENERAL_PHI"] })).await;
    approved(&officer, other, &auditor, json!({ "validFrom": "2026-11-21T09:00:00Z" })).await;
    let for_law = json!({ "purpose": "REQUIRED_BY_LAW", "documentKind": "LEGAL_MANDATE" });
    approved(&officer, patient, &auditor, for_law).await;

    assert!(is(&sees(&auditor, patient).await, &FORBIDDEN), "the identity was not approved for an audit");
    assert!(is(&sees(&auditor, other).await, &FORBIDDEN), "it has not begun");
    assert!(sees(&auditor.with_purpose("REQUIRED_BY_LAW"), patient).await.is_ok());
    let search = "{ patients(search: { namePrefix: \"Okafor\" }) { totalCount } }";
    let found = auditor.with_purpose("REQUIRED_BY_LAW").ask(search).await;
    assert!(
        found.body["errors"].is_array() || found.body["data"]["patients"]["totalCount"] == 0,
        "to look is not to search: {}",
        found.body
    );
}

#[tokio::test]
async fn what_the_law_requires_goes_before_a_restriction_and_an_audit_does_not() {
    let (_town, clinician, patient, officer, auditor) = scene().await;
    let forbids = json!({
        "kind": "RESTRICTION",
        "recipients": [{ "recipientClass": "PROGRAM_WORKFORCE" }],
        "purposes": ["AUDIT_EVALUATION", "REQUIRED_BY_LAW", "LEGAL_PROCEEDING"],
    });
    clinician.records_consent(patient, forbids).await;
    approved(&officer, patient, &auditor, json!({})).await;
    let law = json!({ "purpose": "REQUIRED_BY_LAW", "documentKind": "LEGAL_MANDATE" });
    let court = json!({ "purpose": "LEGAL_PROCEEDING", "documentKind": "COURT_ORDER" });
    approved(&officer, patient, &auditor, law).await;
    approved(&officer, patient, &auditor, court).await;

    assert_eq!(sees(&auditor, patient).await, Err("RESTRICTED".to_owned()));
    let in_court = auditor.with_purpose("LEGAL_PROCEEDING");
    assert_eq!(sees(&in_court, patient).await, Err("RESTRICTED".to_owned()));
    assert!(sees(&auditor.with_purpose("REQUIRED_BY_LAW"), patient).await.is_ok());
}

/// Case 22, with the order of a court.
#[tokio::test]
async fn a_court_order_opens_for_a_proceeding_what_a_general_consent_does_not() {
    let (_town, clinician, patient, officer, _) = scene().await;
    clinician.records_consent(patient, json!({})).await;
    let in_court = clinician.with_purpose("LEGAL_PROCEEDING");
    assert_eq!(sees(&in_court, patient).await, Err("SEPARATE_CONSENT_REQUIRED".to_owned()));

    let parts = json!({ "purpose": "LEGAL_PROCEEDING", "documentKind": "COURT_ORDER" });
    approved(&officer, patient, &clinician, parts).await;

    assert_eq!(sees(&in_court, patient).await, Ok("Amara Okafor".to_owned()));
}

#[tokio::test]
async fn somebody_who_does_not_treat_the_patient_sees_them_in_court_by_an_order_alone() {
    let (town, _, patient, officer, _) = scene().await;
    let stranger = town.tenant.clinician().await;
    let parts = json!({ "purpose": "LEGAL_PROCEEDING", "documentKind": "COURT_ORDER" });
    approved(&officer, patient, &stranger, parts).await;

    assert!(is(&sees(&stranger, patient).await, &FORBIDDEN), "not to treat them");
    assert!(sees(&stranger.with_purpose("LEGAL_PROCEEDING"), patient).await.is_ok());
}

#[tokio::test]
async fn a_document_that_does_not_carry_the_purpose_is_refused() {
    let (town, _, patient, officer, auditor) = scene().await;
    for (purpose, document, classes) in [
        ("LEGAL_PROCEEDING", "LEGAL_MANDATE", json!(["DIRECTORY"])),
        ("LEGAL_PROCEEDING", "AUDIT_AGREEMENT", json!(["DIRECTORY"])),
        ("AUDIT_EVALUATION", "LEGAL_MANDATE", json!(["DIRECTORY"])),
        ("REQUIRED_BY_LAW", "AUDIT_AGREEMENT", json!(["DIRECTORY"])),
        ("REQUIRED_BY_LAW", "LEGAL_MANDATE", json!(["DIRECTORY", "SUD"])),
    ] {
        let parts = json!({ "purpose": purpose, "documentKind": document, "classes": classes });
        let complaint = approves(&officer, patient, &auditor, parts).await.complaint("approveAccess");
        let expected = (&json!("VALIDATION_FAILED"), &json!(["documentKind"]));
        assert_eq!((&complaint["code"], &complaint["field"]), expected, "{purpose} {document}");
    }
    for (field, parts) in [
        ("purpose", json!({ "purpose": "TREATMENT" })),
        ("classes", json!({ "classes": [] })),
        ("classes", json!({ "classes": ["PSYCHOTHERAPY_NOTE"] })),
        ("ticket", json!({ "ticket": " " })),
        ("validTo", json!({ "validTo": "2026-11-21T08:00:00Z" })),
        ("validTo", json!({ "validTo": "2027-11-21T08:00:00.000001Z" })),
        (
            "userId",
            json!({ "purpose": "REQUIRED_BY_LAW", "documentKind": "COURT_ORDER",
            "userId": town.tenant.clinician().await.user().to_string() }),
        ),
    ] {
        let complaint = approves(&officer, patient, &auditor, parts).await.complaint("approveAccess");
        let expected = (&json!("VALIDATION_FAILED"), &json!([field]));
        assert_eq!((&complaint["code"], &complaint["field"]), expected);
    }
    assert_eq!(town.tenant.count("access_approvals").await, 0);
    let year = json!({ "validTo": "2027-11-21T08:00:00Z" });
    approved(&officer, patient, &auditor, year).await;
}

#[tokio::test]
async fn nobody_approves_a_look_of_their_own_or_without_a_fresh_proof_or_the_permission() {
    let (town, clinician, patient, officer, auditor) = scene().await;
    let own = approves(&officer, patient, &officer, json!({})).await;
    assert_eq!(own.user_error("approveAccess"), "SEPARATION_OF_DUTIES");
    let nobody = json!({ "userId": NOBODYS.to_string() });
    assert_eq!(approves(&officer, patient, &auditor, nobody).await.user_error("approveAccess"), "NOT_FOUND");
    let nobodys = approves(&officer, Id::new(NOBODYS), &auditor, json!({})).await;
    assert_eq!(nobodys.user_error("approveAccess"), "NOT_FOUND");
    for actor in [&clinician, &town.tenant.admin().await] {
        assert_eq!(approves(actor, patient, &auditor, json!({})).await.refused(), "FORBIDDEN");
    }
    town.clock.advance(TimeDelta::minutes(6));
    assert_eq!(approves(&officer, patient, &auditor, json!({})).await.refused(), "REAUTH_REQUIRED");
    assert_eq!(town.tenant.count("access_approvals").await, 0);
    assert!(is(&sees(&auditor, patient).await, &FORBIDDEN));
}

#[tokio::test]
async fn a_revoked_approval_opens_nothing_from_the_next_request_on() {
    let (town, _, patient, officer, auditor) = scene().await;
    let approval = approved(&officer, patient, &auditor, json!({})).await;
    assert!(sees(&auditor, patient).await.is_ok());
    let revoke = json!({ "accessApprovalId": approval.to_string() });

    officer.mutate("revokeAccessApproval", revoke.clone(), "id").await.ok();

    assert!(is(&sees(&auditor, patient).await, &FORBIDDEN));
    let again = officer.mutate("revokeAccessApproval", revoke, "id").await;
    assert_eq!(again.user_error("revokeAccessApproval"), "INVALID_STATE");
    let document = "query($id: ID!) { accessApprovals(patientId: $id) { totalCount nodes { detail { ... on AccessApprovalDetail {
        purpose dataClasses ticket documentKind documentReference validFrom validTo inForce
        user { id } approvedBy { id } revokedBy { id } revokedAt } } } } }";
    let data = officer.ask_with(document, json!({ "id": patient.to_string() })).await.ok();
    assert_eq!(
        data["accessApprovals"]["nodes"][0]["detail"],
        json!({
            "purpose": "AUDIT_EVALUATION", "dataClasses": ["DIRECTORY"], "ticket": "audit 7",
            "documentKind": "AUDIT_AGREEMENT", "documentReference": "cabinet 4, folder 2",
            "validFrom": "2026-11-21T08:00:00Z", "validTo": "2026-11-22T08:00:00Z", "inForce": false,
            "user": { "id": auditor.user().to_string() },
            "approvedBy": { "id": officer.user().to_string() },
            "revokedBy": { "id": officer.user().to_string() },
            "revokedAt": "2026-11-21T08:00:00Z",
        })
    );
    let patients_own = town.tenant.patient_user(patient).await;
    let told = patients_own.ask_with(document, json!({ "id": patient.to_string() })).await;
    assert_eq!(told.refused(), "FORBIDDEN", "a court may forbid that the patient is told");
}
