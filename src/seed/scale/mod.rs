//! Scale data: as many tenants with as many patients as somebody asks for, encrypted for real.
//!
//! Tenants are made as any other is, through the same provisioning and with the same staff. Patients come in batches of
//! some hundred, each one transaction of a few statements, as the role of the server and bound by its row-level security.
//! What the API would write of a patient is written, and the record of it; only the events are left out, since nobody
//! has to be told of patients who were never anywhere. Ids of patients follow from their tenant and number, so a run that
//! was cut off is gone on with.

mod ground;
mod identity;
mod patients;
mod stories;

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use sqlx::PgPool;
use tokio::{sync::OnceCell, task::JoinSet};

use self::ground::Ground;
use super::{LOCK, hash};
use crate::kernel::{
    app::App,
    error::{Error, Result},
};

/// How many patients are written in one transaction.
const BATCH: u64 = 250;
/// The most tenants that are made.
const MOST_TENANTS: u64 = 100_000;
/// The most patients that are made, in all tenants together.
const MOST_PATIENTS: u64 = 10_000_000;

/// How many of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    tenants: u64,
    patients: u64,
}

impl Plan {
    /// So many tenants with so many patients each.
    ///
    /// # Errors
    ///
    /// A sentence on what can be asked for.
    pub fn new(tenants: u64, patients: u64) -> std::result::Result<Self, String> {
        let all = tenants.checked_mul(patients);
        let sensible = (1..=MOST_TENANTS).contains(&tenants)
            && all.is_some_and(|all| (1..=MOST_PATIENTS).contains(&all));
        if sensible {
            Ok(Self { tenants, patients })
        } else {
            Err(format!(
                "{tenants} tenants with {patients} patients each cannot be made: ask for 1 to {MOST_TENANTS} tenants, \
                 at least one patient each and at most {MOST_PATIENTS} in all"
            ))
        }
    }

    /// How many patients there will be in all.
    pub const fn all_patients(&self) -> u64 {
        self.tenants * self.patients
    }

    const fn batches_of_tenant(&self) -> u64 {
        self.patients.div_ceil(BATCH)
    }
}

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Made {
    /// Tenants that were not there.
    pub tenants: u64,
    /// Patients who were not there.
    pub patients: u64,
}

/// Who is told how many patients there are by now.
pub type Progress = Arc<dyn Fn(u64) + Send + Sync>;

/// The slug of the tenant of this number, from 1.
pub fn slug(number: u64) -> String {
    format!("scale-{number:04}")
}

/// Makes what is missing of the plan, over `lanes` connections of `app` at once, and tells `progress` after each batch.
///
/// # Errors
///
/// Those of the database and of the key provider. What was committed stays, and the next run goes on there.
pub async fn scale(app: &App, owner: &PgPool, plan: Plan, lanes: u32, progress: Progress) -> Result<Made> {
    let mut turn = owner.begin().await?;
    sqlx::query("select pg_advisory_xact_lock($1)").bind(LOCK).execute(&mut *turn).await?;
    let work = Arc::new(Work {
        app: app.clone(),
        owner: owner.clone(),
        plan,
        hash: hash().await?,
        grounds: (0..plan.tenants).map(|_| OnceCell::new()).collect(),
        next: AtomicU64::new(0),
        there: AtomicU64::new(0),
        made_tenants: AtomicU64::new(0),
        made_patients: AtomicU64::new(0),
        progress,
    });
    let mut running = JoinSet::new();
    for _ in 0..lanes {
        let work = work.clone();
        running.spawn(async move { work.lane().await });
    }
    while let Some(ended) = running.join_next().await {
        ended.map_err(Error::internal)??;
    }
    turn.commit().await?;
    Ok(Made {
        tenants: work.made_tenants.load(Ordering::Relaxed),
        patients: work.made_patients.load(Ordering::Relaxed),
    })
}

struct Work {
    app: App,
    owner: PgPool,
    plan: Plan,
    hash: String,
    grounds: Vec<OnceCell<Arc<Ground>>>,
    /// The batch that nobody took yet, counted through all tenants.
    next: AtomicU64,
    there: AtomicU64,
    made_tenants: AtomicU64,
    made_patients: AtomicU64,
    progress: Progress,
}

impl Work {
    /// Takes one batch after another until none is left.
    async fn lane(&self) -> Result<()> {
        loop {
            let batch = self.next.fetch_add(1, Ordering::Relaxed);
            let (tenant, part) =
                (batch / self.plan.batches_of_tenant(), batch % self.plan.batches_of_tenant());
            let Some(ground) = usize::try_from(tenant).ok().and_then(|place| self.grounds.get(place)) else {
                return Ok(());
            };
            let ground = ground.get_or_try_init(|| self.open(tenant + 1)).await?;
            let numbers = part * BATCH..((part + 1) * BATCH).min(self.plan.patients);
            let wanted = numbers.end - numbers.start;
            let made = patients::make(&self.app, ground.clone(), numbers).await?;
            self.made_patients.fetch_add(made, Ordering::Relaxed);
            let there = self.there.fetch_add(wanted, Ordering::Relaxed) + wanted;
            (self.progress)(there);
        }
    }

    async fn open(&self, number: u64) -> Result<Arc<Ground>> {
        let (ground, new) = ground::open(&self.app, &self.owner, number, &self.hash).await?;
        self.made_tenants.fetch_add(u64::from(new), Ordering::Relaxed);
        Ok(Arc::new(ground))
    }
}
