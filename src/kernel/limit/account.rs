//! What one principal, tenant or address may still spend, as this process knows it.

use chrono::{DateTime, TimeDelta, Utc};

/// How much may be spent, in points, as a bucket that fills steadily.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// What a full bucket holds: at least what one request may cost.
    pub capacity: u32,
    /// What flows in each second, until it is full.
    pub rate: u32,
}

impl Budget {
    /// The same budget several times.
    #[must_use]
    pub const fn times(self, factor: u32) -> Self {
        Self { capacity: self.capacity.saturating_mul(factor), rate: self.rate.saturating_mul(factor) }
    }

    /// What a server takes from the shared bucket at once.
    pub(super) const fn portion(self) -> i64 {
        self.capacity as i64 / 10
    }

    /// What a server lets somebody spend before it asks the shared bucket at all. Most callers ask a few things and go: they
    /// cost no statement.
    pub(super) const fn credit(self) -> i64 {
        self.capacity as i64 / 100
    }

    /// What there is some time after there were `points`.
    pub(super) fn filled(self, points: i64, elapsed: TimeDelta) -> i64 {
        let inflow = elapsed.num_milliseconds().max(0).saturating_mul(i64::from(self.rate)) / 1_000;
        points.saturating_add(inflow).min(i64::from(self.capacity))
    }

    /// Seconds until so many points have flowed in, at least one.
    pub(super) fn seconds_for(self, points: i64) -> u64 {
        points.max(0).unsigned_abs().div_ceil(u64::from(self.rate.max(1))).max(1)
    }
}

/// A portion of a shared bucket, and what was left there when it was taken.
#[derive(Clone, Copy, Debug)]
pub(super) struct Account {
    budget: Budget,
    /// What can be spent without asking; below zero, what was spent on credit.
    points: i64,
    /// What the shared bucket held at `left_at`; full before anybody asked.
    left: i64,
    left_at: DateTime<Utc>,
    /// Until when asking the shared bucket is of no use.
    dry_until: Option<DateTime<Utc>>,
}

impl Account {
    pub(super) const fn new(budget: Budget, now: DateTime<Utc>) -> Self {
        Self { budget, points: 0, left: budget.capacity as i64, left_at: now, dry_until: None }
    }

    /// Spends what is at hand; returns whether it was enough.
    pub(super) const fn take(&mut self, cost: i64) -> bool {
        let enough = self.missing(cost) <= 0;
        if enough {
            self.points -= cost;
        }
        enough
    }

    pub(super) const fn give_back(&mut self, cost: i64) {
        self.points += cost;
    }

    /// How much to ask the shared bucket for.
    pub(super) fn wanted(&self, cost: i64) -> i64 {
        self.budget.portion().max(cost) - self.points
    }

    /// What the shared bucket gave, and what it has left.
    pub(super) fn granted(&mut self, granted: i64, left: i64, now: DateTime<Utc>) {
        self.points = self.points.saturating_add(granted);
        self.left = left;
        self.left_at = now;
    }

    /// Notes that the shared bucket is empty; returns the seconds until it will have enough. It is asked again after a
    /// second, since others may want less.
    pub(super) fn ran_dry(&mut self, cost: i64, now: DateTime<Utc>) -> u64 {
        self.dry_until = Some(now + TimeDelta::seconds(1));
        self.budget.seconds_for(self.missing(cost))
    }

    /// The seconds until there will be enough, while the shared bucket is known to be empty.
    pub(super) fn dry(&self, cost: i64, now: DateTime<Utc>) -> Option<u64> {
        self.dry_until.filter(|until| now < *until)?;
        Some(self.budget.seconds_for(self.missing(cost)))
    }

    /// What can still be spent, as far as this process knows.
    pub(super) fn remaining(&self, now: DateTime<Utc>) -> i64 {
        let shared = self.budget.filled(self.left, now.signed_duration_since(self.left_at));
        shared.saturating_add(self.points).clamp(0, i64::from(self.budget.capacity))
    }

    const fn missing(&self, cost: i64) -> i64 {
        cost - self.points - self.budget.credit()
    }
}
