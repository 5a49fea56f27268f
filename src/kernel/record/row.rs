//! A row of the record: what its MAC covers, and how it is read back.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use sqlx::{Row, postgres::PgRow};
use uuid::Uuid;

use crate::kernel::crypto::{CryptoError, DerivedPurpose, TenantKeys};

/// What the MAC of a row covers: every stored value but `created_at`, `created_by` and `xid`, which the database adds.
pub struct AuditRow<'a> {
    /// The tenant.
    pub tenant_id: Uuid,
    /// The row.
    pub id: Uuid,
    /// Microseconds since 1970.
    pub occurred_at: i64,
    /// Who.
    pub actor_id: Option<Uuid>,
    /// In which role.
    pub actor_role: Option<&'a str>,
    /// With which credential.
    pub credential: &'a str,
    /// What was attempted.
    pub action: &'a str,
    /// By which operation.
    pub operation: &'a str,
    /// On what.
    pub target_kind: Option<&'a str>,
    /// On which row.
    pub target_id: Option<Uuid>,
    /// About whom.
    pub patient_id: Option<Uuid>,
    /// Of which class.
    pub data_class: Option<&'a str>,
    /// Field names, joined by commas.
    pub fields: &'a str,
    /// What was decided.
    pub decision: &'a str,
    /// Why not.
    pub reason: Option<&'a str>,
    /// For what purpose.
    pub purpose: Option<&'a str>,
    /// By which consent.
    pub consent_id: Option<Uuid>,
    /// In which request.
    pub request_id: &'a str,
    /// From which address, hashed.
    pub address_hash: Option<&'a [u8]>,
    /// By which user agent, hashed.
    pub user_agent_hash: Option<&'a [u8]>,
    /// With which session or token.
    pub credential_id: Option<Uuid>,
}

impl AuditRow<'_> {
    /// The bytes under the MAC: every field with its length before it, a missing one told apart from an empty one.
    pub fn canonical_bytes(&self) -> Vec<u8> {
        let mut bytes = b"consentry/audit/v1".to_vec();
        let mut add = |value: Option<&[u8]>| match value {
            None => bytes.extend(u32::MAX.to_be_bytes()),
            Some(value) => {
                bytes.extend(u32::try_from(value.len()).unwrap_or(u32::MAX - 1).to_be_bytes());
                bytes.extend(value);
            }
        };
        add(Some(self.tenant_id.as_bytes()));
        add(Some(self.id.as_bytes()));
        add(Some(&self.occurred_at.to_be_bytes()));
        add(self.actor_id.as_ref().map(|id| id.as_bytes().as_slice()));
        add(self.actor_role.map(str::as_bytes));
        add(Some(self.credential.as_bytes()));
        add(Some(self.action.as_bytes()));
        add(Some(self.operation.as_bytes()));
        add(self.target_kind.map(str::as_bytes));
        add(self.target_id.as_ref().map(|id| id.as_bytes().as_slice()));
        add(self.patient_id.as_ref().map(|id| id.as_bytes().as_slice()));
        add(self.data_class.map(str::as_bytes));
        add(Some(self.fields.as_bytes()));
        add(Some(self.decision.as_bytes()));
        add(self.reason.map(str::as_bytes));
        add(self.purpose.map(str::as_bytes));
        add(self.consent_id.as_ref().map(|id| id.as_bytes().as_slice()));
        add(Some(self.request_id.as_bytes()));
        add(self.address_hash);
        add(self.user_agent_hash);
        // Rows from before it was recorded end here; what follows tells them apart from one that has it.
        if let Some(credential_id) = &self.credential_id {
            add(Some(credential_id.as_bytes()));
        }
        bytes
    }
}

/// What is selected of `audit_logs l` for [`StoredRow::read`], first of all columns.
pub(super) const COLUMNS: &str = "l.tenant_id, l.id, l.occurred_at, l.actor_id, l.actor_role::text, l.credential::text,
    l.action::text, l.operation::text, l.target_kind::text, l.target_id, l.patient_id, l.data_class::text,
    array_to_string(l.fields, ','), l.decision::text, l.reason::text, l.purpose::text, l.consent_id, l.request_id::text,
    l.address_hash::bytea, l.user_agent_hash::bytea, l.key_version, l.row_mac::bytea, l.credential_id,
    array_to_json(l.fields)::text, l.created_at, l.created_by, l.xid::text";
/// How many they are.
pub(super) const COLUMN_COUNT: usize = 27;

/// A row as it is stored. Its protected columns are hashed and compared, never shown.
pub(super) struct StoredRow<'r> {
    pub(super) row: AuditRow<'r>,
    pub(super) row_mac: &'r [u8],
    key_version: u32,
    /// What the database added, and so no MAC covers. `fields` stand here once more as JSON, in which two lists never
    /// look alike.
    fields: &'r str,
    created_at: i64,
    created_by: Option<Uuid>,
    xid: &'r str,
}

impl<'r> StoredRow<'r> {
    /// Reads the columns of [`COLUMNS`], by position: this is done for every row there is.
    pub(super) fn read(row: &'r PgRow) -> Result<Self, sqlx::Error> {
        let micros = |index: usize| row.try_get::<DateTime<Utc>, _>(index).map(|at| at.timestamp_micros());
        let key_version: i32 = row.try_get(20)?;
        Ok(Self {
            row: AuditRow {
                tenant_id: row.try_get(0)?,
                id: row.try_get(1)?,
                occurred_at: micros(2)?,
                actor_id: row.try_get(3)?,
                actor_role: row.try_get(4)?,
                credential: row.try_get(5)?,
                action: row.try_get(6)?,
                operation: row.try_get(7)?,
                target_kind: row.try_get(8)?,
                target_id: row.try_get(9)?,
                patient_id: row.try_get(10)?,
                data_class: row.try_get(11)?,
                fields: row.try_get(12)?,
                decision: row.try_get(13)?,
                reason: row.try_get(14)?,
                purpose: row.try_get(15)?,
                consent_id: row.try_get(16)?,
                request_id: row.try_get(17)?,
                address_hash: row.try_get(18)?,
                user_agent_hash: row.try_get(19)?,
                credential_id: row.try_get(22)?,
            },
            row_mac: row.try_get(21)?,
            key_version: u32::try_from(key_version).unwrap_or_default(),
            fields: row.try_get(23)?,
            created_at: micros(24)?,
            created_by: row.try_get(25)?,
            xid: row.try_get(26)?,
        })
    }

    /// The transaction that wrote it. One that cannot be a number of a cluster comes last of all.
    pub(super) fn xid(&self) -> i64 {
        self.xid.parse().unwrap_or(i64::MAX)
    }

    /// Whether the MAC is that of the row, and the digest of the whole row, for its link.
    pub(super) fn examine(&self, keys: &TenantKeys) -> (Result<bool, CryptoError>, [u8; 32]) {
        let mut bytes = self.row.canonical_bytes();
        let mac = keys.mac_at(self.key_version, DerivedPurpose::AuditMac, &bytes);
        bytes.extend((self.fields.len() as u64).to_be_bytes());
        bytes.extend(self.fields.as_bytes());
        bytes.extend(self.created_at.to_be_bytes());
        bytes.push(u8::from(self.created_by.is_some()));
        bytes.extend(self.created_by.unwrap_or_default().as_bytes());
        bytes.extend(self.key_version.to_be_bytes());
        bytes.extend(self.xid.as_bytes());
        (mac.map(|mac| mac[..] == *self.row_mac), Sha256::digest(&bytes).into())
    }
}
