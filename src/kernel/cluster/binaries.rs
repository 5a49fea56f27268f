use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use super::account::Account;
use super::initialize::Content;
use super::layout::{Layout, SYSTEM_HOME};
use super::{ClusterError, Settings};

/// The oldest PostgreSQL that the schema is written for.
pub(super) const OLDEST_MAJOR: u32 = 15;

const PACKAGED: &str = "/usr/lib/postgresql";
/// Where `scripts/install-prerequisites` unpacks PostgreSQL for an ordinary user, seen from the project, so
/// that tests find it from data directories of their own.
const UNPACKED: &str = ".consentry/postgresql/bin";
const PROGRAMS: [&str; 3] = ["initdb", "postgres", "pg_ctl"];

/// The directory of PostgreSQL's programs and the major version they are of.
#[derive(Clone, Debug)]
pub(super) struct Binaries {
    directory: PathBuf,
    pub(super) major: u32,
}

impl Binaries {
    /// The version that made the cluster when it is installed, otherwise the newest packaged one, one on the
    /// search path, or what `scripts/install-prerequisites` unpacked.
    pub(super) fn find(settings: &Settings, layout: &Layout, content: Content) -> Result<Self, ClusterError> {
        if let Some(directory) = &settings.binaries {
            return Self::inspect(directory, &layout.account)
                .ok_or_else(|| ClusterError::UnusableBinaries(directory.clone()));
        }
        let mut found: Vec<Self> = candidates(&layout.data)
            .iter()
            .filter_map(|directory| Self::inspect(directory, &layout.account))
            .collect();
        let fitting = found.iter().position(|binaries| content == Content::Made(binaries.major)).unwrap_or(0);
        if found.is_empty() { Err(ClusterError::NotInstalled) } else { Ok(found.swap_remove(fitting)) }
    }

    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    fn inspect(directory: &Path, account: &Account) -> Option<Self> {
        // A link such as /usr/local/bin/postgres leads to a directory from which PostgreSQL finds its own
        // files.
        let program = directory.join("postgres").canonicalize().ok()?;
        let directory = program.parent()?.to_owned();
        if !PROGRAMS.iter().all(|name| directory.join(name).is_file()) {
            return None;
        }
        let output = account.command(&program).arg("--version").output().ok()?;
        let major = major(&String::from_utf8_lossy(&output.stdout))?;
        (major >= OLDEST_MAJOR).then_some(Self { directory, major })
    }
}

#[expect(clippy::disallowed_methods, reason = "the search path is no setting of ours")]
fn candidates(data: &Path) -> Vec<PathBuf> {
    let mut packaged: Vec<(u32, PathBuf)> = fs::read_dir(PACKAGED)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    packaged.sort_by_key(|(major, _)| std::cmp::Reverse(*major));
    let searched =
        env::var_os("PATH").map(|paths| env::split_paths(&paths).collect::<Vec<_>>()).unwrap_or_default();
    packaged
        .into_iter()
        .map(|(_, directory)| directory)
        .chain(searched)
        .chain([
            data.join("postgresql/bin"),
            PathBuf::from(UNPACKED),
            Path::new(SYSTEM_HOME).join("postgresql/bin"),
        ])
        .collect()
}

/// `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`
fn major(version: &str) -> Option<u32> {
    let number = version.split_whitespace().nth(2)?;
    number.split(|character: char| !character.is_ascii_digit()).next()?.parse().ok()
}
