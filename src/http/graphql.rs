//! `/graphql`: one operation per request, as the GraphQL-over-HTTP specification has it.

pub(super) mod source;

use std::collections::BTreeMap;

use async_graphql::{ServerError, Value};
use axum::Extension;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderName, Method, header, request::Parts};
use axum::response::Response;
use serde::Serialize;
use tracing::Instrument;

use super::cookies;
use super::engine::{Answer, Asked, Caller, Engine};
use super::headers::{Media, RequestId, is_json, json, negotiate, single};
use super::observe::Told;
use super::refusal::{Outcome, Refusal, status};
use crate::kernel::error::ErrorCode;
use source::Source;

const ORGANIZATION: HeaderName = HeaderName::from_static("x-organization");
const PURPOSE: HeaderName = HeaderName::from_static("x-purpose-of-use");
const LONGEST_USER_AGENT: usize = 256;
/// How many faults of one document are listed: a document of a thousand unknown fields has a thousand.
const MOST_FAULTS: usize = 50;

/// Answers one operation.
pub(super) async fn answer<E: Engine>(
    State(engine): State<E>,
    Extension(RequestId(id)): Extension<RequestId>,
    request: Request,
) -> Response {
    let media = negotiate(request.headers());
    let negotiated = media.unwrap_or(Media::Json);
    match serve(engine, &id, media, request).await {
        Ok((answer, operation)) => write(answer, operation, negotiated, &id),
        Err(refusal) => refusal.answer(negotiated, &id),
    }
}

async fn serve<E: Engine>(
    engine: E,
    request_id: &str,
    media: Option<Media>,
    request: Request,
) -> Result<(Answer, Option<&'static str>), Refusal> {
    let (parts, body) = request.into_parts();
    let source = match parts.method {
        Method::POST if media.is_none() => return Err(Refusal::not_acceptable()),
        Method::POST if !is_json(&parts.headers) => return Err(Refusal::unsupported_media_type()),
        Method::POST => Source::body(body, engine.documents().limits()).await?,
        Method::GET if !engine.allow_get() => {
            return Err(Refusal::method_not_allowed("POST", "Operations are sent with POST."));
        }
        Method::GET if media.is_none() => return Err(Refusal::not_acceptable()),
        Method::GET => Source::url(&parts.uri),
        _ if engine.allow_get() => {
            return Err(Refusal::method_not_allowed("GET, POST", "Operations are sent with GET or POST."));
        }
        _ => return Err(Refusal::method_not_allowed("POST", "Operations are sent with POST.")),
    };
    let caller = caller(&engine, &parts, request_id)?;
    execute(engine, caller, source).await
}

async fn execute<E: Engine>(
    engine: E,
    caller: Caller,
    source: Source,
) -> Result<(Answer, Option<&'static str>), Refusal> {
    let request_id = caller.request_id.clone();
    // A client that hangs up drops the handler at its next await. In a task of its own the operation runs on to
    // its end, so a mutation is never left between its commit and its record, and a load that others wait for is
    // never torn away. The same task keeps a panic from taking the connection with it.
    let operation = engine.operations().begin();
    let run = async move {
        let _operation = operation;
        let asked = source.read(engine.documents())?;
        let known = match &asked {
            Asked::Document(checked) => Some(checked.operation),
            Asked::ById(..) => None,
        };
        let answer = engine.answer(caller, asked).await;
        let operation = known.or(answer.operation);
        Ok((answer, operation))
    };
    match tokio::spawn(run.in_current_span()).await {
        Ok(answered) => answered,
        Err(failure) => {
            // What a panic says may quote what it was working on; the panic hook decides where that may go.
            tracing::error!(request_id, panicked = failure.is_panic(), "a request ended without an answer");
            Err(Refusal::internal())
        }
    }
}

pub(super) fn caller<E: Engine>(engine: &E, parts: &Parts, request_id: &str) -> Result<Caller, Refusal> {
    let authorization = single(&parts.headers, &header::AUTHORIZATION)?;
    let purpose = single(&parts.headers, &PURPOSE)?;
    let organization = single(&parts.headers, &ORGANIZATION)?;
    let cookie = cookies::read(&parts.headers)?;
    Ok(Caller { cookie, organization, ..caller_of(engine, parts, authorization, purpose, request_id) })
}

/// Who sends a request, with the credential that it brings.
pub(super) fn caller_of<E: Engine>(
    engine: &E,
    parts: &Parts,
    authorization: Option<String>,
    purpose: Option<String>,
    request_id: &str,
) -> Caller {
    let peer = parts.extensions.get::<ConnectInfo<std::net::SocketAddr>>();
    let client = |ConnectInfo(peer): &ConnectInfo<std::net::SocketAddr>| {
        engine.trusted_proxies().client(peer.ip(), &parts.headers)
    };
    let user_agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    Caller {
        authorization,
        cookie: None,
        organization: None,
        purpose,
        request_id: request_id.to_owned(),
        peer: peer.map(client),
        user_agent: user_agent.map(|text| text.chars().take(LONGEST_USER_AGENT).collect()),
    }
}

/// The response as it is sent: without `data` when nothing was executed.
#[derive(Serialize)]
struct Written<'a> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [ServerError],
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    extensions: &'a BTreeMap<String, Value>,
}

pub(super) fn write(
    answer: Answer,
    operation: Option<&'static str>,
    media: Media,
    request_id: &str,
) -> Response {
    let Answer { mut response, operation: _, outcome, headers, statistics } = answer;
    // A field that failed says where it stands; an error without a path came before any field was asked.
    let executed = response.data != Value::Null || response.errors.iter().any(|error| !error.path.is_empty());
    let executed = executed || response.errors.is_empty();
    if !executed {
        response.errors.truncate(MOST_FAULTS);
    }
    for error in &mut response.errors {
        let extensions = error.extensions.get_or_insert_default();
        if extensions.get("requestId").is_none() {
            extensions.set("requestId", request_id);
        }
    }
    let code = response.errors.first().map(|error| code_of(error).unwrap_or("INTERNAL"));
    let outcome = outcome.unwrap_or(if executed { Outcome::Executed } else { Outcome::NotExecuted });
    let body = Written {
        errors: &response.errors,
        data: executed.then_some(&response.data),
        extensions: &response.extensions,
    };
    let mut written = json(status(outcome, media), media, &body);
    written.headers_mut().extend(response.http_headers);
    written.headers_mut().extend(headers);
    written.extensions_mut().insert(statistics);
    written.extensions_mut().insert(Told { operation, code });
    written
}

fn code_of(error: &ServerError) -> Option<&'static str> {
    match error.extensions.as_ref()?.get("code")? {
        Value::String(code) => ErrorCode::label_of(code),
        _ => None,
    }
}
