//! Identity: who calls, and what they may do.

pub mod access_token;
pub mod api_key;
pub mod attempt;
pub mod client_credentials;
pub mod code_check;
pub mod federation;
pub mod guardian_invitation;
pub mod identity_provider;
pub mod invitation;
pub mod last_owner;
pub mod lockout;
pub mod one_time_code;
pub mod own_password;
pub mod partner_client;
mod partner_scope;
pub mod password;
pub mod password_check;
pub mod password_policy;
pub mod rank;
pub mod reauthentication;
pub mod role;
pub mod role_assignment;
pub mod role_catalogue;
pub mod session;
pub mod session_opening;
pub mod sign_in;
pub mod surroundings;
pub mod token_pair;
pub mod user;
pub mod user_creation;
pub mod user_link;
pub mod user_status;
pub mod user_token;
pub mod viewer;

use async_graphql::MergedObject;

/// What can be asked about identity.
#[derive(Default, MergedObject)]
pub struct IdentityQuery(
    viewer::ViewerQuery,
    user::UserQuery,
    role::RoleQuery,
    api_key::ApiKeyQuery,
    partner_client::PartnerClientQuery,
    identity_provider::IdentityProviderQuery,
    session::SessionQuery,
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
    invitation::InvitationMutation,
    guardian_invitation::GuardianInvitationMutation,
    user_status::UserStatusMutation,
    password::PasswordMutation,
    one_time_code::OneTimeCodeMutation,
    identity_provider::IdentityProviderMutation,
    user_link::UserLinkMutation,
    session::SessionMutation,
    reauthentication::ReauthenticationMutation,
);
