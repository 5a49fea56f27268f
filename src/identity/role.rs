//! Roles: named sets of permissions. The system's are the same everywhere; a tenant renames them, and builds others upon
//! them.

use std::{collections::BTreeMap, str::FromStr};

use async_graphql::{ComplexObject, Context, InputObject, Object, SimpleObject};
use chrono::Utc;
use entity::{
    Id,
    identity::{
        permission::Permission,
        role, role_assignment,
        role_permission::{self, Reach},
    },
};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, Condition, DerivePartialModel, Iterable,
    sea_query::Expr,
};

use super::{role_catalogue::SYSTEM_ROLES, viewer::PermissionGrant};
use crate::kernel::{
    door::{Door, Requires, RequiresAny},
    error::{Error, Result, UserErrorCode},
    graphql::{DateTime, Payload, requires},
    load::{Scoped, resource},
    page::{Chronology, Connection, Cursor, Page},
    record::Written,
    viewer::Viewer,
    write::{Changeable, Write},
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
        let outcome = ctx.slot().write(|write| Box::pin(define(write, input))).await;
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
        let outcome = ctx.slot().write(|write| Box::pin(change(write, input))).await;
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
        use crate::kernel::graphql::Payloaded;
        ctx.slot().write(|write| Box::pin(remove(write, input))).await.payload().map(Some)
    }
}

async fn define(write: &Write, input: DefineRoleInput) -> Result<Id<role::Entity>> {
    let DefineRoleInput { key, name, rank, parent_role_id, permissions } = input;
    let fits = key.len() <= 64
        && key.starts_with(|first: char| first.is_ascii_uppercase())
        && key.chars().all(|other| other.is_ascii_uppercase() || other.is_ascii_digit() || other == '_');
    if !fits {
        return Err(Error::invalid(
            "key",
            "a key is made of capital letters, digits and underscores, begins with a letter and has at most 64",
        ));
    }
    let name = read_name(&name)?;
    let rank = read_rank(write, rank)?;
    let grants = read_grants(permissions, rank)?;
    let parent = find_parent(write, parent_role_id, rank).await?;
    let id = write.new_id();
    write
        .insert(role::ActiveModel {
            id: Set(id),
            key: Set(key),
            name: Set(name),
            rank: Set(rank),
            parent_role_id: Set(parent),
            ..Default::default()
        })
        .await?;
    grant(write, id, grants).await?;
    note(write, "role.define", id, vec!["key", "name", "rank", "parent", "permissions"]).await?;
    Ok(id)
}

async fn change(write: &Write, input: ChangeRoleInput) -> Result<Id<role::Entity>> {
    let ChangeRoleInput { role_id, expected_version, name, rank, parent_role_id, permissions } = input;
    let role = lock(write, role_id).await?;
    if role.is_system && (rank.is_some() || parent_role_id.is_some() || permissions.is_some()) {
        return Err(Error::invalid_state(
            "of a system's role only the name can be changed; define a role of your own upon it",
        ));
    }
    if !role.is_system {
        not_ones_own(write, role_id).await?;
    }
    let mut fields = Vec::new();
    let name = name.map(|name| read_name(&name)).transpose()?;
    let new_rank = rank.map(|rank| read_rank(write, rank)).transpose()?.unwrap_or(role.rank);
    let parent = find_parent(write, parent_role_id.or(role.parent_role_id), new_rank).await?;
    let lower =
        Condition::all().add(role::Column::ParentRoleId.eq(role_id)).add(role::Column::Rank.lt(new_rank));
    if write.find::<role::Entity>(lower).await?.is_some() {
        return Err(Error::invalid("rank", "a role that is built upon this one would rank below it"));
    }
    let grants = match permissions {
        Some(permissions) => Some(read_grants(permissions, new_rank)?),
        None => {
            admissible(&own_grants(write, role_id).await?, new_rank)?;
            None
        }
    };
    fields.extend(name.is_some().then_some("name"));
    fields.extend(rank.is_some().then_some("rank"));
    fields.extend(parent_role_id.is_some().then_some("parent"));
    fields.extend(grants.is_some().then_some("permissions"));
    let change = role::ActiveModel {
        name: name.map_or(NotSet, Set),
        rank: if role.is_system { NotSet } else { Set(new_rank) },
        parent_role_id: if role.is_system { NotSet } else { Set(parent) },
        ..Default::default()
    };
    write.update(role_id, Some(expected_version), change).await?;
    if let Some(grants) = grants {
        withdraw(write, role_id).await?;
        grant(write, role_id, grants).await?;
    }
    note(write, "role.change", role_id, fields).await?;
    Ok(role_id)
}

async fn remove(write: &Write, input: RemoveRoleInput) -> Result<RemovedRole> {
    let RemoveRoleInput { role_id, expected_version } = input;
    let role = lock(write, role_id).await?;
    if role.is_system {
        return Err(Error::invalid_state("a system's role stays; take it from its users instead"));
    }
    let holder = Condition::all().add(role_assignment::Column::RoleId.eq(role_id));
    let heir = Condition::all().add(role::Column::ParentRoleId.eq(role_id));
    if write.find::<role_assignment::Entity>(holder).await?.is_some() {
        return Err(Error::invalid_state("somebody has this role; take it from its users first"));
    }
    if write.find::<role::Entity>(heir).await?.is_some() {
        return Err(Error::invalid_state("another role is built upon this one; change that one first"));
    }
    let deleted = role::ActiveModel { deleted_at: Set(Some(write.now())), ..Default::default() };
    write.update(role_id, Some(expected_version), deleted).await?;
    note(write, "role.remove", role_id, vec!["deleted_at"]).await?;
    Ok(RemovedRole { id: role_id })
}

/// Nobody shapes a role that they have, by itself or beneath another.
async fn not_ones_own(write: &Write, role: Id<role::Entity>) -> Result<()> {
    let held = write.principal()?.roles.clone();
    let held = write.find_all::<role::Entity>(Condition::all().add(role::Column::Key.is_in(held))).await?;
    if held.iter().any(|own| own.lineage.contains(&role.uuid())) {
        let message = "nobody shapes a role of one's own; somebody else has to do it";
        return Err(Error::refused(UserErrorCode::SeparationOfDuties, &["roleId"], message));
    }
    Ok(())
}

/// Locks a role that does not rank above the viewer.
async fn lock(write: &Write, id: Id<role::Entity>) -> Result<role::Model> {
    let role = write.lock(id, &[Permission::RoleDefine], "roleId", "role").await?;
    within_rank(write, role.rank, "roleId")?;
    Ok(role)
}

/// Nobody gives, takes or shapes what ranks above their own highest role.
///
/// # Errors
///
/// `RANK_TOO_LOW` on `field`.
pub fn within_rank(write: &Write, rank: i16, field: &str) -> Result<()> {
    if rank <= write.principal()?.rank {
        return Ok(());
    }
    let message = "the role ranks above your own highest; somebody of that rank or a higher one has to do it";
    Err(Error::refused(UserErrorCode::RankTooLow, &[field], message))
}

fn read_name(name: &str) -> Result<String> {
    let name = name.trim();
    if (1..=200).contains(&name.chars().count()) {
        return Ok(name.to_owned());
    }
    Err(Error::invalid("name", "a name has 1 to 200 characters"))
}

fn read_rank(write: &Write, rank: i32) -> Result<i16> {
    let rank = i16::try_from(rank).ok().filter(|rank| (0..=100).contains(rank));
    let rank = rank.ok_or_else(|| Error::invalid("rank", "a rank is 0 to 100"))?;
    within_rank(write, rank, "rank")?;
    Ok(rank)
}

async fn find_parent(
    write: &Write,
    parent: Option<Id<role::Entity>>,
    rank: i16,
) -> Result<Option<Id<role::Entity>>> {
    let Some(id) = parent else { return Ok(None) };
    let found = write.find::<role::Entity>(Condition::all().add(role::Column::Id.eq(id))).await?;
    let found = found.ok_or_else(|| Error::not_found("parentRoleId", "role"))?;
    if found.rank > rank {
        return Err(Error::invalid("rank", "a role does not rank below the one that it is built upon"));
    }
    Ok(Some(id))
}

type Grants = BTreeMap<Permission, Reach>;

fn read_grants(permissions: Vec<PermissionGrantInput>, rank: i16) -> Result<Grants> {
    let mut grants = Grants::new();
    for PermissionGrantInput { permission, reach } in permissions {
        let known = Permission::from_str(&permission).map_err(|_| {
            Error::invalid("permissions", "there is no such permission; `permissions` lists them")
        })?;
        let held = grants.entry(known).or_insert(reach);
        *held = Ord::max(reach, *held);
    }
    admissible(&grants, rank)?;
    Ok(grants)
}

/// What a role of this rank can permit: what a system's role of this rank or below permits, and no farther.
fn admissible(grants: &Grants, rank: i16) -> Result<()> {
    for (permission, reach) in grants {
        let roles = SYSTEM_ROLES.iter().filter(|role| role.rank <= rank);
        let farthest = roles.flat_map(|role| role.grants()).filter(|grant| grant.0 == *permission);
        if farthest.map(|grant| grant.1).max().is_none_or(|farthest| *reach > farthest) {
            let message =
                format!("`{}` does not reach that far in any role of this rank or below", permission.key());
            return Err(Error::invalid("permissions", message));
        }
    }
    Ok(())
}

async fn own_grants(write: &Write, role: Id<role::Entity>) -> Result<Grants> {
    let rows = write
        .find_all::<role_permission::Entity>(Condition::all().add(role_permission::Column::RoleId.eq(role)))
        .await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| Some((Permission::from_str(&row.permission_key).ok()?, row.reach)))
        .collect())
}

/// Takes back all that the role permits by itself.
async fn withdraw(write: &Write, role: Id<role::Entity>) -> Result<()> {
    let own = Condition::all().add(role_permission::Column::RoleId.eq(role));
    let deleted = role_permission::ActiveModel { deleted_at: Set(Some(write.now())), ..Default::default() };
    write.update_all(own, deleted).await.map(drop)
}

async fn grant(write: &Write, role: Id<role::Entity>, grants: Grants) -> Result<()> {
    let rows = grants.into_iter().map(|(permission, reach)| role_permission::ActiveModel {
        id: Set(write.new_id()),
        role_id: Set(role),
        permission_key: Set(permission.key().to_owned()),
        reach: Set(reach),
        ..Default::default()
    });
    write.insert_many(rows.collect()).await
}

async fn note(
    write: &Write,
    operation: &'static str,
    role: Id<role::Entity>,
    fields: Vec<&'static str>,
) -> Result<()> {
    write.written(Written {
        operation,
        target_kind: "ROLE",
        target_id: role.uuid(),
        patient_id: None,
        fields,
    });
    write.emit(&format!("{operation}d"), "ROLE", role.uuid()).await
}
