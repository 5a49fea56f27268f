//! Identity: who calls, and what they may do.

pub mod access_token;
pub mod api_key;
pub mod federated_sign_in;
pub mod identity_provider;
pub mod one_time_code_secret;
pub mod partner_assertion;
pub mod partner_client;
pub mod permission;
pub mod recovery_code;
pub mod role;
pub mod role_assignment;
pub mod role_permission;
pub mod session;
pub mod sign_in_address;
pub mod user;
pub mod user_token;
