//! The record of looks, what errors say, and what surrounds every answer.

mod cost;
mod feature_flags;
mod graphql_over_http;
mod history;
mod idempotency;
mod introspection;
mod masking;
mod outbox;
mod rate_limits;
mod record;
mod reference;
mod rows;
mod sealing;
mod tampering;
mod transport;
mod trusted_documents;

use serde_json::Value;

use crate::support::Actor;

/// The nodes of a list that the document asks for as `root`.
async fn nodes(actor: &Actor, document: &str, variables: Value, root: &str) -> Vec<Value> {
    let data = actor.ask_with(document, variables).await.ok();
    data[root]["nodes"].as_array().unwrap_or_else(|| panic!("no list: {data}")).clone()
}
