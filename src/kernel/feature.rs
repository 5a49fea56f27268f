//! Which features are on, for whom.
//!
//! A flag of a tenant goes before the one of the reserved tenant, which holds for all. A transaction sees the rows of one
//! tenant, so those of all are kept in the process: before a request that asks for features is executed, they are read
//! again if they are older than a few seconds, in a transaction of their own.

use std::{
    collections::HashMap,
    sync::{Arc, RwLock},
};

use chrono::{DateTime, TimeDelta, Utc};
use entity::tenancy::tenant::PLATFORM;
use sea_orm::{DbBackend, FromQueryResult, Statement, Value};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    app::App,
    database::{self, Mode},
    error::Result,
    session::{Session, Slot},
};

/// What is set for all tenants takes effect within this time.
const FRESH: TimeDelta = TimeDelta::seconds(5);

/// Whether a feature is on, and for how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Flag {
    /// Off for everybody when it is not enabled.
    pub enabled: bool,
    /// For how many of a hundred it is on.
    pub rollout_percentage: i32,
}

impl Flag {
    /// Whether the feature is on for this user. Whoever has it at some percentage has it at every higher one; who has one
    /// feature tells nothing of who has another.
    #[must_use]
    pub fn is_on_for(self, key: &str, subject: Uuid) -> bool {
        self.enabled && i64::from(place(key, subject)) < i64::from(self.rollout_percentage) * 100
    }
}

/// The place of a user among those who may get a feature, from 0 to 9,999: the same whenever and wherever it is asked.
fn place(key: &str, subject: Uuid) -> u16 {
    // No key holds a zero byte, so none ends where another's subject begins.
    let digest = Sha256::new().chain_update(key).chain_update([0]).chain_update(subject).finalize();
    let number = digest.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    u16::try_from(number % 10_000).unwrap_or(u16::MAX)
}

/// When the flags were read, and what they were by their keys.
type Known = (DateTime<Utc>, Arc<HashMap<String, Flag>>);

/// The flags that hold for all tenants, as this process last read them.
#[derive(Debug, Default)]
pub struct GlobalFlags {
    read: RwLock<Option<Known>>,
}

impl GlobalFlags {
    /// Reads the flags again if they are old. The slot gives its connection back then.
    ///
    /// # Errors
    ///
    /// Those of the database, unless there are flags that were read before.
    pub(in crate::kernel) async fn refresh(&self, slot: &Slot) -> Result<()> {
        let now = slot.app().clock().now();
        let known = self.known();
        if known.as_ref().is_some_and(|(at, _)| now.signed_duration_since(*at).abs() < FRESH) {
            return Ok(());
        }
        slot.release().await;
        match read(slot.app()).await {
            Ok(flags) => {
                *self.read.write().expect("nothing panics while it holds the flags") =
                    Some((now, Arc::new(flags)));
                Ok(())
            }
            // What held a moment ago is better than nothing.
            Err(_) if known.is_some() => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn flag(&self, key: &str) -> Option<Flag> {
        self.known().and_then(|(_, flags)| flags.get(key).copied())
    }

    fn known(&self) -> Option<Known> {
        self.read.read().expect("nothing panics while it holds the flags").clone()
    }
}

async fn read(app: &App) -> Result<HashMap<String, Flag>> {
    let mut transaction = database::begin(app.pool(), Mode::Read, PLATFORM, None).await?;
    let rows: Vec<(String, bool, i32)> = sqlx::query_as(
        "select key::text, enabled, rollout_percentage from feature_flags where tenant_id = $1",
    )
    .bind(PLATFORM)
    .persistent(app.keeps_statements())
    .fetch_all(&mut *transaction)
    .await?;
    transaction.commit().await?;
    let flags = rows.into_iter();
    Ok(flags.map(|(key, enabled, rollout_percentage)| (key, Flag { enabled, rollout_percentage })).collect())
}

impl Session {
    /// The flag that holds for the viewer's tenant: its own, else the one for all.
    ///
    /// # Errors
    ///
    /// `UNAUTHENTICATED` when nobody is signed in, and those of the database.
    pub async fn flag(&self, app: &App, key: &str) -> Result<Option<Flag>> {
        let core = self.core();
        core.viewer()?;
        let sql = "select enabled, rollout_percentage from feature_flags where tenant_id = $1 and key = $2";
        let values = [Value::from(core.tenant_id()), Value::from(key)];
        let rows = core.query(Statement::from_sql_and_values(DbBackend::Postgres, sql, values)).await?;
        match rows.first() {
            Some(row) => Ok(Some(Flag::from_query_result(row, "")?)),
            None => Ok(app.global_flags().flag(key)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USERS: u128 = 10_000;

    fn on(key: &str, percentage: i32) -> Vec<bool> {
        let flag = Flag { enabled: true, rollout_percentage: percentage };
        (0..USERS).map(|user| flag.is_on_for(key, Uuid::from_u128(user << 64 | 7))).collect()
    }

    #[test]
    fn whoever_has_a_feature_keeps_it_when_more_get_it() {
        let mut before = vec![false; 10_000];
        for percentage in 0..=100 {
            let now = on("chat.new", percentage);
            assert!(before.iter().zip(&now).all(|(before, now)| now >= before), "at {percentage} %");
            before = now;
        }
        assert!(before.iter().all(|on| *on), "at 100 % everybody has it");
        assert!(on("chat.new", 0).iter().all(|on| !*on), "at 0 % nobody has it");
    }

    #[test]
    fn about_as_many_have_a_feature_as_its_percentage_says() {
        for percentage in [1, 10, 25, 50, 90] {
            let count = on("chat.new", percentage).into_iter().filter(|on| *on).count();
            let wanted = usize::try_from(percentage).expect("a percentage") * 100;
            // Five standard deviations of a fair choice are at most 250 of 10,000.
            assert!(count.abs_diff(wanted) < 250, "{count} of 10,000 at {percentage} %");
        }
    }

    #[test]
    fn who_has_one_feature_tells_nothing_of_who_has_another() {
        let both = on("chat.new", 50).into_iter().zip(on("chat.old", 50)).filter(|(new, old)| *new && *old);
        let count = both.count();
        assert!(count.abs_diff(2_500) < 250, "{count} of 10,000 have both");
    }

    #[test]
    fn a_feature_that_is_not_enabled_is_off_for_everybody() {
        let flag = Flag { enabled: false, rollout_percentage: 100 };
        assert!((0..100).all(|user| !flag.is_on_for("chat.new", Uuid::from_u128(user))));
    }
}
