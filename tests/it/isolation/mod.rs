//! Isolation of tenants, against whoever speaks SQL in the role of the server.
//!
//! Each leak that row-level security is known for is shown twice: that it is real, in a scratch table that lacks the rule,
//! and that our schema is closed to it.

mod cancellation;
mod every_table;
mod grants;
mod keys;
mod owner;
mod pgbouncer;
mod plans;
mod settings;
mod side_channels;
mod turmoil;
mod views;

use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool};
use uuid::Uuid;

use crate::{
    conventions::rows::{Rows, changed, rows_of},
    support::{NOBODYS, Tenant, Town, dawn, family::MOTHER, partner::SigningKey},
};

/// The roles that the server and its helpers sign in as.
const ROLES: [&str; 4] = ["consentry_app", "consentry_worker", "consentry_sealer", "consentry_readonly"];

/// The privilege is not there, or the policy forbids the row.
const FORBIDDEN: &str = "42501";
/// No tenant was ever set on this connection.
const UNSET: &str = "42704";
/// The tenant was set in an earlier transaction, or to nothing.
const BLANK: &str = "22P02";

/// Why the database refused a statement.
#[derive(Debug, PartialEq)]
struct Refusal {
    code: String,
    message: String,
    detail: Option<String>,
}

/// Runs statements in a transaction of a tenant and commits it; returns how many rows they returned or touched.
async fn attempt(pool: &PgPool, tenant: Option<Uuid>, sql: &str) -> Result<u64, Refusal> {
    attempt_on(&mut pool.acquire().await.expect("a connection"), tenant, sql).await
}

async fn attempt_on(connection: &mut PgConnection, tenant: Option<Uuid>, sql: &str) -> Result<u64, Refusal> {
    let mut transaction = connection.begin().await.expect("a transaction");
    let set = tenant.map_or_else(String::new, |tenant| format!("set local app.tenant_id = '{tenant}'; "));
    let statement = AssertSqlSafe(format!("{set}{sql}"));
    match sqlx::raw_sql(statement).execute(&mut *transaction).await {
        Ok(result) => {
            transaction.commit().await.expect("the statement is committed");
            Ok(result.rows_affected())
        }
        Err(error) => {
            // Sent now: dropped, it would keep a session that somebody else may wait for.
            transaction.rollback().await.expect("the statement is undone");
            let error = error.into_database_error().unwrap_or_else(|| panic!("the database answers: {sql}"));
            let error = error.downcast::<sqlx::postgres::PgDatabaseError>();
            Err(Refusal {
                code: error.code().to_owned(),
                message: error.message().to_owned(),
                detail: error.detail().map(str::to_owned),
            })
        }
    }
}

/// The SQLSTATE of a refusal; nothing when the statement was carried out.
async fn refusal(pool: &PgPool, tenant: Option<Uuid>, sql: &str) -> Option<String> {
    attempt(pool, tenant, sql).await.err().map(|refusal| refusal.code)
}

/// A pool of one connection that keeps whatever comes back, as no pool of the server does; `tenant` is set for its session.
fn careless(town: &Town, role: &str, tenant: Option<Uuid>) -> PgPool {
    let options = crate::support::options(&town.database.connection(role));
    let options = options.options(tenant.map(|tenant| ("app.tenant_id", tenant)));
    let pool = sqlx::postgres::PgPoolOptions::new().max_connections(1);
    pool.connect_lazy_with(options)
}

/// What the lint of the schema says of a breach, which is undone again.
async fn lint_of(town: &Town, breach: &str) -> Vec<String> {
    let mut transaction = town.owner().begin().await.expect("a transaction");
    sqlx::raw_sql(AssertSqlSafe(format!("set local client_min_messages = error; {breach}")))
        .execute(&mut *transaction)
        .await
        .expect(breach);
    let findings: Vec<(String, String)> =
        sqlx::query_as(migration::SCHEMA_LINT).fetch_all(&mut *transaction).await.expect("the lint runs");
    findings.into_iter().map(|(object, problem)| format!("{object}: {problem}")).collect()
}

/// Every table of the catalogue, by its full name.
fn tables() -> Vec<String> {
    let tables = entity::catalog::tables();
    let tables: Vec<String> = tables.iter().map(|table| format!("{}.{}", table.schema, table.name)).collect();
    assert!(tables.len() >= 22, "the catalogue was read: {}", tables.len());
    tables
}

/// The table that only the reserved tenant has rows in.
const CHECKPOINTS: &str = "public.audit_checkpoints";

/// The columns of a table that a role may give a new row, in quotes; none where it adds no rows.
async fn given_by(role: &str, table: &str, owner: &PgPool) -> Vec<String> {
    sqlx::query_scalar(
        "select quote_ident(attname) from pg_attribute
        where attrelid = $2::regclass and attnum > 0 and not attisdropped
            and has_column_privilege($1, attrelid, attnum, 'insert')
        order by attnum",
    )
    .bind(role)
    .bind(table)
    .fetch_all(owner)
    .await
    .expect("the catalog is read")
}

/// Two tenants with rows in every table but that of the reserved tenant, and that one.
struct Neighbours {
    town: Town,
    own: Tenant,
    theirs: Tenant,
    platform: Tenant,
    app: PgPool,
}

impl Neighbours {
    async fn new() -> Self {
        let town = Town::new().await;
        let theirs = town.another_tenant("neighbour").await;
        let own = town.tenant.clone();
        for tenant in [&own, &theirs] {
            furnish(tenant).await;
        }
        let mut evidence = town.evidence();
        evidence.seal().await;
        for (tenant, table) in [&own, &theirs]
            .into_iter()
            .flat_map(|tenant| tables().into_iter().map(move |table| (tenant, table)))
        {
            let count = tenant.count(&table).await;
            assert_eq!(count > 0, table != CHECKPOINTS, "`furnish` has to make a row of {table}: {count}");
        }
        let platform = town.platform();
        assert!(platform.count(CHECKPOINTS).await > 0, "a checkpoint was taken");
        let app = town.database.app();
        Self { town, own, theirs, platform, app }
    }

    /// Who has rows of a table and is not to be seen by `own`: the neighbour, and the reserved tenant where it has some.
    async fn others(&self, table: &str) -> Vec<&Tenant> {
        let mut others = Vec::new();
        for other in [&self.theirs, &self.platform] {
            if other.count(table).await > 0 {
                others.push(other);
            }
        }
        assert!(!others.is_empty(), "somebody else has a row of {table}");
        others
    }

    /// Who has rows of a table to try things with: `own`, or the reserved tenant where it alone has some.
    fn holder(&self, table: &str) -> &Tenant {
        if table == CHECKPOINTS { &self.platform } else { &self.own }
    }

    /// All that the three have.
    async fn rows(&self) -> [Rows; 3] {
        [rows_of(&self.own, &[]).await, rows_of(&self.theirs, &[]).await, rows_of(&self.platform, &[]).await]
    }

    /// Asserts that nobody's rows changed since.
    async fn assert_unchanged(&self, before: &[Rows; 3]) {
        for (before, after) in before.iter().zip(&self.rows().await) {
            assert_eq!(changed(before, after), Vec::<String>::new());
        }
    }
}

/// Gives a tenant a row in every table.
async fn furnish(tenant: &Tenant) {
    use serde_json::json;
    let clinician = tenant.clinician().await;
    tenant.api_token(&clinician, None, None).await;
    tenant.location("House on the hill", false).await;
    clinician.mutate("createTokenPair", json!({ "name": "telephone" }), "accessToken").await.ok();
    let admin = tenant.admin().await;
    let district = admin.enters_organization("DISTRICT", "north", None).await;
    admin.gives_key(district, json!({})).await;
    let key = SigningKey::elliptic();
    let (_, client) = admin.registers_client(district, json!([key.published("one")]), json!({})).await;
    let assertion = key.asserts(&client, "first", dawn(), json!({}));
    assert_eq!(admin.asserts(&assertion).await.status, 200);
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    clinician.creates_patient("Ben", "Okafor").await;
    let consent = clinician.records_consent(patient, json!({})).await;
    assert!(clinician.sees_identity_of(patient).await.is_ok());
    let (user, id) = (clinician.user(), tenant.id);
    clinician.shares(patient, MOTHER).await;
    clinician.breaks_glass(patient).await;
    clinician.writes_protected_note(patient).await;
    let auditor = tenant.compliance().await;
    tenant.compliance().await.approves_access(patient, &auditor).await;
    let admin = tenant.admin().await;
    admin.mutate("setInternalUsePolicy", json!({ "withoutConsent": false }), "id").await.ok();
    let provider = tenant.admin().await.enters_identity_provider("clinic").await;
    tenant
        .change(&format!(
            "insert into federated_sign_ins (tenant_id, id, provider_id, session_id)
            select '{id}', gen_random_uuid(), '{provider}', id from sessions where user_id = '{user}'"
        ))
        .await;
    tenant
        .change(&format!(
            "insert into sign_in_addresses (tenant_id, id, address_hash, attempts, last_attempt_at)
            values ('{id}', gen_random_uuid(), sha256('e'), array[now()], now())"
        ))
        .await;
    tenant
        .change(&format!(
            "insert into person_relationships (tenant_id, id, person_id, related_person_id, kind)
            select '{id}', gen_random_uuid(), min(id::text)::uuid, max(id::text)::uuid, 'SIBLING' from phi.persons"
        ))
        .await;
    tenant
        .change(&format!(
            "insert into disclosures (tenant_id, id, patient_id, occurred_at, recipient, data_classes, description,
                purpose, consent_id, notice_variant, consent_copy, channel, request_id)
            values ('{id}', gen_random_uuid(), '{patient}', now(), sha256('a') || sha256('a'), '{{SUD}}',
                sha256('b') || sha256('b'), 'TREATMENT', '{consent}', 1, sha256('c') || sha256('c'), 'FAX', 'request')"
        ))
        .await;
    for (table, columns, values) in [
        ("user_tokens", "kind, token_digest, expires_at", "'INVITATION', sha256('e'), now()"),
        ("one_time_code_secrets", "secret", "sha256('f') || sha256('f')"),
        ("recovery_codes", "code_mac", "sha256('g')"),
        ("sharing_devices", "name, secret_mac, last_used_at", "'Kitchen tablet', sha256('h'), now()"),
    ] {
        tenant
            .change(&format!(
                "insert into {table} (tenant_id, id, user_id, {columns}) values ('{id}', gen_random_uuid(), '{user}', {values})"
            ))
            .await;
    }
    tenant
        .change(&format!(
            "insert into idempotency_keys (tenant_id, id, actor_id, key, operation, request_mac, result_id, expires_at)
            values ('{id}', gen_random_uuid(), '{user}', 'key', 'patient.create', sha256('d'), gen_random_uuid(), now())"
        ))
        .await;
    tenant
        .change(&format!(
            "insert into usage_buckets (tenant_id, id, principal_id, points, granted, filled_at)
            values ('{id}', gen_random_uuid(), '{user}', 45000, 5000, now())"
        ))
        .await;
    tenant
        .change(&format!(
            "insert into trusted_documents (tenant_id, id, client_name, name, digest, body)
            values ('{id}', gen_random_uuid(), 'scheduling-app', 'Roles', sha256('e'), '{{ viewer {{ roles }} }}')"
        ))
        .await;
    tenant
        .change(&format!(
            "insert into feature_flags (tenant_id, id, key, enabled, rollout_percentage)
            values ('{id}', gen_random_uuid(), 'chat.new', true, 50)"
        ))
        .await;
}
