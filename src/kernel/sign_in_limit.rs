//! How often an address may try to sign in: counted in the database, so that all servers count together.
//!
//! Each address has a row with the moments of its attempts of the last five minutes. One statement looks whether there are
//! too many and adds another one, so however many come at once, no window of that length ever has more. What is refused is
//! not added: whoever waits as long as the answer says is let in.

use std::{
    net::{IpAddr, Ipv6Addr},
    sync::Arc,
};

use chrono::{DateTime, TimeDelta, Utc};
use entity::tenancy::tenant::PLATFORM;
use sea_orm::{DbBackend, Statement, Value};

use super::{
    app::App,
    crypto::DerivedPurpose,
    error::{Error, Result},
    session::{Slot, note_refused},
    write::Write,
};

const WINDOW: TimeDelta = TimeDelta::minutes(5);
/// Addresses whose refusal a server remembers, so that a flood from them does not reach the database.
const REMEMBERED: u64 = 10_000;

/// Until when addresses are refused. None is let in before that, whichever server it asks.
pub(in crate::kernel) type RefusedAddresses = moka::sync::Cache<[u8; 32], DateTime<Utc>>;

pub(in crate::kernel) fn refused_addresses() -> RefusedAddresses {
    moka::sync::Cache::new(REMEMBERED)
}

impl Slot {
    /// Counts an attempt to prove who somebody is, before anything is checked: a password, an invitation, a code. Call it
    /// outside of any transaction.
    ///
    /// A request without an address comes from within the process and is not counted.
    ///
    /// # Errors
    ///
    /// `RATE_LIMITED` when the address tried too often; the refusal is recorded.
    pub async fn admit_attempt(&self) -> Result<()> {
        let Some(address) = self.origin().peer else { return Ok(()) };
        let app = self.app();
        let network = format!("sign-in {}", network(address));
        let hash = app.tenant_keys(PLATFORM).await?.mac(DerivedPurpose::AddressHash, network.as_bytes());
        let now = app.clock().now();
        let until = match app.refused_addresses().get(&hash).filter(|until| *until > now) {
            Some(until) => Some(until),
            None => {
                let most = app.sign_in_policy().attempts;
                // On a slot of its own: what is counted is nothing that the caller has to be told of.
                let counting = self.apart().await;
                let until =
                    counting.write_anonymous(PLATFORM, |write| Box::pin(count(write, hash, most))).await?;
                if until.is_some() {
                    let request_id = &self.origin().request_id;
                    tracing::warn!(
                        request_id,
                        "an address tried to sign in too often; if it is a proxy, name it in CONSENTRY_TRUSTED_PROXIES"
                    );
                }
                until
            }
        };
        match until {
            None => Ok(()),
            Some(until) => {
                app.refused_addresses().insert(hash, until);
                refuse(app, self, until - now).await
            }
        }
    }
}

async fn refuse(app: &App, slot: &Slot, wait: TimeDelta) -> Result<()> {
    metrics::counter!("consentry_sign_ins_limited_total").increment(1);
    let origin = Arc::new(slot.origin().clone());
    note_refused(app, None, origin, "session.admit", "RATE_LIMITED").await?;
    // Whole seconds, and never too few.
    let seconds = u64::try_from((wait.num_milliseconds() + 999) / 1_000).unwrap_or(1);
    Err(Error::RateLimited { retry_after: seconds.max(1) })
}

/// Adds an attempt; or, where there are as many as may be, says when the next one may come.
async fn count(write: &Write, hash: [u8; 32], most: u16) -> Result<Option<DateTime<Utc>>> {
    let (now, begin) = (write.now(), write.now() - WINDOW);
    let tenant = Value::from(write.tenant_id());
    let address = Value::from(hash.to_vec());
    let most = i32::from(most);
    let sql = "insert into sign_in_addresses as a (tenant_id, id, address_hash, attempts, last_attempt_at)
        values ($1, $2, $3, array[$4::timestamptz], $4)
        on conflict (tenant_id, address_hash) do update set
            attempts = array(select t from unnest(a.attempts) t where t > $5) || excluded.attempts,
            last_attempt_at = excluded.last_attempt_at
        where (select count(*) from unnest(a.attempts) t where t > $5) < $6";
    let id = Value::from(write.new_id::<entity::identity::sign_in_address::Entity>());
    let values = [tenant.clone(), id, address.clone(), now.into(), begin.into(), most.into()];
    let counted = write.execute(Statement::from_sql_and_values(DbBackend::Postgres, sql, values)).await?;
    if counted.rows_affected() == 1 {
        forget_some(write, begin).await?;
        return Ok(None);
    }
    // The newest but so many: when it is out of the window, there is a place.
    let sql = "select t from sign_in_addresses a, unnest(a.attempts) t
        where a.tenant_id = $1 and a.address_hash = $2 order by t desc offset $3 limit 1";
    let values = [tenant, address, (i64::from(most) - 1).into()];
    let rows = write.query(Statement::from_sql_and_values(DbBackend::Postgres, sql, values)).await?;
    let blocking: Option<DateTime<Utc>> = rows.first().map(|row| row.try_get("", "t")).transpose()?;
    Ok(Some(blocking.unwrap_or(now) + WINDOW))
}

/// Erases some addresses that stopped trying: more than one attempt can add, so rows do not pile up. It waits for nobody.
async fn forget_some(write: &Write, begin: DateTime<Utc>) -> Result<()> {
    let sql = "delete from sign_in_addresses where tenant_id = $1 and id in (
        select id from sign_in_addresses where tenant_id = $1 and last_attempt_at <= $2
        order by last_attempt_at limit 10 for update skip locked)";
    let values = [Value::from(write.tenant_id()), begin.into()];
    write.execute(Statement::from_sql_and_values(DbBackend::Postgres, sql, values)).await?;
    Ok(())
}

/// What counts as one address: a household or a machine has a whole /64 of IPv6.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_of_ipv6_counts_as_one_address_and_a_mapped_one_as_what_it_maps() {
        let of = |text: &str| network(text.parse().expect("an address")).to_string();
        assert_eq!(of("203.0.113.9"), "203.0.113.9");
        assert_eq!(of("::ffff:203.0.113.9"), "203.0.113.9");
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
    }
}
