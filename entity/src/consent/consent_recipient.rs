//! `consent_recipients`: to whom a consent applies (42 CFR 2.31(a)(4)).

use async_graphql::Enum;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Gate, Id,
    consent::{consent, sharing_grant::ContactKind},
    identity::user,
    people::practitioner,
    table::classify,
    tenancy::organization,
};

/// How a recipient is named.
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
pub enum RecipientKind {
    /// One user.
    User,
    /// One practitioner.
    Practitioner,
    /// A class of recipients.
    Class,
    /// An organization with all beneath it.
    Organization,
    /// A family member or friend, by a keyed token of their contact.
    Contact,
    /// An intermediary such as a health information exchange, with the class of its participants (42 CFR 2.31(a)(4)(ii)).
    Intermediary,
}

/// A class of recipients.
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
pub enum RecipientClass {
    /// Those who treat the patient now: a live treating relationship is needed.
    TreatingProviders,
    /// The patient's health plans.
    HealthPlans,
    /// The workforce of the program that holds the record, within a relationship to the patient.
    ProgramWorkforce,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "consent_recipients")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id<Entity>,
    pub consent_id: Id<consent::Entity>,
    pub kind: Gate<columns::Kind, RecipientKind>,
    pub user_id: Option<Gate<columns::UserId, Id<user::Entity>>>,
    pub practitioner_id: Option<Gate<columns::PractitionerId, Id<practitioner::Entity>>>,
    pub recipient_class: Option<Gate<columns::RecipientClass, RecipientClass>>,
    pub organization_id: Option<Gate<columns::OrganizationId, Id<organization::Entity>>>,
    pub contact_kind: Option<Gate<columns::ContactKind, ContactKind>>,
    pub contact_token: Option<Gate<columns::ContactToken, Vec<u8>>>,
    pub intermediary_name: Option<Gate<columns::IntermediaryName, String>>,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<Uuid>,
}

classify! {
    table "consent_recipients", standard: immutable;
    operational: [ConsentId];
    gates: {
        /// The column `kind`.
        Kind = "kind": GeneralPhi,
        /// The column `user_id`.
        UserId = "user_id": GeneralPhi,
        /// The column `practitioner_id`.
        PractitionerId = "practitioner_id": GeneralPhi,
        /// The column `recipient_class`.
        RecipientClass = "recipient_class": GeneralPhi,
        /// The column `organization_id`.
        OrganizationId = "organization_id": GeneralPhi,
        /// The column `contact_kind`.
        ContactKind = "contact_kind": GeneralPhi,
        /// The column `contact_token`.
        ContactToken = "contact_token": GeneralPhi,
        /// The column `intermediary_name`.
        IntermediaryName = "intermediary_name": GeneralPhi,
    };
}
