//! What a form must have before it counts (42 CFR 2.31(a) to (d)).

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{drafts, epoch_of, files, signs, status_of, terms};
use crate::support::Town;

/// What is wrong with a form, and the words that name it.
fn faults() -> Vec<(Value, &'static str)> {
    let notes = json!([{ "dataClass": "SUD_COUNSELING_NOTE" }]);
    let therapy = json!([{ "dataClass": "PSYCHOTHERAPY_NOTE" }]);
    let with = |class: &str| json!([{ "dataClass": "DIRECTORY" }, { "dataClass": class }]);
    let dated = json!({ "date": "2027-01-01T00:00:00Z" });
    vec![
        (json!({ "scopes": [] }), "which information (42 CFR 2.31(a)(3))"),
        (json!({ "recipients": [] }), "to whom (42 CFR 2.31(a)(4))"),
        (json!({ "purposes": [] }), "for what purpose (42 CFR 2.31(a)(5))"),
        (json!({ "kind": "SPECIFIC" }), "when it ends (42 CFR 2.31(a)(7))"),
        (json!({ "redisclosureStatement": false }), "the statement on redisclosure (42 CFR 2.31(a)(10))"),
        (json!({ "refusalConsequences": false }), "the consequences of refusing (42 CFR 2.31(a)(10))"),
        (
            json!({ "scopes": with("SUD_COUNSELING_NOTE") }),
            "no SUD counseling notes beside other information",
        ),
        (json!({ "scopes": with("PSYCHOTHERAPY_NOTE") }), "no psychotherapy notes beside other information"),
        (json!({ "scopes": notes }), "no SUD counseling notes beside other information (42 CFR 2.31(b))"),
        (
            json!({ "kind": "SUD_COUNSELING_NOTES", "expiry": dated, "scopes": with("SUD_COUNSELING_NOTE") }),
            "SUD counseling notes alone, in a consent of their own (42 CFR 2.31(b))",
        ),
        (
            json!({ "kind": "PSYCHOTHERAPY_NOTES", "expiry": dated, "scopes": with("PSYCHOTHERAPY_NOTE") }),
            "psychotherapy notes alone, in a consent of their own",
        ),
        (
            json!({ "kind": "PSYCHOTHERAPY_NOTES", "expiry": dated, "scopes": notes }),
            "psychotherapy notes alone, in a consent of their own",
        ),
        (
            json!({ "kind": "SUD_COUNSELING_NOTES", "expiry": dated, "scopes": therapy }),
            "SUD counseling notes alone, in a consent of their own",
        ),
        (
            json!({ "purposes": ["TREATMENT", "LEGAL_PROCEEDING"] }),
            "legal proceedings alone, in a consent of their own (42 CFR 2.31(d))",
        ),
        (
            json!({ "kind": "LEGAL_PROCEEDING", "expiry": dated }),
            "legal proceedings alone, in a consent of their own (42 CFR 2.31(d))",
        ),
        (
            json!({ "kind": "LEGAL_PROCEEDING", "expiry": dated, "purposes": ["LEGAL_PROCEEDING", "TREATMENT"] }),
            "legal proceedings alone, in a consent of their own (42 CFR 2.31(d))",
        ),
    ]
}

#[tokio::test]
async fn an_incomplete_form_is_not_signed_and_what_is_missing_is_named() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let patients_own = town.tenant.patient_user(patient).await;

    for (fault, named) in faults() {
        let (consent, version) = drafts(&clinician, patient, fault.clone()).await;
        let epoch = epoch_of(&town, patient).await;
        let complaint = signs(&patients_own, &consent, version).await.complaint("signConsent");
        assert_eq!(complaint["code"], "VALIDATION_FAILED", "{fault}");
        assert!(
            complaint["message"].as_str().is_some_and(|text| text.contains(named)),
            "{fault}: {complaint}"
        );
        assert_eq!(status_of(&town, &consent).await, "PENDING_SIGNATURE", "{fault}");
        assert_eq!(epoch_of(&town, patient).await, epoch, "{fault}");
    }
    assert_eq!(clinician.sees_identity_of(patient).await, Err("CONSENT_REQUIRED".to_owned()));
}

#[tokio::test]
async fn an_incomplete_form_is_not_filed_either() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let epoch = epoch_of(&town, patient).await;

    for (fault, named) in faults() {
        let answer = files(&clinician, patient, terms(fault.clone()), json!({})).await;
        let complaint = answer.complaint("recordConsent");
        assert_eq!(complaint["code"], "VALIDATION_FAILED", "{fault}");
        assert_eq!(complaint["field"], json!(["terms"]), "{fault}");
        assert!(
            complaint["message"].as_str().is_some_and(|text| text.contains(named)),
            "{fault}: {complaint}"
        );
    }
    assert_eq!(town.tenant.count("consents").await, 0);
    assert_eq!(town.tenant.count("consent_scopes").await, 0);
    assert_eq!(epoch_of(&town, patient).await, epoch);
}

#[tokio::test]
async fn everything_that_is_missing_is_named_at_once() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let empty = json!({
        "scopes": [], "recipients": [], "purposes": [], "redisclosureStatement": false, "refusalConsequences": false,
    });

    let complaint = files(&clinician, patient, terms(empty), json!({})).await.complaint("recordConsent");

    let message = complaint["message"].as_str().expect("a message");
    for named in ["which information", "to whom", "what purpose", "redisclosure", "refusing"] {
        assert!(message.contains(named), "{named}: {message}");
    }
}

#[tokio::test]
async fn forms_that_keep_the_rules_are_signed() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let patients_own = town.tenant.patient_user(patient).await;
    let dated = json!({ "date": "2027-01-01T00:00:00Z" });
    let of = |kind: &str, class: &str| json!({ "kind": kind, "expiry": dated, "scopes": [{ "dataClass": class }] });
    let complete = [
        json!({}),
        json!({ "expiry": { "event": "end of treatment" } }),
        of("SPECIFIC", "MENTAL_HEALTH"),
        of("SUD_COUNSELING_NOTES", "SUD_COUNSELING_NOTE"),
        of("PSYCHOTHERAPY_NOTES", "PSYCHOTHERAPY_NOTE"),
        json!({ "kind": "LEGAL_PROCEEDING", "expiry": dated, "purposes": ["LEGAL_PROCEEDING"] }),
        // What only TPO needs is not asked of others; a restriction may cover anything, for ever.
        json!({ "kind": "SPECIFIC", "expiry": dated, "redisclosureStatement": false, "refusalConsequences": false }),
        json!({ "kind": "RESTRICTION", "scopes": [{ "dataClass": "SUD" }, { "dataClass": "PSYCHOTHERAPY_NOTE" }] }),
    ];

    for form in complete {
        let (consent, version) = drafts(&clinician, patient, form.clone()).await;
        let data = signs(&patients_own, &consent, version).await.ok();
        assert_eq!(data["signConsent"]["userErrors"], json!([]), "{form}");
        assert_eq!(status_of(&town, &consent).await, "ACTIVE", "{form}");
    }
}

#[tokio::test]
async fn a_form_whose_time_is_over_cannot_be_signed() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let patients_own = town.tenant.patient_user(patient).await;
    let short = json!({ "expiry": { "date": "2026-11-21T09:00:00Z" } });
    let (consent, version) = drafts(&clinician, patient, short).await;

    town.clock.advance(TimeDelta::hours(1));

    assert_eq!(signs(&patients_own, &consent, version).await.user_error("signConsent"), "INVALID_STATE");
    assert_eq!(status_of(&town, &consent).await, "PENDING_SIGNATURE");
}

#[tokio::test]
async fn terms_that_make_no_sense_are_not_even_drafted() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let epoch = epoch_of(&town, patient).await;
    let window = |from: &str, to: &str| json!([{ "dataClass": "SUD", "coversFrom": from, "coversTo": to }]);
    let many = vec![json!({ "dataClass": "SUD" }); 51];
    let faulty = [
        ("expiry", json!({ "expiry": { "date": "2026-11-21T08:00:00Z" } })),
        ("expiry", json!({ "expiry": { "date": "2026-11-20T08:00:00Z" } })),
        (
            "expiry",
            json!({ "expiry": { "date": "2027-01-01T00:00:00Z" }, "validFrom": "2027-01-01T00:00:00Z" }),
        ),
        ("expiry", json!({ "expiry": { "never": false } })),
        ("expiry", json!({ "expiry": { "event": "  " } })),
        ("expiry", json!({ "expiry": { "event": "e".repeat(201) } })),
        ("scopes", json!({ "scopes": [{ "dataClass": "DEIDENTIFIED" }] })),
        ("scopes", json!({ "scopes": window("2026-01-02T00:00:00Z", "2026-01-02T00:00:00Z") })),
        ("terms", json!({ "scopes": many })),
    ];

    for (field, parts) in faulty {
        let input = json!({ "patientId": patient.to_string(), "terms": terms(parts.clone()) });
        let complaint = clinician.mutate("draftConsent", input, "id").await.complaint("draftConsent");
        assert_eq!(complaint["code"], "VALIDATION_FAILED", "{parts}");
        let path = complaint["field"].as_array().and_then(|path| path.last()).cloned();
        assert_eq!(path, Some(json!(field)), "{parts}");
    }
    assert_eq!(town.tenant.count("consents").await, 0);
    assert_eq!(epoch_of(&town, patient).await, epoch);
}

#[tokio::test]
async fn the_path_of_a_refusal_leads_from_the_input_to_the_field() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let input =
        json!({ "patientId": patient.to_string(), "terms": terms(json!({ "expiry": { "never": false } })) });

    let complaint = clinician.mutate("draftConsent", input, "id").await.complaint("draftConsent");

    assert_eq!(complaint["field"], json!(["terms", "expiry"]));
}

#[tokio::test]
async fn the_evidence_of_a_filed_form_is_checked() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let faulty = [
        ("signedAt", json!({ "signedAt": "2026-11-21T08:00:00.001Z" })),
        ("signatureMethod", json!({ "signatureMethod": "ELECTRONIC" })),
        ("signerCapacity", json!({ "signerCapacity": "PARENT" })),
        ("signerCapacity", json!({ "signerCapacity": "GUARDIAN" })),
        ("signerCapacity", json!({ "signerCapacity": "MINOR" })),
        ("evidenceReference", json!({ "evidenceReference": " " })),
        ("evidenceReference", json!({ "evidenceReference": "f".repeat(201) })),
        ("evidenceReference", json!({ "evidenceReference": "folder\u{7}12" })),
        ("idempotencyKey", json!({ "idempotencyKey": "" })),
        ("idempotencyKey", json!({ "idempotencyKey": "k".repeat(201) })),
    ];

    for (field, parts) in faulty {
        let complaint =
            files(&clinician, patient, terms(json!({})), parts.clone()).await.complaint("recordConsent");
        assert_eq!(complaint["code"], "VALIDATION_FAILED", "{parts}");
        assert_eq!(complaint["field"], json!([field]), "{parts}");
    }
    assert_eq!(town.tenant.count("consents").await, 0);
}

#[tokio::test]
async fn an_event_with_characters_that_nobody_can_read_is_refused_as_input() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;

    let parts = json!({ "expiry": { "event": "end\u{7}of treatment" } });
    let input = json!({ "patientId": patient.to_string(), "terms": terms(parts) });
    let answer = clinician.mutate("draftConsent", input, "id").await;

    assert_eq!(answer.user_error("draftConsent"), "VALIDATION_FAILED");
    assert_eq!(town.tenant.count("consents").await, 0);
}
