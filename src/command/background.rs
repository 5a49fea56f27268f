//! What goes on behind the requests, on a thread of its own: the record is sealed, events are carried out.

use std::thread::{self, JoinHandle};

use sqlx::{PgPool, postgres::PgConnectOptions};
use tokio::sync::{mpsc, watch};

use super::{
    Failure,
    database::{Server, connect, role_problem},
};
use crate::{
    config::{BackgroundRole, Config},
    kernel::{
        app::App,
        database,
        outbox::{Effects, relay},
        record::{journal::Journal, proof, sealer::Sealer},
    },
    platform::event_sink::effects,
};

/// Connections of each role behind the requests; one works, one is there when it breaks.
const CONNECTIONS: u32 = 2;

/// How the background connects, once everything about it was checked.
pub(super) struct Background {
    app: PgConnectOptions,
    pooler: database::Pooler,
    sealer: PgConnectOptions,
    worker: PgConnectOptions,
    journal: Journal,
    effects: Effects,
}

impl Background {
    /// Checks the roles that work behind the requests, and that no evidence was lost.
    pub(super) async fn prepare(
        config: &Config,
        server: &Server,
        app: &App,
        options: &PgConnectOptions,
    ) -> Result<Self, Failure> {
        let journal = Journal::new(config.audit_journal()?);
        if let Some(problem) = proof::restored_backup(app, &journal).await? {
            return Err(Failure::refused(format_args!(
                "{problem}: what was looked at since then is not in it; bring back the newer database, or say why \
                 not with `consentry audit accept-restore --reason …`"
            )));
        }
        let sealer = signed_in(server, BackgroundRole::Sealer).await?;
        let worker = signed_in(server, BackgroundRole::Worker).await?;
        let effects = effects(config.event_sink.as_ref())?;
        let pooler = server.pooler();
        Ok(Self { app: options.clone(), pooler, sealer, worker, journal, effects })
    }

    /// Starts the thread.
    pub(super) fn start(self, app: &App) -> Result<Running, Failure> {
        let app = app.clone();
        Running::begin(move |stopped| self.run(&app, stopped))
    }

    fn run(self, app: &App, stop: watch::Receiver<bool>) {
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => return tracing::error!(%error, "the background got no runtime"),
        };
        runtime.block_on(async {
            let pools = [
                database::pool_through(self.pooler, self.app, CONNECTIONS),
                database::pool(self.sealer, CONNECTIONS),
                database::pool(self.worker, CONNECTIONS),
            ];
            let [app_pool, sealer_pool, worker_pool] = &pools;
            let app = app.with_pool(app_pool.clone());
            let sealer = Sealer::new(app.clone(), sealer_pool.clone(), self.journal);
            tokio::join!(sealer.run(stop.clone()), relay(app, worker_pool.clone(), self.effects, stop));
            for pool in &pools {
                PgPool::close(pool).await;
            }
        });
    }
}

/// How a role connects, once it was seen that it can and may.
async fn signed_in(server: &Server, role: BackgroundRole) -> Result<PgConnectOptions, Failure> {
    let options = server.background_options(role)?;
    let mut connection = connect(&options).await?;
    match role_problem(&mut connection, role.name()).await? {
        Some(problem) => Err(Failure::refused(problem)),
        None => Ok(options),
    }
}

/// The thread at work.
pub(super) struct Running {
    stop: watch::Sender<bool>,
    /// Closed when the thread has ended, also by a panic.
    ended: mpsc::Receiver<()>,
    thread: JoinHandle<()>,
}

impl Running {
    fn begin(work: impl FnOnce(watch::Receiver<bool>) + Send + 'static) -> Result<Self, Failure> {
        let (stop, stopped) = watch::channel(false);
        let (alive, ended) = mpsc::channel(1);
        let begin = move || {
            let _alive = alive;
            work(stopped);
        };
        let thread = thread::Builder::new().name("background".to_owned()).spawn(begin);
        Ok(Self { stop, ended, thread: thread.map_err(Failure::system)? })
    }

    /// Returns when the thread ended although nobody asked it to: looks would be served that nobody seals.
    pub(super) async fn ended(&mut self) {
        self.ended.recv().await;
    }

    /// Stops at a safe point: what was begun is finished, and the last links are vouched for.
    pub(super) async fn stop(self) {
        self.stop.send_replace(true);
        let thread = self.thread;
        if tokio::task::spawn_blocking(move || thread.join()).await.is_err() {
            tracing::error!("the background could not be waited for");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_thread_that_ends_by_itself_or_panics_is_noticed() {
        let mut ends = Running::begin(drop).expect("a thread");
        ends.ended().await;
        let mut panics = Running::begin(|_| panic!("on purpose")).expect("a thread");
        panics.ended().await;
        panics.stop().await;
    }

    #[tokio::test]
    async fn a_thread_at_work_is_not_taken_for_one_that_ended() {
        let (go_on, wait) = std::sync::mpsc::channel::<()>();
        let work = move |_| wait.recv().expect("it is told to go on");
        let mut works = Running::begin(work).expect("a thread");
        tokio::select! {
            biased;
            () = works.ended() => panic!("it is at work"),
            () = tokio::task::yield_now() => {}
        }
        go_on.send(()).expect("it waits");
        works.ended().await;
    }
}
