//! Tokens that let somebody choose a password, once: shown once, stored as digests, replaced by the next one.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    Id,
    identity::{
        user::{self, UserStatus},
        user_token::{self, UserTokenKind},
    },
    platform::audit_log::AuditAction,
    tenancy::tenant::PLATFORM,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition};
use secrecy::{ExposeSecret, SecretString};

use super::{attempt::locked_user, password_check::hash_new, surroundings};
use crate::kernel::{
    crypto::{BearerToken, BearerTokenKind},
    error::{Error, Result, UserErrorCode},
    session::Slot,
    write::{Work, Write},
};

/// A token that was made, to be shown once.
pub struct IssuedToken {
    /// The text.
    pub text: SecretString,
    /// Until when it is good.
    pub expires_at: DateTime<Utc>,
}

/// How long somebody has who forgot the password.
const PASSWORD_RESET: TimeDelta = TimeDelta::hours(24);

const fn bearer_kind(kind: UserTokenKind) -> BearerTokenKind {
    match kind {
        UserTokenKind::Invitation => BearerTokenKind::Invitation,
        UserTokenKind::PasswordReset => BearerTokenKind::PasswordReset,
    }
}

/// Makes a token of a user; earlier ones of its kind are good for nothing from now on.
///
/// # Errors
///
/// Those of the database.
pub async fn issue(write: &Write, user_id: Id<user::Entity>, kind: UserTokenKind) -> Result<IssuedToken> {
    revoke(write, user_id, kind).await?;
    let id = write.new_id::<user_token::Entity>();
    let token = BearerToken::mint(bearer_kind(kind), write.tenant_id(), id.uuid())?;
    let expires_at = write.now()
        + match kind {
            UserTokenKind::Invitation => write.invitation_time(),
            UserTokenKind::PasswordReset => PASSWORD_RESET,
        };
    write
        .insert(user_token::ActiveModel {
            id: Set(id),
            user_id: Set(user_id),
            kind: Set(kind),
            token_digest: Set(token.secret_digest().to_vec()),
            expires_at: Set(expires_at),
            ..Default::default()
        })
        .await?;
    Ok(IssuedToken { text: token.expose(), expires_at })
}

/// Makes the tokens of a user worthless; returns how many were still good.
///
/// # Errors
///
/// Those of the database.
pub async fn revoke(write: &Write, user_id: Id<user::Entity>, kind: UserTokenKind) -> Result<u64> {
    use user_token::Column;
    let open = Condition::all()
        .add(Column::UserId.eq(user_id))
        .add(Column::Kind.eq(kind))
        .add(Column::UsedAt.is_null())
        .add(Column::RevokedAt.is_null());
    let change = user_token::ActiveModel { revoked_at: Set(Some(write.now())), ..Default::default() };
    write.update_all(open, change).await
}

/// What a token is redeemed for: the password to set, and what else changes with it.
pub struct Redemption {
    /// Which kind of token is expected.
    pub kind: UserTokenKind,
    /// The operation, for the record.
    pub operation: &'static str,
    /// The token, as its bearer sent it.
    pub token: SecretString,
    /// The new password.
    pub password: SecretString,
}

/// Redeems a token: `settle` gets the user, whose row is locked, and the hash of the new password. Whatever is wrong with
/// the token, the answer is the same; a password that is not good enough costs nothing.
///
/// # Errors
///
/// `RATE_LIMITED`; `INVALID_TOKEN`, `VALIDATION_FAILED` on `password`, and those of `settle`.
pub async fn redeem<T: Send>(
    slot: &Slot,
    redemption: Redemption,
    settle: impl for<'w> FnOnce(&'w Write, user::Model, String) -> Work<'w, T> + Send + 'static,
) -> Result<T> {
    let Redemption { kind, operation, token, password } = redemption;
    slot.admit_attempt().await?;
    let parsed = BearerToken::parse(token.expose_secret()).ok();
    let Some(token) = parsed.filter(|token| token.kind() == bearer_kind(kind)) else {
        return refuse_elsewhere(slot, operation).await;
    };
    let tenant_id = token.tenant_id();
    if slot.app().active_tenant(tenant_id).await?.is_none() {
        return refuse_elsewhere(slot, operation).await;
    }
    let token = Arc::new(token);
    // Hashing takes long, so no transaction is open meanwhile; and only whoever brings a good token may ask for it.
    let words = {
        let (token, password) = (token.clone(), password.clone());
        slot.write_anonymous(tenant_id, move |write| {
            Box::pin(async move {
                let (_, user) = find(write, &token, kind, operation).await?;
                surroundings::of(write, &user, &password, "password").await
            })
        })
        .await?
    };
    let hash = hash_new(password, words, "password").await?;
    slot.write_anonymous(tenant_id, move |write| {
        Box::pin(async move {
            let (row, user) = find(write, &token, kind, operation).await?;
            write.acts(user.id);
            let used = user_token::ActiveModel { used_at: Set(Some(write.now())), ..Default::default() };
            write.update(row.id, None, used).await?;
            settle(write, user, hash).await
        })
    })
    .await
}

/// The token's row and its user, who is locked, if the token is good now. Whatever changes the token locks the user first.
async fn find(
    write: &Write,
    token: &BearerToken,
    kind: UserTokenKind,
    operation: &str,
) -> Result<(user_token::Model, user::Model)> {
    let refused = |target| {
        write.attempted(AuditAction::SignIn, operation, target, Some("INVALID_TOKEN"));
        invalid_token()
    };
    let row = || {
        let by_id = Condition::all().add(user_token::Column::Id.eq(token.token_id()));
        write.find::<user_token::Entity>(by_id)
    };
    let Some(user_token::Model { user_id, .. }) = row().await? else { return Err(refused(None)) };
    let user = locked_user(write, user_id).await?;
    let Some(row) = row().await? else { return Err(refused(None)) };
    let target = Some(("USER", user_id.uuid()));
    let good = token.matches(&row.token_digest)
        && row.kind == kind
        && row.used_at.is_none()
        && row.revoked_at.is_none()
        && write.now() < row.expires_at;
    let status = match kind {
        UserTokenKind::Invitation => UserStatus::Invited,
        UserTokenKind::PasswordReset => UserStatus::Active,
    };
    match user.filter(|user| good && user.status == status) {
        Some(user) => Ok((row, user)),
        None => Err(refused(target)),
    }
}

/// Records an attempt with what is no token of any tenant.
async fn refuse_elsewhere<T>(slot: &Slot, operation: &'static str) -> Result<T> {
    slot.write_anonymous(PLATFORM, move |write| {
        Box::pin(async move {
            write.attempted(AuditAction::SignIn, operation, None, Some("INVALID_TOKEN"));
            Ok(())
        })
    })
    .await?;
    Err(invalid_token())
}

fn invalid_token() -> Error {
    Error::refused(
        UserErrorCode::InvalidToken,
        &["token"],
        "the token is not valid, was used or replaced, or has expired: ask for another one",
    )
}
