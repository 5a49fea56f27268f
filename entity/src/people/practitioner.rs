//! `practitioners`: clinicians, specialists and assistants.

use async_graphql::Enum;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Id, identity::user, people::person, table::classify};

/// What a practitioner does.
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
pub enum PractitionerKind {
    /// A licensed clinician or a case manager.
    Practitioner,
    /// A call-center specialist.
    Specialist,
    /// An assistant.
    Assistant,
}

/// Whether a practitioner works.
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
pub enum PractitionerStatus {
    /// Works with patients.
    Active,
    /// Does not work with patients now.
    Inactive,
    /// Suspended: no relationship counts while it lasts.
    Suspended,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "practitioners")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id<Entity>,
    pub user_id: Option<Id<user::Entity>>,
    pub person_id: Option<Id<person::Entity>>,
    pub kind: PractitionerKind,
    pub status: PractitionerStatus,
    pub professional_name: String,
    pub npi: Option<String>,
    pub department: Option<String>,
    pub licensed_states: Vec<String>,
    pub care_languages: Vec<String>,
    pub supervisor_id: Option<Id<Entity>>,
    pub associate_supervisor_id: Option<Id<Entity>>,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<Uuid>,
    pub updated_at: DateTime<Utc>,
    pub updated_by: Option<Uuid>,
    pub version: i32,
    pub deleted_at: Option<DateTime<Utc>>,
}

classify! {
    table "practitioners", standard: mutable;
    operational: [UserId, PersonId, Kind, Status, ProfessionalName, Npi, Department, LicensedStates, CareLanguages, SupervisorId, AssociateSupervisorId];
}
