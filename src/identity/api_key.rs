//! Keys of partner organizations: given out, replaced with an overlap, revoked.
//!
//! A key may do what its scopes name, as far as whoever gave it out may do that now, and no more than a partner may have
//! at all. It acts for its organization and for one purpose.

use async_graphql::{ComplexObject, Context, InputObject, Object, SimpleObject};
use chrono::{DateTime as Moment, TimeDelta, Utc};
use entity::{
    Id,
    consent::purpose::Purpose,
    identity::{api_key, permission::Permission, user},
    tenancy::organization,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, DerivePartialModel, sea_query::Expr};
use secrecy::ExposeSecret;

use super::{
    partner_scope::{Binding, read_end},
    user::User,
};
use crate::{
    kernel::{
        crypto::{BearerToken, BearerTokenKind},
        door::{Door, Requires},
        error::{Error, Result, UserErrorCode},
        graphql::{DateTime, Payload, Payloaded, requires},
        load::{Scoped, resource},
        page::{Chronology, Connection, Cursor, Page},
        record::Written,
        text::printable,
        viewer::Viewer,
        write::Write,
    },
    tenancy::organization::Organization,
};

/// How long a replaced key may still work, in minutes.
const LONGEST_OVERLAP: i32 = 7 * 24 * 60;

/// The key of a partner organization. The key itself is shown once, when it is made.
#[derive(Clone, SimpleObject, DerivePartialModel)]
#[sea_orm(entity = "api_key::Entity")]
#[graphql(complex)]
pub struct ApiKey {
    /// The id of the key, which is not the key.
    pub id: Id<api_key::Entity>,
    /// What it is for.
    pub name: String,
    /// Keys of the permissions that it was given; it has those of them that its giver has at the time of a request.
    pub scopes: Vec<String>,
    #[graphql(skip)]
    organization_id: Id<organization::Entity>,
    #[graphql(skip)]
    creator_id: Id<user::Entity>,
    #[graphql(skip)]
    purpose: String,
    #[graphql(skip)]
    expires_at: Moment<Utc>,
    #[graphql(skip)]
    last_used_at: Option<Moment<Utc>>,
    #[graphql(skip)]
    revoked_at: Option<Moment<Utc>>,
    #[graphql(skip)]
    created_at: Moment<Utc>,
}

resource!(ApiKey of api_key);

impl Scoped for api_key::Entity {
    fn scope(viewer: &Viewer) -> Condition {
        match viewer.principal().reach(Permission::ApiKeyManage) {
            Some(_) => Condition::all(),
            None => Condition::all().add(Expr::value(false)),
        }
    }
}

#[ComplexObject]
impl ApiKey {
    /// The partner organization that it was given to.
    async fn organization(&self, ctx: &Context<'_>) -> Result<Option<Organization>> {
        ctx.load(self.organization_id).await
    }

    /// Who gave it out: it may do no more than they may. Null when you may not see them.
    async fn creator(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        ctx.load(self.creator_id).await
    }

    /// The one purpose it acts for.
    async fn purpose(&self) -> Option<Purpose> {
        self.purpose.parse().ok()
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        self.created_at.into()
    }

    /// When it ends by itself.
    async fn expires_at(&self) -> DateTime {
        self.expires_at.into()
    }

    /// When it was last used, to the minute; null when it never was.
    async fn last_used_at(&self) -> Option<DateTime> {
        self.last_used_at.map(DateTime::from)
    }

    /// When it was revoked; null when it was not.
    async fn revoked_at(&self) -> Option<DateTime> {
        self.revoked_at.map(DateTime::from)
    }
}

/// A new key.
#[derive(Clone, SimpleObject)]
#[graphql(complex)]
pub struct NewApiKey {
    /// The key: its program sends it in the header `Authorization: Bearer …`. It is shown once and stored nowhere.
    key: String,
    #[graphql(skip)]
    id: Id<api_key::Entity>,
}

#[ComplexObject]
impl NewApiKey {
    /// What is kept of it.
    async fn api_key(&self, ctx: &Context<'_>) -> Result<Option<ApiKey>> {
        ctx.load(self.id).await
    }
}

/// What can be asked about keys of partners.
#[derive(Default)]
pub struct ApiKeyQuery;

#[Object]
impl ApiKeyQuery {
    /// The keys of partner organizations, those that ended too.
    #[graphql(directive = requires::apply(Permission::ApiKeyManage.into()), guard = "Requires(Permission::ApiKeyManage)")]
    async fn api_keys(
        &self,
        ctx: &Context<'_>,
        #[graphql(default, desc = "In which order.")] order_by: Chronology,
        #[graphql(desc = "How many, 1 to 100; 25 when not stated.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on after.")] after: Option<Cursor>,
    ) -> Result<Option<Connection<ApiKey>>> {
        ctx.session().await?.page(&Page { first, after }, Condition::all(), order_by).await.map(Some)
    }
}

/// A key to give out.
#[derive(Clone, Debug, InputObject)]
pub struct CreateApiKeyInput {
    /// The partner organization: a district, a school, a payer or a partner.
    pub organization_id: Id<organization::Entity>,
    /// What it is for, 1 to 200 characters.
    pub name: String,
    /// Keys of permissions: such as a partner may have, and as you have yourself.
    pub scopes: Vec<String>,
    /// The one purpose it acts for.
    pub purpose: Purpose,
    /// When it ends: within a year.
    pub expires_at: DateTime,
}

/// A key to replace.
#[derive(Clone, Debug, InputObject)]
pub struct RotateApiKeyInput {
    /// The id of the key.
    pub api_key_id: Id<api_key::Entity>,
    /// For how many minutes the old key still works, 0 to 10,080 (7 days).
    pub overlap_minutes: i32,
    /// When the new key ends: within a year.
    pub expires_at: DateTime,
}

/// A key to revoke.
#[derive(Clone, Debug, InputObject)]
pub struct RevokeApiKeyInput {
    /// The id of the key.
    pub api_key_id: Id<api_key::Entity>,
}

/// What can be changed about keys of partners.
#[derive(Default)]
pub struct ApiKeyMutation;

#[Object]
impl ApiKeyMutation {
    /// Gives out a key to a partner organization.
    /// Needs a fresh proof of who you are, else `REAUTH_REQUIRED`.
    ///
    /// User errors: `NOT_FOUND` (organization), `VALIDATION_FAILED`.
    #[graphql(directive = requires::apply(Permission::ApiKeyManage.into()), guard = "Requires(Permission::ApiKeyManage)")]
    async fn create_api_key(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The key to give out.")] input: CreateApiKeyInput,
    ) -> Result<Option<Payload<NewApiKey>>> {
        ctx.slot().write(|write| Box::pin(create(write, input))).await.payload().map(Some)
    }

    /// Replaces a key by a new one for the same organization, scopes and purpose; you answer for the new one. The old one
    /// works until the overlap is over, and no longer than it would have.
    /// Needs a fresh proof of who you are, else `REAUTH_REQUIRED`.
    ///
    /// User errors: `NOT_FOUND`, `VALIDATION_FAILED`, `INVALID_STATE` when it has ended or was replaced before.
    #[graphql(directive = requires::apply(Permission::ApiKeyManage.into()), guard = "Requires(Permission::ApiKeyManage)")]
    async fn rotate_api_key(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The key to replace.")] input: RotateApiKeyInput,
    ) -> Result<Option<Payload<NewApiKey>>> {
        ctx.slot().write(|write| Box::pin(rotate(write, input))).await.payload().map(Some)
    }

    /// Revokes a key: the next request with it is refused.
    ///
    /// User errors: `NOT_FOUND`, `INVALID_STATE` when it is revoked already.
    #[graphql(directive = requires::apply(Permission::ApiKeyManage.into()), guard = "Requires(Permission::ApiKeyManage)")]
    async fn revoke_api_key(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The key to revoke.")] input: RevokeApiKeyInput,
    ) -> Result<Option<Payload<ApiKey>>> {
        let outcome = ctx.slot().write(|write| Box::pin(revoke(write, input))).await;
        ctx.shown(outcome).await.map(Some)
    }
}

async fn create(write: &Write, input: CreateApiKeyInput) -> Result<NewApiKey> {
    write.require_fresh_proof()?;
    let CreateApiKeyInput { organization_id, name, scopes, purpose, expires_at } = input;
    let name = printable(&name, 200, "name")?;
    let expires_at = read_end(write, expires_at.0)?;
    let binding = Binding::check(write, organization_id, scopes, purpose).await?;
    let new = store(write, binding, name, expires_at, None).await?;
    written(write, "api_key.create", new.id, vec!["expiresAt", "name", "organization", "purpose", "scopes"]);
    write.emit("api_key.created", "API_KEY", new.id.uuid()).await?;
    Ok(new)
}

async fn rotate(write: &Write, input: RotateApiKeyInput) -> Result<NewApiKey> {
    write.require_fresh_proof()?;
    let RotateApiKeyInput { api_key_id, overlap_minutes, expires_at } = input;
    if !(0..=LONGEST_OVERLAP).contains(&overlap_minutes) {
        return Err(Error::invalid("overlapMinutes", format!("takes 0 to {LONGEST_OVERLAP}")));
    }
    let expires_at = read_end(write, expires_at.0)?;
    let old = hold(write, api_key_id).await?;
    let replaced = Condition::all().add(api_key::Column::ReplacesId.eq(old.id));
    if old.revoked_at.is_some() || old.expires_at <= write.now() {
        return Err(Error::invalid_state("the key has ended: give out another"));
    }
    if write.find::<api_key::Entity>(replaced).await?.is_some() {
        return Err(Error::invalid_state("the key was replaced already: replace the one that came after it"));
    }
    let purpose = old.purpose.parse().map_err(|_| Error::internal("a key for an unknown purpose"))?;
    let binding = Binding::check(write, old.organization_id, old.scopes, purpose).await?;
    let ends = old.expires_at.min(write.now() + TimeDelta::minutes(i64::from(overlap_minutes)));
    write.update(old.id, None, api_key::ActiveModel { expires_at: Set(ends), ..Default::default() }).await?;
    let new = store(write, binding, old.name, expires_at, Some(old.id)).await?;
    written(write, "api_key.rotate", old.id, vec!["expiresAt"]);
    written(write, "api_key.create", new.id, vec!["expiresAt", "name", "organization", "purpose", "scopes"]);
    write.emit("api_key.rotated", "API_KEY", old.id.uuid()).await?;
    Ok(new)
}

async fn revoke(write: &Write, input: RevokeApiKeyInput) -> Result<Id<api_key::Entity>> {
    let RevokeApiKeyInput { api_key_id } = input;
    let key = hold(write, api_key_id).await?;
    end(write, &key).await?;
    Ok(key.id)
}

/// Ends a key, in the transaction that holds its row.
///
/// # Errors
///
/// `INVALID_STATE` when it is revoked already.
pub async fn end(write: &Write, key: &api_key::Model) -> Result<()> {
    if key.revoked_at.is_some() {
        return Err(Error::invalid_state("the key is revoked already"));
    }
    let change = api_key::ActiveModel { revoked_at: Set(Some(write.now())), ..Default::default() };
    write.update(key.id, None, change).await?;
    written(write, "api_key.revoke", key.id, vec!["revokedAt"]);
    write.emit("api_key.revoked", "API_KEY", key.id.uuid()).await
}

async fn hold(write: &Write, id: Id<api_key::Entity>) -> Result<api_key::Model> {
    let scope = <api_key::Entity as Scoped>::scope(write.viewer()?);
    let found = write.find_locked::<api_key::Entity>(scope.add(api_key::Column::Id.eq(id))).await?;
    found.ok_or_else(|| Error::not_found("apiKeyId", "API key"))
}

async fn store(
    write: &Write,
    binding: Binding,
    name: String,
    expires_at: Moment<Utc>,
    replaces: Option<Id<api_key::Entity>>,
) -> Result<NewApiKey> {
    let Binding { organization_id, scopes, purpose } = binding;
    let principal = write.principal()?;
    if principal.partner.is_some() {
        return Err(Error::refused(UserErrorCode::AccessDenied, &[], "a partner gives out no keys"));
    }
    let id = write.new_id::<api_key::Entity>();
    let token = BearerToken::mint(BearerTokenKind::ApiKey, write.tenant_id(), id.uuid())?;
    write
        .insert(api_key::ActiveModel {
            id: Set(id),
            organization_id: Set(organization_id),
            creator_id: Set(principal.user_id),
            replaces_id: Set(replaces),
            name: Set(name),
            secret_mac: Set(token.code(write.keys()).to_vec()),
            scopes: Set(scopes),
            purpose: Set(purpose.code()),
            expires_at: Set(expires_at),
            ..Default::default()
        })
        .await?;
    metrics::counter!("consentry_tokens_issued_total", "kind" => "API_KEY").increment(1);
    Ok(NewApiKey { key: token.expose().expose_secret().to_owned(), id })
}

fn written(write: &Write, operation: &'static str, id: Id<api_key::Entity>, fields: Vec<&'static str>) {
    let target_kind = "API_KEY";
    write.written(Written { operation, target_kind, target_id: id.uuid(), patient_id: None, fields });
}
