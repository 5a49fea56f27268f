//! Ranks: nobody acts upon somebody of a higher rank than their own.

use entity::{
    Id,
    identity::{role, role_assignment, user},
};
use sea_orm::{ColumnTrait, Condition};

use crate::kernel::{
    error::{Error, Result, UserErrorCode},
    load::any_of,
    write::Write,
};

/// The highest rank among the roles that a user has now; 0 without a role.
///
/// # Errors
///
/// Those of the database.
async fn highest_rank(write: &Write, user: Id<user::Entity>) -> Result<i16> {
    use role_assignment::Column;
    let lasts = Condition::any().add(Column::ExpiresAt.is_null()).add(Column::ExpiresAt.gt(write.now()));
    let held = Condition::all().add(Column::UserId.eq(user)).add(lasts);
    let roles = write.find_all::<role_assignment::Entity>(held).await?;
    if roles.is_empty() {
        return Ok(0);
    }
    let ids = roles.into_iter().map(|assignment| assignment.role_id.uuid()).collect();
    let roles = write.find_all::<role::Entity>(Condition::all().add(any_of(role::Column::Id, ids))).await?;
    Ok(roles.into_iter().map(|role| role.rank).max().unwrap_or_default())
}

/// Refuses when the user is of a higher rank than the viewer: whoever could give a manager's password to themselves
/// would be the manager.
///
/// # Errors
///
/// `RANK_TOO_LOW` on `field`.
pub async fn not_above_oneself(write: &Write, user: Id<user::Entity>, field: &str) -> Result<()> {
    let viewer = write.principal()?;
    if viewer.user_id != user && highest_rank(write, user).await? > viewer.rank {
        return Err(Error::refused(
            UserErrorCode::RankTooLow,
            &[field],
            "the user has a role of a higher rank than yours: ask somebody of that rank",
        ));
    }
    Ok(())
}
