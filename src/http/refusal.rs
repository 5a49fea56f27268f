//! What is answered when no operation was executed.

use crate::kernel::error::ErrorCode;
use async_graphql::Pos;
use axum::Extension;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde::Serialize;

use super::guard::{Fault, Limits, Violation};
use super::headers::{Media, RequestId, json};
use super::observe::Told;

/// How a request ended, as far as its status is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The operation was executed; errors of single fields stand beside the data.
    Executed,
    /// What the caller has already is what there is.
    NotModified,
    /// The request was well-formed, but its document, its variables or its size kept it from being executed.
    NotExecuted,
    /// The request is not a GraphQL request, or one of its headers cannot be used.
    BadRequest,
    /// The credential is not good, or no longer.
    Unauthenticated,
    /// This caller may not have it, or a browser may have asked in the name of somebody who knows nothing of it.
    Forbidden,
    /// There is nothing under this path.
    NotFound,
    /// The path knows other methods.
    MethodNotAllowed,
    /// The caller takes none of the media types there are.
    NotAcceptable,
    /// The body is longer than the cap.
    PayloadTooLarge,
    /// The body did not arrive in time.
    RequestTimeout,
    /// The body is not JSON.
    UnsupportedMediaType,
    /// Too much was asked in too short a time.
    RateLimited,
    /// The fault is on this side.
    Internal,
    /// Too busy, or not ready; the same request may succeed after a moment.
    Unavailable,
}

impl Outcome {
    /// How a request ends that is refused as a whole with this code.
    pub fn of(code: ErrorCode) -> Self {
        match code {
            ErrorCode::GraphqlParseFailed
            | ErrorCode::GraphqlValidationFailed
            | ErrorCode::DocumentLimitExceeded
            | ErrorCode::QueryTooComplex
            | ErrorCode::IntrospectionDisabled
            | ErrorCode::PersistedDocumentNotFound
            | ErrorCode::DocumentNotTrusted => Self::NotExecuted,
            ErrorCode::BadRequest
            | ErrorCode::BadUserInput
            | ErrorCode::BadCursor
            | ErrorCode::SearchTooBroad
            | ErrorCode::ReauthRequired
            | ErrorCode::BreakGlassDenied
            | ErrorCode::Forbidden => Self::BadRequest,
            ErrorCode::Unauthenticated => Self::Unauthenticated,
            ErrorCode::CsrfRefused => Self::Forbidden,
            ErrorCode::RateLimited => Self::RateLimited,
            ErrorCode::NotFound => Self::NotFound,
            ErrorCode::MethodNotAllowed => Self::MethodNotAllowed,
            ErrorCode::NotAcceptable => Self::NotAcceptable,
            ErrorCode::PayloadTooLarge => Self::PayloadTooLarge,
            ErrorCode::RequestTimeout => Self::RequestTimeout,
            ErrorCode::UnsupportedMediaType => Self::UnsupportedMediaType,
            ErrorCode::Internal => Self::Internal,
            ErrorCode::Unavailable | ErrorCode::ResultUnavailable => Self::Unavailable,
        }
    }
}

/// The status of every outcome: the one place to change when the GraphQL-over-HTTP draft does.
///
/// | outcome | `application/graphql-response+json` | `application/json` |
/// |---|---|---|
/// | executed, with errors or without | 200 | 200 |
/// | a page that the caller has already | | 304 |
/// | document, variables or limits refused | 400 | 200 |
/// | too much in too short a time | 429 | 429 |
/// | not a GraphQL request, unknown purpose | 400 | 400 |
/// | credential not good | 401 | 401 |
/// | the schema as a file, for whom it is not | | 403 |
/// | a cookie without its token | 403 | 403 |
/// | unknown path, method, media type | 404, 405, 406, 415 | 404, 405, 406, 415 |
/// | body too long | 413 | 413 |
/// | body too slow | 408 | 408 |
/// | asked too often | 429 | 429 |
/// | fault of the server | 500 | 500 |
/// | busy, not ready, nothing could be recorded | 503 | 503 |
///
/// Under `application/json` a status other than 200 is one that any intermediary may have sent, so a client may
/// not read the body; that is why a refused document is 200 there. What is no HTTP does not come this far: the
/// server's own library answers it with 400, 414 or 431 and no body, and closes the connection.
pub(super) fn status(outcome: Outcome, media: Media) -> StatusCode {
    match (outcome, media) {
        (Outcome::Executed, _) => StatusCode::OK,
        (Outcome::NotModified, _) => StatusCode::NOT_MODIFIED,
        (Outcome::NotExecuted, Media::Json) => StatusCode::OK,
        (Outcome::NotExecuted, Media::GraphqlResponse) => StatusCode::BAD_REQUEST,
        (Outcome::BadRequest, _) => StatusCode::BAD_REQUEST,
        (Outcome::Unauthenticated, _) => StatusCode::UNAUTHORIZED,
        (Outcome::Forbidden, _) => StatusCode::FORBIDDEN,
        (Outcome::NotFound, _) => StatusCode::NOT_FOUND,
        (Outcome::MethodNotAllowed, _) => StatusCode::METHOD_NOT_ALLOWED,
        (Outcome::NotAcceptable, _) => StatusCode::NOT_ACCEPTABLE,
        (Outcome::PayloadTooLarge, _) => StatusCode::PAYLOAD_TOO_LARGE,
        (Outcome::RequestTimeout, _) => StatusCode::REQUEST_TIMEOUT,
        (Outcome::UnsupportedMediaType, _) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        (Outcome::RateLimited, _) => StatusCode::TOO_MANY_REQUESTS,
        (Outcome::Internal, _) => StatusCode::INTERNAL_SERVER_ERROR,
        (Outcome::Unavailable, _) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// A request that is answered without an execution.
#[derive(Debug)]
pub(super) struct Refusal {
    outcome: Outcome,
    code: ErrorCode,
    message: String,
    /// Several reasons with their places; then the message is that of the first.
    faults: Vec<Fault>,
    allow: Option<&'static str>,
}

impl Refusal {
    fn new(outcome: Outcome, code: ErrorCode, message: impl Into<String>) -> Self {
        Self { outcome, code, message: message.into(), faults: Vec::new(), allow: None }
    }

    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(Outcome::BadRequest, ErrorCode::BadRequest, message)
    }

    pub(super) fn method_not_allowed(allow: &'static str, message: &str) -> Self {
        let refusal = Self::new(Outcome::MethodNotAllowed, ErrorCode::MethodNotAllowed, message);
        Self { allow: Some(allow), ..refusal }
    }

    pub(super) fn not_acceptable() -> Self {
        Self::new(
            Outcome::NotAcceptable,
            ErrorCode::NotAcceptable,
            "Answers are application/graphql-response+json or application/json. Accept one of them.",
        )
    }

    pub(super) fn unsupported_media_type() -> Self {
        Self::new(
            Outcome::UnsupportedMediaType,
            ErrorCode::UnsupportedMediaType,
            "The body must be application/json in UTF-8, without a content coding.",
        )
    }

    pub(super) fn request_timeout(limits: &Limits) -> Self {
        metrics::counter!("consentry_http_timeouts_total", "awaited" => "body").increment(1);
        let message = format!(
            "The body did not arrive within {} s. Send it again, over a connection that does not stall.",
            limits.body_time.as_secs_f32()
        );
        Self::new(Outcome::RequestTimeout, ErrorCode::RequestTimeout, message)
    }

    pub(super) fn internal() -> Self {
        Self::new(
            Outcome::Internal,
            ErrorCode::Internal,
            "Something went wrong on our side. Quote the request id when you report it.",
        )
    }

    /// The answer in the media type that was negotiated.
    pub(super) fn answer(&self, media: Media, request_id: &str) -> Response {
        let code = self.code.name();
        let extensions = Extensions { code: &code, request_id };
        let errors = if self.faults.is_empty() {
            vec![Error { message: &self.message, locations: None, extensions }]
        } else {
            let error = |fault| Error::of(fault, extensions);
            self.faults.iter().map(error).collect()
        };
        let body = Body { errors };
        let mut response = json(status(self.outcome, media), media, &body);
        response.extensions_mut().insert(Told { operation: None, code: Some(self.code.label()) });
        if self.outcome == Outcome::RequestTimeout {
            // What is still to come of the body is not waited for, so no other request can follow it.
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        if let Some(allow) = self.allow {
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allow));
        }
        response
    }
}

impl From<Violation> for Refusal {
    fn from(violation: Violation) -> Self {
        metrics::counter!("consentry_guard_refusals_total", "code" => violation.code.label()).increment(1);
        let outcome = Outcome::of(violation.code);
        Self { faults: violation.faults, ..Self::new(outcome, violation.code, violation.message) }
    }
}

#[derive(Serialize)]
struct Body<'a> {
    errors: Vec<Error<'a>>,
}

#[derive(Serialize)]
struct Error<'a> {
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    locations: Option<[Pos; 1]>,
    extensions: Extensions<'a>,
}

impl<'a> Error<'a> {
    fn of(fault: &'a Fault, extensions: Extensions<'a>) -> Self {
        Self { message: &fault.message, locations: fault.place.map(|place| [place]), extensions }
    }
}

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
struct Extensions<'a> {
    code: &'a str,
    request_id: &'a str,
}

/// Answers paths that lead nowhere.
pub(super) async fn not_found(Extension(RequestId(id)): Extension<RequestId>) -> Response {
    let refusal = Refusal::new(
        Outcome::NotFound,
        ErrorCode::NotFound,
        "There is nothing under this path. The API is at POST /graphql.",
    );
    refusal.answer(Media::Json, &id)
}

/// Answers methods that a path other than `/graphql` does not know.
pub(super) async fn method_not_allowed(Extension(RequestId(id)): Extension<RequestId>) -> Response {
    Refusal::method_not_allowed("GET", "This path answers GET only.").answer(Media::Json, &id)
}
