//! `break_glass_events`: somebody broke the glass in a medical emergency (42 CFR 2.51).

use async_graphql::Enum;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Gate, Id, Sealed,
    identity::{session, user},
    people::patient,
    table::classify,
};

/// What a review of a broken glass found.
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
pub enum BreakGlassFinding {
    /// There was a bona fide medical emergency.
    Justified,
    /// There was none: what was seen may be a breach (45 CFR 164.402).
    NotJustified,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "break_glass_events")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id<Entity>,
    pub patient_id: Id<patient::Entity>,
    pub user_id: Gate<columns::UserId, Id<user::Entity>>,
    pub session_id: Id<session::Entity>,
    pub emergency_nature: Sealed<columns::EmergencyNature>,
    pub reason: Sealed<columns::Reason>,
    pub recipient_name: Sealed<columns::RecipientName>,
    pub recipient_affiliation: Sealed<columns::RecipientAffiliation>,
    pub data_classes: Gate<columns::DataClasses, Vec<String>>,
    pub starts_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
    pub ended_by: Option<Gate<columns::EndedBy, Id<user::Entity>>>,
    pub finding: Option<Gate<columns::Finding, BreakGlassFinding>>,
    pub reviewed_at: Option<DateTime<Utc>>,
    pub reviewed_by: Option<Gate<columns::ReviewedBy, Id<user::Entity>>>,
    pub review_note: Option<Sealed<columns::ReviewNote>>,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<Uuid>,
    pub updated_at: DateTime<Utc>,
    pub updated_by: Option<Uuid>,
    pub version: i32,
    pub deleted_at: Option<DateTime<Utc>>,
}

classify! {
    table "break_glass_events", standard: mutable;
    operational: [PatientId, SessionId, StartsAt, ExpiresAt, EndedAt, ReviewedAt];
    gates: {
        /// The column `user_id`.
        UserId = "user_id": GeneralPhi,
        /// The column `data_classes`.
        DataClasses = "data_classes": GeneralPhi,
        /// The column `ended_by`.
        EndedBy = "ended_by": GeneralPhi,
        /// The column `finding`.
        Finding = "finding": GeneralPhi,
        /// The column `reviewed_by`.
        ReviewedBy = "reviewed_by": GeneralPhi,
    };
    sealed: {
        /// The column `emergency_nature`.
        EmergencyNature = "emergency_nature": GeneralPhi,
        /// The column `reason`.
        Reason = "reason": GeneralPhi,
        /// The column `recipient_name`.
        RecipientName = "recipient_name": GeneralPhi,
        /// The column `recipient_affiliation`.
        RecipientAffiliation = "recipient_affiliation": GeneralPhi,
        /// The column `review_note`.
        ReviewNote = "review_note": GeneralPhi,
    };
}
