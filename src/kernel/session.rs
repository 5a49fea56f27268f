//! The only door to the database: one session per query, one more for the result of each mutation.
//!
//! A [`Session`] owns the transaction, the loaders and the record of looks. It is opened lazily from the
//! [`Slot`] that stands in the request's context. [`Core::finish`] writes the record and commits before any
//! body leaves.

use std::{
    future::Future,
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::Instant,
};

use async_graphql::{
    dataloader::{DataLoader, HashMapCache},
    runtime::{Timer, TokioSpawner},
};
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    DataClass, Id,
    identity::user,
    people::{patient, practitioner},
    platform::audit_log::AuditAction,
};
use sea_orm::{ExecResult, QueryResult, Statement};
use sea_query_sqlx::SqlxValues;
use sqlx::{
    AssertSqlSafe, Postgres, Transaction,
    postgres::{PgArguments, PgRow},
};
use uuid::Uuid;

mod slot;

pub use slot::Slot;
pub(in crate::kernel) use slot::note_refused;

use super::{
    access::{
        Action, Ask, DenialReason, PatientFacts, Permit, Principal, Ruling, Subject, decide, load_facts,
    },
    app::App,
    crypto::TenantKeys,
    disclosure::{self, Accounting, Disclosed},
    error::{Error, Result, graphql_name},
    load::{FactsOf, Loader},
    record::{Origin, Record, Written},
    sign_in_policy::SignInPolicy,
    viewer::Viewer,
};

/// One transaction with its record; shared by the loaders and resolvers of a session.
pub struct Core {
    app: App,
    tenant_id: Uuid,
    viewer: Option<Arc<Viewer>>,
    keys: Arc<TenantKeys>,
    origin: Arc<Origin>,
    transaction: tokio::sync::Mutex<Option<Transaction<'static, Postgres>>>,
    record: Mutex<Record>,
    statements: Arc<AtomicU32>,
    /// Until when statements may be sent; an operator has no such limit.
    deadline: Option<Instant>,
    /// The error that ended the transaction before its time.
    broken: OnceLock<Error>,
}

impl Core {
    /// The application.
    pub const fn app(&self) -> &App {
        &self.app
    }

    /// The tenant of the transaction.
    pub const fn tenant_id(&self) -> Uuid {
        self.tenant_id
    }

    /// The present moment of the injected clock.
    pub fn now(&self) -> DateTime<Utc> {
        self.app.clock().now()
    }

    /// How long somebody who was invited has to accept.
    pub fn invitation_time(&self) -> TimeDelta {
        self.app.invitation_time()
    }

    /// A new id.
    pub fn new_id<E>(&self) -> Id<E> {
        Id::new(self.app.ids().next())
    }

    /// The tenant's keys.
    pub fn keys(&self) -> &Arc<TenantKeys> {
        &self.keys
    }

    /// Where the request came from.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// How long sessions last.
    pub fn sign_in_policy(&self) -> &SignInPolicy {
        self.app.sign_in_policy()
    }

    /// Who is signed in.
    ///
    /// # Errors
    ///
    /// `UNAUTHENTICATED` when nobody is.
    pub fn viewer(&self) -> Result<&Viewer> {
        self.viewer.as_deref().ok_or_else(Error::unauthenticated)
    }

    /// The principal of the viewer.
    ///
    /// # Errors
    ///
    /// As [`viewer`](Self::viewer).
    pub fn principal(&self) -> Result<&Principal> {
        self.viewer().map(Viewer::principal)
    }

    /// Runs a statement that returns rows.
    ///
    /// # Errors
    ///
    /// `UNAVAILABLE` when the database is busy or the request's time is over, `INTERNAL` otherwise. The session is over
    /// then: whatever is asked of it afterwards gets the same error.
    pub(in crate::kernel) async fn query(&self, statement: Statement) -> Result<Vec<QueryResult>> {
        let mut guard = self.transaction.lock().await;
        let transaction = self.counted(&mut guard)?;
        let rows: Vec<PgRow> = self.ended_by(self.bound(statement).fetch_all(&mut **transaction).await)?;
        Ok(rows.into_iter().map(QueryResult::from).collect())
    }

    /// Runs a statement that returns nothing.
    ///
    /// # Errors
    ///
    /// As [`query`](Self::query); a broken constraint of `CONSTRAINTS` becomes the error that stands there.
    pub(in crate::kernel) async fn execute(&self, statement: Statement) -> Result<ExecResult> {
        let mut guard = self.transaction.lock().await;
        let transaction = self.counted(&mut guard)?;
        Ok(self.ended_by(self.bound(statement).execute(&mut **transaction).await)?.into())
    }

    /// Runs a statement that returns nothing, with arguments that are bound already.
    ///
    /// # Errors
    ///
    /// As [`query`](Self::query).
    pub(in crate::kernel) async fn execute_with(&self, sql: String, arguments: PgArguments) -> Result<()> {
        let mut guard = self.transaction.lock().await;
        let transaction = self.counted(&mut guard)?;
        let query = sqlx::query_with(AssertSqlSafe(sql), arguments).persistent(self.app.keeps_statements());
        self.ended_by(query.execute(&mut **transaction).await)?;
        Ok(())
    }

    fn bound(&self, statement: Statement) -> sqlx::query::Query<'static, Postgres, SqlxValues> {
        bound(&self.app, statement)
    }

    fn counted<'t>(
        &self,
        transaction: &'t mut Option<Transaction<'static, Postgres>>,
    ) -> Result<&'t mut Transaction<'static, Postgres>> {
        self.unbroken()?;
        in_time(self.deadline)?;
        self.statements.fetch_add(1, Ordering::Relaxed);
        transaction.as_mut().ok_or(Error::Unavailable)
    }

    /// PostgreSQL refuses every further statement of a failed transaction, and does not say why.
    ///
    /// # Errors
    ///
    /// That of the first statement that failed.
    pub(in crate::kernel) fn unbroken(&self) -> Result<()> {
        self.broken.get().map_or(Ok(()), |error| Err(error.clone()))
    }

    /// Keeps the error of a failed statement for those after it.
    fn ended_by<T>(&self, result: sqlx::Result<T>) -> Result<T> {
        result.map_err(|error| self.broken.get_or_init(|| error.into()).clone())
    }

    /// Decides with facts at hand, and puts the look into the record.
    pub(in crate::kernel) fn judge(
        &self,
        look: &Look,
        facts: Option<&Arc<PatientFacts>>,
    ) -> Result<Result<Permit, DenialReason>> {
        let principal = self.principal()?;
        let ask = look.ask(facts.map(Arc::as_ref));
        let ruling = decide(principal, facts.map(Arc::as_ref), ask, self.now());
        count(ask, &ruling);
        // A patient that the tenant does not have cannot stand in its record.
        if facts.is_some() && ask.class != DataClass::Deidentified {
            self.record(|record| record.look(look.patient_id, ask, ruling, look.operation, look.fields));
            if let (Ruling::Permit(grant), Some(facts)) = (ruling, facts)
                && grant.leaves
            {
                self.record(|record| record.leaving().note(facts, ask.class, grant, look.fields));
            }
        }
        match (ruling, facts) {
            (Ruling::Permit(grant), Some(facts)) => {
                let keys = self.keys.clone();
                Ok(Ok(Permit::issue(keys, facts.clone(), ask, grant, principal.purpose)))
            }
            (Ruling::Permit(_), None) => Ok(Err(DenialReason::NotFound)),
            (Ruling::Deny(reason), _) => Ok(Err(reason)),
        }
    }

    /// Loads the facts of one patient and decides.
    ///
    /// # Errors
    ///
    /// Only those of the database; a refusal is the inner `Err`.
    pub async fn decide(&self, look: &Look) -> Result<Result<Permit, DenialReason>> {
        let facts = load_facts(self, &[look.patient_id]).await?.remove(&look.patient_id).map(Arc::new);
        self.judge(look, facts.as_ref())
    }

    /// Notes that this transaction makes the patient.
    pub fn makes_patient(&self, patient: Id<patient::Entity>) {
        self.record(|record| record.makes(patient));
    }

    /// Notes who acts, once somebody proved who they are.
    pub fn acts(&self, user: Id<user::Entity>) {
        self.record(|record| record.acts(user.uuid()));
    }

    /// Puts something written into the record.
    pub fn written(&self, written: Written) {
        self.record(|record| record.written(written));
    }

    /// Puts a sign-in, a sign-out or a refused attempt into the record.
    pub fn attempted(
        &self,
        action: AuditAction,
        operation: &str,
        target: Option<(&'static str, Uuid)>,
        reason: Option<&'static str>,
    ) {
        self.record(|record| record.attempt(action, operation, target, reason));
    }

    fn record<T>(&self, change: impl FnOnce(&mut Record) -> T) -> T {
        change(&mut self.record.lock().expect("nothing panics while it holds the record"))
    }

    /// Writes the accounting of what leaves and the record, and commits. Whatever was decided may leave only after this has
    /// returned `Ok`.
    ///
    /// # Errors
    ///
    /// One of them could not be written or the commit failed: nothing may be shown.
    pub(in crate::kernel) async fn finish(&self) -> Result<Vec<Disclosed>> {
        let mut record = self.record(std::mem::take);
        let leaving = std::mem::take(record.leaving());
        let rows = record.len();
        let mut guard = self.transaction.lock().await;
        // A transaction whose statement failed ends without a commit, which PostgreSQL would turn into a rollback.
        let Some(mut transaction) = guard.take().filter(|_| self.unbroken().is_ok()) else {
            return if record.is_empty() { Ok(Vec::new()) } else { Err(Error::Unavailable) };
        };
        let disclosed = match self.viewer.as_deref().filter(|_| !leaving.is_empty()) {
            Some(viewer) => self.accounting(viewer).write(leaving, &mut transaction).await?,
            None => Vec::new(),
        };
        if !record.is_empty() {
            self.statements.fetch_add(1, Ordering::Relaxed);
            let ids = self.app.ids();
            record
                .into_query(
                    self.tenant_id,
                    self.viewer.as_deref(),
                    &self.origin,
                    &self.keys,
                    self.app.clock().now(),
                    || ids.next(),
                )
                .persistent(self.app.keeps_statements())
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        if rows > 0 {
            metrics::counter!("consentry_audit_rows_written_total").increment(rows as u64);
        }
        if !disclosed.is_empty() {
            metrics::counter!("consentry_disclosures_total", "basis" => "CONSENT")
                .increment(disclosed.len() as u64);
        }
        Ok(disclosed)
    }

    fn accounting<'a>(&'a self, viewer: &'a Viewer) -> Accounting<'a> {
        self.statements.fetch_add(disclosure::STATEMENTS, Ordering::Relaxed);
        Accounting {
            tenant_id: self.tenant_id,
            viewer,
            origin: &self.origin,
            keys: &self.keys,
            ids: self.app.ids(),
            now: self.app.clock().now(),
            keeps_statements: self.app.keeps_statements(),
        }
    }

    /// Rolls everything back, and returns what must be recorded all the same: every refusal, and the looks too when the
    /// caller is `told` of what stands there.
    async fn abandon(&self, told: bool) -> Record {
        drop(self.transaction.lock().await.take());
        let record = self.record(std::mem::take);
        record.after_rollback(told)
    }
}

fn count(ask: Ask, ruling: &Ruling) {
    let action = match ask.action {
        Action::View => "VIEW",
        Action::Search => "SEARCH",
        Action::Export => "EXPORT",
        Action::Disclose => "DISCLOSE",
        Action::Write => "WRITE",
    };
    let reason = match ruling {
        Ruling::Permit(_) => "PERMIT",
        Ruling::Deny(reason) => reason.code(),
    };
    let class = graphql_name(ask.class);
    metrics::counter!("consentry_decisions_total", "action" => action, "class" => class, "reason" => reason)
        .increment(1);
}

/// Nothing that is asked after the deadline is worth the work: the caller has mostly gone. Only the next statement is
/// refused, never one that runs, since others may wait for its rows.
fn in_time(deadline: Option<Instant>) -> Result<()> {
    match deadline {
        Some(deadline) if Instant::now() >= deadline => Err(Error::Unavailable),
        _ => Ok(()),
    }
}

fn bound(app: &App, statement: Statement) -> sqlx::query::Query<'static, Postgres, SqlxValues> {
    let Statement { sql, values, .. } = statement;
    let values = SqlxValues(values.unwrap_or(sea_orm::Values(Vec::new())));
    sqlx::query_with(AssertSqlSafe(sql), values).persistent(app.keeps_statements())
}

/// One look at protected data of one patient.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Whose.
    pub patient_id: Id<patient::Entity>,
    /// The least class of what is looked at.
    pub floor: DataClass,
    /// The label of the row; `None` takes the label of the patient's own row.
    pub label: Option<DataClass>,
    /// What is to be done.
    pub action: super::access::Action,
    /// What kind of record it is.
    pub subject: Subject,
    /// The operation, as a key: `patient.identity`.
    pub operation: &'static str,
    /// Which fields.
    pub fields: &'static [&'static str],
    /// Who wrote what is looked at, where that matters: notes kept apart.
    pub author: Option<Id<practitioner::Entity>>,
}

impl Look {
    /// The question to the decision: of the class that the label makes of the floor.
    pub(in crate::kernel) fn ask(&self, facts: Option<&PatientFacts>) -> Ask {
        let Self { floor, label, action, subject, author, .. } = *self;
        let label = label.or(facts.map(|facts| facts.label)).unwrap_or(floor);
        Ask { floor, class: floor.stricter(label), action, subject, author }
    }
}

/// A read transaction with its loaders: one snapshot.
pub struct Session {
    core: Arc<Core>,
    loader: DataLoader<Loader, HashMapCache>,
    touches: Arc<AtomicU64>,
}

impl Session {
    fn new(core: Core) -> Arc<Self> {
        let core = Arc::new(core);
        let touches = Arc::new(AtomicU64::new(0));
        let loader = DataLoader::with_cache(
            Loader::new(core.clone()),
            TokioSpawner::current(),
            YieldingTimer { touches: touches.clone() },
            HashMapCache::default(),
        );
        Arc::new(Self { core, loader, touches })
    }

    /// The transaction.
    pub fn core(&self) -> &Arc<Core> {
        &self.core
    }

    /// The loaders. Asking for them counts as a key, so that a batch waits for all that are on their way.
    pub(in crate::kernel) fn loader(&self) -> &DataLoader<Loader, HashMapCache> {
        self.touches.fetch_add(1, Ordering::Relaxed);
        &self.loader
    }
}

impl Session {
    /// Decides on many looks with one statement of facts, and records them all. Refused ones are missing in the result.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn decide_all(&self, looks: &[Look]) -> Result<Vec<(Id<patient::Entity>, Permit)>> {
        let keys = looks.iter().map(|look| FactsOf(look.patient_id));
        let facts = self.loader().load_many(keys).await?;
        let mut permits = Vec::new();
        for look in looks {
            let facts = facts.get(&FactsOf(look.patient_id));
            if let Ok(permit) = self.core.judge(look, facts)? {
                permits.push((look.patient_id, permit));
            }
        }
        Ok(permits)
    }
}

/// Batches by yielding to the scheduler until no more keys come, instead of sleeping: a list of hundreds of parents is
/// one batch, and a single key does not wait for a timer. Needs the request's task and the loader's to share one
/// thread, as the server's current-thread runtimes do.
struct YieldingTimer {
    touches: Arc<AtomicU64>,
}

impl Timer for YieldingTimer {
    fn delay(&self, _: std::time::Duration) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send + 'static>> {
        let touches = self.touches.clone();
        Box::pin(async move {
            let mut seen = touches.load(Ordering::Relaxed);
            let mut quiet = 0;
            while quiet < 2 {
                tokio::task::yield_now().await;
                let now = touches.load(Ordering::Relaxed);
                quiet = if now == seen { quiet + 1 } else { 0 };
                seen = now;
            }
        })
    }
}
