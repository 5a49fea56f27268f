//! How much may be asked in a time.

use chrono::TimeDelta;
use consentry::{
    http::router,
    kernel::{app::App, limit::Budget},
};
use serde_json::{Value, json};

use crate::support::{Actor, Answer, Town};

const BUDGET: Budget = Budget { capacity: 10_000, rate: 100 };
/// It costs 1,303: the request, the page, a hundred rows, each with a page of ten.
const DEAR: &str = "{ patients(first: 100) { nodes { careTeam { nodes { id } } } } }";
const DEAR_COST: u64 = 1_303;
/// What a server may let somebody spend beyond the bucket: the portion that it took, and the credit.
const AHEAD: u64 = 1_000 + 100;

/// A server of its own on the town's database.
fn server(town: &Town) -> axum::Router {
    router(town.app.with_budget(BUDGET))
}

fn is_limited(answer: &Answer) -> bool {
    answer.body["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
}

/// Asks until it is refused; what was spent, and the refusal.
async fn spends_all(actors: &[Actor]) -> (u64, Answer) {
    let mut spent = 0;
    for number in 0..1_000 {
        let answer = actors[number % actors.len()].ask(DEAR).await;
        if is_limited(&answer) {
            return (spent, answer);
        }
        spent += DEAR_COST;
    }
    panic!("nobody was ever refused");
}

#[tokio::test]
async fn two_servers_together_let_a_caller_spend_the_bucket_and_what_each_took_ahead() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let servers = [clinician.at(server(&town)), clinician.at(server(&town))];

    let (mut spent, _) = spends_all(&servers).await;
    for server in &servers {
        spent += spends_all(std::slice::from_ref(server)).await.0;
    }

    let bucket = u64::from(BUDGET.capacity);
    assert!(spent <= bucket + 2 * AHEAD, "{spent} points were spent");
    assert!(spent + DEAR_COST > bucket, "no less than the bucket: {spent}");
    town.clock.advance(TimeDelta::seconds(50));
    let (again, _) = spends_all(&servers).await;
    assert!((DEAR_COST..=5_000 + 2 * DEAR_COST).contains(&again), "what flowed in since: {again}");
}

#[tokio::test]
async fn whoever_spent_all_is_told_when_to_come_back_and_nothing_is_executed() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await.at(server(&town));
    let (_, refused) = spends_all(std::slice::from_ref(&clinician)).await;

    assert_eq!((refused.refused(), refused.status.as_u16()), ("RATE_LIMITED", 429));
    let seconds = refused.body["errors"][0]["extensions"]["retryAfter"].as_i64().expect("seconds");
    assert_eq!(refused.headers["retry-after"], seconds.to_string().as_str());
    assert!((1..=14).contains(&seconds), "{seconds} s for at most 1,303 points");
    assert!(refused.body.get("data").is_none(), "{}", refused.body);
    while !is_limited(&clinician.mutate("createPatient", json!({}), "id").await) {}
    let patients = town.tenant.count("patients").await;
    assert!(is_limited(&clinician.mutate("createPatient", json!({}), "id").await));
    assert_eq!(town.tenant.count("patients").await, patients);

    let refused = clinician.ask(DEAR).await;
    let seconds = refused.body["errors"][0]["extensions"]["retryAfter"].as_i64().expect("seconds");
    town.clock.advance(TimeDelta::seconds(seconds));
    clinician.ask(DEAR).await.ok();
}

#[tokio::test]
async fn what_one_caller_spends_is_not_taken_from_another_or_from_another_tenant() {
    let town = Town::new().await;
    let door = server(&town);
    let spender = town.tenant.clinician().await.at(door.clone());
    let colleague = town.tenant.clinician().await.at(door.clone());
    let neighbour = town.another_tenant("neighbour").await.clinician().await.at(door);

    spends_all(std::slice::from_ref(&spender)).await;

    colleague.ask(DEAR).await.ok();
    neighbour.ask(DEAR).await.ok();
}

#[tokio::test]
async fn the_users_of_a_tenant_together_spend_ten_times_as_much_as_one_and_no_more() {
    let town = Town::new().await;
    let door = server(&town);
    let mut spent = 0;
    for _ in 0..14 {
        let user = town.tenant.clinician().await.at(door.clone());
        spent += spends_all(std::slice::from_ref(&user)).await.0;
    }
    let bucket = 10 * u64::from(BUDGET.capacity);
    assert!(spent <= bucket + 10 * AHEAD, "{spent} points were spent");
    assert!(spent + DEAR_COST > bucket, "no less than the bucket: {spent}");
    let neighbour = town.another_tenant("neighbour").await.clinician().await.at(door);
    neighbour.ask(DEAR).await.ok();
}

#[tokio::test]
async fn a_stranger_has_a_bucket_too_and_it_fills_again() {
    let town = Town::new().await;
    let stranger = town.anonymous().at(server(&town));

    let (spent, refused) = spends_all(std::slice::from_ref(&stranger)).await;

    assert_eq!(spent, 76 * DEAR_COST, "ten times as much as one user: an address may be that of a proxy");
    assert_eq!(refused.status.as_u16(), 429);
    town.clock.advance(TimeDelta::seconds(100));
    assert!(!is_limited(&stranger.ask(DEAR).await));
}

#[tokio::test]
async fn a_few_cheap_requests_write_nothing_and_many_write_two_rows() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let clinician = clinician.at(server(&town));
    let point = format!("{{ patient(id: \"{patient}\") {{ displayCode }} }}");

    for _ in 0..40 {
        let answer = clinician.ask(&point).await;
        answer.ok();
        assert_eq!(answer.statements, 1, "the row, and nothing besides");
    }
    assert_eq!(town.tenant.count("usage_buckets").await, 0, "they are paid on credit");

    for _ in 0..40 {
        clinician.ask(&point).await.ok();
    }
    assert_eq!(town.tenant.count("usage_buckets").await, 1, "the user's; the tenant's credit is larger");
    let written: i64 = town
        .tenant
        .scalar("select version::bigint from usage_buckets where principal_id = $1", clinician.user().uuid())
        .await
        .expect("a row");
    assert_eq!(written, 1, "one portion is enough for all of them");
}

#[tokio::test]
async fn a_caller_can_ask_what_is_left() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await.at(server(&town));

    let first = clinician.ask("{ rateLimit { limit remaining restoreRate cost resetAt } }").await;
    assert_eq!(
        first.ok()["rateLimit"],
        json!({ "limit": 10_000, "remaining": 9_998, "restoreRate": 100, "cost": 2, "resetAt": "2026-11-21T08:00:01Z" })
    );
    assert_eq!(first.headers["ratelimit-policy"], "\"cost\";q=10000;w=100");
    assert_eq!(first.headers["ratelimit"], "\"cost\";r=9998;t=1");
    assert!(first.body.get("extensions").is_none(), "only whoever asks for it gets it with the answer");
    let body = json!({ "query": "{ viewer { roles } }", "extensions": { "cost": true } });
    let second = clinician.send(body).await;
    assert_eq!(
        second.body["extensions"]["cost"],
        json!({ "requested": 2, "limit": 10_000, "remaining": 9_996, "restoreRate": 100 })
    );
    let unlimited: &App = &town.app;
    let free = clinician.at(router(unlimited.clone())).ask("{ rateLimit { limit } }").await;
    assert_eq!(free.ok()["rateLimit"], Value::Null);
    assert!(free.headers.get("ratelimit").is_none());
}
