//! Callers with a token that an identity provider of their organization signed (RFC 9068, or any JWT made for us).
//!
//! Nothing is read before the tenant is known, and a provider does not know our tenants: the caller names the organization
//! in the header `X-Organization`. That is no credential. The provider is looked up among those of that tenant, so a token of
//! another tenant's provider finds none.
//!
//! One statement reads the provider that the token claims to come from and the user whom it claims to speak of. The token is
//! believed afterwards, under what the row says; a claim that is not proved has then been good for a look-up and nothing more.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{consent::purpose::Purpose, platform::audit_log::AuditCredential};
use sea_orm::{FromQueryResult, QueryResult, Statement, Value};
use uuid::Uuid;

use super::{Claim, ROOT_KEYS, Viewer, read_purpose};
use crate::http::SessionCookie;
use crate::kernel::{
    access::{PrincipalRow, principal_sql},
    app::App,
    crypto::{CryptoError, KeySet, SignatureAlgorithm, SignedToken, TenantKeys},
    error::{Error, Result},
    federation::Source,
};

/// By how much the clock of a provider may differ from ours.
pub(crate) const LEEWAY: TimeDelta = TimeDelta::seconds(60);
/// The longest issuer, subject and name of a claim that are stored.
const LONGEST_CLAIM: usize = 200;
/// The most claims that are looked up; those of a token that any provider makes are some dozens.
const MOST_CLAIMS: usize = 200;

/// What a caller presents.
#[derive(Debug)]
pub(in crate::kernel) enum Presented {
    /// A token that this server gave out.
    Token(Claim),
    /// A token that an identity provider signed.
    Signed(Box<SignedClaim>),
}

/// A signed token before anyone is believed.
#[derive(Debug)]
pub(in crate::kernel) struct SignedClaim {
    tenant_id: Uuid,
    token: SignedToken,
    purpose: Option<Purpose>,
}

impl Presented {
    /// Reads the headers; `None` is an anonymous caller. A token with dots is one of a provider: ours have none.
    pub(in crate::kernel) async fn read(
        app: &App,
        authorization: Option<&str>,
        organization: Option<&str>,
        cookie: Option<&SessionCookie>,
        purpose: Option<&str>,
    ) -> Result<Option<Self>> {
        let signed = authorization
            .and_then(|text| text.split_once(' '))
            .filter(|(scheme, token)| scheme.eq_ignore_ascii_case("bearer") && token.contains('.'));
        let Some((_, text)) = signed else {
            return Ok(Claim::read(authorization, cookie, purpose)?.map(Self::Token));
        };
        let purpose = purpose.map(read_purpose).transpose()?;
        let organization = organization.ok_or(Error::Unauthenticated(
            "a signed token needs the header `X-Organization` with the organization's short name, such as `demo`",
        ))?;
        let token = SignedToken::parse(text.trim()).map_err(|_| Claim::refused())?;
        let tenant_id = tenant(app, organization).await?.ok_or_else(Claim::refused)?;
        Ok(Some(Self::Signed(Box::new(SignedClaim { tenant_id, token, purpose }))))
    }

    pub(in crate::kernel) fn tenant_id(&self) -> Uuid {
        match self {
            Self::Token(claim) => claim.tenant_id(),
            Self::Signed(claim) => claim.tenant_id,
        }
    }

    /// The statement that reads everything about the caller, and the tenant's root keys when they are not at hand.
    pub(in crate::kernel) fn statement(&self, needs_root_keys: bool) -> Statement {
        match self {
            Self::Token(claim) => claim.statement(needs_root_keys),
            Self::Signed(claim) => claim.statement(needs_root_keys),
        }
    }

    /// Whose keys have to be fetched before the caller can be believed or refused.
    pub(in crate::kernel) fn wants_keys(
        &self,
        app: &App,
        row: Option<&QueryResult>,
    ) -> Result<Option<Source>> {
        match (self, row) {
            (Self::Signed(claim), Some(row)) => {
                let source = ProviderRow::from_query_result(row, "")?.source(claim.tenant_id);
                Ok(Some(source).filter(|source| claim.keys(app, source).is_none()))
            }
            _ => Ok(None),
        }
    }

    /// Fetches them. Whether that helped, [`believe`](Self::believe) says.
    pub(in crate::kernel) async fn fetch_keys(&self, app: &App, source: &Source) {
        if let Self::Signed(claim) = self {
            let _ = app.federation().keys(source, claim.token.key_id(), app.clock().now()).await;
        }
    }

    /// Believes the caller, or not: every refusal reads the same.
    pub(in crate::kernel) fn believe(
        &self,
        app: &App,
        row: &QueryResult,
        keys: &TenantKeys,
    ) -> Result<Viewer> {
        match self {
            Self::Token(claim) => claim.believe(row, keys, app.clock().now()),
            Self::Signed(claim) => {
                let believed = claim.believe(app, row);
                let outcome = match &believed {
                    Ok(_) => "accepted",
                    Err(Error::Unauthenticated(_)) => "refused",
                    Err(_) => "failed",
                };
                metrics::counter!("consentry_signed_tokens_total", "outcome" => outcome).increment(1);
                believed
            }
        }
    }

    /// What the record names when the caller is refused although there is a row.
    pub(in crate::kernel) fn named_by(&self, row: &QueryResult) -> Option<(&'static str, Uuid)> {
        match self {
            Self::Token(claim) => Some(claim.credential()),
            Self::Signed(_) => Some(("IDENTITY_PROVIDER", row.try_get("", "provider_id").ok()?)),
        }
    }
}

/// The tenant of this short name. Looked up seldom: whether it is active, the statement reads each time.
async fn tenant(app: &App, organization: &str) -> Result<Option<Uuid>> {
    let known = app.federation().organizations();
    if let Some(id) = known.get(organization) {
        return Ok(Some(id));
    }
    let found = app.tenant_by_slug(organization).await?;
    if let Some(id) = found {
        known.insert(organization.to_owned(), id);
    }
    Ok(found)
}

impl SignedClaim {
    fn statement(&self, needs_root_keys: bool) -> Statement {
        let columns =
            format!(", c.id as provider_id, c.issuer, c.audiences, c.algorithms, c.key_set_url{ROOT_KEYS}");
        // The name of the claim comes from a row, so all claims are joined: a function over the row's column would keep
        // PostgreSQL from looking the user up by an index beneath row-level security.
        let source = "(select p.id, p.issuer, p.audiences, p.algorithms, p.key_set_url, claim.value as subject
                from unnest($4::text[], $5::text[]) as claim (name, value)
                join identity_providers p on p.tenant_id = $1 and p.issuer = $2 and p.subject_claim = claim.name
                    and p.status = 'ACTIVE' and p.deleted_at is null) c
            left join users u on u.tenant_id = $1 and u.issuer = c.issuer and u.subject = c.subject
                and u.deleted_at is null";
        let claims = self.token.unverified();
        let storable = |text: &str| text.len() <= LONGEST_CLAIM && !text.chars().any(char::is_control);
        let (names, values): (Vec<String>, Vec<String>) = claims
            .texts()
            .filter(|(name, value)| storable(name) && storable(value) && !value.is_empty())
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .take(MOST_CLAIMS)
            .unzip();
        let issuer = claims.issuer().filter(|issuer| storable(issuer)).unwrap_or_default();
        let values = [
            Value::from(self.tenant_id),
            Value::from(issuer),
            Value::from(needs_root_keys),
            Value::from(names),
            Value::from(values),
        ];
        Statement::from_sql_and_values(sea_orm::DbBackend::Postgres, principal_sql(&columns, source), values)
    }

    fn keys(&self, app: &App, source: &Source) -> Option<std::sync::Arc<KeySet>> {
        app.federation().keys_at_hand(source, self.token.key_id(), app.clock().now())
    }

    fn believe(&self, app: &App, row: &QueryResult) -> Result<Viewer> {
        let now = app.clock().now();
        let provider = ProviderRow::from_query_result(row, "")?;
        let keys = self.keys(app, &provider.source(self.tenant_id)).ok_or(Error::Unavailable)?;
        self.prove(&provider, &keys, now).map_err(|_| Claim::refused())?;
        // The token is genuine; whether we know whom it speaks of is another question.
        if row.try_get::<Option<Uuid>>("", "user_id")?.is_none() {
            return Err(Claim::refused());
        }
        let mut principal = PrincipalRow::from_query_result(row, "")?.into_principal(self.tenant_id, now)?;
        if !principal.is_active() {
            return Err(Claim::refused());
        }
        principal.emergencies.clear();
        // A program brings it, on behalf of somebody: it says what for with each request.
        principal.purpose = self.purpose;
        Ok(Viewer {
            principal,
            credential: AuditCredential::SignedToken,
            credential_id: Some(provider.provider_id),
            in_cookie: false,
            proved_at: None,
            asked_at: now,
            used: None,
        })
    }

    fn prove(&self, provider: &ProviderRow, keys: &KeySet, now: DateTime<Utc>) -> Result<(), CryptoError> {
        let claims = self.token.verify(keys, &algorithms(&provider.algorithms))?;
        claims.check_times(now, LEEWAY)?;
        let ours = claims.issuer() == Some(&provider.issuer)
            && claims.audiences().any(|audience| provider.audiences.iter().any(|known| known == audience));
        // A token that is bound to a key is good for whoever proves to have the key, which nobody does here (RFC 7800).
        let bound = claims.get("cnf").is_some();
        if ours && !bound && is_access_token(self.token.media_type()) {
            Ok(())
        } else {
            Err(CryptoError::NotAuthentic)
        }
    }
}

/// The algorithms by the names that are stored.
pub(crate) fn algorithms(names: &[String]) -> Vec<SignatureAlgorithm> {
    let known = SignatureAlgorithm::ALL.into_iter();
    known.filter(|known| names.iter().any(|name| name.eq_ignore_ascii_case(known.name()))).collect()
}

/// Whether a token says that it is one of those that are presented by their bearer, or does not say what it is. A provider
/// signs other things with the same keys: proofs, events, orders to sign out.
fn is_access_token(media_type: Option<&str>) -> bool {
    let Some(media_type) = media_type.map(str::to_ascii_lowercase) else { return true };
    ["jwt", "at+jwt"].contains(&media_type.strip_prefix("application/").unwrap_or(&media_type))
}

#[derive(FromQueryResult)]
struct ProviderRow {
    provider_id: Uuid,
    issuer: String,
    audiences: Vec<String>,
    algorithms: Vec<String>,
    key_set_url: Option<String>,
}

impl ProviderRow {
    fn source(&self, tenant_id: Uuid) -> Source {
        Source { tenant_id, issuer: self.issuer.clone(), key_set_url: self.key_set_url.clone() }
    }
}
