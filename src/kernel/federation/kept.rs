//! A document that is fetched seldom, by one caller for all, and outlives the machine it came from for a day.

use std::sync::{Arc, Mutex, MutexGuard};

use chrono::{DateTime, TimeDelta, Utc};

use crate::kernel::error::Result;

/// How long a document is good while nobody answers.
const LONGEST: TimeDelta = TimeDelta::hours(24);

/// A document with its age.
pub(super) struct Kept<T> {
    state: Mutex<State<T>>,
    turn: tokio::sync::Mutex<()>,
}

struct State<T> {
    held: Option<Held<T>>,
    asked_at: Option<DateTime<Utc>>,
}

/// What is at hand.
pub(super) struct Held<T> {
    pub(super) value: Arc<T>,
    pub(super) fetched_at: DateTime<Utc>,
}

impl<T> Clone for Held<T> {
    fn clone(&self) -> Self {
        Self { value: self.value.clone(), fetched_at: self.fetched_at }
    }
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self { state: Mutex::new(State { held: None, asked_at: None }), turn: tokio::sync::Mutex::default() }
    }
}

impl<T> Kept<T> {
    /// The document, unless it is older than a day.
    pub(super) fn at_hand(&self, now: DateTime<Utc>) -> Option<Held<T>> {
        self.state().held.clone().filter(|held| now - held.fetched_at < LONGEST)
    }

    /// Whether nobody was asked for so long.
    pub(super) fn may_ask(&self, now: DateTime<Utc>, rest: TimeDelta) -> bool {
        self.state().asked_at.is_none_or(|asked_at| now - asked_at >= rest)
    }

    /// Fetches the document, unless somebody else does, or did a moment ago; in either case it is waited for. What was
    /// there stays when that fails.
    pub(super) async fn renew(
        &self,
        now: DateTime<Utc>,
        rest: TimeDelta,
        fetch: impl Future<Output = Result<T>>,
    ) {
        let _turn = self.turn.lock().await;
        if !self.may_ask(now, rest) {
            return;
        }
        self.state().asked_at = Some(now);
        if let Ok(value) = fetch.await {
            self.state().held = Some(Held { value: Arc::new(value), fetched_at: now });
        }
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().expect("nothing panics while it holds the state")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::kernel::error::Error;

    fn dawn() -> DateTime<Utc> {
        DateTime::from_timestamp(1_763_715_600, 0).expect("a moment")
    }

    #[tokio::test]
    async fn many_who_want_it_at_once_cause_one_fetch_and_all_have_it() {
        let (kept, fetched) = (Kept::default(), AtomicU32::new(0));
        let want = || async {
            let fetch = async {
                fetched.fetch_add(1, Ordering::Relaxed);
                tokio::task::yield_now().await;
                Ok(7)
            };
            kept.renew(dawn(), TimeDelta::minutes(1), fetch).await;
            kept.at_hand(dawn()).map(|held| *held.value)
        };
        let all = tokio::join!(want(), want(), want(), want());
        assert_eq!(all, (Some(7), Some(7), Some(7), Some(7)));
        assert_eq!(fetched.into_inner(), 1);
    }

    #[tokio::test]
    async fn what_was_there_outlives_failures_for_a_day_and_no_longer() {
        let kept = Kept::default();
        let rest = TimeDelta::minutes(1);
        kept.renew(dawn(), rest, async { Ok(7) }).await;
        kept.renew(dawn() + TimeDelta::seconds(59), rest, async { Ok(8) }).await;
        assert_eq!(*kept.at_hand(dawn()).expect("a document").value, 7, "nobody was asked so soon");
        let later = dawn() + TimeDelta::hours(23);
        kept.renew(later, rest, async { Err(Error::Unavailable) }).await;
        assert_eq!(*kept.at_hand(later).expect("a document").value, 7);
        assert!(!kept.may_ask(later, rest), "a failure is an answer, too");
        assert!(kept.at_hand(dawn() + LONGEST).is_none());
        kept.renew(dawn() + LONGEST, rest, async { Ok(9) }).await;
        assert_eq!(*kept.at_hand(dawn() + LONGEST).expect("a document").value, 9);
    }

    #[tokio::test]
    async fn a_fetch_that_is_given_up_leaves_the_turn_to_the_next() {
        let kept = Kept::<u32>::default();
        let never = kept.renew(dawn(), TimeDelta::minutes(1), std::future::pending());
        assert!(tokio::time::timeout(std::time::Duration::from_millis(1), never).await.is_err());
        kept.renew(dawn() + TimeDelta::minutes(1), TimeDelta::minutes(1), async { Ok(7) }).await;
        assert!(kept.at_hand(dawn()).is_some());
    }
}
