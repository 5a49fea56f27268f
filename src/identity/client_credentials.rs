//! Access for clients of partners: an assertion that the client signed, for a token of five minutes (RFC 7523, RFC 6749
//! section 4.4, SMART Backend Services).

use std::str::FromStr;

use chrono::TimeDelta;
use entity::{
    Id,
    identity::{
        access_token::{self, AccessTokenKind},
        partner_assertion, partner_client,
        permission::Permission,
    },
    platform::audit_log::AuditAction,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition};
use secrecy::SecretString;
use sha2::{Digest, Sha256};

use super::partner_client::{ALGORITHMS, ClientId};
use crate::kernel::{
    access::{load_principals, partner_permissions},
    crypto::{BearerToken, BearerTokenKind, KeySet, SignedToken},
    error::Result,
    session::Slot,
    write::Write,
};

/// How long the access lasts.
const LASTS: TimeDelta = TimeDelta::minutes(5);
/// How far ahead an assertion may end.
const FARTHEST_END: TimeDelta = TimeDelta::minutes(5);
/// How much the clocks of a client and of the server may differ.
const LEEWAY: TimeDelta = TimeDelta::seconds(30);
const LONGEST_TOKEN_ID: usize = 200;

/// What a client asks for.
#[derive(Debug)]
pub struct Request<'r> {
    /// The signed assertion.
    pub assertion: &'r str,
    /// The client's id, if it stated it beside the assertion.
    pub client_id: Option<&'r str>,
    /// Keys of permissions, separated by spaces; all that it was given when left out.
    pub scope: Option<&'r str>,
    /// The URL of the token endpoint, which the assertion has to be made for.
    pub audience: &'r str,
}

/// Access that was given.
pub struct Grant {
    /// The access token.
    pub token: SecretString,
    /// For how many seconds it is good.
    pub expires_in: i64,
    /// Keys of permissions, separated by spaces.
    pub scope: String,
}

/// Why no access was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The client is not believed: one answer for every reason.
    Client,
    /// A believed client asks for what it was not given.
    Scope,
}

/// Gives access, or not; either is recorded.
///
/// # Errors
///
/// Those of the database; `UNAVAILABLE` when it is busy.
pub async fn grant(slot: &Slot, request: Request<'_>) -> Result<Result<Grant, Refusal>> {
    let Some((client_id, assertion)) = claimed(&request) else { return disbelieved(slot, None).await };
    let Some(tenant_id) = slot.app().active_tenant(client_id.tenant_id).await? else {
        return disbelieved(slot, None).await;
    };
    let wanted = request.scope.map(read_scope);
    let audience = request.audience.to_owned();
    let outcome = slot
        .write_anonymous(tenant_id, |write| {
            Box::pin(answer(write, client_id.id, assertion, audience, wanted))
        })
        .await?;
    match outcome {
        Outcome::Granted(grant) => Ok(Ok(grant)),
        Outcome::Scope => Ok(Err(Refusal::Scope)),
        Outcome::Disbelieved(id) => {
            disbelieved(slot, id.map(|id| (tenant_id, ("PARTNER_CLIENT", id.uuid())))).await
        }
    }
}

async fn disbelieved(
    slot: &Slot,
    owner: Option<(uuid::Uuid, (&'static str, uuid::Uuid))>,
) -> Result<Result<Grant, Refusal>> {
    slot.note_refused(owner, "partner_client.authenticate").await?;
    Ok(Err(Refusal::Client))
}

/// Which client the assertion claims to be of.
fn claimed(request: &Request<'_>) -> Option<(ClientId, SignedToken)> {
    let assertion = SignedToken::parse(request.assertion).ok()?;
    let issuer = assertion.unverified().issuer()?;
    let consistent = assertion.unverified().subject() == Some(issuer)
        && request.client_id.is_none_or(|stated| stated == issuer);
    let client_id = ClientId::parse(issuer).filter(|_| consistent)?;
    Some((client_id, assertion))
}

fn read_scope(scope: &str) -> Vec<String> {
    scope.split(' ').filter(|key| !key.is_empty()).map(str::to_owned).collect()
}

enum Outcome {
    Granted(Grant),
    Scope,
    /// The client when it is one of the tenant's.
    Disbelieved(Option<Id<partner_client::Entity>>),
}

async fn answer(
    write: &Write,
    id: Id<partner_client::Entity>,
    assertion: SignedToken,
    audience: String,
    wanted: Option<Vec<String>>,
) -> Result<Outcome> {
    // Held, so that of two requests with one assertion the second finds what the first left.
    let this = Condition::all().add(partner_client::Column::Id.eq(id));
    let Some(client) = write.find_locked::<partner_client::Entity>(this).await? else {
        return Ok(Outcome::Disbelieved(None));
    };
    let giver = load_principals(write, &[client.creator_id]).await?.pop();
    let Some(giver) = giver.filter(|giver| giver.is_active() && client.revoked_at.is_none()) else {
        return Ok(Outcome::Disbelieved(Some(id)));
    };
    let keys = KeySet::read(client.key_set.to_string().as_bytes())?;
    if !proves(write, &assertion, &keys, &audience) || !spend(write, &client, &assertion).await? {
        return Ok(Outcome::Disbelieved(Some(id)));
    }
    let target = Some(("PARTNER_CLIENT", id.uuid()));
    let permitted = |scope: &&String| {
        client.scopes.contains(scope)
            && partner_permissions().any(|(permission, _)| permission.key() == scope.as_str())
            && Permission::from_str(scope).is_ok_and(|permission| giver.reach(permission).is_some())
    };
    let asked = wanted.as_ref().unwrap_or(&client.scopes);
    let mut scopes: Vec<String> = asked.iter().filter(permitted).cloned().collect();
    scopes.sort_unstable();
    scopes.dedup();
    let beyond = wanted.is_some() && !asked.iter().all(|scope| client.scopes.contains(scope));
    if beyond || scopes.is_empty() {
        write.attempted(AuditAction::SignIn, "partner_client.authenticate", target, Some("SCOPE_REFUSED"));
        return Ok(Outcome::Scope);
    }
    let grant = issue(write, &client, scopes).await?;
    write.attempted(AuditAction::SignIn, "partner_client.authenticate", target, None);
    Ok(Outcome::Granted(grant))
}

/// Whether the assertion was signed with a key of the client, for this endpoint, and for now.
fn proves(write: &Write, assertion: &SignedToken, keys: &KeySet, audience: &str) -> bool {
    // Which key it was signed with has to be said, so that it is tried with no other.
    if assertion.key_id().is_none() {
        return false;
    }
    let Ok(claims) = assertion.verify(keys, ALGORITHMS) else { return false };
    let now = write.now();
    let ends_soon = claims.expires_at().is_some_and(|end| now < end && end <= now + FARTHEST_END + LEEWAY);
    let mut audiences = claims.audiences();
    let for_us = audiences.next() == Some(audience) && audiences.next().is_none();
    ends_soon && for_us && claims.check_times(now, LEEWAY).is_ok()
}

/// Notes that the assertion was taken; false when it was before, or bears no id by which that could be told.
async fn spend(write: &Write, client: &partner_client::Model, assertion: &SignedToken) -> Result<bool> {
    let claims = assertion.unverified();
    let id = claims.token_id().filter(|id| (1..=LONGEST_TOKEN_ID).contains(&id.len()));
    let (Some(id), Some(expires_at)) = (id, claims.expires_at()) else { return Ok(false) };
    let token_digest = Sha256::digest(id.as_bytes()).to_vec();
    let of_client = || Condition::all().add(partner_assertion::Column::PartnerClientId.eq(client.id));
    let ended = of_client().add(partner_assertion::Column::ExpiresAt.lte(write.now()));
    write.erase::<partner_assertion::Entity>(ended).await?;
    let same = of_client().add(partner_assertion::Column::TokenDigest.eq(token_digest.clone()));
    if write.find::<partner_assertion::Entity>(same).await?.is_some() {
        return Ok(false);
    }
    write
        .insert(partner_assertion::ActiveModel {
            id: Set(write.new_id()),
            partner_client_id: Set(client.id),
            token_digest: Set(token_digest),
            expires_at: Set(expires_at),
            ..Default::default()
        })
        .await?;
    Ok(true)
}

async fn issue(write: &Write, client: &partner_client::Model, scopes: Vec<String>) -> Result<Grant> {
    let id = write.new_id::<access_token::Entity>();
    let token = BearerToken::mint(BearerTokenKind::Access, write.tenant_id(), id.uuid())?;
    let scope = scopes.join(" ");
    write
        .insert(access_token::ActiveModel {
            id: Set(id),
            user_id: Set(client.creator_id),
            kind: Set(AccessTokenKind::Access),
            name: Set(client.name.clone()),
            token_digest: Set(token.secret_digest().to_vec()),
            scopes: Set(Some(scopes)),
            purpose: Set(Some(client.purpose.clone())),
            organization_id: Set(Some(client.organization_id)),
            partner_client_id: Set(Some(client.id)),
            expires_at: Set(write.now() + LASTS),
            ..Default::default()
        })
        .await?;
    let used = partner_client::ActiveModel { last_used_at: Set(Some(write.now())), ..Default::default() };
    write.update(client.id, None, used).await?;
    metrics::counter!("consentry_tokens_issued_total", "kind" => "CLIENT").increment(1);
    Ok(Grant { token: token.expose(), expires_in: LASTS.num_seconds(), scope })
}
