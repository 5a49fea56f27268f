//! What an operator can do: the program itself, on the database of the town.

use std::process::Command;

use consentry::kernel::outbox::{Failure, dead_events, redrive, skip};
use entity::{Id, platform::outbox_event::OutboxFailure};

use super::*;
use crate::support::NOBODYS;

const REFUSED: Failure = Failure::lasting(OutboxFailure::Refused);

/// Runs the program; what it said, and whether it succeeded.
async fn consentry(town: &Town, arguments: &[&str]) -> (String, bool) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_consentry"));
    command
        .args(arguments)
        .env_clear()
        .env("DATABASE_URL", town.database.url("consentry_app"))
        .env("ENCRYPTION_KEY", "q80cWZbSSwk2pEHwnVCzPU8FhGhTHzxWVhqWNtyW8Sc=");
    let output =
        tokio::task::spawn_blocking(move || command.output()).await.expect("no panic").expect("it runs");
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).expect("text")).concat();
    (said, output.status.success())
}

/// An aggregate with an event that was given up and one behind it.
async fn given_up(town: &Town) -> Uuid {
    let aggregate = town.app.ids().next();
    for _ in 0..2 {
        emit(&town.app, &town.tenant, aggregate).await;
    }
    let witness = Witness::new(|_, _| Outcome::Fails(REFUSED));
    let relay = Running::start(town, witness.effects(), policy());
    stand(&town.tenant, aggregate, &["DEAD", "WAITING"]).await;
    settled(&town.tenant).await;
    relay.stop().await;
    aggregate
}

async fn dead_id(town: &Town, aggregate: Uuid) -> Uuid {
    let sql = "select id from outbox_events where aggregate_id = $1 and status = 'DEAD'";
    town.tenant.scalar(sql, aggregate).await.expect("an event that was given up")
}

/// What the record says of an operation on a row: who, and what was done to it.
async fn record_of(town: &Town, id: Uuid) -> Vec<String> {
    let sql = "select array_agg(credential || ' ' || action || ' ' || operation || ' ' || target_kind) from audit_logs
        where target_id = $1";
    town.tenant.scalar::<Option<Vec<String>>>(sql, id).await.flatten().unwrap_or_default()
}

#[tokio::test]
async fn an_operator_has_a_dead_event_named_and_tried_again_and_those_behind_it_follow() {
    let town = Town::new().await;
    let aggregate = given_up(&town).await;
    let id = dead_id(&town, aggregate).await;

    let (said, fine) = consentry(&town, &["outbox", "list-dead"]).await;
    assert!(fine, "{said}");
    assert_eq!(
        said,
        format!("town  {id}  {HAPPENED}  of 2026-11-21T08:00:00Z  REFUSED after 1 attempts, 1 behind it\n")
    );
    let (said, fine) = consentry(&town, &["outbox", "redrive", "--event", &id.to_string()]).await;
    assert!(fine && said.contains(&id.to_string()), "{said}");
    assert_eq!(states(&town.tenant, aggregate).await, ["PENDING", "WAITING"]);
    assert_eq!(record_of(&town, id).await, ["OPERATOR WRITE outbox.redrive OUTBOX_EVENT"]);
    assert_eq!(
        consentry(&town, &["outbox", "list-dead"]).await,
        ("no event was given up\n".to_owned(), true)
    );

    // The program has a clock of its own.
    town.clock.advance(TimeDelta::days(36_500));
    let witness = Witness::willing();
    let relay =
        Running::start(&town, witness.effects(), Policy { keep: TimeDelta::days(73_000), ..policy() });
    stand(&town.tenant, aggregate, &["DONE", "DONE"]).await;
    relay.stop().await;
    let attempts: Vec<i32> = witness.seen().iter().map(|event| event.attempt).collect();
    assert_eq!(attempts, [2, 1], "the number of an attempt is never given out twice");
}

#[tokio::test]
async fn a_redriven_event_may_fail_as_often_as_a_new_one() {
    let town = Town::new().await;
    let aggregate = given_up(&town).await;
    let id = Id::new(dead_id(&town, aggregate).await);
    let slot = town.app.operator("test");
    slot.write_anonymous(town.tenant.id, move |write| Box::pin(redrive(write, id)))
        .await
        .expect("it is redriven");
    let witness = Witness::new(|_, _| Outcome::Fails(Failure::passing(OutboxFailure::Unavailable)));
    let policy = Policy { most_attempts: 3, ..policy() };
    let relay = Running::start(&town, witness.effects(), policy);
    for attempt in 1..=3 {
        witness.saw(attempt).await;
        settled(&town.tenant).await;
        town.clock.advance(TimeDelta::seconds(10));
    }
    stand(&town.tenant, aggregate, &["DEAD", "WAITING"]).await;
    relay.stop().await;

    let [dead] = &dead_events(&town.app, town.tenant.id).await.expect("events are read")[..] else {
        panic!("one event")
    };
    assert_eq!((dead.id, dead.attempts, dead.last_failure), (id, 4, OutboxFailure::Unavailable));
}

#[tokio::test]
async fn all_dead_events_of_all_tenants_are_tried_again_at_once() {
    let town = Town::new().await;
    let village = town.another_tenant("village").await;
    let of_village = town.app.ids().next();
    emit(&town.app, &village, of_village).await;
    let of_town = [given_up(&town).await, given_up(&town).await];
    stand(&village, of_village, &["DEAD"]).await;

    let (said, fine) = consentry(&town, &["outbox", "redrive", "--all"]).await;
    assert!(fine, "{said}");
    assert_eq!(said.lines().count(), 3, "{said}");
    for aggregate in of_town {
        assert_eq!(states(&town.tenant, aggregate).await, ["PENDING", "WAITING"]);
    }
    assert_eq!(states(&village, of_village).await, ["PENDING"]);
}

#[tokio::test]
async fn an_event_that_is_left_out_never_happens_and_those_behind_it_go_on() {
    let town = Town::new().await;
    let aggregate = given_up(&town).await;
    let id = dead_id(&town, aggregate).await;
    let (said, fine) = consentry(&town, &["outbox", "skip", "--event", &id.to_string()]).await;
    assert!(fine, "{said}");
    assert_eq!(states(&town.tenant, aggregate).await, ["SKIPPED", "PENDING"]);
    assert_eq!(record_of(&town, id).await, ["OPERATOR WRITE outbox.skip OUTBOX_EVENT"]);

    town.clock.advance(TimeDelta::days(36_500));
    let witness = Witness::willing();
    let relay =
        Running::start(&town, witness.effects(), Policy { keep: TimeDelta::days(73_000), ..policy() });
    stand(&town.tenant, aggregate, &["SKIPPED", "DONE"]).await;
    relay.stop().await;
    assert!(witness.seen().iter().all(|event| event.id != Id::new(id)));
}

#[tokio::test]
async fn only_an_event_that_was_given_up_is_redriven_or_left_out() {
    let town = Town::new().await;
    let village = town.another_tenant("village").await;
    let alive = emit_alone(&town).await;
    let alive_id: Uuid = town
        .tenant
        .scalar("select id from outbox_events where aggregate_id = $1", alive)
        .await
        .expect("an event");
    let dead = {
        let aggregate = town.app.ids().next();
        emit(&town.app, &village, aggregate).await;
        village
            .scalar("select id from outbox_events where aggregate_id = $1", aggregate)
            .await
            .expect("an event")
    };
    let rows = "select md5(string_agg(e::text, ',' order by id)) from outbox_events e where tenant_id = $1";
    let before: Option<String> = town.tenant.scalar(rows, town.tenant.id).await;
    let audited = town.tenant.count("audit_logs").await;

    // Alive; another tenant's; nobody's.
    for id in [alive_id, dead, NOBODYS] {
        let slot = town.app.operator("test");
        let id = Id::new(id);
        slot.write_anonymous(town.tenant.id, move |write| Box::pin(redrive(write, id)))
            .await
            .expect_err("refused");
        slot.write_anonymous(town.tenant.id, move |write| Box::pin(skip(write, id)))
            .await
            .expect_err("refused");
    }
    for command in ["redrive", "skip"] {
        let (said, fine) = consentry(&town, &["outbox", command, "--event", &alive_id.to_string()]).await;
        assert!(!fine && said.contains("no event with this id was given up"), "{said}");
    }
    let (said, fine) = consentry(&town, &["outbox", "redrive"]).await;
    assert!(!fine && said.contains("--all"), "one has to say which: {said}");

    assert_eq!(town.tenant.scalar::<String>(rows, town.tenant.id).await, before);
    assert_eq!(town.tenant.count("audit_logs").await, audited);
}

/// The line of `consentry verify` on the outbox.
async fn verdict(town: &Town) -> String {
    let (said, _) = consentry(town, &["verify"]).await;
    let line = said.lines().find(|line| line.contains(" outbox "));
    line.unwrap_or_else(|| panic!("no line on the outbox: {said}")).to_owned()
}

#[tokio::test]
async fn verify_finds_every_way_in_which_the_outbox_can_be_wrong() {
    let town = Town::new().await;
    let patient = town.tenant.clinician().await.creates_patient("Amara", "Okafor").await.uuid();
    for _ in 0..2 {
        emit(&town.app, &town.tenant, patient).await;
    }
    let fine = verdict(&town).await;
    assert!(fine.starts_with("ok ") && fine.ends_with(" events, 0 given up"), "{fine}");

    let of = format!("aggregate_id = '{patient}'");
    let at = |place: &str| {
        format!(
            "{of} and position = (select {place} from outbox_events where {of} and event_type = '{HAPPENED}')"
        )
    };
    let (second, third) = (at("min(position)"), at("max(position)"));
    let first = format!("{of} and event_type = 'patient.created'");
    let unbound = "alter table outbox_events drop constraint outbox_events_processed";
    town.owner_runs(unbound).await;
    for (harm, repair, problem) in [
        (
            format!("status = 'DEAD', last_failure = 'REFUSED' where {first}"),
            format!("status = 'PENDING', last_failure = null where {first}"),
            "it was given up, see `consentry outbox list-dead`",
        ),
        (
            format!("status = 'DONE', processed_at = now() where {second}"),
            format!("status = 'WAITING', processed_at = null where {second}"),
            "it was carried out before an earlier event of its aggregate",
        ),
        (
            format!("status = 'DONE', processed_at = now() where {first}"),
            format!("status = 'PENDING', processed_at = null where {first}"),
            "it waits for no other event",
        ),
        (
            format!("leased_until = '2020-01-01' where {first}"),
            format!("leased_until = null where {first}"),
            "somebody took it and nobody has heard of it since: does a relay run?",
        ),
        (
            format!("processed_at = now() where {third}"),
            format!("processed_at = null where {third}"),
            "it says when it was carried out, but not that it was, or the other way round",
        ),
        (
            format!("aggregate_kind = 'KITCHEN', status = 'PENDING' where {third}"),
            format!("aggregate_kind = 'PATIENT', status = 'WAITING' where {third}"),
            "this version does not know what it is about",
        ),
        (
            format!("aggregate_id = '{NOBODYS}', status = 'PENDING' where {third}"),
            format!("aggregate_id = '{patient}', status = 'WAITING' where aggregate_id = '{NOBODYS}'"),
            "what it is about is not there",
        ),
    ] {
        assert_eq!(town.tenant.change(&format!("update outbox_events set {harm}")).await, 1, "{harm}");
        let found = verdict(&town).await;
        assert!(found.starts_with("broken ") && found.contains(problem), "{harm}: {found}");
        assert_eq!(town.tenant.change(&format!("update outbox_events set {repair}")).await, 1, "{repair}");
    }
    assert_eq!(verdict(&town).await, fine);

    // The first in its turn behind one that waits takes two changes.
    town.tenant.change(&format!("update outbox_events set status = 'WAITING' where {first}")).await;
    town.tenant.change(&format!("update outbox_events set status = 'PENDING' where {third}")).await;
    let found = verdict(&town).await;
    assert!(found.contains("it has its turn before an earlier event of its aggregate"), "{found}");
}
