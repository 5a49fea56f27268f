//! The data keys that seal a person's columns: one per person and purpose, random, in versions.

use std::fmt;

use uuid::Uuid;

use super::CryptoError;
use super::cipher::{AssociatedData, Cipher, KEY_LENGTH};
use super::envelope::{self, KeyVersions};

/// What a person's data key protects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DataKeyPurpose {
    /// Who the person is.
    Identity,
    /// Records of care.
    Clinical,
    /// Psychotherapy and other specially protected notes.
    ProtectedNote,
}

impl DataKeyPurpose {
    /// The name stored with the key and bound into it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Identity => "IDENTITY",
            Self::Clinical => "CLINICAL",
            Self::ProtectedNote => "PROTECTED_NOTE",
        }
    }
}

/// Whose data key it is and what for; a wrapped data key unwraps for no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DataKeyOwner {
    /// The tenant.
    pub tenant_id: Uuid,
    /// The person the data is about.
    pub person_id: Uuid,
    /// What the key protects.
    pub purpose: DataKeyPurpose,
}

impl DataKeyOwner {
    /// What a wrapped data key is bound to.
    pub(super) fn associated_data(&self, version: u32, header: &[u8]) -> AssociatedData {
        AssociatedData::of("consentry/v1/data-key")
            .with(self.tenant_id.as_bytes())
            .with(self.person_id.as_bytes())
            .with(self.purpose.as_str().as_bytes())
            .with(&version.to_be_bytes())
            .with(header)
    }
}

/// A data key as it is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct WrappedDataKey {
    /// The data key's version, from 1.
    pub version: u32,
    /// 66 bytes in the envelope's format; its key version is that of the root key.
    pub wrapped: Vec<u8>,
}

impl WrappedDataKey {
    /// The version of the root key that wraps it.
    ///
    /// # Errors
    ///
    /// [`CryptoError::Malformed`].
    pub fn root_version(&self) -> Result<u32, CryptoError> {
        envelope::key_version(&self.wrapped)
    }
}

impl fmt::Debug for WrappedDataKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("WrappedDataKey").field("version", &self.version).finish_non_exhaustive()
    }
}

/// One version of a person's data key, ready for use, cleared when dropped.
#[derive(Debug)]
pub struct DataKey {
    owner: DataKeyOwner,
    version: u32,
    cipher: Cipher,
}

impl DataKey {
    pub(super) fn from_bytes(owner: DataKeyOwner, version: u32, key: &[u8; KEY_LENGTH]) -> Self {
        Self { owner, version, cipher: Cipher::new(key) }
    }

    /// Whose key it is and what for.
    #[must_use]
    pub fn owner(&self) -> DataKeyOwner {
        self.owner
    }

    /// The data key's version, from 1.
    #[must_use]
    pub fn version(&self) -> u32 {
        self.version
    }

    pub(super) fn cipher(&self) -> &Cipher {
        &self.cipher
    }
}

impl KeyVersions for DataKey {
    fn newest(&self) -> &DataKey {
        self
    }

    fn version(&self, version: u32) -> Option<&DataKey> {
        (self.version == version).then_some(self)
    }
}

/// All usable versions of one person's data key for one purpose; there is always at least one.
#[derive(Debug)]
pub struct DataKeys {
    newest_first: Vec<DataKey>,
}

impl DataKeys {
    /// Puts versions together, in any order.
    ///
    /// # Errors
    ///
    /// [`CryptoError::UnknownKeyVersion`] when there is none, as after erasure; [`CryptoError::Malformed`]
    /// when they belong to different owners or a version occurs twice.
    pub fn new(mut keys: Vec<DataKey>) -> Result<Self, CryptoError> {
        keys.sort_by_key(|key| std::cmp::Reverse(key.version));
        let owner = keys.first().ok_or(CryptoError::UnknownKeyVersion)?.owner;
        let distinct = keys.windows(2).all(|pair| pair[0].version != pair[1].version);
        if !distinct || keys.iter().any(|key| key.owner != owner) {
            return Err(CryptoError::Malformed);
        }
        Ok(Self { newest_first: keys })
    }

    /// Whose keys they are and what for.
    #[must_use]
    pub fn owner(&self) -> DataKeyOwner {
        self.newest().owner
    }
}

impl KeyVersions for DataKeys {
    fn newest(&self) -> &DataKey {
        &self.newest_first[0]
    }

    fn version(&self, version: u32) -> Option<&DataKey> {
        self.newest_first.iter().find(|key| key.version == version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(person: u128, purpose: DataKeyPurpose, version: u32) -> DataKey {
        let owner =
            DataKeyOwner { tenant_id: Uuid::from_u128(1), person_id: Uuid::from_u128(person), purpose };
        DataKey::from_bytes(owner, version, &[171; KEY_LENGTH])
    }

    #[test]
    fn a_ring_writes_with_the_newest_version_whatever_the_order() {
        let clinical = |version| key(1, DataKeyPurpose::Clinical, version);
        let keys = DataKeys::new(vec![clinical(2), clinical(3), clinical(1)]).expect("a ring");
        assert_eq!(keys.newest().version(), 3);
        assert_eq!(keys.version(1).map(DataKey::version), Some(1));
        assert!(keys.version(4).is_none());
    }

    #[test]
    fn a_ring_has_keys_of_one_owner_each_version_once_and_never_none() {
        let first = || key(1, DataKeyPurpose::Clinical, 1);
        for other in [key(2, DataKeyPurpose::Clinical, 2), key(1, DataKeyPurpose::Identity, 2), first()] {
            assert_eq!(DataKeys::new(vec![first(), other]).expect_err("refused"), CryptoError::Malformed);
        }
        assert_eq!(DataKeys::new(vec![]).expect_err("refused"), CryptoError::UnknownKeyVersion);
    }

    #[test]
    fn debug_output_contains_no_key_bytes() {
        let wrapped = WrappedDataKey { version: 1, wrapped: vec![171; 66] };
        let printed = format!("{:?} {wrapped:?}", key(1, DataKeyPurpose::Clinical, 1));
        assert!(!printed.contains("171") && !printed.to_lowercase().contains("abab"), "{printed}");
    }
}
