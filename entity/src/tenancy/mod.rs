//! Tenancy: who the customer is, and where it works.

pub mod location;
pub mod organization;
pub mod policy;
pub mod policy_terms;
pub mod tenant;
