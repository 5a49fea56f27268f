//! What every table has: the lint of the schema finds nothing, and would find whatever is wrong.

use sqlx::{AssertSqlSafe, Executor, PgConnection, Row};

use crate::support::Database;

/// One breach a line: `name | sql | part of the finding`.
const CASES: &str = include_str!("lint_cases.sql");

#[tokio::test]
async fn no_table_breaks_a_convention() {
    let database = Database::new().await;
    let mut app = database.app().acquire().await.expect("the app connects");
    assert_eq!(findings(&mut app).await, Vec::<String>::new());
    let too_old =
        sqlx::query(migration::SERVER_TOO_OLD).fetch_all(&mut *app).await.expect("the version is read");
    assert!(too_old.is_empty(), "row-level security on this server is sound");
    let tables: i64 = sqlx::query_scalar("select count(*) from pg_policy where polname = 'tenant_isolation'")
        .fetch_one(&mut *app)
        .await
        .expect("the catalog is read");
    assert!(tables >= 20, "the lint had tables to look at: {tables}");
}

#[tokio::test]
async fn the_lint_finds_every_known_way_to_break_a_convention() {
    let database = Database::new().await;
    let mut owner = database.owner().acquire().await.expect("the owner connects");
    owner.execute("set client_min_messages = error").await.expect("a setting");
    let mut missed = Vec::new();
    let mut ran = 0;
    for line in CASES.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let [name, sql, expected] = line.split(" | ").collect::<Vec<_>>()[..] else {
            panic!("three parts: {line}")
        };
        let statement = AssertSqlSafe(format!("begin; set local search_path = public; {sql}"));
        sqlx::raw_sql(statement).execute(&mut *owner).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        let found = findings(&mut owner).await;
        owner.execute("rollback").await.expect("the breach is undone");
        if !found.iter().any(|finding| finding.contains(expected.trim())) {
            missed.push(format!("{name}: expected {expected:?}, found {found:?}"));
        }
        ran += 1;
    }
    assert!(missed.is_empty(), "{missed:#?}");
    assert!(ran >= 90, "breaches were tried: {ran}");
    assert_eq!(findings(&mut owner).await, Vec::<String>::new(), "nothing of them stayed");
}

async fn findings(connection: &mut PgConnection) -> Vec<String> {
    let rows = sqlx::query(migration::SCHEMA_LINT).fetch_all(connection).await.expect("the lint runs");
    rows.iter()
        .map(|row| format!("{}: {}", row.get::<String, _>("object"), row.get::<String, _>("problem")))
        .collect()
}
