//! What reads as somebody else: views, materialised views and functions with the rights of their owner.

use sqlx::AssertSqlSafe;

use super::{Neighbours, attempt, lint_of};

/// Reads all persons' ids and the tenants they are of, in each of the ways that reads as its owner.
const READS_AS_OWNER: &str = "
    create view leaking_view as select tenant_id, id from phi.persons;
    create materialized view leaking_copy as select tenant_id, id from phi.persons;
    create function leaking_function() returns table (tenant_id uuid, id uuid)
        language sql security definer as 'select tenant_id, id from phi.persons';
    grant select on leaking_view, leaking_copy to consentry_app";

#[tokio::test]
async fn views_copies_and_functions_that_read_as_their_owner_leak_even_under_force_and_the_lint_refuses_them()
{
    let neighbours = Neighbours::new().await;
    let Neighbours { town, own, theirs, app, .. } = &neighbours;
    let sources = ["leaking_view", "leaking_copy", "leaking_function()"];
    let of_theirs = |source: &str| format!("select from {source} where tenant_id = '{}'", theirs.id);

    // Force binds the owner of the table; the owner of these is whoever made them.
    let mut superuser = town.database.superuser().await;
    sqlx::raw_sql(READS_AS_OWNER).execute(&mut superuser).await.expect("the leaks are made");
    for source in sources {
        let seen = attempt(app, Some(own.id), &of_theirs(source)).await;
        assert_eq!(seen, Ok(2), "the hole is real: {source}");
    }
    let found = lint_of(town, "").await;
    assert_eq!(
        found,
        [
            "public.leaking_copy: This is a materialised view, which row-level security cannot guard.",
            "public.leaking_function(): The function is SECURITY DEFINER.",
            "public.leaking_view: The view lacks security_invoker, so it reads as its owner.",
        ]
    );
    sqlx::raw_sql(
        "drop view leaking_view; drop materialized view leaking_copy; drop function leaking_function()",
    )
    .execute(&mut superuser)
    .await
    .expect("the leaks are closed");

    // The migrator's own copy holds one tenant, and shows it to all others.
    let copy = "create materialized view leaking_copy as select tenant_id, id from phi.persons;
        grant select on leaking_copy to consentry_app";
    assert!(attempt(town.owner(), Some(theirs.id), copy).await.is_ok());
    assert_eq!(attempt(app, Some(own.id), &of_theirs("leaking_copy")).await, Ok(2), "the hole is real");
    town.owner_runs("drop materialized view leaking_copy").await;

    let invoker =
        "create view honest with (security_invoker = true) as select tenant_id, id from phi.persons;
        create function honest_function() returns table (tenant_id uuid, id uuid)
            language sql as 'select tenant_id, id from phi.persons';
        grant select on honest to consentry_app";
    assert_eq!(lint_of(town, invoker).await, Vec::<String>::new(), "the lint lets them be");
    sqlx::raw_sql(AssertSqlSafe(invoker)).execute(&mut superuser).await.expect("a view is made");
    for source in ["honest", "honest_function()"] {
        assert_eq!(attempt(app, Some(own.id), &of_theirs(source)).await, Ok(0), "{source}");
        assert_eq!(attempt(app, Some(theirs.id), &of_theirs(source)).await, Ok(2), "{source}");
        assert!(attempt(app, None, &of_theirs(source)).await.is_err(), "{source} without a tenant");
    }
}

#[tokio::test]
async fn the_schema_has_no_view_no_copy_and_no_function_that_reads_as_its_owner() {
    let town = crate::support::Town::new().await;
    let (views, copies, definers): (i64, i64, i64) = sqlx::query_as(
        "select
            (select count(*) from pg_class where relkind = 'v' and relnamespace in ('public'::regnamespace, 'phi'::regnamespace)),
            (select count(*) from pg_class where relkind in ('m', 'f')),
            (select count(*) from pg_proc where prosecdef)",
    )
    .fetch_one(town.owner())
    .await
    .expect("the catalog is read");
    assert_eq!((views, copies, definers), (0, 0, 0));
}
