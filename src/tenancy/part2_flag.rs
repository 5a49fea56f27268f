//! Which organizations and locations are Part 2 programs: there, that somebody is a patient is a SUD record (42 CFR 2.11).

use async_graphql::{Context, InputObject, Object};
use entity::{
    Id,
    identity::permission::Permission,
    tenancy::{location, organization},
};
use sea_orm::ActiveValue::Set;

use super::{
    location::Location,
    organization::{Organization, find},
};
use crate::kernel::{
    door::{Door, Requires},
    error::Result,
    graphql::{Payload, requires},
    record::Written,
    write::Write,
};

/// Whether an organization is a Part 2 program.
#[derive(Clone, Debug, InputObject)]
pub struct FlagPart2ProgramInput {
    /// The organization; your own covers all of its locations.
    pub organization_id: Id<organization::Entity>,
    /// Whether it is one.
    pub is_part2_program: bool,
}

/// Whether a location is a Part 2 unit.
#[derive(Clone, Debug, InputObject)]
pub struct FlagPart2UnitInput {
    /// The location; what is part of it is covered.
    pub location_id: Id<location::Entity>,
    /// Whether it is one: an identified unit that holds itself out as giving SUD treatment.
    pub part2_unit: bool,
}

/// What can be changed about Part 2 programs.
#[derive(Default)]
pub struct Part2FlagMutation;

#[Object]
impl Part2FlagMutation {
    /// Says whether an organization is a Part 2 program (42 CFR 2.11). From the moment it is, whoever is served there or beneath
    /// is a patient of a SUD program: their identity and their consents become SUD records in the same act, and consents that
    /// do not list `SUD` show nothing of them any more. A label never becomes less strict, so when it is no program any more,
    /// only patients entered afterwards are labelled otherwise. Needs a proof of who you are that is less than five minutes old,
    /// else `REAUTH_REQUIRED`.
    ///
    /// User error: `NOT_FOUND`.
    #[graphql(directive = requires::apply(Permission::OrganizationSettings.into()), guard = "Requires(Permission::OrganizationSettings)")]
    async fn flag_part2_program(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which organization, and whether it is one.")] input: FlagPart2ProgramInput,
    ) -> Result<Option<Payload<Organization>>> {
        let outcome = ctx.slot().write(|write| Box::pin(flag_program(write, input))).await;
        ctx.shown(outcome).await.map(Some)
    }

    /// Says whether a location is a Part 2 unit (42 CFR 2.11), with all that is part of it. What it does to patients who are
    /// served there is what `flagPart2Program` does. Needs a proof of who you are that is less than five minutes old, else
    /// `REAUTH_REQUIRED`.
    ///
    /// User error: `NOT_FOUND`.
    #[graphql(directive = requires::apply(Permission::LocationManage.into()), guard = "Requires(Permission::LocationManage)")]
    async fn flag_part2_unit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which location, and whether it is one.")] input: FlagPart2UnitInput,
    ) -> Result<Option<Payload<Location>>> {
        let outcome = ctx.slot().write(|write| Box::pin(flag_unit(write, input))).await;
        ctx.shown(outcome).await.map(Some)
    }
}

async fn flag_program(write: &Write, input: FlagPart2ProgramInput) -> Result<Id<organization::Entity>> {
    let FlagPart2ProgramInput { organization_id, is_part2_program } = input;
    write.change_part2_flags().await?;
    let organization = find(write, organization_id, "organizationId").await?;
    write.require_fresh_proof()?;
    let change = organization::ActiveModel { is_part2_program: Set(is_part2_program), ..Default::default() };
    write.update(organization.id, None, change).await?;
    if is_part2_program {
        write.relabel_part2().await?;
    }
    write.written(Written {
        operation: "organization.flag_part2",
        target_kind: "ORGANIZATION",
        target_id: organization.id.uuid(),
        patient_id: None,
        fields: vec!["isPart2Program"],
    });
    write.emit("organization.part2_flagged", "ORGANIZATION", organization.id.uuid()).await?;
    Ok(organization.id)
}

async fn flag_unit(write: &Write, input: FlagPart2UnitInput) -> Result<Id<location::Entity>> {
    let FlagPart2UnitInput { location_id, part2_unit } = input;
    write.change_part2_flags().await?;
    let location = write.lock(location_id, &[Permission::LocationManage], "locationId", "location").await?;
    write.require_fresh_proof()?;
    let change = location::ActiveModel { part2_unit: Set(part2_unit), ..Default::default() };
    write.update(location.id, None, change).await?;
    if part2_unit {
        write.relabel_part2().await?;
    }
    write.written(Written {
        operation: "location.flag_part2",
        target_kind: "LOCATION",
        target_id: location.id.uuid(),
        patient_id: None,
        fields: vec!["part2Unit"],
    });
    write.emit("location.part2_flagged", "LOCATION", location.id.uuid()).await?;
    Ok(location.id)
}
