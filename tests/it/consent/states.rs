//! The states of a consent: which act moves it where, and which is refused.

use entity::{Id, people::patient};
use serde_json::{Value, json};

use super::{complaints, detail, drafts, epoch_of, files, revokes, row_of, signs, status_of, terms, written};
use crate::support::{Actor, NOBODYS, Town};

const STATES: [&str; 7] =
    ["DRAFT", "PENDING_SIGNATURE", "ACTIVE", "REVOKED", "EXPIRED", "REJECTED", "SUPERSEDED"];

/// Each act, the states in which it is possible, and where it leads.
const ACTS: [(&str, &[&str], &str); 7] = [
    ("requestSignature", &["DRAFT"], "PENDING_SIGNATURE"),
    ("withdrawSignatureRequest", &["PENDING_SIGNATURE"], "DRAFT"),
    ("reviseConsent", &["DRAFT", "PENDING_SIGNATURE"], "REJECTED"),
    ("rejectConsent", &["DRAFT", "PENDING_SIGNATURE"], "REJECTED"),
    ("signConsent", &["PENDING_SIGNATURE"], "ACTIVE"),
    ("revokeConsent", &["ACTIVE"], "REVOKED"),
    ("recordExpiryEvent", &["ACTIVE"], "EXPIRED"),
];

struct Scene {
    town: Town,
    clinician: Actor,
    patients_own: Actor,
    patient: Id<patient::Entity>,
}

impl Scene {
    async fn new() -> Self {
        let town = Town::new().await;
        let clinician = town.tenant.clinician().await;
        let patient = clinician.creates_patient("Amara", "Okafor").await;
        let patients_own = town.tenant.patient_user(patient).await;
        Self { town, clinician, patients_own, patient }
    }

    /// A consent in a state, as the acts bring it there: its id and version.
    async fn consent_in(&self, state: &str) -> (String, i64) {
        if state == "DRAFT" {
            return self.keeps_draft(json!({})).await;
        }
        let until_event = json!({ "expiry": { "event": "end of treatment" } });
        let (consent, version) = drafts(&self.clinician, self.patient, until_event.clone()).await;
        if ["PENDING_SIGNATURE", "REJECTED"].contains(&state) {
            if state == "REJECTED" {
                written(&self.act("rejectConsent", &consent, version).await, "rejectConsent");
            }
            return (consent.clone(), self.version_of(&consent).await);
        }
        written(&signs(&self.patients_own, &consent, version).await, "signConsent");
        match state {
            "REVOKED" => drop(written(&revokes(&self.patients_own, &consent).await, "revokeConsent")),
            "EXPIRED" => {
                drop(written(&self.act("recordExpiryEvent", &consent, 0).await, "recordExpiryEvent"));
            }
            "SUPERSEDED" => {
                let next = files(
                    &self.clinician,
                    self.patient,
                    terms(until_event),
                    json!({ "supersedesId": consent }),
                );
                written(&next.await, "recordConsent");
            }
            _ => {}
        }
        (consent.clone(), self.version_of(&consent).await)
    }

    async fn keeps_draft(&self, parts: Value) -> (String, i64) {
        let input = json!({ "patientId": self.patient.to_string(), "terms": terms(parts), "asDraft": true });
        written(&self.clinician.mutate("draftConsent", input, "id version").await, "draftConsent")
    }

    async fn version_of(&self, consent: &str) -> i64 {
        let sql = "select version::bigint from consents where id = $1";
        self.town.tenant.scalar(sql, consent.parse().expect("an id")).await.expect("a consent")
    }

    async fn act(&self, act: &str, consent: &str, version: i64) -> crate::support::Answer {
        let (actor, input) = match act {
            "signConsent" => {
                (&self.patients_own, json!({ "consentId": consent, "expectedVersion": version }))
            }
            "revokeConsent" => (&self.patients_own, json!({ "consentId": consent })),
            "rejectConsent" => (&self.clinician, json!({ "consentId": consent })),
            "recordExpiryEvent" => {
                (&self.clinician, json!({ "consentId": consent, "occurredAt": "2026-11-21T08:00:00Z" }))
            }
            "reviseConsent" => (
                &self.clinician,
                json!({ "consentId": consent, "expectedVersion": version, "terms": terms(json!({})) }),
            ),
            _ => (&self.clinician, json!({ "consentId": consent, "expectedVersion": version })),
        };
        actor.mutate(act, input, "id version").await
    }
}

#[tokio::test]
async fn every_act_has_its_states_and_is_refused_in_all_others() {
    let scene = Scene::new().await;
    for state in STATES {
        for (act, from, to) in ACTS {
            let (consent, version) = scene.consent_in(state).await;
            assert_eq!(status_of(&scene.town, &consent).await, state);
            let before = row_of(&scene.town, &consent).await;
            let (epoch, count) =
                (epoch_of(&scene.town, scene.patient).await, scene.town.tenant.count("consents").await);

            let answer = scene.act(act, &consent, version).await;

            if from.contains(&state) {
                written(&answer, act);
                assert_eq!(status_of(&scene.town, &consent).await, to, "{act} of {state}");
                assert_eq!(epoch_of(&scene.town, scene.patient).await, epoch + 1, "{act} of {state}");
            } else {
                assert_eq!(answer.user_error(act), "INVALID_STATE", "{act} of {state}");
                assert_eq!(row_of(&scene.town, &consent).await, before, "{act} of {state}");
                assert_eq!(epoch_of(&scene.town, scene.patient).await, epoch, "{act} of {state}");
                assert_eq!(scene.town.tenant.count("consents").await, count, "{act} of {state}");
            }
        }
    }
}

#[tokio::test]
async fn an_incomplete_draft_is_not_put_before_anybody() {
    let scene = Scene::new().await;
    let (consent, version) = scene.keeps_draft(json!({ "purposes": [], "recipients": [] })).await;
    let before = row_of(&scene.town, &consent).await;

    let told = complaints(&scene.act("requestSignature", &consent, version).await, "requestSignature");

    let paths: Vec<&Value> = told.iter().map(|one| &one["field"]).collect();
    assert_eq!(json!(paths), json!([["consentId", "recipients"], ["consentId", "purposes"]]));
    assert_eq!(row_of(&scene.town, &consent).await, before);
}

#[tokio::test]
async fn a_revision_leaves_what_was_put_before_the_patient_and_waits_in_its_place() {
    let scene = Scene::new().await;
    for state in ["DRAFT", "PENDING_SIGNATURE"] {
        let (consent, version) = scene.consent_in(state).await;
        let revised = json!({ "consentId": consent, "expectedVersion": version,
            "terms": terms(json!({ "purposes": ["PAYMENT"] })) });
        let answer = scene.clinician.mutate("reviseConsent", revised, "id version").await;
        let (newer, version) = written(&answer, "reviseConsent");

        assert_ne!(newer, consent);
        assert_eq!(status_of(&scene.town, &newer).await, state, "the new one stands where the old one stood");
        let fields = "status purposes supersedesId";
        let said = detail(&scene.clinician, scene.patient, &newer, fields).await;
        assert_eq!(said, json!({ "status": state, "purposes": ["PAYMENT"], "supersedesId": consent }));
        let said = detail(&scene.clinician, scene.patient, &consent, fields).await;
        assert_eq!(said, json!({ "status": "REJECTED", "purposes": ["TREATMENT"], "supersedesId": null }));
        if state == "PENDING_SIGNATURE" {
            written(&signs(&scene.patients_own, &newer, version).await, "signConsent");
            assert_eq!(
                status_of(&scene.town, &consent).await,
                "REJECTED",
                "what was never active is not superseded"
            );
        }
    }
}

#[tokio::test]
async fn what_changed_since_it_was_read_is_neither_revised_nor_put_before_anybody() {
    let scene = Scene::new().await;
    for (act, state) in [
        ("requestSignature", "DRAFT"),
        ("withdrawSignatureRequest", "PENDING_SIGNATURE"),
        ("reviseConsent", "PENDING_SIGNATURE"),
    ] {
        let (consent, version) = scene.consent_in(state).await;
        let (before, count) =
            (row_of(&scene.town, &consent).await, scene.town.tenant.count("consents").await);
        let answer = scene.act(act, &consent, version - 1).await;
        assert_eq!(answer.user_error(act), "STALE_VERSION", "{act}");
        assert_eq!(row_of(&scene.town, &consent).await, before, "{act}");
        assert_eq!(scene.town.tenant.count("consents").await, count, "{act}");
    }
}

#[tokio::test]
async fn a_consent_of_somebody_else_answers_every_act_as_a_random_id() {
    let scene = Scene::new().await;
    let elsewhere = scene.town.another_tenant("elsewhere").await;
    let stranger = scene.town.tenant.clinician().await;
    let outsider = elsewhere.clinician().await;
    let (consent, version) = scene.consent_in("DRAFT").await;
    let before = row_of(&scene.town, &consent).await;
    for actor in [&stranger, &outsider] {
        for act in ["requestSignature", "withdrawSignatureRequest", "rejectConsent"] {
            let mut input = json!({ "consentId": consent });
            if act != "rejectConsent" {
                input["expectedVersion"] = json!(version);
            }
            let guessed = actor.mutate(act, input.clone(), "id").await;
            input["consentId"] = json!(NOBODYS.to_string());
            let random = actor.mutate(act, input, "id").await;
            assert_eq!(guessed.user_error(act), "NOT_FOUND", "{act}");
            assert_eq!((&guessed.body, guessed.statements), (&random.body, random.statements), "{act}");
        }
    }
    assert_eq!(row_of(&scene.town, &consent).await, before);
}

#[tokio::test]
async fn patients_say_no_to_what_waits_for_them_and_nobody_signs_it_afterwards() {
    let scene = Scene::new().await;
    let (consent, _) = scene.consent_in("PENDING_SIGNATURE").await;
    let answer =
        scene.patients_own.mutate("rejectConsent", json!({ "consentId": consent }), "id version").await;
    let (_, version) = written(&answer, "rejectConsent");
    assert_eq!(status_of(&scene.town, &consent).await, "REJECTED");

    let signed = signs(&scene.patients_own, &consent, version).await;
    assert_eq!(signed.user_error("signConsent"), "INVALID_STATE");
    assert_eq!(scene.clinician.sees_identity_of(scene.patient).await, Err("CONSENT_REQUIRED".to_owned()));
}

#[tokio::test]
async fn the_event_that_ends_a_consent_lies_between_its_signature_and_now() {
    let scene = Scene::new().await;
    let until = json!({ "expiry": { "event": "end of treatment" } });
    let consent = scene.clinician.records_consent(scene.patient, until).await.to_string();
    assert!(scene.clinician.sees_identity_of(scene.patient).await.is_ok());
    let before = row_of(&scene.town, &consent).await;
    let at = |moment: &str| json!({ "consentId": consent, "occurredAt": moment });

    for moment in ["2026-11-21T08:00:01Z", "2026-11-20T08:59:59Z"] {
        let complaint = scene
            .clinician
            .mutate("recordExpiryEvent", at(moment), "id")
            .await
            .complaint("recordExpiryEvent");
        assert_eq!(complaint["code"], "VALIDATION_FAILED", "{moment}");
        assert_eq!(complaint["field"], json!(["occurredAt"]), "{moment}");
        assert_eq!(row_of(&scene.town, &consent).await, before, "{moment}");
    }
    let by_patient = scene.patients_own.mutate("recordExpiryEvent", at("2026-11-21T07:00:00Z"), "id").await;
    assert_eq!(by_patient.refused(), "FORBIDDEN");

    let answer = scene.clinician.mutate("recordExpiryEvent", at("2026-11-21T07:00:00Z"), "id").await;
    written(&answer, "recordExpiryEvent");
    let said = detail(&scene.clinician, scene.patient, &consent, "status inForce expiryEventAt").await;
    assert_eq!(
        said,
        json!({ "status": "EXPIRED", "inForce": false, "expiryEventAt": "2026-11-21T07:00:00Z" })
    );
    assert_eq!(scene.clinician.sees_identity_of(scene.patient).await, Err("CONSENT_EXPIRED".to_owned()));
}

#[tokio::test]
async fn a_consent_that_ends_on_a_day_ends_with_no_event_and_a_restriction_with_none_that_it_binds() {
    let scene = Scene::new().await;
    let dated = json!({ "expiry": { "date": "2027-01-01T00:00:00Z" } });
    let dated = scene.clinician.records_consent(scene.patient, dated).await.to_string();
    let bound = json!({ "kind": "RESTRICTION", "expiry": { "event": "end of treatment" } });
    let restriction = scene.clinician.records_consent(scene.patient, bound).await.to_string();

    let answer = scene.act("recordExpiryEvent", &dated, 0).await;
    assert_eq!(answer.user_error("recordExpiryEvent"), "INVALID_STATE");
    let answer = scene.act("recordExpiryEvent", &restriction, 0).await;
    assert_eq!(answer.user_error("recordExpiryEvent"), "ACCESS_DENIED");
    for consent in [&dated, &restriction] {
        assert_eq!(status_of(&scene.town, consent).await, "ACTIVE");
    }
}
