//! The sealer: takes committed rows of the record in the order of their transactions and links them, tenant by tenant.
//!
//! It works behind the answers, under a role of its own. A row is taken once no older transaction can still commit, so
//! that none is skipped; that is some tens of milliseconds after its commit, unless somebody keeps a transaction open.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    sync::Arc,
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use entity::tenancy::tenant::PLATFORM;
use sqlx::{AssertSqlSafe, PgConnection, PgPool, Postgres, Row, Transaction, postgres::PgRow};
use tokio::sync::watch;
use uuid::Uuid;

use super::{
    chain::{BEGINNING, Linked},
    checkpoint::{Bytes, Checkpoint, Restored, Standing},
    journal::Journal,
    row::{COLUMNS, StoredRow},
};
use crate::kernel::{
    app::App,
    crypto::TenantKeys,
    error::{Error, Result},
};

/// How long the sealer rests when there is nothing to do.
const REST: Duration = Duration::from_millis(200);
/// How long it rests after a failure.
const LONG_REST: Duration = Duration::from_secs(2);
/// Rows that are taken at once.
const BATCH: i64 = 5_000;
/// A checkpoint is due after so many links, or after so long.
const CHECKPOINT_LINKS: u64 = 1_000;
const CHECKPOINT_TIME: TimeDelta = TimeDelta::seconds(60);
/// Of the sealers of several servers, the one that holds this lock works: `sealer` in ASCII.
const LOCK: i64 = 0x7365_616c_6572;

/// The place in the order in which rows are taken: transaction, then id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Cursor {
    xid: i64,
    id: Uuid,
}

/// What one turn did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// Links that were added.
    pub links: u64,
    /// Whether there may be more to do at once.
    pub more: bool,
    /// Whether a checkpoint was taken.
    pub checkpoint: bool,
}

/// One for each server.
pub struct Sealer {
    app: App,
    pool: PgPool,
    journal: Journal,
    /// What comes next; unknown until the first turn.
    cursor: Option<Cursor>,
    /// Tenants whose rows could not be linked, such as while the key provider is down: tried again on each turn.
    blocked: BTreeSet<Uuid>,
    links_since_checkpoint: u64,
    checkpoint_due: DateTime<Utc>,
    /// The newest checkpoint that is known to stand in the journal.
    journaled: i64,
}

impl Sealer {
    /// A sealer that reads and writes through `pool`, which signs in as `consentry_sealer`.
    pub fn new(app: App, pool: PgPool, journal: Journal) -> Self {
        let checkpoint_due = app.clock().now() + CHECKPOINT_TIME;
        Self {
            app,
            pool,
            journal,
            cursor: None,
            blocked: BTreeSet::new(),
            links_since_checkpoint: 0,
            checkpoint_due,
            journaled: 0,
        }
    }

    /// Seals until it is told to stop, and takes a last checkpoint then. Failures are logged and tried again.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        loop {
            let rest = match self.turn(false).await {
                Ok(Turn { more: true, .. }) => Duration::ZERO,
                Ok(_) => REST,
                Err(error) => {
                    metrics::counter!("consentry_audit_sealing_failures_total").increment(1);
                    tracing::error!(%error, "the record could not be sealed; trying again");
                    LONG_REST
                }
            };
            tokio::select! {
                () = tokio::time::sleep(rest) => {}
                // It also ends when whoever could tell it to stop is gone.
                _ = stop.wait_for(|stop| *stop) => break,
            }
        }
        if let Err(error) = self.turn(true).await {
            tracing::warn!(%error, "the last checkpoint could not be taken");
        }
    }

    /// Links what can be linked now, and takes a checkpoint when one is due or asked for.
    ///
    /// # Errors
    ///
    /// Those of the database; nothing was written then. A failure that concerns one tenant holds up that one alone.
    pub async fn turn(&mut self, checkpoint: bool) -> Result<Turn> {
        let Some(mut transaction) = self.begin().await? else { return Ok(Turn::default()) };
        let newest = Checkpoint::newest(&mut transaction).await?;
        let system_identifier: i64 = sqlx::query_scalar("select system_identifier from pg_control_system()")
            .fetch_one(&mut *transaction)
            .await?;
        let place =
            Place { sequence: newest.as_ref().map_or(0, |newest| newest.sequence) + 1, system_identifier };
        let mut turn = Turn::default();
        let mut due = checkpoint;
        let cursor = match self.cursor {
            Some(cursor) => cursor,
            None => match newest.as_ref().filter(|newest| newest.system_identifier == system_identifier) {
                Some(newest) => Cursor { xid: newest.sealed_below, id: Uuid::nil() },
                None if newest.is_none() => Cursor { xid: 0, id: Uuid::nil() },
                // A restart in between must not skip what the new cluster counts from here.
                None => {
                    due = true;
                    self.adopt(&mut transaction, place, &mut turn).await?
                }
            },
        };
        for tenant_id in std::mem::take(&mut self.blocked) {
            let rows = unlinked(&mut transaction, tenant_id).await?;
            self.seal(&mut transaction, place, tenant_id, &rows, false, &mut turn).await?;
        }
        let rows = scan(&mut transaction, cursor).await?;
        turn.more = rows.len() as i64 == BATCH;
        let next = rows.last().map(cursor_of).transpose()?.unwrap_or(cursor);
        for (tenant_id, rows) in by_tenant(rows)? {
            self.seal(&mut transaction, place, tenant_id, &rows, true, &mut turn).await?;
        }
        let now = self.app.clock().now();
        if due || self.links_since_checkpoint + turn.links >= CHECKPOINT_LINKS || now >= self.checkpoint_due {
            // What a blocked tenant still waits for has to be found again after a restart.
            let known = newest.as_ref().map_or(0, |newest| newest.sealed_below);
            let sealed_below = if self.blocked.is_empty() { next.xid } else { known };
            turn.checkpoint = self.checkpoint(&mut transaction, place, newest, sealed_below, None).await?;
            self.checkpoint_due = now + CHECKPOINT_TIME;
        }
        let waiting = if turn.links == 0 { waiting_since(&mut transaction, next).await? } else { None };
        transaction.commit().await?;
        let waited = waiting.map_or(0, |since| (now - since).num_milliseconds().max(0));
        metrics::gauge!("consentry_audit_waiting_seconds").set(waited as f64 / 1e3);
        self.cursor = Some(next);
        self.links_since_checkpoint =
            if turn.checkpoint { 0 } else { self.links_since_checkpoint + turn.links };
        metrics::counter!("consentry_audit_links_total").increment(turn.links);
        metrics::gauge!("consentry_audit_blocked_tenants").set(self.blocked.len() as f64);
        self.write_journal().await;
        Ok(turn)
    }

    /// Says that the database was restored from a backup: takes a checkpoint that gives up those that only the journal has.
    ///
    /// # Errors
    ///
    /// `INVALID_STATE` when there is nothing to give up, or another sealer is at work; those of the database.
    pub async fn accept_restore(&self, reason: &str) -> Result<i64> {
        let last = self.journal.last().map_err(Error::internal)?;
        let last = last
            .ok_or_else(|| Error::invalid_state("the file of checkpoints is empty: nothing is given up"))?;
        let busy = || Error::invalid_state("a server seals at this moment: stop it first");
        let mut transaction = self.begin().await?.ok_or_else(busy)?;
        let newest = Checkpoint::newest(&mut transaction).await?;
        if newest.as_ref() == Some(&last) {
            return Err(Error::invalid_state(
                "the database has the last checkpoint of the file: nothing is given up",
            ));
        }
        let system_identifier: i64 = sqlx::query_scalar("select system_identifier from pg_control_system()")
            .fetch_one(&mut *transaction)
            .await?;
        let sequence = newest.as_ref().map_or(0, |newest| newest.sequence) + 1;
        let sealed_below = newest.as_ref().map_or(0, |newest| newest.sealed_below);
        let restored = Restored { abandoned: last.digest(), reason: reason.to_owned() };
        // The cluster of the checkpoint before stays: the first turn compares it with the one that runs.
        let of_before = newest.as_ref().map_or(system_identifier, |newest| newest.system_identifier);
        let place = Place { sequence, system_identifier: of_before };
        self.checkpoint(&mut transaction, place, newest, sealed_below, Some(restored)).await?;
        let taken = Checkpoint::newest(&mut transaction).await?;
        transaction.commit().await?;
        let taken = taken.ok_or_else(|| Error::internal("a checkpoint was taken and is not there"))?;
        self.journal.append(std::slice::from_ref(&taken)).map_err(Error::internal)?;
        Ok(taken.sequence)
    }

    /// Begins a turn of the reserved tenant; none while another sealer is at work.
    async fn begin(&self) -> Result<Option<Transaction<'static, Postgres>>> {
        let statement = AssertSqlSafe(format!(
            "begin isolation level read committed; set local app.tenant_id = '{PLATFORM}'; set local app.actor_id = ''; \
             set local statement_timeout = '30s'; set local lock_timeout = '5s'; \
             set local idle_in_transaction_session_timeout = '60s'"
        ));
        let mut transaction = self.pool.begin_with(statement).await?;
        let free: bool = sqlx::query_scalar("select pg_try_advisory_xact_lock($1)")
            .bind(LOCK)
            .fetch_one(&mut *transaction)
            .await?;
        Ok(free.then_some(transaction))
    }

    /// Begins another epoch of every chain that was sealed in another cluster, whose transactions were counted otherwise.
    async fn adopt(
        &mut self,
        connection: &mut PgConnection,
        place: Place,
        turn: &mut Turn,
    ) -> Result<Cursor> {
        let tenants: Vec<Uuid> =
            sqlx::query_scalar("select tenant_id from audit_heads where system_identifier <> $1")
                .bind(place.system_identifier)
                .fetch_all(&mut *connection)
                .await?;
        // Taken before: what commits meanwhile comes after it.
        let below: i64 = sqlx::query_scalar("select pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
            .fetch_one(&mut *connection)
            .await?;
        tracing::warn!(
            tenants = tenants.len(),
            "the database came from another cluster; the chains go on in a new epoch"
        );
        for tenant_id in tenants {
            let rows = unlinked(connection, tenant_id).await?;
            self.seal(connection, place, tenant_id, &rows, false, turn).await?;
        }
        Ok(Cursor { xid: below, id: Uuid::nil() })
    }

    /// Links rows of one tenant. What goes wrong with them is undone, and the tenant blocked.
    async fn seal(
        &mut self,
        connection: &mut PgConnection,
        place: Place,
        tenant_id: Uuid,
        rows: &[PgRow],
        in_order: bool,
        turn: &mut Turn,
    ) -> Result<()> {
        let sealed = match self.app.tenant_keys(tenant_id).await {
            Ok(keys) => {
                run(connection, format!("savepoint seal; set local app.tenant_id = '{tenant_id}'")).await?;
                let linked = link(connection, place, &keys, rows, in_order, self.app.clock().now()).await;
                let end =
                    if linked.is_ok() { "release savepoint seal" } else { "rollback to savepoint seal" };
                run(connection, format!("{end}; set local app.tenant_id = '{PLATFORM}'")).await?;
                linked
            }
            Err(error) => Err(error),
        };
        match sealed {
            Ok(links) => {
                turn.links += links;
                turn.more |= rows.len() as i64 == BATCH;
            }
            Err(error) => {
                tracing::error!(%tenant_id, %error, "the record of a tenant could not be sealed; trying again");
                self.blocked.insert(tenant_id);
            }
        }
        Ok(())
    }

    /// Signs where the chains stand that moved; nothing when none did.
    async fn checkpoint(
        &self,
        connection: &mut PgConnection,
        place: Place,
        newest: Option<Checkpoint>,
        sealed_below: i64,
        restored: Option<Restored>,
    ) -> Result<bool> {
        let moved: Vec<(Uuid, i32, i64, Vec<u8>)> = sqlx::query_as(
            "select tenant_id, epoch, position, link_mac::bytea from audit_heads
            where checkpoint_sequence = $1 order by tenant_id",
        )
        .bind(place.sequence)
        .fetch_all(&mut *connection)
        .await?;
        if moved.is_empty() && restored.is_none() {
            return Ok(false);
        }
        let heads = moved
            .into_iter()
            .map(|(tenant_id, epoch, position, link_mac)| {
                Ok(Standing { tenant_id, epoch, position, link_mac: super::checkpoint::fixed(link_mac)? })
            })
            .collect::<Result<_>>()?;
        let checkpoint = Checkpoint {
            sequence: place.sequence,
            previous: newest.map(|newest| newest.digest()),
            taken_at: self.app.clock().now(),
            sealed_below,
            system_identifier: place.system_identifier,
            heads,
            restored,
            key_version: 0,
            signature: Bytes([0; 64]),
        };
        let keys = self.app.tenant_keys(PLATFORM).await?;
        checkpoint.sign(&keys)?.insert(connection, self.app.ids().next()).await?;
        Ok(true)
    }

    /// Brings the journal up to the database. What cannot be written now is written later; the record itself is safe.
    async fn write_journal(&mut self) {
        let outcome = match self.not_journaled().await {
            Ok(checkpoints) if checkpoints.is_empty() => return,
            Ok(checkpoints) => {
                let newest = checkpoints.last().map_or(0, |checkpoint| checkpoint.sequence);
                let journal = self.journal.clone();
                let written = tokio::task::spawn_blocking(move || journal.append(&checkpoints)).await;
                written
                    .map_err(|error| error.to_string())
                    .and_then(|written| written.map_err(|error| error.to_string()))
                    .map(|()| newest)
            }
            Err(error) => Err(error.to_string()),
        };
        match outcome {
            Ok(newest) => self.journaled = newest,
            Err(error) => {
                metrics::counter!("consentry_audit_journal_failures_total").increment(1);
                tracing::error!(%error, "checkpoints could not be written beside the database");
            }
        }
    }

    async fn not_journaled(&self) -> Result<Vec<Checkpoint>> {
        let statement = format!("begin read only; set local app.tenant_id = '{PLATFORM}'");
        let mut transaction = self.pool.begin_with(AssertSqlSafe(statement)).await?;
        let mut from = self.journaled;
        if from == 0 {
            from = self.journal.last().map_err(Error::internal)?.map_or(0, |last| last.sequence);
        }
        let found = Checkpoint::after(&mut transaction, from, 1_000).await?;
        transaction.commit().await?;
        Ok(found)
    }
}

/// Where a turn stands: the checkpoint that comes next, and the cluster that counts transactions.
#[derive(Clone, Copy)]
struct Place {
    sequence: i64,
    system_identifier: i64,
}

fn cursor_of(row: &PgRow) -> Result<Cursor> {
    let stored = StoredRow::read(row)?;
    Ok(Cursor { xid: stored.xid(), id: stored.row.id })
}

/// Rows of all tenants that come after the cursor and that no older transaction can precede any more.
async fn scan(connection: &mut PgConnection, after: Cursor) -> Result<Vec<PgRow>> {
    let sql = format!(
        "select {COLUMNS} from audit_logs l
        where (l.xid, l.id) > ($1::text::xid8, $2) and l.xid < pg_snapshot_xmin(pg_current_snapshot())
        order by l.xid, l.id limit $3"
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(after.xid.to_string()).bind(after.id).bind(BATCH);
    Ok(rows.fetch_all(connection).await?)
}

/// Since when the first row after the cursor waits, which an older transaction that is still open keeps from its link.
async fn waiting_since(connection: &mut PgConnection, after: Cursor) -> Result<Option<DateTime<Utc>>> {
    let sql = "select occurred_at from audit_logs l where (l.xid, l.id) > ($1::text::xid8, $2)
        order by l.xid, l.id limit 1";
    let since = sqlx::query_scalar(sql).bind(after.xid.to_string()).bind(after.id);
    Ok(since.fetch_optional(connection).await?)
}

/// Rows of one tenant without a link. A transaction that this cluster has not begun yet is one of another cluster.
async fn unlinked(connection: &mut PgConnection, tenant_id: Uuid) -> Result<Vec<PgRow>> {
    let sql = format!(
        "select {COLUMNS} from audit_logs l
        where l.tenant_id = $1 and (l.xid < pg_snapshot_xmin(pg_current_snapshot())
                or l.xid >= pg_snapshot_xmax(pg_current_snapshot()))
            and not exists (select from audit_links k where k.tenant_id = l.tenant_id and k.id = l.id)
        order by l.xid, l.id limit $2"
    );
    run(connection, format!("set local app.tenant_id = '{tenant_id}'")).await?;
    let rows =
        sqlx::query(AssertSqlSafe(sql)).bind(tenant_id).bind(BATCH).fetch_all(&mut *connection).await?;
    run(connection, format!("set local app.tenant_id = '{PLATFORM}'")).await?;
    Ok(rows)
}

fn by_tenant(rows: Vec<PgRow>) -> Result<BTreeMap<Uuid, Vec<PgRow>>> {
    let mut tenants = BTreeMap::<Uuid, Vec<PgRow>>::new();
    for row in rows {
        tenants.entry(row.try_get(0)?).or_default().push(row);
    }
    Ok(tenants)
}

/// Runs statements without values as one message.
async fn run(connection: &mut PgConnection, sql: String) -> Result<()> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await?;
    Ok(())
}

/// Where a tenant's chain stands.
struct Head {
    epoch: i32,
    position: i64,
    link_mac: [u8; 32],
    sealed_xid: i64,
}

impl Head {
    /// Reads and locks it. Another cluster than that of the last link begins another epoch.
    async fn lock(connection: &mut PgConnection, tenant_id: Uuid, place: Place) -> Result<Self> {
        let stored: Option<(i32, i64, Vec<u8>, i64, i64)> = sqlx::query_as(
            "select epoch, position, link_mac::bytea, sealed_xid::text::bigint, system_identifier
            from audit_heads where tenant_id = $1 and id = $1 for update",
        )
        .bind(tenant_id)
        .fetch_optional(connection)
        .await?;
        let Some((epoch, position, link_mac, sealed_xid, system_identifier)) = stored else {
            return Ok(Self { epoch: 1, position: 0, link_mac: BEGINNING, sealed_xid: 0 });
        };
        let same = system_identifier == place.system_identifier;
        Ok(Self {
            epoch: if same { epoch } else { epoch + 1 },
            position,
            link_mac: super::checkpoint::fixed(link_mac)?.0,
            sealed_xid: if same { sealed_xid } else { 0 },
        })
    }

    async fn store(&self, connection: &mut PgConnection, tenant_id: Uuid, place: Place) -> Result<()> {
        sqlx::query(
            "insert into audit_heads (tenant_id, id, epoch, position, link_mac, sealed_xid, system_identifier,
                checkpoint_sequence)
            values ($1, $1, $2, $3, $4, $5::text::xid8, $6, $7)
            on conflict (tenant_id, id) do update set epoch = excluded.epoch, position = excluded.position,
                link_mac = excluded.link_mac, sealed_xid = excluded.sealed_xid,
                system_identifier = excluded.system_identifier, checkpoint_sequence = excluded.checkpoint_sequence",
        )
        .bind(tenant_id)
        .bind(self.epoch)
        .bind(self.position)
        .bind(self.link_mac.to_vec())
        .bind(self.sealed_xid.to_string())
        .bind(place.system_identifier)
        .bind(place.sequence)
        .execute(connection)
        .await?;
        Ok(())
    }
}

/// Links rows of the tenant whose setting stands; returns how many links that made. Rows that come `in_order` tell how far
/// the transactions of this cluster are sealed.
async fn link(
    connection: &mut PgConnection,
    place: Place,
    keys: &Arc<TenantKeys>,
    rows: &[PgRow],
    in_order: bool,
    now: DateTime<Utc>,
) -> Result<u64> {
    let tenant_id = keys.tenant_id();
    let mut head = Head::lock(connection, tenant_id, place).await?;
    let ids = rows.iter().map(|row| row.try_get(1)).collect::<Result<Vec<Uuid>, _>>()?;
    // Another server may have sealed some of them since this one last did.
    let linked: Vec<Uuid> =
        sqlx::query_scalar("select id from audit_links where tenant_id = $1 and id = any($2)")
            .bind(tenant_id)
            .bind(ids)
            .fetch_all(&mut *connection)
            .await?;
    let linked: HashSet<Uuid> = linked.into_iter().collect();
    let version = keys.current_version();
    let (mut ids, mut positions, mut macs) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        let stored = StoredRow::read(row)?;
        if linked.contains(&stored.row.id) {
            continue;
        }
        let (authentic, row_digest) = stored.examine(keys);
        if !matches!(authentic, Ok(true)) {
            // It is linked all the same: the chain says what stands there, and `verify` names the row.
            metrics::counter!("consentry_audit_forged_rows_total").increment(1);
            tracing::error!(%tenant_id, row = %stored.row.id, "a row of the record does not bear the right MAC");
        }
        head.position += 1;
        let link = Linked {
            position: head.position,
            previous: &head.link_mac,
            id: stored.row.id,
            row_mac: stored.row_mac,
            row_digest,
        };
        head.link_mac = link.mac(keys, version)?;
        if in_order {
            head.sealed_xid = stored.xid();
        }
        metrics::histogram!("consentry_audit_seal_lag_seconds")
            .record((now.timestamp_micros() - stored.row.occurred_at).max(0) as f64 / 1e6);
        ids.push(stored.row.id);
        positions.push(head.position);
        macs.push(head.link_mac.to_vec());
    }
    if ids.is_empty() {
        return head.store(connection, tenant_id, place).await.map(|()| 0);
    }
    sqlx::query(
        "insert into audit_links (tenant_id, id, position, key_version, link_mac)
        select $1, r.id, r.position, $2, r.link_mac from unnest($3::uuid[], $4::bigint[], $5::bytea[])
            as r (id, position, link_mac)",
    )
    .bind(tenant_id)
    .bind(i32::try_from(version).unwrap_or(i32::MAX))
    .bind(&ids)
    .bind(&positions)
    .bind(&macs)
    .execute(&mut *connection)
    .await?;
    head.store(connection, tenant_id, place).await?;
    Ok(ids.len() as u64)
}
