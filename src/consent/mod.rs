//! Consent: what the patient allowed or forbade, and who may see what because of it.
//!
//! A consent is drafted by staff, put before whoever signs it, signed by the patient or whoever speaks for them, or by both
//! (or recorded from a signed form), superseded by another, ended by a date or an event, and revoked at any time. Each
//! change moves `patients.consent_epoch` in its own transaction; every look decides anew, so a revocation binds each request
//! that begins after its commit.

pub mod access_approval;
pub mod access_explanation;
pub mod access_ground;
pub mod accounting;
pub mod break_glass;
pub mod completeness;
#[expect(clippy::module_inception, reason = "the context and its main table share their word")]
pub mod consent;
pub mod contact;
pub mod detail;
pub mod disclosure;
pub mod drafting;
pub mod expiry;
pub mod filing;
mod form;
pub mod notice;
mod parts;
pub mod rejection;
pub mod revocation;
pub mod shared_patient;
pub mod sharing_grant;
mod signed_copy;
mod signers;
pub mod signing;
mod succession;
pub mod terms;

use async_graphql::MergedObject;

/// What can be asked about consents.
#[derive(Default, MergedObject)]
pub struct ConsentContextQuery(
    consent::ConsentQuery,
    access_explanation::AccessExplanationQuery,
    accounting::AccountingQuery,
    sharing_grant::SharingGrantQuery,
    shared_patient::SharedPatientQuery,
    break_glass::BreakGlassQuery,
    access_approval::AccessApprovalQuery,
);

/// What can be changed about consents.
#[derive(Default, MergedObject)]
pub struct ConsentContextMutation(
    drafting::DraftingMutation,
    rejection::RejectionMutation,
    signing::SigningMutation,
    filing::FilingMutation,
    expiry::ExpiryMutation,
    revocation::RevocationMutation,
    sharing_grant::SharingGrantMutation,
    break_glass::breaking::BreakGlassMutation,
    break_glass::reviewing::BreakGlassReviewMutation,
    access_approval::AccessApprovalMutation,
);
