//! Organizations that a tenant works with.

use serde_json::{Value, json};

use crate::support::{Actor, NOBODYS, Town, id};

async fn refused(admin: &Actor, change: Value) -> Value {
    let mut input = json!({ "kind": "PARTNER", "name": "The lodge", "slug": "lodge" });
    for (name, value) in change.as_object().expect("an object") {
        input[name] = value.clone();
    }
    admin.mutate("createOrganization", input, "id").await.complaint("createOrganization")
}

#[tokio::test]
async fn an_organization_comes_back_as_it_was_entered() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let district = admin.enters_organization("DISTRICT", "north", None).await;
    let input = json!({
        "kind": "SCHOOL", "name": "North High", "slug": "north-high", "timeZone": "America/Chicago",
        "parentOrganizationId": district.to_string(),
    });
    let shown = "id kind name slug timeZone parent { slug timeZone }";

    let data = admin.mutate("createOrganization", input, shown).await.ok();

    let school = data["createOrganization"]["result"].clone();
    let expected = json!({
        "id": school["id"], "kind": "SCHOOL", "name": "North High", "slug": "north-high", "timeZone": "America/Chicago",
        "parent": { "slug": "north", "timeZone": "America/New_York" },
    });
    assert_eq!(school, expected);
    let again = format!("{{ organization(id: {}) {{ {shown} }} }}", school["id"]);
    assert_eq!(admin.ask(&again).await.ok()["organization"], expected);
    let sql = "select operation::text from audit_logs where target_id = $1";
    let operation: Option<String> = town.tenant.scalar(sql, id::<()>(&school["id"]).uuid()).await;
    assert_eq!(operation.as_deref(), Some("organization.create"));
}

#[tokio::test]
async fn what_breaks_a_rule_is_named_by_its_field_and_enters_nothing() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let district = admin.enters_organization("DISTRICT", "north", None).await;
    let school = admin.enters_organization("SCHOOL", "north-high", Some(district)).await;
    let foreign = town
        .another_tenant("village")
        .await
        .admin()
        .await
        .enters_organization("DISTRICT", "north", None)
        .await;
    let before = town.tenant.count("organizations").await;

    for (change, code, field) in [
        (json!({ "kind": "TENANT" }), "VALIDATION_FAILED", "kind"),
        (json!({ "name": "" }), "VALIDATION_FAILED", "name"),
        (json!({ "name": "a\nb" }), "VALIDATION_FAILED", "name"),
        (json!({ "slug": "" }), "VALIDATION_FAILED", "slug"),
        (json!({ "slug": "-lodge" }), "VALIDATION_FAILED", "slug"),
        (json!({ "slug": "Lodge" }), "VALIDATION_FAILED", "slug"),
        (json!({ "slug": "l".repeat(64) }), "VALIDATION_FAILED", "slug"),
        (json!({ "slug": "north" }), "ALREADY_EXISTS", "slug"),
        (json!({ "timeZone": "New York" }), "VALIDATION_FAILED", "timeZone"),
        (json!({ "timeZone": "A/B/C/D" }), "VALIDATION_FAILED", "timeZone"),
        // No way leads back: nothing hangs beneath a school, and a district beneath nothing.
        (
            json!({ "kind": "SCHOOL", "parentOrganizationId": school.to_string() }),
            "VALIDATION_FAILED",
            "parentOrganizationId",
        ),
        (
            json!({ "kind": "DISTRICT", "parentOrganizationId": district.to_string() }),
            "VALIDATION_FAILED",
            "parentOrganizationId",
        ),
        (
            json!({ "kind": "SCHOOL", "parentOrganizationId": town.tenant.id.to_string() }),
            "VALIDATION_FAILED",
            "parentOrganizationId",
        ),
        (
            json!({ "kind": "SCHOOL", "parentOrganizationId": foreign.to_string() }),
            "NOT_FOUND",
            "parentOrganizationId",
        ),
        (
            json!({ "kind": "SCHOOL", "parentOrganizationId": NOBODYS.to_string() }),
            "NOT_FOUND",
            "parentOrganizationId",
        ),
    ] {
        let complaint = refused(&admin, change.clone()).await;
        assert_eq!((&complaint["code"], &complaint["field"]), (&json!(code), &json!([field])), "{change}");
    }
    assert_eq!(town.tenant.count("organizations").await, before);
}

#[tokio::test]
async fn organizations_are_for_those_who_manage_members_and_for_nobody_else() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let lodge = admin.enters_organization("PARTNER", "lodge", None).await;
    let question = format!("{{ organization(id: \"{lodge}\") {{ name }} }}");
    let before = town.tenant.count("organizations").await;

    for role in ["PRACTITIONER", "MANAGER", "COMPLIANCE", "PATIENT"] {
        let actor = town.tenant.with_role(role).await;
        assert_eq!(actor.ask(&question).await.refused(), "FORBIDDEN", "{role}");
        let input = json!({ "kind": "PARTNER", "name": "Another", "slug": "another" });
        assert_eq!(actor.mutate("createOrganization", input, "id").await.refused(), "FORBIDDEN", "{role}");
    }
    assert_eq!(town.tenant.count("organizations").await, before);
    // The role of a partner without a partner behind it reaches none.
    let partner = town.tenant.with_role("REFERRAL_PARTNER").await;
    assert_eq!(partner.ask(&question).await.ok()["organization"], Value::Null);
    assert_eq!(
        town.tenant.with_role("OWNER").await.ask(&question).await.ok()["organization"]["name"],
        "A partner"
    );
}
