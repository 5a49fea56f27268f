//! Published keys (RFC 7517).

use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384, RSA_PSS_2048_8192_SHA256, RsaParameters, RsaPublicKeyComponents,
    UnparsedPublicKey, VerificationAlgorithm,
};
use serde::Deserialize;
use serde_json::Value;

use super::{SignatureAlgorithm, decode};
use crate::kernel::crypto::CryptoError;

/// How many bytes a published set may have, and how many keys.
const MOST_BYTES: usize = 262_144;
const MOST_KEYS: usize = 100;
/// The smallest modulus that is believed, in bytes, and the largest, so that nobody makes checking a signature costly.
const MODULUS: std::ops::RangeInclusive<usize> = 256..=1024;

/// The keys of somebody who signs tokens.
#[derive(Clone, Debug)]
pub struct KeySet(Vec<Key>);

impl KeySet {
    /// Reads a set of keys. Those that cannot be used are left out: of a kind or for a purpose that is not known, weak, and
    /// such whose private half was published with them.
    ///
    /// # Errors
    ///
    /// [`CryptoError::Malformed`] when it is no set of keys, is longer than 256 KiB or has more than 100.
    pub fn read(json: &[u8]) -> Result<Self, CryptoError> {
        #[derive(Deserialize)]
        struct Published {
            keys: Vec<Value>,
        }
        if json.len() > MOST_BYTES {
            return Err(CryptoError::Malformed);
        }
        let published: Published = serde_json::from_slice(json).map_err(|_| CryptoError::Malformed)?;
        if published.keys.len() > MOST_KEYS {
            return Err(CryptoError::Malformed);
        }
        Ok(Self(published.keys.into_iter().filter_map(Key::read).collect()))
    }

    /// Whether no key can be used.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether there is a key with this id; without an id, whether there is any.
    pub fn has(&self, key_id: Option<&str>) -> bool {
        match key_id {
            Some(_) => self.0.iter().any(|key| key.id.as_deref() == key_id),
            None => !self.is_empty(),
        }
    }

    /// The one key that the header of a token means. A token that names none is believed only when there is no choice.
    pub(super) fn find(&self, key_id: Option<&str>, algorithm: SignatureAlgorithm) -> Option<&Key> {
        let mut fitting = self
            .0
            .iter()
            .filter(|key| (key_id.is_none() || key.id.as_deref() == key_id) && key.fits(algorithm));
        let key = fitting.next()?;
        fitting.next().is_none().then_some(key)
    }
}

/// A public key.
#[derive(Clone, Debug)]
pub(super) struct Key {
    id: Option<String>,
    algorithm: Option<SignatureAlgorithm>,
    material: Material,
}

#[derive(Clone, Debug)]
enum Material {
    Rsa {
        modulus: Vec<u8>,
        exponent: Vec<u8>,
    },
    /// Uncompressed points.
    P256(Vec<u8>),
    P384(Vec<u8>),
    Ed25519(Vec<u8>),
}

#[derive(Deserialize)]
struct Published {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    key_ops: Option<Vec<String>>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
    /// The private half: no name is more fitting.
    d: Option<Value>,
}

impl Key {
    fn read(value: Value) -> Option<Self> {
        let published: Published = serde_json::from_value(value).ok()?;
        let signs = published.purpose.as_deref().is_none_or(|purpose| purpose == "sig")
            && published.key_ops.as_ref().is_none_or(|uses| uses.iter().any(|one| one == "verify"));
        if !signs || published.d.is_some() {
            return None;
        }
        let algorithm = match &published.alg {
            Some(name) => Some(SignatureAlgorithm::from_name(name)?),
            None => None,
        };
        let key = Self { id: published.kid.clone(), algorithm, material: Material::read(&published)? };
        // A key that names an algorithm of another kind of key would never fit.
        algorithm.is_none_or(|algorithm| key.fits(algorithm)).then_some(key)
    }

    fn fits(&self, algorithm: SignatureAlgorithm) -> bool {
        use SignatureAlgorithm::{EdDsa, Es256, Es384, Ps256, Rs256, Rs384};
        let of_its_kind = matches!(
            (&self.material, algorithm),
            (Material::Rsa { .. }, Rs256 | Rs384 | Ps256)
                | (Material::P256(_), Es256)
                | (Material::P384(_), Es384)
                | (Material::Ed25519(_), EdDsa)
        );
        of_its_kind && self.algorithm.is_none_or(|own| own == algorithm)
    }

    pub(super) fn verifies(&self, algorithm: SignatureAlgorithm, message: &[u8], signature: &[u8]) -> bool {
        let simple = |method: &'static dyn VerificationAlgorithm, key: &[u8]| {
            UnparsedPublicKey::new(method, key).verify(message, signature).is_ok()
        };
        match (&self.material, algorithm) {
            (Material::Rsa { modulus: n, exponent: e }, algorithm) => {
                let parameters: &RsaParameters = match algorithm {
                    SignatureAlgorithm::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
                    SignatureAlgorithm::Rs384 => &RSA_PKCS1_2048_8192_SHA384,
                    SignatureAlgorithm::Ps256 => &RSA_PSS_2048_8192_SHA256,
                    _ => return false,
                };
                RsaPublicKeyComponents { n, e }.verify(parameters, message, signature).is_ok()
            }
            (Material::P256(point), SignatureAlgorithm::Es256) => simple(&ECDSA_P256_SHA256_FIXED, point),
            (Material::P384(point), SignatureAlgorithm::Es384) => simple(&ECDSA_P384_SHA384_FIXED, point),
            (Material::Ed25519(point), SignatureAlgorithm::EdDsa) => simple(&ED25519, point),
            _ => false,
        }
    }
}

impl Material {
    fn read(published: &Published) -> Option<Self> {
        let bytes = |text: &Option<String>| decode(text.as_deref()?).ok();
        let coordinate = |text, length: usize| bytes(text).filter(|bytes| bytes.len() == length);
        let point = |length| {
            let (x, y) = (coordinate(&published.x, length)?, coordinate(&published.y, length)?);
            Some([&[4], &x[..], &y[..]].concat())
        };
        match (published.kty.as_str(), published.crv.as_deref()) {
            ("RSA", None) => {
                let modulus =
                    bytes(&published.n).filter(|n| n.first() != Some(&0) && MODULUS.contains(&n.len()))?;
                Some(Self::Rsa { modulus, exponent: bytes(&published.e)? })
            }
            ("EC", Some("P-256")) => point(32).map(Self::P256),
            ("EC", Some("P-384")) => point(48).map(Self::P384),
            ("OKP", Some("Ed25519")) => coordinate(&published.x, 32).map(Self::Ed25519),
            _ => None,
        }
    }
}
