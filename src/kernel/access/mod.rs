//! The decision: may this principal, for this purpose, do this with that patient's data of this class?
//!
//! [`decide`](decide::decide) is a pure function. Its [`PatientFacts`](facts::PatientFacts) are loaded for a whole
//! batch of patients in one statement; nothing about a decision outlives the request. A permit to open protected values
//! ([`Permit`](permit::Permit)) comes only from [`Session::decide`](crate::kernel::session::Session::decide), which also
//! puts the look into the record.

#[cfg(test)]
mod agreement;
mod concerned;
mod decide;
mod emergency;
mod extent;
mod facts;
mod gated;
#[cfg(test)]
mod laws;
mod matching;
mod minority;
mod part2;
mod permit;
mod principal;
mod rank;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod situations;
mod standing;
#[cfg(test)]
mod what_it_takes;

pub use concerned::NamedPartner;
pub use decide::{Action, Ask, DenialReason, Grant, Ground, Ruling, Subject, decide};
pub use emergency::{emergency_classes, would_open};
pub use extent::Extent;
pub use facts::{ConsentFacts, PatientFacts, RecipientFacts, ScopeFacts, TeamFacts};
pub(in crate::kernel) use facts::{load_facts, name_of_person};
pub use gated::{Gated, Withheld, WithheldReason};
use matching::binds;
pub use matching::in_force;
pub use minority::{GuardianFacts, Minority};
pub(in crate::kernel) use permit::from_hexadecimal;
pub use permit::{Permit, Protected, Relative, author, label, sealing_purpose};
pub use principal::{
    Approval, Dependant, Emergency, Partner, Principal, Shared, load_principals, partner_permissions,
};
pub(in crate::kernel) use principal::{PrincipalRow, principal_sql};
