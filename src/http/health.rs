//! Whether the process lives, and whether it can serve.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;

use super::engine::Engine;
use super::headers::{Media, json};

#[derive(Serialize)]
struct Health {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// Answers as long as the process does, so that only a process that cannot answer is restarted.
pub(super) async fn alive() -> Response {
    json(StatusCode::OK, Media::Json, &Health { status: "alive", reason: None })
}

/// Answers whether new requests should be sent here.
pub(super) async fn ready<E: Engine>(State(engine): State<E>) -> Response {
    match engine.ready().await {
        Ok(()) => json(StatusCode::OK, Media::Json, &Health { status: "ready", reason: None }),
        Err(reason) => json(
            StatusCode::SERVICE_UNAVAILABLE,
            Media::Json,
            &Health { status: "unavailable", reason: Some(reason) },
        ),
    }
}
