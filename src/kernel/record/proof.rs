//! Proof that the record is whole: every row, every link, every checkpoint, and the journal beside the database.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use entity::tenancy::tenant::PLATFORM;
use sqlx::{AssertSqlSafe, PgConnection, Row, postgres::PgRow};
use uuid::Uuid;

use super::{
    chain::{BEGINNING, Linked},
    checkpoint::{Bytes, Checkpoint, Standing},
    journal::Journal,
    row::{COLUMN_COUNT, COLUMNS, StoredRow},
};
use crate::kernel::{
    app::App,
    crypto::TenantKeys,
    database::{self, Mode},
    error::{Error, Result},
};

/// Links that are read at once.
const BATCH: i64 = 5_000;
/// Checkpoints that are read at once.
const CHECKPOINTS: u32 = 500;
/// The database may be ahead of the journal by this many checkpoints: the file is written after the commit.
const JOURNAL_LAG: usize = 2;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// Rows whose link and MAC are right.
    pub linked: u64,
    /// Rows whose MAC is right, and that wait for their link.
    pub waiting: u64,
    /// Chains.
    pub chains: u64,
    /// Checkpoints of the database.
    pub checkpoints: u64,
    /// Whatever is wrong, a sentence each; of each chain the first break.
    pub broken: Vec<String>,
}

/// Checks the record of every tenant. Reads only, as the role of the server.
///
/// # Errors
///
/// Those of the database and of the key provider; what is wrong with the record is a finding.
pub async fn prove(app: &App, journal: &Journal) -> Result<Findings> {
    let mut findings = Findings::default();
    let vouched = checkpoints(app, journal, &mut findings).await?;
    let mut transaction = database::begin(app.pool(), Mode::Read, PLATFORM, None).await?;
    let tenants: Vec<(Uuid, String, bool)> =
        sqlx::query_as("select id, slug::text, status = 'CLOSED' from tenants order by slug")
            .persistent(false)
            .fetch_all(&mut *transaction)
            .await?;
    transaction.commit().await?;
    let known: BTreeSet<Uuid> = tenants.iter().map(|(id, ..)| *id).collect();
    for tenant_id in vouched.keys().filter(|tenant_id| !known.contains(tenant_id)) {
        findings.broken.push(format!("tenant {tenant_id} is gone, but checkpoints vouch for its record"));
    }
    for (tenant_id, slug, closed) in tenants {
        let vouched = vouched.get(&tenant_id).map_or(&[][..], Vec::as_slice);
        let keys = match app.tenant_keys(tenant_id).await {
            Ok(keys) => keys,
            Err(Error::Unavailable) => return Err(Error::Unavailable),
            // A tenant that was left for good may have lost its keys on purpose; nothing can be checked without them.
            // The reserved one has none before the first server.
            Err(_) if (closed || tenant_id == PLATFORM) && vouched.is_empty() => continue,
            Err(_) => {
                findings
                    .broken
                    .push(format!("tenant {slug}: its keys do not open, so its record cannot be checked"));
                continue;
            }
        };
        findings.chains += 1;
        if let Some(problem) = chain(app, &keys, vouched, &mut findings).await? {
            findings.broken.push(format!("tenant {slug}: {problem}"));
        }
    }
    Ok(findings)
}

/// Whether the database is the one that the journal was written beside: its sentence when the journal knows more.
///
/// # Errors
///
/// Those of the database and of the file.
pub async fn restored_backup(app: &App, journal: &Journal) -> Result<Option<String>> {
    let Some(last) = journal.last().map_err(Error::internal)? else { return Ok(None) };
    let mut transaction = database::begin(app.pool(), Mode::Read, PLATFORM, None).await?;
    let found = Checkpoint::after(&mut transaction, last.sequence - 1, 1).await?;
    transaction.commit().await?;
    Ok(match found.first() {
        Some(found) if *found == last => None,
        Some(_) => Some(format!(
            "checkpoint {} of the database is another than that in {}",
            last.sequence,
            journal.path().display()
        )),
        None => Some(format!(
            "the database ends before checkpoint {} of {}, as after the restore of a backup",
            last.sequence,
            journal.path().display()
        )),
    })
}

/// Where each chain stood, by the checkpoints.
type Vouched = BTreeMap<Uuid, Vec<Standing>>;

/// Checks the checkpoints of the database, and the journal against them.
async fn checkpoints(app: &App, journal: &Journal, findings: &mut Findings) -> Result<Vouched> {
    let keys = match app.tenant_keys(PLATFORM).await {
        Ok(keys) => Some(keys),
        Err(Error::Unavailable) => return Err(Error::Unavailable),
        Err(_) => None,
    };
    // Read before the database, which a server may be adding to.
    let lineage = match Lineage::read(journal, keys.as_deref()) {
        Ok(lineage) => Some(lineage),
        Err(problem) => {
            findings.broken.push(problem);
            None
        }
    };
    let mut vouched = Vouched::new();
    let mut digests = Vec::<Bytes<32>>::new();
    let mut transaction = database::begin(app.pool(), Mode::Read, PLATFORM, None).await?;
    loop {
        let page = Checkpoint::after(&mut transaction, digests.len() as i64, CHECKPOINTS).await?;
        let Some(last) = page.last().map(|last| last.sequence) else { break };
        for checkpoint in page {
            let place = digests.len() as i64 + 1;
            let authentic = match &keys {
                Some(keys) => checkpoint.is_authentic(keys).unwrap_or(false),
                None => false,
            };
            let problem = if checkpoint.sequence != place {
                Some("is missing")
            } else if checkpoint.previous.as_ref() != digests.last() {
                Some("does not follow the one before")
            } else if !authentic {
                Some("does not bear the signature of this installation")
            } else {
                None
            };
            if let Some(problem) = problem {
                findings.broken.push(format!("checkpoint {place} of the database {problem}"));
                return Ok(vouched);
            }
            digests.push(checkpoint.digest());
            for standing in checkpoint.heads {
                vouched.entry(standing.tenant_id).or_default().push(standing);
            }
        }
        debug_assert_eq!(last, digests.len() as i64);
    }
    transaction.commit().await?;
    findings.checkpoints = digests.len() as u64;
    findings.broken.extend(lineage.and_then(|lineage| lineage.problem(journal, &digests)));
    Ok(vouched)
}

/// The checkpoints of the journal that were not given up.
struct Lineage(Vec<(i64, Bytes<32>)>);

impl Lineage {
    fn read(journal: &Journal, keys: Option<&TenantKeys>) -> Result<Self, String> {
        let name = journal.path().display();
        let mut lineage = Vec::<(i64, Bytes<32>)>::new();
        for (index, checkpoint) in journal.read().map_err(|error| error.to_string())?.enumerate() {
            let broken = |what: &str| Err(format!("line {} of {name} {what}", index + 1));
            let Ok(checkpoint) = checkpoint else { return broken("is no checkpoint") };
            if !keys.is_some_and(|keys| checkpoint.is_authentic(keys).unwrap_or(false)) {
                return broken("does not bear the signature of this installation");
            }
            let last = lineage.last().map(|(_, digest)| *digest);
            if let Some(restored) = &checkpoint.restored {
                if last.is_some_and(|digest| digest != restored.abandoned) {
                    return broken("gives up another checkpoint than the one before");
                }
                while lineage.last().is_some_and(|(_, digest)| Some(*digest) != checkpoint.previous) {
                    lineage.pop();
                }
            } else if last.is_some() && last != checkpoint.previous {
                return broken("does not follow the one before");
            }
            lineage.push((checkpoint.sequence, checkpoint.digest()));
        }
        Ok(Self(lineage))
    }

    /// What the database's checkpoints lack of these, or these of them.
    fn problem(&self, journal: &Journal, digests: &[Bytes<32>]) -> Option<String> {
        let name = journal.path().display();
        for (sequence, digest) in &self.0 {
            let stored = usize::try_from(sequence - 1).ok().and_then(|index| digests.get(index));
            if stored != Some(digest) {
                return Some(format!(
                    "checkpoint {sequence} of {name} is not that of the database, as after the restore of a backup"
                ));
            }
        }
        let written = self.0.last().map_or(0, |(sequence, _)| usize::try_from(*sequence).unwrap_or_default());
        (digests.len() > written + JOURNAL_LAG)
            .then(|| format!("{name} ends with checkpoint {written}, the database has {}", digests.len()))
    }
}

/// Checks the chain of one tenant; returns its first break.
async fn chain(
    app: &App,
    keys: &Arc<TenantKeys>,
    vouched: &[Standing],
    findings: &mut Findings,
) -> Result<Option<String>> {
    let tenant_id = keys.tenant_id();
    let mut transaction = database::begin(app.pool(), Mode::Read, tenant_id, None).await?;
    // Set anew for this transaction: a chain of years takes longer than an answer may.
    sqlx::raw_sql("set local statement_timeout = '60s'").execute(&mut *transaction).await?;
    let mut walk = Walk { position: 0, previous: BEGINNING, vouched: vouched.to_vec(), next_vouched: 0 };
    let mut page = links(&mut transaction, tenant_id, 0).await?;
    let mut broken = None;
    while !page.is_empty() {
        let last: i64 = page.last().map_or(Ok(0), |row| row.try_get(COLUMN_COUNT))?;
        let full = page.len() as i64 == BATCH;
        let keys = keys.clone();
        // The next page is read while this one is computed.
        let checking = tokio::task::spawn_blocking(move || {
            let outcome = walk.check(&keys, &page);
            (walk, outcome)
        });
        let next = if full { links(&mut transaction, tenant_id, last).await? } else { Vec::new() };
        let outcome;
        (walk, outcome) = checking.await.map_err(|_| Error::internal("the check of a page did not end"))?;
        page = next;
        match outcome {
            Ok(links) => findings.linked += links,
            Err(Break::Chain(problem)) => {
                broken = Some(problem);
                break;
            }
            Err(Break::Database(error)) => return Err(error),
        }
    }
    let problem = match broken.or_else(|| walk.unmet()) {
        Some(problem) => Some(problem),
        None => ends(&mut transaction, keys, &walk, findings).await?,
    };
    transaction.commit().await?;
    Ok(problem)
}

/// Links of a tenant after a position, each with its row.
async fn links(connection: &mut PgConnection, tenant_id: Uuid, after: i64) -> Result<Vec<PgRow>> {
    let sql = format!(
        "select {COLUMNS}, k.position, k.id, k.key_version, k.link_mac::bytea
        from audit_links k left join audit_logs l on l.tenant_id = $1 and l.id = k.id
        where k.tenant_id = $1 and k.position > $2 order by k.position limit $3"
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(tenant_id).bind(after).bind(BATCH).persistent(false);
    Ok(rows.fetch_all(connection).await?)
}

/// Why a page was not checked to its end.
enum Break {
    /// The chain is broken here.
    Chain(String),
    /// The rows could not be read.
    Database(Error),
}

impl From<sqlx::Error> for Break {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.into())
    }
}

/// A walk along a chain.
struct Walk {
    position: i64,
    previous: [u8; 32],
    vouched: Vec<Standing>,
    next_vouched: usize,
}

impl Walk {
    /// Follows the links of a page; returns how many they are.
    fn check(&mut self, keys: &TenantKeys, page: &[PgRow]) -> Result<u64, Break> {
        for link in page {
            let position: i64 = link.try_get(COLUMN_COUNT)?;
            let id: Uuid = link.try_get(COLUMN_COUNT + 1)?;
            let version: i32 = link.try_get(COLUMN_COUNT + 2)?;
            let link_mac: &[u8] = link.try_get(COLUMN_COUNT + 3)?;
            let broken = |what: &str| Break::Chain(format!("link {position}, row {id}: {what}"));
            if position != self.position + 1 {
                let gone = self.position + 1;
                return Err(Break::Chain(format!(
                    "link {gone} was removed; the next is {position}, row {id}"
                )));
            }
            if link.try_get::<Option<Uuid>, _>(1)?.is_none() {
                return Err(broken("the row was removed"));
            }
            let stored = StoredRow::read(link)?;
            let (authentic, row_digest) = stored.examine(keys);
            match authentic {
                Ok(true) => {}
                Ok(false) => {
                    return Err(broken(
                        "the row was changed after it was written, or written without the key",
                    ));
                }
                Err(error) => return Err(broken(&error.to_string())),
            }
            let expected =
                Linked { position, previous: &self.previous, id, row_mac: stored.row_mac, row_digest };
            match expected.mac(keys, u32::try_from(version).unwrap_or_default()) {
                Ok(mac) if mac[..] == *link_mac => self.previous = mac,
                Ok(_) => {
                    return Err(broken(
                        "the link is not the one that was made: rows were moved, or it was made without the key",
                    ));
                }
                Err(error) => return Err(broken(&error.to_string())),
            }
            self.position = position;
            self.meet().map_err(|problem| broken(&problem))?;
        }
        Ok(page.len() as u64)
    }

    /// Compares the place that was reached with what checkpoints say of it.
    fn meet(&mut self) -> Result<(), String> {
        while let Some(standing) =
            self.vouched.get(self.next_vouched).filter(|next| next.position <= self.position)
        {
            if standing.position == self.position && standing.link_mac.0 != self.previous {
                return Err("a checkpoint vouches for another link here".to_owned());
            }
            self.next_vouched += 1;
        }
        Ok(())
    }

    /// What checkpoints vouch for and the chain does not reach.
    fn unmet(&self) -> Option<String> {
        let last = self.vouched.last().filter(|last| last.position > self.position)?;
        Some(format!(
            "the chain ends with link {}, but a checkpoint vouches for link {}: its end was removed",
            self.position, last.position
        ))
    }
}

/// Checks what stands beside the chain: its head, and the rows without a link.
async fn ends(
    connection: &mut PgConnection,
    keys: &TenantKeys,
    walk: &Walk,
    findings: &mut Findings,
) -> Result<Option<String>> {
    let tenant_id = keys.tenant_id();
    let head: Option<(i64, Vec<u8>)> =
        sqlx::query_as("select position, link_mac::bytea from audit_heads where tenant_id = $1 and id = $1")
            .bind(tenant_id)
            .persistent(false)
            .fetch_optional(&mut *connection)
            .await?;
    match head {
        Some((position, _)) if position != walk.position => {
            return Ok(Some(format!(
                "the chain ends with link {}, but its head says {position}: its end was removed",
                walk.position
            )));
        }
        Some((position, mac)) if mac[..] != walk.previous => {
            return Ok(Some(format!("the head of the chain does not match link {position}")));
        }
        None if walk.position > 0 => return Ok(Some("the head of the chain was removed".to_owned())),
        _ => {}
    }
    let sql = format!(
        "select {COLUMNS}, l.xid < coalesce(h.sealed_xid, '0'::xid8),
            l.xid >= pg_snapshot_xmax(pg_current_snapshot())
                and h.system_identifier = (select system_identifier from pg_control_system())
        from audit_logs l left join audit_heads h on h.tenant_id = $1 and h.id = $1
        where l.tenant_id = $1 and ($2::uuid is null or l.id > $2)
            and not exists (select from audit_links k where k.tenant_id = $1 and k.id = l.id)
        order by l.id limit $3"
    );
    let mut after = None::<Uuid>;
    loop {
        let rows =
            sqlx::query(AssertSqlSafe(sql.clone())).bind(tenant_id).bind(after).bind(BATCH).persistent(false);
        let rows = rows.fetch_all(&mut *connection).await?;
        let Some(last) = rows.last() else { return Ok(None) };
        after = Some(last.try_get(1)?);
        for row in &rows {
            let stored = StoredRow::read(row)?;
            let id = stored.row.id;
            match stored.examine(keys).0 {
                Ok(true) if row.try_get(COLUMN_COUNT)? => {
                    return Ok(Some(format!("row {id}: it was put in among rows that are linked")));
                }
                // Its link would never come, and nobody would miss it.
                Ok(true) if row.try_get::<Option<bool>, _>(COLUMN_COUNT + 1)?.unwrap_or_default() => {
                    return Ok(Some(format!("row {id}: it bears a transaction that has not begun")));
                }
                Ok(true) => findings.waiting += 1,
                Ok(false) => {
                    return Ok(Some(format!(
                        "row {id}: it was changed after it was written, or written without the key"
                    )));
                }
                Err(error) => return Ok(Some(format!("row {id}: {error}"))),
            }
        }
    }
}
