//! Taking a portion of a shared bucket: one short statement in a transaction of its own.

use uuid::Uuid;

use super::Budget;
use crate::kernel::{
    app::App,
    database::{self, Mode},
    error::Result,
};

/// What was taken, and what is left.
pub(super) struct Lease {
    pub(super) granted: i64,
    pub(super) left: i64,
}

/// Fills the bucket up to this moment and takes what is there, at most `wanted`. Servers whose clocks differ fill it by the
/// later one.
const TAKE: &str = "
insert into usage_buckets as bucket (tenant_id, id, principal_id, points, granted, filled_at)
values ($1, $2, $3, $4::bigint - least($4::bigint, $5::bigint), least($4::bigint, $5::bigint), $6::timestamptz)
on conflict (tenant_id, principal_id) do update set
  granted = least($5::bigint, least($4::bigint, bucket.points
    + floor($7::double precision * greatest(0, extract(epoch from $6::timestamptz - bucket.filled_at)))::bigint)),
  points = greatest(0, least($4::bigint, bucket.points
    + floor($7::double precision * greatest(0, extract(epoch from $6::timestamptz - bucket.filled_at)))::bigint) - $5::bigint),
  filled_at = greatest(bucket.filled_at, $6::timestamptz)
returning granted, points";

/// Takes a portion. The caller holds no connection: two at once could wait for each other.
pub(super) async fn take(
    app: &App,
    tenant_id: Uuid,
    principal_id: Uuid,
    budget: Budget,
    wanted: i64,
) -> Result<Lease> {
    let mut transaction = database::begin(app.pool(), Mode::Write, tenant_id, None).await?;
    let (granted, left): (i64, i64) = sqlx::query_as(TAKE)
        .bind(tenant_id)
        .bind(app.ids().next())
        .bind(principal_id)
        .bind(i64::from(budget.capacity))
        .bind(wanted)
        .bind(app.clock().now())
        .bind(f64::from(budget.rate))
        .persistent(app.keeps_statements())
        .fetch_one(&mut *transaction)
        .await?;
    transaction.commit().await?;
    let outcome = if granted < wanted { "short" } else { "granted" };
    metrics::counter!("consentry_cost_leases_total", "outcome" => outcome).increment(1);
    Ok(Lease { granted, left })
}
