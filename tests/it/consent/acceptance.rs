//! The acceptance cases of the consent design, under their numbers.

use chrono::TimeDelta;
use entity::Id;
use serde_json::json;

use super::{drafts, files, refusals_of, revokes, signs, status_of, terms};
use crate::support::{NOBODYS, Town, id};

/// Case 1.
#[tokio::test]
async fn a_clinician_on_the_care_team_sees_identity_and_sud_under_an_active_consent_and_is_recorded() {
    let town = Town::with_part2_program().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    clinician.records_consent(patient, json!({})).await;

    let before = town.tenant.count("audit_logs").await;
    assert_eq!(clinician.sees_identity_of(patient).await, Ok("Amara Okafor".to_owned()));

    assert_eq!(town.tenant.count("audit_logs").await, before + 1, "one look, one row");
    assert_eq!(town.tenant.count("disclosures").await, 0, "a look inside the program is no disclosure");
    let class: Option<String> = town
        .tenant
        .scalar(
            "select data_class::text from audit_logs where patient_id = $1 and action = 'VIEW' and decision = 'PERMIT'",
            patient.uuid(),
        )
        .await;
    assert_eq!(class.as_deref(), Some("SUD"), "in a Part 2 program identity itself is a SUD record");
}

/// Case 2.
#[tokio::test]
async fn a_consent_that_the_patient_revoked_a_millisecond_ago_in_another_session_opens_nothing() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let consent = clinician.records_consent(patient, json!({})).await;
    let patients_own = town.tenant.patient_user(patient).await;
    assert!(clinician.sees_identity_of(patient).await.is_ok(), "before the revocation");

    revokes(&patients_own, consent).await.ok();
    town.clock.advance(TimeDelta::milliseconds(1));

    assert_eq!(clinician.sees_identity_of(patient).await, Err("CONSENT_REVOKED".to_owned()));
    assert_eq!(refusals_of(&town, patient).await, ["CONSENT_REVOKED"], "the refusal is recorded");
}

/// Case 3.
#[tokio::test]
async fn a_consent_whose_time_is_over_opens_nothing_although_its_status_is_active() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let expiry = json!({ "expiry": { "date": "2026-11-21T09:00:00Z" } });
    let consent = clinician.records_consent(patient, expiry).await;

    town.clock.advance(TimeDelta::hours(1) - TimeDelta::milliseconds(1));
    assert!(clinician.sees_identity_of(patient).await.is_ok(), "a millisecond before the end");

    town.clock.advance(TimeDelta::milliseconds(1));
    assert_eq!(clinician.sees_identity_of(patient).await, Err("CONSENT_EXPIRED".to_owned()));
    assert_eq!(status_of(&town, &consent.to_string()).await, "ACTIVE", "no job was needed");
    assert_eq!(refusals_of(&town, patient).await, ["CONSENT_EXPIRED"]);
}

/// Case 4.
#[tokio::test]
async fn a_program_that_acts_for_the_same_clinician_has_to_state_its_purpose() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    clinician.records_consent(patient, json!({})).await;
    let program = town.tenant.api_token(&clinician, None, None).await;

    assert_eq!(program.sees_identity_of(patient).await, Err("PURPOSE_REQUIRED".to_owned()));
    assert_eq!(refusals_of(&town, patient).await, ["PURPOSE_REQUIRED"]);
    let stated = program.with_purpose("TREATMENT");
    assert_eq!(stated.sees_identity_of(patient).await, Ok("Amara Okafor".to_owned()));

    let sql = "select array_agg(distinct credential::text) from audit_logs where patient_id = $1 and action = 'VIEW'";
    let credentials: Option<Vec<String>> = town.tenant.scalar(sql, patient.uuid()).await;
    assert_eq!(credentials, Some(vec!["API_TOKEN".to_owned()]), "both looks name the credential");
}

/// Case 5.
#[tokio::test]
async fn an_administrator_without_a_relationship_sees_the_display_code_alone() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    clinician
        .records_consent(patient, json!({ "recipients": [{ "recipientClass": "PROGRAM_WORKFORCE" }] }))
        .await;
    let admin = town.tenant.admin().await;

    let answer = admin
        .ask_with(
            "query($id: ID!) { patient(id: $id) { displayCode identity { __typename ... on Withheld { reason consentRequestable } } } }",
            json!({ "id": patient.to_string() }),
        )
        .await;

    let shown = &answer.ok()["patient"];
    assert_eq!(shown["displayCode"].as_str().map(str::len), Some(9));
    assert_eq!(
        shown["identity"],
        json!({ "__typename": "Withheld", "reason": "FORBIDDEN", "consentRequestable": false })
    );
    assert!(!answer.body.to_string().contains("Okafor"));
    assert_eq!(refusals_of(&town, patient).await, ["FORBIDDEN"]);
}

/// Case 6.
#[tokio::test]
async fn another_tenants_patient_answers_exactly_as_a_random_id() {
    let town = Town::new().await;
    let patient = town.tenant.clinician().await.creates_patient("Amara", "Okafor").await;
    let outsider = town.another_tenant("elsewhere").await.clinician().await;
    let rows = town.tenant.count("audit_logs").await;
    let query = "query($id: ID!) { patient(id: $id) { displayCode identity { __typename } }
        consents(patientId: $id) { totalCount nodes { id } } explainAccess(patientId: $id) { __typename }
        accessHistory(patientId: $id) { totalCount nodes { id } } }";

    let guessed = outsider.ask_with(query, json!({ "id": patient.to_string() })).await;
    let random = outsider.ask_with(query, json!({ "id": NOBODYS.to_string() })).await;

    assert_eq!(guessed.ok()["patient"], json!(null));
    assert_eq!(guessed.body, random.body);
    assert_eq!((guessed.status, guessed.statements), (random.status, random.statements));
    assert_eq!(town.tenant.count("audit_logs").await, rows, "nothing reaches the other tenant's record");
}

/// Case 6, for changes.
#[tokio::test]
async fn another_tenants_patient_and_consent_cannot_be_changed_and_answer_as_random_ids() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let consent = clinician.records_consent(patient, json!({})).await;
    let outsider = town.another_tenant("elsewhere").await.clinician().await;
    let evidence = json!({ "method": "PAPER", "reference": "folder 7" });
    let revoke = |id: String| json!({ "consentId": id, "evidence": evidence });

    let guessed = outsider.mutate("revokeConsent", revoke(consent.to_string()), "id").await;
    let random = outsider.mutate("revokeConsent", revoke(NOBODYS.to_string()), "id").await;
    assert_eq!(guessed.user_error("revokeConsent"), "NOT_FOUND");
    assert_eq!((&guessed.body, guessed.statements), (&random.body, random.statements));

    let guessed = files(&outsider, patient, terms(json!({})), json!({})).await;
    let random = files(&outsider, Id::new(NOBODYS), terms(json!({})), json!({})).await;
    assert_eq!(guessed.user_error("recordConsent"), "NOT_FOUND");
    assert_eq!((&guessed.body, guessed.statements), (&random.body, random.statements));

    assert_eq!(status_of(&town, &consent.to_string()).await, "ACTIVE");
    assert_eq!(town.tenant.count("consents").await, 1);
}

/// Case 8.
#[tokio::test]
async fn a_form_that_mixes_counseling_notes_with_other_information_cannot_be_signed() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let patients_own = town.tenant.patient_user(patient).await;
    let scopes = json!({ "scopes": [{ "dataClass": "DIRECTORY" }, { "dataClass": "SUD_COUNSELING_NOTE" }] });
    let (consent, version) = drafts(&clinician, patient, scopes).await;

    let answer = signs(&patients_own, &consent, version).await;

    let complaint = answer.complaint("signConsent");
    assert_eq!(complaint["code"], "VALIDATION_FAILED");
    assert!(complaint["message"].as_str().is_some_and(|text| text.contains("2.31(b)")), "{complaint}");
    assert_eq!(status_of(&town, &consent).await, "PENDING_SIGNATURE");
}

/// Case 14.
#[tokio::test]
async fn a_search_without_the_permission_is_forbidden_and_tells_nothing_by_its_answer() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    clinician.records_consent(patient, json!({})).await;
    let admin = town.tenant.admin().await;
    let query =
        "query($name: String!) { patients(search: { namePrefix: $name }) { totalCount nodes { id } } }";

    let of_somebody = admin.with_request_id("search").ask_with(query, json!({ "name": "Okafor" })).await;
    let of_nobody = admin.with_request_id("search").ask_with(query, json!({ "name": "Zzyzx" })).await;

    assert_eq!(of_somebody.refused(), "FORBIDDEN");
    assert!(of_somebody.body.to_string().contains("phi.search"), "the permission is named");
    assert_eq!(of_somebody.body, of_nobody.body);
    assert_eq!(of_somebody.statements, of_nobody.statements);
    assert_eq!(refusals_of(&town, patient).await, [""; 0], "nobody was looked at");
}

/// Case 17.
#[tokio::test]
async fn a_restriction_goes_before_a_consent_that_would_permit() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    clinician.records_consent(patient, json!({})).await;
    let restriction = clinician.records_consent(patient, json!({ "kind": "RESTRICTION" })).await;
    assert_eq!(clinician.sees_identity_of(patient).await, Err("RESTRICTED".to_owned()));
    assert_eq!(refusals_of(&town, patient).await, ["RESTRICTED"]);

    let patients_own = town.tenant.patient_user(patient).await;
    assert!(patients_own.sees_identity_of(patient).await.is_ok(), "it does not bind the patient");
    revokes(&patients_own, restriction).await.ok();
    assert!(clinician.sees_identity_of(patient).await.is_ok(), "a revoked restriction restricts nothing");
}

/// Case 21.
#[tokio::test]
async fn patients_see_all_of_their_own_but_protected_notes_without_a_consent_or_a_disclosure() {
    let town = Town::with_part2_program().await;
    let patient = town.tenant.clinician().await.creates_patient("Amara", "Okafor").await;
    let patients_own = town.tenant.patient_user(patient).await;

    assert_eq!(patients_own.sees_identity_of(patient).await, Ok("Amara Okafor".to_owned()));

    let data = patients_own
        .ask_with(
            "query($id: ID!) { explainAccess(patientId: $id) { ... on AccessExplanation { entries { dataClass decision user { id } } } } }",
            json!({ "id": patient.to_string() }),
        )
        .await
        .ok();
    let entries = data["explainAccess"]["entries"].as_array().expect("entries");
    let own: Vec<_> =
        entries.iter().filter(|entry| id(&entry["user"]["id"]) == patients_own.user()).collect();
    let classes = |decision: &str| -> Vec<&str> {
        let of = own.iter().filter(|entry| entry["decision"] == decision);
        of.filter_map(|entry| entry["dataClass"].as_str()).collect()
    };
    assert_eq!(classes("PERMIT"), ["DIRECTORY", "GENERAL_PHI", "FINANCIAL", "MENTAL_HEALTH", "SUD"]);
    assert_eq!(classes("DENY"), ["PSYCHOTHERAPY_NOTE", "SUD_COUNSELING_NOTE"]);
    assert_eq!(town.tenant.count("disclosures").await, 0, "looking at oneself is no disclosure");
}

/// Case 22.
#[tokio::test]
async fn a_legal_proceeding_needs_a_consent_of_its_own_kind() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    clinician.records_consent(patient, json!({})).await;
    let for_the_court = clinician.with_purpose("LEGAL_PROCEEDING");

    assert_eq!(for_the_court.sees_identity_of(patient).await, Err("SEPARATE_CONSENT_REQUIRED".to_owned()));
    assert_eq!(refusals_of(&town, patient).await, ["SEPARATE_CONSENT_REQUIRED"]);

    let legal = json!({
        "kind": "LEGAL_PROCEEDING",
        "purposes": ["LEGAL_PROCEEDING"],
        "expiry": { "event": "end of the case" },
    });
    clinician.records_consent(patient, legal).await;
    assert!(for_the_court.sees_identity_of(patient).await.is_ok());
}

/// Case 24.
#[tokio::test]
async fn a_consent_without_a_purpose_matches_nothing() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let (consent, _) = drafts(&clinician, patient, json!({ "purposes": [] })).await;
    // No mutation signs such a form; an import or a bug might.
    let signed = town
        .tenant
        .change(&format!(
            "update consents set status = 'ACTIVE', signed_at = valid_from, signer_capacity = 'ONESELF',
                signature_method = 'PAPER', evidence_reference = 'folder 12',
                signer_person_id = (select person_id from patients where id = patient_id)
            where id = '{consent}'"
        ))
        .await;
    assert_eq!(signed, 1);

    for purpose in ["TREATMENT", "OPERATIONS", "RESEARCH"] {
        let seen = clinician.with_purpose(purpose).sees_identity_of(patient).await;
        assert_eq!(seen, Err("CONSENT_REQUIRED".to_owned()), "{purpose}");
    }
}
