//! Identity: who calls, and what they may do.

pub mod last_owner;
pub mod role;
pub mod role_assignment;
pub mod role_catalogue;
pub mod sign_in;
pub mod user;
pub mod user_creation;
pub mod viewer;

use async_graphql::MergedObject;

/// What can be asked about identity.
#[derive(Default, MergedObject)]
pub struct IdentityQuery(viewer::ViewerQuery, role::RoleQuery);

/// What can be changed about identity.
#[derive(Default, MergedObject)]
pub struct IdentityMutation(
    sign_in::SignInMutation,
    role::RoleMutation,
    role_assignment::RoleAssignmentMutation,
);
