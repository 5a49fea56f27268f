//! Nobody is above the policy: not the owner of the tables, and none of the roles can become somebody who is.

use super::{BLANK, FORBIDDEN, Neighbours, ROLES, UNSET, attempt, refusal, tables};
use crate::support::Town;

/// A table of two tenants whose policy does not bind its owner.
const UNFORCED: &str = "
    create table scratch (tenant_id uuid not null, id uuid not null, primary key (tenant_id, id));
    insert into scratch select gen_random_uuid(), gen_random_uuid() from generate_series(1, 2);
    alter table scratch enable row level security;
    create policy tenant_isolation on scratch using (tenant_id = current_setting('app.tenant_id')::uuid)";

#[tokio::test]
async fn the_owner_sees_every_tenant_of_a_table_without_force_and_of_ours_only_the_one_that_is_set() {
    let neighbours = Neighbours::new().await;
    let Neighbours { town, own, .. } = &neighbours;
    town.owner_runs(UNFORCED).await;
    assert_eq!(attempt(town.owner(), None, "select from scratch").await, Ok(2), "the hole is real");
    town.owner_runs("alter table scratch force row level security").await;
    let shut = refusal(town.owner(), None, "select from scratch").await;
    assert!(matches!(shut.as_deref(), Some(UNSET | BLANK)), "{shut:?}");
    town.owner_runs("drop table scratch").await;

    for table in tables() {
        for sql in [format!("select from {table}"), format!("update {table} set tenant_id = tenant_id")] {
            let code = refusal(town.owner(), None, &sql).await;
            assert!(matches!(code.as_deref(), Some(UNSET | BLANK | "55000")), "{sql}: {code:?}");
        }
        let others = format!("select from {table} where tenant_id <> '{}'", own.id);
        assert_eq!(attempt(town.owner(), Some(own.id), &others).await, Ok(0), "{table}");
        let all = attempt(town.owner(), Some(own.id), &format!("select from {table}")).await;
        assert_eq!(all, Ok(own.count(&table).await.unsigned_abs()), "{table}");
    }
}

#[tokio::test]
async fn no_role_of_ours_can_become_another_or_switch_the_policy_off() {
    let neighbours = Neighbours::new().await;
    let Neighbours { town, own, theirs, .. } = &neighbours;
    let memberships: i64 = sqlx::query_scalar(
        "select count(*) from pg_auth_members where member in (select oid from pg_roles where rolname = any($1))",
    )
    .bind(ROLES.map(str::to_owned).to_vec())
    .fetch_one(town.owner())
    .await
    .expect("the catalog is read");
    assert_eq!(memberships, 0, "the roles are members of nothing");

    for role in ROLES {
        let pool = town.database.pool(role, 1);
        let others = ROLES.into_iter().filter(|other| *other != role);
        for other in others.chain(["consentry_migrator", "consentry_superuser"]) {
            for sql in [format!("set role {other}"), format!("set session authorization {other}")] {
                assert_eq!(refusal(&pool, None, &sql).await.as_deref(), Some(FORBIDDEN), "{role}: {sql}");
            }
        }
        for sql in [
            "alter table locations disable row level security",
            "alter table locations no force row level security",
            "create policy mine on locations using (true)",
            "drop policy tenant_isolation on locations",
            "alter table locations owner to current_user",
            "alter role current_user bypassrls",
            "alter role current_user superuser",
            "create function public.mine() returns integer language sql as 'select 1'",
            // It would run on other tenants' rows before the policy does.
            "create function pg_temp.mine() returns boolean language sql leakproof as 'select true'",
            "alter role current_user set app.tenant_id = '00000000-0000-7000-8000-000000000000'",
        ] {
            assert_eq!(refusal(&pool, None, sql).await.as_deref(), Some(FORBIDDEN), "{role}: {sql}");
        }
    }
    let off = "set local row_security = off; select from locations";
    let app = town.database.app();
    assert_eq!(refusal(&app, Some(own.id), off).await.as_deref(), Some(FORBIDDEN), "it refuses, not shows");
    let theirs = format!("select from locations where tenant_id = '{}'", theirs.id);
    assert_eq!(attempt(&app, Some(own.id), &theirs).await, Ok(0));
    assert_eq!(attempt(&app, Some(own.id), "select from locations").await, Ok(1));
}

#[tokio::test]
async fn a_policy_with_a_way_around_it_is_open_to_whoever_knows_the_word_and_the_lint_refuses_it() {
    let town = Town::new().await;
    let word = "or current_setting('app.bypass', true) = 'on'";
    town.owner_runs(UNFORCED).await;
    town.owner_runs("grant select on scratch to consentry_app").await;
    let app = town.database.app();
    let bypass = "set local app.bypass = 'on'; select from scratch";
    assert_eq!(attempt(&app, Some(town.tenant.id), bypass).await, Ok(0));
    town.owner_runs(&format!(
        "alter policy tenant_isolation on scratch using (tenant_id = current_setting('app.tenant_id')::uuid {word})"
    ))
    .await;
    assert_eq!(attempt(&app, Some(town.tenant.id), bypass).await, Ok(2), "the hole is real");
    town.owner_runs("drop table scratch").await;

    let breach = format!(
        "alter policy tenant_isolation on locations using (tenant_id = current_setting('app.tenant_id')::uuid {word})"
    );
    let found = super::lint_of(&town, &breach).await;
    assert_eq!(
        found,
        ["public.locations: The policy tenant_isolation is missing or is not the standard one."]
    );
    assert_eq!(super::lint_of(&town, "").await, Vec::<String>::new());
}
