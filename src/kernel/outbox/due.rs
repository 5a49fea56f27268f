//! What waits to be carried out, over all tenants: read as the worker, by the policy `worker_scan_select`.

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use crate::kernel::error::Result;

/// Tenants that have an event due. Steps from tenant to tenant along the index and looks at the first event of each, so
/// that the number of events does not matter, nor of those whose delay is not over.
const TENANTS: &str = "\
with recursive pending as (
    (select tenant_id from outbox_events where status = 'PENDING' order by tenant_id limit 1)
    union all
    select (select e.tenant_id from outbox_events e where e.status = 'PENDING' and e.tenant_id > pending.tenant_id
        order by e.tenant_id limit 1)
    from pending where pending.tenant_id is not null
)
select tenant_id from pending
where tenant_id is not null and $1 >= (
    select e.available_at from outbox_events e
    where e.tenant_id = pending.tenant_id and e.status = 'PENDING'
    order by e.available_at, e.position limit 1)";

pub(super) async fn tenants(pool: &PgPool, now: DateTime<Utc>) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar(TENANTS).bind(now).fetch_all(pool).await?)
}

/// How much there is, over all tenants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Backlog {
    pub(super) waiting: i64,
    pub(super) pending: i64,
    pub(super) dead: i64,
    /// When the oldest pending event happened.
    pub(super) oldest: Option<DateTime<Utc>>,
}

pub(super) async fn backlog(pool: &PgPool) -> Result<Backlog> {
    let (waiting, pending, dead, oldest) = sqlx::query_as(
        "select (select count(*) from outbox_events where status = 'WAITING'),
            (select count(*) from outbox_events where status = 'PENDING'),
            (select count(*) from outbox_events where status = 'DEAD'),
            (select min(occurred_at) from outbox_events where status = 'PENDING')",
    )
    .fetch_one(pool)
    .await?;
    Ok(Backlog { waiting, pending, dead, oldest })
}

/// Tenants that have events which were carried out before `moment`.
pub(super) async fn tenants_to_tidy(pool: &PgPool, moment: DateTime<Utc>) -> Result<Vec<Uuid>> {
    let tenants = sqlx::query_scalar(
        "select id from tenants where exists (
            select from outbox_events where tenant_id = tenants.id and processed_at < $1)",
    )
    .bind(moment)
    .fetch_all(pool)
    .await?;
    Ok(tenants)
}
