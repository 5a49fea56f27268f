//! The pool, and the only way a transaction begins.

use std::time::Duration;

use sqlx::{
    AssertSqlSafe, PgPool, Postgres, Transaction,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use uuid::Uuid;

use super::error::Result;

/// How long a caller waits for a connection before it gets a retryable error.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);

/// Opens a pool of at most `connections` connections, none of them yet.
///
/// A connection that comes back with a tenant still set was cut off between `BEGIN` and its end; it is closed, so
/// that no request can ever run under the setting of another.
pub fn pool(options: PgConnectOptions, connections: u32) -> PgPool {
    use sqlx::ConnectOptions;
    let options = options.application_name("consentry").disable_statement_logging();
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .test_before_acquire(false)
        .after_release(|connection, _| {
            Box::pin(async move {
                sqlx::query_scalar("select coalesce(current_setting('app.tenant_id', true), '') = ''")
                    .fetch_one(connection)
                    .await
            })
        })
        .connect_lazy_with(options)
}

/// What a transaction is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::kernel) enum Mode {
    /// One snapshot for the whole answer.
    Read,
    /// Rules with row locks.
    Write,
}

/// Begins a transaction of one tenant: `BEGIN` and all settings travel as one message, and every setting ends with the
/// transaction, so a pooler between us and the database cannot carry it to somebody else.
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
    // Nothing but UUIDs and words of ours is formatted into the statement.
    Ok(pool.begin_with(AssertSqlSafe(statement)).await?)
}
