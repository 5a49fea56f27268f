//! `api_keys`: long-lived credentials of partner organizations; only keyed codes over their secrets are stored.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::{Id, identity::user, table::classify, tenancy::organization};

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_keys")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id<Entity>,
    pub organization_id: Id<organization::Entity>,
    pub creator_id: Id<user::Entity>,
    pub replaces_id: Option<Id<Entity>>,
    pub name: String,
    pub secret_mac: Vec<u8>,
    pub scopes: Vec<String>,
    pub purpose: String,
    pub expires_at: DateTime<Utc>,
    pub last_used_at: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<Uuid>,
    pub updated_at: DateTime<Utc>,
    pub updated_by: Option<Uuid>,
    pub version: i32,
    pub deleted_at: Option<DateTime<Utc>>,
}

classify! {
    table "api_keys", standard: mutable;
    operational: [OrganizationId, CreatorId, ReplacesId, Name, SecretMac, Scopes, Purpose, ExpiresAt, LastUsedAt, RevokedAt];
}
