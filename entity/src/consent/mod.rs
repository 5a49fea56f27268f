//! Consent: what the patient allowed or forbade, and what left the program.

pub mod access_approval;
pub mod break_glass_event;
#[expect(clippy::module_inception, reason = "the context and its main table share their word")]
pub mod consent;
pub mod consent_recipient;
pub mod consent_scope;
pub mod disclosure;
pub mod purpose;
pub mod sharing_device;
pub mod sharing_grant;
