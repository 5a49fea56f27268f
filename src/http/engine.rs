//! The boundary between the transport and the kernel.

use std::fmt;
use std::future::Future;
use std::net::IpAddr;

use async_graphql::{Request, Response};
use axum::http::{HeaderName, HeaderValue};

use super::cookies::SessionCookie;
use super::guard::Documents;
use super::operations::Operations;
use super::proxies::TrustedProxies;
use super::refusal::Outcome;

/// What the transport knows of a caller before anyone is believed.
#[derive(Clone, Default)]
pub struct Caller {
    /// The `Authorization` header as it was sent.
    pub authorization: Option<String>,
    /// The session that a browser sent by itself.
    pub cookie: Option<SessionCookie>,
    /// The `X-Purpose-Of-Use` header as it was sent.
    pub purpose: Option<String>,
    /// The id under which this request is answered, logged and recorded.
    pub request_id: String,
    /// The address of the client: of the connection's other end, or what a trusted proxy says of it.
    pub peer: Option<IpAddr>,
    /// The `User-Agent` header, at most 256 characters of it.
    pub user_agent: Option<String>,
}

impl fmt::Debug for Caller {
    /// Leaves the credentials out, so that a caller can be logged.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Caller")
            .field("authorization", &self.authorization.as_ref().map(|_| "…"))
            .field("cookie", &self.cookie.as_ref().map(|_| "…"))
            .field("purpose", &self.purpose)
            .field("request_id", &self.request_id)
            .field("peer", &self.peer)
            .field("user_agent", &self.user_agent)
            .finish()
    }
}

/// What an operation was answered with.
#[derive(Debug, Default)]
pub struct Answer {
    /// The data and errors of the operation.
    pub response: Response,
    /// How the request ended, when that cannot be read from the response.
    pub outcome: Option<Outcome>,
    /// Headers to send along.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// What answering took.
    pub statistics: Statistics,
}

/// What answering a request took. It travels with the response as an extension and is not sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// SQL statements that were sent.
    pub statements: u32,
}

/// The kernel, as the transport needs it.
pub trait Engine: Clone + Send + Sync + 'static {
    /// Executes a request whose document was checked and is already parsed.
    ///
    /// It runs in a task of its own: neither a caller that hangs up nor a panic ends anything else.
    fn answer(&self, caller: Caller, request: Request) -> impl Future<Output = Answer> + Send;

    /// Whether requests can be served now; if not, a sentence that says why and is safe to show to anyone.
    fn ready(&self) -> impl Future<Output = Result<(), String>> + Send;

    /// A new request id, for callers that bring none.
    fn new_request_id(&self) -> String;

    /// What checks documents before anybody is believed, within its limits and against the schema that
    /// [`answer`](Self::answer) executes on.
    fn documents(&self) -> &Documents;

    /// The operations that run. Whoever stops the process waits for them.
    fn operations(&self) -> &Operations;

    /// The proxies whose word on a client's address is taken.
    fn trusted_proxies(&self) -> TrustedProxies {
        TrustedProxies::default()
    }

    /// Whether the process is about to stop: callers are asked to go elsewhere, and still answered.
    fn draining(&self) -> bool {
        false
    }

    /// Whether queries are also answered over `GET`. A URL ends up in logs and histories, so this is off unless
    /// an engine says otherwise.
    fn allow_get(&self) -> bool {
        false
    }
}
