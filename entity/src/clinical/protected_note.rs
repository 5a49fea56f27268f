//! `protected_notes`: notes kept apart from the record, under keys of their own (42 CFR 2.11, 45 CFR 164.501).

use async_graphql::Enum;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    DataClass, Gate, Id, Sealed,
    people::{patient, practitioner},
    table::classify,
};

/// What a note that is kept apart is.
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
pub enum ProtectedNoteKind {
    /// Psychotherapy notes (45 CFR 164.501).
    Psychotherapy,
    /// SUD counseling notes (42 CFR 2.11).
    SudCounseling,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "protected_notes")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id<Entity>,
    pub patient_id: Id<patient::Entity>,
    pub author_id: Gate<columns::AuthorId, Id<practitioner::Entity>>,
    pub kind: Gate<columns::Kind, ProtectedNoteKind>,
    pub occurred_at: Gate<columns::OccurredAt, DateTime<Utc>>,
    pub body: Sealed<columns::Body>,
    pub data_class: Gate<columns::DataClass, DataClass>,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<Uuid>,
    pub updated_at: DateTime<Utc>,
    pub updated_by: Option<Uuid>,
    pub version: i32,
    pub deleted_at: Option<DateTime<Utc>>,
}

classify! {
    table "protected_notes", standard: mutable;
    operational: [PatientId];
    gates: {
        /// The column `author_id`.
        AuthorId = "author_id": PsychotherapyNote,
        /// The column `kind`.
        Kind = "kind": PsychotherapyNote,
        /// The column `occurred_at`.
        OccurredAt = "occurred_at": PsychotherapyNote,
        /// The column `data_class`.
        DataClass = "data_class": PsychotherapyNote,
    };
    sealed: {
        /// The column `body`.
        Body = "body": PsychotherapyNote,
    };
}
