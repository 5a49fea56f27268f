//! Defining roles, changing and removing them: who may, and what a role can permit.

use std::{collections::BTreeMap, str::FromStr};

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
    ColumnTrait, Condition,
};

use super::{ChangeRoleInput, DefineRoleInput, PermissionGrantInput, RemoveRoleInput, RemovedRole};
use crate::{
    identity::role_catalogue::SYSTEM_ROLES,
    kernel::{
        error::{Error, Result, UserErrorCode},
        record::Written,
        write::Write,
    },
};

pub(super) async fn define(write: &Write, input: DefineRoleInput) -> Result<Id<role::Entity>> {
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

pub(super) async fn change(write: &Write, input: ChangeRoleInput) -> Result<Id<role::Entity>> {
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

pub(super) async fn remove(write: &Write, input: RemoveRoleInput) -> Result<RemovedRole> {
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
    let event = format!("{operation}d");
    write.emit(&event, "ROLE", role.uuid()).await
}
