//! Which token is believed, and for how long.

use axum::{body::Body, http::Request};
use chrono::TimeDelta;
use consentry::kernel::crypto::{BearerToken, BearerTokenKind};
use secrecy::ExposeSecret;
use serde_json::json;

use super::{WHO_AM_I, let_in, turned_away};
use crate::support::{Actor, Answer, NOBODYS, Town};

/// Asks who the viewer is with the headers `Authorization` given.
async fn asks_with(actor: &Actor, authorization: &[&str]) -> Answer {
    let mut request = Request::post("/graphql").header("content-type", "application/json");
    for value in authorization {
        request = request.header("authorization", *value);
    }
    let body = json!({ "query": WHO_AM_I }).to_string();
    actor.deliver(request.body(Body::from(body)).expect("a request")).await
}

/// A token with one character replaced by another of the alphabet.
fn altered(token: &str, at: usize) -> String {
    let replacement = if token.as_bytes()[at] == b'A' { "B" } else { "A" };
    let mut token = token.to_owned();
    token.replace_range(at..=at, replacement);
    token
}

#[tokio::test]
async fn a_session_lasts_twelve_hours_and_not_a_moment_longer() {
    let town = Town::new().await;
    let user = town.tenant.admin().await;

    town.clock.advance(TimeDelta::hours(12) - TimeDelta::milliseconds(1));
    let_in(&user.ask(WHO_AM_I).await);
    town.clock.advance(TimeDelta::milliseconds(1));
    turned_away(&user.ask(WHO_AM_I).await);
    town.clock.advance(TimeDelta::hours(1));
    turned_away(&user.ask(WHO_AM_I).await);
}

#[tokio::test]
async fn whoever_is_suspended_is_refused_with_the_next_request() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let colleague = town.tenant.clinician().await;
    let program = town.tenant.api_token(&clinician, None, None).await;
    let patients = town.tenant.count("patients").await;
    let_in(&clinician.ask(WHO_AM_I).await);
    let becomes =
        |status: &str| format!("update users set status = '{status}' where id = '{}'", clinician.user());

    for status in ["SUSPENDED", "DEACTIVATED", "INVITED"] {
        assert_eq!(town.tenant.change(&becomes(status)).await, 1);
        turned_away(&clinician.ask(WHO_AM_I).await);
        turned_away(&program.ask(WHO_AM_I).await);
        let input = json!({ "identity": { "givenName": "Amara", "familyName": "Okafor" } });
        turned_away(&clinician.mutate("createPatient", input, "id").await);
    }

    assert_eq!(town.tenant.count("patients").await, patients);
    let_in(&colleague.ask(WHO_AM_I).await);
    town.tenant.change(&becomes("ACTIVE")).await;
    let_in(&clinician.ask(WHO_AM_I).await);
}

#[tokio::test]
async fn nobody_of_a_suspended_tenant_is_let_in() {
    let town = Town::new().await;
    let village = town.another_tenant("village").await;
    let user = town.tenant.admin().await;
    let neighbour = village.admin().await;
    let_in(&user.ask(WHO_AM_I).await);

    for status in ["SUSPENDED", "CLOSED"] {
        let sql = format!("update tenants set status = '{status}' where id = '{}'", town.tenant.id);
        town.owner_runs(&sql).await;
        turned_away(&user.ask(WHO_AM_I).await);
        let_in(&neighbour.ask(WHO_AM_I).await);
    }
}

#[tokio::test]
async fn a_token_that_is_not_ours_to_the_last_character_is_turned_away_with_one_sentence() {
    let town = Town::new().await;
    let village = town.another_tenant("village").await;
    let user = town.tenant.admin().await;
    let neighbour = village.admin().await;
    let genuine = user.token();
    let session = BearerToken::parse(genuine).expect("a token").token_id();
    let forged = |kind, tenant, id| {
        BearerToken::mint(kind, tenant, id).expect("a token").expose().expose_secret().to_owned()
    };
    let mut others = vec![
        String::new(),
        "cst_".to_owned(),
        "hello".to_owned(),
        genuine[..89].to_owned(),
        genuine[4..].to_owned(),
        format!("{genuine}A"),
        format!("{genuine}="),
        format!("{genuine} {genuine}"),
        format!("CST_{}", &genuine[4..]),
        format!("cat_{}", &genuine[4..]),
        format!("{}{}", &genuine[..47], &neighbour.token()[47..]),
        format!("{}{}", &neighbour.token()[..25], &genuine[25..]),
        forged(BearerTokenKind::Session, town.tenant.id, session),
        forged(BearerTokenKind::Session, village.id, session),
        forged(BearerTokenKind::Access, town.tenant.id, session),
        forged(BearerTokenKind::Session, town.tenant.id, NOBODYS),
        forged(BearerTokenKind::Session, NOBODYS, session),
        "x".repeat(5_000),
    ];
    others.extend((4..90).step_by(5).map(|at| altered(genuine, at)));
    others.push(altered(genuine, 89));

    let first = turned_away(&user.with_token("cst_").ask(WHO_AM_I).await);
    for token in &others {
        let answer = user.with_token(token).with_request_id("one").ask(WHO_AM_I).await;
        assert_eq!(turned_away(&answer), first, "{token}");
        assert!(token.is_empty() || !answer.body.to_string().contains(token.as_str()), "not repeated");
    }
    let_in(&user.ask(WHO_AM_I).await);
}

#[tokio::test]
async fn an_ended_session_and_a_forged_token_are_told_the_same() {
    let town = Town::new().await;
    let user = town.tenant.admin().await;
    let forged = turned_away(&user.with_token(&altered(user.token(), 80)).ask(WHO_AM_I).await);

    user.ask("mutation { signOut { result { endedAt } } }").await.ok();

    assert_eq!(turned_away(&user.ask(WHO_AM_I).await), forged);
}

#[tokio::test]
async fn only_one_bearer_is_believed() {
    let town = Town::new().await;
    let user = town.tenant.admin().await;
    let bearer = format!("Bearer {}", user.token());

    let_in(&asks_with(&user, &[&bearer]).await);
    let_in(&asks_with(&user, &[&bearer.replace("Bearer", "bearer")]).await);
    for scheme in ["Basic ZGFuYTpwYXNzd29yZA==", "Digest x", user.token(), "Bearer", ""] {
        turned_away(&asks_with(&user, &[scheme]).await);
    }
    let twice = asks_with(&user, &[&bearer, &bearer]).await;
    assert_eq!((twice.refused(), twice.status.as_u16()), ("BAD_REQUEST", 400));
}

#[tokio::test]
async fn who_brings_no_token_is_nobody() {
    let town = Town::new().await;

    let answer = town.anonymous().ask(WHO_AM_I).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.ok(), json!({ "viewer": null }));

    let refused = town.anonymous().ask("{ patients { totalCount } }").await;
    assert_eq!(refused.refused(), "UNAUTHENTICATED");
}
