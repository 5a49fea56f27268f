//! Tenants: how one is made, and where it works.

mod location;
mod provision;
