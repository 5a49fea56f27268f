//! What a key under which a mutation happens once leaves behind.

use chrono::TimeDelta;
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;

use crate::support::{Actor, Tenant, Town};

fn intake(key: &str) -> Value {
    json!({ "identity": { "givenName": "Amara", "birthDate": "1990-04-02", "ssn": "078-05-1120" }, "idempotencyKey": key })
}

async fn enters(actor: &Actor, key: &str) {
    let data = actor.mutate("createPatient", intake(key), "id").await.ok();
    assert_eq!(data["createPatient"]["userErrors"], json!([]), "{key}");
}

async fn codes(tenant: &Tenant) -> Vec<Vec<u8>> {
    let sql =
        "select coalesce(array_agg(request_mac::bytea), '{}') from idempotency_keys where tenant_id = $1";
    tenant.scalar(sql, tenant.id).await.expect("an array")
}

#[tokio::test]
async fn what_a_key_came_with_cannot_be_guessed_from_what_is_stored() {
    let town = Town::new().await;
    let village = town.another_tenant("village").await;
    for tenant in [&town.tenant, &village] {
        enters(&tenant.clinician().await, "intake 7").await;
    }

    let (ours, theirs) = (codes(&town.tenant).await, codes(&village).await);

    assert_eq!((ours.len(), theirs.len()), (1, 1));
    assert_ne!(ours, theirs, "the same input leaves another code under another tenant's key");
}

#[tokio::test]
async fn who_only_reads_the_database_does_not_read_keys() {
    let town = Town::new().await;
    enters(&town.tenant.clinician().await, "intake 7").await;
    let readonly = town.database.pool("consentry_readonly", 1);
    let begin = format!("begin; set local app.tenant_id = '{}'", town.tenant.id);
    let mut transaction = readonly.begin_with(AssertSqlSafe(begin)).await.expect("a transaction");

    let read = sqlx::query("select 1 from idempotency_keys").fetch_all(&mut *transaction).await;

    let error = read.expect_err("not granted");
    assert_eq!(error.as_database_error().and_then(|error| error.code()).as_deref(), Some("42501"));
}

#[tokio::test]
async fn expired_keys_of_a_user_are_erased_when_the_user_brings_the_next() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let program =
        town.tenant.api_token(&clinician, None, Some(entity::consent::purpose::Purpose::Treatment)).await;
    for key in ["1", "2", "3"] {
        enters(&program, key).await;
    }
    town.clock.advance(TimeDelta::hours(23));
    enters(&program, "4").await;
    assert_eq!(town.tenant.count("idempotency_keys").await, 4);

    town.clock.advance(TimeDelta::hours(1));
    enters(&program, "5").await;

    assert_eq!(town.tenant.count("idempotency_keys").await, 2, "those that still hold stay");
}
