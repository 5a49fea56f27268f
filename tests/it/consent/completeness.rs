//! What a form must have before it counts (42 CFR 2.31(a) to (d)).

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{complaints, detail, drafts, epoch_of, files, signs, status_of, terms};
use crate::support::Town;

/// What is wrong with a form, and the words that name it.
fn faults() -> Vec<(Value, &'static str)> {
    let contact = json!({ "contact": { "kind": "EMAIL", "contact": "ngozi@example.org" } });
    let class = json!({ "recipientClass": "TREATING_PROVIDERS" });
    let exchange = |participants: &str| json!({ "intermediary": { "name": "Valley exchange", "participants": participants } });
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
        (json!({ "kind": "RESEARCH", "expiry": dated }), "research alone, in a consent of its own"),
        (json!({ "purposes": ["TREATMENT", "RESEARCH"] }), "research alone, in a consent of its own"),
        (
            json!({ "purposes": ["PUBLIC_HEALTH"] }),
            "treatment, payment and operations alone for TPO (42 CFR 2.33(b))",
        ),
        (
            json!({ "kind": "FAMILY_SHARING", "expiry": dated, "purposes": ["PATIENT_REQUEST"], "recipients": [contact, class] }),
            "contacts and users alone",
        ),
        (
            json!({ "kind": "REFERRAL_PARTNER", "expiry": dated, "recipients": [class] }),
            "organizations alone",
        ),
        (json!({ "recipients": [contact] }), "contacts in a consent to share with the family"),
        (
            json!({ "recipients": [exchange("HEALTH_PLANS")] }),
            "those who treat the patient as an intermediary's participants (42 CFR 2.31(a)(4)(ii)(B))",
        ),
    ]
}

/// Everything that was told breaks a rule of the form, `named` among it.
fn assert_told(told: &[Value], named: &str, path: &str, fault: &Value) {
    assert!(
        told.iter().all(|one| one["code"] == "VALIDATION_FAILED" && one["field"][0] == path),
        "{fault}: {told:?}"
    );
    let names = |one: &Value| one["message"].as_str().is_some_and(|text| text.contains(named));
    assert!(told.iter().any(names), "{fault}: {told:?}");
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
        let told = complaints(&signs(&patients_own, &consent, version).await, "signConsent");
        assert_told(&told, named, "consentId", &fault);
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
        assert_told(&complaints(&answer, "recordConsent"), named, "terms", &fault);
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

    let told =
        complaints(&files(&clinician, patient, terms(empty.clone()), json!({})).await, "recordConsent");
    let paths: Vec<&Value> = told.iter().map(|one| &one["field"]).collect();
    let terms_at_fault = ["scopes", "recipients", "purposes", "redisclosureStatement", "refusalConsequences"];
    assert_eq!(json!(paths), json!(terms_at_fault.map(|term| ["terms", term])));
    assert_eq!(town.tenant.count("consents").await, 0);

    let (consent, _) = drafts(&clinician, patient, empty).await;
    let said = detail(&clinician, patient, &consent, "faults").await;
    let faults = [
        "INFORMATION_MISSING",
        "RECIPIENT_MISSING",
        "PURPOSE_MISSING",
        "REDISCLOSURE_STATEMENT_MISSING",
        "REFUSAL_CONSEQUENCES_MISSING",
    ];
    assert_eq!(said["faults"], json!(faults), "whoever prepares it reads what is missing");
    let (complete, _) = drafts(&clinician, patient, json!({})).await;
    assert_eq!(detail(&clinician, patient, &complete, "faults").await["faults"], json!([]));
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
        json!({ "kind": "RESEARCH", "expiry": dated, "purposes": ["RESEARCH"] }),
        json!({ "kind": "FAMILY_SHARING", "expiry": dated, "purposes": ["PATIENT_REQUEST"],
            "recipients": [{ "contact": { "kind": "PHONE", "contact": "+1 415 555 2671" } }] }),
        json!({ "recipients": [{ "intermediary": { "name": "Valley exchange", "participants": "TREATING_PROVIDERS" } }] }),
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
        ("resourceKind", json!({ "scopes": [{ "dataClass": "SUD", "resourceKind": "drug test" }] })),
        ("resourceKind", json!({ "scopes": [{ "dataClass": "SUD", "resourceKind": "" }] })),
        ("resourceKind", json!({ "scopes": [{ "dataClass": "SUD", "resourceKind": "K".repeat(65) }] })),
        (
            "recipients",
            json!({ "recipients": [{ "contact": { "kind": "EMAIL", "contact": "ngozi at home" } }] }),
        ),
        ("recipients", json!({ "recipients": [{ "contact": { "kind": "PHONE", "contact": "555" } }] })),
        (
            "recipients",
            json!({ "recipients": [{ "intermediary": { "name": " ", "participants": "TREATING_PROVIDERS" } }] }),
        ),
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
        ("signerPersonId", json!({ "signerCapacity": "PARENT" })),
        ("signerPersonId", json!({ "signerCapacity": "GUARDIAN" })),
        // Nothing says that the patient is a minor.
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
