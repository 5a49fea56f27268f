//! The pool, and the only way a transaction begins.

use std::time::Duration;

use sqlx::{
    AssertSqlSafe, Connection, PgConnection, PgPool, Postgres, Row, SqlSafeStr, Transaction,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tracing::Instrument;
use uuid::Uuid;

use super::error::{Error, Result, lost_connection};

/// How long a caller waits for a connection before it gets a retryable error.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);

/// Whether a session comes back as it was given out.
const CLEAN: &str = "select coalesce(current_setting('app.tenant_id', true), '') = ''";

/// What stands between the server and its database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pooler {
    /// Nothing: a connection is a session of the database.
    #[default]
    None,
    /// A pooler that lends a session for one transaction at a time, and knows nothing of prepared statements: PgBouncer
    /// in transaction mode. Statements have no names then and are planned each time, two messages travel for one, and
    /// none may run outside of a transaction, where the second message could meet another session.
    Transaction,
}

impl Pooler {
    /// Whether statements are prepared under a name, to be planned once for a connection.
    pub const fn keeps_statements(self) -> bool {
        matches!(self, Self::None)
    }

    /// How to connect through it.
    pub fn adapt(self, options: PgConnectOptions) -> PgConnectOptions {
        match self {
            // Every statement finds its rows by an index that begins with the tenant, so one plan fits all values, and
            // planning takes longer than most of them run. Left to itself, PostgreSQL plans some of them each time.
            Self::None => options.options([("plan_cache_mode", "force_generic_plan")]),
            // Poolers refuse that parameter, and values in binary do not need it.
            Self::Transaction => options.statement_cache_capacity(0).extra_float_digits(None),
        }
    }
}

/// Opens a pool of at most `connections` connections, none of them yet, straight to the database.
///
/// A connection that comes back within a transaction is closed, so that no request can ever run under the setting of
/// another.
pub fn pool(options: PgConnectOptions, connections: u32) -> PgPool {
    pool_through(Pooler::None, options, connections)
}

/// As [`pool`], through a pooler. An open transaction keeps its session, so the check meets what was cut off there too.
pub fn pool_through(pooler: Pooler, options: PgConnectOptions, connections: u32) -> PgPool {
    use sqlx::ConnectOptions;
    let options = options.application_name("consentry").disable_statement_logging();
    let options = pooler.adapt(options);
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .test_before_acquire(false)
        .after_release(move |connection, _| Box::pin(is_clean(pooler, connection)))
        .connect_lazy_with(options)
}

async fn is_clean(pooler: Pooler, connection: &mut PgConnection) -> sqlx::Result<bool> {
    if pooler.keeps_statements() {
        // The driver counts a transaction once its `BEGIN` was answered, and [`begin`] is never cut off before that.
        Ok(!connection.is_in_transaction())
    } else {
        // One message, so that one session answers it.
        sqlx::raw_sql(CLEAN).fetch_one(connection).await?.try_get(0)
    }
}

/// What a transaction is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::kernel) enum Mode {
    /// One snapshot for the whole answer.
    Read,
    /// Rules with row locks.
    Write,
}

/// The tenant of a transaction that reads nothing of any tenant.
pub(in crate::kernel) const NO_TENANT: Uuid = Uuid::nil();

/// Begins a transaction of one tenant: `BEGIN` and all settings travel as one message, and every setting ends with the
/// transaction, so a pooler between us and the database cannot carry it to somebody else. What needs no tenant takes
/// [`NO_TENANT`], which is a tenant as well: that of a transaction which was cut off.
pub(in crate::kernel) async fn begin(
    pool: &PgPool,
    mode: Mode,
    tenant_id: Uuid,
    actor_id: Option<Uuid>,
) -> Result<Transaction<'static, Postgres>> {
    let isolation = match mode {
        Mode::Read => "repeatable read",
        Mode::Write => "read committed",
    };
    let actor = actor_id.map_or_else(String::new, |id| id.to_string());
    let statement = format!(
        "begin isolation level {isolation}; set local app.tenant_id = '{tenant_id}'; set local app.actor_id = '{actor}'; \
         set local statement_timeout = '5s'; set local lock_timeout = '2s'; \
         set local idle_in_transaction_session_timeout = '30s'"
    );
    // In a task of its own: whoever asks may be dropped at any moment, and a connection whose `BEGIN` was sent and not
    // answered would not know that it is in a transaction.
    let begun = tokio::spawn(begin_on(pool.clone(), statement).in_current_span()).await;
    begun.map_err(|_| Error::internal("beginning a transaction panicked"))?
}

async fn begin_on(pool: PgPool, statement: String) -> Result<Transaction<'static, Postgres>> {
    // Connections that were idle while the database restarted are found to be lost only when they are used. Nothing was
    // done on them yet, so another is taken; each that is lost leaves the pool, so all of them together are the most.
    let mut lost = 0;
    loop {
        let connection = pool.acquire().await.map_err(no_connection)?;
        // Nothing but UUIDs and words of ours is formatted into the statement.
        let statement = AssertSqlSafe(statement.clone()).into_sql_str();
        match Transaction::begin(connection, Some(statement)).await {
            Err(error) if lost_connection(&error) && lost < pool.options().get_max_connections() => lost += 1,
            begun => return Ok(begun?),
        }
    }
}

/// Whatever keeps the database from taking us, time or the operator will mend it, and the caller may try again.
fn no_connection(error: sqlx::Error) -> Error {
    let (reason, detail) = match &error {
        sqlx::Error::PoolTimedOut => ("timeout", String::new()),
        sqlx::Error::PoolClosed => return Error::Unavailable,
        sqlx::Error::Io(error) => ("network", error.kind().to_string()),
        sqlx::Error::Database(error) => ("refused", format!("SQLSTATE {}", error.code().unwrap_or_default())),
        _ => ("protocol", String::new()),
    };
    metrics::counter!("consentry_pool_acquire_failures_total", "reason" => reason).increment(1);
    tracing::warn!(reason, detail, "no connection to the database");
    Error::Unavailable
}
