//! Identity: who calls, and what they may do.

pub mod access_token;
pub mod permission;
pub mod role;
pub mod role_assignment;
pub mod role_permission;
pub mod session;
pub mod sign_in_address;
pub mod user;
