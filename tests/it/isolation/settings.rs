//! The tenant is a setting: what becomes of it when connections are shared.

use std::collections::BTreeSet;

use sqlx::{AssertSqlSafe, PgPool};

use super::{BLANK, Neighbours, UNSET, attempt, careless, refusal};

async fn process(pool: &PgPool) -> i32 {
    sqlx::query_scalar("select pg_backend_pid()").fetch_one(pool).await.expect("a connection")
}

#[tokio::test]
async fn a_tenant_set_for_the_session_is_found_by_whoever_shares_the_connection() {
    let neighbours = Neighbours::new().await;
    let Neighbours { town, own, theirs, .. } = &neighbours;
    let careless = careless(town, "consentry_app", None);
    let first = process(&careless).await;

    let set = format!("set app.tenant_id = '{}'", theirs.id);
    sqlx::raw_sql(AssertSqlSafe(set)).execute(&careless).await.expect("the tenant is set");
    let seen =
        attempt(&careless, None, &format!("select from patients where tenant_id = '{}'", theirs.id)).await;
    assert_eq!(
        (seen, process(&careless).await),
        (Ok(2), first),
        "the hole is real: nobody set a tenant here"
    );

    sqlx::raw_sql("reset app.tenant_id").execute(&careless).await.expect("the tenant is unset");
    assert_eq!(attempt(&careless, Some(own.id), "select from patients").await, Ok(2));
    let after = refusal(&careless, None, "select from patients").await;
    assert_eq!(
        (after.as_deref(), process(&careless).await),
        (Some(BLANK), first),
        "a local one ends by itself"
    );
}

#[tokio::test]
async fn a_connection_that_comes_back_with_a_tenant_is_closed_whichever_way_it_was_set() {
    let neighbours = Neighbours::new().await;
    let Neighbours { town, theirs, .. } = &neighbours;
    let pool = town.database.pool("consentry_app", 1);
    let mut seen = BTreeSet::from([process(&pool).await]);
    assert!(!seen.insert(process(&pool).await), "a clean connection is kept");

    for sql in [
        format!("set app.tenant_id = '{}'", theirs.id),
        format!("begin; set local app.tenant_id = '{}'", theirs.id),
        format!("select set_config('app.tenant_id', '{}', false)", theirs.id),
    ] {
        let mut connection = pool.acquire().await.expect("a connection");
        sqlx::raw_sql(AssertSqlSafe(sql.clone())).execute(&mut *connection).await.expect("it is set");
        drop(connection);
        let after = refusal(&pool, None, "select from patients").await;
        assert_eq!(after.as_deref(), Some(UNSET), "a new connection knows of no tenant: {sql}");
        assert!(seen.insert(process(&pool).await), "it is another connection: {sql}");
    }
}
