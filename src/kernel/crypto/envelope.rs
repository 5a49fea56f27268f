//! The ciphertext format of a sealed column.
//!
//! ```text
//! version 1 | algorithm 1 | key version u32 big endian | nonce 12 | ciphertext | tag 16
//! ```
//!
//! AES-256-GCM with a random nonce. A key belongs to one person and one purpose, which keeps it far below the
//! 2^32 messages up to which random nonces are safe.

use uuid::Uuid;
use zeroize::Zeroizing;

use super::cipher::{AssociatedData, NONCE_LENGTH, TAG_LENGTH};
use super::data_key::DataKey;
use super::{CryptoError, random};

/// The only format version there is.
pub(super) const FORMAT_VERSION: u8 = 1;
/// AES-256-GCM with a 96-bit nonce and a 128-bit tag.
pub(super) const ALGORITHM_AES_256_GCM: u8 = 1;
/// Bytes before the nonce.
pub(super) const HEADER_LENGTH: usize = 6;
/// Bytes a sealed value is longer than its plaintext.
const OVERHEAD: usize = HEADER_LENGTH + NONCE_LENGTH + TAG_LENGTH;

/// Where a value is stored. A ciphertext opens only at the place it was sealed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// The tenant that owns the row.
    pub tenant_id: Uuid,
    /// The table, with its schema where that is not `public`.
    pub table: &'a str,
    /// The column.
    pub column: &'a str,
    /// The row's id.
    pub row_id: Uuid,
}

impl Place<'_> {
    pub(super) fn associated_data(&self, header: &[u8; HEADER_LENGTH]) -> AssociatedData {
        AssociatedData::of("consentry/v1/column")
            .with(self.tenant_id.as_bytes())
            .with(self.table.as_bytes())
            .with(self.column.as_bytes())
            .with(self.row_id.as_bytes())
            .with(header)
    }
}

/// Data keys by version: the newest writes, the others still read.
pub trait KeyVersions {
    /// The key new values are sealed with.
    fn newest(&self) -> &DataKey;

    /// The key of this version, if it may still be used for reading.
    fn version(&self, version: u32) -> Option<&DataKey>;
}

/// Seals `plaintext` with the newest key for one place. The result is 34 bytes longer than the plaintext.
///
/// # Errors
///
/// [`CryptoError::RandomUnavailable`]; [`CryptoError::Malformed`] for a plaintext over 64 GiB.
pub fn seal(keys: &impl KeyVersions, place: &Place<'_>, plaintext: &[u8]) -> Result<Vec<u8>, CryptoError> {
    let key = keys.newest();
    let header = header(key.version());
    let nonce = random::public_bytes::<NONCE_LENGTH>()?;
    let mut sealed = Vec::with_capacity(OVERHEAD + plaintext.len());
    sealed.extend_from_slice(&header);
    sealed.extend_from_slice(&nonce);
    key.cipher().encrypt(&nonce, place.associated_data(&header).as_bytes(), plaintext, &mut sealed)?;
    Ok(sealed)
}

/// Opens a value that [`seal`] made for the same place, with the key version its header names.
///
/// # Errors
///
/// [`CryptoError::Malformed`] when the header is not ours or bytes are missing,
/// [`CryptoError::UnknownKeyVersion`] when `keys` has no such version, [`CryptoError::NotAuthentic`] when the
/// value was changed or comes from another place.
pub fn open(
    keys: &impl KeyVersions,
    place: &Place<'_>,
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
    let parts = Parts::of(sealed)?;
    let key = keys.version(parts.key_version).ok_or(CryptoError::UnknownKeyVersion)?;
    key.cipher().decrypt(parts.nonce, place.associated_data(parts.header).as_bytes(), parts.body)
}

/// The key version a sealed value needs, read without opening it; for re-encryption.
///
/// # Errors
///
/// [`CryptoError::Malformed`] when the header is not ours or bytes are missing.
pub fn key_version(sealed: &[u8]) -> Result<u32, CryptoError> {
    Ok(Parts::of(sealed)?.key_version)
}

/// The bytes before the nonce.
pub(super) fn header(key_version: u32) -> [u8; HEADER_LENGTH] {
    let [a, b, c, d] = key_version.to_be_bytes();
    [FORMAT_VERSION, ALGORITHM_AES_256_GCM, a, b, c, d]
}

/// A sealed value, taken apart but not yet believed.
pub(super) struct Parts<'a> {
    /// What the associated data repeats.
    pub(super) header: &'a [u8; HEADER_LENGTH],
    /// The version of the key that sealed it.
    pub(super) key_version: u32,
    /// The nonce.
    pub(super) nonce: &'a [u8; NONCE_LENGTH],
    /// Ciphertext and tag.
    pub(super) body: &'a [u8],
}

impl<'a> Parts<'a> {
    /// Refuses foreign formats and anything too short to hold a tag.
    pub(super) fn of(sealed: &'a [u8]) -> Result<Self, CryptoError> {
        let (header, rest) = sealed.split_first_chunk::<HEADER_LENGTH>().ok_or(CryptoError::Malformed)?;
        let (nonce, body) = rest.split_first_chunk::<NONCE_LENGTH>().ok_or(CryptoError::Malformed)?;
        let [version, algorithm, a, b, c, d] = *header;
        if version != FORMAT_VERSION || algorithm != ALGORITHM_AES_256_GCM || body.len() < TAG_LENGTH {
            return Err(CryptoError::Malformed);
        }
        Ok(Self { header, key_version: u32::from_be_bytes([a, b, c, d]), nonce, body })
    }
}

#[cfg(test)]
mod tests {
    use super::super::data_key::{DataKeyOwner, DataKeyPurpose, DataKeys};
    use super::*;

    const TENANT: Uuid = Uuid::from_u128(1);
    const ROW: Uuid = Uuid::from_u128(2);
    const NOTE: Place<'static> = Place { tenant_id: TENANT, table: "visits", column: "note", row_id: ROW };

    fn key(version: u32, byte: u8) -> DataKey {
        let owner = DataKeyOwner {
            tenant_id: TENANT,
            person_id: Uuid::from_u128(3),
            purpose: DataKeyPurpose::Clinical,
        };
        DataKey::from_bytes(owner, version, &[byte; 32])
    }

    fn two_versions() -> DataKeys {
        DataKeys::new(vec![key(1, 1), key(2, 2)]).expect("a ring")
    }

    #[test]
    fn what_is_sealed_opens_at_its_place() {
        let keys = two_versions();
        for plaintext in [&b""[..], b"x", "she slept well — 8h".as_bytes(), &[0u8; 70_000]] {
            let sealed = seal(&keys, &NOTE, plaintext).expect("seals");
            assert_eq!(sealed.len(), plaintext.len() + 34);
            assert_eq!(open(&keys, &NOTE, &sealed).expect("opens")[..], *plaintext);
        }
    }

    #[test]
    fn the_newest_key_seals_and_older_ones_still_open() {
        let old = key(1, 1);
        let sealed_before = seal(&old, &NOTE, b"before").expect("seals");
        let keys = two_versions();
        let sealed_after = seal(&keys, &NOTE, b"after").expect("seals");
        assert_eq!(key_version(&sealed_before), Ok(1));
        assert_eq!(key_version(&sealed_after), Ok(2));
        assert_eq!(open(&keys, &NOTE, &sealed_before).expect("opens")[..], b"before"[..]);
        assert_eq!(open(&old, &NOTE, &sealed_after), Err(CryptoError::UnknownKeyVersion));
    }

    #[test]
    fn two_seals_of_one_value_differ() {
        let keys = two_versions();
        assert_ne!(seal(&keys, &NOTE, b"same").expect("seals"), seal(&keys, &NOTE, b"same").expect("seals"));
    }

    #[test]
    fn a_value_moved_to_another_place_does_not_open() {
        let keys = two_versions();
        let sealed = seal(&keys, &NOTE, b"private").expect("seals");
        let elsewhere = [
            Place { tenant_id: Uuid::from_u128(9), ..NOTE },
            Place { row_id: Uuid::from_u128(9), ..NOTE },
            Place { table: "cases", ..NOTE },
            Place { column: "plan", ..NOTE },
            Place { table: "visit", column: "snote", ..NOTE },
            Place { tenant_id: ROW, row_id: TENANT, ..NOTE },
            Place { table: "note", column: "visits", ..NOTE },
            Place { table: "", column: "visitsnote", ..NOTE },
        ];
        for place in elsewhere {
            assert_eq!(open(&keys, &place, &sealed), Err(CryptoError::NotAuthentic), "{place:?}");
        }
    }

    #[test]
    fn a_relabelled_key_version_does_not_open_even_when_the_keys_are_equal() {
        let keys = DataKeys::new(vec![key(1, 5), key(2, 5)]).expect("a ring");
        let mut sealed = seal(&keys, &NOTE, b"private").expect("seals");
        sealed[5] = 1;
        assert_eq!(key_version(&sealed), Ok(1));
        assert_eq!(open(&keys, &NOTE, &sealed), Err(CryptoError::NotAuthentic));
    }

    #[test]
    fn another_key_of_the_same_version_does_not_open() {
        let sealed = seal(&key(1, 1), &NOTE, b"private").expect("seals");
        assert_eq!(open(&key(1, 2), &NOTE, &sealed), Err(CryptoError::NotAuthentic));
    }

    #[test]
    fn flipping_any_bit_is_noticed() {
        let keys = two_versions();
        let sealed = seal(&keys, &NOTE, b"a note of some length").expect("seals");
        for bit in 0..sealed.len() * 8 {
            let mut changed = sealed.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(open(&keys, &NOTE, &changed).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn truncating_at_any_length_is_noticed() {
        let keys = two_versions();
        let sealed = seal(&keys, &NOTE, b"a note of some length").expect("seals");
        for length in 0..sealed.len() {
            assert!(open(&keys, &NOTE, &sealed[..length]).is_err(), "cut to {length}");
            if length > 0 {
                assert!(open(&keys, &NOTE, &sealed[length..]).is_err(), "first {length} missing");
            }
        }
        let longer = [&sealed[..], &[0]].concat();
        assert_eq!(open(&keys, &NOTE, &longer), Err(CryptoError::NotAuthentic));
    }

    #[test]
    fn unknown_formats_and_algorithms_are_refused() {
        let keys = two_versions();
        let sealed = seal(&keys, &NOTE, b"private").expect("seals");
        for (position, value) in [(0, 0), (0, 2), (1, 0), (1, 2), (1, 255)] {
            let mut changed = sealed.clone();
            changed[position] = value;
            assert_eq!(open(&keys, &NOTE, &changed), Err(CryptoError::Malformed));
        }
    }

    #[test]
    fn arbitrary_bytes_never_open_and_never_panic() {
        let keys = two_versions();
        for length in 0..120usize {
            for seed in 0..20usize {
                let mut bytes: Vec<u8> =
                    (0..length).map(|i| (i.wrapping_mul(31) ^ seed.wrapping_mul(97)) as u8).collect();
                assert!(open(&keys, &NOTE, &bytes).is_err());
                let known = header(1);
                let shared = known.len().min(length);
                bytes[..shared].copy_from_slice(&known[..shared]);
                assert!(open(&keys, &NOTE, &bytes).is_err());
            }
        }
    }
}
