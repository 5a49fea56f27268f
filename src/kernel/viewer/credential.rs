//! Where the credentials of programs and partners stand, and what is read of any credential.

use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use uuid::Uuid;

use super::STORED_EVERY;
use crate::kernel::{database::Mode, error::Result, session::Slot};

/// An access token ends with its session or its client, whichever gave it out.
pub(super) const ACCESS_TOKEN: &str = "
    select t.user_id, t.token_digest, t.expires_at, coalesce(t.revoked_at, s.ended_at, p.revoked_at) as ended_at,
        t.scopes, t.purpose::text as bound_purpose, t.kind::text as token_kind, t.organization_id, t.last_used_at
    from access_tokens t
    left join sessions s on s.tenant_id = $1 and s.id = t.session_id
    left join partner_clients p on p.tenant_id = $1 and p.id = t.partner_client_id
    where t.tenant_id = $1 and t.id = $2 and t.deleted_at is null and t.kind in ('ACCESS', 'API')";

/// The user of a key is whoever gave it out: it may do no more than they may.
pub(super) const API_KEY: &str = "
    select creator_id as user_id, secret_mac as token_digest, expires_at, revoked_at as ended_at, scopes,
        purpose::text as bound_purpose, null::text as token_kind, organization_id, last_used_at
    from api_keys where tenant_id = $1 and id = $2 and deleted_at is null";

/// A partner's organization and those above it, without the tenant's own: a consent for a district covers its schools.
pub(in crate::kernel) const ORGANIZATIONS: &str =
    ", c.organization_id, case when c.organization_id is not null then array(
    with recursive above as (
        select o.id, o.parent_organization_id from organizations o
        where o.tenant_id = $1 and o.id = c.organization_id and o.deleted_at is null
        union
        select o.id, o.parent_organization_id from organizations o
        join above b on o.id = b.parent_organization_id
        where o.tenant_id = $1 and o.deleted_at is null)
    select id from above where id <> $1) end as organizations";

/// What is read of a credential besides whose it is.
#[derive(FromQueryResult)]
pub(super) struct CredentialRow {
    pub(super) token_digest: Vec<u8>,
    pub(super) expires_at: DateTime<Utc>,
    pub(super) ended_at: Option<DateTime<Utc>>,
    pub(super) scopes: Option<Vec<String>>,
    pub(super) bound_purpose: Option<String>,
    pub(super) token_kind: Option<String>,
    pub(super) organization_id: Option<Uuid>,
    pub(super) organizations: Option<Vec<Uuid>>,
    pub(super) last_used_at: Option<DateTime<Utc>>,
    pub(super) last_seen_at: Option<DateTime<Utc>>,
    pub(super) idle_at: Option<DateTime<Utc>>,
    pub(super) proved_at: Option<DateTime<Utc>>,
}

impl CredentialRow {
    /// Whether the last use that is stored is too old to be told.
    pub(super) fn is_stale(&self, now: DateTime<Utc>) -> bool {
        self.last_used_at.or(self.last_seen_at).is_none_or(|used| used <= now - STORED_EVERY)
    }
}

/// A row that is to say that it was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::kernel) enum Used {
    AccessToken(Uuid),
    ApiKey(Uuid),
    Session(Uuid),
}

impl Slot {
    /// Stores when the credential was last used, at most once a minute and after the request's own transactions, so that a
    /// request never holds two connections. That it could not be stored is no reason to refuse the answer.
    pub(in crate::kernel) async fn note_use(&self) {
        let Some((viewer, used)) = self.viewer().and_then(|viewer| Some((viewer, viewer.used()?))) else {
            return;
        };
        if let Err(error) = self.store_use(viewer.tenant_id(), viewer.asked_at(), used).await {
            tracing::warn!(request_id = %self.origin().request_id, %error, "the use of a credential was not stored");
        }
    }

    async fn store_use(&self, tenant_id: Uuid, now: DateTime<Utc>, used: Used) -> Result<()> {
        let app = self.app();
        let mut transaction =
            crate::kernel::database::begin(app.pool(), Mode::Write, tenant_id, None).await?;
        let (id, sql) = match used {
            Used::AccessToken(id) => (id, STORE_TOKEN),
            Used::ApiKey(id) => (id, STORE_KEY),
            Used::Session(id) => (id, STORE_SESSION),
        };
        sqlx::query(sql)
            .bind(tenant_id)
            .bind(id)
            .bind(now)
            .bind(now - STORED_EVERY)
            .bind(f64::from(i32::try_from(STORED_EVERY.num_seconds()).unwrap_or(i32::MAX)))
            .persistent(app.keeps_statements())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }
}

// Of requests that come at once, one stores it and none waits: whoever stored it meanwhile has the row locked, or has stored
// a time that will do. `$5` is of use to sessions alone.
const STORE_TOKEN: &str = "update access_tokens set last_used_at = $3
    where tenant_id = $1 and $5 > 0 and id = (
        select id from access_tokens where tenant_id = $1 and id = $2 and (last_used_at is null or last_used_at <= $4)
        for no key update skip locked)";
const STORE_KEY: &str = "update api_keys set last_used_at = $3
    where tenant_id = $1 and $5 > 0 and id = (
        select id from api_keys where tenant_id = $1 and id = $2 and (last_used_at is null or last_used_at <= $4)
        for no key update skip locked)";
const STORE_SESSION: &str =
    "update sessions set last_seen_at = $3, idle_at = $3 + make_interval(secs => idle_seconds + $5)
    where tenant_id = $1 and id = (
        select id from sessions where tenant_id = $1 and id = $2 and ended_at is null and last_seen_at <= $4
        for no key update skip locked)";
