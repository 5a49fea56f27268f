//! What one request may cost.

use serde_json::json;

use crate::support::Town;

/// A hundred patients with a hundred places each.
const TOO_MUCH: &str =
    "query($n: Int!) { patients(first: 100) { nodes { careTeam(first: $n) { nodes { id } } } } }";

#[tokio::test]
async fn an_operation_that_could_load_too_much_is_refused_before_anything_is_asked() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    clinician.creates_patient("Amara", "Okafor").await;

    let refused = clinician.ask_with(TOO_MUCH, json!({ "n": 100 })).await;

    assert_eq!((refused.refused(), refused.status.as_u16()), ("QUERY_TOO_COMPLEX", 400));
    assert_eq!(refused.statements, 0);
    assert!(refused.body.get("data").is_none(), "{}", refused.body);
    let fewer = clinician.ask_with(TOO_MUCH, json!({ "n": 50 })).await;
    assert_eq!(
        fewer.ok()["patients"]["nodes"].as_array().map(Vec::len),
        Some(1),
        "the same document, for less"
    );
}

#[tokio::test]
async fn a_mutation_whose_result_could_be_too_much_changes_nothing() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patients = town.tenant.count("patients").await;
    let team = "careTeam(first: 100) { nodes { patient { careTeam(first: 100) { nodes { id } } } } }";

    let answer = clinician.mutate("createPatient", json!({}), team).await;

    assert_eq!(answer.refused(), "QUERY_TOO_COMPLEX");
    assert_eq!(town.tenant.count("patients").await, patients);
}
