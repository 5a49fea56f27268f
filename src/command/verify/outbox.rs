//! What must hold of the outbox: every event is carried out, in its turn.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use uuid::Uuid;

use super::{Failure, Report, Tally, begin};
use crate::kernel::{app::App, outbox::AGGREGATES};

/// A lease is a minute. One that ended so long ago was taken over by nobody: no relay runs.
const FORGOTTEN: TimeDelta = TimeDelta::hours(1);

/// What is wrong, each with the condition under which event `e` breaks it; `$2` is the moment before which a lease is
/// forgotten. An event that was given up counts as broken: something that was promised did not happen, and stays so
/// until an operator acts.
const RULES: &[(&str, &str)] = &[
    (
        "it was given up, see `consentry outbox list-dead`",
        "e.status = 'DEAD'",
    ),
    (
        "it was carried out before an earlier event of its aggregate",
        "e.status = 'DONE' and exists (
            select from outbox_events o where o.tenant_id = e.tenant_id and o.aggregate_kind = e.aggregate_kind
                and o.aggregate_id = e.aggregate_id and o.position < e.position
                and o.status in ('WAITING', 'PENDING', 'DEAD'))",
    ),
    (
        "it has its turn before an earlier event of its aggregate",
        "e.status in ('PENDING', 'DEAD') and exists (
            select from outbox_events o where o.tenant_id = e.tenant_id and o.aggregate_kind = e.aggregate_kind
                and o.aggregate_id = e.aggregate_id and o.position < e.position and o.status = 'WAITING')",
    ),
    (
        "it waits for no other event",
        "e.status = 'WAITING' and not exists (
            select from outbox_events o where o.tenant_id = e.tenant_id and o.aggregate_kind = e.aggregate_kind
                and o.aggregate_id = e.aggregate_id and o.position < e.position and o.status in ('PENDING', 'DEAD'))",
    ),
    ("somebody took it and nobody has heard of it since: does a relay run?", "e.leased_until < $2"),
    (
        "it says when it was carried out, but not that it was, or the other way round",
        "(e.status in ('DONE', 'SKIPPED')) <> (e.processed_at is not null)",
    ),
];

pub(super) async fn check(
    app: &App,
    connection: &mut PgConnection,
    tenants: &[(Uuid, String)],
    report: &mut Report,
) -> Result<(), Failure> {
    let forgotten = app.clock().now() - FORGOTTEN;
    let sql = findings();
    let (mut tally, mut dead) = (Tally::default(), 0_i64);
    for (tenant_id, slug) in tenants {
        let mut transaction = connection.begin_with(begin(*tenant_id)).await?;
        let (events, given_up): (i64, i64) = sqlx::query_as(
            "select count(*), count(*) filter (where status = 'DEAD') from outbox_events where tenant_id = $1",
        )
        .bind(tenant_id)
        .persistent(false)
        .fetch_one(&mut *transaction)
        .await?;
        let first = first(&mut transaction, &sql, *tenant_id, forgotten).await?;
        transaction.commit().await?;
        dead += given_up;
        tally.counted += events.unsigned_abs();
        if let Some((event, problem)) = first.filter(|_| tally.first_broken.is_none()) {
            tally.first_broken = Some(format!("tenant {slug}, event {event}: {problem}"));
        }
    }
    report.line("outbox", format_args!("{} events, {dead} given up", tally.counted), tally.first_broken)
}

async fn first(
    connection: &mut PgConnection,
    sql: &str,
    tenant_id: Uuid,
    forgotten: DateTime<Utc>,
) -> Result<Option<(Uuid, String)>, Failure> {
    let found = sqlx::query_as(AssertSqlSafe(sql.to_owned()))
        .bind(tenant_id)
        .bind(forgotten)
        .persistent(false)
        .fetch_optional(connection)
        .await?;
    Ok(found)
}

/// One statement of all rules; made of words of ours alone.
fn findings() -> String {
    let rules = RULES.iter().map(|(problem, condition)| {
        format!(
            "select e.id, '{problem}' as problem from outbox_events e where e.tenant_id = $1 and {condition}"
        )
    });
    let orphans = AGGREGATES.iter().map(|(kind, table)| {
        format!(
            "select e.id, 'what it is about is not there' from outbox_events e
            where e.tenant_id = $1 and e.aggregate_kind = '{kind}' and not exists (
                select from {table} a where a.tenant_id = e.tenant_id and a.id = e.aggregate_id)"
        )
    });
    let known: Vec<String> = AGGREGATES.iter().map(|(kind, _)| format!("'{kind}'")).collect();
    let unknown = format!(
        "select e.id, 'this version does not know what it is about' from outbox_events e
        where e.tenant_id = $1 and e.aggregate_kind not in ({})",
        known.join(", ")
    );
    let all: Vec<String> = rules.chain(orphans).chain([unknown]).collect();
    format!("select id, problem from ({}) as found limit 1", all.join(" union all "))
}
