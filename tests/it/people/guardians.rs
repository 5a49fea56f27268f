//! Those who stand in for a patient: parents and guardians of minors, and legal representatives (42 CFR 2.14 and 2.15,
//! 45 CFR 164.502(g)). Acceptance cases 10 and 11.

use chrono::TimeDelta;
use consentry::identity::user_creation::{NewAssignment, NewUser};
use entity::{Id, people::patient};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{assigns, enters};
use crate::support::{Actor, Town};

/// A clinician with a colleague, a patient in Illinois, and the user of somebody with verified authority for the patient.
struct Family {
    town: Town,
    admin: Actor,
    clinician: Actor,
    colleague: Actor,
    child: Id<patient::Entity>,
    relationship: String,
    guardian: Actor,
}

impl Family {
    /// `birth_date` as in `2010-05-01`; `authority` as what the guardian decides.
    async fn new(birth_date: &str, authority: &str) -> Self {
        let town = Town::new().await;
        let admin = town.tenant.admin().await;
        let input = json!({ "organizationId": town.tenant.id.to_string(), "state": "IL" });
        admin.mutate("setOrganizationState", input, "id").await.ok();
        let clinician = town.tenant.clinician().await;
        let colleague = town.tenant.practitioner("PRACTITIONER", "Robin Castillo").await;
        let name = json!({ "givenName": "Amara", "familyName": "Okafor", "birthDate": birth_date });
        let child = enters(&clinician, name).await;
        assigns(&clinician, child, colleague.practitioner(), json!({})).await.ok();
        let kind = if authority == "PARENT" { "PARENT" } else { "OTHER" };
        let input = json!({
            "patientId": child.to_string(), "kind": kind, "legalAuthority": authority, "canBeContacted": false,
            "related": { "newPerson": { "givenName": "Ngozi", "familyName": "Okafor" } },
        });
        let data = clinician.mutate("linkPerson", input, "id").await.ok();
        let relationship = data["linkPerson"]["result"]["id"].as_str().expect("an id").to_owned();
        let guardian = guardian_of(&town, &relationship).await;
        Self { town, admin, clinician, colleague, child, relationship, guardian }
    }

    /// The same with the authority verified.
    async fn verified(birth_date: &str, authority: &str) -> Self {
        let family = Self::new(birth_date, authority).await;
        family.verify(&family.relationship).await;
        family
    }

    async fn verify(&self, relationship: &str) {
        let input = json!({ "relationshipId": relationship, "evidenceReference": "a court's order" });
        let data = self.colleague.mutate("verifyLegalAuthority", input, "id").await.ok();
        assert_eq!(data["verifyLegalAuthority"]["userErrors"], json!([]), "it is verified");
    }

    async fn label(&self, class: &str) {
        let sql = format!("update patients set data_class = '{class}' where id = '{}'", self.child);
        assert_eq!(self.town.tenant.change(&sql).await, 1);
    }

    /// Minors of Illinois consent to a service from 12 years on, alone or with a parent.
    async fn minors_consent_to(&self, service: &str, parental_consent: bool) {
        let rule = json!({
            "state": "IL", "service": service, "minimumAge": 12, "parentalConsent": parental_consent,
        });
        let data = self.admin.mutate("setMinorConsentPolicy", json!({ "rules": [rule] }), "id").await.ok();
        assert_eq!(data["setMinorConsentPolicy"]["userErrors"], json!([]), "the policy is set");
    }

    /// A consent for the guardian that waits for signatures: its id and version.
    async fn drafts(&self, class: &str) -> (String, i64) {
        let input = json!({ "patientId": self.child.to_string(), "terms": {
            "kind": "SPECIFIC",
            "scopes": [{ "dataClass": class }],
            "recipients": [{ "userId": self.guardian.user().to_string() }],
            "purposes": ["PATIENT_REQUEST"],
            "expiry": { "date": "2027-01-01T00:00:00Z" },
            "redisclosureStatement": true,
            "refusalConsequences": true,
        } });
        let data = self.clinician.mutate("draftConsent", input, "id version").await.ok();
        let result = &data["draftConsent"]["result"];
        (result["id"].as_str().expect("an id").to_owned(), result["version"].as_i64().expect("a version"))
    }
}

/// The user of the person of a relationship.
async fn guardian_of(town: &Town, relationship: &str) -> Actor {
    let sql = "select related_person_id from person_relationships where id = $1";
    let person: Uuid = town.tenant.scalar(sql, relationship.parse().expect("an id")).await.expect("a person");
    let roles = vec![NewAssignment { role: "GUARDIAN", ..Default::default() }];
    town.tenant.user(NewUser { roles, person_id: Some(Id::new(person)), ..Default::default() }).await
}

async fn signs(actor: &Actor, (consent, version): &(String, i64)) -> Value {
    let input = json!({ "consentId": consent, "expectedVersion": version });
    actor.mutate("signConsent", input, "version").await.ok()["signConsent"].clone()
}

/// The identity, or everything that is told instead.
async fn look(actor: &Actor, patient: Id<patient::Entity>) -> Value {
    let document = "query($id: ID!) { patient(id: $id) { identity {
        ... on PatientIdentity { fullName }
        ... on Withheld { reason consentRequestable breakGlassAvailable } } } }";
    actor.ask_with(document, json!({ "id": patient.to_string() })).await.ok()["patient"].clone()
}

fn name() -> Value {
    json!({ "identity": { "fullName": "Amara Okafor" } })
}

/// What somebody outside of the program is told, whatever the reason.
fn opaque() -> Value {
    json!({ "identity": { "reason": "ACCESS_DENIED", "consentRequestable": false, "breakGlassAvailable": false } })
}

#[tokio::test]
async fn a_parent_sees_who_their_child_is_without_a_consent() {
    let family = Family::verified("2010-05-01", "PARENT").await;
    assert_eq!(look(&family.guardian, family.child).await, name());
    let disclosures = family.town.tenant.count("disclosures").await;
    assert_eq!(disclosures, 0, "who stands in the patient's place is no recipient");
}

#[tokio::test]
async fn acceptance_10_what_a_minor_consents_to_alone_is_closed_to_the_guardian_until_the_minor_signs() {
    let family = Family::verified("2010-05-01", "GUARDIAN").await;
    family.label("MENTAL_HEALTH").await;
    assert_eq!(look(&family.guardian, family.child).await, name(), "no rule says that minors consent alone");
    family.minors_consent_to("MENTAL_HEALTH", false).await;

    assert_eq!(look(&family.guardian, family.child).await, opaque());

    let consent = family.drafts("MENTAL_HEALTH").await;
    assert_eq!(look(&family.guardian, family.child).await, opaque(), "a draft opens nothing");
    let refused = signs(&family.guardian, &consent).await;
    assert!(refused["result"].is_null(), "nobody signs it for the minor: {refused}");
    let minor = family.town.tenant.patient_user(family.child).await;
    assert_eq!(signs(&minor, &consent).await["userErrors"], json!([]));
    assert_eq!(look(&family.guardian, family.child).await, name());

    let input = json!({ "consentId": consent.0 });
    assert_eq!(
        minor.mutate("revokeConsent", input, "id").await.ok()["revokeConsent"]["userErrors"],
        json!([])
    );
    assert_eq!(look(&family.guardian, family.child).await, opaque(), "and closed when the minor revokes it");
}

#[tokio::test]
async fn a_minor_who_is_too_young_to_consent_alone_has_nothing_that_is_closed_to_the_guardian() {
    let family = Family::verified("2014-11-22", "GUARDIAN").await;
    family.label("MENTAL_HEALTH").await;
    family.minors_consent_to("MENTAL_HEALTH", false).await;
    assert_eq!(look(&family.guardian, family.child).await, name(), "twelve tomorrow");

    family.town.clock.advance(TimeDelta::days(1));
    let guardian = family.town.tenant.another_session(&family.guardian).await;
    assert_eq!(look(&guardian, family.child).await, opaque(), "twelve today");
}

#[tokio::test]
async fn the_law_of_the_location_goes_before_that_of_the_organization() {
    let family = Family::verified("2010-05-01", "GUARDIAN").await;
    family.label("MENTAL_HEALTH").await;
    family.minors_consent_to("MENTAL_HEALTH", false).await;
    let house = family.town.tenant.location("House across the border", false).await;
    let moved = format!("update patients set location_id = '{house}' where id = '{}'", family.child);
    assert_eq!(family.town.tenant.change(&moved).await, 1);
    assert_eq!(look(&family.guardian, family.child).await, opaque(), "the organization's state counts");

    let input = json!({ "locationId": house.to_string(), "state": "WI" });
    family.admin.mutate("setLocationState", input, "id").await.ok();

    assert_eq!(look(&family.guardian, family.child).await, name(), "no rule is about that state");
}

#[tokio::test]
async fn acceptance_11_the_day_after_the_eighteenth_birthday_the_patient_is_not_there_for_the_guardian() {
    let family = Family::verified("2008-11-22", "PARENT").await;
    assert_eq!(look(&family.guardian, family.child).await, name(), "the day before");
    let patients = "{ patients { totalCount nodes { id } } }";
    assert_eq!(family.guardian.ask(patients).await.ok()["patients"]["totalCount"], 1);

    for days in [1, 1] {
        family.town.clock.advance(TimeDelta::days(days));
        let guardian = family.town.tenant.another_session(&family.guardian).await;
        assert_eq!(look(&guardian, family.child).await, Value::Null);
        let none = json!({ "totalCount": 0, "nodes": [] });
        assert_eq!(guardian.ask(patients).await.ok()["patients"], none);
    }
    let sql = "select verified_at is not null and ends_at is null from person_relationships where id = $1";
    let relationship = family.relationship.parse().expect("an id");
    assert_eq!(family.town.tenant.scalar(sql, relationship).await, Some(true), "no job ended it");
}

#[tokio::test]
async fn people_come_of_age_when_the_policy_says_for_their_state() {
    let family = Family::verified("2008-11-22", "PARENT").await;
    let majorities = json!({ "majorities": [{ "state": "IL", "age": 19 }] });
    family.admin.mutate("setMinorConsentPolicy", majorities, "id").await.ok();

    family.town.clock.advance(TimeDelta::days(1));
    let guardian = family.town.tenant.another_session(&family.guardian).await;
    assert_eq!(look(&guardian, family.child).await, name(), "eighteen is a minor there");
}

#[tokio::test]
async fn who_has_no_known_day_of_birth_has_nobody_to_speak_for_them_as_for_a_minor() {
    let family = Family::verified("2010-05-01", "PARENT").await;
    let forgotten = format!(
        "update phi.persons set birth_date = null where id = (select person_id from patients where id = '{}')",
        family.child
    );
    assert_eq!(family.town.tenant.change(&forgotten).await, 1);
    assert_eq!(look(&family.guardian, family.child).await, Value::Null);
}

#[tokio::test]
async fn a_legal_representative_stands_in_for_an_adult_whatever_their_age() {
    let family = Family::verified("1980-05-01", "LEGAL_REPRESENTATIVE").await;
    assert_eq!(look(&family.guardian, family.child).await, name());
    family.label("SUD").await;
    assert_eq!(look(&family.guardian, family.child).await, name(), "also in a Part 2 program (42 CFR 2.15)");
    let parent = Family::verified("1980-05-01", "PARENT").await;
    assert_eq!(look(&parent.guardian, parent.child).await, Value::Null, "a parent of an adult does not");
}

#[tokio::test]
async fn an_authority_that_nobody_verified_or_that_ended_opens_nothing() {
    let family = Family::new("2010-05-01", "PARENT").await;
    assert_eq!(look(&family.guardian, family.child).await, Value::Null, "nobody verified it");

    family.verify(&family.relationship).await;
    assert_eq!(look(&family.guardian, family.child).await, name());

    let input = json!({ "relationshipId": family.relationship, "at": "2026-11-21T08:30:00Z" });
    family.clinician.mutate("endLegalAuthority", input, "id").await.ok();
    assert_eq!(look(&family.guardian, family.child).await, name(), "not yet");
    family.town.clock.advance(TimeDelta::minutes(30));
    assert_eq!(look(&family.guardian, family.child).await, Value::Null, "it ended");
}

#[tokio::test]
async fn the_guardian_of_one_child_sees_nothing_of_another() {
    let family = Family::verified("2010-05-01", "PARENT").await;
    let other = enters(&family.clinician, json!({ "givenName": "Bruno", "birthDate": "2010-05-01" })).await;

    assert_eq!(look(&family.guardian, other).await, Value::Null);
    let data = family.guardian.ask("{ patients { nodes { id } } }").await.ok();
    assert_eq!(data["patients"]["nodes"], json!([{ "id": family.child.to_string() }]));
}

#[tokio::test]
async fn records_of_a_part2_program_take_the_minors_signature_always() {
    let family = Family::verified("2010-05-01", "PARENT").await;
    family.label("SUD").await;
    family.minors_consent_to("SUD", false).await;
    assert_eq!(look(&family.guardian, family.child).await, opaque());

    let consent = family.drafts("SUD").await;
    let refused = signs(&family.guardian, &consent).await;
    assert!(refused["result"].is_null(), "a parent's signature is none: {refused}");
    assert_eq!(look(&family.guardian, family.child).await, opaque());
    let minor = family.town.tenant.patient_user(family.child).await;
    assert_eq!(signs(&minor, &consent).await["userErrors"], json!([]));
    assert_eq!(look(&family.guardian, family.child).await, name());
}

#[tokio::test]
async fn where_the_state_demands_parental_consent_both_sign() {
    let family = Family::verified("2010-05-01", "PARENT").await;
    family.label("SUD").await;
    family.minors_consent_to("SUD", true).await;
    let (consent, version) = family.drafts("SUD").await;

    let minor = family.town.tenant.patient_user(family.child).await;
    let signed = signs(&minor, &(consent.clone(), version)).await;
    assert_eq!(signed["userErrors"], json!([]));
    assert_eq!(look(&family.guardian, family.child).await, opaque(), "one signature of two");

    let version = signed["result"]["version"].as_i64().expect("a version");
    assert_eq!(signs(&family.guardian, &(consent, version)).await["userErrors"], json!([]));
    assert_eq!(look(&family.guardian, family.child).await, name());
}

#[tokio::test]
async fn what_a_minor_signed_alone_is_not_among_the_consents_that_a_guardian_sees() {
    let family = Family::verified("2010-05-01", "PARENT").await;
    family.minors_consent_to("MENTAL_HEALTH", false).await;
    let alone = family.drafts("MENTAL_HEALTH").await;
    let minor = family.town.tenant.patient_user(family.child).await;
    assert_eq!(signs(&minor, &alone).await["userErrors"], json!([]));
    let document = "query($id: ID!) { patient(id: $id) { consents { totalCount nodes { id } } } }";
    let listed = |actor: &Actor| {
        let actor = actor.clone();
        let variables = json!({ "id": family.child.to_string() });
        async move { actor.ask_with(document, variables).await.ok()["patient"]["consents"].clone() }
    };

    assert_eq!(listed(&minor).await["nodes"], json!([{ "id": alone.0 }]));
    assert_eq!(listed(&family.guardian).await, json!({ "totalCount": 0, "nodes": [] }));
    let input = json!({ "consentId": alone.0 });
    let refused = family.guardian.mutate("revokeConsent", input, "id").await;
    assert_eq!(refused.user_error("revokeConsent"), "NOT_FOUND", "nor is it there to be revoked");
    let sql = "select status::text from consents where id = $1";
    let status: Option<String> = family.town.tenant.scalar(sql, alone.0.parse().expect("an id")).await;
    assert_eq!(status.as_deref(), Some("ACTIVE"));
}

#[tokio::test]
async fn a_guardian_is_told_how_they_stand_and_nothing_of_the_other_parent() {
    let family = Family::verified("2010-05-01", "PARENT").await;
    let input = json!({
        "patientId": family.child.to_string(), "kind": "PARENT", "legalAuthority": "PARENT", "canBeContacted": true,
        "related": { "newPerson": { "givenName": "Emeka" } },
    });
    family.clinician.mutate("linkPerson", input, "id").await.ok();
    let document = "query($id: ID!) { patient(id: $id) { relationships { totalCount nodes { id detail {
        ... on PersonRelationshipDetail { fullName canBeContacted legalAuthority authorityInForce }
        ... on Withheld { reason } } } } } }";
    let variables = json!({ "id": family.child.to_string() });

    let data = family.guardian.ask_with(document, variables.clone()).await.ok();

    // Custody is limited: nobody writes to her about the child, and she is told so.
    let detail = json!({
        "fullName": "Ngozi Okafor", "canBeContacted": false, "legalAuthority": "PARENT", "authorityInForce": true,
    });
    let own = json!({ "id": family.relationship, "detail": detail });
    assert_eq!(data["patient"]["relationships"], json!({ "totalCount": 1, "nodes": [own] }));
    let minor = family.town.tenant.patient_user(family.child).await;
    let data = minor.ask_with(document, variables).await.ok();
    assert_eq!(data["patient"]["relationships"]["totalCount"], 2, "the patient sees their own family");
}

#[tokio::test]
async fn a_guardian_neither_records_nor_verifies_who_stands_in_for_the_patient() {
    let family = Family::verified("2010-05-01", "PARENT").await;
    let before = family.town.tenant.count("person_relationships").await;
    let input = json!({
        "patientId": family.child.to_string(), "kind": "OTHER", "legalAuthority": "GUARDIAN",
        "related": { "newPerson": { "givenName": "Emeka" } },
    });
    assert_eq!(family.guardian.mutate("linkPerson", input, "id").await.refused(), "FORBIDDEN");
    let input = json!({ "relationshipId": family.relationship });
    assert_eq!(family.guardian.mutate("endLegalAuthority", input, "id").await.refused(), "FORBIDDEN");
    assert_eq!(family.town.tenant.count("person_relationships").await, before);
    assert_eq!(look(&family.guardian, family.child).await, name());

    // Staff who are family are family here: somebody else records and verifies it.
    let sql = "select related_person_id from person_relationships where id = $1";
    let relationship: Uuid = family.relationship.parse().expect("an id");
    let person: Uuid = family.town.tenant.scalar(sql, relationship).await.expect("a person");
    let claims = format!("update users set person_id = '{person}' where id = '{}'", family.clinician.user());
    assert_eq!(family.town.tenant.change(&claims).await, 1);
    let input = json!({
        "relationshipId": family.relationship, "expectedVersion": 2, "legalAuthority": "PARENT",
    });
    let refused = family.clinician.mutate("changeRelationship", input, "id").await;
    assert_eq!(refused.user_error("changeRelationship"), "SEPARATION_OF_DUTIES");
    let brother = enters(&family.clinician, json!({ "givenName": "Bruno" })).await;
    let input = json!({
        "patientId": brother.to_string(), "kind": "PARENT", "legalAuthority": "PARENT",
        "related": { "sameAsRelationshipId": family.relationship },
    });
    let refused = family.clinician.mutate("linkPerson", input, "id").await;
    assert_eq!(refused.user_error("linkPerson"), "SEPARATION_OF_DUTIES");
    assert_eq!(family.town.tenant.count("person_relationships").await, before);
}
