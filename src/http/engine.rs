//! The boundary between the transport and the kernel.

use std::fmt;
use std::future::Future;
use std::net::IpAddr;

use async_graphql::Response;
use axum::http::{HeaderName, HeaderValue};
use secrecy::SecretString;

use super::cookies::SessionCookie;
use super::guard::{Checked, Documents, Parameters};
use super::operations::Operations;
use super::proxies::TrustedProxies;
use super::refusal::Outcome;
use crate::identity::federation::{Begun, Failure, Finished, Returned, Wish};

/// What the transport knows of a caller before anyone is believed.
#[derive(Clone, Default)]
pub struct Caller {
    /// The `Authorization` header as it was sent.
    pub authorization: Option<String>,
    /// The `X-Organization` header as it was sent.
    pub organization: Option<String>,
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
            .field("organization", &self.organization)
            .field("cookie", &self.cookie.as_ref().map(|_| "…"))
            .field("purpose", &self.purpose)
            .field("request_id", &self.request_id)
            .field("peer", &self.peer)
            .field("user_agent", &self.user_agent)
            .finish()
    }
}

/// What is asked for.
#[derive(Debug)]
pub enum Asked {
    /// A document that was sent, with what it needs. It was checked.
    Document(Box<Checked>),
    /// A document that the server knows under this SHA-256. Whose documents it knows is found out with who calls.
    ById([u8; 32], Box<Parameters>),
}

/// What an operation was answered with.
#[derive(Debug, Default)]
pub struct Answer {
    /// The data and errors of the operation.
    pub response: Response,
    /// `query` or `mutation`, when the engine found the document.
    pub operation: Option<&'static str>,
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

/// What a client proves itself with at the token endpoint.
pub struct Assertion {
    /// The signed assertion as it was sent.
    pub assertion: String,
    /// The id that the client stated beside it.
    pub client_id: Option<String>,
    /// What it asks for.
    pub scope: Option<String>,
}

impl fmt::Debug for Assertion {
    /// Leaves the assertion out, which is a credential until it is spent.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Assertion").finish_non_exhaustive()
    }
}

/// The answers of the token endpoint (RFC 6749 section 5).
#[derive(Debug)]
pub enum TokenAnswer {
    /// Access.
    Granted {
        /// The access token.
        token: SecretString,
        /// For how many seconds it is good.
        expires_in: i64,
        /// What it is good for.
        scope: String,
    },
    /// The request is not one that the endpoint knows.
    InvalidRequest,
    /// The client is not believed.
    InvalidClient,
    /// The client asks for what it was not given.
    InvalidScope,
    /// A grant that there is not.
    UnsupportedGrantType,
    /// Busy; worth another try.
    Unavailable,
    /// Our fault.
    Internal,
}

/// The kernel, as the transport needs it.
pub trait Engine: Clone + Send + Sync + 'static {
    /// Executes what is asked for.
    ///
    /// It runs in a task of its own: neither a caller that hangs up nor a panic ends anything else.
    fn answer(&self, caller: Caller, asked: Asked) -> impl Future<Output = Answer> + Send;

    /// The schema definition language, for a caller who may read it; else an answer that says why not.
    fn sdl(&self, caller: Caller) -> impl Future<Output = Result<String, Box<Answer>>> + Send;

    /// Gives a client access for its assertion, or not. It runs as [`answer`](Self::answer) does.
    fn exchange(&self, caller: Caller, assertion: Assertion) -> impl Future<Output = TokenAnswer> + Send;

    /// Whether there is a token endpoint: assertions name its URL, which somebody has to have said.
    fn offers_tokens(&self) -> bool;

    /// Sends a browser to the identity provider of an organization.
    fn begin_sign_in(&self, _: Caller, _: Wish) -> impl Future<Output = Result<Begun, Failure>> + Send {
        async { Err(Failure::NotFound) }
    }

    /// Believes what a browser came back with from an identity provider, or not.
    fn finish_sign_in(
        &self,
        _: Caller,
        _: Returned,
    ) -> impl Future<Output = Result<Finished, Failure>> + Send {
        async { Err(Failure::NotFound) }
    }

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
