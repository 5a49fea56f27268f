//! What a relay does besides.

use consentry::kernel::outbox::{AGGREGATES, Failure};
use entity::platform::outbox_event::OutboxFailure;

use super::*;

#[tokio::test]
async fn events_that_were_carried_out_are_erased_after_thirty_days_and_no_others() {
    let town = Town::new().await;
    let (dead, done) = (town.app.ids().next(), town.app.ids().next());
    let witness = Witness::new(move |event, _| {
        if event.aggregate_id == dead {
            Outcome::Fails(Failure::lasting(OutboxFailure::Refused))
        } else {
            Outcome::Succeeds
        }
    });
    for aggregate in [dead, dead, done, done] {
        emit(&town.app, &town.tenant, aggregate).await;
    }
    let relay = Running::start(&town, witness.effects(), policy());
    stand(&town.tenant, done, &["DONE", "DONE"]).await;
    stand(&town.tenant, dead, &["DEAD", "WAITING"]).await;
    relay.stop().await;

    town.clock.advance(policy().keep - TimeDelta::seconds(1));
    let (young, effects) = (emit_alone(&town).await, witness.effects());
    let relay = Running::start(&town, effects, policy());
    stand(&town.tenant, young, &["DONE"]).await;
    relay.stop().await;
    assert_eq!(states(&town.tenant, done).await, ["DONE", "DONE"], "it is a second too early");

    town.clock.advance(TimeDelta::seconds(2));
    let relay = Running::start(&town, witness.effects(), policy());
    stand(&town.tenant, done, &[]).await;
    relay.stop().await;
    assert_eq!(states(&town.tenant, young).await, ["DONE"]);
    assert_eq!(states(&town.tenant, dead).await, ["DEAD", "WAITING"]);
}

#[test]
fn every_kind_of_aggregate_that_is_emitted_is_known_to_verify() {
    let mut sources = Vec::new();
    let mut folders = vec![std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                sources.push(std::fs::read_to_string(path).expect("a source"));
            }
        }
    }
    let calls = sources.iter().flat_map(|source| source.split(".emit(").skip(1));
    let kinds: Vec<&str> = calls
        .map(|call| {
            let (arguments, _) = call.split_once(';').or(call.split_once('}')).expect("a call");
            let (_, rest) = arguments.split_once(',').expect("three arguments");
            rest.trim_start().trim_start_matches('"').split('"').next().expect("a kind, literally")
        })
        .collect();
    assert!(kinds.len() >= 8, "calls were found: {kinds:?}");
    for kind in kinds {
        assert!(AGGREGATES.iter().any(|(known, _)| *known == kind), "{kind} is not among outbox::AGGREGATES");
    }
}
