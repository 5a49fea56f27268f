//! Writing: one transaction per mutation, with its audit rows and outbox events.

use std::{
    future::Future,
    pin::Pin,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::http::{HeaderName, HeaderValue};
use entity::{Id, TenantTable, identity::permission::Permission, platform::outbox_event};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, Condition, DbBackend, EntityTrait, FromQueryResult, IntoActiveModel, QueryFilter,
    QuerySelect, QueryTrait, Statement, Value,
    sea_query::{Alias, Expr, ExprTrait, LockType},
};
use tracing::{Instrument, info_span};
use uuid::Uuid;

mod batch;
mod idempotency;
mod rows;

pub use idempotency::Idempotency;

use super::{
    crypto::BearerToken,
    error::{Error, Result, UserErrorCode},
    load::Scoped,
    session::{Core, Slot},
    viewer::Viewer,
};
use crate::{http::cookies, telemetry::traces::TARGET};

/// A table whose rows mutations lock.
pub trait Changeable: Scoped {
    /// The rows that a permission reaches, as a condition in SQL besides the tenant's; none without the permission.
    fn reach(viewer: &Viewer, permission: Permission) -> Condition;
}

/// The transaction of a mutation. Everything in it is committed together, or nothing is.
pub struct Write {
    core: Core,
    /// Whether the relay has something to do after the commit.
    wakes_relay: AtomicBool,
    /// What goes with the answer after the commit.
    headers: Mutex<Vec<(HeaderName, HeaderValue)>>,
}

impl std::ops::Deref for Write {
    type Target = Core;

    fn deref(&self) -> &Core {
        &self.core
    }
}

impl Write {
    const fn on(core: Core) -> Self {
        Self { core, wakes_relay: AtomicBool::new(false), headers: Mutex::new(Vec::new()) }
    }

    /// Inserts a row; the tenant is that of the transaction.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn insert<A>(&self, mut row: A) -> Result<()>
    where
        A: ActiveModelTrait<Entity: TenantTable> + Send,
        <A::Entity as EntityTrait>::Model: IntoActiveModel<A>,
    {
        row.set(<A::Entity as TenantTable>::TENANT_ID, Value::from(self.tenant_id()));
        self.execute(A::Entity::insert(row).build(DbBackend::Postgres)).await?;
        Ok(())
    }

    /// Inserts many rows in one statement.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn insert_many<A>(&self, rows: Vec<A>) -> Result<()>
    where
        A: ActiveModelTrait<Entity: TenantTable> + Send,
    {
        if rows.is_empty() {
            return Ok(());
        }
        let tenant_id = self.tenant_id();
        let rows = rows.into_iter().map(|mut row| {
            row.set(<A::Entity as TenantTable>::TENANT_ID, Value::from(tenant_id));
            row
        });
        self.execute(A::Entity::insert_many(rows).build(DbBackend::Postgres)).await?;
        Ok(())
    }

    /// Changes the row `id`; the trigger stamps version, time and actor.
    ///
    /// # Errors
    ///
    /// `STALE_VERSION` when `expected_version` is stated and no longer that of the row.
    pub async fn update<A>(&self, id: Id<A::Entity>, expected_version: Option<i32>, change: A) -> Result<()>
    where
        A: ActiveModelTrait<Entity: TenantTable> + Send,
    {
        let mut update = A::Entity::update_many()
            .set(change)
            .filter(<A::Entity as TenantTable>::TENANT_ID.eq(self.tenant_id()))
            .filter(<A::Entity as TenantTable>::ID.eq(id.uuid()));
        if let Some(version) = expected_version {
            update = update.filter(Expr::col(Alias::new("version")).eq(version));
        }
        let result = self.execute(update.build(DbBackend::Postgres)).await?;
        match (result.rows_affected(), expected_version) {
            (1, _) => Ok(()),
            (_, Some(_)) => Err(Error::refused(
                UserErrorCode::StaleVersion,
                &["expectedVersion"],
                "somebody else changed it since you read it; read it again and decide anew",
            )),
            (..) => Err(Error::internal("a row that was just locked is gone")),
        }
    }

    /// Reads the row `id` and locks it until the end of the transaction: a row that the viewer may read, and that one of
    /// `permissions` reaches. Name those that the mutation requires, for they may reach less far than reading does.
    ///
    /// # Errors
    ///
    /// `NOT_FOUND` on `field`, the same for a random id, another tenant's and a row out of scope or reach.
    pub async fn lock<E>(
        &self,
        id: Id<E>,
        permissions: &[Permission],
        field: &str,
        what: &str,
    ) -> Result<E::Model>
    where
        E: TenantTable + Changeable,
        E::Model: FromQueryResult,
    {
        let viewer = self.viewer()?;
        let not_found = || Error::not_found(field, what);
        // One condition, not any of several: PostgreSQL joins what is conditioned alone, and asks row by row what is an
        // alternative.
        let farthest = permissions.iter().max_by_key(|permission| viewer.principal().reach(**permission));
        let select = visible::<E>(self.tenant_id())
            .filter(E::scope(viewer))
            .filter(E::reach(viewer, *farthest.ok_or_else(not_found)?))
            .filter(E::ID.eq(id.uuid()))
            .lock(LockType::NoKeyUpdate);
        self.one::<E>(select).await?.ok_or_else(not_found)
    }

    /// Reads one row of the tenant by a condition, without the viewer's row scope: for rules, never for showing.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn find<E>(&self, condition: Condition) -> Result<Option<E::Model>>
    where
        E: TenantTable,
        E::Model: FromQueryResult,
    {
        self.one::<E>(visible::<E>(self.tenant_id()).filter(condition)).await
    }

    async fn one<E>(&self, select: sea_orm::Select<E>) -> Result<Option<E::Model>>
    where
        E: TenantTable,
        E::Model: FromQueryResult,
    {
        let rows = self.query(select.limit(1).build(DbBackend::Postgres)).await?;
        Ok(rows.first().map(|row| E::Model::from_query_result(row, "")).transpose()?)
    }

    /// Deletes rows for good, where the table allows it.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn erase<E: TenantTable>(&self, condition: Condition) -> Result<()> {
        let delete = E::delete_many().filter(E::TENANT_ID.eq(self.tenant_id())).filter(condition);
        self.execute(delete.build(DbBackend::Postgres)).await?;
        Ok(())
    }

    /// Adds one to the patient's consent epoch, in the transaction that changes a consent or a relationship.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn bump_consent_epoch(&self, patient: Id<entity::people::patient::Entity>) -> Result<()> {
        let values = [Value::from(self.tenant_id()), Value::from(patient)];
        let sql = "update patients set consent_epoch = consent_epoch + 1 where tenant_id = $1 and id = $2";
        self.execute(Statement::from_sql_and_values(DbBackend::Postgres, sql, values)).await?;
        Ok(())
    }

    /// Adds an outbox event: ids only, carried out after the commit and after all earlier events of the aggregate. Until
    /// the commit, others who add an event to the same aggregate wait: add events last. Each aggregate costs a lock of
    /// the database, which has some thousands: bulk work commits in batches.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn emit(&self, event_type: &str, aggregate_kind: &str, aggregate_id: Uuid) -> Result<()> {
        self.insert(outbox_event::ActiveModel {
            id: Set(self.new_id()),
            event_type: Set(event_type.to_owned()),
            aggregate_kind: Set(aggregate_kind.to_owned()),
            aggregate_id: Set(aggregate_id),
            payload: Set(serde_json::json!({ "id": aggregate_id })),
            available_at: Set(self.now()),
            occurred_at: Set(self.now()),
            ..Default::default()
        })
        .await?;
        self.wakes_relay();
        Ok(())
    }

    /// Asks that the viewer proved lately who they are: with their password, by signing in or by `reauthenticate`. A
    /// program has no such proof.
    ///
    /// # Errors
    ///
    /// `REAUTH_REQUIRED` when the proof is older than five minutes.
    pub fn require_fresh_proof(&self) -> Result<()> {
        let fresh = self.viewer()?.has_fresh_proof(self.now());
        if fresh { Ok(()) } else { Err(Error::ReauthRequired) }
    }

    /// Gives a session to the caller's browser in a cookie, once the transaction is committed.
    pub fn gives_cookie(&self, token: &BearerToken) {
        self.sends(cookies::give(token));
    }

    /// Makes the caller's browser forget its session, once the transaction is committed.
    pub fn takes_cookie_back(&self) {
        self.sends(cookies::take_back());
    }

    fn sends(&self, headers: Vec<(HeaderName, HeaderValue)>) {
        self.headers.lock().expect("nothing panics while it holds the headers").extend(headers);
    }

    /// Notes that the relay has something to do after the commit.
    pub(in crate::kernel) fn wakes_relay(&self) {
        self.wakes_relay.store(true, Ordering::Relaxed);
    }
}

/// All rows of `E` that the tenant has and did not delete.
pub(in crate::kernel) fn visible<E: TenantTable>(tenant_id: Uuid) -> sea_orm::Select<E> {
    #[expect(clippy::disallowed_methods, reason = "the one place where a select begins: with its tenant")]
    let select = E::find().filter(E::TENANT_ID.eq(tenant_id));
    match E::DELETED_AT {
        Some(deleted_at) => select.filter(deleted_at.is_null()),
        None => select,
    }
}

/// The rules of a mutation, running in its transaction.
pub type Work<'w, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'w>>;

impl Slot {
    /// Runs a mutation: `work` in one transaction, its record with it, then commits.
    ///
    /// # Errors
    ///
    /// Those of `work`. After a refusal nothing was written but its record: what was looked at, and what was denied.
    pub async fn write<T>(&self, work: impl for<'w> FnOnce(&'w Write) -> Work<'w, T> + Send) -> Result<T> {
        let write = Write::on(self.begin_write().await?);
        let outcome = work(&write).await;
        self.conclude(&write, outcome).await
    }

    /// As [`write`](Self::write), for a caller who is not signed in yet.
    ///
    /// # Errors
    ///
    /// Those of `work`.
    pub async fn write_anonymous<T>(
        &self,
        tenant_id: Uuid,
        work: impl for<'w> FnOnce(&'w Write) -> Work<'w, T> + Send,
    ) -> Result<T> {
        let write = Write::on(self.begin_write_anonymous(tenant_id).await?);
        let outcome = work(&write).await;
        self.conclude(&write, outcome).await
    }

    /// As [`write`](Self::write), once per idempotency key: a replay returns the id of the first result.
    ///
    /// # Errors
    ///
    /// Those of `work`; `IDEMPOTENCY_CONFLICT` when the key came with other input before.
    pub async fn write_once<E>(
        &self,
        once: Option<Idempotency>,
        work: impl for<'w> FnOnce(&'w Write) -> Work<'w, Id<E>> + Send,
    ) -> Result<Id<E>> {
        let Some(once) = once else { return self.write(work).await };
        let write = Write::on(self.begin_write().await?);
        let outcome = once.run(&write, work).await;
        self.conclude(&write, outcome).await
    }

    async fn conclude<T>(&self, write: &Write, outcome: Result<T>) -> Result<T> {
        // Work that went on after a failed statement wrote nothing.
        match outcome.and_then(|value| write.unbroken().map(|()| value)) {
            Ok(value) => {
                let disclosed = write.finish().instrument(info_span!(target: TARGET, "commit")).await?;
                self.note_disclosed(disclosed);
                self.note_commit(std::mem::take(
                    &mut *write.headers.lock().expect("nothing panics while it holds the headers"),
                ));
                if write.wakes_relay.load(Ordering::Relaxed) {
                    self.app().wake_relay();
                }
                Ok(value)
            }
            Err(error) => {
                self.record_rolled_back(write, &error).await?;
                Err(error)
            }
        }
    }
}
