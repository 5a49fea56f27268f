//! What is told of every request: a line in the log, its numbers, its span.

use std::time::Instant;

use axum::Extension;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;
use metrics::{counter, gauge, histogram};
use tracing::{Instrument, field::Empty};

use super::engine::Statistics;
use super::headers::RequestId;
use crate::telemetry::traces;

/// What a handler tells of an operation. It travels with the response as an extension and is not sent.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Told {
    /// `query` or `mutation`, once that is known.
    pub(super) operation: Option<&'static str>,
    /// The code of the first error.
    pub(super) code: Option<&'static str>,
}

/// Tells of a request when it is answered.
pub(super) async fn observe(
    Extension(RequestId(id)): Extension<RequestId>,
    request: Request,
    next: Next,
) -> Response {
    let begun = Instant::now();
    let route = route(request.uri().path());
    let waiting = Waiting::begin(route);
    // The name of the operation and what it asks for are the caller's words: they stay out.
    let span = tracing::info_span!(
        target: traces::TARGET,
        "request",
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = %method(request.method()),
        http.route = route,
        http.response.status_code = Empty,
        graphql.operation.type = Empty,
        consentry.request_id = %id,
        consentry.error_code = Empty,
        consentry.statements = Empty,
    );
    traces::continue_trace(&span, request.headers());
    let response = next.run(request).instrument(span.clone()).await;

    let status = response.status();
    let Told { operation, code } = response.extensions().get().copied().unwrap_or_default();
    let statements = response.extensions().get::<Statistics>().map(|statistics| statistics.statements);
    let elapsed = begun.elapsed();
    waiting.answered(status);
    histogram!("consentry_http_request_duration_seconds", "route" => route).record(elapsed);
    if let Some(statements) = statements {
        histogram!("consentry_operation_statements").record(statements);
    }
    if let Some(operation) = operation {
        counter!("consentry_operations_total", "type" => operation, "code" => code.unwrap_or("OK"))
            .increment(1);
    }
    if !span.is_disabled() {
        span.record("http.response.status_code", status.as_u16());
        operation.map(|operation| span.record("graphql.operation.type", operation));
        code.map(|code| span.record("consentry.error_code", code));
        statements.map(|statements| span.record("consentry.statements", statements));
        if status.is_server_error() {
            span.record("otel.status_code", "ERROR");
        }
    }
    if route == "/graphql" {
        tracing::info!(
            request_id = id,
            status = status.as_u16(),
            operation,
            code,
            statements,
            milliseconds = elapsed.as_micros() as f64 / 1_000.0,
            "answered"
        );
    }
    response
}

/// The routes that there are; what else a caller asks for is one of many.
fn route(path: &str) -> &'static str {
    let known = [
        "/graphql",
        "/schema.graphql",
        "/oauth2/token",
        "/auth/callback",
        "/healthz",
        "/readyz",
        "/",
        "/explorer",
        "/explorer/actors.json",
    ];
    let known = known.into_iter().find(|known| *known == path);
    known.unwrap_or(match path {
        _ if path.starts_with("/assets/") => "/assets",
        _ if path.starts_with("/auth/") && path.ends_with("/start") => "/auth/start",
        _ => "other",
    })
}

/// A caller may make up methods.
fn method(method: &axum::http::Method) -> &str {
    match method.as_str() {
        known @ ("GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS" | "TRACE" | "CONNECT") => {
            known
        }
        _ => "_OTHER",
    }
}

/// A request that is not answered yet. Dropped before that, its client has hung up.
struct Waiting {
    route: &'static str,
    answered: bool,
}

impl Waiting {
    fn begin(route: &'static str) -> Self {
        gauge!("consentry_http_requests_in_flight").increment(1.0);
        Self { route, answered: false }
    }

    fn answered(mut self, status: StatusCode) {
        self.answered = true;
        counter!("consentry_http_requests_total", "route" => self.route, "status" => status.as_str().to_owned())
            .increment(1);
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        gauge!("consentry_http_requests_in_flight").decrement(1.0);
        if !self.answered {
            counter!("consentry_http_requests_abandoned_total", "route" => self.route).increment(1);
        }
    }
}
