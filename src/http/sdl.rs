//! `/schema.graphql`: the schema as a file, for callers who may read it.

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use super::engine::Engine;
use super::graphql::{caller, write};
use super::headers::{Media, RequestId};

/// Serves the schema definition language.
pub(super) async fn serve<E: Engine>(
    State(engine): State<E>,
    Extension(RequestId(id)): Extension<RequestId>,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    let caller = match caller(&engine, &parts, &id) {
        Ok(caller) => caller,
        Err(refusal) => return refusal.answer(Media::Json, &id),
    };
    // Who calls is found out, and recorded if it was refused, also when the caller does not wait for it.
    let operation = engine.operations().begin();
    let run = async move {
        let _operation = operation;
        engine.sdl(caller).await
    };
    match tokio::spawn(run).await {
        Ok(Ok(text)) => {
            let plain = HeaderValue::from_static("text/plain; charset=utf-8");
            ([(header::CONTENT_TYPE, plain)], text).into_response()
        }
        Ok(Err(answer)) => write(*answer, None, Media::Json, &id),
        Err(_) => super::refusal::Refusal::internal().answer(Media::Json, &id),
    }
}
