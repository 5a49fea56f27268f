//! Roles: named sets of permissions. The system's are the same everywhere; a tenant renames them, and builds others upon
//! them.

mod defining;

use async_graphql::{ComplexObject, Context, InputObject, Object, SimpleObject};
use chrono::Utc;
use entity::{
    Id,
    identity::{permission::Permission, role, role_permission::Reach},
};
use sea_orm::{Condition, DerivePartialModel, Iterable, sea_query::Expr};

pub use defining::within_rank;

use super::viewer::PermissionGrant;
use crate::kernel::{
    door::{Door, Requires, RequiresAny},
    error::Result,
    graphql::{DateTime, Payload, Payloaded, requires},
    load::{Scoped, resource},
    page::{Chronology, Connection, Cursor, Page},
    viewer::Viewer,
    write::Changeable,
};

/// Who sees roles: those who give them, define them, or keep users.
pub const SEES_ROLES: &[Permission] =
    &[Permission::RoleAssign, Permission::RoleDefine, Permission::UserManage];

/// A named set of permissions.
#[derive(Clone, SimpleObject, DerivePartialModel)]
#[sea_orm(entity = "role::Entity")]
#[graphql(complex)]
pub struct Role {
    /// The role's id.
    pub id: Id<role::Entity>,
    /// The key by which programs know the role, such as `PRACTITIONER`; it never changes.
    pub key: String,
    /// The name, which a tenant may change.
    pub name: String,
    /// Nobody gives a role that ranks above their own highest; 0 to 100.
    pub rank: i16,
    /// Whether every tenant has the role; then only its name can be changed.
    pub is_system: bool,
    /// Send it back as `expectedVersion` when you change the role.
    pub version: i32,
    #[graphql(skip)]
    parent_role_id: Option<Id<role::Entity>>,
    #[graphql(skip)]
    granted: Option<String>,
    #[graphql(skip)]
    created_at: chrono::DateTime<Utc>,
}

resource!(Role of role);

impl Scoped for role::Entity {
    fn scope(viewer: &Viewer) -> Condition {
        let sees = SEES_ROLES.iter().any(|permission| viewer.principal().extent(*permission).is_some());
        if sees { Condition::all() } else { Condition::all().add(Expr::value(false)) }
    }
}

impl Changeable for role::Entity {
    fn reach(viewer: &Viewer, permission: Permission) -> Condition {
        match viewer.principal().extent(permission) {
            Some(_) => Condition::all(),
            None => Condition::all().add(Expr::value(false)),
        }
    }
}

#[ComplexObject]
impl Role {
    /// When the role was defined.
    async fn created_at(&self) -> DateTime {
        self.created_at.into()
    }

    /// The role it is built upon, all of whose permissions it has as well.
    async fn parent(&self, ctx: &Context<'_>) -> Result<Option<Role>> {
        match self.parent_role_id {
            Some(id) => ctx.load(id).await,
            None => Ok(None),
        }
    }

    /// What the role permits, by itself and by those it is built upon.
    async fn permissions(&self) -> Vec<PermissionGrant> {
        let granted = self.granted.iter().flat_map(|list| list.split(','));
        granted
            .filter_map(|entry| {
                let (permission, reach) = entry.split_once(' ')?;
                Some(PermissionGrant {
                    permission: permission.to_owned(),
                    reach: sea_orm::ActiveEnum::try_from_value(&reach.to_owned()).ok()?,
                })
            })
            .collect()
    }
}

/// Something that a role can permit.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct PermissionDescription {
    /// The key, such as `patient.read`.
    key: &'static str,
    /// What it allows.
    description: &'static str,
}

/// A permission to put into a role.
#[derive(Clone, Debug, InputObject)]
pub struct PermissionGrantInput {
    /// The key, such as `patient.read`; `permissions` lists them.
    pub permission: String,
    /// How far it reaches.
    pub reach: Reach,
}

/// A role to be defined.
#[derive(Clone, Debug, InputObject)]
pub struct DefineRoleInput {
    /// The key: capital letters, digits and underscores, beginning with a letter, at most 64; it never changes.
    pub key: String,
    /// The name, 1 to 200 characters.
    pub name: String,
    /// The rank, 0 to 100, none above your own.
    pub rank: i32,
    /// The role to build it upon: it permits all that this one permits, and serves its purposes of use. A role built upon
    /// none of the system's has no purpose of use, and so sees nothing protected.
    pub parent_role_id: Option<Id<role::Entity>>,
    /// What it permits besides. A permission reaches no farther than in a system's role of this rank or below.
    pub permissions: Vec<PermissionGrantInput>,
}

/// A role to be changed. What is left out stays.
#[derive(Clone, Debug, InputObject)]
pub struct ChangeRoleInput {
    /// The role.
    pub role_id: Id<role::Entity>,
    /// The `version` that you read.
    pub expected_version: i32,
    /// The new name, 1 to 200 characters; all that can be changed of a system's role.
    pub name: Option<String>,
    /// The new rank, 0 to 100, none above your own.
    pub rank: Option<i32>,
    /// The role to build it upon from now on.
    pub parent_role_id: Option<Id<role::Entity>>,
    /// All that it permits by itself from now on.
    pub permissions: Option<Vec<PermissionGrantInput>>,
}

/// A role to be removed.
#[derive(Clone, Debug, InputObject)]
pub struct RemoveRoleInput {
    /// The role.
    pub role_id: Id<role::Entity>,
    /// The `version` that you read.
    pub expected_version: i32,
}

/// A role that is no more.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct RemovedRole {
    /// Its id.
    id: Id<role::Entity>,
}

/// What can be asked about roles.
#[derive(Default)]
pub struct RoleQuery;

#[Object]
impl RoleQuery {
    /// The roles of your organization.
    #[graphql(directive = requires::apply(SEES_ROLES.into()), guard = "RequiresAny(SEES_ROLES)")]
    async fn roles(
        &self,
        ctx: &Context<'_>,
        #[graphql(default, desc = "In which order.")] order_by: Chronology,
        #[graphql(desc = "How many, 1 to 100; 25 when not stated.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on after.")] after: Option<Cursor>,
    ) -> Result<Option<Connection<Role>>> {
        ctx.session().await?.page(&Page { first, after }, Condition::all(), order_by).await.map(Some)
    }

    /// The role with this id; null when there is none.
    #[graphql(directive = requires::apply(SEES_ROLES.into()), guard = "RequiresAny(SEES_ROLES)")]
    async fn role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The role's id.")] id: Id<role::Entity>,
    ) -> Result<Option<Role>> {
        ctx.load(id).await
    }

    /// Everything that a role can permit.
    #[graphql(directive = requires::apply(SEES_ROLES.into()), guard = "RequiresAny(SEES_ROLES)")]
    async fn permissions(&self) -> Option<Vec<PermissionDescription>> {
        let all = Permission::iter();
        let described = all.map(|permission| PermissionDescription {
            key: permission.key(),
            description: permission.description(),
        });
        Some(described.collect())
    }
}

/// What can be changed about roles.
#[derive(Default)]
pub struct RoleMutation;

#[Object]
impl RoleMutation {
    /// Defines a role of your organization.
    ///
    /// User errors: `VALIDATION_FAILED`, `ALREADY_EXISTS`, `NOT_FOUND` (the parent), `RANK_TOO_LOW`.
    #[graphql(directive = requires::apply(Permission::RoleDefine.into()), guard = "Requires(Permission::RoleDefine)")]
    async fn define_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The role to be defined.")] input: DefineRoleInput,
    ) -> Result<Option<Payload<Role>>> {
        let outcome = ctx.slot().write(|write| Box::pin(defining::define(write, input))).await;
        ctx.shown(outcome).await.map(Some)
    }

    /// Changes a role: from the next request on, for all who have it and for the roles built upon it.
    ///
    /// User errors: `VALIDATION_FAILED` (also a circle of roles), `NOT_FOUND`, `STALE_VERSION`, `RANK_TOO_LOW`,
    /// `SEPARATION_OF_DUTIES` (a role of your own), `INVALID_STATE` (more than the name of a system's role).
    #[graphql(directive = requires::apply(Permission::RoleDefine.into()), guard = "Requires(Permission::RoleDefine)")]
    async fn change_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The role to be changed.")] input: ChangeRoleInput,
    ) -> Result<Option<Payload<Role>>> {
        let outcome = ctx.slot().write(|write| Box::pin(defining::change(write, input))).await;
        ctx.shown(outcome).await.map(Some)
    }

    /// Removes a role that nobody has and no other is built upon.
    ///
    /// User errors: `NOT_FOUND`, `STALE_VERSION`, `RANK_TOO_LOW`, `INVALID_STATE` (somebody has it, another role is built
    /// upon it, or it is the system's).
    #[graphql(directive = requires::apply(Permission::RoleDefine.into()), guard = "Requires(Permission::RoleDefine)")]
    async fn remove_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The role to be removed.")] input: RemoveRoleInput,
    ) -> Result<Option<Payload<RemovedRole>>> {
        ctx.slot().write(|write| Box::pin(defining::remove(write, input))).await.payload().map(Some)
    }
}
