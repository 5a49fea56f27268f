use std::env;
use std::fs::{self, DirBuilder, Permissions};
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::ClusterError;
use super::account::Account;
use super::error::At;

/// Where root keeps what an unprivileged user must reach.
pub(super) const SYSTEM_HOME: &str = "/var/lib/consentry";
/// Names the socket's file; every cluster has a socket directory of its own, so one number fits all.
pub(super) const PORT: u16 = 5432;

/// The kernel's limit for the path of a unix socket, without its final zero byte.
const SOCKET_PATH_LIMIT: usize = 107;
const PRIVATE: u32 = 0o700;
/// Lets PostgreSQL's user pass without letting it list or read.
const PASSABLE: u32 = 0o711;

/// Where everything is and who owns it.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    /// The data directory as the operator named it, made absolute.
    pub(super) data: PathBuf,
    /// The directory that holds the cluster and the locks: the data directory, or its stand-in.
    pub(super) home: PathBuf,
    /// The user that PostgreSQL runs as.
    pub(super) account: Account,
}

impl Layout {
    /// Decides without making anything, so that a refusal leaves no trace.
    pub(super) fn resolve(data_directory: &Path) -> Result<Self, ClusterError> {
        let data = canonical(data_directory)?;
        let stand_in = Path::new(SYSTEM_HOME).join(fingerprint(&data));
        let account = Account::choose(&[&stand_in.join("cluster"), &data.join("cluster"), &data])?;
        // A stand-in once used stays in use: otherwise a changed permission above would seem to lose all
        // data.
        let moved =
            account.is_dropped() && (stand_in.join("cluster").exists() || !reachable(&account, &data));
        let home = if moved { stand_in } else { data.clone() };
        Ok(Self { data, home, account })
    }

    /// Makes the directories.
    pub(super) fn prepare(&self) -> Result<(), ClusterError> {
        let mode = if self.account.is_dropped() { PASSABLE } else { PRIVATE };
        make(&self.data, mode)?;
        if self.home != self.data {
            make(&self.home, mode)?;
            tracing::info!(
                cluster = %self.cluster().display(),
                "PostgreSQL's user cannot reach {}, so the cluster is kept elsewhere", self.data.display()
            );
        }
        Ok(())
    }

    pub(super) fn cluster(&self) -> PathBuf {
        self.home.join("cluster")
    }

    pub(super) fn log(&self) -> PathBuf {
        self.data.join("postgresql.log")
    }

    /// The socket's directory, made when it is missing and closed to everybody else; that is the only lock on
    /// the door.
    pub(super) fn socket_directory(&self) -> Result<PathBuf, ClusterError> {
        let directory = self.socket_place();
        match DirBuilder::new().mode(PRIVATE).create(&directory) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error).at(&directory),
            _ => {}
        }
        let found = fs::symlink_metadata(&directory).at(&directory)?;
        if !found.is_dir() || !self.account.trusts(&found) {
            return Err(ClusterError::SocketDirectory(directory));
        }
        self.account.own(&directory).at(&directory)?;
        fs::set_permissions(&directory, Permissions::from_mode(PRIVATE)).at(&directory)?;
        Ok(directory)
    }

    fn socket_place(&self) -> PathBuf {
        let name = format!("consentry-{}", fingerprint(&self.home));
        [self.home.join("socket"), env::temp_dir().join(&name)]
            .into_iter()
            .find(|directory| {
                fits(directory) && directory.parent().is_some_and(|parent| self.account.reaches(parent))
            })
            .unwrap_or_else(|| Path::new("/tmp").join(name))
    }
}

fn fits(directory: &Path) -> bool {
    directory.join(format!(".s.PGSQL.{PORT}")).as_os_str().len() <= SOCKET_PATH_LIMIT
}

/// Whether the account reaches the directory, or would once it is made.
fn reachable(account: &Account, directory: &Path) -> bool {
    directory.ancestors().find(|path| path.exists()).is_some_and(|path| account.reaches(path))
}

/// The absolute path without links, also of a directory that is yet to be made.
fn canonical(directory: &Path) -> Result<PathBuf, ClusterError> {
    let absolute = std::path::absolute(directory).at(directory)?;
    let existing = absolute.ancestors().find(|path| path.exists()).unwrap_or(Path::new("/"));
    let rest = absolute.strip_prefix(existing).unwrap_or(Path::new(""));
    Ok(existing.canonicalize().at(existing)?.components().chain(rest.components()).collect())
}

/// Leaves an existing directory as its owner wants it. The mode is set apart because the process's mask would
/// cut it.
fn make(directory: &Path, mode: u32) -> Result<(), ClusterError> {
    if directory.is_dir() {
        return Ok(());
    }
    DirBuilder::new().recursive(true).mode(0o755).create(directory).at(directory)?;
    fs::set_permissions(directory, Permissions::from_mode(mode)).at(directory)
}

/// FNV-1a: must stay the same from release to release, which the standard library's hasher does not promise.
fn fingerprint(path: &Path) -> String {
    let hash = path.as_os_str().as_bytes().iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}
