//! What comes of an attempt with a password: decided on the locked row of the user, so that attempts at the same time are
//! decided one after another.

use entity::{
    Id,
    identity::user::{self, UserStatus},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition};

use super::{
    code_check,
    lockout::{forgotten, is_locked, note_failure},
    password_check::CheckedPassword,
};
use crate::kernel::{
    error::{Error, Result},
    write::Write,
};

/// What came of an attempt.
pub enum Verdict {
    /// It is the user. The change to the row is still to be written: it forgets earlier failures.
    Proved(Box<user::Model>, Box<user::ActiveModel>),
    /// It is not, or they may not sign in, or have to wait.
    Refused,
    /// The password is right, and a code is needed besides.
    CodeRequired,
}

/// Decides on an attempt to sign in. What it counts has to be committed: return a refusal only afterwards.
///
/// # Errors
///
/// `UNAVAILABLE` when the password was changed since it was compared.
pub async fn sign_in(write: &Write, checked: &CheckedPassword, code: Option<&str>) -> Result<Verdict> {
    let Some((user, right)) = known(write, checked).await? else { return Ok(Verdict::Refused) };
    let proved = match code {
        _ if !right => false,
        _ if user.one_time_code_since.is_none() => true,
        None => return Ok(Verdict::CodeRequired),
        Some(code) => code_check::accept(write, user.id, code).await?,
    };
    conclude(write, checked, user, proved).await
}

/// Decides whether who is signed in knows the password. What it counts has to be committed: return a refusal only
/// afterwards.
///
/// # Errors
///
/// As [`sign_in`].
pub async fn password_alone(write: &Write, checked: &CheckedPassword) -> Result<Verdict> {
    let Some((user, right)) = known(write, checked).await? else { return Ok(Verdict::Refused) };
    conclude(write, checked, user, right).await
}

/// The user, if they may try, and whether the password is right.
async fn known(write: &Write, checked: &CheckedPassword) -> Result<Option<(user::Model, bool)>> {
    let Some(id) = checked.user_id else { return Ok(None) };
    let Some(user) = locked_user(write, id).await? else { return Ok(None) };
    if user.status != UserStatus::Active || is_locked(&user, write.now()) {
        return Ok(None);
    }
    // Somebody else signed in or changed the password between comparing and now: what was compared says nothing any more.
    if user.password_hash != checked.compared_with {
        return Err(Error::Unavailable);
    }
    Ok(Some((user, checked.right)))
}

async fn conclude(
    write: &Write,
    checked: &CheckedPassword,
    user: user::Model,
    proved: bool,
) -> Result<Verdict> {
    if !proved {
        note_failure(write, &user).await?;
        return Ok(Verdict::Refused);
    }
    let mut change = forgotten();
    if let Some(hash) = &checked.rehashed {
        change.password_hash = Set(Some(hash.clone()));
    }
    Ok(Verdict::Proved(Box::new(user), Box::new(change)))
}

/// The row of a user, locked until the end of the transaction.
///
/// # Errors
///
/// Those of the database.
pub async fn locked_user(write: &Write, id: Id<user::Entity>) -> Result<Option<user::Model>> {
    write.find_locked::<user::Entity>(Condition::all().add(user::Column::Id.eq(id))).await
}
