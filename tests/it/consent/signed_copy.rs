//! The copy of a consent that a patient can read (42 CFR 2.31(a), 2.32(b)).

use serde_json::json;

use super::{detail, drafts, files, signs, terms, written};
use crate::support::Town;

#[tokio::test]
async fn the_copy_says_all_that_was_signed_in_plain_words_and_does_not_name_the_patient() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let patients_own = town.tenant.patient_user(patient).await;
    let sql = "select display_code from patients where id = $1";
    let code: String = town.tenant.scalar(sql, patient.uuid()).await.expect("a display code");
    let school = town.tenant.admin().await.enters_organization("SCHOOL", "harbor", None).await.to_string();
    let parts = json!({
        "scopes": [{ "dataClass": "DIRECTORY" }, { "dataClass": "SUD", "coversFrom": "2026-01-02T03:04:00Z", "resourceKind": "DRUG_TEST" }],
        "recipients": [
            { "practitionerId": clinician.practitioner().to_string() },
            { "recipientClass": "TREATING_PROVIDERS" },
            { "organizationId": school },
            { "intermediary": { "name": "Valley\u{202f}exchange", "participants": "TREATING_PROVIDERS" } },
        ],
        "purposes": ["TREATMENT", "PAYMENT"],
        "expiry": { "event": "end of treatment" },
    });
    let (consent, version) = drafts(&clinician, patient, parts).await;
    assert_eq!(
        detail(&patients_own, patient, &consent, "signedCopy").await["signedCopy"],
        json!(null),
        "nobody signed yet"
    );

    written(&signs(&patients_own, &consent, version).await, "signConsent");

    let said = detail(&patients_own, patient, &consent, "signedCopy").await;
    let copy = said["signedCopy"].as_str().expect("a copy");
    for words in [
        "Consent to disclose records for treatment, payment and health care operations",
        &format!("Patient: the person with the code {code} in the records of Town Recovery."),
        "Who may disclose: Town Recovery.",
        "- name, birth date, address and contacts\n",
        "- substance use disorder records, among them that the patient is treated for it, of those alone: DRUG_TEST, from 2 January 2026, 03:04 UTC\n",
        "- Dana Ruiz, LCSW\n",
        "- the providers who treat the patient\n",
        "- A partner, with all organizations beneath it\n",
        "- Valley\u{202f}exchange, an intermediary, for its participants: the providers who treat the patient\n",
        "For what purpose: treatment; payment.",
        "Holds from: 21 November 2026, 08:00 UTC.",
        "Ends: when this happens: end of treatment.",
        "Right to revoke: ",
        "Redisclosure: ",
        "Refusal: ",
        "Signed by the patient, electronically, on 21 November 2026, 08:00 UTC.",
    ] {
        assert!(copy.contains(words), "{words}: {copy}");
    }
    assert!(
        !copy.contains("Okafor") && !copy.contains("Amara"),
        "who reads consents may not know the name: {copy}"
    );
    assert!(!copy.chars().any(|character| character.is_control() && character != '\n'), "{copy}");

    let sql = "select signed_copy::bytea from consents where id = $1";
    let stored: Vec<u8> =
        town.tenant.scalar(sql, consent.parse().expect("an id")).await.expect("a sealed copy");
    let words = b"Town Recovery";
    assert!(!stored.windows(words.len()).any(|window| window == words), "it is sealed");
}

#[tokio::test]
async fn a_form_that_was_filed_has_a_copy_too_and_a_restriction_says_what_it_forbids() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let restriction = json!({ "kind": "RESTRICTION", "expiry": { "date": "2027-01-01T00:00:00Z" } });
    let (consent, _) =
        written(&files(&clinician, patient, terms(restriction), json!({})).await, "recordConsent");

    let said = detail(&clinician, patient, &consent, "signedCopy").await;

    let copy = said["signedCopy"].as_str().expect("a copy");
    for words in [
        "Restriction of the use and disclosure of records",
        "What must not be used or disclosed:",
        "Ends: on 1 January 2027, 00:00 UTC.",
        "Signed by the patient, on paper, on 20 November 2026, 09:00 UTC.",
    ] {
        assert!(copy.contains(words), "{words}: {copy}");
    }
    assert!(!copy.contains("Redisclosure"), "nothing is disclosed under it: {copy}");
}
