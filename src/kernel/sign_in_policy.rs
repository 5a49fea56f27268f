//! What the operator decides about sessions and about who may try to open one.

use chrono::TimeDelta;

use crate::http::TrustedProxies;

/// How long sessions last, and how often an address may try to sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInPolicy {
    /// After so long without a request a session is over: automatic logoff.
    pub idle: TimeDelta,
    /// After so long a session is over in any case.
    pub absolute: TimeDelta,
    /// Attempts that one address has within five minutes, over all servers of the database: 1 to 1,000.
    pub attempts: u16,
    /// The proxies whose word on a client's address is taken.
    pub trusted_proxies: TrustedProxies,
}

impl Default for SignInPolicy {
    fn default() -> Self {
        Self {
            idle: TimeDelta::minutes(15),
            absolute: TimeDelta::hours(12),
            attempts: 20,
            trusted_proxies: TrustedProxies::default(),
        }
    }
}
