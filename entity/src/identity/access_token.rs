//! `access_tokens`: credentials of programs, and pairs of access and refresh tokens; only digests are stored.

use async_graphql::Enum;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Id,
    identity::{partner_client, session, user},
    table::classify,
    tenancy::organization,
};

/// What an access token is for.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Enum,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AccessTokenKind {
    /// Access for minutes: of a person, or of a partner's client.
    Access,
    /// Gets a new pair once.
    Refresh,
    /// A program that acts for a user.
    Api,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "access_tokens")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id<Entity>,
    pub user_id: Id<user::Entity>,
    pub kind: AccessTokenKind,
    pub name: String,
    pub token_digest: Vec<u8>,
    pub scopes: Option<Vec<String>>,
    pub purpose: Option<String>,
    pub organization_id: Option<Id<organization::Entity>>,
    pub expires_at: DateTime<Utc>,
    pub last_used_at: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
    pub family_id: Option<Id<Entity>>,
    pub session_id: Option<Id<session::Entity>>,
    pub partner_client_id: Option<Id<partner_client::Entity>>,
    pub used_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<Uuid>,
    pub updated_at: DateTime<Utc>,
    pub updated_by: Option<Uuid>,
    pub version: i32,
    pub deleted_at: Option<DateTime<Utc>>,
}

classify! {
    table "access_tokens", standard: mutable;
    operational: [UserId, Kind, Name, TokenDigest, Scopes, Purpose, OrganizationId, ExpiresAt, LastUsedAt, RevokedAt, FamilyId, SessionId, PartnerClientId, UsedAt];
}
