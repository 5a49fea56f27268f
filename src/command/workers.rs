//! The threads that serve requests. Each has a runtime and a pool of its own: the loaders batch only while a request
//! and its loads share one thread, and nothing has to move between cores.

use std::{
    io,
    net::TcpListener,
    pin::pin,
    thread::{self, JoinHandle},
    time::Duration,
};

use sqlx::{PgPool, postgres::PgConnectOptions};
use tokio::sync::{mpsc, watch};

use super::Failure;
use crate::{
    config::Config,
    http::{
        self, Pages,
        server::{Deadlines, Places},
    },
    kernel::{
        app::App,
        database::{self, Pooler},
    },
    telemetry::metrics,
};

/// How long threads may take to end after their requests were given up.
const LAST_PATIENCE: Duration = Duration::from_secs(2);

/// What the threads should do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    /// Accept and answer.
    Serving,
    /// Accept no more, finish what is open.
    Draining,
    /// Give up what is still open.
    Over,
}

/// All threads that serve requests.
pub(super) struct Workers {
    phase: watch::Sender<Phase>,
    ended: mpsc::UnboundedReceiver<()>,
    threads: Vec<JoinHandle<()>>,
}

impl Workers {
    /// Starts as many threads as configured; all accept from the one listener.
    pub(super) fn start(
        config: &Config,
        listener: &TcpListener,
        app: &App,
        options: &PgConnectOptions,
        pooler: Pooler,
        pages: &Pages,
    ) -> Result<Self, Failure> {
        listener.set_nonblocking(true).map_err(Failure::system)?;
        let phase = watch::Sender::new(Phase::Serving);
        let places = Places::new(config.connections);
        let (ending, ended) = mpsc::unbounded_channel();
        // Built before its threads, so that those already started end when a later one cannot.
        let mut workers = Self { phase, ended, threads: Vec::new() };
        for (index, connections) in config.connections_of_threads().into_iter().enumerate() {
            let worker = Worker {
                listener: listener.try_clone().map_err(Failure::system)?,
                app: app.clone(),
                options: options.clone(),
                pooler,
                pages: pages.clone(),
                connections,
                places: places.clone(),
                phase: workers.phase.subscribe(),
                ending: Ending(ending.clone()),
            };
            let thread = thread::Builder::new().name(format!("serve-{index}")).spawn(move || worker.run());
            workers.threads.push(thread.map_err(Failure::system)?);
        }
        Ok(workers)
    }

    /// Returns when one of the threads ended although nobody asked it to.
    pub(super) async fn one_ended(&mut self) {
        self.ended.recv().await;
    }

    /// Accepts no more, waits until all open requests are answered, and gives up the rest after `grace` or when
    /// `hurry` completes.
    pub(super) async fn drain(mut self, grace: Duration, hurry: impl Future<Output = ()>) {
        self.phase.send_replace(Phase::Draining);
        let mut joined = pin!(join(std::mem::take(&mut self.threads)));
        tokio::select! {
            () = &mut joined => return,
            () = tokio::time::sleep(grace) => tracing::warn!("giving up requests that are still open"),
            () = hurry => tracing::warn!("a second signal came: giving up requests that are still open"),
        }
        self.phase.send_replace(Phase::Over);
        let _ = tokio::time::timeout(LAST_PATIENCE, joined).await;
    }

    /// Gives up at once what is still open.
    pub(super) async fn give_up(self) {
        tracing::warn!("a second signal came: giving up requests that are still open");
        self.phase.send_replace(Phase::Over);
        let _ = tokio::time::timeout(LAST_PATIENCE, join(self.threads)).await;
    }
}

async fn join(threads: Vec<JoinHandle<()>>) {
    let _ = tokio::task::spawn_blocking(move || {
        for thread in threads {
            // A thread that panicked has logged where.
            let _ = thread.join();
        }
    })
    .await;
}

/// Tells the supervisor that the thread ended, also by a panic.
struct Ending(mpsc::UnboundedSender<()>);

impl Drop for Ending {
    fn drop(&mut self) {
        let _ = self.0.send(());
    }
}

struct Worker {
    listener: TcpListener,
    app: App,
    options: PgConnectOptions,
    pooler: Pooler,
    pages: Pages,
    connections: u32,
    places: Places,
    phase: watch::Receiver<Phase>,
    ending: Ending,
}

impl Worker {
    fn run(self) {
        let Self { listener, app, options, pooler, pages, connections, places, phase, ending: _ending } =
            self;
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => return tracing::error!(%error, "a thread got no runtime"),
        };
        runtime.block_on(async {
            let pool = database::pool_through(pooler, options, connections);
            metrics::watch_pool(pool.clone());
            let app = app.with_pool(pool.clone());
            tokio::select! {
                served = serve(listener, app, pool, &pages, places, phase.clone()) => {
                    if let Err(error) = served {
                        tracing::error!(%error, "a thread cannot accept connections");
                    }
                }
                () = reached(phase, Phase::Over) => {}
            }
        });
        runtime.shutdown_background();
    }
}

async fn serve(
    listener: TcpListener,
    app: App,
    pool: PgPool,
    pages: &Pages,
    places: Places,
    phase: watch::Receiver<Phase>,
) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let router = http::router_with_pages(app.clone(), pages);
    http::server::serve(listener, router, places, Deadlines::default(), reached(phase, Phase::Draining))
        .await;
    // The operation of a caller that hung up goes on, and may need the database until its end.
    app.operations().ended().await;
    pool.close().await;
    Ok(())
}

async fn reached(mut phase: watch::Receiver<Phase>, wanted: Phase) {
    // It fails when the supervisor is gone, which is a reason to stop as well.
    let _ = phase.wait_for(|phase| *phase >= wanted).await;
}
