//! What takes the place of a consent, and what ends with one.

use entity::{Id, people::patient};
use serde_json::{Value, json};

use super::{
    detail, drafts, epoch_of, files, refusals_of, revokes, row_of, signs, status_of, terms, written,
};
use crate::support::{Actor, NOBODYS, Town};

async fn drafts_instead(
    actor: &Actor,
    patient: Id<patient::Entity>,
    parts: Value,
    old: &str,
) -> (String, i64) {
    let input = json!({ "patientId": patient.to_string(), "terms": terms(parts), "supersedesId": old });
    written(&actor.mutate("draftConsent", input, "id version").await, "draftConsent")
}

#[tokio::test]
async fn the_old_consent_holds_until_the_new_one_is_signed_and_not_a_moment_longer() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let patients_own = town.tenant.patient_user(patient).await;
    let old = clinician.records_consent(patient, json!({})).await.to_string();
    let narrower = json!({ "scopes": [{ "dataClass": "FINANCIAL" }] });

    let (new, version) = drafts_instead(&clinician, patient, narrower, &old).await;
    assert_eq!(status_of(&town, &old).await, "ACTIVE");
    assert!(clinician.sees_identity_of(patient).await.is_ok());
    let epoch = epoch_of(&town, patient).await;

    written(&signs(&patients_own, &new, version).await, "signConsent");
    assert_eq!(
        (status_of(&town, &old).await.as_str(), status_of(&town, &new).await.as_str()),
        ("SUPERSEDED", "ACTIVE")
    );
    assert_eq!(epoch_of(&town, patient).await, epoch + 1);
    assert_eq!(clinician.sees_identity_of(patient).await, Err("CONSENT_REQUIRED".to_owned()));
    assert_eq!(detail(&clinician, patient, &new, "supersedesId").await["supersedesId"], old);

    let sql = "select count(distinct transaction) from (
            select xmin::text as transaction from consents where patient_id = $1
            union all select xmin::text from patients where id = $1
            union all select xmin::text from outbox_events where event_type in ('consent.superseded', 'consent.signed')
        ) as rows";
    assert_eq!(town.tenant.scalar::<i64>(sql, patient.uuid()).await, Some(1), "one transaction");
}

#[tokio::test]
async fn a_filed_form_takes_the_place_of_another_at_once() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let old = clinician.records_consent(patient, json!({})).await.to_string();

    let answer = files(&clinician, patient, terms(json!({})), json!({ "supersedesId": old })).await;

    let (new, _) = written(&answer, "recordConsent");
    assert_eq!(
        (status_of(&town, &old).await.as_str(), status_of(&town, &new).await.as_str()),
        ("SUPERSEDED", "ACTIVE")
    );
    assert!(clinician.sees_identity_of(patient).await.is_ok());
}

#[tokio::test]
async fn a_consent_supersedes_one_of_its_patient_and_kind_that_is_active() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let another = clinician.creates_patient("Bruno", "Silva").await;
    let patients_own = town.tenant.patient_user(patient).await;
    let of_another = clinician.records_consent(another, json!({})).await.to_string();
    let restriction = clinician.records_consent(patient, json!({ "kind": "RESTRICTION" })).await.to_string();
    let revoked = clinician.records_consent(patient, json!({})).await.to_string();
    written(&revokes(&patients_own, &revoked).await, "revokeConsent");
    let (waiting, _) = drafts(&clinician, patient, json!({})).await;
    let count = town.tenant.count("consents").await;

    for (old, code) in [
        (NOBODYS.to_string(), "NOT_FOUND"),
        (of_another, "NOT_FOUND"),
        (restriction, "INVALID_STATE"),
        (revoked, "INVALID_STATE"),
        (waiting, "INVALID_STATE"),
    ] {
        let input =
            json!({ "patientId": patient.to_string(), "terms": terms(json!({})), "supersedesId": old });
        let drafted = clinician.mutate("draftConsent", input, "id").await;
        assert_eq!(drafted.user_error("draftConsent"), code);
        let filed = files(&clinician, patient, terms(json!({})), json!({ "supersedesId": old })).await;
        assert_eq!(filed.user_error("recordConsent"), code);
    }
    assert_eq!(town.tenant.count("consents").await, count);
}

#[tokio::test]
async fn a_consent_that_was_revoked_meanwhile_stays_revoked() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let patients_own = town.tenant.patient_user(patient).await;
    let old = clinician.records_consent(patient, json!({})).await.to_string();
    let (new, version) = drafts_instead(&clinician, patient, json!({}), &old).await;
    written(&revokes(&patients_own, &old).await, "revokeConsent");

    written(&signs(&patients_own, &new, version).await, "signConsent");

    assert_eq!(
        (status_of(&town, &old).await.as_str(), status_of(&town, &new).await.as_str()),
        ("REVOKED", "ACTIVE")
    );
}

#[tokio::test]
async fn whom_a_restriction_binds_does_not_file_a_weaker_one_in_its_place() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    clinician.records_consent(patient, json!({})).await;
    let restriction = clinician.records_consent(patient, json!({ "kind": "RESTRICTION" })).await.to_string();
    let (before, count) = (row_of(&town, &restriction).await, town.tenant.count("consents").await);
    let weaker = terms(json!({ "kind": "RESTRICTION", "scopes": [{ "dataClass": "FINANCIAL" }] }));

    let answer = files(&clinician, patient, weaker, json!({ "supersedesId": restriction })).await;

    let complaint = answer.complaint("recordConsent");
    assert_eq!(
        (&complaint["code"], &complaint["field"]),
        (&json!("ACCESS_DENIED"), &json!(["supersedesId"]))
    );
    assert_eq!((row_of(&town, &restriction).await, town.tenant.count("consents").await), (before, count));
    assert_eq!(clinician.sees_identity_of(patient).await, Err("RESTRICTED".to_owned()));
    assert_eq!(refusals_of(&town, patient).await, ["RESTRICTED"]);
}

#[tokio::test]
async fn a_revision_still_takes_the_place_of_what_the_draft_was_to_replace() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let patients_own = town.tenant.patient_user(patient).await;
    let old = clinician.records_consent(patient, json!({})).await.to_string();
    let (draft, version) = drafts_instead(&clinician, patient, json!({}), &old).await;
    let revised = json!({ "consentId": draft, "expectedVersion": version, "terms": terms(json!({})) });
    let (new, version) =
        written(&clinician.mutate("reviseConsent", revised, "id version").await, "reviseConsent");

    written(&signs(&patients_own, &new, version).await, "signConsent");

    assert_eq!(status_of(&town, &old).await, "SUPERSEDED");
    assert_eq!(status_of(&town, &draft).await, "REJECTED");
}

/// Shares with a contact under a consent, as its row says.
async fn shares(town: &Town, patient: Id<patient::Entity>, consent: &str) {
    let insert = format!(
        "insert into sharing_grants (tenant_id, id, patient_id, consent_id, contact_kind, contact_token, recipient_name)
        select tenant_id, gen_random_uuid(), '{patient}', consent_id, contact_kind, contact_token, decode(repeat('00', 40), 'hex')
        from consent_recipients where consent_id = '{consent}'"
    );
    assert_eq!(town.tenant.change(&insert).await, 1);
}

async fn is_shared(town: &Town, consent: &str) -> bool {
    let sql = "select count(*) from sharing_grants where consent_id = $1 and revoked_at is null and revoked_by is null";
    town.tenant.scalar::<i64>(sql, consent.parse().expect("an id")).await == Some(1)
}

#[tokio::test]
async fn what_is_shared_with_the_family_ends_with_its_consent_and_with_no_other() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let patients_own = town.tenant.patient_user(patient).await;
    let sharing = json!({
        "kind": "FAMILY_SHARING", "purposes": ["PATIENT_REQUEST"], "expiry": { "event": "end of treatment" },
        "recipients": [{ "contact": { "kind": "EMAIL", "contact": "ngozi@example.org" } }],
    });
    let [revoked, expired, superseded, kept] =
        [(); 4].map(|()| clinician.records_consent(patient, sharing.clone()));
    let [revoked, expired, superseded, kept] =
        [revoked.await, expired.await, superseded.await, kept.await].map(|consent| consent.to_string());
    for consent in [&revoked, &expired, &superseded, &kept] {
        shares(&town, patient, consent).await;
        assert!(is_shared(&town, consent).await);
    }

    written(&revokes(&patients_own, &revoked).await, "revokeConsent");
    let event = json!({ "consentId": expired, "occurredAt": "2026-11-21T07:00:00Z" });
    written(&clinician.mutate("recordExpiryEvent", event, "id").await, "recordExpiryEvent");
    let next = files(&clinician, patient, terms(sharing), json!({ "supersedesId": superseded })).await;
    written(&next, "recordConsent");

    for consent in [&revoked, &expired, &superseded] {
        assert!(!is_shared(&town, consent).await);
    }
    assert!(is_shared(&town, &kept).await);
}
