//! `access_approvals`: what a look without the patient's consent rests on (42 CFR 2.53, 2.61 to 2.67; 45 CFR 164.512).

use async_graphql::Enum;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Gate, Id, consent::purpose::Purpose, identity::user, people::patient, table::classify};

/// What an approval rests on.
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
pub enum ApprovalDocument {
    /// The written agreement of an auditor or evaluator (42 CFR 2.53).
    AuditAgreement,
    /// A law or regulation that requires the look (45 CFR 164.512(a)). It opens no record of a Part 2 program (42 CFR 2.61).
    LegalMandate,
    /// An order of a court that authorizes the look (42 CFR 2.61 to 2.67). A subpoena alone is none (42 CFR 2.61(a)).
    CourtOrder,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "access_approvals")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id<Entity>,
    pub patient_id: Id<patient::Entity>,
    pub user_id: Gate<columns::UserId, Id<user::Entity>>,
    pub purpose: Gate<columns::Purpose, Purpose>,
    pub data_classes: Gate<columns::DataClasses, Vec<String>>,
    pub ticket: Gate<columns::Ticket, String>,
    pub document_kind: Gate<columns::DocumentKind, ApprovalDocument>,
    pub document_reference: Gate<columns::DocumentReference, String>,
    pub approved_by: Gate<columns::ApprovedBy, Id<user::Entity>>,
    pub valid_from: Gate<columns::ValidFrom, DateTime<Utc>>,
    pub valid_to: Gate<columns::ValidTo, DateTime<Utc>>,
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
    table "access_approvals", standard: mutable;
    operational: [PatientId];
    gates: {
        /// The column `user_id`.
        UserId = "user_id": GeneralPhi,
        /// The column `purpose`.
        Purpose = "purpose": GeneralPhi,
        /// The column `data_classes`.
        DataClasses = "data_classes": GeneralPhi,
        /// The column `ticket`.
        Ticket = "ticket": GeneralPhi,
        /// The column `document_kind`.
        DocumentKind = "document_kind": GeneralPhi,
        /// The column `document_reference`.
        DocumentReference = "document_reference": GeneralPhi,
        /// The column `approved_by`.
        ApprovedBy = "approved_by": GeneralPhi,
        /// The column `valid_from`.
        ValidFrom = "valid_from": GeneralPhi,
        /// The column `valid_to`.
        ValidTo = "valid_to": GeneralPhi,
        /// The column `revoked_at`.
        RevokedAt = "revoked_at": GeneralPhi,
        /// The column `revoked_by`.
        RevokedBy = "revoked_by": GeneralPhi,
    };
}
