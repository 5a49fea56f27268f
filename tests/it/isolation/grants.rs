//! Privileges that row-level security does not look at.

use axum::body::{Body, to_bytes};
use sqlx::postgres::PgPoolCopyExt;
use uuid::Uuid;

use super::{FORBIDDEN, NOBODYS, Neighbours, ROLES, attempt, careless, given_by, refusal, tables};

/// A table of the app with a row of each tenant, in a schema where the app may make things.
fn scratch(tenants: [Uuid; 2]) -> String {
    let [own, theirs] = tenants;
    format!(
        "create schema scratch;
        grant usage, create on schema scratch to consentry_app;
        create table scratch.rows (tenant_id uuid not null, id uuid primary key);
        insert into scratch.rows values ('{own}', '{own}'), ('{theirs}', '{theirs}');
        alter table scratch.rows enable row level security, force row level security;
        create policy tenant_isolation on scratch.rows using (tenant_id = current_setting('app.tenant_id')::uuid);
        grant select, insert, truncate, references, trigger on scratch.rows to consentry_app"
    )
}

#[tokio::test]
async fn truncate_references_and_trigger_look_past_the_policy_and_are_granted_to_nobody() {
    let neighbours = Neighbours::new().await;
    let Neighbours { town, own, theirs, app, .. } = &neighbours;
    let before = neighbours.rows().await;
    town.owner_runs(&scratch([own.id, theirs.id])).await;

    // A foreign key tells which ids another tenant has.
    let probe = "create table scratch.probe (id uuid references scratch.rows (id))";
    assert_eq!(attempt(app, Some(own.id), probe).await, Ok(0));
    let guess = |id| format!("insert into scratch.probe values ('{id}')");
    assert_eq!(attempt(app, Some(own.id), &guess(theirs.id)).await, Ok(1), "the hole is real");
    assert_eq!(refusal(app, Some(own.id), &guess(NOBODYS)).await.as_deref(), Some("23503"));

    // A trigger runs as whoever writes, and keeps what it sees.
    let spy = "create table scratch.loot (tenant_id uuid); grant insert on scratch.loot to public;
        create function scratch.spy() returns trigger language plpgsql as
            'begin insert into scratch.loot values (new.tenant_id); return new; end';
        create trigger spy after insert on scratch.rows for each row execute function scratch.spy()";
    assert_eq!(attempt(app, Some(own.id), spy).await, Ok(0));
    let written = format!("insert into scratch.rows values ('{}', gen_random_uuid())", theirs.id);
    assert_eq!(attempt(town.owner(), Some(theirs.id), &written).await, Ok(1));
    let loot = format!("select from scratch.loot where tenant_id = '{}'", theirs.id);
    assert_eq!(attempt(app, Some(own.id), &loot).await, Ok(1), "the hole is real");

    let count = format!("select from scratch.rows where tenant_id = '{}'", theirs.id);
    assert_eq!(attempt(app, Some(theirs.id), &count).await, Ok(2));
    assert_eq!(attempt(app, Some(own.id), "truncate scratch.rows cascade").await, Ok(0));
    assert_eq!(attempt(app, Some(theirs.id), &count).await, Ok(0), "the hole is real: all are gone");
    let mut superuser = town.database.superuser().await;
    sqlx::raw_sql("drop schema scratch cascade").execute(&mut superuser).await.expect("the holes are closed");

    let globals = ["public.tenants", "public.permissions", "public.seaql_migrations"];
    for role in ROLES {
        let pool = town.database.pool(role, 1);
        for table in tables().iter().map(String::as_str).chain(globals) {
            for sql in [format!("truncate {table}"), format!("truncate {table} cascade")] {
                assert_eq!(
                    refusal(&pool, Some(own.id), &sql).await.as_deref(),
                    Some(FORBIDDEN),
                    "{role}: {sql}"
                );
            }
            let held: Vec<String> = sqlx::query_scalar(
                "select privilege from unnest(array['TRUNCATE', 'REFERENCES', 'TRIGGER']) privilege
                where has_table_privilege($1, $2::regclass::oid, privilege)
                    or privilege = 'REFERENCES' and has_any_column_privilege($1, $2::regclass::oid, privilege)",
            )
            .bind(role)
            .bind(table)
            .fetch_all(town.owner())
            .await
            .expect("the catalog is read");
            assert_eq!(held, Vec::<String>::new(), "{role} on {table}");
        }
    }
    for privilege in ["truncate", "references", "trigger"] {
        let found = super::lint_of(town, &format!("grant {privilege} on patients to consentry_app")).await;
        let expected = format!("public.patients: {} is granted to consentry_app.", privilege.to_uppercase());
        assert_eq!(found, [expected]);
    }
    neighbours.assert_unchanged(&before).await;
}

#[tokio::test]
async fn rows_do_not_come_in_by_copy_and_those_that_go_out_are_ones_own() {
    let neighbours = Neighbours::new().await;
    let Neighbours { town, own, theirs, app, .. } = &neighbours;
    let before = neighbours.rows().await;
    let mut never_added_to = Vec::new();

    for role in ["consentry_app", "consentry_migrator"] {
        let pool = careless(town, role, Some(own.id));
        for table in tables() {
            let columns = given_by(role, &table, town.owner()).await;
            // Where the privilege alone is missing it is asked for first; elsewhere the policy is what copying cannot heed.
            let expected = if columns.is_empty() { FORBIDDEN } else { "0A000" };
            let columns = if columns.is_empty() { "tenant_id".to_owned() } else { columns.join(", ") };
            let copied = attempt(&pool, None, &format!("copy {table} ({columns}) from stdin")).await;
            assert_eq!(copied.expect_err("it is refused").code, expected, "{role}: {table}");
            if expected == FORBIDDEN {
                never_added_to.push(format!("{role} {table}"));
            }

            let rows = pool.copy_out_raw(&format!("copy {table} (tenant_id) to stdout")).await;
            let rows = Body::from_stream(rows.expect("rows go out"));
            let rows = to_bytes(rows, usize::MAX).await.expect("rows go out");
            let count = usize::try_from(own.count(&table).await).expect("a count");
            let expected = format!("{}\n", own.id).repeat(count);
            assert_eq!(rows, expected, "{role}: {table}");
        }
    }

    let evidence = ["links", "heads", "checkpoints"].map(|it| format!("consentry_app public.audit_{it}"));
    assert_eq!(never_added_to, evidence, "the server adds to all but what vouches for the record");

    // How rows are imported instead: the policy looks at each.
    let import = |tenant: Uuid| {
        format!(
            "insert into locations (tenant_id, id, organization_id, kind, name, time_zone)
            select t, gen_random_uuid(), t, 'HOUSE', 'Imported', 'UTC' from unnest('{{{},{tenant}}}'::uuid[]) t",
            own.id
        )
    };
    assert_eq!(refusal(app, Some(own.id), &import(theirs.id)).await.as_deref(), Some(FORBIDDEN));
    neighbours.assert_unchanged(&before).await;
    assert_eq!(attempt(app, Some(own.id), &import(own.id)).await, Ok(2), "for its own tenant it is fine");
}
