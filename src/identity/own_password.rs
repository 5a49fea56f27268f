//! Asking who is signed in for their password once more.

use entity::{
    identity::user,
    platform::audit_log::{AuditAction, AuditCredential},
};
use sea_orm::{ColumnTrait, Condition};
use secrecy::SecretString;

use super::password_check::CheckedPassword;
use crate::kernel::{
    error::{Error, Result, UserErrorCode},
    session::Slot,
    write::Write,
};

/// Compares a password with that of who is signed in. Nothing is decided yet: `attempt::password_alone` does that, in the
/// transaction that goes on with it.
///
/// # Errors
///
/// `UNAUTHENTICATED` when nobody is signed in; `INVALID_STATE` for a program, which knows no password.
pub async fn check(slot: &Slot, password: SecretString) -> Result<CheckedPassword> {
    let stored = slot.write(|write| Box::pin(own_hash(write))).await?;
    CheckedPassword::of(Some(stored), password).await
}

async fn own_hash(write: &Write) -> Result<(entity::Id<user::Entity>, Option<String>)> {
    let viewer = write.viewer()?;
    if viewer.credential() != AuditCredential::Session {
        return Err(Error::invalid_state(
            "the token is not that of a session: sign in to change how you sign in",
        ));
    }
    let own = Condition::all().add(user::Column::Id.eq(viewer.principal().user_id));
    let user = write.find::<user::Entity>(own).await?.ok_or_else(Error::unauthenticated)?;
    Ok((user.id, user.password_hash))
}

/// The refusal of a wrong password, which is recorded as an attempt.
pub fn note_wrong_password(write: &Write, operation: &str, field: &str) -> Error {
    let target = write.principal().ok().map(|principal| ("USER", principal.user_id.uuid()));
    write.attempted(AuditAction::SignIn, operation, target, Some("INVALID_CREDENTIALS"));
    wrong_password(field)
}

/// What is said to whoever does not know their password.
pub fn wrong_password(field: &str) -> Error {
    Error::refused(
        UserErrorCode::InvalidCredentials,
        &[field],
        "the password is wrong, or there were so many wrong attempts that you have to wait",
    )
}
