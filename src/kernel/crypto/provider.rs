//! Who wraps root keys under the key-encryption key, and what a wrapped root key is.
//!
//! Key-encryption keys rotate by [`rewrap_root`]; root keys and everything below them stay as they are.

use std::fmt;
use std::pin::Pin;

use uuid::Uuid;
use zeroize::Zeroizing;

use super::cipher::KEY_LENGTH;
use super::{CryptoError, random};

const KEY_ID_LENGTH: usize = 8;

/// What a [`KeyProvider`] answers with.
pub type ProviderFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, CryptoError>> + Send + 'a>>;

/// Whoever holds the key-encryption key: this process, or a key management service.
///
/// An implementation answers [`CryptoError::ProviderUnavailable`] when it could not ask, and only then. It
/// writes its [`KeyId`] into what it wraps, and refuses what bears another one with
/// [`CryptoError::WrongKey`].
pub trait KeyProvider: fmt::Debug + Send + Sync {
    /// Which key-encryption key new root keys are wrapped under.
    fn key_id(&self) -> KeyId;

    /// Wraps a root key, bound to its owner. The result has 32 to 512 bytes.
    fn wrap_root<'a>(&'a self, owner: RootKeyOwner, root: &'a RootKey) -> ProviderFuture<'a, Vec<u8>>;

    /// Unwraps what [`KeyProvider::wrap_root`] made for the same owner.
    fn unwrap_root<'a>(&'a self, owner: RootKeyOwner, wrapped: &'a [u8]) -> ProviderFuture<'a, RootKey>;
}

/// Names a key-encryption key without telling anything about it. Prints as 16 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyId([u8; KEY_ID_LENGTH]);

impl KeyId {
    /// A key id from what another provider calls its key.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 8]) -> Self {
        Self(bytes)
    }

    /// The bytes that stand in a wrapped root key.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 8] {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "KeyId({self})")
    }
}

/// The tenant and version a root key belongs to; a wrapped root key unwraps for no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RootKeyOwner {
    /// The tenant.
    pub tenant_id: Uuid,
    /// The root key's version, from 1.
    pub version: u32,
}

/// A tenant's root key in the clear: 32 bytes, cleared when dropped, never printed.
pub struct RootKey(Zeroizing<[u8; KEY_LENGTH]>);

impl RootKey {
    /// Takes over 32 bytes that a provider unwrapped.
    #[must_use]
    pub fn from_bytes(bytes: Zeroizing<[u8; 32]>) -> Self {
        Self(bytes)
    }

    /// A new key from the operating system's generator.
    ///
    /// # Errors
    ///
    /// [`CryptoError::RandomUnavailable`].
    pub(super) fn generate() -> Result<Self, CryptoError> {
        random::secret_bytes().map(Self)
    }

    /// The key itself, for a provider that wraps it.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for RootKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("RootKey(..)")
    }
}

/// Whether a root key still makes new values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RootKeyState {
    /// New values are made with the highest active version.
    Active,
    /// Only reads what exists. Also the first state of a new version, for as long as other processes may still
    /// cache keys without it.
    Retired,
}

/// A root key as it is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct WrappedRoot {
    /// The root key's version, from 1.
    pub version: u32,
    /// What the provider made of it.
    pub wrapped: Vec<u8>,
    /// Whether it still makes new values.
    pub state: RootKeyState,
}

impl fmt::Debug for WrappedRoot {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("WrappedRoot")
            .field("version", &self.version)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// Moves a wrapped root key from one key-encryption key to another; version and state stay.
///
/// # Errors
///
/// Whatever either provider answers; [`CryptoError::WrongKey`] when `from` does not hold the key it was
/// wrapped under.
pub async fn rewrap_root(
    from: &dyn KeyProvider,
    to: &dyn KeyProvider,
    tenant_id: Uuid,
    stored: &WrappedRoot,
) -> Result<WrappedRoot, CryptoError> {
    let owner = RootKeyOwner { tenant_id, version: stored.version };
    let root = from.unwrap_root(owner, &stored.wrapped).await?;
    let wrapped = to.wrap_root(owner, &root).await?;
    Ok(WrappedRoot { wrapped, ..stored.clone() })
}
