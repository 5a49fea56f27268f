//! Ranks: nobody acts upon somebody of a higher rank than their own.

use entity::{Id, identity::user};

use crate::kernel::{
    error::{Error, Result, UserErrorCode},
    write::Write,
};

/// Refuses when the user is of a higher rank than the viewer: whoever could give a manager's password to themselves
/// would be the manager.
///
/// # Errors
///
/// `RANK_TOO_LOW` on `field`.
pub async fn not_above_oneself(write: &Write, user: Id<user::Entity>, field: &str) -> Result<()> {
    let viewer = write.principal()?;
    if viewer.user_id != user && write.rank_of(user, true).await? > viewer.rank {
        return Err(Error::refused(
            UserErrorCode::RankTooLow,
            &[field],
            "the user has a role of a higher rank than yours: ask somebody of that rank",
        ));
    }
    Ok(())
}
