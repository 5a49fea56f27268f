//! Consent.

mod acceptance;
