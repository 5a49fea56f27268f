//! Passwords are compared and hashed outside of any transaction, on threads of their own, a few at once.

use std::time::Duration;

use entity::{Id, identity::user};
use secrecy::SecretString;
use tokio::sync::Semaphore;

use super::password_policy;
use crate::kernel::{
    crypto::{hash_password, password_needs_rehash, verify_password},
    error::{Error, Result},
};

/// A password that was compared with what is stored for a user. Nothing is decided yet: what was compared with may have
/// changed since.
pub struct CheckedPassword {
    /// The user that it was tried on, if there is one.
    pub user_id: Option<Id<user::Entity>>,
    /// The hash that it was compared with.
    pub compared_with: Option<String>,
    /// Whether it was right.
    pub right: bool,
    /// The hash to store instead, when it was right and its hash was made with the parameters of another day.
    pub rehashed: Option<String>,
}

impl CheckedPassword {
    /// Compares a password with the hash of a user; that of nobody costs as much.
    ///
    /// # Errors
    ///
    /// `UNAVAILABLE` when too many passwords are being compared already.
    pub async fn of(
        candidate: Option<(Id<user::Entity>, Option<String>)>,
        password: SecretString,
    ) -> Result<Self> {
        let (user_id, hash) = candidate.unzip();
        let hash = hash.flatten();
        hashing(move || {
            let right = verify_password(&password, hash.as_deref())?;
            let outdated = right && hash.as_deref().is_some_and(password_needs_rehash);
            let rehashed = if outdated { Some(hash_password(&password)?) } else { None };
            Ok(Self { user_id, compared_with: hash, right, rehashed })
        })
        .await
    }
}

/// The hash of a new password, if it is good enough; `context` are words around the account, and `field` is where the
/// password stands in the input.
///
/// # Errors
///
/// `VALIDATION_FAILED` on `field` when it is not; `UNAVAILABLE` when too many passwords are being hashed already.
pub async fn hash_new(password: SecretString, context: Vec<String>, field: &'static str) -> Result<String> {
    hashing(move || {
        password_policy::judge(&password, &context).map_err(|sentence| Error::invalid(field, sentence))?;
        Ok(hash_password(&password)?)
    })
    .await
}

/// Each hash takes 19 MiB and a core for tens of milliseconds: this many at once, the others wait.
static HASHES: Semaphore = Semaphore::const_new(4);
/// How long a caller waits for its turn before it gets a retryable error.
const PATIENCE: Duration = Duration::from_secs(2);

async fn hashing<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let turn = tokio::time::timeout(PATIENCE, HASHES.acquire()).await;
    let _turn = turn.map_err(|_| Error::Unavailable)?.map_err(Error::internal)?;
    // Nobody else's request waits for this thread.
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| Error::internal("the hash of a password did not end"))?
}
