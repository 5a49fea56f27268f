//! What goes on behind the requests, on a thread of its own: the record is sealed, events are carried out.

use std::thread::{self, JoinHandle};

use sqlx::{PgPool, postgres::PgConnectOptions};
use tokio::sync::watch;

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
        let (stop, stopped) = watch::channel(false);
        let app = app.clone();
        let thread = thread::Builder::new()
            .name("background".to_owned())
            .spawn(move || self.run(&app, stopped))
            .map_err(Failure::system)?;
        Ok(Running { stop, thread })
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
    thread: JoinHandle<()>,
}

impl Running {
    /// Stops at a safe point: what was begun is finished, and the last links are vouched for.
    pub(super) async fn stop(self) {
        self.stop.send_replace(true);
        let thread = self.thread;
        if tokio::task::spawn_blocking(move || thread.join()).await.is_err() {
            tracing::error!("the background could not be waited for");
        }
    }
}
