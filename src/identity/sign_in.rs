//! Signing in with a password, and out.

use std::time::Duration;

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
use tokio::sync::Semaphore;

use crate::kernel::{
    crypto::{BearerToken, BearerTokenKind, CryptoError, DerivedPurpose, SearchTerm, verify_password},
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
    /// User error: `INVALID_CREDENTIALS`, the same for a wrong organization, email and password, and for an account that
    /// may not sign in.
    #[graphql(directive = public::apply())]
    async fn sign_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who wants to sign in.")] input: SignInInput,
    ) -> Result<Option<Payload<NewSession>>> {
        let SignInInput { organization, email, password } = input;
        let password = SecretString::from(password);
        let slot = ctx.slot();
        // What belongs to no organization is tried and recorded where nobody can sign in.
        let tenant_id = slot.app().tenant_by_slug(&organization).await?.unwrap_or(PLATFORM);
        // No transaction is open while a password is checked: that takes long, and may have to wait its turn.
        let candidate =
            slot.write_anonymous(tenant_id, |write| Box::pin(find_candidate(write, email))).await?;
        let (user_id, hash) = candidate.unzip();
        let proved = verify(password, hash.flatten()).await?;
        let outcome =
            slot.write_anonymous(tenant_id, |write| Box::pin(open_session(write, user_id, proved))).await;
        let label = match &outcome {
            Ok(_) => "accepted",
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

/// Opens a session for the user if the password was `proved`; the status is read again, for it may have changed.
async fn open_session(
    write: &Write,
    candidate: Option<Id<user::Entity>>,
    proved: bool,
) -> Result<NewSession> {
    let user = match candidate {
        Some(id) if proved => {
            write.find::<user::Entity>(Condition::all().add(user::Column::Id.eq(id))).await?
        }
        _ => None,
    };
    let Some(user) = user.filter(|user| user.status == UserStatus::Active) else {
        let target = candidate.map(|id| ("USER", id.uuid()));
        write.attempted(AuditAction::SignIn, "session.sign_in", target, Some("INVALID_CREDENTIALS"));
        return Err(invalid_credentials());
    };
    write.acts(user.id);
    let (session, token) = new_session(write, user.id).await?;
    let change = user::ActiveModel { last_sign_in_at: Set(Some(write.now())), ..Default::default() };
    write.update(user.id, None, change).await?;
    write.attempted(AuditAction::SignIn, "session.sign_in", Some(("SESSION", session.uuid())), None);
    Ok(token)
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

/// The user with this email and the hash of the password, if there is one.
async fn find_candidate(write: &Write, email: String) -> Result<Option<(Id<user::Entity>, Option<String>)>> {
    let tokens = match SearchTerm::email(write.keys(), &email) {
        Ok(term) => term.any_of,
        Err(CryptoError::InvalidIdentifier(_)) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let tokens = tokens.into_iter().map(|token| Some(token.into_bytes()));
    let found =
        write.find::<user::Entity>(Condition::all().add(user::Column::EmailToken.is_in(tokens))).await?;
    Ok(found.map(|user| (user.id, user.password_hash)))
}

/// Each check of a password takes 19 MiB and a core for tens of milliseconds: this many at once, the others wait.
static CHECKS: Semaphore = Semaphore::const_new(4);
/// How long a caller waits for its turn before it gets a retryable error.
const PATIENCE: Duration = Duration::from_secs(2);

/// Checks a password on a thread of its own, so that nobody else's request waits.
async fn verify(password: SecretString, hash: Option<String>) -> Result<bool> {
    let turn = tokio::time::timeout(PATIENCE, CHECKS.acquire()).await;
    let _turn = turn.map_err(|_| Error::Unavailable)?.map_err(Error::internal)?;
    tokio::task::spawn_blocking(move || verify_password(&password, hash.as_deref()))
        .await
        .map_err(|_| Error::internal("the password check did not end"))?
        .map_err(Error::from)
}

fn invalid_credentials() -> Error {
    Error::refused(
        UserErrorCode::InvalidCredentials,
        &[],
        "organization, email or password is wrong, or the account may not sign in",
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
