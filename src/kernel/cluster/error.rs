use std::io;
use std::path::{Path, PathBuf};

use super::binaries::OLDEST_MAJOR;

/// Why the private cluster cannot be used; every message is one sentence for the operator.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClusterError {
    /// No usable PostgreSQL is installed.
    #[error(
        "PostgreSQL {OLDEST_MAJOR} or newer was not found: install its server (Debian and Ubuntu: \
         `apt-get install postgresql`), run `scripts/install-prerequisites`, or set \
         DATABASE_URL to a server of your own"
    )]
    NotInstalled,
    /// The directory that the operator named holds no usable PostgreSQL.
    #[error(
        "{} does not hold the programs initdb, postgres and pg_ctl of PostgreSQL {OLDEST_MAJOR} or newer \
         for this user: name another directory",
        .0.display()
    )]
    UnusableBinaries(PathBuf),
    /// The place of the cluster is taken by something else.
    #[error(
        "{} is neither empty nor a cluster that Consentry made: choose another data directory or move it \
         away; nothing was changed",
        .0.display()
    )]
    Foreign(PathBuf),
    /// The cluster needs a PostgreSQL that is not installed.
    #[error(
        "{} was made by PostgreSQL {made}, but {installed} is what is installed: install PostgreSQL \
         {made}, or choose another data directory; nothing was changed",
        .path.display()
    )]
    OtherVersion {
        /// The cluster's directory.
        path: PathBuf,
        /// The major version that made it.
        made: u32,
        /// The newest major version found.
        installed: u32,
    },
    /// Another server uses the data directory.
    #[error(
        "another Consentry server already uses {}: stop it, or give this one a data directory of its own",
        .0.display()
    )]
    AlreadyServed(PathBuf),
    /// The directory of the socket is not ours, so whoever owns it could answer in PostgreSQL's place.
    #[error("{} belongs to another user, so the PostgreSQL socket is not put there: remove it", .0.display())]
    SocketDirectory(PathBuf),
    /// PostgreSQL refuses to run as root, and there is no other user to run it.
    #[error(
        "PostgreSQL does not run as root and /etc/passwd names neither postgres nor nobody: create one of \
         them, or start Consentry as an ordinary user"
    )]
    NoAccount,
    /// A program of PostgreSQL failed.
    #[error("PostgreSQL's {program} failed: {reason}")]
    Program {
        /// The program.
        program: &'static str,
        /// The last line it wrote.
        reason: String,
    },
    /// PostgreSQL ended or did not become ready.
    #[error("PostgreSQL did not become ready ({reason}): its log is {}", .log.display())]
    NotReady {
        /// What its log says.
        reason: String,
        /// The log.
        log: PathBuf,
    },
    /// The file system refused.
    #[error("{} cannot be used: {source}", .path.display())]
    File {
        /// What was to be read, written or made.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// Adds the path to a system error, which names none by itself.
pub(super) trait At<T> {
    fn at(self, path: &Path) -> Result<T, ClusterError>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, path: &Path) -> Result<T, ClusterError> {
        self.map_err(|source| ClusterError::File { path: path.to_owned(), source })
    }
}
