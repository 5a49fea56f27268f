//! The data keys of the people of one page.

use std::collections::HashMap;

use entity::DataClass;
use sqlx::PgConnection;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{Failure, data_key_purpose};
use crate::kernel::{
    access::sealing_purpose,
    crypto::{self, CryptoError, DataKeyPurpose, DataKeys, Place, TenantKeys, WrappedDataKey},
};

/// The data keys of some people, or why they are not at hand.
pub(super) struct PersonKeys(HashMap<(Uuid, DataKeyPurpose), Result<DataKeys, CryptoError>>);

impl PersonKeys {
    /// Reads and unwraps all versions of all keys of these people.
    pub(super) async fn of(
        connection: &mut PgConnection,
        keys: &TenantKeys,
        people: &[Uuid],
    ) -> Result<Self, Failure> {
        let rows: Vec<(Uuid, String, i32, Vec<u8>)> = sqlx::query_as(
            "select person_id, purpose::text, key_version, wrapped from encryption_keys
            where tenant_id = $1 and person_id = any($2) and purpose <> 'ROOT'",
        )
        .bind(keys.tenant_id())
        .bind(people)
        .persistent(false)
        .fetch_all(connection)
        .await?;
        let mut stored: HashMap<(Uuid, DataKeyPurpose), Vec<WrappedDataKey>> = HashMap::new();
        for (person_id, purpose, version, wrapped) in rows {
            if let Some(purpose) = data_key_purpose(&purpose) {
                let version = u32::try_from(version).unwrap_or_default();
                stored.entry((person_id, purpose)).or_default().push(WrappedDataKey { version, wrapped });
            }
        }
        let unwrapped = stored.into_iter().map(|((person_id, purpose), stored)| {
            ((person_id, purpose), keys.unwrap_data_keys(person_id, purpose, &stored))
        });
        Ok(Self(unwrapped.collect()))
    }

    /// Opens a value of a column whose floor is `floor`, as a permit would.
    pub(super) fn open(
        &self,
        person_id: Uuid,
        floor: DataClass,
        place: &Place<'_>,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        let ring = match self.0.get(&(person_id, sealing_purpose(floor))) {
            Some(Ok(ring)) => ring,
            Some(Err(error)) => return Err(error.clone()),
            None => return Err(CryptoError::UnknownKeyVersion),
        };
        crypto::open(ring, place, sealed)
    }
}
