//! Who calls: signing in and out, credentials, partners, roles.

mod api_keys;
mod api_tokens;
mod attempts;
mod credentials;
mod partner_clients;
mod role_changes;
mod roles;
mod sign_in;
mod token_pairs;

use consentry::{
    identity::user_creation::{NewAssignment, NewUser},
    kernel::crypto::hash_password,
};
use serde_json::{Value, json};

use crate::support::{Actor, Answer, Tenant};

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
