//! `users`: who signs in.

use async_graphql::Enum;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Id, people::person, table::classify};

/// Whether a user may sign in.
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
pub enum UserStatus {
    /// Invited, not yet activated: cannot sign in.
    Invited,
    /// May sign in.
    Active,
    /// Locked out by an administrator; takes effect on the next request.
    Suspended,
    /// Left for good.
    Deactivated,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id<Entity>,
    pub person_id: Option<Id<person::Entity>>,
    pub status: UserStatus,
    pub email_token: Option<Vec<u8>>,
    pub contact_token: Option<Vec<u8>>,
    pub password_hash: Option<String>,
    pub issuer: Option<String>,
    pub subject: Option<String>,
    pub last_sign_in_at: Option<DateTime<Utc>>,
    pub status_reason: Option<String>,
    pub failed_sign_ins: i16,
    pub locked_until: Option<DateTime<Utc>>,
    pub one_time_code_since: Option<DateTime<Utc>>,
    pub password_reset_requested_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<Uuid>,
    pub updated_at: DateTime<Utc>,
    pub updated_by: Option<Uuid>,
    pub version: i32,
    pub deleted_at: Option<DateTime<Utc>>,
}

classify! {
    table "users", standard: mutable;
    operational: [
        PersonId, Status, EmailToken, ContactToken, PasswordHash, Issuer, Subject, LastSignInAt, StatusReason, FailedSignIns,
        LockedUntil, OneTimeCodeSince, PasswordResetRequestedAt,
    ];
}
