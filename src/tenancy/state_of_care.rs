//! In which state care is given: from which age minors consent alone is a matter of its law (42 CFR 2.14).

use async_graphql::{Context, InputObject, Object};
use entity::{
    Id,
    identity::permission::Permission,
    tenancy::{location, organization},
};
use sea_orm::ActiveValue::Set;

use super::{
    location::{Location, read_state},
    organization::{Organization, find},
};
use crate::kernel::{
    door::{Door, Requires},
    error::Result,
    graphql::{Payload, requires},
    record::Written,
    write::Write,
};

/// The state in which an organization gives care.
#[derive(Clone, Debug, InputObject)]
pub struct SetOrganizationStateInput {
    /// The organization.
    pub organization_id: Id<organization::Entity>,
    /// The state, two capital letters; left out, none is known any more.
    pub state: Option<String>,
}

/// The state in which a location lies.
#[derive(Clone, Debug, InputObject)]
pub struct SetLocationStateInput {
    /// The location.
    pub location_id: Id<location::Entity>,
    /// The state, two capital letters; left out, that of the organization counts.
    pub state: Option<String>,
}

/// What can be changed about states.
#[derive(Default)]
pub struct StateOfCareMutation;

#[Object]
impl StateOfCareMutation {
    /// Says in which state an organization gives care, wherever a location does not say otherwise. The policy on minors
    /// (`setMinorConsentPolicy`) is applied by it: without a state, no rule fits.
    ///
    /// User errors: `NOT_FOUND`, `VALIDATION_FAILED`.
    #[graphql(directive = requires::apply(Permission::OrganizationSettings.into()), guard = "Requires(Permission::OrganizationSettings)")]
    async fn set_organization_state(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which organization, and in which state.")] input: SetOrganizationStateInput,
    ) -> Result<Option<Payload<Organization>>> {
        let outcome = ctx.slot().write(|write| Box::pin(set_organization(write, input))).await;
        ctx.shown(outcome).await.map(Some)
    }

    /// Says in which state a location lies. The policy on minors (`setMinorConsentPolicy`) is applied by it to patients who
    /// are served there.
    ///
    /// User errors: `NOT_FOUND`, `VALIDATION_FAILED`.
    #[graphql(directive = requires::apply(Permission::LocationManage.into()), guard = "Requires(Permission::LocationManage)")]
    async fn set_location_state(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which location, and in which state.")] input: SetLocationStateInput,
    ) -> Result<Option<Payload<Location>>> {
        let outcome = ctx.slot().write(|write| Box::pin(set_location(write, input))).await;
        ctx.shown(outcome).await.map(Some)
    }
}

async fn set_organization(
    write: &Write,
    input: SetOrganizationStateInput,
) -> Result<Id<organization::Entity>> {
    let SetOrganizationStateInput { organization_id, state } = input;
    let organization = find(write, organization_id, "organizationId").await?;
    let state = state.map(|state| read_state(&state, "state")).transpose()?;
    let change = organization::ActiveModel { state: Set(state), ..Default::default() };
    write.update(organization.id, None, change).await?;
    write.written(Written {
        operation: "organization.set_state",
        target_kind: "ORGANIZATION",
        target_id: organization.id.uuid(),
        patient_id: None,
        fields: vec!["state"],
    });
    write.emit("organization.state_set", "ORGANIZATION", organization.id.uuid()).await?;
    Ok(organization.id)
}

async fn set_location(write: &Write, input: SetLocationStateInput) -> Result<Id<location::Entity>> {
    let SetLocationStateInput { location_id, state } = input;
    let location = write.lock(location_id, &[Permission::LocationManage], "locationId", "location").await?;
    let state = state.map(|state| read_state(&state, "state")).transpose()?;
    let change = location::ActiveModel { state: Set(state), ..Default::default() };
    write.update(location.id, None, change).await?;
    write.written(Written {
        operation: "location.set_state",
        target_kind: "LOCATION",
        target_id: location.id.uuid(),
        patient_id: None,
        fields: vec!["state"],
    });
    write.emit("location.state_set", "LOCATION", location.id.uuid()).await?;
    Ok(location.id)
}
