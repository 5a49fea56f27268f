//! Tenants: how one is made, and where it works.

mod location;
mod organization;
mod part2;
mod policies;
mod provision;
