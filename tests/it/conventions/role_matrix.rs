//! Every role on every root field, as `docs/roles.md` has it.

use std::{
    collections::{BTreeMap, BTreeSet},
    str::FromStr,
};

use consentry::identity::role_catalogue::SYSTEM_ROLES;
use entity::identity::{permission::Permission, role_permission::Reach};
use serde_json::{Value, json};

use super::{
    permissions::guarded,
    rows::{changed, rows_of},
    schema_walk::SchemaWalk,
};
use crate::support::Town;

/// For each permission, how far it reaches in each role, in the order of [`SYSTEM_ROLES`].
fn matrix() -> BTreeMap<Permission, Vec<Option<Reach>>> {
    let rows = include_str!("../../../docs/roles.md").lines().filter_map(|line| {
        let cells: Vec<&str> = line.strip_prefix('|')?.strip_suffix('|')?.split('|').map(str::trim).collect();
        let permission = Permission::from_str(cells.first()?).ok()?;
        let reaches = cells[1..].iter().map(|cell| match *cell {
            "●" => Some(Reach::Tenant),
            "◐" => Some(Reach::Own),
            "S" => Some(Reach::Oneself),
            "–" => None,
            other => panic!("{}: no such cell: {other}", permission.key()),
        });
        Some((permission, reaches.collect()))
    });
    rows.collect()
}

#[test]
fn the_catalogue_is_the_matrix_of_the_documentation() {
    let documented = matrix();
    for (column, role) in SYSTEM_ROLES.iter().enumerate() {
        let of_code: BTreeMap<Permission, Reach> = role.grants().collect();
        let of_document: BTreeMap<Permission, Reach> = documented
            .iter()
            .filter_map(|(permission, reaches)| Some((*permission, reaches[column]?)))
            .collect();
        assert_eq!(of_code, of_document, "{}", role.key);
    }
}

#[tokio::test]
async fn every_role_is_admitted_by_every_root_field_exactly_as_the_matrix_says() {
    let town = Town::new().await;
    let matrix = matrix();
    let walk = SchemaWalk::new();
    let fields = guarded(&walk);
    let without = ["audit_logs", "sessions"];
    let mut tried = 0;
    for (column, role) in SYSTEM_ROLES.iter().enumerate() {
        let actor = town.tenant.practitioner(role.key, "Robin Castillo").await;
        let before = rows_of(&town.tenant, &without).await;
        let (admitting, refusing): (Vec<_>, Vec<_>) = fields
            .iter()
            .partition(|field| field.any_of.iter().any(|permission| matrix[permission][column].is_some()));
        for field in &refusing {
            let answer = actor.ask(&field.document).await;
            assert_eq!(answer.refused(), field.refusal(), "{} asks {}", role.key, field.name);
            assert!(
                answer.body["data"][&field.name].is_null(),
                "{} asks {}: {}",
                role.key,
                field.name,
                answer.body
            );
        }
        let after = rows_of(&town.tenant, &without).await;
        assert_eq!(
            changed(&before, &after),
            Vec::<String>::new(),
            "{}: a refused call changed something",
            role.key
        );
        for field in &admitting {
            let answer = actor.ask(&field.document).await;
            let codes = codes_of(&answer.body);
            assert!(
                !codes.contains("FORBIDDEN")
                    && !codes.contains("BREAK_GLASS_DENIED")
                    && !codes.contains("INTERNAL")
                    && !codes.contains("UNAUTHENTICATED"),
                "{} asks {}: {}",
                role.key,
                field.name,
                answer.body
            );
        }
        tried += admitting.len() + refusing.len();
    }
    assert_eq!(tried, SYSTEM_ROLES.len() * fields.len());
    let guarded_or_public = walk.root_fields().len();
    let public = walk
        .root_fields()
        .into_iter()
        .filter(|(_, _, field)| super::schema_walk::bears(&field.directives, "public"))
        .count();
    assert_eq!(fields.len() + public, guarded_or_public, "no root field is left out");
}

fn codes_of(body: &Value) -> BTreeSet<String> {
    let errors = body["errors"].as_array().into_iter().flatten();
    errors.filter_map(|error| Some(error["extensions"]["code"].as_str()?.to_owned())).collect()
}

/// One patient of the actor's caseload, and another.
#[tokio::test]
async fn each_role_reaches_the_patients_that_the_matrix_says() {
    let town = Town::new().await;
    let matrix = matrix();
    let clinician = town.tenant.clinician().await;
    let own = clinician.creates_patient("Amara", "Okafor").await;
    let other = clinician.creates_patient("Bruno", "Silva").await;
    for (column, role) in SYSTEM_ROLES.iter().enumerate() {
        let actor = town.tenant.practitioner(role.key, "Robin Castillo").await;
        let place = json!({
            "patientId": own.to_string(), "practitionerId": actor.practitioner().to_string(), "role": "COORDINATOR",
        });
        clinician.mutate("assignCareTeam", place, "id").await.ok();
        let answer = actor.ask("{ patients { nodes { id } } }").await;
        let listed = |body: &Value| {
            let nodes = body["data"]["patients"]["nodes"].as_array().into_iter().flatten();
            nodes.filter_map(|node| Some(node["id"].as_str()?.to_owned())).collect::<BTreeSet<_>>()
        };
        let expected: BTreeSet<String> = match matrix[&Permission::PatientRead][column] {
            Some(Reach::Tenant) => [own, other].map(|id| id.to_string()).into(),
            Some(Reach::Own) => [own.to_string()].into(),
            Some(Reach::Oneself) | None => BTreeSet::new(),
        };
        assert_eq!(listed(&answer.body), expected, "{}", role.key);
    }
}
