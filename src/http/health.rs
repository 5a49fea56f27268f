//! Whether the process lives, and whether it can serve.

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;

use super::engine::Engine;
use super::headers::{Media, json};
use super::refusal::{Outcome, status};

#[derive(Serialize)]
struct Health {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// Answers as long as the process does, so that only a process that cannot answer is restarted.
pub(super) async fn alive() -> Response {
    answer(Outcome::Executed, &Health { status: "alive", reason: None })
}

/// Answers whether new requests should be sent here.
pub(super) async fn ready<E: Engine>(State(engine): State<E>) -> Response {
    match engine.ready().await {
        Ok(()) => answer(Outcome::Executed, &Health { status: "ready", reason: None }),
        Err(reason) => answer(Outcome::Unavailable, &Health { status: "unavailable", reason: Some(reason) }),
    }
}

fn answer(outcome: Outcome, health: &Health) -> Response {
    json(status(outcome, Media::Json), Media::Json, health)
}
