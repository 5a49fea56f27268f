//! Revoking: at any time, at once, by the patient or by staff with evidence.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{epoch_of, refusals_of, revokes, status_of};
use crate::support::{NOBODYS, Town};

#[tokio::test]
async fn a_revocation_binds_the_next_request_of_a_session_that_is_open() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let consent = clinician.records_consent(patient, json!({})).await;
    let patients_own = town.tenant.patient_user(patient).await;
    for _ in 0..3 {
        assert!(clinician.sees_identity_of(patient).await.is_ok());
    }

    revokes(&patients_own, consent).await.ok();

    // The clock did not move: what counts is the order of the commits.
    assert_eq!(clinician.sees_identity_of(patient).await, Err("CONSENT_REVOKED".to_owned()));
    let search = clinician.ask(r#"{ patients(search: { namePrefix: "Okafor" }) { totalCount } }"#).await;
    assert_eq!(search.ok()["patients"]["totalCount"], 0, "search too");
}

#[tokio::test]
async fn patients_revoke_without_evidence_and_without_saying_why() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let consent = clinician.records_consent(patient, json!({})).await;
    let patients_own = town.tenant.patient_user(patient).await;

    let evidence = json!({ "consentId": consent.to_string(), "evidence": { "method": "PAPER", "reference": "folder 7" } });
    let answer = patients_own.mutate("revokeConsent", evidence, "id").await;
    assert_eq!(answer.complaint("revokeConsent")["field"], json!(["evidence"]));
    assert_eq!(status_of(&town, &consent.to_string()).await, "ACTIVE");

    let input = json!({ "consentId": consent.to_string(), "reason": "  " });
    let detail =
        "detail { ... on ConsentDetail { status inForce revokedAt revocationMethod revocationReason } }";
    let data = patients_own.mutate("revokeConsent", input, detail).await.ok();
    assert_eq!(
        data["revokeConsent"]["result"]["detail"],
        json!({
            "status": "REVOKED", "inForce": false, "revokedAt": "2026-11-21T08:00:00Z",
            "revocationMethod": "ELECTRONIC", "revocationReason": null,
        })
    );
}

#[tokio::test]
async fn staff_revoke_with_evidence_that_names_how_and_where() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let consent = clinician.records_consent(patient, json!({})).await;
    let epoch = epoch_of(&town, patient).await;
    let with = |evidence: Value| json!({ "consentId": consent.to_string(), "evidence": evidence });
    let faulty = [
        json!(null),
        json!({ "method": "ELECTRONIC", "reference": "folder 7" }),
        json!({ "method": "PAPER", "reference": " " }),
        json!({ "method": "PAPER", "reference": "r".repeat(201) }),
        json!({ "method": "VERBAL_DOCUMENTED", "reference": "line\nbreak" }),
    ];

    for evidence in faulty {
        let complaint =
            clinician.mutate("revokeConsent", with(evidence.clone()), "id").await.complaint("revokeConsent");
        assert_eq!(complaint["code"], "VALIDATION_FAILED", "{evidence}");
        assert_eq!(complaint["field"][0], "evidence", "{evidence}");
    }
    assert_eq!(status_of(&town, &consent.to_string()).await, "ACTIVE");
    assert_eq!(epoch_of(&town, patient).await, epoch);

    let verbal = with(json!({ "method": "VERBAL_DOCUMENTED", "reference": "note of 21 November" }));
    let result = "detail { ... on ConsentDetail { status revocationMethod } }";
    let data = clinician.mutate("revokeConsent", verbal, result).await.ok();
    assert_eq!(
        data["revokeConsent"]["result"]["detail"],
        json!({ "status": "REVOKED", "revocationMethod": "VERBAL_DOCUMENTED" })
    );
    let sql =
        "select revocation_evidence_reference::text from consents where id = $1 and revoked_by is not null";
    let reference: Option<String> = town.tenant.scalar(sql, consent.uuid()).await;
    assert_eq!(reference.as_deref(), Some("note of 21 November"));
    assert_eq!(epoch_of(&town, patient).await, epoch + 1);
}

#[tokio::test]
async fn the_patients_words_are_sealed_and_have_a_limit() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let consent = clinician.records_consent(patient, json!({})).await;
    let patients_own = town.tenant.patient_user(patient).await;
    let with = |reason: String| json!({ "consentId": consent.to_string(), "reason": reason });

    let long = patients_own.mutate("revokeConsent", with("w".repeat(1_001)), "id").await;
    assert_eq!(long.complaint("revokeConsent")["field"], json!(["reason"]));
    assert_eq!(status_of(&town, &consent.to_string()).await, "ACTIVE");

    let words = "my sister works there";
    patients_own.mutate("revokeConsent", with(words.to_owned()), "id").await.ok();
    let sql = "select revocation_reason::bytea from consents where id = $1";
    let stored: Vec<u8> = town.tenant.scalar(sql, consent.uuid()).await.expect("sealed words");
    assert!(!stored.windows(words.len()).any(|window| window == words.as_bytes()));
    let query = "query($id: ID!) { consents(patientId: $id) { nodes { detail { ... on ConsentDetail { revocationReason } } } } }";
    let data = clinician.ask_with(query, json!({ "id": patient.to_string() })).await.ok();
    assert_eq!(data["consents"]["nodes"][0]["detail"]["revocationReason"], words);
}

#[tokio::test]
async fn who_has_no_relationship_revokes_nothing() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let somebody = clinician.creates_patient("Bruno", "Silva").await;
    let consent = clinician.records_consent(patient, json!({})).await;
    let stranger = town.tenant.clinician().await;
    let somebodys_own = town.tenant.patient_user(somebody).await;

    for actor in [&stranger, &somebodys_own] {
        let hidden = revokes(actor, consent).await;
        let random = revokes(actor, NOBODYS).await;
        assert_eq!(hidden.user_error("revokeConsent"), "NOT_FOUND");
        assert_eq!(hidden.body, random.body);
    }
    assert_eq!(revokes(&town.tenant.admin().await, consent).await.refused(), "FORBIDDEN");
    assert_eq!(revokes(&town.anonymous(), consent).await.refused(), "UNAUTHENTICATED");

    assert_eq!(status_of(&town, &consent.to_string()).await, "ACTIVE");
    assert_eq!(refusals_of(&town, patient).await, [""; 0]);
    assert!(clinician.sees_identity_of(patient).await.is_ok());
}

#[tokio::test]
async fn another_consent_that_covers_the_look_outlives_the_revocation_of_the_first() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let first = clinician.records_consent(patient, json!({})).await;
    let second = clinician.records_consent(patient, json!({})).await;
    let patients_own = town.tenant.patient_user(patient).await;

    revokes(&patients_own, first).await.ok();

    assert!(clinician.sees_identity_of(patient).await.is_ok());
    let sql =
        "select consent_id from audit_logs where patient_id = $1 and action = 'VIEW' and decision = 'PERMIT'
        and operation = 'patient.identity'";
    let named: Option<Uuid> = town.tenant.scalar(sql, patient.uuid()).await;
    assert_eq!(named, Some(second.uuid()), "the record names the consent that permitted the look");
}

#[tokio::test]
async fn input_is_checked_before_the_state_of_a_consent_is_looked_at() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let consent = clinician.records_consent(patient, json!({})).await;
    let patients_own = town.tenant.patient_user(patient).await;
    revokes(&patients_own, consent).await.ok();

    let input = json!({ "consentId": consent.to_string(), "reason": "w".repeat(1_001) });
    let complaint = patients_own.mutate("revokeConsent", input, "id").await.complaint("revokeConsent");

    assert_eq!(complaint["code"], "VALIDATION_FAILED");
    assert_eq!(status_of(&town, &consent.to_string()).await, "REVOKED");
}
