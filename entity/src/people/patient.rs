//! `patients`: the de-identified anchor of a patient; names hang in the vault.

use async_graphql::Enum;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    DataClass, Gate, Id,
    people::person,
    table::classify,
    tenancy::{location, organization},
};

/// Where a patient stands.
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
pub enum PatientStatus {
    /// In care.
    Active,
    /// Care is suspended for a while.
    Paused,
    /// Care has ended.
    Discharged,
    /// Not in care, for another reason.
    Inactive,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "patients")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id<Entity>,
    pub display_code: String,
    pub status: PatientStatus,
    pub person_id: Id<person::Entity>,
    pub organization_id: Id<organization::Entity>,
    pub location_id: Option<Id<location::Entity>>,
    pub consent_epoch: i64,
    pub restricted: bool,
    pub data_class: Gate<columns::DataClass, DataClass>,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<Uuid>,
    pub updated_at: DateTime<Utc>,
    pub updated_by: Option<Uuid>,
    pub version: i32,
    pub deleted_at: Option<DateTime<Utc>>,
}

classify! {
    table "patients", standard: mutable;
    operational: [DisplayCode, Status, PersonId, OrganizationId, LocationId, ConsentEpoch, Restricted];
    gates: {
        /// The label of the row: a Part 2 unit makes the identity link itself SUD, so the label is protected.
        DataClass = "data_class": GeneralPhi,
    };
}
