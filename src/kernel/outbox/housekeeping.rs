//! What a relay does besides: it counts what is left, and erases what is over.

use chrono::{DateTime, Utc};
use metrics::{counter, gauge};
use sqlx::PgPool;
use uuid::Uuid;

use super::due;
use crate::kernel::{
    database::{self, Mode},
    error::Result,
};

/// Rows that are erased in one transaction.
const BATCH: i64 = 1_000;

/// Publishes how much there is to do.
pub(super) async fn measure(pool: &PgPool, now: DateTime<Utc>) -> Result<()> {
    let backlog = due::backlog(pool).await?;
    for (status, count) in
        [("waiting", backlog.waiting), ("pending", backlog.pending), ("dead", backlog.dead)]
    {
        gauge!("consentry_outbox_events", "status" => status).set(metric(count));
    }
    let age = backlog.oldest.map_or(0, |oldest| (now - oldest).num_seconds().max(0));
    gauge!("consentry_outbox_oldest_pending_seconds").set(metric(age));
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a gauge takes no other number")]
const fn metric(count: i64) -> f64 {
    count as f64
}

/// Erases events that were carried out or left out before `moment`, one tenant after the other.
pub(super) async fn tidy(pool: &PgPool, moment: DateTime<Utc>) -> Result<()> {
    for tenant_id in due::tenants_to_tidy(pool, moment).await? {
        loop {
            let erased = erase(pool, tenant_id, moment).await?;
            counter!("consentry_outbox_erased_total").increment(erased);
            if erased < BATCH.unsigned_abs() {
                break;
            }
        }
    }
    Ok(())
}

async fn erase(pool: &PgPool, tenant_id: Uuid, moment: DateTime<Utc>) -> Result<u64> {
    let mut transaction = database::begin(pool, Mode::Write, tenant_id, None).await?;
    let erased = sqlx::query(
        "with over as materialized (
            select id from outbox_events where tenant_id = $1 and processed_at < $2
            order by processed_at limit $3 for update skip locked)
        delete from outbox_events e using over where e.tenant_id = $1 and e.id = over.id",
    )
    .bind(tenant_id)
    .bind(moment)
    .bind(BATCH)
    .execute(&mut *transaction)
    .await?
    .rows_affected();
    transaction.commit().await?;
    Ok(erased)
}
