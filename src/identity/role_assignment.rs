//! Who has which role, where and until when.

use async_graphql::{ComplexObject, Context, InputObject, Object, SimpleObject};
use chrono::Utc;
use entity::{
    Id,
    identity::{
        permission::Permission,
        role, role_assignment,
        user::{self, UserStatus},
    },
    tenancy::location,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, DerivePartialModel,
    sea_query::{Expr, ExprTrait},
};

use super::{
    last_owner::stays_with_an_owner,
    role::{Role, SEES_ROLES, within_rank},
    session::rotate_sessions,
    user::User,
};
use crate::{
    kernel::{
        door::{Door, Requires},
        error::{Error, Result, UserErrorCode},
        graphql::{DateTime, Payload, Payloaded, requires},
        load::{Scoped, any_of, resource},
        record::Written,
        viewer::Viewer,
        write::{Changeable, Write},
    },
    tenancy::location::Location,
};

/// The role that every tenant keeps somebody in; no other can take its key.
pub const OWNER: &str = "OWNER";

/// A role that a user has.
#[derive(Clone, SimpleObject, DerivePartialModel)]
#[sea_orm(entity = "role_assignment::Entity")]
#[graphql(complex)]
pub struct RoleAssignment {
    /// The assignment's id.
    pub id: Id<role_assignment::Entity>,
    #[graphql(skip)]
    user_id: Id<user::Entity>,
    #[graphql(skip)]
    role_id: Id<role::Entity>,
    #[graphql(skip)]
    location_id: Option<Id<location::Entity>>,
    #[graphql(skip)]
    expires_at: Option<chrono::DateTime<Utc>>,
    #[graphql(skip)]
    created_at: chrono::DateTime<Utc>,
}

resource!(RoleAssignment of role_assignment);

impl Scoped for role_assignment::Entity {
    fn scope(viewer: &Viewer) -> Condition {
        let principal = viewer.principal();
        if SEES_ROLES.iter().any(|permission| principal.extent(*permission).is_some()) {
            return Condition::all();
        }
        Condition::all().add(role_assignment::Column::UserId.eq(principal.user_id))
    }
}

impl Changeable for role_assignment::Entity {
    fn reach(viewer: &Viewer, permission: Permission) -> Condition {
        let Some(extent) = viewer.principal().extent(permission) else {
            return Condition::all().add(Expr::value(false));
        };
        if extent.tenant {
            return Condition::all();
        }
        let places = extent.locations.iter().map(|location| location.uuid()).collect();
        Condition::all().add(any_of(role_assignment::Column::LocationId, places))
    }
}

#[ComplexObject]
impl RoleAssignment {
    /// Since when.
    async fn created_at(&self) -> DateTime {
        self.created_at.into()
    }

    /// Until when, exclusively; null when it does not end by itself.
    async fn expires_at(&self) -> Option<DateTime> {
        self.expires_at.map(DateTime::from)
    }

    /// Who has the role; null for those who may see neither users nor looks.
    async fn user(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        ctx.load(self.user_id).await
    }

    /// The role; null for those who may not see roles.
    async fn role(&self, ctx: &Context<'_>) -> Result<Option<Role>> {
        ctx.load(self.role_id).await
    }

    /// The location to which it is confined, with all beneath it; null when it holds everywhere.
    async fn location(&self, ctx: &Context<'_>) -> Result<Option<Location>> {
        match self.location_id {
            Some(id) => ctx.load(id).await,
            None => Ok(None),
        }
    }
}

/// A role to be given.
#[derive(Clone, Debug, InputObject)]
pub struct AssignRoleInput {
    /// Who gets it; never oneself.
    pub user_id: Id<user::Entity>,
    /// The role, none above your own rank.
    pub role_id: Id<role::Entity>,
    /// Confines the role to what is at this location and beneath it. Whoever may give roles at some locations only has to
    /// name one of them.
    pub location_id: Option<Id<location::Entity>>,
    /// Until when, exclusively; for good when left out.
    pub expires_at: Option<DateTime>,
}

/// A role to be taken.
#[derive(Clone, Debug, InputObject)]
pub struct UnassignRoleInput {
    /// The assignment.
    pub role_assignment_id: Id<role_assignment::Entity>,
}

/// An assignment that is no more.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct UnassignedRole {
    /// Its id.
    id: Id<role_assignment::Entity>,
}

/// What can be changed about who has which role.
#[derive(Default)]
pub struct RoleAssignmentMutation;

#[Object]
impl RoleAssignmentMutation {
    /// Gives a user a role. The user's sessions end: they sign in again, with the new rights. Giving the role `OWNER` needs a
    /// fresh proof of who you are, else `REAUTH_REQUIRED`.
    ///
    /// User errors: `NOT_FOUND`, `ALREADY_EXISTS`, `VALIDATION_FAILED`, `INVALID_STATE` (the user has left),
    /// `RANK_TOO_LOW`, `SEPARATION_OF_DUTIES` (nobody gives roles to oneself).
    #[graphql(directive = requires::apply(Permission::RoleAssign.into()), guard = "Requires(Permission::RoleAssign)")]
    async fn assign_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The role to be given.")] input: AssignRoleInput,
    ) -> Result<Option<Payload<RoleAssignment>>> {
        let outcome = ctx.slot().write(|write| Box::pin(assign(write, input))).await;
        ctx.shown(outcome).await.map(Some)
    }

    /// Takes a role from a user. The user's sessions end: they sign in again, without it.
    ///
    /// User errors: `NOT_FOUND`, `RANK_TOO_LOW`, `SEPARATION_OF_DUTIES` (nobody takes roles from oneself), `INVALID_STATE`
    /// (the last owner stays).
    #[graphql(directive = requires::apply(Permission::RoleAssign.into()), guard = "Requires(Permission::RoleAssign)")]
    async fn unassign_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The role to be taken.")] input: UnassignRoleInput,
    ) -> Result<Option<Payload<UnassignedRole>>> {
        ctx.slot().write(|write| Box::pin(unassign(write, input))).await.payload().map(Some)
    }
}

async fn assign(write: &Write, input: AssignRoleInput) -> Result<Id<role_assignment::Entity>> {
    let AssignRoleInput { user_id, role_id, location_id, expires_at } = input;
    let expires_at = expires_at.map(|moment| moment.0);
    if expires_at.is_some_and(|end| end <= write.now()) {
        return Err(Error::invalid("expiresAt", "the end lies in the future"));
    }
    let user = write.find::<user::Entity>(Condition::all().add(user::Column::Id.eq(user_id))).await?;
    let user = user.ok_or_else(|| Error::not_found("userId", "user"))?;
    if user.status == UserStatus::Deactivated {
        return Err(Error::invalid_state("the user has left"));
    }
    let role = write.find::<role::Entity>(Condition::all().add(role::Column::Id.eq(role_id))).await?;
    let role = role.ok_or_else(|| Error::not_found("roleId", "role"))?;
    let location_id = match location_id {
        Some(id) => Some(find_location(write, id).await?),
        None => None,
    };
    may_change(write, user.id, &role, location_id)?;
    if role.key == OWNER {
        write.require_fresh_proof()?;
    }
    let id = write.new_id();
    release_expired(write, user.id, role.id).await?;
    write
        .insert(role_assignment::ActiveModel {
            id: Set(id),
            user_id: Set(user.id),
            role_id: Set(role.id),
            location_id: Set(location_id),
            expires_at: Set(expires_at),
            ..Default::default()
        })
        .await?;
    // Only others give a role, so no session of the user is that of this request.
    rotate_sessions(write, user.id).await?;
    note(write, "role.assign", id, vec!["user", "role", "location", "expiresAt"]);
    write.emit("role.assigned", "USER", user.id.uuid()).await?;
    Ok(id)
}

async fn unassign(write: &Write, input: UnassignRoleInput) -> Result<UnassignedRole> {
    let UnassignRoleInput { role_assignment_id: id } = input;
    let assignment = write.lock(id, &[Permission::RoleAssign], "roleAssignmentId", "role assignment").await?;
    let role =
        write.find::<role::Entity>(Condition::all().add(role::Column::Id.eq(assignment.role_id))).await?;
    let role = role.ok_or_else(|| Error::internal("an assignment without a role"))?;
    may_change(write, assignment.user_id, &role, assignment.location_id)?;
    if role.key == OWNER {
        stays_with_an_owner(write, assignment.user_id).await?;
    }
    let deleted = role_assignment::ActiveModel { deleted_at: Set(Some(write.now())), ..Default::default() };
    write.update(id, None, deleted).await?;
    rotate_sessions(write, assignment.user_id).await?;
    note(write, "role.unassign", id, vec!["deleted_at"]);
    write.emit("role.unassigned", "USER", assignment.user_id.uuid()).await?;
    Ok(UnassignedRole { id })
}

async fn find_location(write: &Write, id: Id<location::Entity>) -> Result<Id<location::Entity>> {
    let found = write.find::<location::Entity>(Condition::all().add(location::Column::Id.eq(id))).await?;
    found.map(|location| location.id).ok_or_else(|| Error::not_found("locationId", "location"))
}

/// Whether the viewer may give or take this role: not from oneself, not above one's rank, and only where one may.
fn may_change(
    write: &Write,
    user: Id<user::Entity>,
    role: &role::Model,
    location: Option<Id<location::Entity>>,
) -> Result<()> {
    let principal = write.principal()?;
    if principal.user_id == user {
        let message = "nobody gives roles to oneself or takes one's own; somebody else has to do it";
        return Err(Error::refused(UserErrorCode::SeparationOfDuties, &["userId"], message));
    }
    within_rank(write, role.rank, "roleId")?;
    let extent = principal.extent(Permission::RoleAssign).ok_or(Error::Forbidden(Permission::RoleAssign))?;
    if extent.tenant || location.is_some_and(|location| extent.locations.contains(&location)) {
        return Ok(());
    }
    Err(Error::invalid("locationId", "you give roles at your own locations only: name one of them"))
}

/// An assignment that ended makes room for a new one.
async fn release_expired(write: &Write, user: Id<user::Entity>, role: Id<role::Entity>) -> Result<()> {
    let over = Condition::all()
        .add(role_assignment::Column::UserId.eq(user))
        .add(role_assignment::Column::RoleId.eq(role))
        .add(Expr::col(role_assignment::Column::ExpiresAt).lte(write.now()));
    let deleted = role_assignment::ActiveModel { deleted_at: Set(Some(write.now())), ..Default::default() };
    write.update_all(over, deleted).await.map(drop)
}

fn note(write: &Write, operation: &'static str, id: Id<role_assignment::Entity>, fields: Vec<&'static str>) {
    write.written(Written {
        operation,
        target_kind: "ROLE_ASSIGNMENT",
        target_id: id.uuid(),
        patient_id: None,
        fields,
    });
}
