//! `sharing_grants`: with whom of the family a patient shares, under a consent.
//!
//! What a one-time code is held against is a credential, and is read before anybody is known; all else is protected.

use async_graphql::Enum;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Gate, Id, Sealed, consent::consent, identity::user, people::patient, table::classify};

/// How somebody is reached.
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
pub enum ContactKind {
    /// By e-mail.
    Email,
    /// By phone.
    Phone,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sharing_grants")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id<Entity>,
    pub patient_id: Id<patient::Entity>,
    pub consent_id: Gate<columns::ConsentId, Id<consent::Entity>>,
    pub contact_kind: Gate<columns::ContactKind, ContactKind>,
    pub contact_token: Gate<columns::ContactToken, Vec<u8>>,
    pub recipient_name: Sealed<columns::RecipientName>,
    pub user_id: Option<Gate<columns::UserId, Id<user::Entity>>>,
    pub code_mac: Option<Vec<u8>>,
    pub code_expires_at: Option<DateTime<Utc>>,
    pub code_attempts: i16,
    pub accepted_at: Option<Gate<columns::AcceptedAt, DateTime<Utc>>>,
    pub expires_at: Option<Gate<columns::ExpiresAt, DateTime<Utc>>>,
    pub last_used_at: Option<Gate<columns::LastUsedAt, DateTime<Utc>>>,
    pub revoked_at: Option<Gate<columns::RevokedAt, DateTime<Utc>>>,
    pub revoked_by: Option<Gate<columns::RevokedBy, Id<user::Entity>>>,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<Uuid>,
    pub updated_at: DateTime<Utc>,
    pub updated_by: Option<Uuid>,
    pub version: i32,
    pub deleted_at: Option<DateTime<Utc>>,
}

classify! {
    table "sharing_grants", standard: mutable;
    operational: [PatientId, CodeMac, CodeExpiresAt, CodeAttempts];
    gates: {
        /// The column `consent_id`.
        ConsentId = "consent_id": GeneralPhi,
        /// The column `contact_kind`.
        ContactKind = "contact_kind": GeneralPhi,
        /// The column `contact_token`.
        ContactToken = "contact_token": GeneralPhi,
        /// The column `user_id`.
        UserId = "user_id": GeneralPhi,
        /// The column `accepted_at`.
        AcceptedAt = "accepted_at": GeneralPhi,
        /// The column `expires_at`.
        ExpiresAt = "expires_at": GeneralPhi,
        /// The column `last_used_at`.
        LastUsedAt = "last_used_at": GeneralPhi,
        /// The column `revoked_at`.
        RevokedAt = "revoked_at": GeneralPhi,
        /// The column `revoked_by`.
        RevokedBy = "revoked_by": GeneralPhi,
    };
    sealed: {
        /// The column `recipient_name`.
        RecipientName = "recipient_name": GeneralPhi,
    };
}
