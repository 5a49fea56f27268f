//! What can be told of hidden rows without seeing them, by whoever speaks SQL in the role of the server. Callers of the
//! API do not: they send no SQL, and are shown no plan, no statistics and no error of the database.
//!
//! Hidden: the statistics of columns, and what functions of one's own would be shown while they filter.
//! Not hidden, and without a value of anybody's: how many rows a table has over all tenants (`pg_class.reltuples`, the
//! counters of `pg_stat_*`), and how many the planner expects for a tenant whose id is known (`explain`). Who speaks SQL
//! in that role could set that tenant as well, so nothing is gained by it. So is the number of transactions of the whole
//! cluster (`pg_current_xact_id()`), which `audit_logs.xid` keeps and no API shows. There are no sequences: positions of
//! events leave the house, and their gaps would tell how much others write.

use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::{FORBIDDEN, NOBODYS, Neighbours, attempt, refusal, tables};

#[tokio::test]
async fn statistics_of_columns_show_values_of_every_tenant_where_no_policy_is_and_none_of_ours() {
    let neighbours = Neighbours::new().await;
    let Neighbours { town, own, theirs, app, .. } = &neighbours;
    town.owner_runs(&format!(
        "create table scratch (tenant_id uuid, name text);
        insert into scratch select '{}', 'Okafor' from generate_series(1, 20);
        grant select on scratch to consentry_app;
        analyze scratch",
        theirs.id
    ))
    .await;
    let common = "select from pg_stats where most_common_vals::text like '%Okafor%'";
    assert_eq!(attempt(app, Some(own.id), common).await, Ok(1), "the hole is real");
    town.owner_runs("alter table scratch enable row level security; create policy p on scratch using (true)")
        .await;
    assert_eq!(
        attempt(app, Some(own.id), common).await,
        Ok(0),
        "a policy hides them, even one that hides nothing"
    );
    town.owner_runs("drop table scratch").await;

    for table in tables() {
        town.owner_runs(&format!("analyze {table}")).await;
    }
    let mut superuser = town.database.superuser().await;
    let there: i64 =
        sqlx::query_scalar("select count(*) from pg_stats where schemaname in ('public', 'phi')")
            .fetch_one(&mut superuser)
            .await
            .expect("the superuser sees them");
    assert!(there >= 200, "there are statistics: {there}");
    for view in ["pg_stats", "pg_stats_ext", "pg_stats_ext_exprs"] {
        let sql = format!(
            "select from {view} where schemaname in ('public', 'phi')
                and tablename not in ('tenants', 'permissions', 'seaql_migrations')"
        );
        assert_eq!(attempt(app, Some(own.id), &sql).await, Ok(0), "{view}");
    }
    assert_eq!(refusal(app, Some(own.id), "select from pg_statistic").await.as_deref(), Some(FORBIDDEN));
}

#[tokio::test]
async fn a_function_of_ones_own_is_shown_no_hidden_row_while_it_filters() {
    let neighbours = Neighbours::new().await;
    let Neighbours { own, app, .. } = &neighbours;
    let mut transaction = app.begin().await.expect("a transaction");
    let sql = format!(
        "set local app.tenant_id = '{}';
        create temporary table loot (tenant_id uuid) on commit drop;
        create function pg_temp.spy(tenant_id uuid) returns boolean language plpgsql cost 0.0000001 as
            'begin insert into loot values ($1); return true; end';
        select from patients where pg_temp.spy(tenant_id)",
        own.id
    );
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(&mut *transaction)
        .await
        .expect("the app may make what is temporary");
    let shown: Vec<Uuid> =
        sqlx::query_scalar("select tenant_id from loot").fetch_all(&mut *transaction).await.expect("rows");
    assert_eq!(shown, [own.id; 2], "it was asked about rows of its own tenant alone");
}

#[tokio::test]
async fn counts_over_all_tenants_are_visible_to_sql_but_no_count_of_a_tenant_by_running_a_statement() {
    let neighbours = Neighbours::new().await;
    let Neighbours { town, own, theirs, app, .. } = &neighbours;
    let insert = format!(
        "insert into locations (tenant_id, id, organization_id, kind, name, time_zone)
        select '{0}', gen_random_uuid(), '{0}', 'HOUSE', 'House', 'UTC' from generate_series(1, 900)",
        theirs.id
    );
    assert_eq!(attempt(app, Some(theirs.id), &insert).await, Ok(900));
    town.owner_runs("analyze locations").await;

    // Visible, and said so above.
    let sql = "select from pg_class where oid = 'locations'::regclass and reltuples = 902";
    assert_eq!(attempt(app, Some(own.id), sql).await, Ok(1));
    assert!(expected_rows(&neighbours, "explain (format json)", theirs.id).await >= 900.0);
    assert!(expected_rows(&neighbours, "explain (format json)", NOBODYS).await < 100.0);

    // What a statement really met is the same for a tenant that is there and one that is not.
    let analyze = "explain (analyze, costs off, timing off, summary off, buffers off)";
    let mut transaction = own.begin().await;
    let mut met = Vec::new();
    for tenant in [theirs.id, NOBODYS] {
        let sql = format!("{analyze} select from locations where tenant_id = '{tenant}'");
        let plan: Vec<String> =
            sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(&mut *transaction).await.expect("a plan");
        let plan = plan.join("\n");
        assert!(plan.contains("One-Time Filter") && plan.contains("never executed"), "{plan}");
        met.push(plan.contains("rows=9"));
    }
    assert_eq!(met, [false, false]);
}

async fn expected_rows(neighbours: &Neighbours, explain: &str, tenant: Uuid) -> f64 {
    let mut transaction = neighbours.own.begin().await;
    let sql = format!("{explain} select from locations where tenant_id = '{tenant}'");
    let plan: serde_json::Value =
        sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut *transaction).await.expect("a plan");
    let expected = plan[0]["Plan"]["Plan Rows"].as_f64();
    expected.unwrap_or_else(|| panic!("no estimate: {plan}"))
}

#[tokio::test]
async fn nothing_counts_up_across_tenants() {
    let neighbours = Neighbours::new().await;
    let sequences: i64 = sqlx::query_scalar("select count(*) from pg_class where relkind = 'S'")
        .fetch_one(neighbours.town.owner())
        .await
        .expect("the catalog is read");
    assert_eq!(sequences, 0);
}

#[tokio::test]
async fn what_another_session_asks_is_seen_in_the_same_role_without_its_values_and_in_no_other() {
    let neighbours = Neighbours::new().await;
    let Neighbours { town, theirs, app, .. } = &neighbours;
    let mut transaction = theirs.begin().await;
    let process: i32 = sqlx::query_scalar("select pg_backend_pid() from tenants where slug = $1")
        .bind("neighbour")
        .fetch_one(&mut *transaction)
        .await
        .expect("the neighbour asks");

    // What is bound is not part of the statement; that ours bind every protected value is shown with the plans.
    for (role, expected) in [
        ("consentry_app", "select pg_backend_pid() from tenants where slug = $1"),
        ("consentry_worker", "<insufficient privilege>"),
        ("consentry_sealer", "<insufficient privilege>"),
        ("consentry_readonly", "<insufficient privilege>"),
    ] {
        let pool = if role == "consentry_app" { app.clone() } else { town.database.pool(role, 1) };
        let seen: String = sqlx::query_scalar("select query from pg_stat_activity where pid = $1")
            .bind(process)
            .fetch_one(&pool)
            .await
            .expect("the activity is read");
        assert_eq!(seen, expected, "{role}");
    }
}
