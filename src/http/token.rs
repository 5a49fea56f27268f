//! `/oauth2/token`: access for clients that sign for themselves (RFC 6749 section 4.4 with RFC 7523).
//!
//! The answers have the shape that OAuth gives them; what is no such request at all is refused as everywhere.

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, header, request::Parts};
use axum::response::Response;
use serde::Serialize;
use tracing::Instrument;

use super::engine::{Assertion, Engine, TokenAnswer};
use super::graphql::{caller_of, source};
use super::headers::{Media, RequestId, json};
use super::refusal::{Outcome, Refusal, not_found, status};

const GRANT: &str = "client_credentials";
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Answers a request for access.
pub(super) async fn answer<E: Engine>(
    State(engine): State<E>,
    Extension(RequestId(id)): Extension<RequestId>,
    request: Request,
) -> Response {
    if !engine.offers_tokens() {
        return not_found(Extension(RequestId(id))).await;
    }
    match serve(engine, &id, request).await {
        Ok(answer) => write(answer),
        Err(refusal) => refusal.answer(Media::Json, &id),
    }
}

async fn serve<E: Engine>(engine: E, request_id: &str, request: Request) -> Result<TokenAnswer, Refusal> {
    let (parts, body) = request.into_parts();
    if parts.method != Method::POST {
        return Err(Refusal::method_not_allowed("POST", "A token is asked for with POST."));
    }
    if !is_form(&parts.headers) {
        return Ok(TokenAnswer::InvalidRequest);
    }
    let bytes = source::receive(body, engine.documents().limits()).await?;
    let Some(form) = Form::read(&bytes) else { return Ok(TokenAnswer::InvalidRequest) };
    match form.assertion() {
        Ok(assertion) => exchange(engine, &parts, request_id, assertion).await,
        Err(answer) => Ok(answer),
    }
}

async fn exchange<E: Engine>(
    engine: E,
    parts: &Parts,
    request_id: &str,
    assertion: Assertion,
) -> Result<TokenAnswer, Refusal> {
    let caller = caller_of(&engine, parts, None, None, request_id);
    // In a task of its own, as operations are: a client that hangs up leaves no assertion spent without its record.
    let operation = engine.operations().begin();
    let run = async move {
        let _operation = operation;
        engine.exchange(caller, assertion).await
    };
    tokio::spawn(run.in_current_span()).await.map_err(|failure| {
        tracing::error!(request_id, panicked = failure.is_panic(), "a request ended without an answer");
        Refusal::internal()
    })
}

fn is_form(headers: &HeaderMap) -> bool {
    let text = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media = text.split(';').next().unwrap_or_default().trim();
    media.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// The parameters that are known; others are left alone.
#[derive(Default)]
struct Form {
    grant_type: Option<String>,
    client_assertion_type: Option<String>,
    client_assertion: Option<String>,
    client_id: Option<String>,
    scope: Option<String>,
}

impl Form {
    /// Reads a form; none when it is no form, or names a parameter twice.
    fn read(bytes: &[u8]) -> Option<Self> {
        let mut form = Self::default();
        for pair in std::str::from_utf8(bytes).ok()?.split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let place = match source::decode(name)?.as_str() {
                "grant_type" => &mut form.grant_type,
                "client_assertion_type" => &mut form.client_assertion_type,
                "client_assertion" => &mut form.client_assertion,
                "client_id" => &mut form.client_id,
                "scope" => &mut form.scope,
                _ => continue,
            };
            if place.replace(source::decode(value)?).is_some() {
                return None;
            }
        }
        Some(form)
    }

    fn assertion(self) -> Result<Assertion, TokenAnswer> {
        let Self { grant_type, client_assertion_type, client_assertion, client_id, scope } = self;
        // A parameter without a value counts as left out (RFC 6749 section 3.2).
        let given = |text: Option<String>| text.filter(|text| !text.is_empty());
        match given(grant_type).as_deref() {
            None => return Err(TokenAnswer::InvalidRequest),
            Some(GRANT) => {}
            Some(_) => return Err(TokenAnswer::UnsupportedGrantType),
        }
        match (given(client_assertion_type).as_deref(), given(client_assertion)) {
            (Some(ASSERTION_TYPE), Some(assertion)) => {
                Ok(Assertion { assertion, client_id: given(client_id), scope: given(scope) })
            }
            // A client that proves itself otherwise, or not at all.
            _ => Err(TokenAnswer::InvalidClient),
        }
    }
}

#[derive(Serialize)]
struct Granted<'a> {
    access_token: &'a str,
    token_type: &'static str,
    expires_in: i64,
    scope: &'a str,
}

#[derive(Serialize)]
struct Denied {
    error: &'static str,
}

fn write(answer: TokenAnswer) -> Response {
    use secrecy::ExposeSecret;
    let denied = |outcome, error| json(status(outcome, Media::Json), Media::Json, &Denied { error });
    match answer {
        TokenAnswer::Granted { token, expires_in, scope } => {
            let access_token = token.expose_secret();
            let granted = Granted { access_token, token_type: "bearer", expires_in, scope: &scope };
            json(status(Outcome::Executed, Media::Json), Media::Json, &granted)
        }
        TokenAnswer::InvalidRequest => denied(Outcome::BadRequest, "invalid_request"),
        TokenAnswer::UnsupportedGrantType => denied(Outcome::BadRequest, "unsupported_grant_type"),
        TokenAnswer::InvalidClient => denied(Outcome::BadRequest, "invalid_client"),
        TokenAnswer::InvalidScope => denied(Outcome::BadRequest, "invalid_scope"),
        TokenAnswer::Internal => denied(Outcome::Internal, "server_error"),
        TokenAnswer::Unavailable => {
            let mut response = denied(Outcome::Unavailable, "temporarily_unavailable");
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            response
        }
    }
}
