//! Signed tokens of others: JSON Web Tokens in the compact form (RFC 7519, RFC 7515), checked against published keys.
//!
//! By hand on ring, which is here for TLS already: what a library adds is a second cryptography, and a clock that no test
//! can set. The list of algorithms is closed. There is no `none` and no symmetric one, so a public key can never be taken
//! for the secret of a MAC. A token says which key it was signed with; it is never tried with others.

mod algorithm;
mod claims;
mod key_set;
#[cfg(test)]
mod tests;

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer, de::IgnoredAny};

pub use algorithm::SignatureAlgorithm;
pub use claims::Claims;
pub use key_set::KeySet;

use super::CryptoError;

/// No token is longer. Those of large directories, which list groups, have some 4 KiB.
const LONGEST: usize = 16_384;

/// A token that was read, and is not believed before [`SignedToken::verify`].
pub struct SignedToken {
    algorithm: SignatureAlgorithm,
    key_id: Option<String>,
    media_type: Option<String>,
    claims: Claims,
    signed: String,
    signature: Vec<u8>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default)]
    typ: Option<String>,
    /// What a verifier has to understand: we understand none of it.
    #[serde(default, deserialize_with = "present")]
    crit: bool,
}

fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| true)
}

impl SignedToken {
    /// Reads a token. Keys that its header carries or points to are not looked at.
    ///
    /// # Errors
    ///
    /// [`CryptoError::Malformed`] when it is no token of three parts, is longer than 16 KiB, names an algorithm that is not
    /// of the list, has an extension that has to be understood, or says something twice.
    pub fn parse(text: &str) -> Result<Self, CryptoError> {
        if text.len() > LONGEST {
            return Err(CryptoError::Malformed);
        }
        let mut parts = text.split('.');
        let (Some(header), Some(payload), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(CryptoError::Malformed);
        };
        let decoded: Header = serde_json::from_slice(&decode(header)?).map_err(|_| CryptoError::Malformed)?;
        if decoded.crit {
            return Err(CryptoError::Malformed);
        }
        Ok(Self {
            algorithm: SignatureAlgorithm::from_name(&decoded.alg).ok_or(CryptoError::Malformed)?,
            key_id: decoded.kid,
            media_type: decoded.typ,
            claims: Claims::read(&decode(payload)?)?,
            signed: format!("{header}.{payload}"),
            signature: decode(signature)?,
        })
    }

    /// The algorithm that its header names.
    pub const fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    /// The key that its header names.
    pub fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// What kind of token its header says that it is.
    pub fn media_type(&self) -> Option<&str> {
        self.media_type.as_deref()
    }

    /// What it claims, which anybody can write: good for learning whom to ask for keys, and for nothing else.
    pub const fn unverified(&self) -> &Claims {
        &self.claims
    }

    /// What it claims, signed with one of `keys` by one of the `allowed` algorithms. Times and audience are not checked
    /// here.
    ///
    /// # Errors
    ///
    /// [`CryptoError::NotAuthentic`], the same for an algorithm that is not allowed or not that of the key, for a key that is
    /// not there, and for a wrong signature.
    pub fn verify(&self, keys: &KeySet, allowed: &[SignatureAlgorithm]) -> Result<&Claims, CryptoError> {
        if !allowed.contains(&self.algorithm) {
            return Err(CryptoError::NotAuthentic);
        }
        let key = keys.find(self.key_id(), self.algorithm).ok_or(CryptoError::NotAuthentic)?;
        if !key.verifies(self.algorithm, self.signed.as_bytes(), &self.signature) {
            return Err(CryptoError::NotAuthentic);
        }
        Ok(&self.claims)
    }
}

impl fmt::Debug for SignedToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SignedToken").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

/// Strict: no padding, and no two spellings of the same bytes.
fn decode(text: &str) -> Result<Vec<u8>, CryptoError> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| CryptoError::Malformed)
}
