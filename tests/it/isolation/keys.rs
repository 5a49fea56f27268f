//! Keys look past row-level security: what they tell of rows that nobody sees.

use std::collections::BTreeSet;

use sqlx::{AssertSqlSafe, PgPool};
use uuid::Uuid;

use super::{FORBIDDEN, NOBODYS, Neighbours, Refusal, attempt, given_by, refusal};
use crate::support::Tenant;

/// A key points at nothing.
const NO_SUCH_ROW: &str = "23503";
/// A trigger refuses, which is asked before keys are.
const BY_A_TRIGGER: &str = "55000";

/// Parents of two tenants, and children that point at them by `id` alone.
const CARELESS: &str = "
    create table parents (tenant_id uuid not null, id uuid primary key, name text unique);
    create table children (tenant_id uuid not null, id uuid primary key, parent_id uuid references parents (id));
    grant select, insert on parents, children to consentry_app;
    alter table parents enable row level security, force row level security;
    create policy tenant_isolation on parents using (tenant_id = current_setting('app.tenant_id')::uuid);
    alter table children enable row level security, force row level security;
    create policy tenant_isolation on children using (tenant_id = current_setting('app.tenant_id')::uuid)";

async fn careless(neighbours: &Neighbours) {
    let Neighbours { town, theirs, app, .. } = neighbours;
    town.owner_runs(CARELESS).await;
    let row = format!("insert into parents values ('{0}', '{0}', 'Okafor')", theirs.id);
    assert_eq!(attempt(app, Some(theirs.id), &row).await, Ok(1));
}

#[tokio::test]
async fn a_foreign_key_by_id_alone_crosses_tenants_and_tells_their_ids_from_random_ones() {
    let neighbours = Neighbours::new().await;
    let Neighbours { own, theirs, app, .. } = &neighbours;
    careless(&neighbours).await;
    let child = |parent| format!("insert into children values ('{}', gen_random_uuid(), '{parent}')", own.id);
    assert_eq!(attempt(app, Some(own.id), "select from parents").await, Ok(0), "the parent is hidden");
    assert_eq!(attempt(app, Some(own.id), &child(theirs.id)).await, Ok(1), "the hole is real");
    assert_eq!(refusal(app, Some(own.id), &child(NOBODYS)).await.as_deref(), Some("23503"));
}

struct ForeignKey {
    table: String,
    column: String,
    referenced: String,
}

async fn foreign_keys(owner: &PgPool) -> Vec<ForeignKey> {
    let keys: Vec<(String, String, String)> = sqlx::query_as(
        "select f.conrelid::regclass::text, a.attname::text, f.confrelid::regclass::text
        from pg_constraint f join pg_attribute a on a.attrelid = f.conrelid and a.attnum = f.conkey[cardinality(f.conkey)]
        where f.contype = 'f' and f.conparentid = 0 and a.attname <> 'tenant_id' and f.confrelid <> 'permissions'::regclass
        order by 1, 2",
    )
    .fetch_all(owner)
    .await
    .expect("the catalog is read");
    keys.into_iter().map(|(table, column, referenced)| ForeignKey { table, column, referenced }).collect()
}

impl ForeignKey {
    /// Points a row of the tenant at `id`: a new one with what the role may give it or, where that is refused for another
    /// reason, a changed one. `first` runs before, in the same transaction.
    async fn pointed_at(
        &self,
        (role, pool): (&str, &PgPool),
        first: &str,
        tenant: &Tenant,
        id: Uuid,
    ) -> Result<u64, Refusal> {
        let Self { table, column, .. } = self;
        let columns = given_by(role, table, pool).await.join(", ");
        let change = format!(
            "{first}update {table} set {column} = '{id}' where id = (select id from {table} order by {column} limit 1)"
        );
        let add = format!(
            "{first}insert into {table} ({columns}) select {columns}
            from (select to_jsonb(t) as old from {table} t order by {column} limit 1) template,
                jsonb_populate_record(null::{table},
                    old || jsonb_build_object('id', gen_random_uuid(), '{column}', '{id}'))"
        );
        match attempt(pool, Some(tenant.id), &add).await {
            Err(refusal) if !matches!(&*refusal.code, NO_SUCH_ROW | BY_A_TRIGGER) => {
                attempt(pool, Some(tenant.id), &change).await
            }
            outcome => outcome,
        }
    }
}

#[tokio::test]
async fn no_key_of_ours_points_at_another_tenant_and_the_refusal_is_that_of_a_random_id() {
    let neighbours = Neighbours::new().await;
    let Neighbours { town, own, theirs, app, .. } = &neighbours;
    let before = neighbours.rows().await;
    let keys = foreign_keys(town.owner()).await;
    assert!(keys.len() >= 35, "keys were found: {}", keys.len());
    let mut by_a_trigger = BTreeSet::new();

    for key in keys {
        let ForeignKey { table, column, referenced } = &key;
        let hidden: Uuid = theirs
            .scalar(&format!("select id from {referenced} where tenant_id = $1 limit 1"), theirs.id)
            .await
            .expect("the neighbour has one");
        // Without our triggers, which are asked before it, the key is what refuses.
        let bare = format!("alter table {table} disable trigger user; ");
        for (whose, first) in [(("consentry_app", app), ""), (("consentry_migrator", town.owner()), &bare)] {
            let told = key.pointed_at(whose, first, own, hidden).await.expect_err("it is refused");
            let nobodys = key.pointed_at(whose, first, own, NOBODYS).await.expect_err("it is refused");
            if told.code == BY_A_TRIGGER && first.is_empty() {
                by_a_trigger.insert(table.clone());
            } else {
                assert_eq!(told.code, NO_SUCH_ROW, "{first}{table}.{column}: {told:?}");
            }
            let told = Refusal { detail: told.detail.map(|it| it.replace(&hidden.to_string(), "?")), ..told };
            let nobodys =
                Refusal { detail: nobodys.detail.map(|it| it.replace(&NOBODYS.to_string(), "?")), ..nobodys };
            assert_eq!(told, nobodys, "{first}{table}.{column}");
        }
    }
    assert!(by_a_trigger.iter().eq(&["consent_recipients", "consent_scopes"]), "{by_a_trigger:?}");
    neighbours.assert_unchanged(&before).await;
}

#[tokio::test]
async fn a_value_that_is_unique_across_tenants_tells_what_others_have_and_each_of_ours_is_led_by_the_tenant()
{
    let neighbours = Neighbours::new().await;
    let Neighbours { town, own, theirs, app, .. } = &neighbours;
    careless(&neighbours).await;
    let named =
        |name: &str| format!("insert into parents values ('{}', gen_random_uuid(), '{name}')", own.id);
    assert_eq!(
        refusal(app, Some(own.id), &named("Okafor")).await.as_deref(),
        Some("23505"),
        "the hole is real"
    );
    assert_eq!(attempt(app, Some(own.id), &named("Nobody")).await, Ok(1));
    town.owner_runs("drop table parents, children").await;

    let found: Vec<(String, bool)> = sqlx::query_as(
        "select i.indexrelid::regclass::text,
            (select attname = 'tenant_id' from pg_attribute where attrelid = i.indrelid and attnum = i.indkey[0])
        from pg_index i join pg_class c on c.oid = i.indrelid
        where (i.indisunique or i.indisexclusion) and c.relnamespace in ('public'::regnamespace, 'phi'::regnamespace)
            and i.indrelid <> all (array['tenants', 'permissions', 'seaql_migrations']::regclass[])",
    )
    .fetch_all(town.owner())
    .await
    .expect("the catalog is read");
    assert!(found.len() >= 30, "unique indexes were found: {}", found.len());
    let across: Vec<_> = found.iter().filter(|(_, led)| !led).collect();
    assert!(across.is_empty(), "{across:?}");

    // The three tables that belong to no tenant are read, and written by migrations and the provisioning alone.
    for table in ["tenants", "permissions", "seaql_migrations"] {
        for sql in [format!("delete from {table}"), format!("insert into {table} select * from {table}")] {
            assert_eq!(refusal(app, Some(own.id), &sql).await.as_deref(), Some(FORBIDDEN), "{sql}");
        }
    }

    // What the neighbour has may be had here as well, ids included.
    let mut copied = 0;
    for (table, key) in [("users", "email_token"), ("patients", "display_code")] {
        let mut transaction = theirs.begin().await;
        let sql = format!("select {key}::text from {table} where {key} is not null order by id limit 1");
        let value: String =
            sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut *transaction).await.expect("a value");
        drop(transaction);
        let taken = format!(
            "update {table} set {key} = '{value}' where id = (select id from {table} where {key}::text <> '{value}' limit 1)"
        );
        copied +=
            attempt(app, Some(own.id), &taken).await.unwrap_or_else(|error| panic!("{table}: {error:?}"));
    }
    assert!(copied == 2, "values of the neighbour were taken: {copied}");
}
