//! Where a tenant works.

use serde_json::json;

use crate::support::Town;

#[tokio::test]
async fn staff_see_the_locations_of_their_own_organization() {
    let town = Town::new().await;
    let village = town.another_tenant("village").await;
    let first = town.tenant.location("House on the hill", false).await;
    let second = town.tenant.location("Clinic by the river", true).await;
    village.location("Barn", false).await;
    let clinician = town.tenant.clinician().await;
    let document = "query($order: Chronology!) { locations(orderBy: $order) { totalCount nodes { id kind name timeZone parent { id } } } }";

    let place = |id: String, name: &str| json!({ "id": id, "kind": "HOUSE", "name": name, "timeZone": "America/New_York", "parent": null });
    let hill = place(first.to_string(), "House on the hill");
    let river = place(second.to_string(), "Clinic by the river");
    let oldest = clinician.ask_with(document, json!({ "order": "OLDEST_FIRST" })).await.ok();
    assert_eq!(oldest["locations"], json!({ "totalCount": 2, "nodes": [hill, river] }));
    let newest = clinician.ask_with(document, json!({ "order": "NEWEST_FIRST" })).await.ok();
    assert_eq!(newest["locations"]["nodes"], json!([river, hill]));
}

#[tokio::test]
async fn locations_are_for_those_whose_role_includes_them() {
    let town = Town::new().await;
    town.tenant.location("House on the hill", false).await;

    let guardian = town.tenant.with_role("GUARDIAN").await;
    assert_eq!(guardian.ask("{ locations { totalCount } }").await.refused(), "FORBIDDEN");
    assert_eq!(town.anonymous().ask("{ locations { totalCount } }").await.refused(), "UNAUTHENTICATED");
}
