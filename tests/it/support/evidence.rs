//! The sealer of a town, and the file beside its database.

use std::{
    path::Path,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use consentry::kernel::{
    app::App,
    record::{
        journal::Journal,
        proof::{Findings, prove},
        sealer::Sealer,
    },
};

use super::{Database, Town};

static NEXT: AtomicU32 = AtomicU32::new(1);

/// A sealer with a journal of its own.
pub struct Evidence {
    /// The file of checkpoints.
    pub journal: Journal,
    /// The sealer.
    pub sealer: Sealer,
    app: App,
}

impl Town {
    /// The evidence of the town; each call begins a new journal.
    pub fn evidence(&self) -> Evidence {
        Evidence::new(&self.app, &self.database)
    }
}

impl Evidence {
    /// A sealer on a database.
    pub fn new(app: &App, database: &Database) -> Self {
        let name = format!("journal-{}-{}.jsonl", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = std::fs::remove_file(&path);
        let journal = Journal::new(path);
        let sealer = Sealer::new(app.clone(), database.pool("consentry_sealer", 2), journal.clone());
        Self { journal, sealer, app: app.clone() }
    }

    /// One more sealer with the same journal, as on another server.
    pub fn another_sealer(&self, app: &App, database: &Database) -> Sealer {
        Sealer::new(app.clone(), database.pool("consentry_sealer", 2), self.journal.clone())
    }

    /// Seals until every row has its link, then takes a checkpoint. Other tests of the cluster may hold rows up for a
    /// moment: a row waits for every older transaction.
    pub async fn seal(&mut self) {
        for _ in 0..500 {
            self.sealer.turn(false).await.expect("a turn");
            if self.prove().await.waiting == 0 {
                self.sealer.turn(true).await.expect("a checkpoint");
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("rows still wait for their link");
    }

    /// Checks everything.
    pub async fn prove(&self) -> Findings {
        prove(&self.app, &self.journal).await.expect("the record is read")
    }

    /// The only thing that is broken.
    #[track_caller]
    pub fn broken(findings: &Findings) -> &str {
        match &findings.broken[..] {
            [problem] => problem,
            other => panic!("one break was expected: {other:?}"),
        }
    }
}

impl Drop for Evidence {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(self.journal.path());
    }
}
