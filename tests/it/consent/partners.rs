//! Partner organizations: they see whom a consent names them for, for the purpose that they are bound to.

use consentry::identity::user_creation::{NewAssignment, NewPractitioner, NewUser};
use entity::{Id, consent::consent, people::patient, tenancy::organization};
use serde_json::{Value, json};

use super::{refusals_of, revokes};
use crate::support::{
    Actor, NOBODYS, Town,
    family::{SHARED, seen_by},
};

/// A district with a school beneath it and another beside, and somebody who both treats patients and gives out keys.
struct Scene {
    town: Town,
    giver: Actor,
    patient: Id<patient::Entity>,
    district: Id<organization::Entity>,
    school: Id<organization::Entity>,
    other: Id<organization::Entity>,
}

impl Scene {
    async fn new() -> Self {
        Self::of(Town::new().await).await
    }

    async fn of(town: Town) -> Self {
        let giver = town
            .tenant
            .user(NewUser {
                roles: ["PRACTITIONER", "ADMIN"]
                    .map(|role| NewAssignment { role, ..Default::default() })
                    .into(),
                practitioner: Some(NewPractitioner::named("Kim Adeyemi, LCSW")),
                ..Default::default()
            })
            .await;
        let patient = giver.creates_patient("Amara", "Okafor").await;
        let district = giver.enters_organization("DISTRICT", "north", None).await;
        let school = giver.enters_organization("SCHOOL", "north-high", Some(district)).await;
        let other = giver.enters_organization("SCHOOL", "south-high", None).await;
        Self { town, giver, patient, district, school, other }
    }

    async fn key(&self, organization: Id<organization::Entity>, purpose: &str) -> Actor {
        let terms = json!({ "scopes": ["phi.read", "sud.read"], "purpose": purpose });
        self.giver.gives_key(organization, terms).await.1
    }

    async fn consents(&self, organization: Id<organization::Entity>, parts: Value) -> Id<consent::Entity> {
        let mut terms = json!({
            "kind": "REFERRAL_PARTNER",
            "scopes": [{ "dataClass": "DIRECTORY" }],
            "recipients": [{ "organizationId": organization.to_string() }],
            "purposes": ["TREATMENT"],
            "expiry": { "date": "2027-02-01T00:00:00Z" },
        });
        for (key, value) in parts.as_object().into_iter().flatten() {
            terms[key] = value.clone();
        }
        self.giver.records_consent(self.patient, terms).await
    }
}

const NOTHING: [&str; 0] = [];

#[tokio::test]
async fn a_partner_sees_whom_a_consent_names_its_organization_for() {
    let scene = Scene::new().await;
    let school = scene.key(scene.school, "TREATMENT").await;
    let other = scene.key(scene.other, "TREATMENT").await;
    assert_eq!(seen_by(&school).await, NOTHING);

    let consent = scene.consents(scene.school, json!({})).await;

    let data = school.ask(SHARED).await.ok();
    assert_eq!(
        data["sharedPatients"]["nodes"],
        json!([{
            "id": scene.patient.to_string(), "sharedUntil": "2027-02-01T00:00:00Z",
            "identity": { "fullName": "Amara Okafor" },
        }])
    );
    assert_eq!(seen_by(&other).await, NOTHING);
    let sql = "select consent_id from audit_logs where patient_id = $1 and operation = 'patient.identity'
        and decision = 'PERMIT' and credential = 'API_KEY'";
    let named: Option<uuid::Uuid> = scene.town.tenant.scalar(sql, scene.patient.uuid()).await;
    assert_eq!(named, Some(consent.uuid()));
}

#[tokio::test]
async fn a_consent_that_names_a_district_covers_the_schools_beneath_it_and_none_above() {
    let scene = Scene::new().await;
    let district = scene.key(scene.district, "TREATMENT").await;
    let school = scene.key(scene.school, "TREATMENT").await;
    let other = scene.key(scene.other, "TREATMENT").await;
    let first = scene.consents(scene.district, json!({})).await;
    assert_eq!(seen_by(&district).await, ["Amara Okafor"]);
    assert_eq!(seen_by(&school).await, ["Amara Okafor"]);
    assert_eq!(seen_by(&other).await, NOTHING);

    revokes(&scene.town.tenant.patient_user(scene.patient).await, first).await.ok();
    scene.consents(scene.school, json!({})).await;

    assert_eq!(seen_by(&district).await, NOTHING, "who may tell a school may not tell its district");
    assert_eq!(seen_by(&school).await, ["Amara Okafor"]);
}

#[tokio::test]
async fn a_partner_sees_for_the_purpose_alone_that_it_is_bound_to() {
    let scene = Scene::new().await;
    scene.consents(scene.school, json!({})).await;
    let billing = scene.key(scene.school, "PAYMENT").await;
    let school = scene.key(scene.school, "TREATMENT").await;

    assert_eq!(seen_by(&billing).await, NOTHING, "the consent is not for payment");
    assert_eq!(seen_by(&school).await, ["Amara Okafor"]);
    assert_eq!(
        seen_by(&school.with_purpose("PAYMENT")).await,
        ["ACCESS_DENIED"],
        "the key is not for payment"
    );
    assert_eq!(refusals_of(&scene.town, scene.patient).await, ["PURPOSE_REQUIRED"]);
}

#[tokio::test]
async fn a_partner_of_a_part_2_program_needs_a_consent_that_names_sud() {
    let scene = Scene::of(Town::with_part2_program().await).await;
    let school = scene.key(scene.school, "TREATMENT").await;
    scene.consents(scene.school, json!({})).await;
    assert_eq!(seen_by(&school).await, ["ACCESS_DENIED"]);

    let wide = json!({ "scopes": [{ "dataClass": "DIRECTORY" }, { "dataClass": "SUD" }] });
    scene.consents(scene.school, wide).await;

    assert_eq!(seen_by(&school).await, ["Amara Okafor"]);
}

#[tokio::test]
async fn a_key_opens_nothing_once_its_giver_may_not_see_it() {
    let scene = Scene::new().await;
    scene.consents(scene.school, json!({})).await;
    let school = scene.key(scene.school, "TREATMENT").await;
    assert_eq!(seen_by(&school).await, ["Amara Okafor"]);

    let sql = format!(
        "update role_assignments set deleted_at = now() where user_id = '{}' and role_id = '{}'",
        scene.giver.user(),
        scene.town.tenant.role_id("PRACTITIONER").await
    );
    assert_eq!(scene.town.tenant.change(&sql).await, 1);

    assert_eq!(school.ask(SHARED).await.refused(), "FORBIDDEN");
}

/// Whether a consent was never given, was revoked or has ended, is not told apart.
#[tokio::test]
async fn who_does_not_share_with_a_partner_any_more_is_as_somebody_who_never_did() {
    let scene = Scene::new().await;
    let school = scene.key(scene.school, "TREATMENT").await;
    let never = school.ask(SHARED).await;
    let own = scene.town.tenant.patient_user(scene.patient).await;
    let told = |answer: &crate::support::Answer| (answer.ok(), answer.statements);

    let consent = scene.consents(scene.school, json!({})).await;
    assert_eq!(seen_by(&school).await, ["Amara Okafor"]);
    revokes(&own, consent).await.ok();
    assert_eq!(told(&school.ask(SHARED).await), told(&never), "revoked");

    scene.consents(scene.school, json!({ "expiry": { "date": "2026-11-21T08:05:00Z" } })).await;
    assert_eq!(seen_by(&school).await, ["Amara Okafor"]);
    scene.town.clock.advance(chrono::TimeDelta::minutes(5));
    assert_eq!(told(&school.ask(SHARED).await), told(&never), "ended");
}

#[tokio::test]
async fn a_patient_by_id_is_nobody_to_a_partner_whether_they_share_or_not() {
    let scene = Scene::new().await;
    let school = scene.key(scene.school, "TREATMENT").await;
    scene.consents(scene.school, json!({})).await;
    let unshared = scene.giver.creates_patient("Bruno", "Silva").await;
    let mut told = Vec::new();
    for id in [scene.patient.uuid(), unshared.uuid(), NOBODYS] {
        let query = "query($id: ID!) { patient(id: $id) { displayCode } }";
        let answer = school.ask_with(query, json!({ "id": id.to_string() })).await;
        assert_eq!(answer.refused(), "FORBIDDEN");
        told.push((
            answer.body["errors"][0]["message"].clone(),
            answer.body["data"].clone(),
            answer.statements,
        ));
    }
    assert_eq!(told[0], told[1]);
    assert_eq!(told[0], told[2]);
}

/// A restriction, and a consent that does not cover who the patient is, read the same.
#[tokio::test]
async fn why_a_partner_is_refused_is_not_told() {
    let scene = Scene::new().await;
    let school = scene.key(scene.school, "TREATMENT").await;
    let narrow = scene.consents(scene.school, json!({ "scopes": [{ "dataClass": "GENERAL_PHI" }] })).await;
    let uncovered = school.ask(SHARED).await.ok();
    assert_eq!(uncovered["sharedPatients"]["nodes"][0]["identity"]["reason"], "ACCESS_DENIED");
    revokes(&scene.town.tenant.patient_user(scene.patient).await, narrow).await.ok();

    scene.consents(scene.school, json!({})).await;
    let terms = json!({
        "kind": "RESTRICTION", "scopes": [{ "dataClass": "DIRECTORY" }],
        "recipients": [{ "organizationId": scene.district.to_string() }],
        "purposes": ["TREATMENT"], "expiry": { "never": true },
    });
    scene.giver.records_consent(scene.patient, terms).await;

    assert_eq!(school.ask(SHARED).await.ok(), uncovered);
    assert_eq!(refusals_of(&scene.town, scene.patient).await, ["CONSENT_REQUIRED", "RESTRICTED"]);
}
