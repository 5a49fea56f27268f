//! What each role may do, and how far.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use consentry::identity::{
    role_catalogue::SYSTEM_ROLES,
    user_creation::{NewAssignment, NewPractitioner, NewUser},
};
use entity::identity::role_permission::Reach;
use serde_json::json;

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

#[tokio::test]
async fn a_role_confined_to_a_location_reaches_ones_own_caseload_alone() {
    let town = Town::new().await;
    let location = town.tenant.location("House on the hill", false).await;
    let confined = NewAssignment { role: "COMPLIANCE", location_id: Some(location), ..Default::default() };
    let officer = practitioner_with(&town, vec![confined]).await;
    let clinician = town.tenant.clinician().await;
    let own = clinician.creates_patient("Amara", "Okafor").await;
    let other = clinician.creates_patient("Bruno", "Silva").await;
    let place = json!({
        "patientId": own.to_string(), "practitionerId": officer.practitioner().to_string(), "role": "COORDINATOR",
    });
    clinician.mutate("assignCareTeam", place, "id").await.ok();

    assert!(permissions_of(&officer).await.values().all(|reach| reach == "OWN"));
    let list = officer.ask("{ patients { nodes { id } } }").await.ok();
    assert_eq!(list["patients"]["nodes"], json!([{ "id": own.to_string() }]));
    let entries = officer.ask("{ auditLogs { nodes { patient { id } } } }").await.ok();
    let entries = entries["auditLogs"]["nodes"].as_array().expect("entries").clone();
    assert!(!entries.is_empty() && entries.iter().all(|entry| entry["patient"]["id"] == own.to_string()));
    let query = "query($id: ID!) { patient(id: $id) { id } accessHistory(patientId: $id) { nodes { id } } }";
    let hidden = officer.ask_with(query, json!({ "id": other.to_string() })).await.ok();
    assert_eq!(hidden, json!({ "patient": null, "accessHistory": { "nodes": [] } }));
}
