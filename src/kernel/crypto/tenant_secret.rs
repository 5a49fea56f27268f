//! Secrets that belong to a tenant and to no patient: what the server has to say again to somebody else in the clear, or
//! shares with a user, such as the secrets of one-time codes. They open before anybody is known, so no decision opens them.
//!
//! Sealed as a column is, under a key that is derived from the tenant's root key. There is one such key for each version of
//! the root, and a tenant has few secrets, so random nonces stay safe.

use zeroize::Zeroizing;

use super::cipher::{AssociatedData, NONCE_LENGTH};
use super::envelope::{HEADER_LENGTH, Parts, Place, header};
use super::tenant_keys::TenantKeys;
use super::{CryptoError, random};

impl TenantKeys {
    /// Seals a secret for one place of this tenant. The result is 34 bytes longer.
    ///
    /// # Errors
    ///
    /// [`CryptoError::RandomUnavailable`].
    pub fn seal_secret(&self, place: &Place<'_>, secret: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let header = header(self.current_version());
        let nonce = random::public_bytes::<NONCE_LENGTH>()?;
        let mut sealed = [&header[..], &nonce[..]].concat();
        let cipher = self.secret_cipher(self.current_version())?;
        cipher.encrypt(&nonce, associated_data(place, &header).as_bytes(), secret, &mut sealed)?;
        Ok(sealed)
    }

    /// Opens what [`TenantKeys::seal_secret`] made for the same place, also before a rotation of the root key.
    ///
    /// # Errors
    ///
    /// [`CryptoError::Malformed`] when it is nothing of ours; [`CryptoError::UnknownKeyVersion`] when its root key is gone;
    /// [`CryptoError::NotAuthentic`] when it was changed, or comes from another place or tenant.
    pub fn open_secret(&self, place: &Place<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        let parts = Parts::of(sealed)?;
        let cipher = self.secret_cipher(parts.key_version)?;
        cipher.decrypt(parts.nonce, associated_data(place, parts.header).as_bytes(), parts.body)
    }
}

fn associated_data(place: &Place<'_>, header: &[u8; HEADER_LENGTH]) -> AssociatedData {
    AssociatedData::of("consentry/v1/tenant-secret")
        .with(place.tenant_id.as_bytes())
        .with(place.table.as_bytes())
        .with(place.column.as_bytes())
        .with(place.row_id.as_bytes())
        .with(header)
}

#[cfg(test)]
mod tests {
    use super::super::provider::{RootKey, RootKeyState};
    use super::*;
    use uuid::Uuid;

    const TENANT: Uuid = Uuid::from_u128(1);
    const PLACE: Place<'static> = Place {
        tenant_id: TENANT,
        table: "identity_providers",
        column: "client_secret",
        row_id: Uuid::from_u128(2),
    };

    fn keys(tenant: Uuid, versions: u32) -> TenantKeys {
        let root = |version| {
            let state = if version == versions { RootKeyState::Active } else { RootKeyState::Retired };
            (version, state, RootKey::from_bytes(Zeroizing::new([version as u8; 32])))
        };
        TenantKeys::new(tenant, &(1..=versions).map(root).collect::<Vec<_>>()).expect("keys")
    }

    #[test]
    fn a_secret_opens_at_its_place_also_after_a_rotation() {
        let sealed = keys(TENANT, 1).seal_secret(&PLACE, b"hush").expect("seals");
        assert_eq!(sealed.len(), 4 + 34);
        for versions in [1, 2] {
            assert_eq!(keys(TENANT, versions).open_secret(&PLACE, &sealed).expect("opens")[..], *b"hush");
        }
        let later = keys(TENANT, 2).seal_secret(&PLACE, b"hush").expect("seals");
        assert_eq!(keys(TENANT, 1).open_secret(&PLACE, &later), Err(CryptoError::UnknownKeyVersion));
    }

    #[test]
    fn a_secret_opens_nowhere_else_and_not_when_any_bit_is_changed() {
        let keys_of_tenant = keys(TENANT, 1);
        let sealed = keys_of_tenant.seal_secret(&PLACE, b"hush").expect("seals");
        for place in [
            Place { tenant_id: Uuid::nil(), ..PLACE },
            Place { table: "users", ..PLACE },
            Place { column: "name", ..PLACE },
            Place { row_id: Uuid::nil(), ..PLACE },
        ] {
            assert_eq!(keys_of_tenant.open_secret(&place, &sealed), Err(CryptoError::NotAuthentic));
        }
        let stranger = keys(Uuid::from_u128(3), 1);
        assert_eq!(stranger.open_secret(&PLACE, &sealed), Err(CryptoError::NotAuthentic));
        for bit in 0..sealed.len() * 8 {
            let mut changed = sealed.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(keys_of_tenant.open_secret(&PLACE, &changed).is_err(), "bit {bit}");
        }
        for length in 0..sealed.len() {
            assert!(keys_of_tenant.open_secret(&PLACE, &sealed[..length]).is_err(), "cut to {length}");
        }
    }
}
