//! Whose signatures a consent takes: of an adult, of a minor, of those who speak for them (42 CFR 2.14, 45 CFR 164.502(g)).

use chrono::TimeDelta;
use consentry::identity::user_creation::{NewAssignment, NewUser};
use entity::{Id, people::patient};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{detail, drafts, epoch_of, files, revokes, row_of, signs, status_of, terms, written};
use crate::support::{Actor, NOBODYS, Town, id};

/// A patient of a certain age with a user of their own, and a mother who signs in.
struct Family {
    town: Town,
    clinician: Actor,
    patient: Id<patient::Entity>,
    patients_own: Actor,
    mother: Actor,
    mothers_person: Uuid,
}

const OF_TEN: &str = "2016-05-01";
const OF_SIXTEEN: &str = "2010-05-01";
const OF_THIRTY: &str = "1996-05-01";

impl Family {
    /// In New York, whose minors of 12 and above consent alone to mental health care, and of 16 together with a parent to what
    /// is charged, as far as this organization's policy goes.
    async fn with(birth_date: &str) -> Self {
        let town = Town::new().await;
        let clinician = town.tenant.clinician().await;
        let patient = enters(&clinician, birth_date).await;
        let patients_own = town.tenant.patient_user(patient).await;
        let (mother, mothers_person) = adult(&town, &clinician).await;
        let family = Self { town, clinician, patient, patients_own, mother, mothers_person };
        family.relates(mothers_person, "PARENT", true).await;
        let tenant = family.town.tenant.id;
        let of_state = format!("update organizations set state = 'NY' where id = '{tenant}'");
        assert_eq!(family.town.tenant.change(&of_state).await, 1);
        let rule = |service: &str, age: u8, parental: bool| json!({ "state": "NY", "service": service, "minimumAge": age, "parentalConsent": parental });
        let policy = json!({
            "ageOfMajority": 18,
            "rules": [rule("MENTAL_HEALTH", 12, false), rule("FINANCIAL", 16, true)],
        });
        let insert = format!(
            "insert into policies (tenant_id, id, kind, effective_from, terms)
            values ('{tenant}', gen_random_uuid(), 'MINOR_CONSENT', '2026-01-01T00:00:00Z', '{policy}')"
        );
        assert_eq!(family.town.tenant.change(&insert).await, 1);
        family
    }

    async fn relates(&self, person: Uuid, authority: &str, verified: bool) {
        let verified = if verified { "'2026-11-01T00:00:00Z'" } else { "null" };
        let insert = format!(
            "insert into person_relationships (tenant_id, id, person_id, related_person_id, kind, legal_authority, verified_at)
            select tenant_id, gen_random_uuid(), person_id, '{person}', 'PARENT', '{authority}', {verified}
            from patients where id = '{}'",
            self.patient
        );
        assert_eq!(self.town.tenant.change(&insert).await, 1);
    }

    /// A form of these classes until the end of 2027.
    async fn form(&self, classes: &[&str]) -> (String, i64) {
        drafts(&self.clinician, self.patient, covering(classes)).await
    }

    /// Refused, and nothing changed.
    async fn refuses(&self, actor: &Actor, (consent, version): (&str, i64), code: &str) {
        let (before, epoch) = (row_of(&self.town, consent).await, epoch_of(&self.town, self.patient).await);
        assert_eq!(signs(actor, consent, version).await.user_error("signConsent"), code);
        assert_eq!(row_of(&self.town, consent).await, before);
        assert_eq!(epoch_of(&self.town, self.patient).await, epoch);
    }

    async fn signatures(&self, consent: &str) -> Value {
        let fields = "status signerCapacity coSignerCapacity";
        detail(&self.clinician, self.patient, consent, fields).await
    }
}

fn covering(classes: &[&str]) -> Value {
    let scopes: Vec<Value> = classes.iter().map(|class| json!({ "dataClass": class })).collect();
    json!({ "kind": "SPECIFIC", "scopes": scopes, "expiry": { "date": "2027-12-31T00:00:00Z" } })
}

async fn enters(clinician: &Actor, birth_date: &str) -> Id<patient::Entity> {
    let identity = json!({ "givenName": "Amara", "familyName": "Okafor", "birthDate": birth_date });
    let data = clinician.mutate("createPatient", json!({ "identity": identity }), "id").await.ok();
    id(&data["createPatient"]["result"]["id"])
}

/// Somebody who is a person of the organization and signs in as a guardian.
async fn adult(town: &Town, clinician: &Actor) -> (Actor, Uuid) {
    let patient = clinician.creates_patient("Ngozi", "Okafor").await;
    let sql = "select person_id from patients where id = $1";
    let person: Uuid = town.tenant.scalar(sql, patient.uuid()).await.expect("a person");
    let user = NewUser {
        roles: vec![NewAssignment { role: "GUARDIAN", ..Default::default() }],
        person_id: Some(Id::new(person)),
        ..Default::default()
    };
    (town.tenant.user(user).await, person)
}

#[tokio::test]
async fn a_parent_signs_what_a_child_cannot_consent_to_and_the_child_does_not() {
    let family = Family::with(OF_TEN).await;
    let (consent, version) = family.form(&["DIRECTORY", "MENTAL_HEALTH"]).await;

    family.refuses(&family.patients_own, (&consent, version), "ACCESS_DENIED").await;
    written(&signs(&family.mother, &consent, version).await, "signConsent");

    let signed = json!({ "status": "ACTIVE", "signerCapacity": "PARENT", "coSignerCapacity": null });
    assert_eq!(family.signatures(&consent).await, signed);
    assert!(family.clinician.sees_identity_of(family.patient).await.is_ok());
}

#[tokio::test]
async fn what_a_minor_consents_to_alone_nobody_signs_for_them() {
    let family = Family::with(OF_SIXTEEN).await;
    for class in ["MENTAL_HEALTH", "MINOR_CONFIDENTIAL"] {
        let (consent, version) = family.form(&[class]).await;

        family.refuses(&family.mother, (&consent, version), "ACCESS_DENIED").await;
        let rejected = family.mother.mutate("rejectConsent", json!({ "consentId": consent }), "id").await;
        assert_eq!(rejected.user_error("rejectConsent"), "ACCESS_DENIED", "nor says no for them");
        written(&signs(&family.patients_own, &consent, version).await, "signConsent");

        let signed = json!({ "status": "ACTIVE", "signerCapacity": "MINOR", "coSignerCapacity": null });
        assert_eq!(family.signatures(&consent).await, signed, "{class}");
    }
}

#[tokio::test]
async fn records_of_a_part_2_program_take_both_signatures_in_either_order() {
    let family = Family::with(OF_SIXTEEN).await;
    let (minor, mother) = (&family.patients_own, &family.mother);
    let orders = [
        (minor, "MINOR", mother, "PARENT", "CONSENT_REQUIRED"),
        (mother, "PARENT", minor, "MINOR", "CONSENT_REVOKED"),
    ];
    for (first, as_first, second, as_second, until_then) in orders {
        let (consent, version) = family.form(&["DIRECTORY", "SUD"]).await;
        let (_, after_first) = written(&signs(first, &consent, version).await, "signConsent");
        let waiting =
            json!({ "status": "PENDING_SIGNATURE", "signerCapacity": as_first, "coSignerCapacity": null });
        assert_eq!(family.signatures(&consent).await, waiting);
        assert_eq!(
            detail(&family.clinician, family.patient, &consent, "signedCopy").await["signedCopy"],
            json!(null)
        );
        let seen = family.clinician.sees_identity_of(family.patient).await;
        assert_eq!(seen, Err(until_then.to_owned()), "one signature opens nothing");

        family.refuses(first, (&consent, after_first), "INVALID_STATE").await;
        family.refuses(second, (&consent, version), "STALE_VERSION").await;
        written(&signs(second, &consent, after_first).await, "signConsent");

        let signed = json!({ "status": "ACTIVE", "signerCapacity": as_first, "coSignerCapacity": as_second });
        assert_eq!(family.signatures(&consent).await, signed);
        let said = detail(&family.clinician, family.patient, &consent, "signedCopy coSignedAt").await;
        let copy = said["signedCopy"].as_str().expect("a copy");
        assert_eq!(said["coSignedAt"], "2026-11-21T08:00:00Z");
        for words in ["Signed by the patient, a minor, ", "Signed by a parent of the patient, "] {
            assert!(copy.contains(words), "{words}: {copy}");
        }
        assert!(family.clinician.sees_identity_of(family.patient).await.is_ok());
        written(&revokes(minor, &consent).await, "revokeConsent");
    }
}

#[tokio::test]
async fn where_the_state_asks_for_a_parents_consent_both_sign() {
    let family = Family::with(OF_SIXTEEN).await;
    let (consent, version) = family.form(&["FINANCIAL"]).await;

    let (_, version) = written(&signs(&family.mother, &consent, version).await, "signConsent");
    assert_eq!(status_of(&family.town, &consent).await, "PENDING_SIGNATURE");
    written(&signs(&family.patients_own, &consent, version).await, "signConsent");

    assert_eq!(status_of(&family.town, &consent).await, "ACTIVE");
}

#[tokio::test]
async fn either_forbids_what_both_would_have_to_allow() {
    let family = Family::with(OF_SIXTEEN).await;
    let restriction = json!({ "kind": "RESTRICTION", "scopes": [{ "dataClass": "SUD" }] });
    for (actor, capacity) in [(&family.patients_own, "MINOR"), (&family.mother, "PARENT")] {
        let (consent, version) = drafts(&family.clinician, family.patient, restriction.clone()).await;
        written(&signs(actor, &consent, version).await, "signConsent");
        let signed = json!({ "status": "ACTIVE", "signerCapacity": capacity, "coSignerCapacity": null });
        assert_eq!(family.signatures(&consent).await, signed);
    }
}

#[tokio::test]
async fn two_who_speak_for_a_minor_are_not_the_minor() {
    let family = Family::with(OF_SIXTEEN).await;
    let (father, person) = adult(&family.town, &family.clinician).await;
    family.relates(person, "GUARDIAN", true).await;
    let (consent, version) = family.form(&["SUD"]).await;
    let (_, version) = written(&signs(&family.mother, &consent, version).await, "signConsent");

    family.refuses(&father, (&consent, version), "INVALID_STATE").await;
}

#[tokio::test]
async fn what_one_of_two_signed_does_not_change_before_the_other_signs() {
    let family = Family::with(OF_SIXTEEN).await;
    let (consent, version) = family.form(&["SUD"]).await;
    let (_, version) = written(&signs(&family.patients_own, &consent, version).await, "signConsent");
    let before = row_of(&family.town, &consent).await;

    let taken_back = json!({ "consentId": consent, "expectedVersion": version });
    let answer = family.clinician.mutate("withdrawSignatureRequest", taken_back, "id").await;
    assert_eq!(answer.user_error("withdrawSignatureRequest"), "INVALID_STATE");
    let tenant = family.town.tenant.id;
    for statement in [
        format!("update consents set purposes = '{{RESEARCH}}' where id = '{consent}'"),
        format!("update consents set signed_at = null where id = '{consent}'"),
        format!("update consents set status = 'DRAFT' where id = '{consent}'"),
        format!(
            "insert into consent_scopes (tenant_id, id, consent_id, data_class)
            values ('{tenant}', gen_random_uuid(), '{consent}', 'FINANCIAL')"
        ),
    ] {
        let mut transaction = family.town.tenant.begin().await;
        let refused = sqlx::query(sqlx::AssertSqlSafe(statement.clone())).execute(&mut *transaction).await;
        let error = refused.expect_err(&statement);
        let code = error.as_database_error().and_then(|error| error.code());
        assert_eq!(code.as_deref(), Some("55000"), "{statement}");
    }
    assert_eq!(row_of(&family.town, &consent).await, before);

    let revised =
        json!({ "consentId": consent, "expectedVersion": version, "terms": terms(covering(&["SUD"])) });
    let answer = family.clinician.mutate("reviseConsent", revised, "id version").await;
    let (newer, _) = written(&answer, "reviseConsent");
    let unsigned = json!({ "status": "PENDING_SIGNATURE", "signerCapacity": null, "coSignerCapacity": null });
    assert_eq!(family.signatures(&newer).await, unsigned, "a revision is signed anew");
}

#[tokio::test]
async fn a_first_signature_whose_authority_ended_is_not_signed_beside() {
    let family = Family::with(OF_SIXTEEN).await;
    let (consent, version) = family.form(&["SUD"]).await;
    let (_, version) = written(&signs(&family.mother, &consent, version).await, "signConsent");
    let ended = format!(
        "update person_relationships set ends_at = '2026-11-21T08:00:00Z' where related_person_id = '{}'",
        family.mothers_person
    );
    assert_eq!(family.town.tenant.change(&ended).await, 1);

    family.refuses(&family.patients_own, (&consent, version), "INVALID_STATE").await;
}

#[tokio::test]
async fn nobody_signs_without_authority_that_was_verified_and_lasts() {
    let family = Family::with(OF_TEN).await;
    let (stranger, _) = adult(&family.town, &family.clinician).await;
    let (unverified, person) = adult(&family.town, &family.clinician).await;
    family.relates(person, "GUARDIAN", false).await;
    let (consent, version) = family.form(&["DIRECTORY"]).await;

    for nobody in [&stranger, &unverified] {
        family.refuses(nobody, (&consent, version), "NOT_FOUND").await;
        let random = signs(nobody, &NOBODYS.to_string(), version).await;
        let guessed = signs(nobody, &consent, version).await;
        assert_eq!((&guessed.body, guessed.statements), (&random.body, random.statements));
    }
}

#[tokio::test]
async fn from_the_birthday_on_the_patient_signs_and_the_parent_does_not() {
    let family = Family::with("2008-11-22").await;
    let (consent, version) = family.form(&["DIRECTORY"]).await;
    family.refuses(&family.patients_own, (&consent, version), "ACCESS_DENIED").await;

    family.town.clock.advance(TimeDelta::hours(16));
    let mother = family.town.tenant.another_session(&family.mother).await;
    let patients_own = family.town.tenant.another_session(&family.patients_own).await;

    family.refuses(&mother, (&consent, version), "NOT_FOUND").await;
    written(&signs(&patients_own, &consent, version).await, "signConsent");
    let said =
        detail(&patients_own, family.patient, &consent, "status signerCapacity coSignerCapacity").await;
    assert_eq!(said, json!({ "status": "ACTIVE", "signerCapacity": "SELF", "coSignerCapacity": null }));
}

#[tokio::test]
async fn a_legal_representative_signs_and_revokes_for_an_adult() {
    let family = Family::with(OF_THIRTY).await;
    let (representative, person) = adult(&family.town, &family.clinician).await;
    family.relates(person, "LEGAL_REPRESENTATIVE", true).await;
    let (consent, version) = family.form(&["DIRECTORY"]).await;

    family.refuses(&family.mother, (&consent, version), "NOT_FOUND").await;
    written(&signs(&representative, &consent, version).await, "signConsent");

    let signed =
        json!({ "status": "ACTIVE", "signerCapacity": "LEGAL_REPRESENTATIVE", "coSignerCapacity": null });
    assert_eq!(family.signatures(&consent).await, signed);
    assert!(family.clinician.sees_identity_of(family.patient).await.is_ok());
    written(&revokes(&representative, &consent).await, "revokeConsent");
    assert_eq!(family.clinician.sees_identity_of(family.patient).await, Err("CONSENT_REVOKED".to_owned()));
}

#[tokio::test]
async fn whoever_signed_for_a_minor_revokes_it_and_the_minor_what_they_signed() {
    let family = Family::with(OF_SIXTEEN).await;
    let (parents, version) = family.form(&["DIRECTORY"]).await;
    written(&signs(&family.mother, &parents, version).await, "signConsent");
    let (minors, version) = family.form(&["MENTAL_HEALTH"]).await;
    written(&signs(&family.patients_own, &minors, version).await, "signConsent");

    // What the minor signed alone is not there for the mother.
    let others = [(&family.patients_own, &parents, "ACCESS_DENIED"), (&family.mother, &minors, "NOT_FOUND")];
    for (actor, consent, code) in others {
        let before = row_of(&family.town, consent).await;
        assert_eq!(revokes(actor, consent).await.user_error("revokeConsent"), code);
        assert_eq!(row_of(&family.town, consent).await, before);
    }
    for (actor, consent) in [(&family.mother, &parents), (&family.patients_own, &minors)] {
        written(&revokes(actor, consent).await, "revokeConsent");
        assert_eq!(status_of(&family.town, consent).await, "REVOKED");
    }
}

#[tokio::test]
async fn a_parent_whose_authority_ended_revokes_nothing() {
    let family = Family::with(OF_TEN).await;
    let (consent, version) = family.form(&["DIRECTORY"]).await;
    written(&signs(&family.mother, &consent, version).await, "signConsent");
    let ended = format!(
        "update person_relationships set ends_at = '2026-11-21T08:00:00Z' where related_person_id = '{}'",
        family.mothers_person
    );
    assert_eq!(family.town.tenant.change(&ended).await, 1);

    assert_eq!(revokes(&family.mother, &consent).await.user_error("revokeConsent"), "NOT_FOUND");
    assert_eq!(status_of(&family.town, &consent).await, "ACTIVE");
}

#[tokio::test]
async fn a_filed_form_of_a_minor_names_whoever_had_the_authority_to_sign() {
    let family = Family::with(OF_SIXTEEN).await;
    let (_, stranger) = adult(&family.town, &family.clinician).await;
    let mother = family.mothers_person.to_string();
    let signed_by = |capacity: &str, person: Option<&str>, beside: Value| json!({ "signerCapacity": capacity, "signerPersonId": person, "coSigner": beside });
    let minor = json!({ "capacity": "MINOR" });
    let parent = json!({ "capacity": "PARENT", "personId": mother });
    let none = json!(null);
    let random = NOBODYS.to_string();
    let stranger = stranger.to_string();

    for (class, parts, field, code) in [
        ("DIRECTORY", signed_by("SELF", None, none.clone()), "signerCapacity", "VALIDATION_FAILED"),
        ("DIRECTORY", signed_by("MINOR", None, none.clone()), "signerCapacity", "VALIDATION_FAILED"),
        ("DIRECTORY", signed_by("PARENT", None, none.clone()), "signerPersonId", "VALIDATION_FAILED"),
        ("DIRECTORY", signed_by("GUARDIAN", Some(&mother), none.clone()), "signerPersonId", "NOT_FOUND"),
        ("DIRECTORY", signed_by("PARENT", Some(&stranger), none.clone()), "signerPersonId", "NOT_FOUND"),
        ("DIRECTORY", signed_by("PARENT", Some(&random), none.clone()), "signerPersonId", "NOT_FOUND"),
        ("DIRECTORY", signed_by("PARENT", Some(&mother), minor.clone()), "coSigner", "VALIDATION_FAILED"),
        (
            "MENTAL_HEALTH",
            signed_by("PARENT", Some(&mother), none.clone()),
            "signerCapacity",
            "VALIDATION_FAILED",
        ),
        (
            "MENTAL_HEALTH",
            signed_by("MINOR", Some(&mother), none.clone()),
            "signerPersonId",
            "VALIDATION_FAILED",
        ),
        ("SUD", signed_by("MINOR", None, none.clone()), "coSigner", "VALIDATION_FAILED"),
        ("SUD", signed_by("PARENT", Some(&mother), none.clone()), "coSigner", "VALIDATION_FAILED"),
        ("SUD", signed_by("PARENT", Some(&mother), parent.clone()), "coSigner", "VALIDATION_FAILED"),
        ("SUD", signed_by("MINOR", None, json!({ "capacity": "PARENT" })), "coSigner", "VALIDATION_FAILED"),
        (
            "SUD",
            signed_by("MINOR", None, json!({ "capacity": "PARENT", "personId": random })),
            "coSigner",
            "NOT_FOUND",
        ),
    ] {
        let answer = files(&family.clinician, family.patient, terms(covering(&[class])), parts.clone()).await;
        let complaint = answer.complaint("recordConsent");
        assert_eq!(
            (&complaint["code"], &complaint["field"][0]),
            (&json!(code), &json!(field)),
            "{class} {parts}"
        );
    }
    assert_eq!(family.town.tenant.count("consents").await, 0);

    for (class, parts, capacity, beside) in [
        ("DIRECTORY", signed_by("PARENT", Some(&mother), none.clone()), "PARENT", none.clone()),
        ("MENTAL_HEALTH", signed_by("MINOR", None, none.clone()), "MINOR", none.clone()),
        ("SUD", signed_by("MINOR", None, parent), "MINOR", json!("PARENT")),
        ("SUD", signed_by("PARENT", Some(&mother), minor), "PARENT", json!("MINOR")),
    ] {
        let answer = files(&family.clinician, family.patient, terms(covering(&[class])), parts).await;
        let (consent, _) = written(&answer, "recordConsent");
        let signed = json!({ "status": "ACTIVE", "signerCapacity": capacity, "coSignerCapacity": beside });
        assert_eq!(family.signatures(&consent).await, signed, "{class}");
    }
}

#[tokio::test]
async fn a_minor_is_taken_for_one_also_when_nobody_speaks_for_them() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = enters(&clinician, OF_SIXTEEN).await;
    let patients_own = town.tenant.patient_user(patient).await;
    let (consent, version) = drafts(&clinician, patient, covering(&["DIRECTORY"])).await;

    let refused = signs(&patients_own, &consent, version).await;

    assert_eq!(refused.user_error("signConsent"), "ACCESS_DENIED");
    assert_eq!(status_of(&town, &consent).await, "PENDING_SIGNATURE");
}
