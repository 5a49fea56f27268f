//! Proving again who one is, for acts that need a fresh proof.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use entity::{Id, identity::session, platform::audit_log::AuditAction};
use sea_orm::ActiveValue::Set;
use secrecy::SecretString;

use super::{
    attempt::{self, Verdict},
    own_password::{self, wrong_password},
    password_check::CheckedPassword,
    session::own_session,
    sign_in::one_time_code_required,
};
use crate::kernel::{
    door::{Door, SignedIn},
    error::{Error, Result},
    graphql::{DateTime, Payload, Payloaded, public},
    session::Slot,
    viewer::FRESH,
    write::Write,
};

const OPERATION: &str = "session.reauthenticate";

/// What proves who the viewer is.
#[derive(Clone, InputObject)]
pub struct ReauthenticateInput {
    /// The password.
    #[graphql(secret)]
    pub password: String,
    /// The code of the authenticator app, or a recovery code; needed by those who sign in with one.
    #[graphql(secret)]
    pub one_time_code: Option<String>,
}

/// A proof that is fresh.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct FreshProof {
    /// When it was given.
    proved_at: DateTime,
    /// Until when it counts as fresh.
    fresh_until: DateTime,
}

/// What can be changed about proofs.
#[derive(Default)]
pub struct ReauthenticationMutation;

#[Object]
impl ReauthenticationMutation {
    /// Proves again who you are, for acts that answer `REAUTH_REQUIRED`: from the next request on, this session may do them
    /// for five minutes. Needs a session. Every attempt is recorded, and counts like one to sign in.
    ///
    /// User errors: `INVALID_CREDENTIALS`; `ONE_TIME_CODE_REQUIRED`; `INVALID_STATE` when the token is not that of a session.
    #[graphql(directive = public::apply(), guard = "SignedIn")]
    async fn reauthenticate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What proves it.")] input: ReauthenticateInput,
    ) -> Result<Option<Payload<FreshProof>>> {
        reauthenticate(ctx.slot(), input).await.payload().map(Some)
    }
}

async fn reauthenticate(slot: &Slot, input: ReauthenticateInput) -> Result<FreshProof> {
    let ReauthenticateInput { password, one_time_code } = input;
    let viewer = slot.viewer().ok_or_else(Error::unauthenticated)?;
    let own = own_session(viewer)?;
    slot.admit_attempt().await?;
    // No transaction is open while a password is checked.
    let checked = own_password::check(slot, SecretString::from(password)).await?;
    let work = slot.write(|write| Box::pin(prove(write, own, checked, one_time_code)));
    work.await.and_then(|proved| proved)
}

/// A refusal is the inner error, since what it counts is committed.
async fn prove(
    write: &Write,
    own: Id<session::Entity>,
    checked: CheckedPassword,
    code: Option<String>,
) -> Result<Result<FreshProof>> {
    let target = Some(("SESSION", own.uuid()));
    match attempt::sign_in(write, &checked, code.as_deref()).await? {
        Verdict::Proved(user, change) => write.update(user.id, None, *change).await?,
        Verdict::Refused => {
            write.attempted(AuditAction::SignIn, OPERATION, target, Some("INVALID_CREDENTIALS"));
            return Ok(Err(wrong_password("password")));
        }
        Verdict::CodeRequired => {
            write.attempted(AuditAction::SignIn, OPERATION, target, Some("ONE_TIME_CODE_REQUIRED"));
            return Ok(Err(one_time_code_required()));
        }
    }
    let now = write.now();
    write.update(own, None, session::ActiveModel { proved_at: Set(Some(now)), ..Default::default() }).await?;
    write.attempted(AuditAction::SignIn, OPERATION, target, None);
    Ok(Ok(FreshProof { proved_at: now.into(), fresh_until: (now + FRESH).into() }))
}
