//! Identity: who calls, and what they may do.

pub mod access_token;
pub mod api_key;
pub mod client_credentials;
pub mod last_owner;
pub mod partner_client;
mod partner_scope;
pub mod role;
pub mod role_assignment;
pub mod role_catalogue;
pub mod sign_in;
pub mod token_pair;
pub mod user;
pub mod user_creation;
pub mod viewer;

use async_graphql::MergedObject;

/// What can be asked about identity.
#[derive(Default, MergedObject)]
pub struct IdentityQuery(
    viewer::ViewerQuery,
    role::RoleQuery,
    api_key::ApiKeyQuery,
    partner_client::PartnerClientQuery,
);

/// What can be changed about identity.
#[derive(Default, MergedObject)]
pub struct IdentityMutation(
    sign_in::SignInMutation,
    role::RoleMutation,
    role_assignment::RoleAssignmentMutation,
    token_pair::TokenPairMutation,
    access_token::ApiTokenMutation,
    api_key::ApiKeyMutation,
    partner_client::PartnerClientMutation,
);
