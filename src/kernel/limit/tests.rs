use chrono::{DateTime, TimeDelta, Utc};

use super::account::{Account, Budget};

const BUDGET: Budget = Budget { capacity: 10_000, rate: 100 };

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).expect("a moment")
}

#[test]
fn a_hundredth_is_spent_on_credit_and_paid_for_with_the_first_portion() {
    let mut account = Account::new(BUDGET, now());
    assert!(account.take(60) && account.take(40));
    assert!(!account.take(1), "the credit is used up");
    assert_eq!(account.wanted(1), 1_100, "a tenth, and what is owed");
    assert_eq!(account.remaining(now()), 9_900);
    account.granted(1_100, 8_900, now());
    assert_eq!(account.remaining(now()), 9_900, "a portion that was taken can still be spent");
    assert!(account.take(1_000) && account.take(100) && !account.take(1));
}

#[test]
fn a_bucket_fills_with_time_and_never_over() {
    assert_eq!(BUDGET.filled(0, TimeDelta::milliseconds(1_250)), 125);
    assert_eq!(BUDGET.filled(9_990, TimeDelta::days(400)), 10_000);
    assert_eq!(BUDGET.filled(50, TimeDelta::seconds(-5)), 50, "a clock that goes back takes nothing away");
}

#[test]
fn whoever_finds_the_bucket_empty_is_told_how_long_it_takes() {
    let mut account = Account::new(BUDGET, now());
    account.granted(0, 0, now());
    assert!(!account.take(1_000));
    assert_eq!(account.ran_dry(1_000, now()), 9, "900 points beyond the credit, 100 a second");
    assert_eq!(account.dry(250, now()), Some(2), "less is there sooner");
    assert_eq!(account.dry(1_000, now() + TimeDelta::seconds(1)), None, "then the bucket is asked again");
    assert_eq!(BUDGET.seconds_for(-5), 1, "never at once: the clock of the caller may be ahead");
}
