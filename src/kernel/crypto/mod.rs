//! Encryption at rest, search over encrypted values, signatures, passwords and bearer tokens.
//!
//! The rules:
//!
//! - A key-encryption key wraps one root key per tenant and version ([`KeyProvider`]). From a root key come
//!   derived keys, one per [`DerivedPurpose`], and one of them wraps random data keys, one per person and
//!   [`DataKeyPurpose`].
//! - Every ciphertext is bound to its [`Place`]: moved to another row, column, table or tenant it does not
//!   open.
//! - The provider is asked once per tenant and ten minutes ([`Keyring`]). While it is down, cached tenants go
//!   on and the others get a retryable error. Nothing falls back to plaintext and nothing invents a key.
//! - No error, and no `Debug` output of a type defined here, carries plaintext, key bytes, tokens or
//!   ciphertext. What [`open`] returns is plaintext and does print itself. Key material lives in types that
//!   clear themselves when dropped.
//! - All randomness is the operating system's, and its failure is an error, not a weaker source.

use thiserror::Error;

mod blind_index;
mod cipher;
mod data_key;
mod envelope;
mod hash;
mod keyring;
mod local_key_provider;
mod one_time_code;
mod password;
mod provider;
mod random;
mod signature;
mod signed_token;
mod tenant_keys;
mod tenant_secret;
mod token;

pub use blind_index::{
    SearchTerm, SearchToken, SearchTokenKind, name_matches, normalise_email, normalise_phone, normalise_ssn,
};
pub use data_key::{DataKey, DataKeyOwner, DataKeyPurpose, DataKeys, WrappedDataKey};
pub use envelope::{KeyVersions, Place, key_version, open, seal};
pub use keyring::Keyring;
pub use local_key_provider::LocalKeyProvider;
pub use one_time_code::{OneTimeCodeSecret, RecoveryCode};
pub use password::{hash_password, password_needs_rehash, verify_password};
pub use provider::{
    KeyId, KeyProvider, ProviderFuture, RootKey, RootKeyOwner, RootKeyState, WrappedRoot, rewrap_root,
};
pub use signature::Signer;
pub use signed_token::{Claims, KeySet, SignatureAlgorithm, SignedToken};
pub use tenant_keys::{DerivedPurpose, TenantKeys};
pub use token::{BearerToken, BearerTokenKind};

/// What can go wrong with keys and ciphertexts.
///
/// Messages are fit for logs: they hold no plaintext, no key bytes, no ciphertext and no token.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum CryptoError {
    /// The key provider did not answer. The only variant that may succeed when tried again later.
    #[error("the key provider cannot be reached; try again")]
    ProviderUnavailable,
    /// A root key was wrapped under another key-encryption key than the configured one.
    #[error("the root key was wrapped under a different key-encryption key")]
    WrongKey,
    /// No key of the version that was asked for is at hand: not loaded, retired for good, or shredded.
    #[error("no key of this version is available")]
    UnknownKeyVersion,
    /// The bytes or text are not of the expected format: too short, unknown format version, not canonical.
    #[error("the value is not in the expected format")]
    Malformed,
    /// The value was changed, or belongs to another place, owner or key.
    #[error("the value does not authenticate")]
    NotAuthentic,
    /// The operating system gave no random bytes.
    #[error("the random generator of the operating system failed")]
    RandomUnavailable,
    /// An identifier cannot be normalised, so it can be neither indexed nor searched.
    #[error("{0}")]
    InvalidIdentifier(&'static str),
    /// A new password is shorter than 8 or longer than 128 code points.
    #[error("a password must have 8 to 128 characters")]
    PasswordLength,
    /// The key configuration is unusable; the sentence says what to do about it.
    #[error("{0}")]
    Configuration(String),
}

/// A text that nobody can guess: 256 random bits in 43 characters that stand in any URL.
///
/// # Errors
///
/// [`CryptoError::RandomUnavailable`].
pub fn random_text() -> Result<secrecy::SecretString, CryptoError> {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    Ok(URL_SAFE_NO_PAD.encode(*random::secret_bytes::<32>()?).into())
}

impl CryptoError {
    /// Whether the same call may succeed later without anyone changing anything.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::ProviderUnavailable)
    }
}
