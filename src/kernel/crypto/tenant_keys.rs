//! A tenant's keys: everything derived from its root keys, and the wrapping of its data keys.

use std::{
    fmt,
    sync::atomic::{AtomicBool, Ordering},
};

use subtle::{Choice, ConstantTimeEq};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::cipher::{Cipher, KEY_LENGTH, NONCE_LENGTH};
use super::data_key::{DataKey, DataKeyOwner, DataKeyPurpose, DataKeys, WrappedDataKey};
use super::envelope::{self, Parts};
use super::provider::{RootKey, RootKeyOwner, RootKeyState, WrappedRoot};
use super::signature::Signer;
use super::{CryptoError, hash, random};

/// What a key derived from a root key is for. Keys of different purposes are independent of each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DerivedPurpose {
    /// Tokens for searching encrypted values.
    BlindIndex,
    /// Codes over entries of the audit log and its chain.
    AuditMac,
    /// Hashes of short-lived codes that could be guessed, such as one-time passwords.
    TokenHash,
    /// Codes over pagination cursors.
    CursorMac,
    /// Hashes of network addresses and user agents.
    AddressHash,
    /// Wrapping data keys.
    DataKeyWrap,
    /// The seed of the key that signs checkpoints of the record; used of the reserved tenant alone.
    CheckpointSignature,
    /// Codes that bind a client's key to the input it came with.
    RequestMac,
    /// Codes over the secrets of API keys.
    ApiKey,
    /// Sealing secrets of the tenant that are no patient's.
    TenantSecret,
    /// Codes of e-mail addresses and phone numbers of those with whom a patient shares.
    ContactToken,
}

impl DerivedPurpose {
    const ALL: [Self; 11] = [
        Self::BlindIndex,
        Self::AuditMac,
        Self::TokenHash,
        Self::CursorMac,
        Self::AddressHash,
        Self::DataKeyWrap,
        Self::CheckpointSignature,
        Self::RequestMac,
        Self::ApiKey,
        Self::TenantSecret,
        Self::ContactToken,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::BlindIndex => "blind-index",
            Self::AuditMac => "audit-mac",
            Self::TokenHash => "token-hash",
            Self::CursorMac => "cursor-mac",
            Self::AddressHash => "address-hash",
            Self::DataKeyWrap => "data-key-wrap",
            Self::CheckpointSignature => "checkpoint-signature",
            Self::RequestMac => "request-mac",
            Self::ApiKey => "api-key",
            Self::TenantSecret => "tenant-secret",
            Self::ContactToken => "contact-token",
        }
    }
}

/// Everything derived from one version of a root key.
pub(super) struct RootVersion {
    version: u32,
    derived: Box<[Zeroizing<[u8; KEY_LENGTH]>; DerivedPurpose::ALL.len()]>,
    data_key_wrap: Cipher,
    secret: Cipher,
}

impl RootVersion {
    fn derive(owner: RootKeyOwner, root: &RootKey) -> Self {
        let mut derived: Box<[Zeroizing<[u8; KEY_LENGTH]>; DerivedPurpose::ALL.len()]> = Box::default();
        for purpose in DerivedPurpose::ALL {
            let info = format!("consentry/v1/{}", purpose.name());
            let out = derived[purpose as usize].as_mut_slice();
            hash::hkdf_sha256(root.expose(), owner.tenant_id.as_bytes(), info.as_bytes(), out)
                .expect("32 bytes are within what HKDF gives");
        }
        let data_key_wrap = Cipher::new(&derived[DerivedPurpose::DataKeyWrap as usize]);
        let secret = Cipher::new(&derived[DerivedPurpose::TenantSecret as usize]);
        Self { version: owner.version, derived, data_key_wrap, secret }
    }

    pub(super) fn key(&self, purpose: DerivedPurpose) -> &[u8; KEY_LENGTH] {
        &self.derived[purpose as usize]
    }
}

/// A tenant's keys in the clear, derived once from all its root keys.
///
/// The root keys themselves are dropped as soon as everything is derived. Clears itself when the last
/// reference goes.
pub struct TenantKeys {
    tenant_id: Uuid,
    current: usize,
    newest_first: Vec<RootVersion>,
    missed: AtomicBool,
}

impl TenantKeys {
    /// Derives everything from unwrapped root keys. The highest active version becomes the current one.
    pub(super) fn new(tenant_id: Uuid, roots: &[(u32, RootKeyState, RootKey)]) -> Result<Self, CryptoError> {
        let mut sorted: Vec<_> = roots.iter().collect();
        sorted.sort_by_key(|(version, ..)| std::cmp::Reverse(*version));
        if sorted.windows(2).any(|pair| pair[0].0 == pair[1].0) {
            return Err(CryptoError::Malformed);
        }
        let current = sorted
            .iter()
            .position(|(_, state, _)| *state == RootKeyState::Active)
            .ok_or(CryptoError::UnknownKeyVersion)?;
        let newest_first = sorted
            .into_iter()
            .map(|(version, _, root)| {
                RootVersion::derive(RootKeyOwner { tenant_id, version: *version }, root)
            })
            .collect();
        Ok(Self { tenant_id, current, newest_first, missed: false.into() })
    }

    /// The tenant.
    #[must_use]
    pub fn tenant_id(&self) -> Uuid {
        self.tenant_id
    }

    /// The version of the root key that makes new values; store it beside every [`TenantKeys::mac`].
    #[must_use]
    pub fn current_version(&self) -> u32 {
        self.newest_first[self.current].version
    }

    /// All versions of the root key, newest first.
    pub fn versions(&self) -> impl Iterator<Item = u32> + '_ {
        self.newest_first.iter().map(|root| root.version)
    }

    /// The key of one purpose under the current root key.
    #[must_use]
    pub fn derive(&self, purpose: DerivedPurpose) -> &[u8; 32] {
        self.newest_first[self.current].key(purpose)
    }

    /// HMAC-SHA256 of `message` under the current root key's key of this purpose.
    #[must_use]
    pub fn mac(&self, purpose: DerivedPurpose, message: &[u8]) -> [u8; 32] {
        hash::hmac_sha256(self.derive(purpose), &[message])
    }

    /// As [`TenantKeys::mac`], under a stated version of the root key; to check or find what was made before
    /// a rotation.
    ///
    /// # Errors
    ///
    /// [`CryptoError::UnknownKeyVersion`].
    pub fn mac_at(
        &self,
        version: u32,
        purpose: DerivedPurpose,
        message: &[u8],
    ) -> Result<[u8; 32], CryptoError> {
        Ok(hash::hmac_sha256(self.root(version)?.key(purpose), &[message]))
    }

    /// The pair of keys that signs checkpoints, made of a stated version of the root key.
    ///
    /// # Errors
    ///
    /// [`CryptoError::UnknownKeyVersion`].
    pub fn checkpoint_signer(&self, version: u32) -> Result<Signer, CryptoError> {
        Ok(Signer::from_seed(self.root(version)?.key(DerivedPurpose::CheckpointSignature)))
    }

    pub(super) fn secret_cipher(&self, version: u32) -> Result<&Cipher, CryptoError> {
        Ok(&self.root(version)?.secret)
    }

    /// Whether `mac` is that of `message` under any version of the root key. Takes the same time for every
    /// answer; a code cut short is never right.
    #[must_use]
    pub fn verify_mac(&self, purpose: DerivedPurpose, message: &[u8], mac: &[u8]) -> bool {
        let matches = self.newest_first.iter().fold(Choice::from(0), |matches, root| {
            matches | hash::hmac_sha256(root.key(purpose), &[message]).ct_eq(mac)
        });
        matches.into()
    }

    /// Makes version 1 of a person's data key.
    ///
    /// # Errors
    ///
    /// [`CryptoError::RandomUnavailable`].
    pub fn new_data_key(
        &self,
        person_id: Uuid,
        purpose: DataKeyPurpose,
    ) -> Result<(DataKey, WrappedDataKey), CryptoError> {
        self.new_data_key_version(person_id, purpose, 1)
    }

    /// Makes a stated version of a person's data key, for rotation. The key is random: nothing but the
    /// wrapped form can bring it back, so deleting that erases what it sealed.
    ///
    /// # Errors
    ///
    /// [`CryptoError::RandomUnavailable`].
    pub fn new_data_key_version(
        &self,
        person_id: Uuid,
        purpose: DataKeyPurpose,
        version: u32,
    ) -> Result<(DataKey, WrappedDataKey), CryptoError> {
        let owner = DataKeyOwner { tenant_id: self.tenant_id, person_id, purpose };
        let key = random::secret_bytes::<KEY_LENGTH>()?;
        let wrapped = self.wrap_data_key(owner, version, &key)?;
        Ok((DataKey::from_bytes(owner, version, &key), wrapped))
    }

    /// Unwraps one version of a person's data key.
    ///
    /// # Errors
    ///
    /// [`CryptoError::Malformed`] or [`CryptoError::NotAuthentic`] when it was changed or belongs to another
    /// tenant, person, purpose or version; [`CryptoError::UnknownKeyVersion`] when its root key is not at
    /// hand.
    pub fn unwrap_data_key(
        &self,
        person_id: Uuid,
        purpose: DataKeyPurpose,
        stored: &WrappedDataKey,
    ) -> Result<DataKey, CryptoError> {
        let owner = DataKeyOwner { tenant_id: self.tenant_id, person_id, purpose };
        let key = self.unwrap_data_key_bytes(owner, stored)?;
        Ok(DataKey::from_bytes(owner, stored.version, &key))
    }

    /// Unwraps all stored versions of a person's data key for one purpose.
    ///
    /// # Errors
    ///
    /// As [`TenantKeys::unwrap_data_key`]; [`CryptoError::UnknownKeyVersion`] also when there is none, as
    /// after erasure.
    pub fn unwrap_data_keys(
        &self,
        person_id: Uuid,
        purpose: DataKeyPurpose,
        stored: &[WrappedDataKey],
    ) -> Result<DataKeys, CryptoError> {
        let keys = stored.iter().map(|key| self.unwrap_data_key(person_id, purpose, key));
        DataKeys::new(keys.collect::<Result<_, _>>()?)
    }

    /// Wraps a stored data key again under the current root key; key and version stay, so nothing sealed with
    /// it moves.
    ///
    /// # Errors
    ///
    /// As [`TenantKeys::unwrap_data_key`]; [`CryptoError::RandomUnavailable`].
    pub fn rewrap_data_key(
        &self,
        person_id: Uuid,
        purpose: DataKeyPurpose,
        stored: &WrappedDataKey,
    ) -> Result<WrappedDataKey, CryptoError> {
        let owner = DataKeyOwner { tenant_id: self.tenant_id, person_id, purpose };
        let key = self.unwrap_data_key_bytes(owner, stored)?;
        self.wrap_data_key(owner, stored.version, &key)
    }

    fn wrap_data_key(
        &self,
        owner: DataKeyOwner,
        version: u32,
        key: &[u8; KEY_LENGTH],
    ) -> Result<WrappedDataKey, CryptoError> {
        let root = &self.newest_first[self.current];
        let header = envelope::header(root.version);
        let nonce = random::public_bytes::<NONCE_LENGTH>()?;
        let mut wrapped = [&header[..], &nonce].concat();
        root.data_key_wrap.encrypt(
            &nonce,
            owner.associated_data(version, &header).as_bytes(),
            key,
            &mut wrapped,
        )?;
        Ok(WrappedDataKey { version, wrapped })
    }

    fn unwrap_data_key_bytes(
        &self,
        owner: DataKeyOwner,
        stored: &WrappedDataKey,
    ) -> Result<Zeroizing<[u8; KEY_LENGTH]>, CryptoError> {
        let parts = Parts::of(&stored.wrapped)?;
        let binding = owner.associated_data(stored.version, parts.header);
        let root = self.root(parts.key_version)?;
        root.data_key_wrap.decrypt_key(parts.nonce, binding.as_bytes(), parts.body)
    }

    pub(super) fn root(&self, version: u32) -> Result<&RootVersion, CryptoError> {
        let root = self.newest_first.iter().find(|root| root.version == version);
        root.ok_or_else(|| {
            self.missed.store(true, Ordering::Relaxed);
            CryptoError::UnknownKeyVersion
        })
    }

    /// Whether, since this was last asked, something was met that a root key made which is not among these: another
    /// server may have rotated.
    pub(super) fn missed_a_version(&self) -> bool {
        self.missed.swap(false, Ordering::Relaxed)
    }

    /// Whether these keys include all that is stored and are no older; a snapshot from before a rotation is
    /// covered by keys from after it.
    pub(super) fn covers(&self, stored: &[WrappedRoot]) -> bool {
        let current =
            stored.iter().filter(|root| root.state == RootKeyState::Active).map(|root| root.version).max();
        current.is_some_and(|version| version <= self.current_version())
            && stored.iter().all(|root| self.newest_first.iter().any(|own| own.version == root.version))
    }
}

#[cfg(test)]
impl TenantKeys {
    /// Keys of a tenant whose root keys have these versions, each told apart by its number alone.
    pub(crate) fn of_versions(tenant_id: Uuid, versions: &[u8]) -> Self {
        let root = |version: &u8| {
            (u32::from(*version), RootKeyState::Active, RootKey::from_bytes(Zeroizing::new([*version; 32])))
        };
        Self::new(tenant_id, &versions.iter().map(root).collect::<Vec<_>>()).expect("versions that differ")
    }
}

impl fmt::Debug for TenantKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TenantKeys")
            .field("tenant_id", &self.tenant_id)
            .field("current_version", &self.current_version())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::super::envelope::{Place, open, seal};
    use super::*;

    const TENANT: Uuid = Uuid::from_u128(1);
    const PERSON: Uuid = Uuid::from_u128(2);
    const CLINICAL: DataKeyPurpose = DataKeyPurpose::Clinical;
    const NOTE: Place<'static> = Place { tenant_id: TENANT, table: "visits", column: "note", row_id: PERSON };

    fn root(version: u32, state: RootKeyState) -> (u32, RootKeyState, RootKey) {
        (version, state, RootKey::from_bytes(Zeroizing::new([version as u8 + 170; 32])))
    }

    fn keys() -> TenantKeys {
        TenantKeys::new(TENANT, &[root(1, RootKeyState::Active)]).expect("keys")
    }

    fn rotated() -> TenantKeys {
        let roots = [root(1, RootKeyState::Retired), root(2, RootKeyState::Active)];
        TenantKeys::new(TENANT, &roots).expect("keys")
    }

    #[test]
    fn keys_of_different_purposes_tenants_and_versions_are_all_different() {
        let (keys, rotated) = (keys(), rotated());
        let other_tenant = TenantKeys::new(PERSON, &[root(1, RootKeyState::Active)]).expect("keys");
        let all = [&keys, &rotated, &other_tenant]
            .into_iter()
            .flat_map(|keys| DerivedPurpose::ALL.map(|purpose| *keys.derive(purpose)));
        assert_eq!(all.collect::<std::collections::HashSet<_>>().len(), 3 * DerivedPurpose::ALL.len());
    }

    #[test]
    fn derivation_is_hkdf_with_the_tenant_as_salt_and_the_purpose_as_info() {
        let mut expected = [0; 32];
        hash::hkdf_sha256(&[171; 32], TENANT.as_bytes(), b"consentry/v1/audit-mac", &mut expected)
            .expect("fits");
        assert_eq!(keys().derive(DerivedPurpose::AuditMac), &expected);
    }

    #[test]
    fn the_highest_active_version_is_current_and_a_retired_one_never_is() {
        assert_eq!(rotated().current_version(), 2);
        let withdrawn = [root(1, RootKeyState::Active), root(2, RootKeyState::Retired)];
        let keys = TenantKeys::new(TENANT, &withdrawn).expect("keys");
        assert_eq!(keys.current_version(), 1);
        assert_eq!(keys.versions().collect::<Vec<_>>(), [2, 1]);
        for (roots, error) in [
            (vec![], CryptoError::UnknownKeyVersion),
            (vec![root(1, RootKeyState::Retired)], CryptoError::UnknownKeyVersion),
            (vec![root(1, RootKeyState::Active), root(1, RootKeyState::Active)], CryptoError::Malformed),
        ] {
            assert_eq!(TenantKeys::new(TENANT, &roots).expect_err("refused"), error);
        }
    }

    #[test]
    fn a_code_verifies_for_its_purpose_and_message_also_after_rotation() {
        let purpose = DerivedPurpose::AuditMac;
        let (before, after) = (keys(), rotated());
        let mac = before.mac(purpose, b"entry");
        for keys in [&before, &after] {
            assert!(keys.verify_mac(purpose, b"entry", &mac));
            assert!(!keys.verify_mac(DerivedPurpose::CursorMac, b"entry", &mac));
            assert!(!keys.verify_mac(purpose, b"entrz", &mac));
            assert!(!keys.verify_mac(purpose, b"entry", &mac[..16]));
            assert!(!keys.verify_mac(purpose, b"entry", b""));
        }
        assert_ne!(after.mac(purpose, b"entry"), mac);
        assert_eq!(after.mac_at(1, purpose, b"entry"), Ok(mac));
        assert_eq!(before.mac_at(2, purpose, b"entry"), Err(CryptoError::UnknownKeyVersion));
        for bit in 0..256 {
            let mut changed = mac;
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(!after.verify_mac(purpose, b"entry", &changed), "bit {bit}");
        }
    }

    #[test]
    fn a_data_key_unwraps_to_the_key_that_was_made() {
        let keys = keys();
        let (key, stored) = keys.new_data_key(PERSON, CLINICAL).expect("made");
        assert_eq!((stored.version, stored.wrapped.len(), stored.root_version()), (1, 66, Ok(1)));
        let sealed = seal(&key, &NOTE, b"note").expect("seals");
        let ring = keys.unwrap_data_keys(PERSON, CLINICAL, &[stored]).expect("unwraps");
        assert_eq!(open(&ring, &NOTE, &sealed).expect("opens")[..], b"note"[..]);
        assert_eq!(ring.owner(), key.owner());
    }

    #[test]
    fn a_data_key_unwraps_for_no_other_tenant_person_purpose_or_version() {
        let keys = keys();
        let (_, stored) = keys.new_data_key(PERSON, CLINICAL).expect("made");
        // The same root key under another tenant: the salt and the binding each have to stop it.
        let other_tenant = TenantKeys::new(PERSON, &[root(1, RootKeyState::Active)]).expect("keys");
        let relabelled = WrappedDataKey { version: 2, ..stored.clone() };
        for outcome in [
            other_tenant.unwrap_data_key(PERSON, CLINICAL, &stored),
            keys.unwrap_data_key(TENANT, CLINICAL, &stored),
            keys.unwrap_data_key(PERSON, DataKeyPurpose::ProtectedNote, &stored),
            keys.unwrap_data_key(PERSON, CLINICAL, &relabelled),
        ] {
            assert_eq!(outcome.expect_err("refused"), CryptoError::NotAuthentic);
        }
    }

    #[test]
    fn flipping_any_bit_or_truncating_a_wrapped_data_key_is_noticed() {
        let keys = rotated();
        let (_, stored) = keys.new_data_key(PERSON, CLINICAL).expect("made");
        for bit in 0..stored.wrapped.len() * 8 {
            let mut changed = stored.clone();
            changed.wrapped[bit / 8] ^= 1 << (bit % 8);
            assert!(keys.unwrap_data_key(PERSON, CLINICAL, &changed).is_err(), "bit {bit}");
        }
        for length in 0..stored.wrapped.len() {
            let cut = WrappedDataKey { wrapped: stored.wrapped[..length].to_vec(), ..stored.clone() };
            assert!(keys.unwrap_data_key(PERSON, CLINICAL, &cut).is_err(), "cut to {length}");
        }
    }

    #[test]
    fn after_rotation_old_data_keys_open_and_can_be_wrapped_again() {
        let (key, stored) = keys().new_data_key(PERSON, CLINICAL).expect("made");
        let sealed = seal(&key, &NOTE, b"note").expect("seals");
        let after = rotated();
        let again = after.rewrap_data_key(PERSON, CLINICAL, &stored).expect("wraps again");
        assert_eq!((again.version, again.root_version()), (1, Ok(2)));
        for wrapped in [&stored, &again] {
            let key = after.unwrap_data_key(PERSON, CLINICAL, wrapped).expect("unwraps");
            assert_eq!(open(&key, &NOTE, &sealed).expect("opens")[..], b"note"[..]);
        }
        let refused = keys().unwrap_data_key(PERSON, CLINICAL, &again).expect_err("made later");
        assert_eq!(refused, CryptoError::UnknownKeyVersion);
    }

    #[test]
    fn a_new_version_of_a_data_key_reads_what_the_old_one_wrote() {
        let keys = keys();
        let (first, first_stored) = keys.new_data_key(PERSON, CLINICAL).expect("made");
        let sealed = seal(&first, &NOTE, b"note").expect("seals");
        let (_, second_stored) = keys.new_data_key_version(PERSON, CLINICAL, 2).expect("made");
        let ring = keys.unwrap_data_keys(PERSON, CLINICAL, &[first_stored, second_stored]).expect("unwraps");
        assert_eq!(open(&ring, &NOTE, &sealed).expect("opens")[..], b"note"[..]);
        let sealed = seal(&ring, &NOTE, b"note").expect("seals");
        assert_eq!(super::super::envelope::key_version(&sealed), Ok(2));
        let erased = keys.unwrap_data_keys(PERSON, CLINICAL, &[]).expect_err("erased");
        assert_eq!(erased, CryptoError::UnknownKeyVersion);
    }

    #[test]
    fn debug_output_contains_no_key_bytes() {
        let keys = keys();
        let key = keys.derive(DerivedPurpose::BlindIndex);
        let printed = format!("{keys:?}");
        assert!(
            !printed.contains("171") && !printed.contains(&format!("{}, {}", key[0], key[1])),
            "{printed}"
        );
    }
}
