//! What events cause.

use std::{
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::Arc,
    task::Poll,
    time::Duration,
};

use async_trait::async_trait;
use entity::platform::outbox_event::OutboxFailure;

use super::Event;

/// Something that an event causes outside of the database. It can be asked twice for one event, and has to tell that by
/// [`Event::id`].
#[async_trait]
pub trait Effect: Send + Sync + 'static {
    /// Carries the event out. Dropped when it takes too long.
    ///
    /// # Errors
    ///
    /// Why it came to nothing, and whether another attempt may help.
    async fn carry_out(&self, event: &Event) -> Result<(), Failure>;
}

/// Why an attempt came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    /// From a closed list: the text of a receiver is never kept.
    pub reason: OutboxFailure,
    /// Whether another attempt would come to nothing as well.
    pub is_final: bool,
}

impl Failure {
    /// Another attempt may help.
    pub const fn passing(reason: OutboxFailure) -> Self {
        Self { reason, is_final: false }
    }

    /// Another attempt would not help.
    pub const fn lasting(reason: OutboxFailure) -> Self {
        Self { reason, is_final: true }
    }
}

/// Which events cause what.
#[derive(Clone, Default)]
pub struct Effects(Vec<(Interest, Arc<dyn Effect>)>);

#[derive(Clone, Copy)]
enum Interest {
    Every,
    Only(&'static str),
}

impl Effects {
    /// Nobody listens: events are acknowledged and nothing happens.
    pub fn none() -> Self {
        Self::default()
    }

    /// Adds an effect of every event.
    #[must_use]
    pub fn of_every_event(mut self, effect: impl Effect) -> Self {
        self.0.push((Interest::Every, Arc::new(effect)));
        self
    }

    /// Adds an effect of one type of event.
    #[must_use]
    pub fn of(mut self, event_type: &'static str, effect: impl Effect) -> Self {
        self.0.push((Interest::Only(event_type), Arc::new(effect)));
        self
    }

    /// One attempt: all effects of the event, in the order in which they were added, until one fails.
    pub(super) async fn attempt(&self, event: &Event, timeout: Duration) -> Result<(), Failure> {
        let attempt = async {
            for (interest, effect) in &self.0 {
                if matches!(interest, Interest::Every)
                    || matches!(interest, Interest::Only(event_type) if *event_type == event.event_type)
                {
                    effect.carry_out(event).await?;
                }
            }
            Ok(())
        };
        match tokio::time::timeout(timeout, unless_it_panics(attempt)).await {
            Ok(Some(outcome)) => outcome,
            Ok(None) => Err(Failure::passing(OutboxFailure::Panicked)),
            Err(_) => Err(Failure::passing(OutboxFailure::TimedOut)),
        }
    }
}

/// The value of a future, or nothing when it panicked. It is never looked at again afterwards.
async fn unless_it_panics<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(value)) => Poll::Ready(Some(value)),
        Err(_) => Poll::Ready(None),
    })
    .await
}
