//! An engine without a kernel, and a client that speaks to the router without a socket.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_graphql::futures_util::{Stream, StreamExt, stream};
use async_graphql::{EmptySubscription, Object, Schema};
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::http::guard::{Documents, Limits};
use crate::http::{
    Answer, Asked, Assertion, Caller, Engine, Operations, Outcome, Statistics, TokenAnswer, router,
};

pub(super) struct Query;

#[Object]
impl Query {
    async fn echo(&self, text: String) -> String {
        text
    }

    async fn failing(&self) -> async_graphql::Result<String> {
        Err("failed".into())
    }

    async fn panicking(&self, text: Option<String>) -> Option<String> {
        Some(text.expect("a resolver gave up"))
    }
}

pub(super) struct Mutation(Arc<Mutex<u32>>);

#[Object]
impl Mutation {
    /// Takes its time, so that a client can hang up before the end.
    async fn count(&self) -> u32 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let mut count = self.0.lock().expect("no test panics with the lock");
        *count += 1;
        *count
    }
}

#[derive(Clone)]
pub(super) struct Fake {
    pub(super) schema: Schema<Query, Mutation, EmptySubscription>,
    pub(super) documents: Arc<Documents>,
    pub(super) allow_get: bool,
    pub(super) unready: Option<String>,
    pub(super) outcome: Option<Outcome>,
    pub(super) counted: Arc<Mutex<u32>>,
    pub(super) caller: Arc<Mutex<Option<Caller>>>,
    pub(super) operations: Operations,
}

impl Default for Fake {
    fn default() -> Self {
        let counted = Arc::new(Mutex::new(0));
        let schema = Schema::new(Query, Mutation(counted.clone()), EmptySubscription);
        let documents = Arc::new(Documents::new(Limits::default(), &schema.sdl()));
        Self {
            schema,
            documents,
            allow_get: false,
            unready: None,
            outcome: None,
            counted,
            caller: Arc::default(),
            operations: Operations::default(),
        }
    }
}

impl Engine for Fake {
    async fn answer(&self, caller: Caller, asked: Asked) -> Answer {
        *self.caller.lock().expect("no test panics with the lock") = Some(caller);
        let Asked::Document(checked) = asked else { return Answer::default() };
        Answer {
            response: self.schema.execute(checked.request).await,
            operation: None,
            outcome: self.outcome,
            headers: vec![(header::RETRY_AFTER, HeaderValue::from_static("7"))],
            statistics: Statistics { statements: 3 },
        }
    }

    async fn sdl(&self, _: Caller) -> Result<String, Box<Answer>> {
        Ok(self.schema.sdl())
    }

    async fn exchange(&self, caller: Caller, assertion: Assertion) -> TokenAnswer {
        *self.caller.lock().expect("no test panics with the lock") = Some(caller);
        let scope = assertion.scope.unwrap_or_default();
        TokenAnswer::Granted { token: assertion.assertion.into(), expires_in: 300, scope }
    }

    fn offers_tokens(&self) -> bool {
        true
    }

    async fn ready(&self) -> Result<(), String> {
        self.unready.clone().map_or(Ok(()), Err)
    }

    fn new_request_id(&self) -> String {
        "made-here".to_owned()
    }

    fn documents(&self) -> &Documents {
        &self.documents
    }

    fn operations(&self) -> &Operations {
        &self.operations
    }

    fn allow_get(&self) -> bool {
        self.allow_get
    }
}

/// An answer as a client sees it, and what only the server does.
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
    pub(super) body: Value,
    pub(super) statistics: Option<Statistics>,
}

impl Reply {
    pub(super) fn code(&self) -> &str {
        self.body["errors"][0]["extensions"]["code"].as_str().unwrap_or_default()
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

impl Fake {
    pub(super) async fn send(&self, request: Request<Body>) -> Reply {
        let response = router(self.clone()).oneshot(request).await.expect("the router does not fail");
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.expect("the body is whole");
        let text = String::from_utf8(bytes.to_vec()).expect("the body is UTF-8");
        Reply {
            status: parts.status,
            statistics: parts.extensions.get().copied(),
            headers: parts.headers,
            body: serde_json::from_str(&text).expect("every answer is JSON"),
            text,
        }
    }

    pub(super) async fn post(&self, headers: &[(&str, &str)], body: impl Into<Body>) -> Reply {
        self.send(request(Method::POST, "/graphql", headers, body)).await
    }

    /// Sends a document as a client of today does.
    pub(super) async fn ask(&self, document: &str) -> Reply {
        self.post(&[JSON, GRAPHQL], json!({ "query": document }).to_string()).await
    }

    pub(super) async fn get(&self, path: &str) -> Reply {
        self.send(request(Method::GET, path, &[], Body::empty())).await
    }
}

pub(super) const JSON: (&str, &str) = ("content-type", "application/json");
pub(super) const GRAPHQL: (&str, &str) = ("accept", "application/graphql-response+json");

pub(super) fn request(
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<Body>,
) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(body.into()).expect("a well-formed request")
}

/// The beginning of a body, and no more.
pub(super) fn stalling() -> impl Stream<Item = Result<&'static [u8], Infallible>> {
    stream::once(async { Ok(b"{\"query\":".as_slice()) }).chain(stream::pending())
}

/// A body of unannounced length that never ends and counts the kilobytes taken from it.
pub(super) fn endless(taken: Arc<Mutex<usize>>) -> Body {
    Body::from_stream(stream::repeat_with(move || {
        *taken.lock().expect("no test panics with the lock") += 1;
        Ok::<_, Infallible>(vec![b' '; 1_024])
    }))
}
