//! The slot of a request: it opens sessions, and puts a new one in after each mutation.

use std::{
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Instant,
};

use async_graphql::Value;
use axum::http::{HeaderName, HeaderValue};
use entity::{platform::audit_log::AuditAction, tenancy::tenant::PLATFORM};
use sea_orm::QueryResult;
use uuid::Uuid;

use super::{Core, Session, bound, in_time};
use crate::kernel::{
    access::load_facts,
    app::App,
    crypto::TenantKeys,
    database::{self, Mode},
    disclosure::{Disclosed, accompanying},
    error::{Error, Result},
    limit::Spent,
    record::Origin,
    viewer::{Claim, Presented, Viewer},
};

/// What stands in the request's context: it opens sessions and puts a new one in after each mutation.
#[derive(Clone)]
pub struct Slot(Arc<SlotInner>);

struct SlotInner {
    app: App,
    origin: Arc<Origin>,
    viewer: Option<Arc<Viewer>>,
    keys: Option<Arc<TenantKeys>>,
    current: tokio::sync::Mutex<Option<Arc<Session>>>,
    statements: Arc<AtomicU32>,
    deadline: Option<Instant>,
    /// A finished session could not write its record: the whole answer must stay inside.
    unrecorded: AtomicBool,
    committed: AtomicBool,
    spent: OnceLock<Spent>,
    /// What goes with the answer.
    headers: Mutex<Vec<(HeaderName, HeaderValue)>>,
    /// What left the program in the sessions that were finished.
    disclosed: Mutex<Vec<Disclosed>>,
}

impl Slot {
    /// Reads who calls, on the transaction that the query will go on with.
    pub(in crate::kernel) async fn open(
        app: &App,
        claim: Option<Presented>,
        origin: Arc<Origin>,
    ) -> Result<Self> {
        let statements = Arc::new(AtomicU32::new(0));
        let deadline = Instant::now().checked_add(app.request_time());
        let (viewer, keys, current) = match claim {
            None => (None, None, None),
            Some(claim) => {
                let tenant_id = claim.tenant_id();
                let mut keys_fetched = false;
                let (transaction, cached, row) = loop {
                    let mut transaction = database::begin(app.pool(), Mode::Read, tenant_id, None).await?;
                    let cached = app.keyring().get(tenant_id).await;
                    let row = bound(app, claim.statement(cached.is_none()))
                        .fetch_optional(&mut *transaction)
                        .await?
                        .map(QueryResult::from);
                    let Some(source) = claim.wants_keys(app, row.as_ref())?.filter(|_| !keys_fetched) else {
                        break (transaction, cached, row);
                    };
                    // Nobody's connection waits for somebody else's machine.
                    drop(transaction);
                    claim.fetch_keys(app, &source).await;
                    keys_fetched = true;
                };
                let (viewer, keys) = match believe(app, &claim, cached, row.as_ref()).await {
                    Ok(believed) => believed,
                    Err(error @ Error::Unauthenticated(_)) => {
                        drop(transaction);
                        let owner = row.and_then(|row| claim.named_by(&row)).map(|named| (tenant_id, named));
                        note_refused(app, owner, origin, "token.present", "INVALID_CREDENTIALS").await?;
                        return Err(error);
                    }
                    Err(error) => return Err(error),
                };
                let viewer = Arc::new(viewer);
                let mut core = Core {
                    app: app.clone(),
                    tenant_id,
                    viewer: Some(viewer.clone()),
                    keys: keys.clone(),
                    origin: origin.clone(),
                    transaction: tokio::sync::Mutex::new(Some(transaction)),
                    record: Mutex::default(),
                    statements: statements.clone(),
                    deadline,
                    broken: OnceLock::new(),
                };
                let viewer = grown_up(&mut core, viewer).await?;
                (Some(viewer), Some(keys), Some(Session::new(core)))
            }
        };
        Ok(Self(Arc::new(SlotInner {
            app: app.clone(),
            origin,
            viewer,
            keys,
            current: tokio::sync::Mutex::new(current),
            statements,
            deadline,
            unrecorded: false.into(),
            committed: false.into(),
            spent: OnceLock::new(),
            headers: Mutex::default(),
            disclosed: Mutex::default(),
        })))
    }

    /// A slot of nobody, for what is no part of the request. The session of this one ends first, so that the request holds
    /// one connection.
    pub(in crate::kernel) async fn apart(&self) -> Self {
        self.finish_current().await;
        Self::anonymous(&self.0.app, self.0.origin.clone())
    }

    /// A slot of somebody who is not believed, or not yet.
    pub(crate) fn anonymous(app: &App, origin: Arc<Origin>) -> Self {
        Self(Arc::new(SlotInner {
            app: app.clone(),
            origin,
            viewer: None,
            keys: None,
            current: tokio::sync::Mutex::new(None),
            statements: Arc::default(),
            deadline: Instant::now().checked_add(app.request_time()),
            unrecorded: false.into(),
            committed: false.into(),
            spent: OnceLock::new(),
            headers: Mutex::default(),
            disclosed: Mutex::default(),
        }))
    }

    /// A slot of an operator: a user's rights without a credential, or nobody's.
    pub(in crate::kernel) fn operator(
        app: &App,
        viewer: Option<(Viewer, Arc<TenantKeys>)>,
        origin: Origin,
    ) -> Self {
        let (viewer, keys) = viewer.unzip();
        Self(Arc::new(SlotInner {
            app: app.clone(),
            origin: Arc::new(origin),
            viewer: viewer.map(Arc::new),
            keys,
            current: tokio::sync::Mutex::new(None),
            statements: Arc::default(),
            deadline: None,
            unrecorded: false.into(),
            committed: false.into(),
            spent: OnceLock::new(),
            headers: Mutex::default(),
            disclosed: Mutex::default(),
        }))
    }

    /// Records that a credential was refused that no header brought: in the tenant that gave it out, if that is known,
    /// or else in the reserved one. As with tokens in headers, only so many a second.
    ///
    /// # Errors
    ///
    /// It could not be recorded: the refusal must not leave.
    pub async fn note_refused(
        &self,
        owner: Option<(Uuid, (&'static str, Uuid))>,
        operation: &'static str,
    ) -> Result<()> {
        note_refused(&self.0.app, owner, self.0.origin.clone(), operation, "INVALID_CREDENTIALS").await
    }

    /// The application.
    pub fn app(&self) -> &App {
        &self.0.app
    }

    /// Where the request came from.
    pub fn origin(&self) -> &Origin {
        &self.0.origin
    }

    /// Who is signed in, if anybody.
    pub fn viewer(&self) -> Option<&Arc<Viewer>> {
        self.0.viewer.as_ref()
    }

    /// Statements sent since the viewer was known, without `BEGIN` and `COMMIT`.
    pub fn statements(&self) -> u32 {
        self.0.statements.load(Ordering::Relaxed)
    }

    /// The session of this moment; opened when there is none.
    ///
    /// # Errors
    ///
    /// `UNAUTHENTICATED` when nobody is signed in; `UNAVAILABLE` when no connection is free.
    pub async fn session(&self) -> Result<Arc<Session>> {
        let mut current = self.0.current.lock().await;
        if let Some(session) = &*current {
            return Ok(session.clone());
        }
        let core = self.begin(Mode::Read).await?;
        let session = Session::new(core);
        *current = Some(session.clone());
        Ok(session)
    }

    async fn begin(&self, mode: Mode) -> Result<Core> {
        in_time(self.0.deadline)?;
        let viewer = self.0.viewer.clone().ok_or_else(Error::unauthenticated)?;
        let keys = self.0.keys.clone().ok_or_else(Error::unauthenticated)?;
        self.begin_for(mode, viewer.tenant_id(), Some(viewer), keys).await
    }

    async fn begin_for(
        &self,
        mode: Mode,
        tenant_id: Uuid,
        viewer: Option<Arc<Viewer>>,
        keys: Arc<TenantKeys>,
    ) -> Result<Core> {
        let actor = viewer.as_deref().and_then(Viewer::actor_id);
        let transaction = database::begin(self.0.app.pool(), mode, tenant_id, actor).await?;
        Ok(Core {
            app: self.0.app.clone(),
            tenant_id,
            viewer,
            keys,
            origin: self.0.origin.clone(),
            transaction: tokio::sync::Mutex::new(Some(transaction)),
            record: Mutex::default(),
            statements: self.0.statements.clone(),
            deadline: self.0.deadline,
            broken: OnceLock::new(),
        })
    }

    /// Begins the transaction of a mutation. The session before it ends first, so that a request holds one connection.
    pub(in crate::kernel) async fn begin_write(&self) -> Result<Core> {
        self.finish_current().await;
        self.begin(Mode::Write).await
    }

    /// As [`begin_write`](Self::begin_write), for a caller who is not signed in yet.
    pub(in crate::kernel) async fn begin_write_anonymous(&self, tenant_id: Uuid) -> Result<Core> {
        self.finish_current().await;
        in_time(self.0.deadline)?;
        let keys = self.0.app.tenant_keys(tenant_id).await?;
        self.begin_for(Mode::Write, tenant_id, None, keys).await
    }

    /// Rolls a mutation back but keeps its refusals, and the looks that its error tells of, in a transaction of their own.
    pub(in crate::kernel) async fn record_rolled_back(&self, core: &Core, error: &Error) -> Result<()> {
        let kept = core.abandon(error.tells_state()).await;
        if kept.is_empty() {
            return Ok(());
        }
        let again =
            self.begin_for(Mode::Write, core.tenant_id, core.viewer.clone(), core.keys.clone()).await?;
        again.record(|record| *record = kept);
        self.note_disclosed(again.finish().await?);
        Ok(())
    }

    /// Notes what left the program in a transaction that was committed.
    pub(in crate::kernel) fn note_disclosed(&self, disclosed: Vec<Disclosed>) {
        self.0.disclosed.lock().expect("nothing panics while it holds what left").extend(disclosed);
    }

    /// The notice that goes with the answer when records of a Part 2 program leave in it, and its header.
    pub(in crate::kernel) fn part2_notice(&self) -> Option<(Value, (HeaderName, HeaderValue))> {
        accompanying(&self.0.disclosed.lock().expect("nothing panics while it holds what left"))
    }

    /// Notes that a mutation was committed, and what it sends along.
    pub(in crate::kernel) fn note_commit(&self, headers: Vec<(HeaderName, HeaderValue)>) {
        self.0.committed.store(true, Ordering::Relaxed);
        self.0.headers.lock().expect("nothing panics while it holds the headers").extend(headers);
    }

    /// Whether a mutation was committed, so that the answer has to tell of it.
    pub(in crate::kernel) fn has_committed(&self) -> bool {
        self.0.committed.load(Ordering::Relaxed)
    }

    /// Headers to send along with the answer.
    pub(in crate::kernel) fn take_headers(&self) -> Vec<(HeaderName, HeaderValue)> {
        std::mem::take(&mut *self.0.headers.lock().expect("nothing panics while it holds the headers"))
    }

    /// Ends the session of this moment, so that its connection is free for others. The next look opens another.
    pub(in crate::kernel) async fn release(&self) {
        self.finish_current().await;
    }

    /// Notes what the request cost.
    pub(in crate::kernel) fn note_spent(&self, spent: Spent) {
        // A request is paid for once.
        let _ = self.0.spent.set(spent);
    }

    /// What the request cost and what is left, if that is counted.
    pub fn spent(&self) -> Option<Spent> {
        self.0.spent.get().copied()
    }

    async fn finish_current(&self) {
        let session = self.0.current.lock().await.take();
        let Some(session) = session else { return };
        match session.core.finish().await {
            Ok(disclosed) => self.note_disclosed(disclosed),
            Err(error) => {
                tracing::error!(request_id = %self.0.origin.request_id, %error, "the record of looks was not written");
                self.0.unrecorded.store(true, Ordering::Relaxed);
            }
        }
    }

    /// Ends the request: writes the last record. On `Err` nothing of the answer may leave.
    ///
    /// # Errors
    ///
    /// `RESULT_UNAVAILABLE` when a mutation was committed before, else `UNAVAILABLE`.
    pub async fn finish(&self) -> Result<()> {
        self.finish_current().await;
        if !self.0.unrecorded.load(Ordering::Relaxed) {
            return Ok(());
        }
        let committed = self.0.committed.load(Ordering::Relaxed);
        Err(if committed { Error::ResultUnavailable } else { Error::Unavailable })
    }
}

/// The viewer without dependants who came of age or whose guardian's authority ended: from that moment those patients are not
/// there for them, with no job involved. It takes a statement more of those who have any.
async fn grown_up(core: &mut Core, viewer: Arc<Viewer>) -> Result<Arc<Viewer>> {
    let principal = viewer.principal();
    let Some(person) = principal.person_id.filter(|_| !principal.dependants.is_empty()) else {
        return Ok(viewer);
    };
    let patients: Vec<_> = principal.dependants.iter().map(|dependant| dependant.patient_id).collect();
    let facts = load_facts(core, &patients).await?;
    let now = core.now();
    let viewer = Arc::new(viewer.speaking_for(|patient| {
        let minority = facts.get(&patient).and_then(|facts| facts.minority.as_ref());
        minority.is_some_and(|minority| minority.authority_of(person, now).is_some())
    }));
    core.viewer = Some(viewer.clone());
    Ok(viewer)
}

/// The viewer that a claim is good for, and the tenant's keys.
async fn believe(
    app: &App,
    claim: &Presented,
    cached: Option<Arc<TenantKeys>>,
    row: Option<&QueryResult>,
) -> Result<(Viewer, Arc<TenantKeys>)> {
    let row = row.ok_or_else(Claim::refused)?;
    let keys = match cached {
        Some(keys) => keys,
        None => app.keyring().load(claim.tenant_id(), Claim::root_keys(row)?).await?,
    };
    Ok((claim.believe(app, row, &keys)?, keys))
}

/// Records that a token or an attempt was refused: in the tenant that gave the token out, or else in the reserved one.
///
/// Anybody can send bad tokens at any rate, so only some of them are recorded; the others are counted.
pub(in crate::kernel) async fn note_refused(
    app: &App,
    owner: Option<(Uuid, (&'static str, Uuid))>,
    origin: Arc<Origin>,
    operation: &'static str,
    reason: &'static str,
) -> Result<()> {
    if !app.may_note_refused_token() {
        metrics::counter!("consentry_refused_tokens_not_recorded_total").increment(1);
        return Ok(());
    }
    let (tenant_id, credential) = owner.unzip();
    Slot::anonymous(app, origin)
        .write_anonymous(tenant_id.unwrap_or(PLATFORM), |write| {
            Box::pin(async move {
                write.attempted(AuditAction::SignIn, operation, credential, Some(reason));
                Ok(())
            })
        })
        .await
}
