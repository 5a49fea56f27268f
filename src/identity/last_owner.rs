//! A tenant always has somebody who may do everything in it.

use entity::{
    Id,
    identity::{
        role, role_assignment,
        user::{self, UserStatus},
    },
};
use sea_orm::{ColumnTrait, Condition};

use crate::kernel::{
    error::{Error, Result},
    load::any_of,
    write::Write,
};

/// Refuses when no active owner would be left without this user: whoever is an owner everywhere and without an end. Call
/// it before the user, or their role, is taken away, and after their row was locked.
///
/// The row of the role is locked until the end of the transaction, so that two who go at the same time are decided one
/// after the other.
///
/// # Errors
///
/// `INVALID_STATE` when it is the last one.
pub async fn stays_with_an_owner(write: &Write, leaving: Id<user::Entity>) -> Result<()> {
    use role_assignment::Column;
    let by_key = Condition::all().add(role::Column::Key.eq("OWNER"));
    let Some(role) = write.find_locked::<role::Entity>(by_key).await? else { return Ok(()) };
    let everywhere = Condition::all()
        .add(Column::RoleId.eq(role.id))
        .add(Column::LocationId.is_null())
        .add(Column::ExpiresAt.is_null());
    let owners = write.find_all::<role_assignment::Entity>(everywhere).await?;
    let (own, others): (Vec<_>, Vec<_>) =
        owners.into_iter().map(|assignment| assignment.user_id).partition(|user| *user == leaving);
    if own.is_empty() {
        return Ok(());
    }
    let others = others.into_iter().map(Id::uuid).collect();
    let remaining = Condition::all()
        .add(any_of(user::Column::Id, others))
        .add(user::Column::Status.eq(UserStatus::Active));
    match write.find::<user::Entity>(remaining).await? {
        Some(_) => Ok(()),
        None => Err(Error::invalid_state("this is the last active owner: make somebody else an owner first")),
    }
}
