//! Every statement there is, on every table of the catalogue, naming the rows of another tenant.

use std::collections::BTreeSet;

use sqlx::PgPool;
use uuid::Uuid;

use super::{
    BLANK, FORBIDDEN, NOBODYS, Neighbours, ROLES, Refusal, UNSET, attempt, given_by, refusal, tables,
};
use crate::support::Tenant;

/// A trigger refuses, which is asked before the policy.
const BY_A_TRIGGER: &str = "55000";

/// A row of the tenant: its id, and all of it as JSON in quotes.
async fn row_of(tenant: &Tenant, table: &str) -> (Uuid, String) {
    let mut transaction = tenant.begin().await;
    let sql = format!("select id, to_jsonb(t)::text from {table} t order by created_at, id limit 1");
    let (id, row): (Uuid, String) = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .fetch_one(&mut *transaction)
        .await
        .expect("the tenant has a row of the table");
    (id, format!("'{}'", row.replace('\'', "''")))
}

/// The row with nobody's id in place of its own.
fn renamed(row: &str) -> String {
    format!("{row}::jsonb || '{{\"id\": \"{NOBODYS}\"}}'")
}

/// The row with nobody's ids in place of its own and of all that it points at; it stays the tenant's.
fn of_nobody(row: &str) -> String {
    format!(
        "(select jsonb_object_agg(key, case
            when key ~ '(^|_)id$' and key <> 'tenant_id' and jsonb_typeof(value) = 'string' then '\"{NOBODYS}\"' else value end)
        from jsonb_each({row}))"
    )
}

/// What the app may give a new row. Where it adds none, its first column: the privilege is what refuses.
async fn columns_of(table: &str, owner: &PgPool) -> String {
    let columns = given_by("consentry_app", table, owner).await;
    if columns.is_empty() { "tenant_id".to_owned() } else { columns.join(", ") }
}

/// Inserts a row as it was written, as far as these columns go.
fn copy(table: &str, columns: &str, row: &str) -> String {
    format!(
        "insert into {table} ({columns}) select {columns} from jsonb_populate_record(null::{table}, {row}::jsonb)"
    )
}

#[tokio::test]
async fn the_rows_of_another_tenant_are_neither_seen_nor_locked_nor_changed_nor_removed() {
    let neighbours = Neighbours::new().await;
    let Neighbours { town, own, app, .. } = &neighbours;
    let before = neighbours.rows().await;

    for table in tables() {
        for other in neighbours.others(&table).await {
            let (id, _) = row_of(other, &table).await;
            let of_theirs = format!("tenant_id = '{}'", other.id);
            let matched = format!(
                "merge into {table} t using (select '{id}'::uuid as id) s on t.id = s.id when matched"
            );
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
        }
        let holder = neighbours.holder(&table);
        let (held, _) = row_of(holder, &table).await;
        let own_row = format!("select from {table} where id = '{held}'");
        assert_eq!(attempt(app, Some(holder.id), &own_row).await, Ok(1), "one's own is there: {table}");
    }

    neighbours.assert_unchanged(&before).await;
}

#[tokio::test]
async fn no_row_is_written_for_another_tenant_or_moved_to_one_and_a_conflict_does_not_tell_what_it_has() {
    let neighbours = Neighbours::new().await;
    let Neighbours { town, own, theirs, app, .. } = &neighbours;
    let before = neighbours.rows().await;
    let mut by_a_trigger = Vec::new();

    for table in tables() {
        let granted = columns_of(&table, town.owner()).await;
        let all = given_by("consentry_migrator", &table, town.owner()).await.join(", ");
        // Without our triggers, which are asked before it, the policy is what refuses.
        let bare = format!("alter table {table} disable trigger user; ");
        for (pool, columns, first) in
            [(app, &granted, ""), (town.owner(), &all, ""), (town.owner(), &all, bare.as_str())]
        {
            for other in neighbours.others(&table).await {
                let (_, row) = row_of(other, &table).await;
                for conflict in ["", " on conflict do nothing", " on conflict (tenant_id, id) do nothing"] {
                    let send = async |row: &str| {
                        let sql = format!("{first}{}{conflict}", copy(&table, columns, row));
                        attempt(pool, Some(own.id), &sql).await
                    };
                    let there = send(&row).await;
                    match &there {
                        Err(Refusal { code, .. }) if code == FORBIDDEN => {}
                        Err(Refusal { code, .. }) if code == BY_A_TRIGGER && first.is_empty() => {
                            by_a_trigger.push(table.clone());
                        }
                        _ => panic!("{first}{table}{conflict}: {there:?}"),
                    }
                    for new in [renamed(&row), of_nobody(&row)] {
                        let new = send(&new).await;
                        assert_eq!(there, new, "{table}{conflict}: what is there is refused as what is not");
                    }
                }
            }
        }
        for pool in [app, town.owner()] {
            let (_, row) = row_of(neighbours.others(&table).await[0], &table).await;
            let merge = format!(
                "merge into {table} t using (select * from jsonb_populate_record(null::{table}, {row}::jsonb)) s on false
                when not matched then insert (tenant_id, id) values (s.tenant_id, s.id)"
            );
            assert!(attempt(pool, Some(own.id), &merge).await.is_err(), "{table}");
            let holder = neighbours.holder(&table);
            let moved =
                format!("update {table} set tenant_id = '{}' where tenant_id = '{}'", theirs.id, holder.id);
            let code = refusal(pool, Some(holder.id), &moved).await;
            assert!(matches!(code.as_deref(), Some(FORBIDDEN | BY_A_TRIGGER)), "{table}: {code:?}");
        }
    }

    by_a_trigger.dedup();
    assert_eq!(by_a_trigger, ["public.consent_scopes", "public.consent_recipients"]);
    neighbours.assert_unchanged(&before).await;
}

#[tokio::test]
async fn without_a_tenant_or_with_a_blank_one_every_statement_on_every_table_fails_loudly() {
    let neighbours = Neighbours::new().await;
    let Neighbours { town, own, .. } = &neighbours;
    let before = neighbours.rows().await;
    // A connection on which no tenant was ever set, and one on which it was.
    let fresh = town.database.pool("consentry_app", 1);
    let used = town.database.pool("consentry_app", 1);
    assert_eq!(attempt(&used, Some(own.id), "select").await, Ok(1));

    for table in tables() {
        let holder = neighbours.holder(&table);
        let (_, row) = row_of(holder, &table).await;
        let columns = columns_of(&table, town.owner()).await;
        for sql in [
            format!("select from {table}"),
            format!("select from {table} where tenant_id = '{}'", holder.id),
            copy(&table, &columns, &renamed(&row)),
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

    neighbours.assert_unchanged(&before).await;
}

#[tokio::test]
async fn the_worker_and_the_sealer_see_other_tenants_only_in_the_tables_that_the_lint_lists() {
    let neighbours = Neighbours::new().await;
    let Neighbours { town, own, .. } = &neighbours;
    let mut scanned = BTreeSet::new();

    for role in ROLES {
        let pool = town.database.pool(role, 1);
        for table in tables() {
            let listed = |command: &str| {
                let scan =
                    format!("'{table} {}_scan_{command} {role}'", role.trim_start_matches("consentry_"));
                migration::SCHEMA_LINT.contains(&scan)
            };
            for (command, sql) in neighbours.others(&table).await.into_iter().flat_map(|other| {
                let of_theirs = format!("tenant_id = '{}'", other.id);
                [
                    ("select", format!("select from {table} where {of_theirs}")),
                    ("update", format!("update {table} set tenant_id = tenant_id where {of_theirs}")),
                    ("delete", format!("delete from {table} where {of_theirs}")),
                ]
            }) {
                match attempt(&pool, Some(own.id), &sql).await {
                    Ok(0) => {}
                    Ok(_) if listed(command) => {
                        scanned.insert(format!("{role} {command} {table}"));
                    }
                    Err(Refusal { code, .. }) if code == FORBIDDEN => {}
                    other => panic!("{role}: {sql}: {other:?}"),
                }
            }
        }
    }
    let expected = [
        "consentry_sealer select public.audit_heads",
        "consentry_sealer select public.audit_logs",
        "consentry_worker select public.outbox_events",
        "consentry_worker update public.outbox_events",
    ];
    assert!(scanned.iter().eq(&expected), "who works for all tenants sees the work of all: {scanned:?}");
}
