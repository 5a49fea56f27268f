//! `consentry verify`: checks everything that is promised to hold of the data, all tenants, all rows.

use std::{fmt::Display, path::Path, sync::Arc};

use entity::tenancy::tenant::PLATFORM;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use uuid::Uuid;

use super::{
    Failure,
    database::{
        APP_ROLE, History, Server, Use, connect, role_problem, schema_problems, server_problem, visit,
    },
    key::Key,
    print,
    serve::with_app,
};
use crate::{
    config::Config,
    kernel::{
        app::App,
        crypto::{DataKeyPurpose, RootKeyState, TenantKeys, WrappedDataKey, WrappedRoot},
        record::{
            journal::Journal,
            proof::{Findings, prove},
        },
    },
};

mod canaries;
pub mod canary;
mod credentials;
mod orphans;
mod outbox;
mod person_keys;
mod references;
mod sealed;
mod search_tokens;

/// Rows that are read at once.
const BATCH: i64 = 1_000;

pub(super) async fn run(config: &Config, canaries: Option<&Path>) -> Result<(), Failure> {
    let canaries = canaries.map(canaries::read).transpose()?;
    let key = Key::find(config)?;
    let journal = Journal::new(config.audit_journal()?);
    let server = Server::open(config, Use::Visiting).await?;
    visit(server, async |server| {
        let options = server.app_options()?;
        let mut connection = connect(&options).await?;
        let mut report = Report::default();
        // One transaction, since a pooler could give each statement to another session.
        let mut transaction = connection.begin().await?;
        let usable = check_schema(&mut transaction, &mut report).await?;
        transaction.commit().await?;
        if usable {
            let provider = key.provider(&mut connection).await?;
            let checked = async |app: &App| {
                let tenants = check_tenants(app, &mut connection, &journal, &mut report).await?;
                match &canaries {
                    Some(canaries) => canaries::check(&mut connection, &tenants, canaries, &mut report).await,
                    None => Ok(()),
                }
            };
            with_app(&options, server.pooler(), provider, checked).await?;
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
            None => print(&format!("ok      {name:<13} {count}\n")),
            Some(problem) => {
                self.broken += 1;
                print(&format!("broken  {name:<13} {count}: {problem}\n"))
            }
        }
    }
}

/// Whether the rows can be read at all.
async fn check_schema(connection: &mut PgConnection, report: &mut Report) -> Result<bool, Failure> {
    let version: String = sqlx::query_scalar("select current_setting('server_version')")
        .persistent(false)
        .fetch_one(&mut *connection)
        .await?;
    report.line("server", format_args!("PostgreSQL {version}"), server_problem(connection).await?)?;
    let role: String =
        sqlx::query_scalar("select current_user::text").persistent(false).fetch_one(&mut *connection).await?;
    report.line("role", role, role_problem(connection, APP_ROLE).await?)?;
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

/// A tenant whose keys open.
struct Tenant {
    id: Uuid,
    slug: String,
    keys: Arc<TenantKeys>,
}

/// Checks the rows of all tenants; returns those that can be looked into.
async fn check_tenants(
    app: &App,
    connection: &mut PgConnection,
    journal: &Journal,
    report: &mut Report,
) -> Result<Vec<Tenant>, Failure> {
    let mut transaction = connection.begin().await?;
    let tenants: Vec<(Uuid, String)> =
        sqlx::query_as("select id, slug::text from tenants where status <> 'CLOSED' order by slug")
            .persistent(false)
            .fetch_all(&mut *transaction)
            .await?;
    transaction.commit().await?;
    let (mut roots, mut data_keys) = (Tally::default(), Tally::default());
    let mut opened = Vec::new();
    for (tenant_id, slug) in &tenants {
        let keys = match root_keys(app, connection, *tenant_id).await? {
            Some(Ok(keys)) => keys,
            None => continue,
            Some(Err(problem)) => {
                roots.count(Some(format!("tenant {slug}: {problem}")));
                continue;
            }
        };
        roots.count(None);
        check_data_keys(connection, &keys, slug, &mut data_keys).await?;
        opened.push(Tenant { id: *tenant_id, slug: slug.clone(), keys });
    }
    report.line("root keys", format_args!("{} tenants", roots.counted), roots.first_broken)?;
    report.line("data keys", format_args!("{} keys", data_keys.counted), data_keys.first_broken)?;
    sealed::check(connection, &opened, report).await?;
    credentials::check(connection, &opened, report).await?;
    search_tokens::check(connection, &opened, report).await?;
    references::check(connection, &opened, report).await?;
    let Findings { linked, waiting, chains, checkpoints, broken } = prove(app, journal).await?;
    let rows = format_args!("{linked} rows in {chains} chains, {waiting} waiting, {checkpoints} checkpoints");
    report.line("audit log", rows, Some(broken.join("; ")).filter(|broken| !broken.is_empty()))?;
    outbox::check(app, connection, &tenants, report).await?;
    Ok(opened)
}

/// The tenant's keys, or why there are none. The reserved tenant needs none before the first server.
async fn root_keys(
    app: &App,
    connection: &mut PgConnection,
    tenant_id: Uuid,
) -> Result<Option<Result<Arc<TenantKeys>, String>>, Failure> {
    let mut transaction = connection.begin_with(begin(tenant_id)).await?;
    let rows: Vec<(i32, String, Vec<u8>)> = sqlx::query_as(
        "select key_version, state::text, wrapped from encryption_keys where tenant_id = $1 and purpose = 'ROOT'",
    )
    .bind(tenant_id)
    .persistent(false)
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
    if roots.is_empty() && tenant_id == PLATFORM {
        return Ok(None);
    }
    if !roots.iter().any(|root| root.state == RootKeyState::Active) {
        return Ok(Some(Err("it has no active root key".to_owned())));
    }
    Ok(Some(app.keyring().load(tenant_id, roots).await.map_err(|error| error.to_string())))
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
        .persistent(false)
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

fn begin(tenant_id: Uuid) -> AssertSqlSafe<String> {
    AssertSqlSafe(format!(
        "begin isolation level repeatable read read only; set local app.tenant_id = '{tenant_id}'"
    ))
}
