//! What callers spend: a bucket for each principal, a larger one for each tenant, and one for each address of callers who
//! are not signed in.
//!
//! Buckets of principals and tenants stand in the database, so that several servers share them. A server takes a tenth at a
//! time and spends that by itself, and lets a hundredth be spent on credit before it asks: within any time, all servers
//! together let nobody spend more than the bucket and what flowed into it, and each server at most that tenth and that
//! hundredth more. Those of addresses are each server's own.

use std::{
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use moka::sync::Cache;
use uuid::Uuid;

use super::{
    account::{Account, Budget},
    lease,
};
use crate::kernel::{
    app::App,
    error::{Error, Result},
    session::Slot,
};

/// How much more many may spend together than one: the users of a tenant, and strangers with one address, which may be that
/// of a proxy before all of them.
const MANY: u32 = 10;
/// How many accounts are kept; those that nobody used for long go first.
const ACCOUNTS: u64 = 100_000;
/// An account that nobody used for so long is full again.
const IDLE: Duration = Duration::from_secs(600);

/// What was spent on a request, and what is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spent {
    /// What a full bucket holds.
    pub limit: u32,
    /// What can still be spent, as far as this server knows.
    pub remaining: u32,
    /// What flows in each second.
    pub restore_rate: u32,
    /// What the request cost.
    pub cost: u32,
    /// When the bucket is full again if nothing else is asked.
    pub reset_at: DateTime<Utc>,
    /// The same in seconds from the request.
    pub reset_after: u64,
}

/// The accounts of this process.
#[derive(Debug)]
pub struct Spending {
    budget: Budget,
    accounts: Cache<(Uuid, Uuid), Arc<Shared>>,
    strangers: Cache<Option<IpAddr>, Arc<Mutex<Own>>>,
}

/// An account on a bucket that other servers share.
#[derive(Debug)]
struct Shared {
    tenant_id: Uuid,
    principal_id: Uuid,
    budget: Budget,
    account: Mutex<Account>,
    /// Held by whoever asks the shared bucket, so that one asks for all who wait.
    asking: tokio::sync::Mutex<()>,
}

/// A bucket of this process alone.
#[derive(Debug)]
struct Own {
    points: i64,
    at: DateTime<Utc>,
}

impl Spending {
    /// Everybody's bucket is full.
    #[must_use]
    pub fn new(budget: Budget) -> Self {
        let accounts = Cache::builder().max_capacity(ACCOUNTS).time_to_idle(IDLE).build();
        let strangers = Cache::builder().max_capacity(ACCOUNTS).time_to_idle(IDLE).build();
        Self { budget, accounts, strangers }
    }

    /// Spends what a request costs. `slot` gives its connection back if the shared bucket has to be asked.
    ///
    /// # Errors
    ///
    /// `RATE_LIMITED`, and those of the database.
    pub(in crate::kernel) async fn spend(&self, slot: &Slot, cost: u64) -> Result<Spent> {
        let cost = i64::try_from(cost).unwrap_or(i64::MAX);
        let now = slot.app().clock().now();
        let Some(viewer) = slot.viewer() else {
            return self.spend_as_stranger(slot.origin().peer, cost, now);
        };
        let (tenant_id, principal_id) = (viewer.tenant_id(), viewer.principal().user_id.uuid());
        let own = self.shared(tenant_id, principal_id, self.budget, now);
        let all = self.shared(tenant_id, tenant_id, self.budget.times(MANY), now);
        own.spend(slot, cost, now).await.inspect_err(|error| count(error, "principal"))?;
        if let Err(error) = all.spend(slot, cost, now).await {
            own.account().give_back(cost);
            count(&error, "tenant");
            return Err(error);
        }
        let remaining = own.account().remaining(now);
        Ok(spent(self.budget, cost, remaining, now))
    }

    fn shared(&self, tenant_id: Uuid, principal_id: Uuid, budget: Budget, now: DateTime<Utc>) -> Arc<Shared> {
        self.accounts.get_with((tenant_id, principal_id), || {
            let (account, asking) = (Mutex::new(Account::new(budget, now)), tokio::sync::Mutex::default());
            Arc::new(Shared { tenant_id, principal_id, budget, account, asking })
        })
    }

    fn spend_as_stranger(&self, peer: Option<IpAddr>, cost: i64, now: DateTime<Utc>) -> Result<Spent> {
        let budget = self.budget.times(MANY);
        let full = || Arc::new(Mutex::new(Own { points: i64::from(budget.capacity), at: now }));
        let own = self.strangers.get_with(peer.map(network), full);
        let mut own = own.lock().expect("nothing panics while it holds a bucket");
        own.points = budget.filled(own.points, now.signed_duration_since(own.at));
        own.at = own.at.max(now);
        if own.points < cost {
            let error = Error::RateLimited { retry_after: budget.seconds_for(cost - own.points) };
            count(&error, "address");
            return Err(error);
        }
        own.points -= cost;
        Ok(spent(budget, cost, own.points, now))
    }
}

impl Shared {
    async fn spend(&self, slot: &Slot, cost: i64, now: DateTime<Utc>) -> Result<()> {
        if self.account().take(cost) {
            return Ok(());
        }
        // Whoever waits for another's answer must not hold the connection that the other needs.
        slot.release().await;
        let _asking = self.asking.lock().await;
        if self.account().take(cost) {
            return Ok(());
        }
        let (dry, wanted) = {
            let account = self.account();
            (account.dry(cost, now), account.wanted(cost))
        };
        if let Some(retry_after) = dry {
            return Err(Error::RateLimited { retry_after });
        }
        let app: &App = slot.app();
        let lease = lease::take(app, self.tenant_id, self.principal_id, self.budget, wanted).await?;
        let mut account = self.account();
        account.granted(lease.granted, lease.left, now);
        if account.take(cost) {
            return Ok(());
        }
        Err(Error::RateLimited { retry_after: account.ran_dry(cost, now) })
    }

    fn account(&self) -> MutexGuard<'_, Account> {
        self.account.lock().expect("nothing panics while it holds an account")
    }
}

fn spent(budget: Budget, cost: i64, remaining: i64, now: DateTime<Utc>) -> Spent {
    let points = |points: i64| u32::try_from(points).unwrap_or(u32::MAX);
    let remaining = remaining.max(0);
    let missing = i64::from(budget.capacity) - remaining;
    let reset_after = if missing == 0 { 0 } else { budget.seconds_for(missing) };
    Spent {
        limit: budget.capacity,
        remaining: points(remaining),
        restore_rate: budget.rate,
        cost: points(cost),
        reset_at: now + TimeDelta::seconds(i64::try_from(reset_after).unwrap_or(i64::MAX / 1_000_000)),
        reset_after,
    }
}

/// What somebody can take many addresses of: with IPv6, a whole network of 64 bits.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let network = u128::from(address) >> 64 << 64;
            IpAddr::V6(Ipv6Addr::from(network))
        }
        address @ IpAddr::V4(_) => address,
    }
}

fn count(error: &Error, whose: &'static str) {
    if matches!(error, Error::RateLimited { .. }) {
        metrics::counter!("consentry_rate_limited_total", "bucket" => whose).increment(1);
    }
}
