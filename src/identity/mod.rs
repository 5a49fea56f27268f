//! Identity: who calls, and what they may do.

pub mod reauthentication;
pub mod role_catalogue;
pub mod session;
pub mod session_opening;
pub mod sign_in;
pub mod user;
pub mod user_creation;
pub mod viewer;

use async_graphql::MergedObject;

/// What can be asked about identity.
#[derive(Default, MergedObject)]
pub struct IdentityQuery(viewer::ViewerQuery, session::SessionQuery);

/// What can be changed about identity.
#[derive(Default, MergedObject)]
pub struct IdentityMutation(
    sign_in::SignInMutation,
    session::SessionMutation,
    reauthentication::ReauthenticationMutation,
);
