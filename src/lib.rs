//! Consentry: a GraphQL backend for behavioral-health care that shows nobody protected health information without a
//! consent that covers the look, and can prove afterwards who saw what and why.

pub mod clinical;
pub mod command;
pub mod config;
pub mod consent;
pub mod http;
pub mod identity;
pub mod kernel;
pub mod people;
pub mod platform;
pub mod schema;
pub mod seed;
pub mod telemetry;
pub mod tenancy;
