//! `consents`: what a patient allowed or forbade (42 CFR 2.31, 45 CFR 164.508).

use async_graphql::Enum;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    DataClass, Gate, Id, Sealed,
    identity::user,
    people::{patient, person},
    table::classify,
    tenancy::organization,
};

/// What a consent is for; some kinds may not be combined.
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
pub enum ConsentKind {
    /// Treatment, payment and health care operations (42 CFR 2.33(b)).
    Tpo,
    /// Specific information to specific recipients for specific purposes (42 CFR 2.31(a)).
    Specific,
    /// Sharing with family or friends.
    FamilySharing,
    /// Reporting back to the organization that referred the patient.
    ReferralPartner,
    /// SUD counseling notes alone (42 CFR 2.31(b)).
    SudCounselingNotes,
    /// Psychotherapy notes alone (45 CFR 164.508(a)(2)).
    PsychotherapyNotes,
    /// Use in a civil, criminal, administrative or legislative proceeding alone (42 CFR 2.31(d)).
    LegalProceeding,
    /// Use in research.
    Research,
    /// Forbids: a restriction that the patient asked for (42 CFR 2.26, 45 CFR 164.522(a)).
    Restriction,
}

/// Whether it allows or forbids.
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
pub enum ConsentDecision {
    /// Allows what it covers.
    Permit,
    /// Forbids, and overrides what others allow.
    Deny,
}

/// Where a consent stands. Expiry by date is not a status alone: it is compared at the time of each look.
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
pub enum ConsentStatus {
    /// Being prepared; permits nothing.
    Draft,
    /// Waits for a signature; permits nothing.
    PendingSignature,
    /// Signed and not withdrawn.
    Active,
    /// Withdrawn by the patient; permits nothing from that moment.
    Revoked,
    /// Past its end.
    Expired,
    /// Not signed: the patient said no.
    Rejected,
    /// Replaced by a newer one.
    Superseded,
}

/// When a consent ends.
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
pub enum ExpiryKind {
    /// At `validTo`.
    Date,
    /// When the named event is recorded.
    Event,
    /// Never: allowed for treatment, payment and operations alone.
    None,
}

/// In what capacity the signer signed.
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
pub enum SignerCapacity {
    /// The patient.
    #[graphql(name = "SELF")]
    Oneself,
    /// A parent.
    Parent,
    /// A guardian.
    Guardian,
    /// A legal representative.
    LegalRepresentative,
    /// A minor who may consent alone under state law.
    Minor,
}

/// How it was signed or revoked.
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
pub enum SignatureMethod {
    /// In Consentry, by the signed-in person.
    Electronic,
    /// On paper; the evidence is named by its reference.
    Paper,
    /// Orally, documented by staff; the evidence is named by its reference.
    VerbalDocumented,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "consents")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id<Entity>,
    pub patient_id: Id<patient::Entity>,
    pub kind: Gate<columns::Kind, ConsentKind>,
    pub decision: Gate<columns::Decision, ConsentDecision>,
    pub status: Gate<columns::Status, ConsentStatus>,
    pub purposes: Gate<columns::Purposes, Vec<String>>,
    pub expiry_kind: Gate<columns::ExpiryKind, ExpiryKind>,
    pub expiry_event: Option<Gate<columns::ExpiryEvent, String>>,
    pub expiry_event_at: Option<Gate<columns::ExpiryEventAt, DateTime<Utc>>>,
    pub valid_from: Gate<columns::ValidFrom, DateTime<Utc>>,
    pub valid_to: Option<Gate<columns::ValidTo, DateTime<Utc>>>,
    pub discloser_organization_id: Option<Id<organization::Entity>>,
    pub signed_at: Option<Gate<columns::SignedAt, DateTime<Utc>>>,
    pub signer_person_id: Option<Gate<columns::SignerPersonId, Id<person::Entity>>>,
    pub signer_capacity: Option<Gate<columns::SignerCapacity, SignerCapacity>>,
    pub co_signer_person_id: Option<Gate<columns::CoSignerPersonId, Id<person::Entity>>>,
    pub co_signer_capacity: Option<Gate<columns::CoSignerCapacity, SignerCapacity>>,
    pub co_signed_at: Option<Gate<columns::CoSignedAt, DateTime<Utc>>>,
    pub signature_method: Option<Gate<columns::SignatureMethod, SignatureMethod>>,
    pub evidence_reference: Option<Gate<columns::EvidenceReference, String>>,
    pub redisclosure_statement: Gate<columns::RedisclosureStatement, bool>,
    pub refusal_consequences: Gate<columns::RefusalConsequences, bool>,
    pub revoked_at: Option<Gate<columns::RevokedAt, DateTime<Utc>>>,
    pub revoked_by: Option<Gate<columns::RevokedBy, Id<user::Entity>>>,
    pub revocation_method: Option<Gate<columns::RevocationMethod, SignatureMethod>>,
    pub revocation_evidence_reference: Option<Gate<columns::RevocationEvidenceReference, String>>,
    pub revocation_reason: Option<Sealed<columns::RevocationReason>>,
    pub supersedes_id: Option<Gate<columns::SupersedesId, Id<Entity>>>,
    pub signed_copy: Option<Sealed<columns::SignedCopy>>,
    pub facts: Option<Gate<columns::Facts, String>>,
    pub data_class: Gate<columns::DataClass, DataClass>,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<Uuid>,
    pub updated_at: DateTime<Utc>,
    pub updated_by: Option<Uuid>,
    pub version: i32,
    pub deleted_at: Option<DateTime<Utc>>,
}

classify! {
    table "consents", standard: mutable;
    operational: [PatientId, DiscloserOrganizationId];
    gates: {
        /// The column `kind`.
        Kind = "kind": GeneralPhi,
        /// The column `decision`.
        Decision = "decision": GeneralPhi,
        /// The column `status`.
        Status = "status": GeneralPhi,
        /// The column `purposes`.
        Purposes = "purposes": GeneralPhi,
        /// The column `expiry_kind`.
        ExpiryKind = "expiry_kind": GeneralPhi,
        /// The column `expiry_event`.
        ExpiryEvent = "expiry_event": GeneralPhi,
        /// The column `expiry_event_at`.
        ExpiryEventAt = "expiry_event_at": GeneralPhi,
        /// The column `valid_from`.
        ValidFrom = "valid_from": GeneralPhi,
        /// The column `valid_to`.
        ValidTo = "valid_to": GeneralPhi,
        /// The column `signed_at`.
        SignedAt = "signed_at": GeneralPhi,
        /// The column `signer_person_id`.
        SignerPersonId = "signer_person_id": GeneralPhi,
        /// The column `signer_capacity`.
        SignerCapacity = "signer_capacity": GeneralPhi,
        /// The column `co_signer_person_id`.
        CoSignerPersonId = "co_signer_person_id": GeneralPhi,
        /// The column `co_signer_capacity`.
        CoSignerCapacity = "co_signer_capacity": GeneralPhi,
        /// The column `co_signed_at`.
        CoSignedAt = "co_signed_at": GeneralPhi,
        /// The column `signature_method`.
        SignatureMethod = "signature_method": GeneralPhi,
        /// The column `evidence_reference`.
        EvidenceReference = "evidence_reference": GeneralPhi,
        /// The column `redisclosure_statement`.
        RedisclosureStatement = "redisclosure_statement": GeneralPhi,
        /// The column `refusal_consequences`.
        RefusalConsequences = "refusal_consequences": GeneralPhi,
        /// The column `revoked_at`.
        RevokedAt = "revoked_at": GeneralPhi,
        /// The column `revoked_by`.
        RevokedBy = "revoked_by": GeneralPhi,
        /// The column `revocation_method`.
        RevocationMethod = "revocation_method": GeneralPhi,
        /// The column `revocation_evidence_reference`.
        RevocationEvidenceReference = "revocation_evidence_reference": GeneralPhi,
        /// The column `supersedes_id`.
        SupersedesId = "supersedes_id": GeneralPhi,
        /// The column `facts`.
        Facts = "facts": GeneralPhi,
        /// The column `data_class`.
        DataClass = "data_class": GeneralPhi,
    };
    sealed: {
        /// The column `revocation_reason`.
        RevocationReason = "revocation_reason": GeneralPhi,
        /// The column `signed_copy`.
        SignedCopy = "signed_copy": GeneralPhi,
    };
}
