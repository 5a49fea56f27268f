//! `audit_logs`: who looked or wrote, what was decided and why.

use async_graphql::Enum;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{DataClass, Gate, Id, consent::consent, identity::user, people::patient, table::classify};

/// What was attempted.
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
pub enum AuditAction {
    /// Protected data was asked for.
    View,
    /// A search over protected data.
    Search,
    /// An export.
    Export,
    /// A disclosure to the outside.
    Disclose,
    /// Something was written.
    Write,
    /// A sign-in.
    SignIn,
    /// A sign-out.
    SignOut,
}

/// What was decided.
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
pub enum AuditDecision {
    /// The answer was yes.
    Permit,
    /// The answer was no.
    Deny,
}

/// With which credential.
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
pub enum AuditCredential {
    /// None: a sign-in attempt.
    None,
    /// A signed-in session.
    Session,
    /// An API token.
    ApiToken,
    /// An access token: of a person's program, or of a partner's client.
    AccessToken,
    /// The API key of a partner organization.
    ApiKey,
    /// The command line.
    Operator,
    /// A signed token of an identity provider.
    SignedToken,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_logs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id<Entity>,
    pub occurred_at: DateTime<Utc>,
    pub actor_id: Option<Id<user::Entity>>,
    pub actor_role: Option<String>,
    pub credential: AuditCredential,
    pub action: AuditAction,
    pub operation: String,
    pub target_kind: Option<String>,
    pub target_id: Option<Uuid>,
    pub patient_id: Option<Id<patient::Entity>>,
    pub data_class: Option<Gate<columns::DataClass, DataClass>>,
    pub fields: Gate<columns::Fields, Vec<String>>,
    pub decision: Gate<columns::Decision, AuditDecision>,
    pub reason: Option<Gate<columns::Reason, String>>,
    pub purpose: Option<Gate<columns::Purpose, String>>,
    pub consent_id: Option<Gate<columns::ConsentId, Id<consent::Entity>>>,
    pub request_id: String,
    pub address_hash: Option<Vec<u8>>,
    pub user_agent_hash: Option<Vec<u8>>,
    pub credential_id: Option<Uuid>,
    pub key_version: i32,
    pub row_mac: Vec<u8>,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<Uuid>,
}

classify! {
    table "audit_logs", standard: immutable;
    operational: [OccurredAt, ActorId, ActorRole, Credential, Action, Operation, TargetKind, TargetId, PatientId, RequestId, AddressHash, UserAgentHash, CredentialId, KeyVersion, RowMac];
    gates: {
        /// The column `data_class`.
        DataClass = "data_class": GeneralPhi,
        /// The column `fields`.
        Fields = "fields": GeneralPhi,
        /// The column `decision`.
        Decision = "decision": GeneralPhi,
        /// The column `reason`.
        Reason = "reason": GeneralPhi,
        /// The column `purpose`.
        Purpose = "purpose": GeneralPhi,
        /// The column `consent_id`.
        ConsentId = "consent_id": GeneralPhi,
    };
}
