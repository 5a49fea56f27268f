//! What `consentry seed` makes: the demo tenants, and tenants with many patients.

mod demo;
mod scale;
