//! Clients of partner organizations: programs that prove who they are with a key of their own, as SMART Backend Services
//! has it, and are given access for minutes at the token endpoint.

use async_graphql::{ComplexObject, Context, InputObject, Object, SimpleObject};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime as Moment, Utc};
use entity::{
    Id,
    consent::purpose::Purpose,
    identity::{access_token, partner_client, permission::Permission, user},
    tenancy::organization,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, DerivePartialModel, sea_query::Expr};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{partner_scope::Binding, user::User};
use crate::{
    kernel::{
        crypto::{KeySet, SignatureAlgorithm},
        door::{Door, Requires},
        error::{Error, Result, UserErrorCode},
        graphql::{DateTime, Payload, requires},
        load::{Scoped, resource},
        page::{Chronology, Connection, Cursor, Page},
        record::Written,
        text::printable,
        viewer::Viewer,
        write::Write,
    },
    tenancy::organization::Organization,
};

/// How a client may sign; those of SMART Backend Services.
pub const ALGORITHMS: &[SignatureAlgorithm] = &[SignatureAlgorithm::Rs384, SignatureAlgorithm::Es384];

const PREFIX: &str = "cpc_";
const MOST_KEYS: usize = 10;
const LONGEST_KEY_SET: usize = 32_768;

/// The id of a client as it states it: it says the tenant, since nothing is read before a tenant is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientId {
    /// The tenant it claims.
    pub tenant_id: Uuid,
    /// Its row.
    pub id: Id<partner_client::Entity>,
}

impl ClientId {
    /// Reads an id; each has one spelling.
    pub fn parse(text: &str) -> Option<Self> {
        let encoded = text.strip_prefix(PREFIX).filter(|encoded| encoded.len() == 43)?;
        let bytes: [u8; 32] = BASE64_URL_SAFE_NO_PAD.decode(encoded).ok()?.try_into().ok()?;
        let (tenant, id) = bytes.split_at(16);
        Some(Self { tenant_id: Uuid::from_slice(tenant).ok()?, id: Id::new(Uuid::from_slice(id).ok()?) })
    }
}

impl std::fmt::Display for ClientId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let bytes = [*self.tenant_id.as_bytes(), *self.id.uuid().as_bytes()].concat();
        write!(formatter, "{PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(bytes))
    }
}

/// A program of a partner organization.
#[derive(Clone, SimpleObject, DerivePartialModel)]
#[sea_orm(entity = "partner_client::Entity")]
#[graphql(complex)]
pub struct PartnerClient {
    /// The id of its row.
    pub id: Id<partner_client::Entity>,
    /// What it is for.
    pub name: String,
    /// Keys of the permissions that it was given; it has those of them that its giver has at the time of a request.
    pub scopes: Vec<String>,
    #[graphql(skip)]
    tenant_id: Uuid,
    #[graphql(skip)]
    organization_id: Id<organization::Entity>,
    #[graphql(skip)]
    creator_id: Id<user::Entity>,
    #[graphql(skip)]
    purpose: String,
    #[graphql(skip)]
    key_set: Value,
    #[graphql(skip)]
    last_used_at: Option<Moment<Utc>>,
    #[graphql(skip)]
    revoked_at: Option<Moment<Utc>>,
    #[graphql(skip)]
    created_at: Moment<Utc>,
}

resource!(PartnerClient of partner_client);

impl Scoped for partner_client::Entity {
    fn scope(viewer: &Viewer) -> Condition {
        match viewer.principal().reach(Permission::ApiKeyManage) {
            Some(_) => Condition::all(),
            None => Condition::all().add(Expr::value(false)),
        }
    }
}

#[ComplexObject]
impl PartnerClient {
    /// What it calls itself at the token endpoint: `iss` and `sub` of its assertions.
    async fn client_id(&self) -> String {
        ClientId { tenant_id: self.tenant_id, id: self.id }.to_string()
    }

    /// The ids of the keys it may sign with.
    async fn key_ids(&self) -> Vec<String> {
        let keys = self.key_set["keys"].as_array().into_iter().flatten();
        keys.filter_map(|key| key["kid"].as_str()).map(str::to_owned).collect()
    }

    /// The partner organization it acts for.
    async fn organization(&self, ctx: &Context<'_>) -> Result<Option<Organization>> {
        ctx.load(self.organization_id).await
    }

    /// Who registered it: it may do no more than they may. Null when you may not see them.
    async fn creator(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        ctx.load(self.creator_id).await
    }

    /// The one purpose it acts for.
    async fn purpose(&self) -> Option<Purpose> {
        self.purpose.parse().ok()
    }

    /// When it was registered.
    async fn created_at(&self) -> DateTime {
        self.created_at.into()
    }

    /// When it was last given access; null when it never was.
    async fn last_used_at(&self) -> Option<DateTime> {
        self.last_used_at.map(DateTime::from)
    }

    /// When it was revoked; null when it was not.
    async fn revoked_at(&self) -> Option<DateTime> {
        self.revoked_at.map(DateTime::from)
    }
}

/// What can be asked about clients of partners.
#[derive(Default)]
pub struct PartnerClientQuery;

#[Object]
impl PartnerClientQuery {
    /// The clients of partner organizations, those that were revoked too.
    #[graphql(directive = requires::apply(Permission::ApiKeyManage.into()), guard = "Requires(Permission::ApiKeyManage)")]
    async fn partner_clients(
        &self,
        ctx: &Context<'_>,
        #[graphql(default, desc = "In which order.")] order_by: Chronology,
        #[graphql(desc = "How many, 1 to 100; 25 when not stated.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on after.")] after: Option<Cursor>,
    ) -> Result<Option<Connection<PartnerClient>>> {
        ctx.session().await?.page(&Page { first, after }, Condition::all(), order_by).await.map(Some)
    }
}

/// A client to register.
#[derive(Clone, Debug, InputObject)]
pub struct RegisterPartnerClientInput {
    /// The partner organization: a district, a school, a payer or a partner.
    pub organization_id: Id<organization::Entity>,
    /// What it is for, 1 to 200 characters.
    pub name: String,
    /// Keys of permissions: such as a partner may have, and as you have yourself.
    pub scopes: Vec<String>,
    /// The one purpose it acts for.
    pub purpose: Purpose,
    /// Its public keys: a JSON Web Key Set (RFC 7517) as text, 1 to 10 keys with a `kid` each, for RS384 or ES384.
    pub key_set: String,
}

/// New keys for a client.
#[derive(Clone, Debug, InputObject)]
pub struct ReplacePartnerClientKeysInput {
    /// The client.
    pub partner_client_id: Id<partner_client::Entity>,
    /// Its public keys from now on, as in `registerPartnerClient`; to change over without a gap, send both first.
    pub key_set: String,
}

/// A client to revoke.
#[derive(Clone, Debug, InputObject)]
pub struct RevokePartnerClientInput {
    /// The client.
    pub partner_client_id: Id<partner_client::Entity>,
}

/// What can be changed about clients of partners.
#[derive(Default)]
pub struct PartnerClientMutation;

#[Object]
impl PartnerClientMutation {
    /// Registers a program of a partner organization.
    /// Needs a fresh proof of who you are, else `REAUTH_REQUIRED`.
    ///
    /// User errors: `NOT_FOUND` (organization), `VALIDATION_FAILED`.
    #[graphql(directive = requires::apply(Permission::ApiKeyManage.into()), guard = "Requires(Permission::ApiKeyManage)")]
    async fn register_partner_client(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The client to register.")] input: RegisterPartnerClientInput,
    ) -> Result<Option<Payload<PartnerClient>>> {
        let outcome = ctx.slot().write(|write| Box::pin(register(write, input))).await;
        ctx.shown(outcome).await.map(Some)
    }

    /// Replaces the public keys of a client. Access that it was given before goes on to its end.
    /// Needs a fresh proof of who you are, else `REAUTH_REQUIRED`.
    ///
    /// User errors: `NOT_FOUND`, `VALIDATION_FAILED`, `INVALID_STATE` when it is revoked.
    #[graphql(directive = requires::apply(Permission::ApiKeyManage.into()), guard = "Requires(Permission::ApiKeyManage)")]
    async fn replace_partner_client_keys(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The client and its keys.")] input: ReplacePartnerClientKeysInput,
    ) -> Result<Option<Payload<PartnerClient>>> {
        let outcome = ctx.slot().write(|write| Box::pin(replace_keys(write, input))).await;
        ctx.shown(outcome).await.map(Some)
    }

    /// Revokes a client: it is given no more access, and what it was given ends with the next request.
    ///
    /// User errors: `NOT_FOUND`, `INVALID_STATE` when it is revoked already.
    #[graphql(directive = requires::apply(Permission::ApiKeyManage.into()), guard = "Requires(Permission::ApiKeyManage)")]
    async fn revoke_partner_client(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The client to revoke.")] input: RevokePartnerClientInput,
    ) -> Result<Option<Payload<PartnerClient>>> {
        let outcome = ctx.slot().write(|write| Box::pin(revoke(write, input))).await;
        ctx.shown(outcome).await.map(Some)
    }
}

async fn register(write: &Write, input: RegisterPartnerClientInput) -> Result<Id<partner_client::Entity>> {
    write.require_fresh_proof()?;
    let RegisterPartnerClientInput { organization_id, name, scopes, purpose, key_set } = input;
    let name = printable(&name, 200, "name")?;
    let key_set = read_key_set(&key_set)?;
    let Binding { organization_id, scopes, purpose } =
        Binding::check(write, organization_id, scopes, purpose).await?;
    let principal = write.principal()?;
    if principal.partner.is_some() {
        return Err(Error::refused(UserErrorCode::AccessDenied, &[], "a partner registers no clients"));
    }
    let id = write.new_id();
    write
        .insert(partner_client::ActiveModel {
            id: Set(id),
            organization_id: Set(organization_id),
            creator_id: Set(principal.user_id),
            name: Set(name),
            scopes: Set(scopes),
            purpose: Set(purpose.code()),
            key_set: Set(key_set),
            ..Default::default()
        })
        .await?;
    let fields = vec!["keySet", "name", "organization", "purpose", "scopes"];
    written(write, "partner_client.register", id, fields);
    write.emit("partner_client.registered", "PARTNER_CLIENT", id.uuid()).await?;
    Ok(id)
}

async fn replace_keys(
    write: &Write,
    input: ReplacePartnerClientKeysInput,
) -> Result<Id<partner_client::Entity>> {
    write.require_fresh_proof()?;
    let ReplacePartnerClientKeysInput { partner_client_id, key_set } = input;
    let key_set = read_key_set(&key_set)?;
    let client = hold(write, partner_client_id).await?;
    let change = partner_client::ActiveModel { key_set: Set(key_set), ..Default::default() };
    write.update(client.id, None, change).await?;
    written(write, "partner_client.replace_keys", client.id, vec!["keySet"]);
    write.emit("partner_client.keys_replaced", "PARTNER_CLIENT", client.id.uuid()).await?;
    Ok(client.id)
}

async fn revoke(write: &Write, input: RevokePartnerClientInput) -> Result<Id<partner_client::Entity>> {
    let RevokePartnerClientInput { partner_client_id } = input;
    let client = hold(write, partner_client_id).await?;
    let now = Some(write.now());
    let change = partner_client::ActiveModel { revoked_at: Set(now), ..Default::default() };
    write.update(client.id, None, change).await?;
    // Each request looks at the client as well; a row that says when it ended is for whoever reads the table.
    let open = Condition::all()
        .add(access_token::Column::PartnerClientId.eq(client.id))
        .add(access_token::Column::RevokedAt.is_null())
        .add(access_token::Column::ExpiresAt.gt(write.now()));
    write.update_all(open, access_token::ActiveModel { revoked_at: Set(now), ..Default::default() }).await?;
    written(write, "partner_client.revoke", client.id, vec!["revokedAt"]);
    write.emit("partner_client.revoked", "PARTNER_CLIENT", client.id.uuid()).await?;
    Ok(client.id)
}

/// A client that is not revoked, held.
async fn hold(write: &Write, id: Id<partner_client::Entity>) -> Result<partner_client::Model> {
    let scope = <partner_client::Entity as Scoped>::scope(write.viewer()?);
    let found =
        write.find_locked::<partner_client::Entity>(scope.add(partner_client::Column::Id.eq(id))).await?;
    let client = found.ok_or_else(|| Error::not_found("partnerClientId", "client"))?;
    match client.revoked_at {
        None => Ok(client),
        Some(_) => Err(Error::invalid_state("the client is revoked")),
    }
}

fn written(
    write: &Write,
    operation: &'static str,
    id: Id<partner_client::Entity>,
    fields: Vec<&'static str>,
) {
    let target_kind = "PARTNER_CLIENT";
    write.written(Written { operation, target_kind, target_id: id.uuid(), patient_id: None, fields });
}

/// Reads a set of public keys, and keeps of each what a signature is checked with.
///
/// # Errors
///
/// `VALIDATION_FAILED` on `keySet`.
fn read_key_set(text: &str) -> Result<Value> {
    const PUBLIC: [&str; 9] = ["kty", "kid", "alg", "use", "n", "e", "crv", "x", "y"];
    const PRIVATE: [&str; 7] = ["d", "p", "q", "dp", "dq", "qi", "k"];
    let refused = |reason: &str| Error::invalid("keySet", reason);
    let malformed = || refused("takes a JSON Web Key Set: an object with a list `keys`");
    if text.len() > LONGEST_KEY_SET {
        return Err(refused("takes at most 32 KiB"));
    }
    let mut set: Map<String, Value> = serde_json::from_str(text).map_err(|_| malformed())?;
    let Some(Value::Array(keys)) = set.remove("keys") else { return Err(malformed()) };
    if !(1..=MOST_KEYS).contains(&keys.len()) {
        return Err(refused("takes 1 to 10 keys"));
    }
    let mut names = std::collections::BTreeSet::new();
    let mut kept = Vec::new();
    for key in keys {
        let Value::Object(mut key) = key else { return Err(malformed()) };
        if PRIVATE.iter().any(|member| key.contains_key(*member)) {
            return Err(refused(
                "takes public keys alone; whoever has a private one besides you can sign as you",
            ));
        }
        let name = key.get("kid").and_then(Value::as_str).filter(|name| (1..=200).contains(&name.len()));
        let name = name.ok_or_else(|| refused("takes keys with a `kid` of 1 to 200 characters"))?.to_owned();
        if name.chars().any(char::is_control) || !names.insert(name) {
            return Err(refused("takes keys with a printable `kid` of their own"));
        }
        key.retain(|member, _| PUBLIC.contains(&member.as_str()));
        let key = serde_json::json!({ "keys": [key] });
        if !is_usable(&key) {
            return Err(refused("takes RSA keys of 2048 bits or more for RS384, and P-384 keys for ES384"));
        }
        kept.push(key["keys"][0].clone());
    }
    Ok(serde_json::json!({ "keys": kept }))
}

/// Whether the one key of this set checks signatures of an algorithm that a client may use.
fn is_usable(set: &Value) -> bool {
    let key = &set["keys"][0];
    let kind = match key["kty"].as_str() {
        Some("RSA") => "RS384",
        Some("EC") if key["crv"] == "P-384" => "ES384",
        _ => return false,
    };
    let fits = key.get("alg").is_none_or(|algorithm| algorithm == kind);
    fits && KeySet::read(set.to_string().as_bytes()).is_ok_and(|keys| !keys.is_empty())
}
