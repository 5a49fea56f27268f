//! Values that an operator knows must not be readable anywhere in the database: searched for, and named by place alone.

use std::{fs, path::Path};

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{BATCH, Failure, Report, Tally, Tenant, begin, canary::Canaries};

/// Every table that this role may read, whether its rows belong to tenants, and all its columns as text: protected ones are
/// ciphertext, which reads as hexadecimal.
const TABLES: &str = "
    select c.oid::regclass::text, bool_or(a.attname = 'tenant_id'),
        string_agg(format('t.%I::text', a.attname), ', ' order by a.attnum)
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace in ('public'::regnamespace, 'phi'::regnamespace) and c.relkind in ('r', 'p')
        and not c.relispartition and has_column_privilege(c.oid, a.attnum, 'select')
    group by c.oid order by 1";

/// Reads the values of a file, one a line; blank lines count for nothing.
pub(super) fn read(file: &Path) -> Result<Canaries, Failure> {
    let text = fs::read_to_string(file).map(Zeroizing::new).map_err(|error| {
        Failure::refused(format_args!("the values of {} cannot be read: {error}", file.display()))
    })?;
    let values = text.lines().map(str::trim).filter(|line| !line.is_empty());
    Canaries::new(values).map_err(|error| Failure::refused(format_args!("{}: {error}", file.display())))
}

pub(super) async fn check(
    connection: &mut PgConnection,
    tenants: &[Tenant],
    canaries: &Canaries,
    report: &mut Report,
) -> Result<(), Failure> {
    let mut transaction = connection.begin().await?;
    let tables: Vec<(String, bool, String)> =
        sqlx::query_as(TABLES).persistent(false).fetch_all(&mut *transaction).await?;
    transaction.commit().await?;
    let mut tally = Tally::default();
    for (table, of_tenants, columns) in &tables {
        let text = format!("concat_ws(e'\\n', {columns})");
        if *of_tenants {
            let page = format!(
                "select t.id, {text} from {table} t where t.tenant_id = $1 and t.id > $2 order by t.id limit $3"
            );
            for tenant in tenants {
                search_tenant(connection, tenant, table, &page, canaries, &mut tally).await?;
            }
        } else {
            let all = format!("select t.ctid::text, {text} from {table} t");
            let mut transaction = connection.begin().await?;
            let rows: Vec<(String, String)> =
                sqlx::query_as(AssertSqlSafe(all)).persistent(false).fetch_all(&mut *transaction).await?;
            transaction.commit().await?;
            for (place, text) in rows {
                let found = canaries.first_in(text.as_bytes());
                tally.count(
                    found.map(|found| format!("value {} stands in {table}, row {place}", found.value + 1)),
                );
            }
        }
    }
    let counted = format_args!("{} values in {} rows", canaries.count(), tally.counted);
    report.line("canaries", counted, tally.first_broken)
}

async fn search_tenant(
    connection: &mut PgConnection,
    tenant: &Tenant,
    table: &str,
    page: &str,
    canaries: &Canaries,
    tally: &mut Tally,
) -> Result<(), Failure> {
    let mut after = Uuid::nil();
    loop {
        let mut transaction = connection.begin_with(begin(tenant.id)).await?;
        let rows: Vec<(Uuid, String)> = sqlx::query_as(AssertSqlSafe(page.to_owned()))
            .bind(tenant.id)
            .bind(after)
            .bind(BATCH)
            .persistent(false)
            .fetch_all(&mut *transaction)
            .await?;
        transaction.commit().await?;
        let Some((last, _)) = rows.last() else { return Ok(()) };
        after = *last;
        for (id, text) in &rows {
            let found = canaries.first_in(text.as_bytes());
            tally.count(found.map(|found| {
                format!("tenant {}, value {} stands in {table}, row {id}", tenant.slug, found.value + 1)
            }));
        }
    }
}
