//! `audit_checkpoints`: signed states of all chains, kept by the reserved tenant.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::{Id, table::classify};

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_checkpoints")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id<Entity>,
    pub sequence: i64,
    pub previous_digest: Option<Vec<u8>>,
    pub taken_at: DateTime<Utc>,
    pub system_identifier: i64,
    pub heads: Json,
    pub restored: Option<Json>,
    pub key_version: i32,
    pub signature: Vec<u8>,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<Uuid>,
}

classify! {
    table "audit_checkpoints", standard: immutable;
    operational: [Sequence, PreviousDigest, TakenAt, SystemIdentifier, Heads, Restored, KeyVersion, Signature];
}
