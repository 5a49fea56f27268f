//! Who calls: signing in and out, credentials, roles.

mod api_tokens;
mod attempts;
mod cookies;
mod credentials;
mod fresh_proof;
mod roles;
mod sessions;
mod sign_in;
mod sign_in_limit;

use std::net::SocketAddr;

use axum::{body::Body, extract::ConnectInfo, http::Request};
use consentry::{
    identity::user_creation::{NewAssignment, NewUser},
    kernel::crypto::hash_password,
};
use serde_json::{Value, json};

use crate::support::{Actor, Answer, Tenant, Town};

const PASSWORD: &str = "a long walk by the river";
const EMAIL: &str = "dana@town.example";

/// The administrator with [`EMAIL`] and [`PASSWORD`].
async fn keyholder(tenant: &Tenant) -> Actor {
    tenant
        .user(NewUser {
            email: EMAIL.to_owned(),
            password_hash: Some(hash_password(&PASSWORD.into()).expect("a hash")),
            roles: vec![NewAssignment { role: "ADMIN", ..Default::default() }],
            ..Default::default()
        })
        .await
}

async fn signs_in(actor: &Actor, organization: &str, email: &str, password: &str) -> Answer {
    let input = json!({ "organization": organization, "email": email, "password": password });
    actor.mutate("signIn", input, "token expiresAt").await
}

/// Signs in over a connection from `peer`, with more headers.
async fn signs_in_from(peer: &str, actor: &Actor, headers: &[(&str, &str)], password: &str) -> Answer {
    let input = json!({ "organization": "town", "email": EMAIL, "password": password });
    let document = "mutation($input: SignInInput!) {
        signIn(input: $input) { result { token } userErrors { code } }
    }";
    sends_from(peer, actor, headers, json!({ "query": document, "variables": { "input": input } })).await
}

/// Sends a body over a connection from `peer`; nothing of the actor goes with it.
async fn sends_from(peer: &str, actor: &Actor, headers: &[(&str, &str)], body: Value) -> Answer {
    let peer = SocketAddr::new(peer.parse().expect("an address"), 4711);
    let mut request = Request::post("/graphql")
        .header("content-type", "application/json")
        .header("accept", "application/graphql-response+json")
        .extension(ConnectInfo(peer));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    actor.deliver(request.body(Body::from(body.to_string())).expect("a request")).await
}

/// The administrator with [`EMAIL`], in a session of their own making.
async fn signed_in(town: &Town) -> Actor {
    let answer = signs_in(&town.anonymous(), "town", EMAIL, PASSWORD).await.ok();
    town.anonymous().with_token(answer["signIn"]["result"]["token"].as_str().expect("a token"))
}

/// What the viewer may do, by permission.
async fn permissions_of(actor: &Actor) -> std::collections::BTreeMap<String, String> {
    let data = actor.ask("{ viewer { permissions { permission reach } } }").await.ok();
    let grants = data["viewer"]["permissions"].as_array().expect("permissions").clone();
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    grants.iter().map(|grant| (text(&grant["permission"]), text(&grant["reach"]))).collect()
}

/// The answer is 401 with `UNAUTHENTICATED`; returns the sentence.
#[track_caller]
fn turned_away(answer: &Answer) -> String {
    assert_eq!(answer.refused(), "UNAUTHENTICATED");
    assert_eq!(answer.status, 401, "{}", answer.body);
    assert!(answer.body.get("data").is_none(), "nothing was executed: {}", answer.body);
    answer.body["errors"][0]["message"].as_str().expect("a sentence").to_owned()
}

#[track_caller]
fn let_in(answer: &Answer) {
    assert!(answer.ok()["viewer"]["user"]["id"].is_string(), "{}", answer.body);
}

const WHO_AM_I: &str = "{ viewer { user { id } } }";
