//! Taking events and giving them back. Each statement runs under one tenant.

use chrono::{DateTime, Utc};
use sea_orm::{ActiveEnum, FromQueryResult, QueryResult};
use sqlx::PgPool;
use uuid::Uuid;

use super::{Event, Policy, Verdict};
use crate::kernel::{
    database::{self, Mode},
    error::Result,
};

/// Takes events that are due, for a while and under a new number. `available_at` moves with the lease, so that being
/// held and having to wait are one condition. An event whose holders were never heard of again as often as it may fail
/// is given up instead: something about it kills them. Materialized, as a subquery could be run again for each row of a
/// join, and each time find other rows to lock.
const TAKE: &str = "\
with due as materialized (
    select id, leased_until is not null and attempts - attempts_forgiven >= $5 as spent
    from outbox_events
    where tenant_id = $1 and status = 'PENDING' and available_at <= $2
    order by available_at, position limit $4
    for no key update skip locked
)
update outbox_events e set
    status = case when due.spent then 'DEAD' else 'PENDING' end,
    attempts = e.attempts + case when due.spent then 0 else 1 end,
    available_at = case when due.spent then e.available_at else $3 end,
    last_failure = case when e.leased_until is null then e.last_failure else 'LOST' end,
    leased_until = case when due.spent then null else $3 end
from due
where e.tenant_id = $1 and e.id = due.id
returning e.tenant_id, e.id, event_type, aggregate_kind, aggregate_id, payload, position, occurred_at, attempts,
    attempts_forgiven, $2 as attempted_at, due.spent";

/// Holds the aggregate until the end of the transaction, so that no event is added to it while its turn passes on.
pub(super) const HOLD: &str = "select lock_aggregate($1, $2, $3)";

/// Gives the turn to the next event of the aggregate, which the transaction has to hold.
pub(super) const PASS_ON: &str = "\
update outbox_events set status = 'PENDING', available_at = $4
where tenant_id = $1 and id = (
    select id from outbox_events
    where tenant_id = $1 and aggregate_kind = $2 and aggregate_id = $3 and status = 'WAITING'
    order by position limit 1)";

/// What was taken, and how many were given up instead.
pub(super) struct Taken {
    pub(super) events: Vec<Event>,
    pub(super) spent: usize,
}

pub(super) async fn take(
    pool: &PgPool,
    tenant_id: Uuid,
    most: usize,
    now: DateTime<Utc>,
    policy: &Policy,
) -> Result<Taken> {
    let mut transaction = database::begin(pool, Mode::Write, tenant_id, None).await?;
    let rows = sqlx::query(TAKE)
        .bind(tenant_id)
        .bind(now)
        .bind(now + policy.lease)
        .bind(i64::try_from(most).unwrap_or(i64::MAX))
        .bind(policy.most_attempts)
        .fetch_all(&mut *transaction)
        .await?;
    transaction.commit().await?;
    let mut taken = Taken { events: Vec::new(), spent: 0 };
    for row in rows {
        let row = QueryResult::from(row);
        if row.try_get::<bool>("", "spent")? {
            taken.spent += 1;
        } else {
            taken.events.push(Event::from_query_result(&row, "")?);
        }
    }
    taken.events.sort_unstable_by_key(|event| event.position);
    Ok(taken)
}

/// Writes down what came of an attempt. Returns whether it was still the newest; if not, nothing was written.
pub(super) async fn settle(
    pool: &PgPool,
    event: &Event,
    verdict: Verdict,
    now: DateTime<Utc>,
) -> Result<bool> {
    let mut transaction = database::begin(pool, Mode::Write, event.tenant_id, None).await?;
    let (status, available_at, failure) = match verdict {
        Verdict::Done => ("DONE", now, None),
        Verdict::Again { at, failure } => ("PENDING", at, Some(failure.to_value())),
        Verdict::Dead { failure } => ("DEAD", now, Some(failure.to_value())),
    };
    if verdict == Verdict::Done {
        sqlx::query(HOLD)
            .bind(event.tenant_id)
            .bind(&event.aggregate_kind)
            .bind(event.aggregate_id)
            .execute(&mut *transaction)
            .await?;
    }
    let settled = sqlx::query(
        "update outbox_events set status = $4, available_at = $5, leased_until = null,
            last_failure = coalesce($6, last_failure), processed_at = case when $4 = 'DONE' then $7 end
        where tenant_id = $1 and id = $2 and attempts = $3 and status = 'PENDING'",
    )
    .bind(event.tenant_id)
    .bind(event.id.uuid())
    .bind(event.attempt)
    .bind(status)
    .bind(available_at)
    .bind(failure)
    .bind(now)
    .execute(&mut *transaction)
    .await?
    .rows_affected()
        == 1;
    if settled && verdict == Verdict::Done {
        sqlx::query(PASS_ON)
            .bind(event.tenant_id)
            .bind(&event.aggregate_kind)
            .bind(event.aggregate_id)
            .bind(now)
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await?;
    Ok(settled)
}
