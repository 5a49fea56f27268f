//! Consent: what the patient allowed or forbade, and what left the program.

pub mod consent;
pub mod consent_recipient;
pub mod consent_scope;
pub mod disclosure;
pub mod purpose;
