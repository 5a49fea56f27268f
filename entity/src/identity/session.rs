//! `sessions`: sign-ins.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::{Id, identity::user, table::classify};

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sessions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id<Entity>,
    pub user_id: Id<user::Entity>,
    pub token_digest: Vec<u8>,
    pub expires_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
    pub address_hash: Option<Vec<u8>>,
    pub user_agent_hash: Option<Vec<u8>>,
    pub last_seen_at: DateTime<Utc>,
    pub idle_seconds: Option<i32>,
    pub idle_at: Option<DateTime<Utc>>,
    pub proved_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<Uuid>,
    pub updated_at: DateTime<Utc>,
    pub updated_by: Option<Uuid>,
    pub version: i32,
    pub deleted_at: Option<DateTime<Utc>>,
}

classify! {
    table "sessions", standard: mutable;
    operational: [
        UserId, TokenDigest, ExpiresAt, EndedAt, AddressHash, UserAgentHash, LastSeenAt, IdleSeconds, IdleAt, ProvedAt,
    ];
}
