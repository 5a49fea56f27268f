//! Proving again who one is, for acts that need a fresh proof.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use entity::{
    Id,
    identity::{session, user},
    platform::audit_log::AuditAction,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition};
use secrecy::SecretString;

use super::{session::own_session, sign_in::verify};
use crate::kernel::{
    door::{Door, SignedIn},
    error::{Error, Result, UserErrorCode},
    graphql::{DateTime, Payload, Payloaded, public},
    session::Slot,
    viewer::FRESH,
    write::Write,
};

/// What proves who the viewer is.
#[derive(Clone, InputObject)]
pub struct ReauthenticateInput {
    /// The password.
    #[graphql(secret)]
    pub password: String,
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
    /// User errors: `INVALID_CREDENTIALS`; `INVALID_STATE` when the token is not that of a session.
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
    let ReauthenticateInput { password } = input;
    let viewer = slot.viewer().ok_or_else(Error::unauthenticated)?;
    let (own, user_id) = (own_session(viewer)?, viewer.principal().user_id);
    slot.admit_attempt().await?;
    // No transaction is open while a password is checked.
    let hash = slot.write(|write| Box::pin(password_hash(write, user_id))).await?;
    let proved = verify(SecretString::from(password), hash).await?;
    slot.write(|write| Box::pin(prove(write, own, proved))).await
}

async fn password_hash(write: &Write, user_id: Id<user::Entity>) -> Result<Option<String>> {
    let user = write.find::<user::Entity>(Condition::all().add(user::Column::Id.eq(user_id))).await?;
    Ok(user.and_then(|user| user.password_hash))
}

async fn prove(write: &Write, own: Id<session::Entity>, proved: bool) -> Result<FreshProof> {
    let target = Some(("SESSION", own.uuid()));
    if !proved {
        let reason = Some("INVALID_CREDENTIALS");
        write.attempted(AuditAction::SignIn, "session.reauthenticate", target, reason);
        let message = "the password is wrong";
        return Err(Error::refused(UserErrorCode::InvalidCredentials, &["password"], message));
    }
    let now = write.now();
    write.update(own, None, session::ActiveModel { proved_at: Set(Some(now)), ..Default::default() }).await?;
    write.attempted(AuditAction::SignIn, "session.reauthenticate", target, None);
    Ok(FreshProof { proved_at: now.into(), fresh_until: (now + FRESH).into() })
}
