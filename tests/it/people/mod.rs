//! People.

mod care_team;
mod creation;
mod guardians;
mod identity;
mod listing;
mod reach;
mod relationships;
mod search;
mod supervision;
mod vault;

use entity::{Id, people::patient};
use serde_json::{Value, json};

use crate::support::{Actor, Answer, Tenant, id};

/// Enters a patient with any identity.
async fn enters(actor: &Actor, identity: Value) -> Id<patient::Entity> {
    let data = actor.mutate("createPatient", json!({ "identity": identity }), "id").await.ok();
    assert_eq!(data["createPatient"]["userErrors"], json!([]), "the patient is entered");
    id(&data["createPatient"]["result"]["id"])
}

/// Enters a patient about whom nothing is known.
async fn enters_nobody(actor: &Actor) -> Id<patient::Entity> {
    id(&actor.mutate("createPatient", json!({}), "id").await.ok()["createPatient"]["result"]["id"])
}

/// Changes who a patient is.
async fn updates(actor: &Actor, patient: impl ToString, version: i32, identity: Value) -> Answer {
    let input = json!({ "patientId": patient.to_string(), "expectedVersion": version, "identity": identity });
    actor.mutate("updatePatientIdentity", input, "id version").await
}

/// Gives a practitioner a place on a care team, as coordinator from now on unless `parts` say otherwise.
async fn assigns(actor: &Actor, patient: impl ToString, practitioner: impl ToString, parts: Value) -> Answer {
    let mut input = json!({
        "patientId": patient.to_string(),
        "practitionerId": practitioner.to_string(),
        "role": "COORDINATOR",
    });
    for (key, value) in parts.as_object().into_iter().flatten() {
        input[key] = value.clone();
    }
    actor.mutate("assignCareTeam", input, "id role startsAt endsAt").await
}

/// The version of a patient's row.
async fn version_of(tenant: &Tenant, patient: Id<patient::Entity>) -> i32 {
    let sql = "select version from patients where id = $1";
    tenant.scalar(sql, patient.uuid()).await.expect("a patient")
}

/// How many rows of these tables the tenant has.
async fn counts<const N: usize>(tenant: &Tenant, tables: [&str; N]) -> Vec<i64> {
    let mut counts = Vec::new();
    for table in tables {
        counts.push(tenant.count(table).await);
    }
    counts
}

/// The path of a complaint.
fn field(complaint: &Value) -> String {
    let path = complaint["field"].as_array().expect("a path");
    path.iter().map(|part| part.as_str().expect("a name")).collect::<Vec<_>>().join(".")
}

/// The ids of a connection's nodes.
fn ids_of(connection: &Value) -> Vec<String> {
    let nodes = connection["nodes"].as_array().unwrap_or_else(|| panic!("no nodes: {connection}"));
    nodes.iter().map(|node| node["id"].as_str().expect("an id").to_owned()).collect()
}
