//! What a browser keeps while somebody signs in elsewhere.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use entity::{Id, identity::identity_provider};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::ATTEMPT_TIME;
use crate::kernel::{
    crypto::{CryptoError, Place, TenantKeys, random_text},
    error::{Error, Result},
};

/// A sign-in that was begun.
pub(super) struct Attempt {
    pub(super) id: Uuid,
    pub(super) asked: Asked,
}

/// What was asked for.
#[derive(Serialize, Deserialize)]
pub(super) struct Asked {
    pub(super) provider_id: Uuid,
    /// The answer has to repeat it.
    pub(super) state: String,
    /// The ID token has to repeat it.
    pub(super) nonce: String,
    /// Whoever turns the code into tokens has to know it.
    pub(super) verifier: String,
    pub(super) return_to: String,
    ends_at: i64,
}

impl Attempt {
    pub(super) fn new(
        id: Uuid,
        provider_id: Id<identity_provider::Entity>,
        return_to: String,
        now: DateTime<Utc>,
    ) -> Result<Self> {
        let random = || random_text().map(|text| text.expose_secret().to_owned());
        let asked = Asked {
            provider_id: provider_id.uuid(),
            state: random()?,
            nonce: random()?,
            verifier: random()?,
            return_to,
            ends_at: (now + ATTEMPT_TIME).timestamp(),
        };
        Ok(Self { id, asked })
    }

    /// The challenge of RFC 7636, method `S256`.
    pub(super) fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.asked.verifier.as_bytes()))
    }

    /// For the browser: the tenant and the attempt in the clear, the rest sealed.
    pub(super) fn seal(&self, keys: &TenantKeys) -> Result<SecretString> {
        let plain =
            Zeroizing::new(serde_json::to_vec(&self.asked).map_err(|_| Error::internal("no attempt"))?);
        let sealed = keys.seal_secret(&place(keys.tenant_id(), self.id), &plain)?;
        let whole = [keys.tenant_id().as_bytes(), self.id.as_bytes(), &sealed[..]].concat();
        Ok(URL_SAFE_NO_PAD.encode(whole).into())
    }
}

/// What came back from the browser, before the keys of its tenant are at hand.
pub(super) struct Kept {
    pub(super) tenant_id: Uuid,
    id: Uuid,
    sealed: Vec<u8>,
}

impl Kept {
    pub(super) fn read(text: &str) -> Option<Self> {
        let whole = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (tenant_id, rest) = whole.split_first_chunk::<16>()?;
        let (id, sealed) = rest.split_first_chunk::<16>()?;
        Some(Self {
            tenant_id: Uuid::from_bytes(*tenant_id),
            id: Uuid::from_bytes(*id),
            sealed: sealed.to_vec(),
        })
    }

    /// What was asked, unless that was too long ago.
    pub(super) fn open(&self, keys: &TenantKeys, now: DateTime<Utc>) -> Result<Attempt, CryptoError> {
        let plain = keys.open_secret(&place(self.tenant_id, self.id), &self.sealed)?;
        let asked: Asked = serde_json::from_slice(&plain).map_err(|_| CryptoError::Malformed)?;
        if now.timestamp() >= asked.ends_at {
            return Err(CryptoError::NotAuthentic);
        }
        Ok(Attempt { id: self.id, asked })
    }
}

fn place(tenant_id: Uuid, id: Uuid) -> Place<'static> {
    Place { tenant_id, table: "federated_sign_ins", column: "attempt", row_id: id }
}
