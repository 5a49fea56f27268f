//! How long, how often, how many.

use std::time::Duration;

use chrono::TimeDelta;
use rand::{TryRng, rngs::SysRng};

/// How a relay works. [`Default`] is what a server does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// How many events one relay carries out at once.
    pub places: usize,
    /// How many of these one tenant can have: whatever its effects wait for, the rest is left to others.
    pub places_of_one_tenant: usize,
    /// For how long an event is held. Much longer than `timeout`, since whoever holds it also has to acknowledge it.
    pub lease: TimeDelta,
    /// After how long an effect is given up; counts as an attempt.
    pub timeout: Duration,
    /// How many attempts an event gets before it is given up. With the delays below, thirty take about 14 hours: longer
    /// than a night in which nobody looks.
    pub most_attempts: i32,
    /// The longest delay after the first failed attempt; doubles with every other.
    pub first_delay: TimeDelta,
    /// Where doubling ends.
    pub longest_delay: TimeDelta,
    /// How often to look for events that nobody called us for: those of other processes, and those whose delay is over.
    pub poll: Duration,
    /// How long events that were carried out are kept.
    pub keep: TimeDelta,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            places: 16,
            places_of_one_tenant: 12,
            lease: TimeDelta::seconds(60),
            timeout: Duration::from_secs(15),
            most_attempts: 30,
            first_delay: TimeDelta::seconds(1),
            longest_delay: TimeDelta::hours(1),
            poll: Duration::from_millis(250),
            keep: TimeDelta::days(30),
        }
    }
}

impl Policy {
    /// How long to wait after the failed attempt number `tries`, from 1. `jitter`, from 0 to 1, spreads the delay over
    /// its upper half, so that events that failed together do not come back together.
    pub fn delay(&self, tries: i32, jitter: f64) -> TimeDelta {
        let doublings = u32::try_from(tries - 1).unwrap_or_default().min(30);
        let doubled = self.first_delay.checked_mul(1 << doublings).unwrap_or(self.longest_delay);
        let longest = doubled.min(self.longest_delay);
        let microseconds = longest.num_microseconds().unwrap_or(i64::MAX);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_precision_loss,
            reason = "a delay of days is exact"
        )]
        let spread = (microseconds as f64 * (0.5 + jitter.clamp(0.0, 1.0) / 2.0)) as i64;
        TimeDelta::microseconds(spread)
    }
}

/// A number from 0 to 1, or 1 from a machine that has no random numbers.
pub(super) fn jitter() -> f64 {
    SysRng.try_next_u32().map_or(1.0, |number| f64::from(number) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_up_to_the_longest_and_jitter_takes_at_most_half() {
        let policy = Policy::default();
        for (tries, seconds) in
            [(1, 1), (2, 2), (3, 4), (12, 2_048), (13, 3_600), (30, 3_600), (i32::MAX, 3_600)]
        {
            assert_eq!(policy.delay(tries, 1.0), TimeDelta::seconds(seconds), "after {tries}");
            assert_eq!(policy.delay(tries, 0.0), TimeDelta::milliseconds(seconds * 500), "after {tries}");
        }
        assert_eq!(policy.delay(2, 0.5), TimeDelta::milliseconds(1_500));
    }

    #[test]
    fn an_event_outlives_a_night_in_which_its_receiver_is_down() {
        let policy = Policy::default();
        let shortest: TimeDelta = (1..policy.most_attempts).map(|tries| policy.delay(tries, 0.0)).sum();
        assert!(shortest >= TimeDelta::hours(9), "{shortest}");
        let timeout = TimeDelta::from_std(policy.timeout).expect("a delay");
        assert!(policy.lease >= timeout * 2, "nobody else takes an event that is still carried out");
    }
}
