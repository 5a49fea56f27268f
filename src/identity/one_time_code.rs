//! Codes of an authenticator app besides the password, and the codes that stand in for a lost app.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use entity::{
    Id,
    identity::{one_time_code_secret, permission::Permission, user},
    tenancy::organization,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition};
use secrecy::{ExposeSecret, SecretString};

use super::{
    attempt::{Verdict, locked_user, password_alone},
    code_check::{accepted_step, forget, new_recovery_codes, new_secret, note, secret_of},
    own_password::{self, note_wrong_password},
    password_check::CheckedPassword,
    user::User,
    user_status::managed,
};
use crate::kernel::{
    door::{Door, Requires, SignedIn},
    error::{Error, Result, UserErrorCode},
    graphql::{DateTime, Payload, Payloaded, public, requires},
    write::Write,
};

/// The password once more, before an authenticator app is added.
#[derive(Clone, InputObject)]
pub struct BeginOneTimeCodeEnrolmentInput {
    /// The password.
    #[graphql(secret)]
    pub password: String,
}

/// The first code of an authenticator app.
#[derive(Clone, InputObject)]
pub struct ConfirmOneTimeCodeEnrolmentInput {
    /// The code that the app shows now.
    #[graphql(secret)]
    pub one_time_code: String,
}

/// The password once more, before the authenticator app is taken away.
#[derive(Clone, InputObject)]
pub struct RemoveOneTimeCodeInput {
    /// The password.
    #[graphql(secret)]
    pub password: String,
}

/// The password once more, before there are other recovery codes.
#[derive(Clone, InputObject)]
pub struct RegenerateRecoveryCodesInput {
    /// The password.
    #[graphql(secret)]
    pub password: String,
}

/// A user who lost both the authenticator app and the recovery codes.
#[derive(Clone, Debug, InputObject)]
pub struct ResetOneTimeCodeInput {
    /// The user.
    pub user_id: Id<user::Entity>,
}

/// What an authenticator app has to be told.
#[derive(Clone, SimpleObject)]
pub struct OneTimeCodeEnrolment {
    /// The address to show as a QR code. It holds the secret, and is shown here and never again.
    uri: String,
}

/// Codes that stand in for the authenticator app. Keep them apart from it.
#[derive(Clone, SimpleObject)]
pub struct RecoveryCodes {
    /// Ten codes, each good once. They are shown here and never again.
    codes: Vec<String>,
}

impl RecoveryCodes {
    fn of(codes: Vec<SecretString>) -> Self {
        Self { codes: codes.iter().map(|code| code.expose_secret().to_owned()).collect() }
    }
}

/// An authenticator app that was taken away.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct OneTimeCodeRemoval {
    /// When it was taken away.
    removed_at: DateTime,
}

/// What can be changed about one-time codes.
#[derive(Default)]
pub struct OneTimeCodeMutation;

#[Object]
impl OneTimeCodeMutation {
    /// Makes a secret for an authenticator app. Nothing changes about signing in until `confirmOneTimeCodeEnrolment` shows
    /// that the app has it. Needs a session.
    ///
    /// User errors: `INVALID_CREDENTIALS` (the password, which counts as a wrong attempt to sign in), `INVALID_STATE`
    /// (there is an app already, or the token is not that of a session).
    #[graphql(directive = public::apply(), guard = "SignedIn")]
    async fn begin_one_time_code_enrolment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The password once more.")] input: BeginOneTimeCodeEnrolmentInput,
    ) -> Result<Option<Payload<OneTimeCodeEnrolment>>> {
        let BeginOneTimeCodeEnrolmentInput { password } = input;
        let slot = ctx.slot();
        let work = async {
            let checked = own_password::check(slot, password.into()).await?;
            slot.write(|write| Box::pin(begin(write, checked))).await.and_then(|begun| begun)
        };
        work.await.payload().map(Some)
    }

    /// Adds the authenticator app: from now on, signing in needs its code, or a recovery code. Needs a session.
    ///
    /// User errors: `INVALID_CREDENTIALS` (the code), `INVALID_STATE` (nothing was begun).
    #[graphql(directive = public::apply(), guard = "SignedIn")]
    async fn confirm_one_time_code_enrolment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first code of the app.")] input: ConfirmOneTimeCodeEnrolmentInput,
    ) -> Result<Option<Payload<RecoveryCodes>>> {
        ctx.slot().write(|write| Box::pin(confirm(write, input))).await.payload().map(Some)
    }

    /// Takes the authenticator app and the recovery codes away: the password alone is enough again. Needs a session.
    ///
    /// User errors: `INVALID_CREDENTIALS` (the password, which counts as a wrong attempt to sign in), `INVALID_STATE`
    /// (there is none, or the token is not that of a session).
    #[graphql(directive = public::apply(), guard = "SignedIn")]
    async fn remove_one_time_code(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The password once more.")] input: RemoveOneTimeCodeInput,
    ) -> Result<Option<Payload<OneTimeCodeRemoval>>> {
        let RemoveOneTimeCodeInput { password } = input;
        let slot = ctx.slot();
        let work = async {
            let checked = own_password::check(slot, password.into()).await?;
            slot.write(|write| Box::pin(remove(write, checked))).await.and_then(|removed| removed)
        };
        work.await.payload().map(Some)
    }

    /// Makes ten other recovery codes; those of before are good for nothing any more. Needs a session.
    ///
    /// User errors: `INVALID_CREDENTIALS` (the password, which counts as a wrong attempt to sign in), `INVALID_STATE`
    /// (there is no authenticator app, or the token is not that of a session).
    #[graphql(directive = public::apply(), guard = "SignedIn")]
    async fn regenerate_recovery_codes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The password once more.")] input: RegenerateRecoveryCodesInput,
    ) -> Result<Option<Payload<RecoveryCodes>>> {
        let RegenerateRecoveryCodesInput { password } = input;
        let slot = ctx.slot();
        let work = async {
            let checked = own_password::check(slot, password.into()).await?;
            slot.write(|write| Box::pin(regenerate(write, checked))).await.and_then(|made| made)
        };
        work.await.payload().map(Some)
    }

    /// Takes the authenticator app and the recovery codes of a user away, who lost both: make sure who is asking.
    ///
    /// User errors: `NOT_FOUND`, `RANK_TOO_LOW`, `INVALID_STATE` (there is none).
    #[graphql(directive = requires::apply(Permission::UserManage.into()), guard = "Requires(Permission::UserManage)")]
    async fn reset_one_time_code(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who lost both.")] input: ResetOneTimeCodeInput,
    ) -> Result<Option<Payload<User>>> {
        let ResetOneTimeCodeInput { user_id } = input;
        let outcome = ctx.slot().write(move |write| Box::pin(reset(write, user_id))).await;
        ctx.shown(outcome).await.map(Some)
    }
}

/// A refusal is the inner error, since what it counts is committed; so in the functions below.
async fn begin(write: &Write, checked: CheckedPassword) -> Result<Result<OneTimeCodeEnrolment>> {
    let Verdict::Proved(user, change) = password_alone(write, &checked).await? else {
        return Ok(Err(note_wrong_password(write, "user.begin_one_time_code_enrolment", "password")));
    };
    if user.one_time_code_since.is_some() {
        return Err(Error::invalid_state("there is an authenticator app already: remove it first"));
    }
    write.update(user.id, None, *change).await?;
    write.erase::<one_time_code_secret::Entity>(secret_of(user.id)).await?;
    let secret = new_secret(write, user.id).await?;
    let root = Id::<organization::Entity>::new(write.tenant_id());
    let root = write.find::<organization::Entity>(Condition::all().add(organization::Column::Id.eq(root)));
    let account = root.await?.map_or_else(|| write.tenant_id().to_string(), |organization| organization.slug);
    note(write, user.id, "user.begin_one_time_code_enrolment");
    Ok(Ok(OneTimeCodeEnrolment { uri: secret.expose_uri("Consentry", &account).expose_secret().to_owned() }))
}

async fn confirm(write: &Write, input: ConfirmOneTimeCodeEnrolmentInput) -> Result<RecoveryCodes> {
    let ConfirmOneTimeCodeEnrolmentInput { one_time_code } = input;
    let own = write.principal()?.user_id;
    let user = locked_user(write, own).await?.ok_or_else(Error::unauthenticated)?;
    let begun = write.find::<one_time_code_secret::Entity>(secret_of(own)).await?;
    let begun = begun.filter(|_| user.one_time_code_since.is_none());
    let begun = begun.ok_or_else(|| Error::invalid_state("nothing was begun: ask for a secret first"))?;
    let Some(step) = accepted_step(write, &begun, &one_time_code)? else {
        return Err(Error::refused(
            UserErrorCode::InvalidCredentials,
            &["oneTimeCode"],
            "this is not the code of now: check the clock of the device",
        ));
    };
    let now = write.now();
    let secret = one_time_code_secret::ActiveModel {
        confirmed_at: Set(Some(now)),
        last_step: Set(step),
        ..Default::default()
    };
    write.update(begun.id, None, secret).await?;
    let change = user::ActiveModel { one_time_code_since: Set(Some(now)), ..Default::default() };
    write.update(own, None, change).await?;
    let codes = RecoveryCodes::of(new_recovery_codes(write, own).await?);
    note(write, own, "user.add_one_time_code");
    write.emit("user.one_time_code_added", "USER", own.uuid()).await?;
    Ok(codes)
}

async fn remove(write: &Write, checked: CheckedPassword) -> Result<Result<OneTimeCodeRemoval>> {
    let Verdict::Proved(user, mut change) = password_alone(write, &checked).await? else {
        return Ok(Err(note_wrong_password(write, "user.remove_one_time_code", "password")));
    };
    has_app(&user)?;
    change.one_time_code_since = Set(None);
    write.update(user.id, None, *change).await?;
    erase(write, user.id, "user.remove_one_time_code").await?;
    Ok(Ok(OneTimeCodeRemoval { removed_at: write.now().into() }))
}

async fn regenerate(write: &Write, checked: CheckedPassword) -> Result<Result<RecoveryCodes>> {
    let Verdict::Proved(user, change) = password_alone(write, &checked).await? else {
        return Ok(Err(note_wrong_password(write, "user.regenerate_recovery_codes", "password")));
    };
    has_app(&user)?;
    write.update(user.id, None, *change).await?;
    let codes = RecoveryCodes::of(new_recovery_codes(write, user.id).await?);
    note(write, user.id, "user.regenerate_recovery_codes");
    write.emit("user.recovery_codes_made", "USER", user.id.uuid()).await?;
    Ok(Ok(codes))
}

async fn reset(write: &Write, user_id: Id<user::Entity>) -> Result<Id<user::Entity>> {
    has_app(&managed(write, user_id).await?)?;
    let change = user::ActiveModel { one_time_code_since: Set(None), ..Default::default() };
    write.update(user_id, None, change).await?;
    erase(write, user_id, "user.reset_one_time_code").await?;
    Ok(user_id)
}

fn has_app(user: &user::Model) -> Result<()> {
    match user.one_time_code_since {
        Some(_) => Ok(()),
        None => Err(Error::invalid_state("there is no authenticator app")),
    }
}

async fn erase(write: &Write, user_id: Id<user::Entity>, operation: &'static str) -> Result<()> {
    forget(write, user_id).await?;
    note(write, user_id, operation);
    write.emit("user.one_time_code_removed", "USER", user_id.uuid()).await
}
