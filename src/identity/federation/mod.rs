//! Signing in through an identity provider: OpenID Connect, authorization code with PKCE.
//!
//! ```text
//! GET /auth/{organization}/{key}/start   a browser leaves for the provider, with a sealed cookie of ours (begin)
//! GET /auth/callback                     it comes back with a code: the cookie says to which question (finish)
//!     code ─► ID token                   at the provider's token endpoint, with the secret of the cookie and our own
//!     ID token ─► user ─► session        verified, looked up, recorded
//! ```
//!
//! What was asked is kept by the browser that asked, sealed under a key of the tenant: an answer counts only in the browser
//! that asked for it, and whoever begins a thousand sign-ins stores nothing here. A sign-in is stored when it succeeds, under
//! the id of its attempt, so that none succeeds twice.

mod attempt;
mod begin;
mod exchange;
mod finish;
mod id_token;

pub use begin::{Begun, Wish, begin};
pub use finish::{Finished, Returned, finish};

use crate::kernel::error::Error;

/// How long somebody may take to sign in at the provider.
const ATTEMPT_TIME: chrono::TimeDelta = chrono::TimeDelta::minutes(10);

/// Why nobody is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No such organization or provider, or nobody is sent there.
    NotFound,
    /// The browser would be sent elsewhere afterwards.
    BadReturn,
    /// The answer is not believed: the same sentence for every reason.
    Refused,
    /// The provider or the database does not answer.
    Unavailable,
    /// Our fault.
    Internal,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Unavailable | Error::ResultUnavailable => Self::Unavailable,
            Error::Internal(detail) => {
                tracing::error!(detail, "a federated sign-in failed");
                Self::Internal
            }
            _ => Self::Refused,
        }
    }
}
