//! The tenant is a setting: what becomes of it when connections are shared.

use std::path::Path;

use sqlx::{AssertSqlSafe, Connection, PgPool};

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
async fn a_connection_that_comes_back_in_a_transaction_is_closed() {
    let neighbours = Neighbours::new().await;
    let Neighbours { town, theirs, .. } = &neighbours;
    let pool = town.database.pool("consentry_app", 1);
    let first = process(&pool).await;
    assert_eq!(process(&pool).await, first, "a clean connection is kept");

    let mut connection = pool.acquire().await.expect("a connection");
    let begin = format!("begin; set local app.tenant_id = '{}'", theirs.id);
    std::mem::forget(connection.begin_with(AssertSqlSafe(begin)).await.expect("it begins"));
    drop(connection);

    let after = refusal(&pool, None, "select from patients").await;
    assert_eq!(after.as_deref(), Some(UNSET), "a new connection knows of no tenant");
    assert_ne!(process(&pool).await, first, "it is another connection");
}

#[test]
fn nothing_sets_a_tenant_for_longer_than_a_transaction() {
    let mut sources = String::new();
    crate::readme::gather(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut sources);
    let mut set = 0;
    for (place, _) in sources.match_indices("app.tenant_id") {
        let before = &sources[..place];
        let local = before.ends_with("set local ");
        set += usize::from(local);
        assert!(local || before.ends_with("current_setting('"), "…{}", &sources[place - 60..place + 40]);
    }
    assert!(set > 3, "they are found: {set}");
    assert!(!sources.contains("set_config("), "`set local` says that it ends");
}
