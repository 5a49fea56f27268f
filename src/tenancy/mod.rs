//! Tenancy: who the customer is, and where it works.

pub mod location;
pub mod organization;
pub mod part2_flag;
pub mod policy;
pub mod provision;
pub mod state_of_care;

use async_graphql::MergedObject;

/// What can be asked about tenancy.
#[derive(Default, MergedObject)]
pub struct TenancyQuery(location::LocationQuery, organization::OrganizationQuery, policy::PolicyQuery);

/// What can be changed about tenancy.
#[derive(Default, MergedObject)]
pub struct TenancyMutation(
    organization::OrganizationMutation,
    part2_flag::Part2FlagMutation,
    policy::PolicyMutation,
    state_of_care::StateOfCareMutation,
);
