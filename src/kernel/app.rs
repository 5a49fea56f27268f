//! Everything a request needs that outlives it.

use std::{
    num::NonZeroU32,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use chrono::TimeDelta;
use entity::tenancy::tenant::PLATFORM;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use sea_orm::{FromQueryResult, QueryResult};
use sqlx::PgPool;
use tokio::sync::Notify;
use uuid::Uuid;

use super::{
    access::Principal,
    clock::{Clock, Ids},
    crypto::{KeyProvider, Keyring, TenantKeys},
    database::{self, Mode, NO_TENANT, Pooler},
    error::{Error, Result},
    feature::GlobalFlags,
    federation::{Federation, Reach},
    limit::{Budget, Policies, Spending, TrustedDocuments},
    record::Origin,
    session::Slot,
    sign_in_limit::{RefusedAddresses, refused_addresses},
    sign_in_policy::SignInPolicy,
    viewer::{Viewer, read_roots},
};
use crate::{
    http::{
        Operations,
        guard::{Documents, Limits},
    },
    schema::Schema,
};

/// How long after its beginning a request may still ask the database for something.
const REQUEST_TIME: Duration = Duration::from_secs(15);
/// How long somebody who was invited has to accept, when nobody says otherwise.
const INVITATION_TIME: TimeDelta = TimeDelta::days(7);

/// The running application. Cheap to clone; a server has one for each of its threads, which share all but the pool.
#[derive(Clone)]
pub struct App {
    pool: PgPool,
    pooler: Pooler,
    shared: Arc<Shared>,
}

#[derive(Clone)]
struct Shared {
    keyring: Arc<Keyring>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    schema: Schema,
    documents: Arc<Documents>,
    refused_tokens: Arc<DefaultDirectRateLimiter>,
    refused_addresses: RefusedAddresses,
    sign_in_policy: Arc<SignInPolicy>,
    relay: Arc<Notify>,
    policies: Policies,
    spending: Option<Arc<Spending>>,
    trusted_documents: Arc<TrustedDocuments>,
    global_flags: Arc<GlobalFlags>,
    federation: Federation,
    allow_get: bool,
    request_time: Duration,
    invitation_time: TimeDelta,
    operations: Operations,
    draining: Arc<AtomicBool>,
    public_url: Option<Arc<str>>,
}

/// So many refused tokens and attempts a second are recorded, and so many at once.
const REFUSED_TOKENS: Quota = Quota::per_second(NonZeroU32::new(10).expect("a number"))
    .allow_burst(NonZeroU32::new(100).expect("a number"));

impl App {
    /// Puts the parts together; nothing is connected yet.
    pub fn new(
        pool: PgPool,
        provider: Arc<dyn KeyProvider>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        schema: Schema,
    ) -> Self {
        let documents = Arc::new(Documents::new(Limits::default(), &schema.sdl()));
        let keyring = Arc::new(Keyring::new(provider));
        let shared = Shared {
            keyring,
            clock,
            ids,
            schema,
            documents,
            refused_tokens: Arc::new(RateLimiter::direct(REFUSED_TOKENS)),
            refused_addresses: refused_addresses(),
            sign_in_policy: Arc::default(),
            relay: Arc::default(),
            policies: Policies::default(),
            spending: None,
            trusted_documents: Arc::default(),
            global_flags: Arc::default(),
            federation: Federation::new(Reach::Public, None),
            allow_get: false,
            request_time: REQUEST_TIME,
            invitation_time: INVITATION_TIME,
            operations: Operations::default(),
            draining: Arc::default(),
            public_url: None,
        };
        Self { pool, pooler: Pooler::None, shared: Arc::new(shared) }
    }

    /// The same application on another pool: for another thread's runtime.
    pub fn with_pool(&self, pool: PgPool) -> Self {
        Self { pool, ..self.clone() }
    }

    /// The same application on a pool that was opened through this pooler.
    pub fn through(self, pooler: Pooler) -> Self {
        Self { pooler, ..self }
    }

    /// The same application with another clock and other ids: for demo data that is the same in every run.
    pub fn with_clock(&self, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Self {
        let shared = Shared { clock, ids, ..(*self.shared).clone() };
        Self { shared: Arc::new(shared), ..self.clone() }
    }

    /// The same application, answering queries over `GET` too. A URL ends up in logs and histories, so no server does
    /// this by itself.
    pub fn allowing_get(&self) -> Self {
        let shared = Shared { allow_get: true, ..(*self.shared).clone() };
        Self { shared: Arc::new(shared), ..self.clone() }
    }

    /// The same application, asking identity providers in this way.
    pub fn with_federation(&self, federation: Federation) -> Self {
        let public_url = federation.public_url().map(Arc::from).or_else(|| self.shared.public_url.clone());
        let shared = Shared { federation, public_url, ..(*self.shared).clone() };
        Self { shared: Arc::new(shared), ..self.clone() }
    }

    /// What identity providers publish.
    pub fn federation(&self) -> &Federation {
        &self.shared.federation
    }

    /// The same application with other rules on sessions and signing in.
    pub fn with_sign_in_policy(&self, policy: SignInPolicy) -> Self {
        let shared = Shared { sign_in_policy: Arc::new(policy), ..(*self.shared).clone() };
        Self { shared: Arc::new(shared), ..self.clone() }
    }

    /// How long sessions last, and how often an address may try to sign in.
    pub fn sign_in_policy(&self) -> &SignInPolicy {
        &self.shared.sign_in_policy
    }

    pub(in crate::kernel) fn refused_addresses(&self) -> &RefusedAddresses {
        &self.shared.refused_addresses
    }

    /// The same application, giving requests so much time.
    pub fn with_request_time(&self, request_time: Duration) -> Self {
        let shared = Shared { request_time, ..(*self.shared).clone() };
        Self { shared: Arc::new(shared), ..self.clone() }
    }

    /// The same application, executing documents as these policies say.
    pub fn with_policies(&self, policies: Policies) -> Self {
        let shared = Shared { policies, ..(*self.shared).clone() };
        Self { shared: Arc::new(shared), ..self.clone() }
    }

    /// The same application, in which everybody may spend so much; without this, nothing is counted.
    pub fn with_budget(&self, budget: Budget) -> Self {
        let spending = Some(Arc::new(Spending::new(budget)));
        let shared = Shared { spending, ..(*self.shared).clone() };
        Self { shared: Arc::new(shared), ..self.clone() }
    }

    /// Which documents are executed for whom.
    pub fn policies(&self) -> &Policies {
        &self.shared.policies
    }

    /// What callers spend, if that is counted.
    pub(in crate::kernel) fn spending(&self) -> Option<&Spending> {
        self.shared.spending.as_deref()
    }

    /// The documents that callers may ask for by their id.
    pub fn trusted_documents(&self) -> &TrustedDocuments {
        &self.shared.trusted_documents
    }

    /// The features that are on or off for all tenants.
    pub fn global_flags(&self) -> &GlobalFlags {
        &self.shared.global_flags
    }

    /// The same application, under the URL by which the outside knows it, without a slash at its end.
    pub fn known_as(&self, public_url: &str) -> Self {
        let shared = Shared { public_url: Some(public_url.into()), ..(*self.shared).clone() };
        Self { shared: Arc::new(shared), ..self.clone() }
    }

    /// The URL by which the outside knows the server; none where the operator has not said it.
    pub fn public_url(&self) -> Option<&str> {
        self.shared.public_url.as_deref()
    }

    /// The same application, giving those who are invited so much time.
    pub fn with_invitation_time(&self, invitation_time: TimeDelta) -> Self {
        let shared = Shared { invitation_time, ..(*self.shared).clone() };
        Self { shared: Arc::new(shared), ..self.clone() }
    }

    /// How long somebody who was invited has to accept.
    pub fn invitation_time(&self) -> TimeDelta {
        self.shared.invitation_time
    }

    /// How long after its beginning a request may still ask the database for something. What runs then ends by itself,
    /// and what was decided is still recorded.
    pub fn request_time(&self) -> Duration {
        self.shared.request_time
    }

    /// The operations that run, in all threads.
    pub fn operations(&self) -> &Operations {
        &self.shared.operations
    }

    /// Says from now on, to whoever asks, that new requests should go elsewhere.
    pub fn begin_draining(&self) {
        self.shared.draining.store(true, Ordering::Relaxed);
    }

    /// Whether new requests should go elsewhere.
    pub fn draining(&self) -> bool {
        self.shared.draining.load(Ordering::Relaxed)
    }

    pub(in crate::kernel) const fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Whether statements are prepared under a name: `persistent` of each.
    pub(in crate::kernel) const fn keeps_statements(&self) -> bool {
        self.pooler.keeps_statements()
    }

    /// The injected clock.
    pub fn clock(&self) -> &dyn Clock {
        &*self.shared.clock
    }

    /// The injected source of ids.
    pub fn ids(&self) -> &dyn Ids {
        &*self.shared.ids
    }

    /// The tenants' keys.
    pub fn keyring(&self) -> &Keyring {
        &self.shared.keyring
    }

    /// The schema.
    pub fn schema(&self) -> &Schema {
        &self.shared.schema
    }

    /// Whether one more refused token may be written into the record; a flood of them must not fill the disk.
    pub(crate) fn may_note_refused_token(&self) -> bool {
        self.shared.refused_tokens.check().is_ok()
    }

    /// What checks documents, and keeps those that passed.
    pub fn documents(&self) -> &Documents {
        &self.shared.documents
    }

    /// Tells the relay of this process that an event was committed.
    pub(in crate::kernel) fn wake_relay(&self) {
        self.shared.relay.notify_one();
    }

    /// Completes when an event was committed in this process.
    pub(in crate::kernel) async fn relay_wanted(&self) {
        self.shared.relay.notified().await;
    }

    /// Whether queries are answered over `GET` too.
    pub fn allows_get(&self) -> bool {
        self.shared.allow_get
    }

    /// The keys of a tenant, from the cache or unwrapped now.
    ///
    /// # Errors
    ///
    /// `UNAVAILABLE` while the key provider is down; `INTERNAL` when the tenant has no usable root key.
    pub async fn tenant_keys(&self, tenant_id: Uuid) -> Result<Arc<TenantKeys>> {
        if let Some(keys) = self.keyring().get(tenant_id).await {
            return Ok(keys);
        }
        let mut transaction = database::begin(&self.pool, Mode::Read, tenant_id, None).await?;
        let roots: Option<sea_orm::JsonValue> = sqlx::query_scalar(
            "select json_agg(json_build_object('version', key_version, 'state', state, 'wrapped', encode(wrapped, 'hex')))
            from encryption_keys where tenant_id = $1 and purpose = 'ROOT'",
        )
        .bind(tenant_id)
        .persistent(self.keeps_statements())
        .fetch_one(&mut *transaction)
        .await?;
        transaction.commit().await?;
        let roots = read_roots(roots.unwrap_or(serde_json::json!([])))?;
        Ok(self.keyring().load(tenant_id, roots).await?)
    }

    /// Makes the first root key of a new tenant.
    ///
    /// # Errors
    ///
    /// `UNAVAILABLE` while the key provider is down; those of the database, also when there is one already.
    pub async fn create_root_key(&self, tenant_id: Uuid) -> Result<()> {
        let root = self.keyring().create_root(tenant_id, 1).await?;
        let mut transaction = database::begin(&self.pool, Mode::Write, tenant_id, None).await?;
        sqlx::query(
            "insert into encryption_keys (tenant_id, id, purpose, key_version, wrapped) values ($1, $2, 'ROOT', 1, $3)",
        )
        .bind(tenant_id)
        .bind(self.ids().next())
        .bind(root.wrapped)
        .persistent(self.keeps_statements())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Makes sure that the reserved tenant has a root key: what belongs to nobody is recorded under it.
    ///
    /// # Errors
    ///
    /// `UNAVAILABLE` while the key provider is down; those of the database.
    pub async fn ensure_platform(&self) -> Result<()> {
        if self.tenant_keys(PLATFORM).await.is_ok() {
            return Ok(());
        }
        let made = self.create_root_key(PLATFORM).await;
        // Of two servers that start at once, one makes it.
        self.tenant_keys(PLATFORM).await.map(drop).or(made)
    }

    /// A slot of the operator, who is no user: for the command line.
    pub fn operator(&self, operation: &str) -> Slot {
        Slot::operator(self, None, self.operator_origin(operation))
    }

    fn operator_origin(&self, operation: &str) -> Origin {
        let request_id = format!("operator-{operation}-{}", self.ids().next());
        Origin { request_id, peer: None, user_agent: None, operator: true }
    }

    /// The id of the active tenant with this slug. The only read that happens before a tenant is known.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn tenant_by_slug(&self, slug: &str) -> Result<Option<Uuid>> {
        let mut transaction = database::begin(&self.pool, Mode::Read, NO_TENANT, None).await?;
        let id = sqlx::query_scalar("select id from tenants where slug = $1 and status = 'ACTIVE'")
            .bind(slug)
            .persistent(self.keeps_statements())
            .fetch_optional(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// The tenant of this id, if it is active: before anything is read of a tenant that a caller claims.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn active_tenant(&self, id: Uuid) -> Result<Option<Uuid>> {
        let mut transaction = database::begin(&self.pool, Mode::Read, NO_TENANT, None).await?;
        let id =
            sqlx::query_scalar("select id from tenants where id = $1 and status = 'ACTIVE' and id <> $2")
                .bind(id)
                .bind(PLATFORM)
                .persistent(self.keeps_statements())
                .fetch_optional(&mut *transaction)
                .await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// How many of the migrations that this program knows were applied.
    pub(in crate::kernel) async fn applied_migrations(&self) -> Result<usize> {
        let mut transaction = database::begin(&self.pool, Mode::Read, NO_TENANT, None).await?;
        let applied: i64 =
            sqlx::query_scalar("select count(*) from seaql_migrations where version = any($1)")
                .bind(migration::names())
                .persistent(self.keeps_statements())
                .fetch_one(&mut *transaction)
                .await?;
        transaction.commit().await?;
        usize::try_from(applied).map_err(Error::internal)
    }

    /// A slot with the rights of a user, for the command line and demo data; its record says `OPERATOR`.
    ///
    /// # Errors
    ///
    /// `INTERNAL` when the tenant has no such active user.
    pub async fn act_as(&self, tenant_id: Uuid, user_id: Uuid, operation: &str) -> Result<Slot> {
        let keys = self.tenant_keys(tenant_id).await?;
        let principal = self.principal(tenant_id, user_id).await?;
        let viewer = Viewer::operator(principal, self.clock().now());
        Ok(Slot::operator(self, Some((viewer, keys)), self.operator_origin(operation)))
    }

    async fn principal(&self, tenant_id: Uuid, user_id: Uuid) -> Result<Principal> {
        let sql = super::access::principal_sql(
            "",
            "(select * from users where tenant_id = $1 and id = $2 and deleted_at is null) u",
        );
        let mut transaction = database::begin(&self.pool, Mode::Read, tenant_id, None).await?;
        let row = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(tenant_id)
            .bind(user_id)
            .persistent(self.keeps_statements())
            .fetch_optional(&mut *transaction)
            .await?
            .map(QueryResult::from);
        transaction.commit().await?;
        let row = row.ok_or_else(|| Error::internal("no such user"))?;
        super::access::PrincipalRow::from_query_result(&row, "")?
            .into_principal(tenant_id, self.clock().now())
    }
}
