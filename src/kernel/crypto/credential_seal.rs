//! Secrets that users share with the server, sealed under a key of the tenant.
//!
//! A person's data keys seal records about that person and open with a decision. What proves who somebody is opens before
//! anybody is known, so it has a key of its own. A tenant has at most some thousands of such secrets, far below the 2^32
//! messages up to which random nonces are safe.

use zeroize::Zeroizing;

use super::cipher::{Cipher, NONCE_LENGTH};
use super::envelope::{self, Parts, Place};
use super::tenant_keys::{DerivedPurpose, TenantKeys};
use super::{CryptoError, random};

impl TenantKeys {
    /// Seals a secret for one place, under the current root key. The result is 34 bytes longer than the secret.
    ///
    /// # Errors
    ///
    /// [`CryptoError::RandomUnavailable`].
    pub fn seal_credential(&self, place: &Place<'_>, secret: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let header = envelope::header(self.current_version());
        let nonce = random::public_bytes::<NONCE_LENGTH>()?;
        let mut sealed = [&header[..], &nonce].concat();
        let cipher = Cipher::new(self.derive(DerivedPurpose::CredentialSeal));
        cipher.encrypt(&nonce, place.associated_data(&header).as_bytes(), secret, &mut sealed)?;
        Ok(sealed)
    }

    /// Opens what [`seal_credential`](Self::seal_credential) made for the same place.
    ///
    /// # Errors
    ///
    /// [`CryptoError::Malformed`] or [`CryptoError::NotAuthentic`] when it was changed or comes from another place or
    /// tenant, [`CryptoError::UnknownKeyVersion`] when its root key is not at hand.
    pub fn open_credential(
        &self,
        place: &Place<'_>,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        let parts = Parts::of(sealed)?;
        let cipher = Cipher::new(self.root(parts.key_version)?.key(DerivedPurpose::CredentialSeal));
        cipher.decrypt(parts.nonce, place.associated_data(parts.header).as_bytes(), parts.body)
    }
}
