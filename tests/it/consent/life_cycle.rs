//! From a draft to a signature: who may do what, in which state.

use chrono::TimeDelta;
use consentry::identity::user_creation::{NewAssignment, NewPractitioner, NewUser};
use entity::Id;
use serde_json::{Value, json};

use super::{drafts, epoch_of, files, refusals_of, revokes, signs, status_of, terms};
use crate::support::{NOBODYS, Town};

#[tokio::test]
async fn a_draft_permits_nothing_until_the_patient_signs_and_nothing_after_the_revocation() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let patients_own = town.tenant.patient_user(patient).await;

    let (consent, version) = drafts(&clinician, patient, json!({})).await;
    assert_eq!(status_of(&town, &consent).await, "PENDING_SIGNATURE");
    assert_eq!(clinician.sees_identity_of(patient).await, Err("CONSENT_REQUIRED".to_owned()));

    let signed = signs(&patients_own, &consent, version).await.ok();
    assert_eq!(signed["signConsent"]["result"]["version"], json!(version + 1));
    assert_eq!(status_of(&town, &consent).await, "ACTIVE");
    assert!(clinician.sees_identity_of(patient).await.is_ok());

    revokes(&patients_own, &consent).await.ok();
    assert_eq!(status_of(&town, &consent).await, "REVOKED");
    assert_eq!(clinician.sees_identity_of(patient).await, Err("CONSENT_REVOKED".to_owned()));
}

#[tokio::test]
async fn the_detail_says_what_was_signed_when_and_how() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let patients_own = town.tenant.patient_user(patient).await;
    let parts = json!({
        "recipients": [{ "practitionerId": clinician.practitioner().to_string() }],
        "expiry": { "date": "2027-11-21T08:00:00Z" },
    });
    let (consent, version) = drafts(&clinician, patient, parts).await;
    town.clock.advance(TimeDelta::minutes(5));
    signs(&patients_own, &consent, version).await.ok();

    let data = clinician
        .ask_with(
            "query($id: ID!) { consents(patientId: $id) { totalCount nodes { id detail { ... on ConsentDetail {
                kind decision status inForce purposes expiryKind validFrom validTo signedAt signerCapacity
                signatureMethod revokedAt scopes { dataClass } recipients { kind practitioner { professionalName } } } } } } }",
            json!({ "id": patient.to_string() }),
        )
        .await
        .ok();

    assert_eq!(data["consents"]["totalCount"], 1);
    assert_eq!(
        data["consents"]["nodes"][0]["detail"],
        json!({
            "kind": "TPO", "decision": "PERMIT", "status": "ACTIVE", "inForce": true, "purposes": ["TREATMENT"],
            "expiryKind": "DATE", "validFrom": "2026-11-21T08:00:00Z", "validTo": "2027-11-21T08:00:00Z",
            "signedAt": "2026-11-21T08:05:00Z", "signerCapacity": "SELF", "signatureMethod": "ELECTRONIC",
            "revokedAt": null, "scopes": [{ "dataClass": "DIRECTORY" }],
            "recipients": [{ "kind": "PRACTITIONER", "practitioner": { "professionalName": "Dana Ruiz, LCSW" } }],
        })
    );
}

#[tokio::test]
async fn signing_what_changed_since_it_was_read_is_refused() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let patients_own = town.tenant.patient_user(patient).await;
    let (consent, version) = drafts(&clinician, patient, json!({})).await;
    let epoch = epoch_of(&town, patient).await;

    for stale in [version - 1, version + 1] {
        let answer = signs(&patients_own, &consent, stale).await;
        assert_eq!(answer.user_error("signConsent"), "STALE_VERSION", "{stale}");
    }

    assert_eq!(status_of(&town, &consent).await, "PENDING_SIGNATURE");
    assert_eq!(epoch_of(&town, patient).await, epoch);
}

#[tokio::test]
async fn a_consent_is_signed_once_and_a_revoked_one_never_again() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let patients_own = town.tenant.patient_user(patient).await;
    let (consent, version) = drafts(&clinician, patient, json!({})).await;
    assert_eq!(revokes(&patients_own, &consent).await.user_error("revokeConsent"), "INVALID_STATE");
    signs(&patients_own, &consent, version).await.ok();
    let epoch = epoch_of(&town, patient).await;

    assert_eq!(signs(&patients_own, &consent, version + 1).await.user_error("signConsent"), "INVALID_STATE");
    assert_eq!(epoch_of(&town, patient).await, epoch);

    revokes(&patients_own, &consent).await.ok();
    assert_eq!(revokes(&patients_own, &consent).await.user_error("revokeConsent"), "INVALID_STATE");
    assert_eq!(signs(&patients_own, &consent, version + 2).await.user_error("signConsent"), "INVALID_STATE");
    assert_eq!(status_of(&town, &consent).await, "REVOKED");
}

#[tokio::test]
async fn nobody_but_the_patient_signs() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let somebody = clinician.creates_patient("Bruno", "Silva").await;
    let somebodys_own = town.tenant.patient_user(somebody).await;
    let (consent, version) = drafts(&clinician, patient, json!({})).await;

    let anothers = signs(&somebodys_own, &consent, version).await;
    let nobodys = signs(&somebodys_own, &NOBODYS.to_string(), version).await;
    assert_eq!(anothers.user_error("signConsent"), "NOT_FOUND");
    assert_eq!(anothers.body, nobodys.body, "as if there were no such consent");

    for staff in [&clinician, &town.tenant.admin().await, &town.tenant.compliance().await] {
        assert_eq!(signs(staff, &consent, version).await.refused(), "FORBIDDEN");
    }
    assert_eq!(status_of(&town, &consent).await, "PENDING_SIGNATURE");
}

#[tokio::test]
async fn a_clinician_who_is_a_patient_elsewhere_does_not_sign_for_those_they_treat() {
    let town = Town::new().await;
    let author = town.tenant.clinician().await;
    let patient = author.creates_patient("Amara", "Okafor").await;
    let both = town
        .tenant
        .user(NewUser {
            roles: ["PRACTITIONER", "PATIENT"]
                .map(|role| NewAssignment { role, ..Default::default() })
                .into(),
            practitioner: Some(NewPractitioner::named("Kim Adeyemi, LCSW")),
            ..Default::default()
        })
        .await;
    let place = json!({ "patientId": patient.to_string(), "practitionerId": both.practitioner().to_string(), "role": "PRIMARY" });
    author.mutate("assignCareTeam", place, "id").await.ok();
    let (consent, version) = drafts(&author, patient, json!({})).await;

    let refused = signs(&both, &consent, version).await;
    assert_eq!(refused.user_error("signConsent"), "NOT_FOUND");
    assert_eq!(
        refused.body,
        signs(&both, &NOBODYS.to_string(), version).await.body,
        "none that they could sign"
    );
    assert_eq!(status_of(&town, &consent).await, "PENDING_SIGNATURE");
}

#[tokio::test]
async fn drafting_and_filing_need_a_relationship_to_the_patient() {
    let town = Town::new().await;
    let patient = town.tenant.clinician().await.creates_patient("Amara", "Okafor").await;
    let stranger = town.tenant.clinician().await;
    let epoch = epoch_of(&town, patient).await;
    let draft = |id: String| json!({ "patientId": id, "terms": terms(json!({})) });

    let hidden = stranger.mutate("draftConsent", draft(patient.to_string()), "id").await;
    let random = stranger.mutate("draftConsent", draft(NOBODYS.to_string()), "id").await;
    assert_eq!(hidden.user_error("draftConsent"), "NOT_FOUND");
    assert_eq!(hidden.body, random.body);
    let filed = files(&stranger, patient, terms(json!({})), json!({})).await;
    assert_eq!(filed.user_error("recordConsent"), "NOT_FOUND");
    let admin = town.tenant.admin().await;
    let filed = files(&admin, patient, terms(json!({})), json!({})).await;
    assert_eq!(filed.refused(), "FORBIDDEN");

    assert_eq!(town.tenant.count("consents").await, 0);
    assert_eq!(epoch_of(&town, patient).await, epoch);
}

#[tokio::test]
async fn compliance_files_consents_for_the_audit_and_not_for_another_purpose() {
    let town = Town::new().await;
    let patient = town.tenant.clinician().await.creates_patient("Amara", "Okafor").await;
    let compliance = town.tenant.compliance().await;

    let for_the_court = compliance.with_purpose("LEGAL_PROCEEDING");
    let refused = files(&for_the_court, patient, terms(json!({})), json!({})).await;
    assert_eq!(refused.user_error("recordConsent"), "ACCESS_DENIED");
    assert_eq!(town.tenant.count("consents").await, 0);
    assert_eq!(refusals_of(&town, patient).await, ["FORBIDDEN"], "the refusal outlives the rollback");

    let filed = files(&compliance, patient, terms(json!({})), json!({})).await.ok();
    assert!(filed["recordConsent"]["result"]["id"].is_string());
    assert_eq!(
        compliance.sees_identity_of(patient).await,
        Err("FORBIDDEN".to_owned()),
        "filing consents is no need to know who the patient is"
    );
}

#[tokio::test]
async fn every_change_moves_the_epoch_and_emits_an_event_of_ids_in_its_own_transaction() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let patients_own = town.tenant.patient_user(patient).await;
    let epoch = epoch_of(&town, patient).await;

    let (consent, version) = drafts(&clinician, patient, json!({})).await;
    let mut expected = vec![("consent.draft", epoch + 1)];
    assert_one_transaction(&town, &consent, expected[0]).await;
    signs(&patients_own, &consent, version).await.ok();
    expected.push(("consent.signed", epoch + 2));
    assert_one_transaction(&town, &consent, expected[1]).await;
    revokes(&patients_own, &consent).await.ok();
    expected.push(("consent.revoked", epoch + 3));
    assert_one_transaction(&town, &consent, expected[2]).await;

    let sql =
        "select jsonb_agg(jsonb_build_array(event_type::text, aggregate_kind::text, payload) order by id)
        from outbox_events where aggregate_id = $1";
    let events: Option<Value> = town.tenant.scalar(sql, consent.parse().expect("an id")).await;
    let ids = json!({ "id": consent });
    let of = expected.iter().map(|(event, _)| json!([event, "CONSENT", ids]));
    assert_eq!(events, Some(of.collect()), "events carry ids and nothing else");
}

/// The consent, the patient's epoch, the event and the audit row were written by one transaction.
async fn assert_one_transaction(town: &Town, consent: &str, (event, epoch): (&str, i64)) {
    let id = consent.parse().expect("an id");
    let sql = format!(
        "select count(distinct transaction) from (
            select xmin::text as transaction from consents where id = $1
            union all select xmin::text from patients
                where id = (select patient_id from consents where id = $1) and consent_epoch = {epoch}
            union all select xmin::text from outbox_events where aggregate_id = $1 and event_type = '{event}'
            union all select xmin::text from audit_logs a where target_id = $1
                and id = (select max(id::text)::uuid from audit_logs where target_id = $1)) as rows"
    );
    assert_eq!(town.tenant.scalar::<i64>(&sql, id).await, Some(1), "{event}");
    let sql = format!(
        "select count(*) from patients where consent_epoch = {epoch} and id = (select patient_id from consents where id = $1)"
    );
    assert_eq!(town.tenant.scalar::<i64>(&sql, id).await, Some(1), "{event} moves the epoch by one");
}

#[tokio::test]
async fn filing_with_the_same_key_happens_once() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let key = json!({ "idempotencyKey": "form 12" });

    let first = files(&clinician, patient, terms(json!({})), key.clone()).await.ok();
    let epoch = epoch_of(&town, patient).await;
    let again = files(&clinician, patient, terms(json!({})), key.clone()).await.ok();
    assert_eq!(first["recordConsent"], again["recordConsent"]);
    let other = files(&clinician, patient, terms(json!({ "purposes": ["PAYMENT"] })), key).await;
    assert_eq!(other.user_error("recordConsent"), "IDEMPOTENCY_CONFLICT");

    assert_eq!(town.tenant.count("consents").await, 1);
    assert_eq!(epoch_of(&town, patient).await, epoch);
    let unknown = files(&clinician, Id::new(NOBODYS), terms(json!({})), json!({})).await;
    assert_eq!(unknown.user_error("recordConsent"), "NOT_FOUND");
}
