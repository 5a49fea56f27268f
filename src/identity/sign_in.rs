//! Signing in with a password, and out.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chrono::TimeDelta;
use entity::{
    Id,
    identity::{
        session,
        user::{self, UserStatus},
    },
    platform::audit_log::{AuditAction, AuditCredential},
    tenancy::tenant::PLATFORM,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition};
use secrecy::{ExposeSecret, SecretString};

use super::{
    attempt::{self, Verdict},
    password_check::CheckedPassword,
};
use crate::kernel::{
    crypto::{BearerToken, BearerTokenKind, CryptoError, DerivedPurpose, SearchTerm},
    door::{Door, SignedIn},
    error::{Error, Result, UserErrorCode},
    graphql::{DateTime, Payload, Payloaded, public},
    write::Write,
};

/// How long a session lasts at the most.
const SESSION_HOURS: i64 = 12;

/// Who wants to sign in.
#[derive(Clone, InputObject)]
pub struct SignInInput {
    /// The organization's short name, such as `demo`.
    pub organization: String,
    /// The email address.
    pub email: String,
    /// The password.
    #[graphql(secret)]
    pub password: String,
    /// The code of the authenticator app, or a recovery code; needed when the answer to the password alone is
    /// `ONE_TIME_CODE_REQUIRED`.
    #[graphql(secret)]
    pub one_time_code: Option<String>,
}

/// A new session.
#[derive(Clone, SimpleObject)]
pub struct NewSession {
    /// The bearer token: send it in the header `Authorization: Bearer …`. It is shown once and stored nowhere.
    token: String,
    /// When the session ends at the latest.
    expires_at: DateTime,
}

/// A session that ended.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct EndedSession {
    /// When it ended.
    ended_at: DateTime,
}

/// What can be changed about sessions.
#[derive(Default)]
pub struct SignInMutation;

#[Object]
impl SignInMutation {
    /// Signs in with email and password. Every attempt is recorded.
    ///
    /// User errors: `INVALID_CREDENTIALS`, the same for a wrong organization, email, password and code, for an account that
    /// may not sign in, and for one that has to wait after several wrong attempts; `ONE_TIME_CODE_REQUIRED`.
    #[graphql(directive = public::apply())]
    async fn sign_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who wants to sign in.")] input: SignInInput,
    ) -> Result<Option<Payload<NewSession>>> {
        let SignInInput { organization, email, password, one_time_code } = input;
        let password = SecretString::from(password);
        let slot = ctx.slot();
        // What belongs to no organization is tried and recorded where nobody can sign in.
        let tenant_id = slot.app().tenant_by_slug(&organization).await?.unwrap_or(PLATFORM);
        // No transaction is open while a password is checked: that takes long, and may have to wait its turn.
        let candidate =
            slot.write_anonymous(tenant_id, |write| Box::pin(find_candidate(write, email))).await?;
        let checked = CheckedPassword::of(candidate, password).await?;
        let work =
            slot.write_anonymous(tenant_id, |write| Box::pin(open_session(write, checked, one_time_code)));
        let outcome = work.await.and_then(|opened| opened);
        let label = match &outcome {
            Ok(_) => "accepted",
            Err(Error::Refused(error)) if error.code == UserErrorCode::OneTimeCodeRequired => "code_required",
            Err(Error::Refused(_)) => "refused",
            Err(_) => "failed",
        };
        metrics::counter!("consentry_sign_ins_total", "outcome" => label).increment(1);
        outcome.payload().map(Some)
    }

    /// Ends the session of this token: the next request with it is refused. Needs a session.
    ///
    /// User error: `INVALID_STATE` when the token is not that of a session.
    #[graphql(directive = public::apply(), guard = "SignedIn")]
    async fn sign_out(&self, ctx: &Context<'_>) -> Result<Option<Payload<EndedSession>>> {
        ctx.slot().write(|write| Box::pin(end_session(write))).await.payload().map(Some)
    }
}

/// Opens a session for whoever proved who they are; a refusal is the inner error, since what it counts is committed.
async fn open_session(
    write: &Write,
    checked: CheckedPassword,
    code: Option<String>,
) -> Result<Result<NewSession>> {
    let (reason, refusal) = match attempt::sign_in(write, &checked, code.as_deref()).await? {
        Verdict::Proved(user, mut change) => {
            write.acts(user.id);
            let (session, token) = new_session(write, user.id).await?;
            change.last_sign_in_at = Set(Some(write.now()));
            write.update(user.id, None, *change).await?;
            let target = Some(("SESSION", session.uuid()));
            write.attempted(AuditAction::SignIn, "session.sign_in", target, None);
            return Ok(Ok(token));
        }
        Verdict::Refused => ("INVALID_CREDENTIALS", invalid_credentials()),
        Verdict::CodeRequired => ("ONE_TIME_CODE_REQUIRED", one_time_code_required()),
    };
    let target = checked.user_id.map(|id| ("USER", id.uuid()));
    write.attempted(AuditAction::SignIn, "session.sign_in", target, Some(reason));
    Ok(Err(refusal))
}

/// Stores a new session of a user, whose token is returned once.
///
/// # Errors
///
/// Those of the database.
pub async fn new_session(
    write: &Write,
    user_id: Id<user::Entity>,
) -> Result<(Id<session::Entity>, NewSession)> {
    let id = write.new_id::<session::Entity>();
    let token = BearerToken::mint(BearerTokenKind::Session, write.tenant_id(), id.uuid())?;
    let expires_at = write.now() + TimeDelta::hours(SESSION_HOURS);
    let hash = |text: &str| write.keys().mac(DerivedPurpose::AddressHash, text.as_bytes()).to_vec();
    let origin = write.origin();
    write
        .insert(session::ActiveModel {
            id: Set(id),
            user_id: Set(user_id),
            token_digest: Set(token.secret_digest().to_vec()),
            expires_at: Set(expires_at),
            address_hash: Set(origin.peer.map(|peer| hash(&peer.to_string()))),
            user_agent_hash: Set(origin.user_agent.as_deref().map(hash)),
            ..Default::default()
        })
        .await?;
    Ok((id, NewSession { token: token.expose().expose_secret().to_owned(), expires_at: expires_at.into() }))
}

impl NewSession {
    /// The bearer token.
    pub fn into_token(self) -> SecretString {
        self.token.into()
    }
}

/// The user with this email and the hash of the password, if there is one who did not leave.
///
/// # Errors
///
/// Those of the database.
pub async fn find_candidate(
    write: &Write,
    email: String,
) -> Result<Option<(Id<user::Entity>, Option<String>)>> {
    let tokens = match SearchTerm::email(write.keys(), &email) {
        Ok(term) => term.any_of,
        Err(CryptoError::InvalidIdentifier(_)) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let tokens = tokens.into_iter().map(|token| Some(token.into_bytes()));
    let by_email = Condition::all()
        .add(user::Column::EmailToken.is_in(tokens))
        .add(user::Column::Status.ne(UserStatus::Deactivated));
    let found = write.find::<user::Entity>(by_email).await?;
    Ok(found.map(|user| (user.id, user.password_hash)))
}

/// What everybody hears who does not get in.
pub fn invalid_credentials() -> Error {
    Error::refused(
        UserErrorCode::InvalidCredentials,
        &[],
        "organization, email or password is wrong, or the account may not sign in",
    )
}

fn one_time_code_required() -> Error {
    Error::refused(
        UserErrorCode::OneTimeCodeRequired,
        &["oneTimeCode"],
        "send the password again, with the code of your authenticator app or a recovery code",
    )
}

async fn end_session(write: &Write) -> Result<EndedSession> {
    let viewer = write.viewer()?;
    let session = viewer.credential_id().filter(|_| viewer.credential() == AuditCredential::Session);
    let id = session.map(Id::<session::Entity>::new).ok_or_else(|| {
        Error::invalid_state("the token is not that of a session; revoke it where it was made")
    })?;
    let now = write.now();
    write.update(id, None, session::ActiveModel { ended_at: Set(Some(now)), ..Default::default() }).await?;
    write.attempted(AuditAction::SignOut, "session.sign_out", Some(("SESSION", id.uuid())), None);
    Ok(EndedSession { ended_at: now.into() })
}
