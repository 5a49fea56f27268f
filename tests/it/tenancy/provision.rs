//! How a tenant is made: whole, or not at all.

use std::collections::BTreeSet;

use consentry::{
    identity::role_catalogue::SYSTEM_ROLES,
    tenancy::provision::{NewTenant, provision},
};
use uuid::Uuid;

use crate::support::Town;

fn named(slug: &'static str, time_zone: &'static str) -> NewTenant {
    NewTenant { slug: slug.into(), name: "Village Recovery".into(), time_zone, is_part2_program: true }
}

/// Every tenant as `slug status`, read as the owner: the table is not confined to one tenant.
async fn tenants(town: &Town) -> Vec<String> {
    sqlx::query_scalar(
        "select concat_ws(' ', slug, status) from tenants where slug <> 'platform' order by id",
    )
    .fetch_all(town.owner())
    .await
    .expect("tenants are listed")
}

#[tokio::test]
async fn a_new_tenant_has_an_organization_a_root_key_and_every_role_with_its_permissions() {
    let town = Town::new().await;
    let village = town.another_tenant("village").await;

    let organization = "select concat_ws(' ', slug, kind, name, time_zone, is_part2_program) from organizations where id = $1";
    let organization: Option<String> = village.scalar(organization, village.id).await;
    assert_eq!(organization.as_deref(), Some("village TENANT Town Recovery America/New_York f"));
    let keys = "select concat_ws(' ', purpose, key_version, state) from encryption_keys where tenant_id = $1";
    let key: Option<String> = village.scalar(keys, village.id).await;
    assert_eq!(key.as_deref(), Some("ROOT 1 ACTIVE"));
    assert_eq!(village.count("encryption_keys").await, 1);

    let roles = "select array_agg(key || ' ' || name) from roles where tenant_id = $1 and is_system";
    let roles: Option<Vec<String>> = village.scalar(roles, village.id).await;
    let expected: BTreeSet<String> =
        SYSTEM_ROLES.iter().map(|role| format!("{} {}", role.key, role.name)).collect();
    assert_eq!(roles.unwrap_or_default().into_iter().collect::<BTreeSet<_>>(), expected);
    let grants = "select array_agg(r.key || ' ' || p.permission_key) from role_permissions p
        join roles r on r.tenant_id = p.tenant_id and r.id = p.role_id where p.tenant_id = $1";
    let grants: Option<Vec<String>> = village.scalar(grants, village.id).await;
    let expected = SYSTEM_ROLES
        .iter()
        .flat_map(|role| role.grants().map(|(permission, _)| format!("{} {}", role.key, permission.key())))
        .collect::<Vec<_>>();
    let grants = grants.unwrap_or_default();
    assert_eq!(grants.iter().cloned().collect::<BTreeSet<_>>(), expected.iter().cloned().collect());
    assert_eq!(grants.len(), expected.len(), "each once");

    let entry = "select concat_ws(' ', credential, action, target_kind, decision) from audit_logs
        where target_id = $1 and operation = 'tenant.provision'";
    let entry: Option<String> = village.scalar(entry, village.id).await;
    assert_eq!(entry.as_deref(), Some("OPERATOR WRITE ORGANIZATION PERMIT"));
}

#[tokio::test]
async fn tenants_have_keys_of_their_own() {
    let town = Town::new().await;
    let village = town.another_tenant("village").await;
    let key = "select wrapped::bytea from encryption_keys where tenant_id = $1 and purpose = 'ROOT'";

    let ours: Option<Vec<u8>> = town.tenant.scalar(key, town.tenant.id).await;
    let theirs: Option<Vec<u8>> = village.scalar(key, village.id).await;

    assert!(ours.is_some() && theirs.is_some());
    assert_ne!(ours, theirs);
}

#[tokio::test]
async fn a_slug_that_is_taken_is_refused_and_leaves_nothing() {
    let town = Town::new().await;
    let (roles, entries) = (town.tenant.count("roles").await, town.tenant.count("audit_logs").await);

    provision(&town.app, town.owner(), named("town", "UTC")).await.expect_err("the slug is taken");

    assert_eq!(tenants(&town).await, ["town ACTIVE"]);
    assert_eq!(town.app.tenant_by_slug("town").await.expect("an answer"), Some(town.tenant.id));
    assert_eq!(town.tenant.count("roles").await, roles);
    assert_eq!(town.tenant.count("organizations").await, 1);
    assert_eq!(town.tenant.count("encryption_keys").await, 1);
    assert_eq!(town.tenant.count("audit_logs").await, entries);
}

#[tokio::test]
async fn a_slug_that_is_none_is_refused_and_leaves_nothing() {
    let town = Town::new().await;

    for slug in ["", "Village", "vil lage", "-", "dorf/ü"] {
        assert!(provision(&town.app, town.owner(), named(slug, "UTC")).await.is_err(), "{slug:?}");
    }

    assert_eq!(tenants(&town).await, ["town ACTIVE"]);
}

#[tokio::test]
async fn a_tenant_that_could_not_be_made_whole_is_closed_and_frees_its_slug() {
    let town = Town::new().await;

    provision(&town.app, town.owner(), named("village", "no time zone"))
        .await
        .expect_err("it has no time zone");

    let closed: Uuid = sqlx::query_scalar("select id from tenants where status = 'CLOSED'")
        .fetch_one(town.owner())
        .await
        .expect("the half-made tenant is closed");
    assert_eq!(
        tenants(&town).await,
        ["town ACTIVE".to_owned(), format!("closed-{} CLOSED", closed.simple())]
    );
    assert_eq!(town.app.tenant_by_slug("village").await.expect("an answer"), None);
    let mut transaction = town.database.app().begin().await.expect("a transaction");
    sqlx::query("select set_config('app.tenant_id', $1, true)")
        .bind(closed.to_string())
        .execute(&mut *transaction)
        .await
        .expect("the tenant is set");
    let left: i64 =
        sqlx::query_scalar("select (select count(*) from roles) + (select count(*) from organizations)")
            .fetch_one(&mut *transaction)
            .await
            .expect("a count");
    assert_eq!(left, 0, "nothing half done is left");

    let again = provision(&town.app, town.owner(), named("village", "UTC")).await.expect("the slug is free");
    assert_eq!(town.app.tenant_by_slug("village").await.expect("an answer"), Some(again));
}
