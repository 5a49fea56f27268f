//! Checkpoints: where all chains stand, signed, each over the one before it.

use base64::{Engine, prelude::BASE64_STANDARD};
use chrono::{DateTime, Utc};
use entity::tenancy::tenant::PLATFORM;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use sha2::{Digest, Sha256};
use sqlx::{PgConnection, Row, postgres::PgRow, types::Json};
use uuid::Uuid;

use crate::kernel::{
    crypto::{CryptoError, TenantKeys},
    error::{Error, Result},
};

/// Bytes that stand in JSON as base64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bytes<const N: usize>(pub [u8; N]);

impl<const N: usize> Serialize for Bytes<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64_STANDARD.encode(self.0))
    }
}

impl<'de, const N: usize> Deserialize<'de> for Bytes<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = BASE64_STANDARD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or_else(|| D::Error::custom(format_args!("not {N} bytes in base64")))
    }
}

/// Where the chain of one tenant stood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Standing {
    /// The tenant.
    pub tenant_id: Uuid,
    /// How often its rows came to stand in another cluster, plus one.
    pub epoch: i32,
    /// The position of the last link.
    pub position: i64,
    /// The MAC of the last link.
    pub link_mac: Bytes<32>,
}

/// An operator said that the database was restored from a backup, so that later checkpoints are given up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Restored {
    /// The digest of the last checkpoint that was given up.
    pub abandoned: Bytes<32>,
    /// The operator's reason.
    pub reason: String,
}

/// A signed state of all chains that moved since the one before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Checkpoint {
    /// Counts from 1.
    pub sequence: i64,
    /// The digest of the checkpoint before; the first has none.
    pub previous: Option<Bytes<32>>,
    /// When it was taken.
    pub taken_at: DateTime<Utc>,
    /// Whatever an earlier transaction wrote is sealed.
    pub sealed_below: i64,
    /// The cluster that counts those transactions.
    pub system_identifier: i64,
    /// The chains that moved, by tenant.
    pub heads: Vec<Standing>,
    /// Set when it follows a restored backup.
    pub restored: Option<Restored>,
    /// The version of the reserved tenant's root key that it was signed under.
    pub key_version: u32,
    /// Ed25519 over everything above.
    pub signature: Bytes<64>,
}

const COLUMNS: &str = "sequence, previous_digest::bytea, taken_at, sealed_below::text::bigint, system_identifier, heads, \
    restored, key_version, signature::bytea";

impl Checkpoint {
    /// Signs it, in place of the signature that it has.
    pub(super) fn sign(mut self, keys: &TenantKeys) -> Result<Self, CryptoError> {
        self.key_version = keys.current_version();
        self.signature = Bytes(keys.checkpoint_signer(self.key_version)?.sign(&self.signed_bytes()));
        Ok(self)
    }

    /// Whether the signature is that of this installation.
    pub(super) fn is_authentic(&self, keys: &TenantKeys) -> Result<bool, CryptoError> {
        Ok(keys.checkpoint_signer(self.key_version)?.verifies(&self.signed_bytes(), &self.signature.0))
    }

    /// What the next one refers to it by.
    pub fn digest(&self) -> Bytes<32> {
        Bytes(
            Sha256::new().chain_update(self.signed_bytes()).chain_update(self.signature.0).finalize().into(),
        )
    }

    /// Every field, with lengths before what has no fixed one.
    fn signed_bytes(&self) -> Vec<u8> {
        let mut bytes = b"consentry/checkpoint/v1".to_vec();
        bytes.extend(self.sequence.to_be_bytes());
        bytes.push(u8::from(self.previous.is_some()));
        bytes.extend(self.previous.map_or([0; 32], |digest| digest.0));
        bytes.extend(self.taken_at.timestamp_micros().to_be_bytes());
        bytes.extend(self.sealed_below.to_be_bytes());
        bytes.extend(self.system_identifier.to_be_bytes());
        bytes.extend((self.heads.len() as u64).to_be_bytes());
        for Standing { tenant_id, epoch, position, link_mac } in &self.heads {
            bytes.extend(tenant_id.as_bytes());
            bytes.extend(epoch.to_be_bytes());
            bytes.extend(position.to_be_bytes());
            bytes.extend(link_mac.0);
        }
        match &self.restored {
            None => bytes.push(0),
            Some(Restored { abandoned, reason }) => {
                bytes.push(1);
                bytes.extend(abandoned.0);
                bytes.extend((reason.len() as u64).to_be_bytes());
                bytes.extend(reason.as_bytes());
            }
        }
        bytes.extend(self.key_version.to_be_bytes());
        bytes
    }

    /// The newest of the database. The reserved tenant has to be set.
    pub(super) async fn newest(connection: &mut PgConnection) -> Result<Option<Self>> {
        Self::select(connection, "order by sequence desc limit 1", 0).await.map(|mut found| found.pop())
    }

    /// Those of the database after `sequence`, oldest first, at most `limit`. The reserved tenant has to be set.
    pub(super) async fn after(connection: &mut PgConnection, sequence: i64, limit: u32) -> Result<Vec<Self>> {
        let rest = format!("and sequence > $2 order by sequence limit {limit}");
        Self::select(connection, &rest, sequence).await
    }

    async fn select(connection: &mut PgConnection, rest: &str, sequence: i64) -> Result<Vec<Self>> {
        // `$2` is named in every form, so that the statement always takes two values.
        let sql = format!(
            "select {COLUMNS} from audit_checkpoints where tenant_id = $1 and $2::bigint is not null {rest}"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(PLATFORM)
            .bind(sequence)
            .persistent(false)
            .fetch_all(connection)
            .await?;
        rows.iter().map(Self::read).collect()
    }

    fn read(row: &PgRow) -> Result<Self> {
        let heads: Json<Vec<Standing>> = row.try_get(5)?;
        let restored: Option<Json<Restored>> = row.try_get(6)?;
        let previous: Option<Vec<u8>> = row.try_get(1)?;
        let key_version: i32 = row.try_get(7)?;
        Ok(Self {
            sequence: row.try_get(0)?,
            previous: previous.map(fixed).transpose()?,
            taken_at: row.try_get(2)?,
            sealed_below: row.try_get(3)?,
            system_identifier: row.try_get(4)?,
            heads: heads.0,
            restored: restored.map(|restored| restored.0),
            key_version: u32::try_from(key_version).unwrap_or_default(),
            signature: fixed(row.try_get(8)?)?,
        })
    }

    pub(super) async fn insert(&self, connection: &mut PgConnection, id: Uuid) -> Result<()> {
        sqlx::query(
            "insert into audit_checkpoints (tenant_id, id, sequence, previous_digest, taken_at, sealed_below,
                system_identifier, heads, restored, key_version, signature)
            values ($1, $2, $3, $4, $5, $6::text::xid8, $7, $8, $9, $10, $11)",
        )
        .bind(PLATFORM)
        .bind(id)
        .bind(self.sequence)
        .bind(self.previous.map(|digest| digest.0.to_vec()))
        .bind(self.taken_at)
        .bind(self.sealed_below.to_string())
        .bind(self.system_identifier)
        .bind(Json(&self.heads))
        .bind(self.restored.as_ref().map(Json))
        .bind(i32::try_from(self.key_version).unwrap_or(i32::MAX))
        .bind(self.signature.0.to_vec())
        .execute(connection)
        .await?;
        Ok(())
    }
}

/// Bytes of the one length that the database holds there.
pub(super) fn fixed<const N: usize>(bytes: Vec<u8>) -> Result<Bytes<N>> {
    let length = bytes.len();
    bytes.try_into().map(Bytes).map_err(|_| Error::internal(format_args!("{length} bytes where {N} belong")))
}
