//! Events that were given up: an operator names them, has them tried again, or leaves them out.

use chrono::{DateTime, Utc};
use entity::{
    Id,
    platform::outbox_event::{self, OutboxFailure, OutboxStatus},
};
use sea_orm::{DbBackend, FromQueryResult, QueryResult, Statement, Value};
use uuid::Uuid;

use super::lease::{HOLD, PASS_ON};
use crate::kernel::{
    app::App,
    database::{self, Mode},
    error::{Error, Result},
    record::Written,
    write::Write,
};

/// An event that was given up.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct DeadEvent {
    /// The event.
    pub id: Id<outbox_event::Entity>,
    /// What happened.
    pub event_type: String,
    /// When.
    pub occurred_at: DateTime<Utc>,
    /// Why the last attempt came to nothing.
    pub last_failure: OutboxFailure,
    /// How many attempts there were.
    pub attempts: i32,
    /// How many events of the same aggregate wait for it.
    pub behind: i64,
}

/// The tenant's events that were given up, oldest first.
///
/// # Errors
///
/// Those of the database.
pub async fn dead_events(app: &App, tenant_id: Uuid) -> Result<Vec<DeadEvent>> {
    let mut transaction = database::begin(app.pool(), Mode::Read, tenant_id, None).await?;
    let rows = sqlx::query(
        "select id, event_type, occurred_at, last_failure, attempts, (
            select count(*) from outbox_events w
            where w.tenant_id = $1 and w.aggregate_kind = d.aggregate_kind and w.aggregate_id = d.aggregate_id
                and w.status = 'WAITING') as behind
        from outbox_events d where tenant_id = $1 and status = 'DEAD' order by position",
    )
    .bind(tenant_id)
    .persistent(false)
    .fetch_all(&mut *transaction)
    .await?;
    transaction.commit().await?;
    let rows = rows.into_iter().map(QueryResult::from);
    Ok(rows.map(|row| DeadEvent::from_query_result(&row, "")).collect::<Result<_, _>>()?)
}

/// Has an event tried again that was given up, with as many attempts as a new one. Its attempts go on counting: the
/// number of an attempt is never given out twice.
///
/// # Errors
///
/// `NOT_FOUND` when the tenant has no such event; a refusal when it was not given up.
pub async fn redrive(write: &Write, id: Id<outbox_event::Entity>) -> Result<()> {
    locked(write, id).await?;
    let values = vec![write.tenant_id().into(), id.into(), write.now().into()];
    let sql = "update outbox_events set status = 'PENDING', available_at = $3, attempts_forgiven = attempts
        where tenant_id = $1 and id = $2";
    write.execute(statement(sql, values)).await?;
    recorded(write, "outbox.redrive", id, vec!["attempts_forgiven", "available_at", "status"]);
    Ok(())
}

/// Leaves an event out that was given up: it never happens, and those after it go on.
///
/// # Errors
///
/// As [`redrive`].
pub async fn skip(write: &Write, id: Id<outbox_event::Entity>) -> Result<()> {
    let (aggregate_kind, aggregate_id) = locked(write, id).await?;
    let aggregate = vec![write.tenant_id().into(), aggregate_kind.into(), aggregate_id.into()];
    write.execute(statement(HOLD, aggregate.clone())).await?;
    let values = vec![write.tenant_id().into(), id.into(), write.now().into()];
    let sql =
        "update outbox_events set status = 'SKIPPED', processed_at = $3 where tenant_id = $1 and id = $2";
    write.execute(statement(sql, values)).await?;
    let next = [aggregate, vec![write.now().into()]].concat();
    write.execute(statement(PASS_ON, next)).await?;
    recorded(write, "outbox.skip", id, vec!["processed_at", "status"]);
    Ok(())
}

/// Locks an event that was given up, and tells what it is about.
async fn locked(write: &Write, id: Id<outbox_event::Entity>) -> Result<(String, Uuid)> {
    let sql = "select status, aggregate_kind, aggregate_id from outbox_events
        where tenant_id = $1 and id = $2 for no key update";
    let rows = write.query(statement(sql, vec![write.tenant_id().into(), id.into()])).await?;
    let row = rows.first().ok_or_else(|| Error::not_found("event", "event"))?;
    if row.try_get::<OutboxStatus>("", "status")? != OutboxStatus::Dead {
        return Err(Error::invalid_state("the event was not given up"));
    }
    Ok((row.try_get("", "aggregate_kind")?, row.try_get("", "aggregate_id")?))
}

fn recorded(write: &Write, operation: &'static str, id: Id<outbox_event::Entity>, fields: Vec<&'static str>) {
    write.written(Written {
        operation,
        target_kind: "OUTBOX_EVENT",
        target_id: id.uuid(),
        patient_id: None,
        fields,
    });
    write.wakes_relay();
}

fn statement(sql: &str, values: Vec<Value>) -> Statement {
    Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
}
