//! Events of one aggregate happen in the order of their commits.

use consentry::kernel::outbox::Failure;
use entity::platform::outbox_event::OutboxFailure;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::*;

/// Adds an event in a transaction that stays open.
async fn emit_open(
    tenant: &Tenant,
    aggregate: Uuid,
    event_type: &str,
) -> sqlx::Transaction<'static, sqlx::Postgres> {
    let mut transaction = tenant.begin().await;
    let sql = format!(
        "insert into outbox_events (tenant_id, id, event_type, aggregate_kind, aggregate_id, payload, occurred_at, available_at)
        values ('{}', gen_random_uuid(), '{event_type}', 'PATIENT', '{aggregate}', '{{}}', '2026-11-21 07:00Z', '2026-11-21 07:00Z')",
        tenant.id,
    );
    sqlx::query(AssertSqlSafe(sql)).execute(&mut *transaction).await.expect("an event is added");
    transaction
}

/// Whether somebody waits for an aggregate.
async fn somebody_waits(town: &Town) {
    eventually("somebody who waits", async || {
        let sql = "select count(*) from pg_locks where locktype = 'advisory' and not granted
            and database = (select oid from pg_database where datname = current_database())";
        sqlx::query_scalar::<_, i64>(sql).fetch_one(town.owner()).await.expect("locks are read") == 1
    })
    .await;
}

#[tokio::test]
async fn whoever_adds_a_second_event_waits_for_the_commit_of_the_first() {
    let town = Town::new().await;
    let aggregate = town.app.ids().next();
    let first = emit_open(&town.tenant, aggregate, "test.first").await;
    let (app, tenant) = (town.app.clone(), town.tenant.clone());
    let second = tokio::spawn(async move { emit(&app, &tenant, aggregate).await });
    somebody_waits(&town).await;
    emit_alone(&town).await;
    assert!(!second.is_finished(), "another aggregate waits for nobody, this one does");

    first.commit().await.expect("the first is committed");
    second.await.expect("the second is committed");

    let sql =
        "select array_agg(event_type::text order by position) from outbox_events where aggregate_id = $1";
    let order: Option<Vec<String>> = town.tenant.scalar(sql, aggregate).await;
    assert_eq!(order, Some(vec!["test.first".to_owned(), HAPPENED.to_owned()]));
    assert_eq!(states(&town.tenant, aggregate).await, ["PENDING", "WAITING"]);
}

#[tokio::test]
async fn an_event_that_was_rolled_back_is_waited_for_by_nobody() {
    let town = Town::new().await;
    let aggregate = town.app.ids().next();
    let first = emit_open(&town.tenant, aggregate, "test.first").await;
    let (app, tenant) = (town.app.clone(), town.tenant.clone());
    let second = tokio::spawn(async move { emit(&app, &tenant, aggregate).await });
    somebody_waits(&town).await;

    first.rollback().await.expect("the first is rolled back");
    second.await.expect("the second is committed");

    assert_eq!(states(&town.tenant, aggregate).await, ["PENDING"]);
}

#[tokio::test]
async fn a_later_event_waits_until_the_earlier_one_is_carried_out_however_often_that_fails() {
    let town = Town::new().await;
    let witness = Witness::new(|_, times| match times {
        1..=3 => Outcome::Fails(Failure::passing(OutboxFailure::Unavailable)),
        _ => Outcome::Succeeds,
    });
    let aggregate = town.app.ids().next();
    for _ in 0..3 {
        emit(&town.app, &town.tenant, aggregate).await;
    }
    let relay = Running::start(&town, witness.effects(), endless_leases());
    eventually("an end", async || {
        town.clock.advance(TimeDelta::seconds(1));
        states(&town.tenant, aggregate).await == ["DONE", "DONE", "DONE"]
    })
    .await;
    relay.stop().await;

    let seen: Vec<i64> = witness.seen().iter().map(|event| event.position).collect();
    let mut order = seen.clone();
    order.sort_unstable();
    assert_eq!(seen, order);
    let attempts: Vec<i32> = witness.seen().iter().map(|event| event.attempt).collect();
    assert_eq!(attempts, [1, 2, 3, 4].repeat(3));
}

#[tokio::test]
async fn an_event_that_was_given_up_holds_up_its_aggregate_and_no_other() {
    let town = Town::new().await;
    let (unlucky, lucky) = (town.app.ids().next(), town.app.ids().next());
    let witness = Witness::new(move |event, _| {
        if event.aggregate_id == unlucky {
            Outcome::Fails(Failure::lasting(OutboxFailure::Refused))
        } else {
            Outcome::Succeeds
        }
    });
    for _ in 0..2 {
        emit(&town.app, &town.tenant, unlucky).await;
        emit(&town.app, &town.tenant, lucky).await;
    }
    let relay = Running::start(&town, witness.effects(), policy());
    stand(&town.tenant, lucky, &["DONE", "DONE"]).await;
    stand(&town.tenant, unlucky, &["DEAD", "WAITING"]).await;
    town.clock.advance(TimeDelta::days(1));
    emit(&town.app, &town.tenant, unlucky).await;
    emit(&town.app, &town.tenant, lucky).await;
    stand(&town.tenant, lucky, &["DONE", "DONE", "DONE"]).await;
    relay.stop().await;

    assert_eq!(states(&town.tenant, unlucky).await, ["DEAD", "WAITING", "WAITING"]);
    assert_eq!(column(&town.tenant, unlucky, "min(last_failure)").await.as_deref(), Some("REFUSED"));
    assert_eq!(witness.seen().len(), 4, "one attempt at each but those that wait");
}

#[tokio::test]
async fn the_database_lets_no_two_events_of_an_aggregate_have_their_turn() {
    let town = Town::new().await;
    let aggregate = town.app.ids().next();
    emit(&town.app, &town.tenant, aggregate).await;
    emit(&town.app, &town.tenant, aggregate).await;

    let mut transaction = town.tenant.begin().await;
    let refused = sqlx::query("update outbox_events set status = 'PENDING' where aggregate_id = $1")
        .bind(aggregate)
        .execute(&mut *transaction)
        .await
        .expect_err("it is refused");
    drop(transaction);

    let refused = refused.as_database_error().and_then(|error| error.constraint().map(str::to_owned));
    assert_eq!(refused.as_deref(), Some("outbox_events_turn_key"));
    assert_eq!(states(&town.tenant, aggregate).await, ["PENDING", "WAITING"]);
}

#[tokio::test]
async fn an_event_is_not_added_under_a_snapshot_that_may_be_too_old_to_tell_whose_turn_it_is() {
    let town = Town::new().await;
    let before = town.tenant.count("outbox_events").await;
    let begin =
        format!("begin isolation level repeatable read; set local app.tenant_id = '{}'", town.tenant.id);
    let mut transaction = town.database.app().begin_with(AssertSqlSafe(begin)).await.expect("a transaction");
    let refused = sqlx::query(
        "insert into outbox_events (tenant_id, id, event_type, aggregate_kind, aggregate_id, payload, occurred_at)
        values ($1, gen_random_uuid(), 'test.first', 'PATIENT', $1, '{}', now())",
    )
    .bind(town.tenant.id)
    .execute(&mut *transaction)
    .await
    .expect_err("it is refused");
    drop(transaction);

    let code = refused.as_database_error().and_then(|error| error.code().map(|code| code.into_owned()));
    assert_eq!(code.as_deref(), Some("25001"));
    assert_eq!(town.tenant.count("outbox_events").await, before);
}
