//! Bearer tokens.
//!
//! `cst_`, `cat_`, `crt_`, `cak_`, `civ_`, `cpr_` or `cdv_`, then 86 characters of base64url without padding:
//!
//! ```text
//! tenant id 16 | token id 16 | secret 32
//! ```
//!
//! The tenant comes first because nothing may be read before the tenant is known. Only a digest of the secret
//! is stored. Secrets are uniformly random, so a plain SHA-256 is enough: there is no list of likely ones to
//! try. API keys, which live for a year and are kept by others, and secrets of devices are stored as a code under a key of
//! the tenant, so that a row written into the database by itself opens nothing.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{CryptoError, DerivedPurpose, TenantKeys, hash, random};

const SECRET_LENGTH: usize = 32;
const PAYLOAD_LENGTH: usize = 16 + 16 + SECRET_LENGTH;
const ENCODED_LENGTH: usize = 86;
const CSRF_LABEL: &[u8] = b"consentry/v1/csrf";

/// What a bearer token is good for. The prefix lets scanners for leaked secrets recognise it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BearerTokenKind {
    /// `cst_`: the session of someone who signed in.
    Session,
    /// `cat_`: access for a program.
    Access,
    /// `crt_`: gets a new pair of access and refresh token once.
    Refresh,
    /// `cak_`: the key of a partner organization.
    ApiKey,
    /// `civ_`: lets somebody who was invited choose a password, once.
    Invitation,
    /// `cpr_`: lets somebody choose another password, once.
    PasswordReset,
    /// `cdv_`: a device on which somebody of a patient's family proved their contact.
    Device,
}

impl BearerTokenKind {
    const ALL: [Self; 7] = [
        Self::Session,
        Self::Access,
        Self::Refresh,
        Self::ApiKey,
        Self::Invitation,
        Self::PasswordReset,
        Self::Device,
    ];

    /// The four characters a token of this kind begins with.
    #[must_use]
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Session => "cst_",
            Self::Access => "cat_",
            Self::Refresh => "crt_",
            Self::ApiKey => "cak_",
            Self::Invitation => "civ_",
            Self::PasswordReset => "cpr_",
            Self::Device => "cdv_",
        }
    }
}

/// A bearer token in the clear. Its secret is cleared when dropped and never printed.
pub struct BearerToken {
    kind: BearerTokenKind,
    tenant_id: Uuid,
    token_id: Uuid,
    secret: Zeroizing<[u8; SECRET_LENGTH]>,
}

impl BearerToken {
    /// A new token with a random secret of 256 bits.
    ///
    /// # Errors
    ///
    /// [`CryptoError::RandomUnavailable`].
    pub fn mint(kind: BearerTokenKind, tenant_id: Uuid, token_id: Uuid) -> Result<Self, CryptoError> {
        Ok(Self { kind, tenant_id, token_id, secret: random::secret_bytes()? })
    }

    /// Reads a token. Strict: each token has exactly one spelling, and nothing may surround it. Proves
    /// nothing yet: look the token up by tenant, kind and id, then ask [`BearerToken::matches`].
    ///
    /// # Errors
    ///
    /// [`CryptoError::Malformed`].
    pub fn parse(text: &str) -> Result<Self, CryptoError> {
        let (kind, encoded) = BearerTokenKind::ALL
            .into_iter()
            .find_map(|kind| Some((kind, text.strip_prefix(kind.prefix())?)))
            .ok_or(CryptoError::Malformed)?;
        if encoded.len() != ENCODED_LENGTH {
            return Err(CryptoError::Malformed);
        }
        let mut payload = Zeroizing::new([0u8; PAYLOAD_LENGTH + 2]);
        let length = URL_SAFE_NO_PAD
            .decode_slice(encoded, payload.as_mut_slice())
            .map_err(|_| CryptoError::Malformed)?;
        if length != PAYLOAD_LENGTH {
            return Err(CryptoError::Malformed);
        }
        let uuid = |at: usize| Uuid::from_slice(&payload[at..at + 16]).map_err(|_| CryptoError::Malformed);
        let mut secret = Zeroizing::new([0u8; SECRET_LENGTH]);
        secret.copy_from_slice(&payload[32..PAYLOAD_LENGTH]);
        Ok(Self { kind, tenant_id: uuid(0)?, token_id: uuid(16)?, secret })
    }

    /// The text to hand to its bearer, once. 90 characters.
    #[must_use]
    pub fn expose(&self) -> SecretString {
        let mut payload = Zeroizing::new([0u8; PAYLOAD_LENGTH]);
        payload[..16].copy_from_slice(self.tenant_id.as_bytes());
        payload[16..32].copy_from_slice(self.token_id.as_bytes());
        payload[32..].copy_from_slice(self.secret.as_slice());
        // Of exactly the final length: growing would leave a copy behind.
        let mut text = String::with_capacity(4 + ENCODED_LENGTH);
        text.push_str(self.kind.prefix());
        let mut encoded = Zeroizing::new([0u8; ENCODED_LENGTH]);
        URL_SAFE_NO_PAD
            .encode_slice(payload.as_slice(), encoded.as_mut_slice())
            .expect("64 bytes are 86 characters");
        text.extend(encoded.iter().map(|byte| char::from(*byte)));
        SecretString::from(text)
    }

    /// What the token is good for.
    #[must_use]
    pub fn kind(&self) -> BearerTokenKind {
        self.kind
    }

    /// The tenant it claims to belong to.
    #[must_use]
    pub fn tenant_id(&self) -> Uuid {
        self.tenant_id
    }

    /// The id of its row.
    #[must_use]
    pub fn token_id(&self) -> Uuid {
        self.token_id
    }

    /// The SHA-256 digest of the secret: what is stored.
    #[must_use]
    pub fn secret_digest(&self) -> [u8; 32] {
        Sha256::digest(self.secret.as_slice()).into()
    }

    /// What a page sends in `X-CSRF-Token` beside the cookie that holds this token: 43 characters that only whoever has
    /// the secret can make, and from which nobody learns it.
    #[must_use]
    pub fn csrf_token(&self) -> String {
        URL_SAFE_NO_PAD.encode(hash::hmac_sha256(self.secret.as_slice(), &[CSRF_LABEL]))
    }

    /// Whether `text` is the [`csrf_token`](Self::csrf_token), in constant time.
    #[must_use]
    pub fn is_csrf_token(&self, text: &str) -> bool {
        self.csrf_token().as_bytes().ct_eq(text.as_bytes()).into()
    }

    /// Whether the stored digest is that of this token's secret, in constant time.
    #[must_use]
    pub fn matches(&self, stored_digest: &[u8]) -> bool {
        self.secret_digest().ct_eq(stored_digest).into()
    }

    /// The code over the token's id and secret under the tenant's current key: what is stored of an API key
    /// and of a device.
    #[must_use]
    pub fn code(&self, keys: &TenantKeys) -> [u8; 32] {
        keys.mac(DerivedPurpose::ApiKey, self.coded().as_slice())
    }

    /// Whether the stored code is that of this token, under any of the tenant's keys, in constant time.
    #[must_use]
    pub fn matches_code(&self, keys: &TenantKeys, stored: &[u8]) -> bool {
        keys.verify_mac(DerivedPurpose::ApiKey, self.coded().as_slice(), stored)
    }

    fn coded(&self) -> Zeroizing<[u8; 16 + SECRET_LENGTH]> {
        let mut coded = Zeroizing::new([0u8; 16 + SECRET_LENGTH]);
        coded[..16].copy_from_slice(self.token_id.as_bytes());
        coded[16..].copy_from_slice(self.secret.as_slice());
        coded
    }
}

impl fmt::Debug for BearerToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("BearerToken")
            .field("kind", &self.kind)
            .field("tenant_id", &self.tenant_id)
            .field("token_id", &self.token_id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    fn token() -> BearerToken {
        BearerToken::mint(BearerTokenKind::Session, Uuid::from_u128(1), Uuid::from_u128(2)).expect("mints")
    }

    fn text(token: &BearerToken) -> String {
        token.expose().expose_secret().to_owned()
    }

    #[test]
    fn a_token_survives_its_journey() {
        for kind in BearerTokenKind::ALL {
            let minted = BearerToken::mint(kind, Uuid::from_u128(3), Uuid::from_u128(4)).expect("mints");
            let text = text(&minted);
            assert_eq!(text.len(), 90);
            assert!(text.starts_with(kind.prefix()));
            let parsed = BearerToken::parse(&text).expect("parses");
            assert_eq!(
                (parsed.kind(), parsed.tenant_id(), parsed.token_id()),
                (kind, minted.tenant_id(), minted.token_id())
            );
            assert!(parsed.matches(&minted.secret_digest()));
            assert_eq!(super::BearerToken::parse(&text).map(|token| self::text(&token)), Ok(text));
        }
    }

    #[test]
    fn a_csrf_token_belongs_to_one_secret_and_does_not_tell_it() {
        let (token, other) = (token(), token());
        let csrf = token.csrf_token();
        assert_eq!(csrf.len(), 43);
        assert!(token.is_csrf_token(&csrf));
        assert!(!text(&token).contains(&csrf));
        for wrong in
            [other.csrf_token(), String::new(), csrf[1..].to_owned(), format!("{csrf}A"), text(&token)]
        {
            assert!(!token.is_csrf_token(&wrong));
        }
    }

    #[test]
    fn two_tokens_never_share_a_secret() {
        assert_ne!(token().secret_digest(), token().secret_digest());
    }

    #[test]
    fn a_digest_of_another_secret_or_length_does_not_match() {
        let token = token();
        let digest = token.secret_digest();
        assert!(token.matches(&digest));
        assert!(!token.matches(&digest[..31]));
        assert!(!token.matches(&[]));
        assert!(!token.matches(&[&digest[..], &[0]].concat()));
        for bit in 0..256 {
            let mut changed = digest;
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(!token.matches(&changed));
        }
    }

    #[test]
    fn every_single_character_change_gives_another_token_or_none() {
        let original = text(&token());
        let digest = BearerToken::parse(&original).expect("parses").secret_digest();
        for position in 0..original.len() {
            for replacement in 0u8..128 {
                let mut bytes = original.clone().into_bytes();
                if bytes[position] == replacement {
                    continue;
                }
                bytes[position] = replacement;
                let changed = String::from_utf8(bytes).expect("ASCII");
                if let Ok(parsed) = BearerToken::parse(&changed) {
                    let same = parsed.kind() == BearerTokenKind::Session
                        && parsed.tenant_id() == Uuid::from_u128(1)
                        && parsed.token_id() == Uuid::from_u128(2)
                        && parsed.matches(&digest);
                    assert!(!same, "{position} {replacement}: a second spelling");
                    assert_eq!(text(&parsed), changed);
                }
            }
        }
    }

    #[test]
    fn anything_else_is_refused_without_a_panic() {
        let good = text(&token());
        for length in 0..good.len() {
            assert!(BearerToken::parse(&good[..length]).is_err());
            assert!(length == 0 || BearerToken::parse(&good[length..]).is_err());
        }
        let mut refused = vec![
            format!("{good}="),
            format!(" {good}"),
            format!("{good}\n"),
            format!("Bearer {good}"),
            good.replacen("cst_", "CST_", 1),
            good.replacen("cst_", "csx_", 1),
            good.replacen("cst_", "cst_cst_", 1),
            format!("cst_{}", "é".repeat(43)),
            format!("cst_{}", "\0".repeat(86)),
            "cst_".repeat(10_000),
            String::new(),
        ];
        refused.extend((0..2_000usize).map(|seed| {
            let alphabet: Vec<char> = "ABab01-_+/=. é\u{0}c".chars().collect();
            let length = seed % 100;
            let noise: String =
                (0..length).map(|i| alphabet[(i * 7 + seed * 13 + i * seed) % alphabet.len()]).collect();
            format!("cat_.{noise}")
        }));
        for text in refused {
            assert_eq!(BearerToken::parse(&text).expect_err("refused"), CryptoError::Malformed);
        }
    }

    #[test]
    fn debug_output_contains_nothing_of_the_secret() {
        let token = token();
        let printed = format!("{token:?} {:?}", token.expose());
        assert!(!printed.contains(&text(&token)[47..]));
        assert!(!printed.contains("secret: "));
    }
}
