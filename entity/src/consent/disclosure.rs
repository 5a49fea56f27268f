//! `disclosures`: what left the program, to whom and why (42 CFR 2.25, 45 CFR 164.528).

use async_graphql::Enum;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Gate, Id, Sealed,
    consent::{break_glass_event, consent, sharing_grant},
    identity::user,
    people::patient,
    table::classify,
    tenancy::organization,
};

/// Why something was disclosed without a consent.
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
pub enum DisclosureException {
    /// A bona fide medical emergency in which consent could not be obtained (42 CFR 2.51).
    Emergency,
}

/// How something left.
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
pub enum DisclosureChannel {
    /// It was shown through this API.
    Api,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "disclosures")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id<Entity>,
    pub patient_id: Id<patient::Entity>,
    pub occurred_at: Gate<columns::OccurredAt, DateTime<Utc>>,
    pub recipient_organization_id: Option<Gate<columns::RecipientOrganizationId, Id<organization::Entity>>>,
    pub recipient: Sealed<columns::Recipient>,
    pub recipient_user_id: Option<Gate<columns::RecipientUserId, Id<user::Entity>>>,
    pub sharing_grant_id: Option<Gate<columns::SharingGrantId, Id<sharing_grant::Entity>>>,
    pub break_glass_event_id: Option<Gate<columns::BreakGlassEventId, Id<break_glass_event::Entity>>>,
    pub data_classes: Gate<columns::DataClasses, Vec<String>>,
    pub description: Sealed<columns::Description>,
    pub purpose: Gate<columns::Purpose, String>,
    pub consent_id: Option<Gate<columns::ConsentId, Id<consent::Entity>>>,
    pub exception: Option<Gate<columns::Exception, DisclosureException>>,
    pub notice_variant: Gate<columns::NoticeVariant, i16>,
    pub consent_copy: Sealed<columns::ConsentCopy>,
    pub channel: Gate<columns::Channel, DisclosureChannel>,
    pub request_id: String,
    pub actor_id: Option<Gate<columns::ActorId, Id<user::Entity>>>,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<Uuid>,
}

classify! {
    table "disclosures", standard: immutable;
    operational: [PatientId, RequestId];
    gates: {
        /// The column `occurred_at`.
        OccurredAt = "occurred_at": GeneralPhi,
        /// The column `recipient_organization_id`.
        RecipientOrganizationId = "recipient_organization_id": GeneralPhi,
        /// The column `recipient_user_id`.
        RecipientUserId = "recipient_user_id": GeneralPhi,
        /// The column `sharing_grant_id`.
        SharingGrantId = "sharing_grant_id": GeneralPhi,
        /// The column `break_glass_event_id`.
        BreakGlassEventId = "break_glass_event_id": GeneralPhi,
        /// The column `data_classes`.
        DataClasses = "data_classes": GeneralPhi,
        /// The column `purpose`.
        Purpose = "purpose": GeneralPhi,
        /// The column `consent_id`.
        ConsentId = "consent_id": GeneralPhi,
        /// The column `exception`.
        Exception = "exception": GeneralPhi,
        /// The column `notice_variant`.
        NoticeVariant = "notice_variant": GeneralPhi,
        /// The column `channel`.
        Channel = "channel": GeneralPhi,
        /// The column `actor_id`.
        ActorId = "actor_id": GeneralPhi,
    };
    sealed: {
        /// The column `recipient`.
        Recipient = "recipient": GeneralPhi,
        /// The column `description`.
        Description = "description": GeneralPhi,
        /// The column `consent_copy`.
        ConsentCopy = "consent_copy": GeneralPhi,
    };
}
