//! Consent: what the patient allowed or forbade, and who may see what because of it.
//!
//! A consent is drafted by staff, signed by the patient (or recorded from a signed form), and revoked by the patient at any
//! time. Each change moves `patients.consent_epoch` in its own transaction; every look decides anew, so a revocation binds
//! each request that begins after its commit.

pub mod access_explanation;
#[expect(clippy::module_inception, reason = "the context and its main table share their word")]
pub mod consent;
pub mod contact;
pub mod drafting;
pub mod revocation;
pub mod signing;

use async_graphql::MergedObject;

/// What can be asked about consents.
#[derive(Default, MergedObject)]
pub struct ConsentContextQuery(consent::ConsentQuery, access_explanation::AccessExplanationQuery);

/// What can be changed about consents.
#[derive(Default, MergedObject)]
pub struct ConsentContextMutation(
    drafting::DraftingMutation,
    signing::SigningMutation,
    revocation::RevocationMutation,
);
