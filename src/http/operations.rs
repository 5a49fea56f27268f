//! Which operations run, whether their clients wait for them or not.

use metrics::gauge;
use tokio::sync::watch;

/// The operations that run, also those whose client hung up; clones count together.
#[derive(Clone, Debug)]
pub struct Operations(watch::Sender<usize>);

impl Default for Operations {
    fn default() -> Self {
        Self(watch::Sender::new(0))
    }
}

impl Operations {
    /// One more operation, until the value is dropped.
    pub fn begin(&self) -> Operation {
        gauge!("consentry_operations_in_flight").increment(1.0);
        self.0.send_modify(|running| *running += 1);
        Operation(self.0.clone())
    }

    /// Returns when none runs.
    pub async fn ended(&self) {
        // It fails only without a sender, and this is one.
        let _ = self.0.subscribe().wait_for(|running| *running == 0).await;
    }
}

/// An operation that runs.
#[derive(Debug)]
pub struct Operation(watch::Sender<usize>);

impl Drop for Operation {
    fn drop(&mut self) {
        gauge!("consentry_operations_in_flight").decrement(1.0);
        self.0.send_modify(|running| *running -= 1);
    }
}
