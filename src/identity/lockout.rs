//! Who guesses has to wait, each time longer; whoever knows the password gets in once the wait is over.

use chrono::{DateTime, TimeDelta, Utc};
use entity::identity::user;
use sea_orm::ActiveValue::Set;

use crate::kernel::{error::Result, record::Written, write::Write};

/// How many wrong attempts in a row are free.
const FREE_ATTEMPTS: i16 = 4;
const FIRST_WAIT: TimeDelta = TimeDelta::minutes(1);
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(1);

/// Whether the user has to wait at this moment. Attempts meanwhile are refused whatever they bring, and do not count.
pub fn is_locked(user: &user::Model, now: DateTime<Utc>) -> bool {
    user.locked_until.is_some_and(|end| now < end)
}

/// How long the next attempt has to wait after so many wrong ones in a row.
fn wait_after(failures: i16) -> Option<TimeDelta> {
    let doublings = u32::try_from(failures.checked_sub(FREE_ATTEMPTS + 1)?).ok()?;
    let factor = 1i32.checked_shl(doublings.min(16))?;
    FIRST_WAIT.checked_mul(factor).map(|wait| wait.min(LONGEST_WAIT))
}

/// Counts a wrong attempt on a user whose row is locked by this transaction, so that no two attempts count as one.
///
/// # Errors
///
/// Those of the database.
pub async fn note_failure(write: &Write, user: &user::Model) -> Result<()> {
    let failures = user.failed_sign_ins.saturating_add(1);
    let mut change = user::ActiveModel { failed_sign_ins: Set(failures), ..Default::default() };
    let wait = wait_after(failures);
    if let Some(wait) = wait {
        change.locked_until = Set(Some(write.now() + wait));
    }
    write.update(user.id, None, change).await?;
    if wait.is_some() {
        metrics::counter!("consentry_lockouts_total").increment(1);
        write.written(Written {
            operation: "user.lock",
            target_kind: "USER",
            target_id: user.id.uuid(),
            patient_id: None,
            fields: vec!["lockedUntil"],
        });
        write.emit("user.locked", "USER", user.id.uuid()).await?;
    }
    Ok(())
}

/// What a right attempt changes in the row: it is as if nobody had guessed.
pub fn forgotten() -> user::ActiveModel {
    user::ActiveModel { failed_sign_ins: Set(0), locked_until: Set(None), ..Default::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fifth_wrong_attempt_costs_a_minute_and_each_further_one_twice_as_much_up_to_an_hour() {
        let minutes: Vec<_> =
            (0..=14).map(|failures| wait_after(failures).map(|wait| wait.num_minutes())).collect();
        let none = [None; 5];
        assert_eq!(minutes[..5], none);
        let expected = [1, 2, 4, 8, 16, 32, 60, 60, 60, 60].map(Some);
        assert_eq!(minutes[5..], expected);
        assert_eq!(wait_after(i16::MAX), Some(LONGEST_WAIT));
    }
}
