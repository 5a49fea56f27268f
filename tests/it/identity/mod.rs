//! Who calls: signing in and out, credentials, partners, roles.

mod api_keys;
mod api_tokens;
mod attempts;
mod bearer_jwt;
mod cookies;
mod credentials;
mod fresh_proof;
mod identity_providers;
mod invitations;
mod lockout;
mod oidc;
mod one_time_codes;
mod partner_clients;
mod passwords;
mod role_changes;
mod roles;
mod sessions;
mod sign_in;
mod sign_in_limit;
mod token_command;
mod token_pairs;
mod users;

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

/// Attempts that a tenant recorded, as `operation decision reason`, in their order.
async fn recorded(tenant: &Tenant) -> Vec<String> {
    let mut transaction = tenant.begin().await;
    sqlx::query_scalar(
        "select concat_ws(' ', operation, decision, reason) from audit_logs
        where action in ('SIGN_IN', 'SIGN_OUT') order by created_at, id",
    )
    .fetch_all(&mut *transaction)
    .await
    .expect("the record is read")
}

/// A user in a role with an email address and [`PASSWORD`].
async fn with_password(tenant: &Tenant, email: &str, role: &'static str) -> Actor {
    tenant
        .user(NewUser {
            email: email.to_owned(),
            password_hash: Some(hash_password(&PASSWORD.into()).expect("a hash")),
            roles: vec![NewAssignment { role, ..Default::default() }],
            ..Default::default()
        })
        .await
}

/// The token of a sign-in that succeeded.
#[track_caller]
fn token_of(answer: &Answer) -> String {
    let data = answer.ok();
    let token = data["signIn"]["result"]["token"].as_str();
    token.unwrap_or_else(|| panic!("not signed in: {data}")).to_owned()
}

/// What a row of `users` says of itself, without what counts its versions.
async fn row_of(tenant: &Tenant, user: &Actor) -> String {
    let sql =
        "select (to_jsonb(u) - 'updated_at' - 'updated_by' - 'version')::text from users u where id = $1";
    tenant.scalar(sql, user.user().uuid()).await.expect("a user")
}

/// Types of the events about a user, in the order in which they were emitted.
async fn events_of(tenant: &Tenant, user: uuid::Uuid) -> Vec<String> {
    let sql = "select coalesce(array_agg(event_type::text order by position), '{}') from outbox_events where aggregate_id = $1";
    tenant.scalar(sql, user).await.expect("an array")
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
