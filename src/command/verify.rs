//! `consentry verify`: checks everything that is promised to hold of the data, all tenants, all rows.

use std::{fmt::Display, sync::Arc};

use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use uuid::Uuid;

use super::{
    Failure,
    database::{History, Server, Use, connect, role_problem, schema_problems, server_problem, visit},
    key::Key,
    print,
    serve::with_app,
};
use crate::{
    config::Config,
    kernel::{
        app::App,
        crypto::{DataKeyPurpose, DerivedPurpose, RootKeyState, TenantKeys, WrappedDataKey, WrappedRoot},
        record::AuditRow,
    },
};

/// Rows that are read at once.
const BATCH: i64 = 1_000;

pub(super) async fn run(config: &Config) -> Result<(), Failure> {
    let key = Key::find(config)?;
    let server = Server::open(config, Use::Visiting).await?;
    visit(server, async |server| {
        let options = server.app_options()?;
        let mut connection = connect(&options).await?;
        let mut report = Report::default();
        let usable = check_schema(&mut connection, &mut report).await?;
        if usable {
            let provider = key.provider(&mut connection).await?;
            let checked = async |app: &App| check_tenants(app, &mut connection, &mut report).await;
            with_app(&options, provider, checked).await?;
        }
        match report.broken {
            0 if usable => Ok(()),
            broken => Err(Failure::broken(format_args!(
                "{broken} of {} checks failed{}",
                report.checks,
                if usable { "" } else { ", and the rows were not checked" }
            ))),
        }
    })
    .await
}

/// Prints one line for each check.
#[derive(Default)]
struct Report {
    checks: usize,
    broken: usize,
}

impl Report {
    fn line(&mut self, name: &str, count: impl Display, problem: Option<String>) -> Result<(), Failure> {
        self.checks += 1;
        match problem {
            None => print(&format!("ok      {name:<12} {count}\n")),
            Some(problem) => {
                self.broken += 1;
                print(&format!("broken  {name:<12} {count}: {problem}\n"))
            }
        }
    }
}

/// Whether the rows can be read at all.
async fn check_schema(connection: &mut PgConnection, report: &mut Report) -> Result<bool, Failure> {
    let version: String =
        sqlx::query_scalar("select current_setting('server_version')").fetch_one(&mut *connection).await?;
    report.line("server", format_args!("PostgreSQL {version}"), server_problem(connection).await?)?;
    let role: String = sqlx::query_scalar("select current_user::text").fetch_one(&mut *connection).await?;
    report.line("role", role, role_problem(connection).await?)?;
    let history = History::read(connection).await?;
    report.line("migrations", format_args!("{} applied", history.applied), history.problem())?;
    if history.problem().is_some() {
        return Ok(false);
    }
    let problems = schema_problems(connection).await?;
    let counted = format!("{} findings", problems.len());
    report.line("schema", counted, Some(problems.join(" ")).filter(|problems| !problems.is_empty()))?;
    Ok(true)
}

/// What was counted over all tenants, and the first that is broken.
#[derive(Default)]
struct Tally {
    counted: u64,
    first_broken: Option<String>,
}

impl Tally {
    fn count(&mut self, problem: Option<String>) {
        self.counted += 1;
        if self.first_broken.is_none() {
            self.first_broken = problem;
        }
    }
}

async fn check_tenants(app: &App, connection: &mut PgConnection, report: &mut Report) -> Result<(), Failure> {
    let tenants: Vec<(Uuid, String)> =
        sqlx::query_as("select id, slug::text from tenants where status <> 'CLOSED' order by slug")
            .fetch_all(&mut *connection)
            .await?;
    let (mut roots, mut data_keys, mut audit) = (Tally::default(), Tally::default(), Tally::default());
    for (tenant_id, slug) in &tenants {
        let keys = match root_keys(app, connection, *tenant_id).await? {
            Ok(keys) => keys,
            Err(problem) => {
                roots.count(Some(format!("tenant {slug}: {problem}")));
                continue;
            }
        };
        roots.count(None);
        check_data_keys(connection, &keys, slug, &mut data_keys).await?;
        check_audit(connection, &keys, slug, &mut audit).await?;
    }
    report.line("root keys", format_args!("{} tenants", roots.counted), roots.first_broken)?;
    report.line("data keys", format_args!("{} keys", data_keys.counted), data_keys.first_broken)?;
    report.line("audit log", format_args!("{} rows", audit.counted), audit.first_broken)
}

/// The tenant's keys, or why there are none.
async fn root_keys(
    app: &App,
    connection: &mut PgConnection,
    tenant_id: Uuid,
) -> Result<Result<Arc<TenantKeys>, String>, Failure> {
    let mut transaction = connection.begin_with(begin(tenant_id)).await?;
    let rows: Vec<(i32, String, Vec<u8>)> = sqlx::query_as(
        "select key_version, state::text, wrapped from encryption_keys where tenant_id = $1 and purpose = 'ROOT'",
    )
    .bind(tenant_id)
    .fetch_all(&mut *transaction)
    .await?;
    transaction.commit().await?;
    let roots: Vec<WrappedRoot> = rows
        .into_iter()
        .map(|(version, state, wrapped)| WrappedRoot {
            version: u32::try_from(version).unwrap_or_default(),
            wrapped,
            state: if state == "ACTIVE" { RootKeyState::Active } else { RootKeyState::Retired },
        })
        .collect();
    if !roots.iter().any(|root| root.state == RootKeyState::Active) {
        return Ok(Err("it has no active root key".to_owned()));
    }
    Ok(app.keyring().load(tenant_id, roots).await.map_err(|error| error.to_string()))
}

async fn check_data_keys(
    connection: &mut PgConnection,
    keys: &TenantKeys,
    slug: &str,
    tally: &mut Tally,
) -> Result<(), Failure> {
    let mut after = Uuid::nil();
    loop {
        let mut transaction = connection.begin_with(begin(keys.tenant_id())).await?;
        let rows: Vec<(Uuid, Uuid, String, i32, Vec<u8>)> = sqlx::query_as(
            "select id, person_id, purpose::text, key_version, wrapped from encryption_keys
            where tenant_id = $1 and id > $2 and purpose <> 'ROOT' order by id limit $3",
        )
        .bind(keys.tenant_id())
        .bind(after)
        .bind(BATCH)
        .fetch_all(&mut *transaction)
        .await?;
        transaction.commit().await?;
        for (id, person_id, purpose, version, wrapped) in &rows {
            let stored = WrappedDataKey {
                version: u32::try_from(*version).unwrap_or_default(),
                wrapped: wrapped.clone(),
            };
            let problem = match data_key_purpose(purpose) {
                Some(purpose) => {
                    keys.unwrap_data_key(*person_id, purpose, &stored).err().map(|error| error.to_string())
                }
                None => Some("this version does not know its purpose".to_owned()),
            };
            tally.count(problem.map(|problem| format!("tenant {slug}, key {id}: {problem}")));
        }
        match rows.last() {
            Some((id, ..)) => after = *id,
            None => return Ok(()),
        }
    }
}

fn data_key_purpose(name: &str) -> Option<DataKeyPurpose> {
    [DataKeyPurpose::Identity, DataKeyPurpose::Clinical, DataKeyPurpose::ProtectedNote]
        .into_iter()
        .find(|purpose| purpose.as_str() == name)
}

/// An audit row as it is stored. Its protected columns are hashed and compared, never shown.
#[derive(FromQueryResult)]
struct StoredRow {
    id: Uuid,
    occurred_at: DateTime<Utc>,
    actor_id: Option<Uuid>,
    actor_role: Option<String>,
    credential: String,
    action: String,
    operation: String,
    target_kind: Option<String>,
    target_id: Option<Uuid>,
    patient_id: Option<Uuid>,
    data_class: Option<String>,
    fields: String,
    decision: String,
    reason: Option<String>,
    purpose: Option<String>,
    consent_id: Option<Uuid>,
    request_id: String,
    address_hash: Option<Vec<u8>>,
    user_agent_hash: Option<Vec<u8>>,
    key_version: i32,
    row_mac: Vec<u8>,
}

const AUDIT_ROWS: &str = "select id, occurred_at, actor_id, actor_role::text, credential::text, action::text,
    operation::text, target_kind::text, target_id, patient_id, data_class::text,
    array_to_string(fields, ',') as fields, decision::text, reason::text, purpose::text, consent_id, request_id::text,
    address_hash::bytea, user_agent_hash::bytea, key_version, row_mac::bytea
    from audit_logs where tenant_id = $1 and id > $2 order by id limit $3";

async fn check_audit(
    connection: &mut PgConnection,
    keys: &TenantKeys,
    slug: &str,
    tally: &mut Tally,
) -> Result<(), Failure> {
    let mut after = Uuid::nil();
    loop {
        let mut transaction = connection.begin_with(begin(keys.tenant_id())).await?;
        let rows = sqlx::query(AUDIT_ROWS)
            .bind(keys.tenant_id())
            .bind(after)
            .bind(BATCH)
            .fetch_all(&mut *transaction)
            .await?;
        transaction.commit().await?;
        let rows = rows
            .into_iter()
            .map(|row| StoredRow::from_query_result(&row.into(), ""))
            .collect::<Result<Vec<_>, _>>()?;
        for row in &rows {
            let problem =
                row.problem(keys).map(|problem| format!("tenant {slug}, row {}: {problem}", row.id));
            tally.count(problem);
        }
        match rows.last() {
            Some(row) => after = row.id,
            None => return Ok(()),
        }
    }
}

impl StoredRow {
    fn problem(&self, keys: &TenantKeys) -> Option<String> {
        let row = AuditRow {
            tenant_id: keys.tenant_id(),
            id: self.id,
            occurred_at: self.occurred_at.timestamp_micros(),
            actor_id: self.actor_id,
            actor_role: self.actor_role.as_deref(),
            credential: &self.credential,
            action: &self.action,
            operation: &self.operation,
            target_kind: self.target_kind.as_deref(),
            target_id: self.target_id,
            patient_id: self.patient_id,
            data_class: self.data_class.as_deref(),
            fields: &self.fields,
            decision: &self.decision,
            reason: self.reason.as_deref(),
            purpose: self.purpose.as_deref(),
            consent_id: self.consent_id,
            request_id: &self.request_id,
            address_hash: self.address_hash.as_deref(),
            user_agent_hash: self.user_agent_hash.as_deref(),
        };
        let version = u32::try_from(self.key_version).unwrap_or_default();
        match keys.mac_at(version, DerivedPurpose::AuditMac, &row.canonical_bytes()) {
            Ok(mac) if mac[..] == self.row_mac[..] => None,
            Ok(_) => Some("it was changed after it was written".to_owned()),
            Err(error) => Some(error.to_string()),
        }
    }
}

fn begin(tenant_id: Uuid) -> AssertSqlSafe<String> {
    AssertSqlSafe(format!(
        "begin isolation level repeatable read read only; set local app.tenant_id = '{tenant_id}'"
    ))
}
