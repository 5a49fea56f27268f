//! Signing in with a password, and out.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chrono::Utc;
use entity::{
    Id,
    identity::{
        session,
        user::{self, UserStatus},
    },
    platform::audit_log::AuditAction,
    tenancy::tenant::PLATFORM,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use super::{
    attempt::{self, Verdict},
    password_check::CheckedPassword,
    session::own_session,
    session_opening::{OpenedSession, Proof, open},
};
use crate::kernel::{
    crypto::{CryptoError, SearchTerm},
    door::{Door, SignedIn},
    error::{Error, Result, UserErrorCode},
    graphql::{DateTime, Payload, Payloaded, public},
    session::Slot,
    write::Write,
};

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
    /// After how many seconds without a request the session ends; null when only `expiresAt` ends it.
    idle_seconds: Option<i32>,
}

/// A new session in a cookie of the browser.
#[derive(Clone, SimpleObject)]
pub struct BrowserSession {
    /// Send it in the header `X-CSRF-Token` with every request. It also stands in the cookie `__Host-consentry-csrf`,
    /// which scripts of the page can read.
    csrf_token: String,
    /// When the session ends at the latest.
    expires_at: DateTime,
    /// After how many seconds without a request the session ends; null when only `expiresAt` ends it.
    idle_seconds: Option<i32>,
}

/// A session that ended.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct EndedSession {
    /// When it ended.
    pub(super) ended_at: DateTime,
}

/// How a session reaches the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// As a token in the answer.
    Token,
    /// As a cookie that no script reads. The one that it takes the place of held this session, which nobody could end any
    /// more.
    Cookie {
        /// What the cookie held before.
        replaces: Option<Id<session::Entity>>,
    },
}

/// What can be changed about sessions.
#[derive(Default)]
pub struct SignInMutation;

#[Object]
impl SignInMutation {
    /// Signs in with email and password. Every attempt is recorded; an address that tries too often gets `RATE_LIMITED`.
    ///
    /// User errors: `INVALID_CREDENTIALS`, the same for a wrong organization, email, password and code, for an account that
    /// may not sign in, and for one that has to wait after several wrong attempts; `ONE_TIME_CODE_REQUIRED`.
    #[graphql(directive = public::apply())]
    async fn sign_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who wants to sign in.")] input: SignInInput,
    ) -> Result<Option<Payload<NewSession>>> {
        sign_in(ctx.slot(), input, Delivery::Token).await.map(NewSession::from).payload().map(Some)
    }

    /// As `signIn`, for a page in a browser: the session goes into the cookie `__Host-consentry`, which no script can read.
    /// Every request with the cookie then needs the header `X-CSRF-Token`, else `CSRF_REFUSED`.
    ///
    /// User errors: as `signIn`.
    #[graphql(directive = public::apply())]
    async fn sign_in_with_cookie(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who wants to sign in.")] input: SignInInput,
    ) -> Result<Option<Payload<BrowserSession>>> {
        sign_in(ctx.slot(), input, Delivery::Cookie { replaces: None })
            .await
            .map(BrowserSession::from)
            .payload()
            .map(Some)
    }

    /// Ends the session of this token or cookie: the next request with it is refused. Needs a session.
    ///
    /// User error: `INVALID_STATE` when the token is not that of a session.
    #[graphql(directive = public::apply(), guard = "SignedIn")]
    async fn sign_out(&self, ctx: &Context<'_>) -> Result<Option<Payload<EndedSession>>> {
        ctx.slot().write(|write| Box::pin(end_session(write))).await.payload().map(Some)
    }
}

async fn sign_in(slot: &Slot, input: SignInInput, delivery: Delivery) -> Result<OpenedSession> {
    let SignInInput { organization, email, password, one_time_code } = input;
    let password = SecretString::from(password);
    slot.admit_attempt().await?;
    // What belongs to no organization is tried and recorded where nobody can sign in.
    let tenant_id = slot.app().tenant_by_slug(&organization).await?.unwrap_or(PLATFORM);
    let delivery = delivery.within(slot, tenant_id);
    // No transaction is open while a password is checked: that takes long, and may have to wait its turn.
    let candidate = slot.write_anonymous(tenant_id, |write| Box::pin(find_candidate(write, email))).await?;
    let checked = CheckedPassword::of(candidate, password).await?;
    let work = slot
        .write_anonymous(tenant_id, |write| Box::pin(open_session(write, checked, one_time_code, delivery)));
    let outcome = work.await.and_then(|opened| opened);
    let label = match &outcome {
        Ok(_) => "accepted",
        Err(Error::Refused(error)) if error.code == UserErrorCode::OneTimeCodeRequired => "code_required",
        Err(Error::Refused(_)) => "refused",
        Err(_) => "failed",
    };
    metrics::counter!("consentry_sign_ins_total", "outcome" => label).increment(1);
    outcome
}

impl Delivery {
    /// The same in a tenant, whose session may be in the cookie already.
    pub fn within(self, slot: &Slot, tenant_id: Uuid) -> Self {
        match self {
            Self::Token => Self::Token,
            Self::Cookie { .. } => Self::Cookie { replaces: in_the_same_cookie(slot, tenant_id) },
        }
    }

    /// Sends what was opened, where it goes into a cookie.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn of(self, write: &Write, opened: &OpenedSession) -> Result<()> {
        let Self::Cookie { replaces } = self else { return Ok(()) };
        write.gives_cookie(&opened.token);
        if let Some(replaced) = replaces {
            end(write, replaced).await?;
        }
        Ok(())
    }
}

/// The session in the cookie that the caller came with, if it is one of this tenant.
fn in_the_same_cookie(slot: &Slot, tenant_id: Uuid) -> Option<Id<session::Entity>> {
    let viewer = slot.viewer().filter(|viewer| viewer.in_cookie() && viewer.tenant_id() == tenant_id);
    viewer.and_then(|viewer| viewer.session_id())
}

/// Opens a session for whoever proved who they are; a refusal is the inner error, since what it counts is committed.
async fn open_session(
    write: &Write,
    checked: CheckedPassword,
    code: Option<String>,
    delivery: Delivery,
) -> Result<Result<OpenedSession>> {
    let (reason, refusal) = match attempt::sign_in(write, &checked, code.as_deref()).await? {
        Verdict::Proved(user, mut change) => {
            write.acts(user.id);
            let opened = open(write, user.id, Proof::Now).await?;
            delivery.of(write, &opened).await?;
            change.last_sign_in_at = Set(Some(write.now()));
            write.update(user.id, None, *change).await?;
            let target = Some(("SESSION", opened.id.uuid()));
            write.attempted(AuditAction::SignIn, "session.sign_in", target, None);
            return Ok(Ok(opened));
        }
        Verdict::Refused => ("INVALID_CREDENTIALS", invalid_credentials()),
        Verdict::CodeRequired => ("ONE_TIME_CODE_REQUIRED", one_time_code_required()),
    };
    let target = checked.user_id.map(|id| ("USER", id.uuid()));
    write.attempted(AuditAction::SignIn, "session.sign_in", target, Some(reason));
    Ok(Err(refusal))
}

/// Stores a new session of a user for whom somebody else vouches; its token is returned once.
///
/// # Errors
///
/// Those of the database.
pub async fn new_session(
    write: &Write,
    user_id: Id<user::Entity>,
) -> Result<(Id<session::Entity>, NewSession)> {
    let opened = open(write, user_id, Proof::Elsewhere).await?;
    Ok((opened.id, opened.into()))
}

impl From<OpenedSession> for NewSession {
    fn from(opened: OpenedSession) -> Self {
        let OpenedSession { id: _, token, expires_at, idle_seconds } = opened;
        let token = token.expose().expose_secret().to_owned();
        Self { token, expires_at: expires_at.into(), idle_seconds }
    }
}

impl From<OpenedSession> for BrowserSession {
    fn from(opened: OpenedSession) -> Self {
        let OpenedSession { id: _, token, expires_at, idle_seconds } = opened;
        Self { csrf_token: token.csrf_token(), expires_at: expires_at.into(), idle_seconds }
    }
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

/// What is said to whoever has the password alone.
pub(super) fn one_time_code_required() -> Error {
    Error::refused(
        UserErrorCode::OneTimeCodeRequired,
        &["oneTimeCode"],
        "send the password again, with the code of your authenticator app or a recovery code",
    )
}

/// Ends a session and records it; returns when.
async fn end(write: &Write, id: Id<session::Entity>) -> Result<chrono::DateTime<Utc>> {
    let now = write.now();
    let change = session::ActiveModel { ended_at: Set(Some(now)), ..Default::default() };
    write.update(id, None, change).await?;
    write.attempted(AuditAction::SignOut, "session.sign_out", Some(("SESSION", id.uuid())), None);
    Ok(now)
}

async fn end_session(write: &Write) -> Result<EndedSession> {
    let id = own_session(write.viewer()?)?;
    let now = end(write, id).await?;
    if write.viewer()?.in_cookie() {
        write.takes_cookie_back();
    }
    Ok(EndedSession { ended_at: now.into() })
}
