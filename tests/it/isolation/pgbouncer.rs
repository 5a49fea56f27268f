//! A pooler in transaction mode lends each session of the database to whoever has a transaction: nothing of ours may stay
//! with the session, and nothing may run outside of a transaction.

use std::{collections::BTreeSet, process::Command};

use axum::{body::Body, http::Request};
use consentry::kernel::database::{Pooler, pool_through};
use serde_json::json;
use sqlx::{AssertSqlSafe, ConnectOptions, PgConnection, PgPool};

use super::{
    BLANK, Neighbours, attempt_on,
    turmoil::{Turmoil, Way, assert_whole},
};
use crate::support::{PgBouncer, Town};

const SEED: u64 = 0x0c0f_fee5_eed5_0002;
/// Sessions of the database, fewer than connections of ours.
const SESSIONS: u32 = 3;
const CONNECTIONS: u32 = 8;

async fn client(pgbouncer: &PgBouncer, neighbours: &Neighbours) -> PgConnection {
    let options = Pooler::Transaction.adapt(pgbouncer.options(&neighbours.town.database));
    options.connect().await.expect("a client connects")
}

/// The sessions behind the pooler and how many statements each remembers.
async fn sessions(pool: &PgPool) -> Vec<(i32, i64)> {
    let mut held = Vec::new();
    let mut sessions = Vec::new();
    // Each of them is held by a transaction, so the next is another one.
    for _ in 0..SESSIONS {
        let mut transaction = pool.begin().await.expect("a transaction");
        let session = sqlx::query_as(
            "select pg_backend_pid(), (select count(*) from pg_prepared_statements where name <> '')",
        )
        .persistent(false)
        .fetch_one(&mut *transaction)
        .await
        .expect("a session answers");
        sessions.push(session);
        held.push(transaction);
    }
    let distinct: BTreeSet<i32> = sessions.iter().map(|(process, _)| *process).collect();
    assert_eq!(distinct.len(), sessions.len());
    sessions
}

#[tokio::test]
async fn a_tenant_set_for_the_session_meets_another_client_of_the_pooler_and_a_local_one_does_not() {
    let neighbours = Neighbours::new().await;
    let Some(pgbouncer) = PgBouncer::start(&neighbours.town.database, 1).await else { return };
    let mut first = client(&pgbouncer, &neighbours).await;
    let mut second = client(&pgbouncer, &neighbours).await;
    let theirs = format!("select from patients where tenant_id = '{}'", neighbours.theirs.id);

    assert_eq!(attempt_on(&mut first, Some(neighbours.theirs.id), &theirs).await, Ok(2));
    let told =
        attempt_on(&mut second, None, &theirs).await.expect_err("the tenant ended with the transaction");
    assert_eq!(told.code, BLANK);

    let set = format!("set app.tenant_id = '{}'", neighbours.theirs.id);
    sqlx::raw_sql(AssertSqlSafe(set)).execute(&mut first).await.expect("it is set for the session");
    assert_eq!(
        attempt_on(&mut second, None, &theirs).await,
        Ok(2),
        "the hole is real: nobody set a tenant here"
    );
}

#[tokio::test]
async fn a_statement_prepared_under_a_name_stays_with_a_session_that_others_are_lent() {
    let neighbours = Neighbours::new().await;
    let Some(pgbouncer) = PgBouncer::start(&neighbours.town.database, 1).await else { return };
    let mut first = client(&pgbouncer, &neighbours).await;
    let mut second = client(&pgbouncer, &neighbours).await;
    let named = sqlx::query("select $1::integer").bind(1).persistent(true);
    named.execute(&mut first).await.expect("the first gives its statement a name");
    let named = sqlx::query("select $1::integer").bind(1).persistent(true);
    let taken = named.execute(&mut second).await.expect_err("the name is taken: the reason for the setting");
    assert_eq!(taken.as_database_error().and_then(|error| error.code()).as_deref(), Some("42P05"));
    let unnamed = sqlx::query("select $1::integer").bind(1).persistent(false);
    unnamed.execute(&mut second).await.expect("without a name it is nobody's");
}

#[tokio::test]
async fn mutations_reads_refusals_and_aborted_requests_of_many_tenants_pass_through_the_pooler_unmixed() {
    let town = Town::new().await;
    let Some(pgbouncer) = PgBouncer::start(&town.database, SESSIONS).await else { return };
    let pool = pool_through(Pooler::Transaction, pgbouncer.options(&town.database), CONNECTIONS);
    let app = town.app.with_pool(pool.clone()).through(Pooler::Transaction);
    let door = consentry::http::router(app.clone());

    let clinician = town.tenant.clinician().await.at(door.clone());
    let stranger = town.another_tenant("neighbour").await.clinician().await.at(door.clone());
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    assert_eq!(clinician.sees_identity_of(patient).await, Err("CONSENT_REQUIRED".to_owned()));
    clinician.records_consent(patient, json!({})).await;
    assert_eq!(clinician.sees_identity_of(patient).await, Ok("Amara Okafor".to_owned()));
    let found = clinician.ask("{ patients(search: { namePrefix: \"Okafor\" }) { nodes { id } } }").await.ok();
    assert_eq!(found["patients"]["nodes"], json!([{ "id": patient.to_string() }]));
    let hidden = stranger.ask(&format!("{{ patient(id: \"{patient}\") {{ id }} }}")).await.ok();
    assert!(hidden["patient"].is_null());
    assert_eq!(clinician.ask("{ auditLogs { totalCount } }").await.refused(), "FORBIDDEN");
    let unknown =
        json!({ "organization": "town", "email": "nobody@town.example", "password": "a long password" });
    let refused = clinician.mutate("signIn", unknown, "token").await;
    assert_eq!(refused.user_error("signIn"), "INVALID_CREDENTIALS");
    let ready = clinician.deliver(Request::get("/readyz").body(Body::empty()).expect("a request")).await;
    assert_eq!(ready.status.as_u16(), 200, "{}", ready.body);

    let turmoil = Turmoil::new(&town, 10, SEED).await;
    let mut arrived = turmoil.run(Way::Engine(app), "engine", 1_500).await;
    arrived.extend(turmoil.run(Way::Router(door), "router", 500).await);
    assert!((200..1_800).contains(&arrived.len()), "some stayed, most went away: {}", arrived.len());
    turmoil.assert_sound(&arrived).await;
    for (process, statements) in sessions(&pool).await {
        assert_eq!(statements, 0, "session {process} was left with a statement");
    }
    assert_whole(&pool, SESSIONS).await;
}

#[tokio::test]
async fn the_commands_check_a_database_through_the_pooler() {
    let town = Town::new().await;
    let Some(pgbouncer) = PgBouncer::start(&town.database, SESSIONS).await else { return };
    let clinician = town.tenant.clinician().await;
    clinician.creates_patient("Amara", "Okafor").await;
    let mut command = Command::new(env!("CARGO_BIN_EXE_consentry"));
    command.arg("verify").env_clear().env("DATABASE_URL", pgbouncer.url(&town.database));
    command.env("DATABASE_POOLER", "transaction").env("ENCRYPTION_KEY", crate::support::KEY);
    let output = tokio::task::spawn_blocking(move || command.output()).await.expect("a thread");
    let output = output.expect("the command runs");
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    assert!(told.lines().count() >= 6 && told.lines().all(|line| line.starts_with("ok")), "{told}");

    let pool = pool_through(Pooler::Transaction, pgbouncer.options(&town.database), CONNECTIONS);
    for (process, statements) in sessions(&pool).await {
        assert_eq!(statements, 0, "session {process} was left with a statement");
    }
}
