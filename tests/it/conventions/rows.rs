//! All that a tenant has, table by table, for asserting that nothing changed.

use std::collections::BTreeMap;

use sqlx::Row;

use crate::support::Tenant;

/// For each table: how many rows the tenant has, and a digest of all their columns.
pub type Rows = BTreeMap<String, (i64, String)>;

/// What the tenant has, without the tables named.
pub async fn rows_of(tenant: &Tenant, without: &[&str]) -> Rows {
    let tables: Vec<String> = entity::catalog::tables()
        .into_iter()
        .filter(|table| !without.contains(&table.name.as_str()))
        .map(|table| format!("{}.{}", table.schema, table.name))
        .collect();
    let counts: Vec<String> = tables
        .iter()
        .map(|table| {
            format!(
                "select '{table}' as name, count(*) as rows, coalesce(md5(string_agg(t::text, '|' order by t.id)), '') as digest from {table} t"
            )
        })
        .collect();
    let mut transaction = tenant.begin().await;
    let rows = sqlx::query(sqlx::AssertSqlSafe(counts.join(" union all ")))
        .fetch_all(&mut *transaction)
        .await
        .expect("every table is counted");
    let rows: Rows = rows
        .into_iter()
        .map(|row| (row.get("name"), (row.get::<i64, _>("rows"), row.get("digest"))))
        .collect();
    assert_eq!(rows.len(), tables.len());
    assert!(rows.len() + without.len() >= 20, "every table is counted: {}", rows.len());
    rows
}

/// The tables whose rows are not the same.
pub fn changed(before: &Rows, after: &Rows) -> Vec<String> {
    assert_eq!(before.len(), after.len());
    before
        .iter()
        .filter(|(table, rows)| after.get(*table) != Some(rows))
        .map(|(table, _)| table.clone())
        .collect()
}
