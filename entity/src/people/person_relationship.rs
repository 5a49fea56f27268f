//! `person_relationships`: who is who to whom.

use async_graphql::Enum;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Gate, Id, identity::user, people::person, table::classify};

/// What the related person is to the person.
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
pub enum PersonRelationshipKind {
    /// A parent.
    Parent,
    /// A legal guardian.
    Guardian,
    /// A spouse or partner.
    Spouse,
    /// A sibling.
    Sibling,
    /// A child.
    Child,
    /// A friend.
    Friend,
    /// A recovery sponsor.
    Sponsor,
    /// Someone else.
    Other,
}

/// What the related person may decide.
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
pub enum LegalAuthority {
    /// They decide nothing for the patient.
    None,
    /// As a parent.
    Parent,
    /// As a guardian.
    Guardian,
    /// As a legal representative.
    LegalRepresentative,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "person_relationships")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id<Entity>,
    pub person_id: Id<person::Entity>,
    pub related_person_id: Id<person::Entity>,
    pub kind: Gate<columns::Kind, PersonRelationshipKind>,
    pub can_be_contacted: bool,
    pub is_emergency_contact: bool,
    pub legal_authority: Gate<columns::LegalAuthority, LegalAuthority>,
    pub verified_at: Option<DateTime<Utc>>,
    pub ends_at: Option<DateTime<Utc>>,
    pub verified_by: Option<Id<user::Entity>>,
    pub evidence_reference: Option<String>,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<Uuid>,
    pub updated_at: DateTime<Utc>,
    pub updated_by: Option<Uuid>,
    pub version: i32,
    pub deleted_at: Option<DateTime<Utc>>,
}

classify! {
    table "person_relationships", standard: mutable;
    operational: [PersonId, RelatedPersonId, CanBeContacted, IsEmergencyContact, VerifiedAt, EndsAt, VerifiedBy, EvidenceReference];
    gates: {
        /// The column `kind`.
        Kind = "kind": Directory,
        /// The column `legal_authority`.
        LegalAuthority = "legal_authority": Directory,
    };
}
