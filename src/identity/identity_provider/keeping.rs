//! Entering, changing and switching off identity providers.

use async_graphql::{Context, InputObject, MaybeUndefined, Object};
use entity::{
    Id,
    identity::{
        identity_provider::{self, IdentityProviderStatus, SigningAlgorithm},
        permission::Permission,
    },
};
use sea_orm::{ActiveEnum, ActiveValue::Set};

use super::IdentityProvider;
use crate::kernel::{
    crypto::Place,
    door::{Door, Requires},
    error::{Error, Result},
    graphql::{Payload, requires},
    record::Written,
    write::Write,
};

const LONGEST_NAME: usize = 200;
const LONGEST_SECRET: usize = 600;
const MOST_AUDIENCES: usize = 10;
/// Claims that say something else than who somebody is.
const NO_SUBJECT: &[&str] = &["iss", "aud", "exp", "nbf", "iat", "jti", "nonce", "azp", "sid"];

/// An identity provider to enter.
#[derive(Clone, InputObject)]
pub struct CreateIdentityProviderInput {
    /// Its short name: lower-case letters, digits and inner hyphens.
    pub key: String,
    /// Its name, for people.
    pub name: String,
    /// The issuer, to the letter as it stands in its tokens. It stays: users are linked to it.
    pub issuer: String,
    /// Under which name it knows this server; needed to send people there to sign in.
    pub client_id: Option<String>,
    /// The secret that this server has there. Nobody is shown it again.
    #[graphql(secret)]
    pub client_secret: Option<String>,
    /// Whom a token has to be made for to be taken as a bearer token, at most ten; without any, none is taken.
    #[graphql(default)]
    pub audiences: Vec<String>,
    /// How it may sign, at least one.
    pub algorithms: Vec<SigningAlgorithm>,
    /// Where its keys are; left out, its configuration says so.
    pub key_set_url: Option<String>,
    /// The claim that names the user; `sub` when left out. Choose only one that the provider never gives to somebody else.
    pub subject_claim: Option<String>,
}

/// What to change about an identity provider; what is left out stays.
#[derive(Clone, InputObject)]
pub struct UpdateIdentityProviderInput {
    /// The provider.
    pub provider_id: Id<identity_provider::Entity>,
    /// The version that was read; refused with `STALE_VERSION` when it is no longer that.
    pub expected_version: Option<i32>,
    /// Its name, for people.
    pub name: Option<String>,
    /// Under which name it knows this server; null takes it away.
    pub client_id: MaybeUndefined<String>,
    /// The secret that this server has there; null takes it away.
    #[graphql(secret)]
    pub client_secret: MaybeUndefined<String>,
    /// Whom a token has to be made for to be taken as a bearer token.
    pub audiences: Option<Vec<String>>,
    /// How it may sign.
    pub algorithms: Option<Vec<SigningAlgorithm>>,
    /// Where its keys are; null when its configuration says so.
    pub key_set_url: MaybeUndefined<String>,
    /// The claim that names the user.
    pub subject_claim: Option<String>,
}

/// An identity provider to switch off.
#[derive(Clone, Debug, InputObject)]
pub struct DisableIdentityProviderInput {
    /// The provider.
    pub provider_id: Id<identity_provider::Entity>,
}

/// An identity provider to switch on again.
#[derive(Clone, Debug, InputObject)]
pub struct EnableIdentityProviderInput {
    /// The provider.
    pub provider_id: Id<identity_provider::Entity>,
}

/// What can be changed about identity providers.
#[derive(Default)]
pub struct IdentityProviderMutation;

#[Object]
impl IdentityProviderMutation {
    /// Enters an identity provider. It is believed from now on, for users that are linked to it.
    /// Needs a fresh proof of who you are, else `REAUTH_REQUIRED`.
    ///
    /// User errors: `VALIDATION_FAILED`, `ALREADY_EXISTS` (the key or the issuer).
    #[graphql(directive = requires::apply(Permission::IntegrationManage.into()), guard = "Requires(Permission::IntegrationManage)")]
    async fn create_identity_provider(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The identity provider to enter.")] input: CreateIdentityProviderInput,
    ) -> Result<Option<Payload<IdentityProvider>>> {
        let outcome = ctx.slot().write(|write| Box::pin(create(write, input))).await;
        ctx.shown(outcome).await.map(Some)
    }

    /// Changes an identity provider, from the next request on.
    /// Needs a fresh proof of who you are, else `REAUTH_REQUIRED`.
    ///
    /// User errors: `NOT_FOUND`, `STALE_VERSION`, `VALIDATION_FAILED`.
    #[graphql(directive = requires::apply(Permission::IntegrationManage.into()), guard = "Requires(Permission::IntegrationManage)")]
    async fn update_identity_provider(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: UpdateIdentityProviderInput,
    ) -> Result<Option<Payload<IdentityProvider>>> {
        let outcome = ctx.slot().write(|write| Box::pin(update(write, input))).await;
        ctx.shown(outcome).await.map(Some)
    }

    /// Believes an identity provider no longer: its bearer tokens are refused from the next request on, and nobody signs in
    /// through it. Sessions that it vouched for go on until they end.
    ///
    /// User errors: `NOT_FOUND`, `INVALID_STATE`.
    #[graphql(directive = requires::apply(Permission::IntegrationManage.into()), guard = "Requires(Permission::IntegrationManage)")]
    async fn disable_identity_provider(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The identity provider to switch off.")] input: DisableIdentityProviderInput,
    ) -> Result<Option<Payload<IdentityProvider>>> {
        let DisableIdentityProviderInput { provider_id } = input;
        let becomes = IdentityProviderStatus::Disabled;
        let outcome = ctx.slot().write(move |write| Box::pin(switch(write, provider_id, becomes))).await;
        ctx.shown(outcome).await.map(Some)
    }

    /// Believes an identity provider again.
    ///
    /// User errors: `NOT_FOUND`, `INVALID_STATE`.
    #[graphql(directive = requires::apply(Permission::IntegrationManage.into()), guard = "Requires(Permission::IntegrationManage)")]
    async fn enable_identity_provider(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The identity provider to switch on again.")] input: EnableIdentityProviderInput,
    ) -> Result<Option<Payload<IdentityProvider>>> {
        let EnableIdentityProviderInput { provider_id } = input;
        let becomes = IdentityProviderStatus::Active;
        let outcome = ctx.slot().write(move |write| Box::pin(switch(write, provider_id, becomes))).await;
        ctx.shown(outcome).await.map(Some)
    }
}

async fn create(write: &Write, input: CreateIdentityProviderInput) -> Result<Id<identity_provider::Entity>> {
    write.require_fresh_proof()?;
    let CreateIdentityProviderInput {
        key,
        name,
        issuer,
        client_id,
        client_secret,
        audiences,
        algorithms,
        key_set_url,
        subject_claim,
    } = input;
    if !is_slug(&key) {
        return Err(Error::invalid(
            "key",
            "a key has lower-case letters, digits and inner hyphens, at most 63",
        ));
    }
    // The configuration stands beneath it, so it has no query of its own.
    if issuer.len() > LONGEST_NAME || issuer.contains('?') {
        return Err(Error::invalid(
            "issuer",
            "an issuer is an address without a query, at most 200 characters",
        ));
    }
    callable(write, "issuer", &issuer)?;
    let id = write.new_id();
    let row = Checked {
        name,
        client_id,
        audiences,
        algorithms,
        key_set_url,
        subject_claim: subject_claim.unwrap_or_else(|| "sub".to_owned()),
    }
    .check(write, client_secret.is_some())?;
    write
        .insert(identity_provider::ActiveModel {
            id: Set(id),
            key: Set(key),
            issuer: Set(issuer),
            client_secret: Set(client_secret.map(|secret| seal(write, id, &secret)).transpose()?),
            ..row
        })
        .await?;
    let fields = vec![
        "key",
        "name",
        "issuer",
        "clientId",
        "clientSecret",
        "audiences",
        "algorithms",
        "keySetUrl",
        "subjectClaim",
    ];
    tell(write, "identity_provider.create", id, fields);
    write.emit("identity_provider.created", "IDENTITY_PROVIDER", id.uuid()).await?;
    Ok(id)
}

async fn update(write: &Write, input: UpdateIdentityProviderInput) -> Result<Id<identity_provider::Entity>> {
    write.require_fresh_proof()?;
    let UpdateIdentityProviderInput {
        provider_id: id,
        expected_version,
        name,
        client_id,
        client_secret,
        audiences,
        algorithms,
        key_set_url,
        subject_claim,
    } = input;
    let held = write.lock(id, &[Permission::IntegrationManage], "providerId", "identity provider").await?;
    let mut fields = Vec::new();
    let mut note = |changed: bool, field| changed.then(|| fields.push(field));
    note(name.is_some(), "name");
    note(!client_id.is_undefined(), "clientId");
    note(!client_secret.is_undefined(), "clientSecret");
    note(audiences.is_some(), "audiences");
    note(algorithms.is_some(), "algorithms");
    note(!key_set_url.is_undefined(), "keySetUrl");
    note(subject_claim.is_some(), "subjectClaim");
    let client_secret = match client_secret {
        MaybeUndefined::Undefined => held.client_secret,
        MaybeUndefined::Null => None,
        MaybeUndefined::Value(secret) => Some(seal(write, id, &secret)?),
    };
    let known = held.algorithms.iter().filter_map(|name| SigningAlgorithm::try_from_value(name).ok());
    let row = Checked {
        name: name.unwrap_or(held.name),
        client_id: settled(client_id, held.client_id),
        audiences: audiences.unwrap_or(held.audiences),
        algorithms: algorithms.unwrap_or_else(|| known.collect()),
        key_set_url: settled(key_set_url, held.key_set_url),
        subject_claim: subject_claim.unwrap_or(held.subject_claim),
    }
    .check(write, client_secret.is_some())?;
    let change = identity_provider::ActiveModel { client_secret: Set(client_secret), ..row };
    write.update(id, expected_version, change).await?;
    tell(write, "identity_provider.update", id, fields);
    write.emit("identity_provider.updated", "IDENTITY_PROVIDER", id.uuid()).await?;
    Ok(id)
}

async fn switch(
    write: &Write,
    id: Id<identity_provider::Entity>,
    becomes: IdentityProviderStatus,
) -> Result<Id<identity_provider::Entity>> {
    let held = write.lock(id, &[Permission::IntegrationManage], "providerId", "identity provider").await?;
    if held.status == becomes {
        return Err(Error::invalid_state(match becomes {
            IdentityProviderStatus::Active => "the identity provider is believed already",
            IdentityProviderStatus::Disabled => "the identity provider is switched off already",
        }));
    }
    write
        .update(id, None, identity_provider::ActiveModel { status: Set(becomes), ..Default::default() })
        .await?;
    let (operation, event) = match becomes {
        IdentityProviderStatus::Active => ("identity_provider.enable", "identity_provider.enabled"),
        IdentityProviderStatus::Disabled => ("identity_provider.disable", "identity_provider.disabled"),
    };
    tell(write, operation, id, vec!["status"]);
    write.emit(event, "IDENTITY_PROVIDER", id.uuid()).await?;
    Ok(id)
}

fn tell(
    write: &Write,
    operation: &'static str,
    id: Id<identity_provider::Entity>,
    fields: Vec<&'static str>,
) {
    let (target_kind, target_id) = ("IDENTITY_PROVIDER", id.uuid());
    write.written(Written { operation, target_kind, target_id, patient_id: None, fields });
}

/// What both the first entry and a change have to keep to.
struct Checked {
    name: String,
    client_id: Option<String>,
    audiences: Vec<String>,
    algorithms: Vec<SigningAlgorithm>,
    key_set_url: Option<String>,
    subject_claim: String,
}

impl Checked {
    fn check(self, write: &Write, has_secret: bool) -> Result<identity_provider::ActiveModel> {
        let Self { name, client_id, mut audiences, mut algorithms, key_set_url, subject_claim } = self;
        if name.trim().is_empty() || !is_bearable(&name) {
            return Err(Error::invalid("name", "a name has 1 to 200 characters"));
        }
        if client_id.as_deref().is_some_and(|id| !is_bearable(id)) {
            return Err(Error::invalid("clientId", "a client id has 1 to 200 characters"));
        }
        if has_secret && client_id.is_none() {
            return Err(Error::invalid("clientSecret", "a secret belongs to a client id"));
        }
        audiences.sort();
        audiences.dedup();
        if audiences.len() > MOST_AUDIENCES || !audiences.iter().all(|audience| is_bearable(audience)) {
            return Err(Error::invalid("audiences", "at most ten audiences, each of 1 to 200 characters"));
        }
        // What a provider tells a client of a sign-in is made for the client id. It is no access token, and many see it.
        if client_id.as_ref().is_some_and(|id| audiences.contains(id)) {
            return Err(Error::invalid(
                "audiences",
                "bearer tokens need an audience of their own, not the client id",
            ));
        }
        if client_id.is_none() && audiences.is_empty() {
            return Err(Error::invalid(
                "audiences",
                "without a client id and audiences it would vouch for nobody",
            ));
        }
        algorithms.sort();
        algorithms.dedup();
        if algorithms.is_empty() {
            return Err(Error::invalid("algorithms", "name at least one algorithm"));
        }
        if let Some(url) = &key_set_url {
            callable(write, "keySetUrl", url)?;
        }
        if !is_bearable(&subject_claim) || NO_SUBJECT.contains(&subject_claim.as_str()) {
            return Err(Error::invalid(
                "subjectClaim",
                "this claim does not say who somebody is; most providers use `sub`",
            ));
        }
        Ok(identity_provider::ActiveModel {
            name: Set(name),
            client_id: Set(client_id),
            audiences: Set(audiences),
            algorithms: Set(algorithms.iter().map(ActiveEnum::to_value).collect()),
            key_set_url: Set(key_set_url),
            subject_claim: Set(subject_claim),
            ..Default::default()
        })
    }
}

fn settled(stated: MaybeUndefined<String>, held: Option<String>) -> Option<String> {
    match stated {
        MaybeUndefined::Undefined => held,
        MaybeUndefined::Null => None,
        MaybeUndefined::Value(value) => Some(value),
    }
}

fn callable(write: &Write, field: &str, url: &str) -> Result<()> {
    let reach = write.app().federation().outside().reach();
    reach.fit(url).map(drop).map_err(|sentence| Error::invalid(field, sentence))
}

fn is_bearable(text: &str) -> bool {
    (1..=LONGEST_NAME).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

fn is_slug(text: &str) -> bool {
    let edge =
        |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let bytes = text.as_bytes();
    let inner = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-';
    bytes.len() <= 63 && edge(bytes.first()) && edge(bytes.last()) && bytes.iter().all(inner)
}

fn seal(write: &Write, id: Id<identity_provider::Entity>, secret: &str) -> Result<Vec<u8>> {
    if !(1..=LONGEST_SECRET).contains(&secret.len()) {
        return Err(Error::invalid("clientSecret", "a secret has 1 to 600 bytes"));
    }
    Ok(write.keys().seal_secret(&secret_place(write.tenant_id(), id), secret.as_bytes())?)
}

/// Where the secret of a provider is stored.
pub fn secret_place(tenant_id: uuid::Uuid, id: Id<identity_provider::Entity>) -> Place<'static> {
    Place { tenant_id, table: "identity_providers", column: "client_secret", row_id: id.uuid() }
}
