//! Sessions that are open: listed, ended from afar, and given a new token.

use async_graphql::{ComplexObject, Context, InputObject, Object, SimpleObject};
use chrono::Utc;
use entity::{
    Id,
    identity::{permission::Permission, role_permission::Reach, session, user},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, DerivePartialModel, sea_query::ExprTrait};
use secrecy::{ExposeSecret, SecretString};

use super::{session_opening::OpenedSession, sign_in::EndedSession};
use crate::kernel::{
    crypto::{BearerToken, BearerTokenKind, DerivedPurpose},
    door::{Door, Requires, SignedIn},
    error::{Error, Result},
    graphql::{DateTime, Payload, Payloaded, public, requires},
    load::{Scoped, resource},
    page::{Chronology, Connection, Cursor, Page},
    record::Written,
    viewer::Viewer,
    write::Write,
};

/// A session that is open: somebody is signed in somewhere.
#[derive(Clone, SimpleObject, DerivePartialModel)]
#[sea_orm(entity = "session::Entity")]
#[graphql(complex)]
pub struct UserSession {
    /// The session's id.
    pub id: Id<session::Entity>,
    /// After how many seconds without a request it ends; null when only `expiresAt` ends it.
    pub idle_seconds: Option<i32>,
    #[graphql(skip)]
    expires_at: chrono::DateTime<Utc>,
    #[graphql(skip)]
    last_seen_at: chrono::DateTime<Utc>,
    #[graphql(skip)]
    proved_at: Option<chrono::DateTime<Utc>>,
    #[graphql(skip)]
    address_hash: Option<Vec<u8>>,
    #[graphql(skip)]
    user_agent_hash: Option<Vec<u8>>,
    #[graphql(skip)]
    created_at: chrono::DateTime<Utc>,
}

resource!(UserSession of session);

impl Scoped for session::Entity {
    /// Open sessions: one's own, and everybody's for those who manage users.
    fn scope(viewer: &Viewer) -> Condition {
        let never_idle = session::Column::IdleAt.is_null();
        let open = Condition::all()
            .add(session::Column::EndedAt.is_null())
            .add(session::Column::ExpiresAt.gt(viewer.asked_at()))
            .add(never_idle.or(session::Column::IdleAt.gt(viewer.asked_at())));
        let principal = viewer.principal();
        match principal.reach(Permission::UserManage) {
            Some(Reach::Tenant) => open,
            _ => open.add(session::Column::UserId.eq(principal.user_id)),
        }
    }
}

#[ComplexObject]
impl UserSession {
    /// When somebody signed in.
    async fn created_at(&self) -> DateTime {
        self.created_at.into()
    }

    /// When the session was used last, give or take a minute.
    async fn last_seen_at(&self) -> DateTime {
        self.last_seen_at.into()
    }

    /// When it ends at the latest.
    async fn expires_at(&self) -> DateTime {
        self.expires_at.into()
    }

    /// When the user proved last in this session who they are; null when somebody else vouched for them. Some acts need a
    /// proof that is less than five minutes old.
    async fn proved_at(&self) -> Option<DateTime> {
        self.proved_at.map(DateTime::from)
    }

    /// Whether it is the session of this request.
    async fn is_current(&self, ctx: &Context<'_>) -> bool {
        ctx.viewer().is_ok_and(|viewer| viewer.session_id() == Some(self.id))
    }

    /// Whether it was opened from the address that this request comes from; null when nobody knows. Addresses themselves
    /// are not kept.
    async fn same_address_as_now(&self, ctx: &Context<'_>) -> Result<Option<bool>> {
        let now = ctx.slot().origin().peer.map(|peer| peer.to_string());
        is_same(ctx, now.as_deref(), self.address_hash.as_deref()).await
    }

    /// Whether it was opened by the same version of the same browser as this request; null when nobody knows.
    async fn same_browser_as_now(&self, ctx: &Context<'_>) -> Result<Option<bool>> {
        let now = ctx.slot().origin().user_agent.as_deref();
        is_same(ctx, now, self.user_agent_hash.as_deref()).await
    }
}

async fn is_same(ctx: &Context<'_>, now: Option<&str>, then: Option<&[u8]>) -> Result<Option<bool>> {
    let Some((now, then)) = now.zip(then) else { return Ok(None) };
    let session = ctx.session().await?;
    Ok(Some(session.core().keys().verify_mac(DerivedPurpose::AddressHash, now.as_bytes(), then)))
}

/// What can be asked about sessions.
#[derive(Default)]
pub struct SessionQuery;

#[Object]
impl SessionQuery {
    /// Where a user is signed in.
    #[graphql(directive = requires::apply(Permission::UserManage.into()), guard = "Requires(Permission::UserManage)")]
    async fn sessions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user.")] user_id: Id<user::Entity>,
        #[graphql(default, desc = "In which order.")] order_by: Chronology,
        #[graphql(desc = "How many, 1 to 100; 25 when not stated.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on after.")] after: Option<Cursor>,
    ) -> Result<Option<Connection<UserSession>>> {
        let of_user = Condition::all().add(session::Column::UserId.eq(user_id));
        ctx.session().await?.page(&Page { first, after }, of_user, order_by).await.map(Some)
    }
}

/// Which session to end.
#[derive(Clone, InputObject)]
pub struct RevokeSessionInput {
    /// The session.
    pub session_id: Id<session::Entity>,
}

/// Sessions that ended.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct EndedSessions {
    /// How many.
    count: i32,
    /// When they ended.
    ended_at: DateTime,
}

/// A session with a new token; the one before is refused from now on.
#[derive(Clone, SimpleObject)]
pub struct RenewedSession {
    /// The new bearer token; null when the browser got it in its cookie.
    token: Option<String>,
    /// The new value for the header `X-CSRF-Token`; null for a session outside of a cookie.
    csrf_token: Option<String>,
    /// When the session ends at the latest, which is as before.
    expires_at: DateTime,
    /// After how many seconds without a request it ends; null when only `expiresAt` ends it.
    idle_seconds: Option<i32>,
}

/// What can be changed about sessions that are open.
#[derive(Default)]
pub struct SessionMutation;

#[Object]
impl SessionMutation {
    /// Ends a session, whose next request is refused: one of your own, or anybody's with the permission `user.manage`.
    /// Needs a session.
    ///
    /// User error: `NOT_FOUND`, also for a session that is over.
    #[graphql(directive = public::apply(), guard = "SignedIn")]
    async fn revoke_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: RevokeSessionInput,
    ) -> Result<Option<Payload<EndedSession>>> {
        ctx.slot().write(|write| Box::pin(revoke(write, input))).await.payload().map(Some)
    }

    /// Ends all your sessions but this one. Needs a session.
    ///
    /// User error: `INVALID_STATE` when the token is not that of a session.
    #[graphql(directive = public::apply(), guard = "SignedIn")]
    async fn revoke_other_sessions(&self, ctx: &Context<'_>) -> Result<Option<Payload<EndedSessions>>> {
        ctx.slot().write(|write| Box::pin(revoke_others(write))).await.payload().map(Some)
    }

    /// Gives this session a new token: the one before is refused from now on. Needs a session.
    ///
    /// User error: `INVALID_STATE` when the token is not that of a session.
    #[graphql(directive = public::apply(), guard = "SignedIn")]
    async fn renew_session(&self, ctx: &Context<'_>) -> Result<Option<Payload<RenewedSession>>> {
        ctx.slot().write(|write| Box::pin(renew_own(write))).await.payload().map(Some)
    }
}

/// The session of the viewer.
///
/// # Errors
///
/// `INVALID_STATE` for a program, whose token is none.
pub(super) fn own_session(viewer: &Viewer) -> Result<Id<session::Entity>> {
    viewer.session_id().ok_or_else(|| {
        Error::invalid_state("the token is not that of a session; revoke it where it was made")
    })
}

async fn revoke(write: &Write, input: RevokeSessionInput) -> Result<EndedSession> {
    let RevokeSessionInput { session_id } = input;
    let viewer = write.viewer()?;
    let not_found = || Error::not_found("sessionId", "session");
    // A program has the rights that its scopes name, and nobody gave it the sessions of its user.
    if viewer.session_id().is_none() && viewer.require(Permission::UserManage).is_err() {
        return Err(not_found());
    }
    let within_reach = session::Entity::scope(viewer).add(session::Column::Id.eq(session_id));
    write.find::<session::Entity>(within_reach).await?.ok_or_else(not_found)?;
    let now = write.now();
    let change = session::ActiveModel { ended_at: Set(Some(now)), ..Default::default() };
    write.update(session_id, None, change).await?;
    if viewer.session_id() == Some(session_id) && viewer.in_cookie() {
        write.takes_cookie_back();
    }
    write.written(Written {
        operation: "session.revoke",
        target_kind: "SESSION",
        target_id: session_id.uuid(),
        patient_id: None,
        fields: vec!["ended_at"],
    });
    Ok(EndedSession { ended_at: now.into() })
}

async fn revoke_others(write: &Write) -> Result<EndedSessions> {
    let viewer = write.viewer()?;
    let own = own_session(viewer)?;
    let count = end_sessions(write, viewer.principal().user_id, Some(own), "session.revoke_others").await?;
    Ok(EndedSessions { count: i32::try_from(count).unwrap_or(i32::MAX), ended_at: write.now().into() })
}

async fn renew_own(write: &Write) -> Result<RenewedSession> {
    let own = own_session(write.viewer()?)?;
    renew(write, own).await
}

/// To be called wherever the rights of a user change, or what they prove themselves with: a role, a suspension, a password.
///
/// All sessions of the user end at once: whoever sits there signs in again, with the new rights. The exception is the
/// session that makes the change itself, when it is the user's own: it goes on with a new token. In a cookie that token
/// leaves by itself; otherwise it is in what is returned, and nowhere else: put it into the answer.
///
/// # Errors
///
/// Those of the database.
pub async fn rotate_sessions(write: &Write, user_id: Id<user::Entity>) -> Result<Option<RenewedSession>> {
    let own = write.viewer().ok().filter(|viewer| viewer.principal().user_id == user_id);
    let own = own.and_then(Viewer::session_id);
    end_sessions(write, user_id, own, "session.rotate").await?;
    match own {
        Some(own) => renew(write, own).await.map(Some),
        None => Ok(None),
    }
}

/// Ends the open sessions of a user, all or all but one, and records it if there were any.
async fn end_sessions(
    write: &Write,
    user_id: Id<user::Entity>,
    but: Option<Id<session::Entity>>,
    operation: &'static str,
) -> Result<u64> {
    let mut open = Condition::all()
        .add(session::Column::UserId.eq(user_id))
        .add(session::Column::EndedAt.is_null())
        .add(session::Column::ExpiresAt.gt(write.now()));
    if let Some(but) = but {
        open = open.add(session::Column::Id.ne(but));
    }
    let change = session::ActiveModel { ended_at: Set(Some(write.now())), ..Default::default() };
    let count = write.update_all(open, change).await?;
    if count > 0 {
        let (target_kind, target_id) = ("USER", user_id.uuid());
        let fields = vec!["ended_at"];
        write.written(Written { operation, target_kind, target_id, patient_id: None, fields });
    }
    Ok(count)
}

/// Replaces the secret of a session: it goes on under its id, which the record knows it by.
async fn renew(write: &Write, id: Id<session::Entity>) -> Result<RenewedSession> {
    let found = write.find::<session::Entity>(Condition::all().add(session::Column::Id.eq(id))).await?;
    let row = found.ok_or_else(|| Error::internal("the session of a viewer is gone"))?;
    let token = BearerToken::mint(BearerTokenKind::Session, write.tenant_id(), id.uuid())?;
    let digest = token.secret_digest().to_vec();
    write.update(id, None, session::ActiveModel { token_digest: Set(digest), ..Default::default() }).await?;
    let in_cookie = write.viewer()?.in_cookie();
    if in_cookie {
        write.gives_cookie(&token);
    }
    write.written(Written {
        operation: "session.renew",
        target_kind: "SESSION",
        target_id: id.uuid(),
        patient_id: None,
        fields: vec!["token_digest"],
    });
    let (expires_at, idle_seconds) = (row.expires_at, row.idle_seconds);
    Ok(RenewedSession::of(OpenedSession { id, token, expires_at, idle_seconds }, in_cookie))
}

impl RenewedSession {
    /// The new bearer token; none when the browser gets it in its cookie.
    pub fn into_token(self) -> Option<SecretString> {
        self.token.map(SecretString::from)
    }

    fn of(renewed: OpenedSession, in_cookie: bool) -> Self {
        let OpenedSession { id: _, token, expires_at, idle_seconds } = renewed;
        Self {
            token: (!in_cookie).then(|| token.expose().expose_secret().to_owned()),
            csrf_token: in_cookie.then(|| token.csrf_token()),
            expires_at: expires_at.into(),
            idle_seconds,
        }
    }
}
