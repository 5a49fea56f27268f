//! What stands around every body: ids, media types, and the promise that nothing is kept on the way.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::engine::Engine;
use super::refusal::{self, Outcome, Refusal};

/// The header that carries the request id, in and out.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const LONGEST_REQUEST_ID: usize = 64;

/// The id of the request at hand, put into its extensions before any handler runs.
#[derive(Clone)]
pub(super) struct RequestId(pub(super) String);

/// How long an answer is kept by whoever asked. It travels with the response as an extension; answers without it are
/// not kept at all.
#[derive(Clone, Copy)]
pub(super) struct Kept(pub(super) &'static str);

/// The media types a body can leave as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Media {
    /// `application/graphql-response+json`: the status says whether the operation was executed.
    GraphqlResponse,
    /// `application/json`: what every client understands.
    Json,
}

impl Media {
    fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        })
    }
}

/// Gives every request its id, and every answer the headers that none may lack.
pub(super) async fn stamp<E: Engine>(State(engine): State<E>, mut request: Request, next: Next) -> Response {
    let id = request
        .headers()
        .get(REQUEST_ID)
        .and_then(|value| value.to_str().ok())
        .filter(|id| is_request_id(id))
        .map_or_else(|| engine.new_request_id(), str::to_owned);
    request.extensions_mut().insert(RequestId(id.clone()));
    let mut response = next.run(request).await;
    let kept = response.extensions().get::<Kept>().copied();
    let headers = response.headers_mut();
    match kept {
        Some(Kept(keeping)) => {
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keeping));
        }
        None => {
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store, private"));
            headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
        }
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, id);
    }
    if engine.draining() {
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// A caller's id reaches logs and records, so it may hold nothing that could be read as anything else.
fn is_request_id(text: &str) -> bool {
    (1..=LONGEST_REQUEST_ID).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

/// An answer with a JSON body.
pub(super) fn json(status: StatusCode, media: Media, body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(bytes) => (status, [(header::CONTENT_TYPE, media.content_type())], bytes).into_response(),
        Err(error) => {
            tracing::error!(%error, "an answer could not be written as JSON");
            refusal::status(Outcome::Internal, media).into_response()
        }
    }
}

/// A header that means nothing when it is sent twice or cannot be read.
///
/// To pick one of two would let a proxy and this server believe different ones.
pub(super) fn single(headers: &HeaderMap, name: &HeaderName) -> Result<Option<String>, Refusal> {
    let mut values = headers.get_all(name).iter();
    let Some(first) = values.next() else { return Ok(None) };
    match (first.to_str(), values.next()) {
        (Ok(value), None) => Ok(Some(value.to_owned())),
        _ => Err(Refusal::bad_request(format!("The header `{name}` must stand once, in plain ASCII."))),
    }
}

/// The media type the caller would rather have, by the `Accept` header; none if it takes neither.
///
/// `application/graphql-response+json` goes only to callers that name it: `*/*` is what clients send that know
/// nothing of it and judge an answer by its status alone.
pub(super) fn negotiate(headers: &HeaderMap) -> Option<Media> {
    let ranges: Vec<Range> = headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(Range::read)
        .collect();
    if ranges.is_empty() {
        return Some(Media::Json);
    }
    let plain = quality(&ranges, "application/json");
    let graphql = quality(&ranges, "application/graphql-response+json");
    match (graphql, plain) {
        (Wish { quality: 0, .. }, Wish { quality: 0, .. }) => None,
        (graphql, plain) if graphql.quality > plain.quality => Some(Media::GraphqlResponse),
        (graphql, plain) if graphql.quality == plain.quality && graphql.by_name => {
            Some(Media::GraphqlResponse)
        }
        _ => Some(Media::Json),
    }
}

/// How much a media type is wanted, in thousandths.
#[derive(Clone, Copy, Default)]
struct Wish {
    quality: u16,
    by_name: bool,
}

struct Range {
    media: String,
    quality: u16,
}

impl Range {
    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split(';').map(|part| part.trim().to_ascii_lowercase());
        let media = parts.next().filter(|media| media.contains('/'))?;
        let mut quality = 1000;
        for part in parts {
            match part.split_once('=') {
                Some(("q", value)) => quality = (value.parse::<f32>().ok()?.clamp(0.0, 1.0) * 1000.0) as u16,
                Some(("charset", value)) if !is_utf_8(value) => return None,
                _ => {}
            }
        }
        Some(Self { media, quality })
    }
}

fn quality(ranges: &[Range], media: &str) -> Wish {
    [(media, true), ("application/*", false), ("*/*", false)]
        .into_iter()
        .find_map(|(name, by_name)| {
            let range = ranges.iter().find(|range| range.media == name)?;
            Some(Wish { quality: range.quality, by_name })
        })
        .unwrap_or_default()
}

/// Whether a body is JSON in UTF-8, by the headers that describe it.
///
/// Any other type is refused, not guessed at: browsers send `text/plain` across origins without asking.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let Some(text) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let mut parts = text.split(';').map(|part| part.trim().to_ascii_lowercase());
    parts.next().as_deref() == Some("application/json")
        && parts.all(|part| part.strip_prefix("charset=").is_none_or(is_utf_8))
        && headers.get(header::CONTENT_ENCODING).is_none_or(|coding| coding == "identity")
}

fn is_utf_8(charset: &str) -> bool {
    matches!(charset.trim_matches('"'), "utf-8" | "utf8")
}
