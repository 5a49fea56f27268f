//! Changing a password, and choosing another one after it was forgotten.

use async_graphql::{ComplexObject, Context, InputObject, Object, SimpleObject};
use chrono::TimeDelta;
use entity::{
    Id,
    identity::{
        access_token::AccessTokenKind,
        permission::Permission,
        user::{self, UserStatus},
        user_token::UserTokenKind,
    },
    platform::audit_log::AuditAction,
    tenancy::tenant::PLATFORM,
};
use sea_orm::ActiveValue::Set;
use secrecy::{ExposeSecret, SecretString};

use super::{
    attempt::{Verdict, locked_user, password_alone},
    lockout::forgotten,
    own_password::{self, note_wrong_password},
    password_check::{CheckedPassword, hash_new},
    sign_in::find_candidate,
    surroundings,
    user::User,
    user_status::{end_sessions, managed, revoke_access_tokens},
    user_token::{self, Redemption, redeem},
};
use crate::kernel::{
    door::{Door, Requires, SignedIn},
    error::{Error, Result},
    graphql::{DateTime, Payload, Payloaded, public, requires},
    record::Written,
    write::Write,
};

/// A password to change.
#[derive(Clone, InputObject)]
pub struct ChangePasswordInput {
    /// The password of now.
    #[graphql(secret)]
    pub current_password: String,
    /// The password from now on: 12 to 128 characters, of whatever kind.
    #[graphql(secret)]
    pub new_password: String,
}

/// Somebody who forgot the password.
#[derive(Clone, InputObject)]
pub struct RequestPasswordResetInput {
    /// The organization's short name, such as `demo`.
    pub organization: String,
    /// The email address.
    #[graphql(secret)]
    pub email: String,
}

/// A user who is to choose another password.
#[derive(Clone, Debug, InputObject)]
pub struct IssuePasswordResetInput {
    /// The user.
    pub user_id: Id<user::Entity>,
}

/// Another password, chosen with a token.
#[derive(Clone, InputObject)]
pub struct ResetPasswordInput {
    /// The token.
    #[graphql(secret)]
    pub token: String,
    /// The password from now on: 12 to 128 characters, of whatever kind.
    #[graphql(secret)]
    pub password: String,
}

/// A password that was changed.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct PasswordChange {
    /// When it was changed.
    changed_at: DateTime,
}

/// A request for another password that was taken down, whether or not there is such an account.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct PasswordResetRequest {
    /// When it was taken down.
    requested_at: DateTime,
}

/// A token to choose another password with. Hand it to the human by a way of your own: nothing is sent.
#[derive(Clone, SimpleObject)]
#[graphql(complex)]
pub struct IssuedPasswordReset {
    /// The token, good once. It is shown here and never again.
    reset_token: String,
    /// Until when it is good.
    expires_at: DateTime,
    #[graphql(skip)]
    user_id: Id<user::Entity>,
}

#[ComplexObject]
impl IssuedPasswordReset {
    /// Whose password it is.
    async fn user(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        ctx.load(self.user_id).await
    }
}

/// What can be changed about passwords.
#[derive(Default)]
pub struct PasswordMutation;

#[Object]
impl PasswordMutation {
    /// Changes one's own password; all other sessions end, and so does access that was given out to programs in them.
    /// Needs a session.
    ///
    /// User errors: `INVALID_CREDENTIALS` (the password of now is wrong, which counts as a wrong attempt to sign in, or one
    /// has to wait), `VALIDATION_FAILED`, `INVALID_STATE` (the token is not that of a session).
    #[graphql(directive = public::apply(), guard = "SignedIn")]
    async fn change_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The password to change.")] input: ChangePasswordInput,
    ) -> Result<Option<Payload<PasswordChange>>> {
        let ChangePasswordInput { current_password, new_password } = input;
        let slot = ctx.slot();
        let work = async {
            let checked = own_password::check(slot, current_password.into()).await?;
            // Whoever does not know the password learns nothing about what would be a good one.
            let hash = if checked.right {
                let new = SecretString::from(new_password);
                let words = slot.write({
                    let new = new.clone();
                    move |write| Box::pin(own_surroundings(write, new))
                });
                Some(hash_new(new, words.await?, "newPassword").await?)
            } else {
                None
            };
            slot.write(|write| Box::pin(change(write, checked, hash))).await.and_then(|changed| changed)
        };
        work.await.payload().map(Some)
    }

    /// Says that one forgot the password. The answer is the same whether or not there is such an account. Nothing is sent:
    /// whoever manages users sees the request and hands out a token (`issuePasswordReset`).
    #[graphql(directive = public::apply())]
    async fn request_password_reset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who forgot the password.")] input: RequestPasswordResetInput,
    ) -> Result<Option<Payload<PasswordResetRequest>>> {
        let RequestPasswordResetInput { organization, email } = input;
        let slot = ctx.slot();
        slot.admit_attempt().await?;
        let tenant_id = slot.app().tenant_by_slug(&organization).await?.unwrap_or(PLATFORM);
        // As much work as signing in is, whoever it is: nobody asks in bulk, and what finding somebody costs is lost in it.
        CheckedPassword::of(None, SecretString::default()).await?;
        slot.write_anonymous(tenant_id, |write| Box::pin(take_down(write, email))).await.payload().map(Some)
    }

    /// Makes a token with which a user chooses another password within a day; an earlier one is good for nothing any more.
    /// Needs a fresh proof of who you are, else `REAUTH_REQUIRED`.
    ///
    /// User errors: `NOT_FOUND`, `RANK_TOO_LOW`, `INVALID_STATE` (not active).
    #[graphql(directive = requires::apply(Permission::UserManage.into()), guard = "Requires(Permission::UserManage)")]
    async fn issue_password_reset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who is to choose another password.")] input: IssuePasswordResetInput,
    ) -> Result<Option<Payload<IssuedPasswordReset>>> {
        ctx.slot().write(|write| Box::pin(issue(write, input))).await.payload().map(Some)
    }

    /// Chooses another password with a token. All sessions of the user end, they need not wait any longer after wrong
    /// attempts, and their one-time codes stay as they are.
    ///
    /// User errors: `INVALID_TOKEN`, whatever is wrong with the token; `VALIDATION_FAILED` for a password that is too
    /// short or among those that are tried first: choose another, the token is still good.
    #[graphql(directive = public::apply())]
    async fn reset_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The other password.")] input: ResetPasswordInput,
    ) -> Result<Option<Payload<PasswordChange>>> {
        let ResetPasswordInput { token, password } = input;
        let redemption = Redemption {
            kind: UserTokenKind::PasswordReset,
            operation: "user.reset_password",
            token: token.into(),
            password: password.into(),
        };
        let outcome = redeem(ctx.slot(), redemption, |write, user, hash| Box::pin(reset(write, user, hash)));
        outcome.await.payload().map(Some)
    }
}

async fn own_surroundings(write: &Write, new: SecretString) -> Result<Vec<String>> {
    let own = locked_user(write, write.principal()?.user_id).await?.ok_or_else(Error::unauthenticated)?;
    surroundings::of(write, &own, &new, "newPassword").await
}

/// A refusal is the inner error, since what it counts is committed.
async fn change(
    write: &Write,
    checked: CheckedPassword,
    hash: Option<String>,
) -> Result<Result<PasswordChange>> {
    let (Verdict::Proved(user, mut row), Some(hash)) = (password_alone(write, &checked).await?, hash) else {
        return Ok(Err(note_wrong_password(write, "user.change_password", "currentPassword")));
    };
    row.password_hash = Set(Some(hash));
    write.update(user.id, None, *row).await?;
    end_sessions(write, user.id, write.viewer()?.credential_id()).await?;
    settled(write, user.id, "user.change_password").await.map(Ok)
}

/// Requests of a user within this time count as one.
const REQUEST_PAUSE: TimeDelta = TimeDelta::minutes(10);

async fn take_down(write: &Write, email: String) -> Result<PasswordResetRequest> {
    const OPERATION: &str = "user.request_password_reset";
    let requested_at = write.now();
    let taken_down = Ok(PasswordResetRequest { requested_at: requested_at.into() });
    let candidate = match find_candidate(write, email).await? {
        Some((id, _)) => locked_user(write, id).await?.filter(|user| user.status == UserStatus::Active),
        None => None,
    };
    let Some(user) = candidate else {
        write.attempted(AuditAction::SignIn, OPERATION, None, Some("INVALID_CREDENTIALS"));
        return taken_down;
    };
    write.attempted(AuditAction::SignIn, OPERATION, Some(("USER", user.id.uuid())), None);
    if user.password_reset_requested_at.is_none_or(|last| last + REQUEST_PAUSE <= requested_at) {
        let change =
            user::ActiveModel { password_reset_requested_at: Set(Some(requested_at)), ..Default::default() };
        write.update(user.id, None, change).await?;
        write.emit("user.password_reset_requested", "USER", user.id.uuid()).await?;
    }
    taken_down
}

async fn issue(write: &Write, input: IssuePasswordResetInput) -> Result<IssuedPasswordReset> {
    write.require_fresh_proof()?;
    let IssuePasswordResetInput { user_id } = input;
    if managed(write, user_id).await?.status != UserStatus::Active {
        return Err(Error::invalid_state("only an active user chooses another password"));
    }
    let token = user_token::issue(write, user_id, UserTokenKind::PasswordReset).await?;
    write.written(Written {
        operation: "user.issue_password_reset",
        target_kind: "USER",
        target_id: user_id.uuid(),
        patient_id: None,
        fields: vec!["resetToken"],
    });
    write.emit("user.password_reset_issued", "USER", user_id.uuid()).await?;
    Ok(IssuedPasswordReset {
        reset_token: token.text.expose_secret().to_owned(),
        expires_at: token.expires_at.into(),
        user_id,
    })
}

async fn reset(write: &Write, user: user::Model, hash: String) -> Result<PasswordChange> {
    let change = user::ActiveModel {
        password_hash: Set(Some(hash)),
        password_reset_requested_at: Set(None),
        ..forgotten()
    };
    write.update(user.id, None, change).await?;
    end_sessions(write, user.id, None).await?;
    write.attempted(AuditAction::SignIn, "user.reset_password", Some(("USER", user.id.uuid())), None);
    settled(write, user.id, "user.reset_password").await
}

/// What was given out on the word of the old password ends; tokens of programs are credentials of their own.
async fn settled(
    write: &Write,
    user_id: Id<user::Entity>,
    operation: &'static str,
) -> Result<PasswordChange> {
    revoke_access_tokens(write, user_id, &[AccessTokenKind::Access, AccessTokenKind::Refresh]).await?;
    user_token::revoke(write, user_id, UserTokenKind::PasswordReset).await?;
    write.written(Written {
        operation,
        target_kind: "USER",
        target_id: user_id.uuid(),
        patient_id: None,
        fields: vec!["password"],
    });
    write.emit("user.password_changed", "USER", user_id.uuid()).await?;
    Ok(PasswordChange { changed_at: write.now().into() })
}
