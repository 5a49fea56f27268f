//! The chain of a tenant: each link covers the one before it, so that no row can be changed, removed, added or moved
//! without the key.

use uuid::Uuid;

use crate::kernel::crypto::{CryptoError, DerivedPurpose, TenantKeys};

/// What the first link covers in place of one before it.
pub(super) const BEGINNING: [u8; 32] = [0; 32];

/// What a link says of a row.
pub(super) struct Linked<'a> {
    /// The place in the chain, from 1.
    pub(super) position: i64,
    /// The MAC of the link before.
    pub(super) previous: &'a [u8],
    /// The row.
    pub(super) id: Uuid,
    /// The MAC of the row, as it is stored.
    pub(super) row_mac: &'a [u8],
    /// SHA-256 of the row's canonical bytes.
    pub(super) row_digest: [u8; 32],
}

impl Linked<'_> {
    /// The MAC of the link, under a stated version of the tenant's root key.
    pub(super) fn mac(&self, keys: &TenantKeys, version: u32) -> Result<[u8; 32], CryptoError> {
        let mut message = Vec::with_capacity(160);
        message.extend(b"consentry/audit-link/v1");
        message.extend(self.position.to_be_bytes());
        message.extend(self.previous);
        message.extend(self.id.as_bytes());
        message.extend(u32::try_from(self.row_mac.len()).unwrap_or(u32::MAX).to_be_bytes());
        message.extend(self.row_mac);
        message.extend(self.row_digest);
        keys.mac_at(version, DerivedPurpose::AuditMac, &message)
    }
}
