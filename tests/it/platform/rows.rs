//! What the database itself refuses.

use sqlx::{AssertSqlSafe, PgPool};
use uuid::Uuid;

use crate::support::Town;

/// Runs one statement in a transaction of a tenant, as whoever the pool connects as; returns the SQLSTATE of its refusal.
async fn refusal(pool: &PgPool, tenant: Option<Uuid>, sql: &str) -> Option<String> {
    let mut transaction = pool.begin().await.expect("a transaction");
    if let Some(tenant) = tenant {
        let set = format!("set local app.tenant_id = '{tenant}'");
        sqlx::query(AssertSqlSafe(set)).execute(&mut *transaction).await.expect("the tenant is set");
    }
    match sqlx::query(AssertSqlSafe(sql.to_owned())).execute(&mut *transaction).await {
        Ok(_) => {
            transaction.commit().await.expect("the statement is committed");
            None
        }
        Err(error) => error.as_database_error().and_then(|error| error.code()).map(Into::into),
    }
}

#[tokio::test]
async fn not_even_the_owner_changes_or_removes_an_entry_of_the_record() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let _ = clinician.sees_identity_of(patient).await;
    let fingerprint =
        "select md5(string_agg(a::text, ',' order by id)) from audit_logs a where tenant_id = $1";
    let before: Option<String> = town.tenant.scalar(fingerprint, town.tenant.id).await;
    let tenant = Some(town.tenant.id);
    let attempts = [
        "update audit_logs set operation = 'nothing.happened'",
        "delete from audit_logs",
        "truncate audit_logs",
        "truncate audit_logs cascade",
    ];

    for sql in attempts {
        assert_eq!(refusal(town.owner(), tenant, sql).await.as_deref(), Some("55000"), "owner: {sql}");
        assert_eq!(refusal(&town.database.app(), tenant, sql).await.as_deref(), Some("42501"), "app: {sql}");
    }

    assert!(before.is_some());
    assert_eq!(town.tenant.scalar(fingerprint, town.tenant.id).await, before);
}

#[tokio::test]
async fn without_a_tenant_every_statement_on_its_tables_fails_loudly() {
    let town = Town::new().await;
    town.tenant.clinician().await.creates_patient("Amara", "Okafor").await;
    let app = town.database.app();

    for table in ["patients", "users", "sessions", "consents", "audit_logs", "phi.persons", "encryption_keys"]
    {
        let sql = format!("select 1 from {table}");
        let code = refusal(&app, None, &sql).await;
        assert!(matches!(code.as_deref(), Some("42704" | "22P02")), "{table}: {code:?}");
    }
    let code = refusal(&app, None, "update users set status = 'SUSPENDED'").await;
    assert!(code.is_some());
    assert_eq!(
        town.tenant
            .scalar(
                "select count(*) from users where tenant_id = $1 and status = 'SUSPENDED'",
                town.tenant.id
            )
            .await,
        Some(0_i64)
    );
}

#[tokio::test]
async fn one_tenant_neither_sees_nor_changes_nor_writes_for_another() {
    let town = Town::new().await;
    let village = town.another_tenant("village").await;
    let patient = town.tenant.clinician().await.creates_patient("Amara", "Okafor").await;
    let of_town = town.tenant.id;
    let users = town.tenant.count("users").await;

    let seen: Option<Uuid> = village.scalar("select id from patients where id = $1", patient.uuid()).await;
    assert_eq!(seen, None);
    let seen: Option<i64> =
        village.scalar("select count(*) from audit_logs where tenant_id = $1", of_town).await;
    assert_eq!(seen, Some(0));
    assert_eq!(
        village.change(&format!("update users set status = 'SUSPENDED' where tenant_id = '{of_town}'")).await,
        0
    );
    let insert = format!(
        "insert into locations (tenant_id, id, organization_id, kind, name, time_zone)
            values ('{of_town}', '{patient}', '{of_town}', 'HOUSE', 'Ours', 'UTC')"
    );
    for pool in [&town.database.app(), town.owner()] {
        assert_eq!(refusal(pool, Some(village.id), &insert).await.as_deref(), Some("42501"));
    }
    let take = format!("update users set tenant_id = '{of_town}'");
    village.admin().await;
    assert!(refusal(&town.database.app(), Some(village.id), &take).await.is_some(), "rows do not move");

    assert_eq!(town.tenant.count("locations").await, 0);
    assert_eq!(town.tenant.count("users").await, users);
    assert_eq!(
        refusal(&town.database.app(), Some(of_town), &insert).await,
        None,
        "for its own tenant it is fine"
    );
    assert_eq!(town.tenant.count("locations").await, 1);
}

#[tokio::test]
async fn the_root_key_of_a_tenant_is_never_erased() {
    let town = Town::new().await;
    let patient = town.tenant.clinician().await.creates_patient("Amara", "Okafor").await;
    let tenant = Some(town.tenant.id);
    let roots =
        "select count(*) from encryption_keys where tenant_id = $1 and purpose = 'ROOT' and key_version = 1";
    let person = "(select person_id from patients)";

    for pool in [&town.database.app(), town.owner()] {
        for sql in [
            "delete from encryption_keys",
            "delete from encryption_keys where purpose = 'ROOT'",
            &format!(
                "update encryption_keys set purpose = 'PROTECTED_NOTE', person_id = {person} where purpose = 'ROOT'"
            ),
            "update encryption_keys set key_version = 2 where purpose = 'ROOT'",
        ] {
            assert_eq!(refusal(pool, tenant, sql).await.as_deref(), Some("55000"), "{sql}");
        }
    }

    assert_eq!(town.tenant.scalar(roots, town.tenant.id).await, Some(1_i64));
    let shred = format!(
        "delete from encryption_keys where person_id = (select person_id from patients where id = '{patient}')"
    );
    assert_eq!(
        refusal(&town.database.app(), tenant, &shred).await,
        None,
        "a person's keys are erased with the person"
    );
}
