//! Suspending users, letting them back, and parting with them for good.

use async_graphql::{Context, InputObject, Object};
use entity::{
    Id,
    identity::{
        access_token::{self, AccessTokenKind},
        permission::Permission,
        session,
        user::{self, UserStatus},
        user_token::UserTokenKind,
    },
};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition};
use uuid::Uuid;

use super::{
    code_check, last_owner::stays_with_an_owner, lockout::forgotten, rank::not_above_oneself, user::User,
    user_token,
};
use crate::kernel::{
    door::{Door, Requires},
    error::{Error, Result},
    graphql::{Payload, requires},
    record::Written,
    text::printable,
    write::Write,
};

/// A user to suspend.
#[derive(Clone, Debug, InputObject)]
pub struct SuspendUserInput {
    /// The user.
    pub user_id: Id<user::Entity>,
    /// Why, 1 to 200 characters. Do not put a name into it.
    pub reason: String,
}

/// A user to let back.
#[derive(Clone, Debug, InputObject)]
pub struct ReactivateUserInput {
    /// The user.
    pub user_id: Id<user::Entity>,
    /// Why, 1 to 200 characters. Do not put a name into it.
    pub reason: String,
}

/// A user to part with.
#[derive(Clone, Debug, InputObject)]
pub struct DeactivateUserInput {
    /// The user.
    pub user_id: Id<user::Entity>,
    /// Why, 1 to 200 characters. Do not put a name into it.
    pub reason: String,
}

/// A user who need not wait any longer.
#[derive(Clone, Debug, InputObject)]
pub struct UnlockUserInput {
    /// The user.
    pub user_id: Id<user::Entity>,
}

/// What can be changed about whether users may sign in.
#[derive(Default)]
pub struct UserStatusMutation;

#[Object]
impl UserStatusMutation {
    /// Suspends a user: all their sessions and tokens end at once, and they cannot sign in until they are reactivated.
    ///
    /// User errors: `NOT_FOUND`, `VALIDATION_FAILED`, `RANK_TOO_LOW`, `INVALID_STATE` (not active, oneself, or the last
    /// owner).
    #[graphql(directive = requires::apply(Permission::UserManage.into()), guard = "Requires(Permission::UserManage)")]
    async fn suspend_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user to suspend.")] input: SuspendUserInput,
    ) -> Result<Option<Payload<User>>> {
        let SuspendUserInput { user_id, reason } = input;
        let outcome = ctx.slot().write(move |write| Box::pin(suspend(write, user_id, reason))).await;
        ctx.shown(outcome).await.map(Some)
    }

    /// Lets a suspended user sign in again, with the password and codes that they had.
    ///
    /// User errors: `NOT_FOUND`, `VALIDATION_FAILED`, `RANK_TOO_LOW`, `INVALID_STATE` (not suspended).
    #[graphql(directive = requires::apply(Permission::UserManage.into()), guard = "Requires(Permission::UserManage)")]
    async fn reactivate_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user to let back.")] input: ReactivateUserInput,
    ) -> Result<Option<Payload<User>>> {
        let ReactivateUserInput { user_id, reason } = input;
        let outcome = ctx.slot().write(move |write| Box::pin(reactivate(write, user_id, reason))).await;
        ctx.shown(outcome).await.map(Some)
    }

    /// Parts with a user for good: sessions and tokens end at once, password and codes are erased. The email address is
    /// free for a new user; the record keeps speaking of this one.
    ///
    /// User errors: `NOT_FOUND`, `VALIDATION_FAILED`, `RANK_TOO_LOW`, `INVALID_STATE` (deactivated already, oneself, or
    /// the last owner).
    #[graphql(directive = requires::apply(Permission::UserManage.into()), guard = "Requires(Permission::UserManage)")]
    async fn deactivate_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user to part with.")] input: DeactivateUserInput,
    ) -> Result<Option<Payload<User>>> {
        let DeactivateUserInput { user_id, reason } = input;
        let outcome = ctx.slot().write(move |write| Box::pin(deactivate(write, user_id, reason))).await;
        ctx.shown(outcome).await.map(Some)
    }

    /// Lets a user try to sign in again who has to wait after wrong attempts.
    ///
    /// User errors: `NOT_FOUND`, `RANK_TOO_LOW`, `INVALID_STATE` (does not have to wait).
    #[graphql(directive = requires::apply(Permission::UserManage.into()), guard = "Requires(Permission::UserManage)")]
    async fn unlock_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user who need not wait any longer.")] input: UnlockUserInput,
    ) -> Result<Option<Payload<User>>> {
        let UnlockUserInput { user_id } = input;
        let outcome = ctx.slot().write(move |write| Box::pin(unlock(write, user_id))).await;
        ctx.shown(outcome).await.map(Some)
    }
}

async fn suspend(write: &Write, user_id: Id<user::Entity>, reason: String) -> Result<Id<user::Entity>> {
    let reason = printable(&reason, 200, "reason")?;
    let user = managed(write, user_id).await?;
    not_oneself(write, user_id)?;
    if user.status != UserStatus::Active {
        return Err(Error::invalid_state("only an active user can be suspended"));
    }
    stays_with_an_owner(write, user_id).await?;
    let change = user::ActiveModel {
        status: Set(UserStatus::Suspended),
        status_reason: Set(Some(reason)),
        ..Default::default()
    };
    write.update(user_id, None, change).await?;
    end_all_access(write, user_id).await?;
    settled(write, user_id, "user.suspend", "user.suspended").await
}

async fn reactivate(write: &Write, user_id: Id<user::Entity>, reason: String) -> Result<Id<user::Entity>> {
    let reason = printable(&reason, 200, "reason")?;
    let user = managed(write, user_id).await?;
    if user.status != UserStatus::Suspended {
        return Err(Error::invalid_state("only a suspended user can be reactivated"));
    }
    let change = user::ActiveModel {
        status: Set(UserStatus::Active),
        status_reason: Set(Some(reason)),
        ..forgotten()
    };
    write.update(user_id, None, change).await?;
    settled(write, user_id, "user.reactivate", "user.reactivated").await
}

async fn deactivate(write: &Write, user_id: Id<user::Entity>, reason: String) -> Result<Id<user::Entity>> {
    let reason = printable(&reason, 200, "reason")?;
    let user = managed(write, user_id).await?;
    not_oneself(write, user_id)?;
    if user.status == UserStatus::Deactivated {
        return Err(Error::invalid_state("the user was deactivated already"));
    }
    stays_with_an_owner(write, user_id).await?;
    retire(write, user_id, reason).await?;
    settled(write, user_id, "user.deactivate", "user.deactivated").await
}

async fn unlock(write: &Write, user_id: Id<user::Entity>) -> Result<Id<user::Entity>> {
    let user = managed(write, user_id).await?;
    if user.locked_until.is_none_or(|end| end <= write.now()) {
        return Err(Error::invalid_state("the user does not have to wait"));
    }
    write.update(user_id, None, forgotten()).await?;
    write.written(Written {
        operation: "user.unlock",
        target_kind: "USER",
        target_id: user_id.uuid(),
        patient_id: None,
        fields: vec!["lockedUntil"],
    });
    write.emit("user.unlocked", "USER", user_id.uuid()).await?;
    Ok(user_id)
}

/// The user whom the viewer is to manage, locked until the end of the transaction.
///
/// # Errors
///
/// `NOT_FOUND` and `RANK_TOO_LOW` on `userId`.
pub async fn managed(write: &Write, user_id: Id<user::Entity>) -> Result<user::Model> {
    let user = write.lock(user_id, &[Permission::UserManage], "userId", "user").await?;
    not_above_oneself(write, user_id, "userId").await?;
    Ok(user)
}

fn not_oneself(write: &Write, user_id: Id<user::Entity>) -> Result<()> {
    if write.principal()?.user_id == user_id {
        return Err(Error::invalid_state("nobody does that to themselves: ask another administrator"));
    }
    Ok(())
}

/// Parts with a user whose row is locked: nothing is left with which they could sign in.
///
/// # Errors
///
/// Those of the database.
pub async fn retire(write: &Write, user_id: Id<user::Entity>, reason: String) -> Result<()> {
    let change = user::ActiveModel {
        status: Set(UserStatus::Deactivated),
        status_reason: Set(Some(reason)),
        password_hash: Set(None),
        one_time_code_since: Set(None),
        ..forgotten()
    };
    write.update(user_id, None, change).await?;
    code_check::forget(write, user_id).await?;
    end_all_access(write, user_id).await
}

/// Ends everything that a user could come with: sessions, tokens, invitations.
async fn end_all_access(write: &Write, user_id: Id<user::Entity>) -> Result<()> {
    end_sessions(write, user_id, None).await?;
    let all = [AccessTokenKind::Access, AccessTokenKind::Refresh, AccessTokenKind::Api];
    revoke_access_tokens(write, user_id, &all).await?;
    user_token::revoke(write, user_id, UserTokenKind::Invitation).await?;
    user_token::revoke(write, user_id, UserTokenKind::PasswordReset).await?;
    Ok(())
}

/// Ends the sessions of a user, but for one of them; returns how many.
///
/// # Errors
///
/// Those of the database.
pub async fn end_sessions(write: &Write, user_id: Id<user::Entity>, except: Option<Uuid>) -> Result<u64> {
    use session::Column;
    let open = Condition::all()
        .add(Column::UserId.eq(user_id))
        .add(Column::EndedAt.is_null())
        .add_option(except.map(|session| Column::Id.ne(session)));
    let change = session::ActiveModel { ended_at: Set(Some(write.now())), ..Default::default() };
    write.update_all(open, change).await
}

/// Revokes the tokens of a user that are of these kinds; returns how many.
///
/// # Errors
///
/// Those of the database.
pub async fn revoke_access_tokens(
    write: &Write,
    user_id: Id<user::Entity>,
    kinds: &[AccessTokenKind],
) -> Result<u64> {
    use access_token::Column;
    let open = Condition::all()
        .add(Column::UserId.eq(user_id))
        .add(Column::RevokedAt.is_null())
        .add(Column::Kind.is_in(kinds.iter().copied()));
    let change = access_token::ActiveModel { revoked_at: Set(Some(write.now())), ..Default::default() };
    write.update_all(open, change).await
}

async fn settled(
    write: &Write,
    user_id: Id<user::Entity>,
    operation: &'static str,
    event: &str,
) -> Result<Id<user::Entity>> {
    write.written(Written {
        operation,
        target_kind: "USER",
        target_id: user_id.uuid(),
        patient_id: None,
        fields: vec!["status", "statusReason"],
    });
    write.emit(event, "USER", user_id.uuid()).await?;
    Ok(user_id)
}
