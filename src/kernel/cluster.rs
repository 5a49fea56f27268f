//! The private PostgreSQL cluster: what lets `consentry serve`, the commands and the tests run on a bare
//! machine without an account, a container or a configuration.
//!
//! Everything here blocks and belongs to start-up and shutdown; call it from `spawn_blocking` when that
//! matters.

mod account;
mod binaries;
mod error;
mod initialize;
mod layout;
mod locks;
mod postmaster;
mod record;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::process::Child;

pub use error::ClusterError;

use binaries::Binaries;
use initialize::Content;
use layout::Layout;
use locks::{Lock, Users};
use postmaster::Launch;

/// The bootstrap superuser. Only start-up work that no ordinary role may do goes through it.
pub const SUPERUSER: &str = "consentry_superuser";
/// The role that owns the database and runs migrations; it is no superuser.
pub const MIGRATOR: &str = "consentry_migrator";
/// The database that every new cluster holds, owned by [`MIGRATOR`].
pub const DATABASE: &str = "consentry";

/// How a cluster is found, made and used.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the cluster, its log and its socket live; made when it is missing.
    pub data_directory: PathBuf,
    /// Whether commits survive a crash of the machine. `false` is for tests: such a cluster may be lost in a
    /// crash, and it ends by itself soon after the last process that used it.
    pub durable: bool,
    /// Whether this process is the one server of the data directory; a second one is refused.
    pub exclusive: bool,
    /// The directory of PostgreSQL's programs, when the operator names one; otherwise they are searched.
    pub binaries: Option<PathBuf>,
}

/// Where and as whom to connect; the socket directory is closed to other users, so no password exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// The directory of the unix socket.
    pub socket_directory: PathBuf,
    /// The port, which names the socket's file; nothing listens on TCP.
    pub port: u16,
    /// The role.
    pub user: String,
    /// The database.
    pub database: String,
}

/// A running private cluster. Dropping it does what [`Cluster::stop`] does.
#[derive(Debug)]
#[must_use = "dropping the cluster stops it"]
pub struct Cluster {
    launch: Launch,
    users: Users,
    exclusive: Option<Lock>,
    guard: Option<Child>,
    socket_directory: PathBuf,
    port: u16,
    started_here: bool,
}

impl Cluster {
    /// Makes the cluster when there is none, starts it when it does not run, adopts it when it does, and
    /// returns once it accepts connections. A new cluster holds [`DATABASE`] and [`MIGRATOR`].
    ///
    /// # Errors
    /// Says in one sentence what is missing or in the way; a directory that is not Consentry's is never
    /// changed.
    pub fn start(settings: Settings) -> Result<Self, ClusterError> {
        let layout = Layout::resolve(&settings.data_directory)?;
        let content = initialize::inspect(&layout)?;
        let binaries = Binaries::find(&settings, &layout, content)?;
        content.accepts(&binaries, &layout)?;
        layout.prepare()?;

        let exclusive = settings.exclusive.then(|| Lock::exclusive(&layout)).transpose()?;
        let _starting = Lock::starting(&layout)?;
        let users = Users::join(&layout)?;
        if initialize::inspect(&layout)? == Content::Nothing {
            initialize::create(&layout, &binaries, settings.durable)?;
        }
        let launch = Launch { layout, binaries, durable: settings.durable };
        let started_here = launch.bring_up()?;
        let (socket_directory, port) = launch.address()?;
        let guard = (!settings.durable).then(|| launch.guard()).flatten();
        Ok(Self { launch, users, exclusive, guard, socket_directory, port, started_here })
    }

    /// How to connect as `role` to `database`; neither is checked.
    #[must_use]
    pub fn options(&self, role: &str, database: &str) -> Connection {
        Connection {
            socket_directory: self.socket_directory.clone(),
            port: self.port,
            user: role.to_owned(),
            database: database.to_owned(),
        }
    }

    /// How to connect as the bootstrap superuser to the maintenance database.
    #[must_use]
    pub fn superuser_connection(&self) -> Connection {
        self.options(SUPERUSER, "postgres")
    }

    /// Where the cluster is: the data directory, or its stand-in when the unprivileged user cannot reach that.
    #[must_use]
    pub fn home(&self) -> &std::path::Path {
        &self.launch.layout.home
    }

    /// Whether this process started PostgreSQL rather than adopting a running one.
    #[must_use]
    pub fn started_here(&self) -> bool {
        self.started_here
    }

    /// Starts PostgreSQL again if it died, on the same socket, and returns whether it had to. Meant for a
    /// server that lost its connections.
    ///
    /// # Errors
    /// PostgreSQL did not come up again.
    pub fn ensure_running(&self) -> Result<bool, ClusterError> {
        let _starting = Lock::starting(&self.launch.layout)?;
        self.launch.bring_up()
    }

    /// Leaves the cluster, and stops it if no other process uses it any more: a command never pulls it from
    /// under a server, and a cluster that a killed process left behind still ends with its next user.
    ///
    /// # Errors
    /// PostgreSQL did not stop within a minute.
    pub fn stop(mut self) -> Result<(), ClusterError> {
        self.leave()
    }

    fn leave(&mut self) -> Result<(), ClusterError> {
        if self.users.left() {
            return Ok(());
        }
        if let Some(mut guard) = self.guard.take() {
            let _ = guard.kill();
            let _ = guard.wait();
        }
        let _starting = Lock::starting(&self.launch.layout)?;
        let stopped = if self.users.leave()? { self.launch.stop() } else { Ok(()) };
        self.exclusive = None;
        stopped
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Err(error) = self.leave() {
            tracing::warn!(%error, "the private PostgreSQL cluster was not stopped");
        }
    }
}
