//! Every statement there is, on every table of the catalogue, naming the rows of another tenant.

use uuid::Uuid;

use super::{BLANK, FORBIDDEN, NOBODYS, Neighbours, ROLES, Refusal, UNSET, attempt, refusal, tables};
use crate::{
    conventions::rows::{changed, rows_of},
    support::Tenant,
};

/// A row of the tenant: its id, and all of it as JSON in quotes.
async fn row_of(tenant: &Tenant, table: &str) -> (Uuid, String) {
    let mut transaction = tenant.begin().await;
    let sql = format!("select id, to_jsonb(t)::text from {table} t order by created_at, id limit 1");
    let (id, row): (Uuid, String) = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .fetch_one(&mut *transaction)
        .await
        .expect("every tenant has a row of every table");
    (id, format!("'{}'", row.replace('\'', "''")))
}

/// Inserts a row as it was written, under another id when one is given.
fn copy(table: &str, row: &str, id: Option<Uuid>) -> String {
    let id = id.map_or_else(String::new, |id| format!(" || '{{\"id\": \"{id}\"}}'"));
    format!("insert into {table} select (jsonb_populate_record(null::{table}, {row}::jsonb{id})).*")
}

#[tokio::test]
async fn the_rows_of_another_tenant_are_neither_seen_nor_locked_nor_changed_nor_removed() {
    let neighbours = Neighbours::new().await;
    let Neighbours { town, own, theirs, app } = &neighbours;
    let before = (rows_of(own, &[]).await, rows_of(theirs, &[]).await);

    for table in tables() {
        let (id, _) = row_of(theirs, &table).await;
        let (mine, _) = row_of(own, &table).await;
        let of_theirs = format!("tenant_id = '{}'", theirs.id);
        let matched =
            format!("merge into {table} t using (select '{id}'::uuid as id) s on t.id = s.id when matched");
        for sql in [
            format!("select from {table} where id = '{id}'"),
            format!("select from {table} where {of_theirs}"),
            format!("select from {table} where tenant_id <> '{}'", own.id),
            format!("select from {table} where id = '{id}' for update"),
            format!("select from {table} where {of_theirs} for key share skip locked"),
            format!("update {table} set tenant_id = tenant_id where id = '{id}'"),
            format!("update {table} set tenant_id = '{}' where {of_theirs}", own.id),
            format!("delete from {table} where id = '{id}'"),
            format!("delete from {table} where {of_theirs}"),
            format!("{matched} then update set tenant_id = t.tenant_id"),
            format!("{matched} then delete"),
            format!("with gone as (delete from {table} where id = '{id}' returning *) select from gone"),
        ] {
            match attempt(app, Some(own.id), &sql).await {
                Ok(0) => {}
                Err(Refusal { code, .. }) if code == FORBIDDEN => {}
                other => panic!("{sql}: {other:?}"),
            }
            // The owner has every privilege, so the policy alone is what hides.
            assert_eq!(attempt(town.owner(), Some(own.id), &sql).await, Ok(0), "owner: {sql}");
        }
        let own_row = format!("select from {table} where id = '{mine}'");
        assert_eq!(attempt(app, Some(own.id), &own_row).await, Ok(1), "one's own is there: {table}");
    }

    assert_eq!(changed(&before.0, &rows_of(own, &[]).await), Vec::<String>::new());
    assert_eq!(changed(&before.1, &rows_of(theirs, &[]).await), Vec::<String>::new());
}

#[tokio::test]
async fn no_row_is_written_for_another_tenant_or_moved_to_one_and_a_conflict_does_not_tell_what_it_has() {
    let neighbours = Neighbours::new().await;
    let Neighbours { town, own, theirs, app } = &neighbours;
    let before = (rows_of(own, &[]).await, rows_of(theirs, &[]).await);

    for (pool, table) in tables().iter().flat_map(|table| [(app, table), (town.owner(), table)]) {
        let (_, row) = row_of(theirs, table).await;
        for conflict in ["", " on conflict do nothing", " on conflict (tenant_id, id) do nothing"] {
            let there = attempt(pool, Some(own.id), &(copy(table, &row, None) + conflict)).await;
            let new = attempt(pool, Some(own.id), &(copy(table, &row, Some(NOBODYS)) + conflict)).await;
            let code = there.as_ref().err().map(|refusal| refusal.code.as_str());
            assert_eq!(code, Some(FORBIDDEN), "{table}{conflict}: {there:?}");
            assert_eq!(there, new, "{table}{conflict}: a row that is there is refused as one that is not");
        }
        let merge = format!(
            "merge into {table} t using (select (jsonb_populate_record(null::{table}, {row}::jsonb)).*) s on false
            when not matched then insert (tenant_id, id) values (s.tenant_id, s.id)"
        );
        assert!(attempt(pool, Some(own.id), &merge).await.is_err(), "{table}");
        let moved = format!("update {table} set tenant_id = '{}' where tenant_id = '{}'", theirs.id, own.id);
        let code = refusal(pool, Some(own.id), &moved).await;
        assert!(matches!(code.as_deref(), Some(FORBIDDEN | "55000")), "{table}: {code:?}");
    }

    assert_eq!(changed(&before.0, &rows_of(own, &[]).await), Vec::<String>::new());
    assert_eq!(changed(&before.1, &rows_of(theirs, &[]).await), Vec::<String>::new());
}

#[tokio::test]
async fn without_a_tenant_or_with_a_blank_one_every_statement_on_every_table_fails_loudly() {
    let neighbours = Neighbours::new().await;
    let Neighbours { town, own, theirs, .. } = &neighbours;
    let before = (rows_of(own, &[]).await, rows_of(theirs, &[]).await);
    // A connection on which no tenant was ever set, and one on which it was.
    let fresh = town.database.pool("consentry_app", 1);
    let used = town.database.pool("consentry_app", 1);
    assert_eq!(attempt(&used, Some(own.id), "select").await, Ok(1));

    for table in tables() {
        let (_, row) = row_of(own, &table).await;
        for sql in [
            format!("select from {table}"),
            format!("select from {table} where tenant_id = '{}'", own.id),
            copy(&table, &row, Some(NOBODYS)),
            format!("update {table} set tenant_id = tenant_id"),
            format!("delete from {table}"),
        ] {
            for (what, pool, set, expected) in [
                ("unset", &fresh, "", UNSET),
                ("over", &used, "", BLANK),
                ("blank", &used, "set local app.tenant_id = ''; ", BLANK),
                ("no id", &used, "set local app.tenant_id = 'all'; ", BLANK),
            ] {
                let code = refusal(pool, None, &format!("{set}{sql}")).await;
                let code = code.unwrap_or_else(|| panic!("{what}: {sql} was carried out"));
                assert!(code == expected || code == FORBIDDEN, "{what}: {sql}: {code}");
                assert!(!sql.starts_with("select") || code == expected, "{what}: {sql}: {code}");
            }
        }
    }

    assert_eq!(changed(&before.0, &rows_of(own, &[]).await), Vec::<String>::new());
    assert_eq!(changed(&before.1, &rows_of(theirs, &[]).await), Vec::<String>::new());
}

#[tokio::test]
async fn the_worker_and_the_sealer_see_other_tenants_only_in_the_tables_that_the_lint_lists() {
    let neighbours = Neighbours::new().await;
    let Neighbours { town, own, theirs, .. } = &neighbours;
    let mut scanned = 0;

    for role in ROLES {
        let pool = town.database.pool(role, 1);
        for table in tables() {
            let listed = |command: &str| {
                let scan =
                    format!("'{table} {}_scan_{command} {role}'", role.trim_start_matches("consentry_"));
                migration::SCHEMA_LINT.contains(&scan)
            };
            let of_theirs = format!("tenant_id = '{}'", theirs.id);
            for (command, sql) in [
                ("select", format!("select from {table} where {of_theirs}")),
                ("update", format!("update {table} set tenant_id = tenant_id where {of_theirs}")),
                ("delete", format!("delete from {table} where {of_theirs}")),
            ] {
                match attempt(&pool, Some(own.id), &sql).await {
                    Ok(0) => {}
                    Ok(_) if listed(command) => scanned += 1,
                    Err(Refusal { code, .. }) if code == FORBIDDEN => {}
                    other => panic!("{role}: {sql}: {other:?}"),
                }
            }
        }
    }
    assert!(scanned >= 2, "the worker sees the events of all tenants: {scanned}");
}
