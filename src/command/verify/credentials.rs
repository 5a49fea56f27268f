//! Secrets that users share with the server open, each for its tenant and row alone.

use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use super::{BATCH, Failure, Report, Tally, Tenant, begin};
use crate::{identity::code_check::place, kernel::crypto::OneTimeCodeSecret};

const SECRETS: &str = "select id, secret::bytea from one_time_code_secrets
    where tenant_id = $1 and id > $2 order by id limit $3";

pub(super) async fn check(
    connection: &mut PgConnection,
    tenants: &[Tenant],
    report: &mut Report,
) -> Result<(), Failure> {
    let mut tally = Tally::default();
    for tenant in tenants {
        let mut after = Uuid::nil();
        loop {
            let mut transaction = connection.begin_with(begin(tenant.id)).await?;
            let rows: Vec<(Uuid, Vec<u8>)> = sqlx::query_as(SECRETS)
                .bind(tenant.id)
                .bind(after)
                .bind(BATCH)
                .persistent(false)
                .fetch_all(&mut *transaction)
                .await?;
            transaction.commit().await?;
            let Some((last, _)) = rows.last() else { break };
            after = *last;
            for (row_id, sealed) in &rows {
                let opened = tenant.keys.open_secret(&place(tenant.id, *row_id), sealed);
                let problem = opened.and_then(|secret| OneTimeCodeSecret::from_bytes(&secret)).err();
                tally.count(problem.map(|problem| {
                    format!("tenant {}, one_time_code_secrets.secret of row {row_id}: {problem}", tenant.slug)
                }));
            }
        }
    }
    report.line("user secrets", format_args!("{} secrets", tally.counted), tally.first_broken)
}
