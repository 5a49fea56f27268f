//! Pairs of tokens for programs that a person signed in with: access for minutes, and a refresh token that buys the next
//! pair once.
//!
//! All pairs that come of one another are a family. Whoever shows a refresh token that was used already has it from
//! somebody else, or lost it to somebody else: nobody can tell which, so the whole family ends at once. There is no grace:
//! of two that use one token at the same moment one wins, and the other ends the family for both. A family ends with its
//! session and with its user, too.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chrono::{DateTime as Moment, TimeDelta, Utc};
use entity::{
    Id,
    identity::{
        access_token::{self, AccessTokenKind},
        session,
        user::{self, UserStatus},
    },
    platform::audit_log::{AuditAction, AuditCredential},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use crate::kernel::{
    crypto::{BearerToken, BearerTokenKind},
    door::{Door, SignedIn},
    error::{Error, Result},
    graphql::{DateTime, Payload, Payloaded, public},
    session::Slot,
    text::printable,
    write::Write,
};

/// How long an access token is good for.
const ACCESS: TimeDelta = TimeDelta::minutes(15);
/// How long a refresh token waits for its use.
const REFRESH: TimeDelta = TimeDelta::days(30);

/// For what a pair of tokens is made.
#[derive(Clone, Debug, InputObject)]
pub struct CreateTokenPairInput {
    /// What the tokens are for, such as the name of a device, 1 to 200 characters.
    pub name: String,
    /// Keys of permissions to narrow the tokens to; all that you have when left out.
    pub scopes: Option<Vec<String>>,
}

/// A refresh token.
#[derive(Clone, InputObject)]
pub struct RefreshTokenInput {
    /// The refresh token.
    #[graphql(secret)]
    pub refresh_token: String,
}

/// A pair of tokens. They are shown once and stored nowhere.
#[derive(Clone, SimpleObject)]
pub struct TokenPair {
    /// The access token: send it in the header `Authorization: Bearer …`.
    access_token: String,
    /// When the access token ends.
    access_token_expires_at: DateTime,
    /// The refresh token: it buys the next pair, once.
    refresh_token: String,
    /// When the refresh token ends if it is not used.
    refresh_token_expires_at: DateTime,
}

/// A family of tokens that ended.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct RevokedTokenPair {
    /// When it ended.
    revoked_at: DateTime,
}

/// What can be changed about pairs of tokens.
#[derive(Default)]
pub struct TokenPairMutation;

#[Object]
impl TokenPairMutation {
    /// Makes a pair of tokens that acts for you until this session is signed out of. Needs a session.
    ///
    /// User errors: `VALIDATION_FAILED`; `INVALID_STATE` when the caller's token is not that of a session.
    #[graphql(directive = public::apply(), guard = "SignedIn")]
    async fn create_token_pair(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "For what the tokens are.")] input: CreateTokenPairInput,
    ) -> Result<Option<Payload<TokenPair>>> {
        ctx.slot().write(|write| Box::pin(create(write, input))).await.payload().map(Some)
    }

    /// Buys the next pair of tokens with a refresh token, which is of no more use afterwards. A token that was used before
    /// ends all tokens that came of it, at once. Needs a refresh token that is good, else `UNAUTHENTICATED`: sign in again.
    #[graphql(directive = public::apply())]
    async fn refresh_tokens(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The refresh token.")] input: RefreshTokenInput,
    ) -> Result<Option<Payload<TokenPair>>> {
        let slot = ctx.slot();
        let (tenant_id, token) = claimed(slot, input).await?;
        let outcome = slot.write_anonymous(tenant_id, |write| Box::pin(rotate(write, token))).await?;
        believed(slot, tenant_id, outcome, "token_pair.refresh").await.payload().map(Some)
    }

    /// Ends all tokens of the family of a refresh token, at once; for a program that signs out. Needs a refresh token that
    /// was given out, else `UNAUTHENTICATED`.
    #[graphql(directive = public::apply())]
    async fn revoke_token_pair(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The refresh token.")] input: RefreshTokenInput,
    ) -> Result<Option<Payload<RevokedTokenPair>>> {
        let slot = ctx.slot();
        let (tenant_id, token) = claimed(slot, input).await?;
        let outcome = slot.write_anonymous(tenant_id, |write| Box::pin(revoke(write, token))).await?;
        believed(slot, tenant_id, outcome, "token_pair.revoke").await.payload().map(Some)
    }
}

async fn create(write: &Write, input: CreateTokenPairInput) -> Result<TokenPair> {
    let CreateTokenPairInput { name, scopes } = input;
    let viewer = write.viewer()?;
    let session = viewer.credential_id().filter(|_| viewer.credential() == AuditCredential::Session);
    let session_id = session.map(Id::<session::Entity>::new).ok_or_else(|| {
        Error::invalid_state("tokens are made with the token of a session: sign in, then ask again")
    })?;
    let family = Family {
        id: None,
        user_id: viewer.principal().user_id,
        session_id,
        name: printable(&name, 200, "name")?,
        scopes: scopes.map(super::partner_scope::read_keys).transpose()?,
    };
    let (id, pair) = issue(write, family).await?;
    write.attempted(AuditAction::SignIn, "token_pair.create", Some(("ACCESS_TOKEN", id)), None);
    Ok(pair)
}

/// What all tokens of a family share.
struct Family {
    /// None while it is being made: a family is called by its first refresh token.
    id: Option<Id<access_token::Entity>>,
    user_id: Id<user::Entity>,
    session_id: Id<session::Entity>,
    name: String,
    scopes: Option<Vec<String>>,
}

/// Stores a pair; returns the id of its refresh token as well.
async fn issue(write: &Write, family: Family) -> Result<(Uuid, TokenPair)> {
    let refresh_id = write.new_id::<access_token::Entity>();
    let family_id = family.id.unwrap_or(refresh_id);
    let (refresh_token, refresh_ends) = store(
        write,
        &family,
        family_id,
        (refresh_id, AccessTokenKind::Refresh, BearerTokenKind::Refresh, REFRESH),
    )
    .await?;
    let (access_token, access_ends) = store(
        write,
        &family,
        family_id,
        (write.new_id(), AccessTokenKind::Access, BearerTokenKind::Access, ACCESS),
    )
    .await?;
    for kind in ["ACCESS", "REFRESH"] {
        metrics::counter!("consentry_tokens_issued_total", "kind" => kind).increment(1);
    }
    let pair = TokenPair {
        access_token: access_token.expose_secret().to_owned(),
        access_token_expires_at: access_ends.into(),
        refresh_token: refresh_token.expose_secret().to_owned(),
        refresh_token_expires_at: refresh_ends.into(),
    };
    Ok((refresh_id.uuid(), pair))
}

async fn store(
    write: &Write,
    family: &Family,
    family_id: Id<access_token::Entity>,
    (id, kind, bearer, lasts): (Id<access_token::Entity>, AccessTokenKind, BearerTokenKind, TimeDelta),
) -> Result<(SecretString, Moment<Utc>)> {
    let token = BearerToken::mint(bearer, write.tenant_id(), id.uuid())?;
    let expires_at = write.now() + lasts;
    write
        .insert(access_token::ActiveModel {
            id: Set(id),
            user_id: Set(family.user_id),
            kind: Set(kind),
            name: Set(family.name.clone()),
            token_digest: Set(token.secret_digest().to_vec()),
            scopes: Set(family.scopes.clone()),
            expires_at: Set(expires_at),
            family_id: Set(Some(family_id)),
            session_id: Set(Some(family.session_id)),
            ..Default::default()
        })
        .await?;
    Ok((token.expose(), expires_at))
}

/// The refresh token that a caller shows, and the tenant that it claims.
async fn claimed(slot: &Slot, input: RefreshTokenInput) -> Result<(Uuid, BearerToken)> {
    let RefreshTokenInput { refresh_token } = input;
    let text = SecretString::from(refresh_token);
    let token = BearerToken::parse(text.expose_secret()).ok();
    if let Some(token) = token.filter(|token| token.kind() == BearerTokenKind::Refresh)
        && let Some(tenant_id) = slot.app().active_tenant(token.tenant_id()).await?
    {
        return Ok((tenant_id, token));
    }
    slot.note_refused(None, "token_pair.refresh").await?;
    Err(refused())
}

/// What came of a refresh token.
enum Outcome<T> {
    Taken(T),
    /// Written into the record already, since what was done about it is.
    Reused,
    /// Nobody's, or no longer good; the row when it is that of a token that was given out.
    Refused(Option<Id<access_token::Entity>>),
}

async fn believed<T>(
    slot: &Slot,
    tenant_id: Uuid,
    outcome: Outcome<T>,
    operation: &'static str,
) -> Result<T> {
    match outcome {
        Outcome::Taken(value) => Ok(value),
        Outcome::Reused => Err(refused()),
        Outcome::Refused(id) => {
            let owner = id.map(|id| (tenant_id, ("ACCESS_TOKEN", id.uuid())));
            slot.note_refused(owner, operation).await?;
            Err(refused())
        }
    }
}

/// The same for a token that was never given out, that was used, and that ended.
fn refused() -> Error {
    Error::Unauthenticated("the refresh token is not valid, was used, or has ended: sign in again")
}

/// The row of a refresh token; only with the right secret is it more than an id. Its family is held then: whoever refreshes
/// or ends it waits, and finds all of its tokens.
async fn find(
    write: &Write,
    token: &BearerToken,
) -> Result<Result<access_token::Model, Option<Id<access_token::Entity>>>> {
    let this = Condition::all()
        .add(access_token::Column::Id.eq(token.token_id()))
        .add(access_token::Column::Kind.eq(AccessTokenKind::Refresh));
    let Some(row) = write.find::<access_token::Entity>(this.clone()).await? else { return Ok(Err(None)) };
    if !token.matches(&row.token_digest) {
        return Ok(Err(Some(row.id)));
    }
    let family = Condition::all().add(access_token::Column::Id.eq(row.family_id));
    write.find_locked::<access_token::Entity>(family).await?;
    Ok(write.find::<access_token::Entity>(this).await?.ok_or(None))
}

async fn rotate(write: &Write, token: BearerToken) -> Result<Outcome<TokenPair>> {
    let row = match find(write, &token).await? {
        Ok(row) => row,
        Err(id) => return Ok(Outcome::Refused(id)),
    };
    let (Some(family_id), Some(session_id)) = (row.family_id, row.session_id) else {
        return Err(Error::internal("a refresh token without a family"));
    };
    let target = Some(("ACCESS_TOKEN", row.id.uuid()));
    if row.used_at.is_some() {
        end_family(write, family_id).await?;
        write.attempted(AuditAction::SignIn, "token_pair.refresh", target, Some("TOKEN_REUSED"));
        return Ok(Outcome::Reused);
    }
    let live = row.revoked_at.is_none() && write.now() < row.expires_at;
    if !live || !stands(write, row.user_id, session_id).await? {
        return Ok(Outcome::Refused(Some(row.id)));
    }
    write.acts(row.user_id);
    let used = access_token::ActiveModel {
        used_at: Set(Some(write.now())),
        last_used_at: Set(Some(write.now())),
        ..Default::default()
    };
    write.update(row.id, None, used).await?;
    let family =
        Family { id: Some(family_id), user_id: row.user_id, session_id, name: row.name, scopes: row.scopes };
    let (_, pair) = issue(write, family).await?;
    write.attempted(AuditAction::SignIn, "token_pair.refresh", target, None);
    Ok(Outcome::Taken(pair))
}

/// Whether the user may sign in, and did not sign out of the session that the family began with. That the session ran out
/// of time does not matter: a refresh token is there to outlast it.
async fn stands(write: &Write, user_id: Id<user::Entity>, session_id: Id<session::Entity>) -> Result<bool> {
    let user = write.find::<user::Entity>(Condition::all().add(user::Column::Id.eq(user_id))).await?;
    let session =
        write.find::<session::Entity>(Condition::all().add(session::Column::Id.eq(session_id))).await?;
    Ok(user.is_some_and(|user| user.status == UserStatus::Active)
        && session.is_some_and(|session| session.ended_at.is_none()))
}

async fn end_family(write: &Write, family_id: Id<access_token::Entity>) -> Result<()> {
    let open = Condition::all()
        .add(access_token::Column::FamilyId.eq(family_id))
        .add(access_token::Column::RevokedAt.is_null());
    let change = access_token::ActiveModel { revoked_at: Set(Some(write.now())), ..Default::default() };
    write.update_all(open, change).await?;
    Ok(())
}

async fn revoke(write: &Write, token: BearerToken) -> Result<Outcome<RevokedTokenPair>> {
    let row = match find(write, &token).await? {
        Ok(row) => row,
        Err(id) => return Ok(Outcome::Refused(id)),
    };
    let family_id = row.family_id.ok_or_else(|| Error::internal("a refresh token without a family"))?;
    write.acts(row.user_id);
    end_family(write, family_id).await?;
    let target = Some(("ACCESS_TOKEN", row.id.uuid()));
    write.attempted(AuditAction::SignOut, "token_pair.revoke", target, None);
    Ok(Outcome::Taken(RevokedTokenPair { revoked_at: write.now().into() }))
}
