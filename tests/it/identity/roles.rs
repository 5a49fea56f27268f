//! What each role may do, and how far.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use consentry::identity::{
    role_catalogue::SYSTEM_ROLES,
    user_creation::{NewAssignment, NewPractitioner, NewUser},
};
use entity::{Id, identity::role_permission::Reach, people::patient, tenancy::location};
use serde_json::json;
use uuid::Uuid;

use super::permissions_of;
use crate::support::{Actor, Town};

/// The purpose that each role has without stating one.
const PURPOSES: &[(&str, &str)] = &[
    ("OWNER", "OPERATIONS"),
    ("ADMIN", "OPERATIONS"),
    ("MANAGER", "OPERATIONS"),
    ("SUPERVISOR", "TREATMENT"),
    ("PRACTITIONER", "TREATMENT"),
    ("SPECIALIST", "TREATMENT"),
    ("ASSISTANT", "TREATMENT"),
    ("HOUSE_STAFF", "TREATMENT"),
    ("BILLING", "PAYMENT"),
    ("COMPLIANCE", "AUDIT_EVALUATION"),
    ("PATIENT", "PATIENT_REQUEST"),
    ("GUARDIAN", "PATIENT_REQUEST"),
    ("FAMILY", "PATIENT_REQUEST"),
];

fn reach_name(reach: Reach) -> String {
    match reach {
        Reach::Oneself => "SELF",
        Reach::Own => "OWN",
        Reach::Tenant => "TENANT",
    }
    .to_owned()
}

/// A practitioner whose roles are given.
async fn practitioner_with(town: &Town, roles: Vec<NewAssignment>) -> Actor {
    let practitioner = Some(NewPractitioner::named("Robin Castillo, PhD"));
    town.tenant.user(NewUser { roles, practitioner, ..Default::default() }).await
}

#[tokio::test]
async fn each_role_may_do_what_the_catalogue_says() {
    let town = Town::new().await;
    assert_eq!(SYSTEM_ROLES.len(), 16);
    for role in SYSTEM_ROLES {
        let actor = town.tenant.with_role(role.key).await;
        let expected: BTreeMap<String, String> = role
            .grants()
            .map(|(permission, reach)| (permission.key().to_owned(), reach_name(reach)))
            .collect();
        assert_eq!(permissions_of(&actor).await, expected, "{}", role.key);
        let data = actor
            .ask("{ viewer { roles purpose user { id } patient { id } practitioner { id } } }")
            .await
            .ok();
        let purpose = PURPOSES.iter().find(|(key, _)| *key == role.key).map(|(_, purpose)| *purpose);
        assert_eq!(
            data["viewer"],
            json!({
                "roles": [role.key],
                "purpose": purpose,
                "user": { "id": actor.user().to_string() },
                "patient": null,
                "practitioner": null,
            }),
        );
    }
}

#[tokio::test]
async fn the_viewer_is_the_practitioner_or_the_patient_behind_the_user() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let patients_own = town.tenant.patient_user(patient).await;
    let document = "{ viewer { patient { id } practitioner { id } } }";

    let data = clinician.ask(document).await.ok();
    let practitioner = json!({ "id": clinician.practitioner().to_string() });
    assert_eq!(data["viewer"], json!({ "patient": null, "practitioner": practitioner }));
    let data = patients_own.ask(document).await.ok();
    assert_eq!(data["viewer"], json!({ "patient": { "id": patient.to_string() }, "practitioner": null }));
}

#[tokio::test]
async fn several_roles_add_up_and_the_treating_one_speaks_first() {
    let town = Town::new().await;
    let roles = ["ADMIN", "PRACTITIONER"].map(|role| NewAssignment { role, ..Default::default() });
    let actor = practitioner_with(&town, roles.into()).await;

    let permissions = permissions_of(&actor).await;
    assert_eq!(permissions["patient.read"], "TENANT", "the wider reach of the two");
    assert_eq!(permissions["phi.read"], "OWN");
    let data = actor.ask("{ viewer { roles purpose } }").await.ok();
    assert_eq!(data["viewer"], json!({ "roles": ["PRACTITIONER", "ADMIN"], "purpose": "TREATMENT" }));
}

#[tokio::test]
async fn an_assignment_ends_at_its_moment() {
    let town = Town::new().await;
    let ends = town.app.clock().now() + TimeDelta::hours(1);
    let roles = vec![
        NewAssignment { role: "BILLING", ..Default::default() },
        NewAssignment { role: "ADMIN", expires_at: Some(ends), ..Default::default() },
    ];
    let actor = practitioner_with(&town, roles).await;
    town.clock.advance(TimeDelta::hours(1) - TimeDelta::milliseconds(1));
    assert_eq!(permissions_of(&actor).await.get("audit.read").map(String::as_str), Some("TENANT"));

    town.clock.advance(TimeDelta::milliseconds(1));

    assert_eq!(permissions_of(&actor).await.get("audit.read"), None);
    assert_eq!(actor.ask("{ auditLogs { totalCount } }").await.refused(), "FORBIDDEN");
    let data = actor.ask("{ viewer { roles purpose } }").await.ok();
    assert_eq!(data["viewer"], json!({ "roles": ["BILLING"], "purpose": "PAYMENT" }));
}

#[tokio::test]
async fn who_has_no_role_left_may_do_nothing() {
    let town = Town::new().await;
    let actor = town.tenant.user(NewUser::default()).await;

    assert_eq!(permissions_of(&actor).await, BTreeMap::new());
    assert_eq!(actor.ask("{ patients { totalCount } }").await.refused(), "FORBIDDEN");
    assert_eq!(
        actor.ask("{ viewer { roles purpose } }").await.ok()["viewer"],
        json!({ "roles": [], "purpose": null })
    );
}

/// The ids of the patients that somebody lists.
async fn patients_of(actor: &Actor) -> BTreeSet<String> {
    let data = actor.ask("{ patients { nodes { id } } }").await.ok();
    let nodes = data["patients"]["nodes"].as_array().expect("patients").clone();
    nodes.iter().map(|node| node["id"].as_str().expect("an id").to_owned()).collect()
}

fn confined(role: &'static str, location: Id<location::Entity>) -> NewAssignment {
    NewAssignment { role, location_id: Some(location), ..Default::default() }
}

#[tokio::test]
async fn a_role_confined_to_a_location_reaches_that_location_and_what_lies_beneath() {
    let town = Town::new().await;
    let property = town.tenant.location("Estate", false).await;
    let house = town.tenant.location("House on the hill", false).await;
    let elsewhere = town.tenant.location("House by the sea", false).await;
    let beneath = format!("update locations set parent_location_id = '{property}' where id = '{house}'");
    assert_eq!(town.tenant.change(&beneath).await, 1);
    let clinician = town.tenant.clinician().await;
    let mut served = Vec::new();
    for (place, name) in [(property, "Amara"), (house, "Bruno"), (elsewhere, "Chen")] {
        let patient = clinician.creates_patient(name, "Okafor").await;
        let moved = format!("update patients set location_id = '{place}' where id = '{patient}'");
        assert_eq!(town.tenant.change(&moved).await, 1);
        served.push(patient.to_string());
    }
    let nowhere = clinician.creates_patient("Dora", "Okafor").await;
    let below: BTreeSet<String> = served[..2].iter().cloned().collect();

    for role in ["MANAGER", "HOUSE_STAFF", "COMPLIANCE", "ADMIN"] {
        let actor = practitioner_with(&town, vec![confined(role, property)]).await;
        assert_eq!(patients_of(&actor).await, below, "{role}: everybody there, whomever one treats");
        assert!(permissions_of(&actor).await.values().all(|reach| reach == "OWN"), "{role}");
    }
    let manager = practitioner_with(&town, vec![confined("MANAGER", house)]).await;
    assert_eq!(patients_of(&manager).await, [served[1].clone()].into());

    let assistant = practitioner_with(&town, vec![confined("ASSISTANT", property)]).await;
    assert_eq!(patients_of(&assistant).await, BTreeSet::new(), "nobody of them is on the caseload");
    for patient in [&served[1], &served[2], &nowhere.to_string()] {
        let place = json!({
            "patientId": patient, "practitionerId": assistant.practitioner().to_string(), "role": "ASSISTANT",
        });
        clinician.mutate("assignCareTeam", place, "id").await.ok();
    }
    assert_eq!(
        patients_of(&assistant).await,
        [served[1].clone()].into(),
        "of the caseload, who is served there"
    );

    let query = "query($id: ID!) { patient(id: $id) { id } accessHistory(patientId: $id) { nodes { id } } }";
    let hidden = practitioner_with(&town, vec![confined("COMPLIANCE", house)]).await;
    let hidden = hidden.ask_with(query, json!({ "id": served[2] })).await.ok();
    assert_eq!(hidden, json!({ "patient": null, "accessHistory": { "nodes": [] } }));
}

#[tokio::test]
async fn what_is_protected_takes_a_consent_at_ones_own_location_too() {
    let town = Town::new().await;
    let house = town.tenant.location("House on the hill", false).await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let moved = format!("update patients set location_id = '{house}' where id = '{patient}'");
    assert_eq!(town.tenant.change(&moved).await, 1);
    let manager = practitioner_with(&town, vec![confined("MANAGER", house)]).await;
    let elsewhere = town.tenant.location("House by the sea", false).await;
    let other = practitioner_with(&town, vec![confined("MANAGER", elsewhere)]).await;
    assert_eq!(manager.sees_identity_of(patient).await, Err("CONSENT_REQUIRED".to_owned()));
    let everybody = json!({ "recipients": [{ "recipientClass": "PROGRAM_WORKFORCE" }] });
    clinician.records_consent(patient, everybody).await;
    assert_eq!(manager.sees_identity_of(patient).await, Ok("Amara Okafor".to_owned()));
    let query = "query($id: ID!) { patient(id: $id) { id } }";
    assert_eq!(
        other.ask_with(query, json!({ "id": patient.to_string() })).await.ok()["patient"],
        json!(null)
    );
}

#[tokio::test]
async fn who_has_verified_legal_authority_reaches_a_minor_until_it_ends() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let child = clinician.creates_patient_born("2015-05-01").await;
    let other = clinician.creates_patient_born("2017-01-31").await;
    let parent = clinician.creates_patient("Chen", "Okafor").await;
    let person = |patient: Id<patient::Entity>| {
        let tenant = town.tenant.clone();
        async move {
            let sql = "select person_id from patients where id = $1";
            tenant.scalar::<Uuid>(sql, patient.uuid()).await.expect("a person")
        }
    };
    let (child_person, other_person, parent_person) =
        (person(child).await, person(other).await, person(parent).await);
    let relate = |related: Uuid, verified: &str, ends: &str| {
        format!(
            "insert into person_relationships (tenant_id, id, person_id, related_person_id, kind, legal_authority, verified_at, ends_at)
            values ('{}', gen_random_uuid(), '{related}', '{parent_person}', 'PARENT', 'PARENT', {verified}, {ends})",
            town.tenant.id
        )
    };
    town.tenant.change(&relate(child_person, "now()", "null")).await;
    town.tenant.change(&relate(other_person, "null", "null")).await;
    let roles = vec![NewAssignment { role: "GUARDIAN", ..Default::default() }];
    let person_id = Some(Id::new(parent_person));
    let guardian = town.tenant.user(NewUser { roles, person_id, ..Default::default() }).await;

    let reached = [child, parent].map(|id| id.to_string()).into();
    assert_eq!(patients_of(&guardian).await, reached, "not the one whose authority nobody verified");
    assert!(guardian.sees_identity_of(child).await.is_ok(), "in the place of the child");

    let over = town.app.clock().now() + TimeDelta::hours(1);
    let ends = format!(
        "update person_relationships set ends_at = '{}' where person_id = '{child_person}'",
        over.to_rfc3339()
    );
    town.tenant.change(&ends).await;
    town.clock.advance(TimeDelta::hours(1));
    assert_eq!(patients_of(&guardian).await, [parent.to_string()].into(), "and it ends at its moment");
}
