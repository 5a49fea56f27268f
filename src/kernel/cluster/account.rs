use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::{MetadataExt, lchown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use super::ClusterError;
use super::error::At;

const ROOT: u32 = 0;

/// The user that PostgreSQL runs as: ourselves, or an unprivileged one when we are root, because PostgreSQL
/// refuses root.
#[derive(Clone, Debug)]
pub(super) struct Account {
    user: u32,
    group: u32,
    dropped: bool,
}

impl Account {
    /// As root, whoever owns what is already there keeps it; otherwise `postgres`, otherwise `nobody`.
    pub(super) fn choose(existing: &[&Path]) -> Result<Self, ClusterError> {
        let process = Path::new("/proc/self");
        let own = fs::metadata(process).at(process)?;
        if own.uid() != ROOT {
            return Ok(Self { user: own.uid(), group: own.gid(), dropped: false });
        }
        let owner =
            existing.iter().filter_map(|path| fs::metadata(path).ok()).find(|found| found.uid() != ROOT);
        let (user, group) = match owner {
            Some(found) => (found.uid(), found.gid()),
            None => unprivileged().ok_or(ClusterError::NoAccount)?,
        };
        Ok(Self { user, group, dropped: true })
    }

    pub(super) fn is_dropped(&self) -> bool {
        self.dropped
    }

    /// A program run as this user. The environment is emptied because PG* and locale variables would change
    /// what PostgreSQL does, and the working directory may be closed to the user.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C").env("TZ", "UTC").current_dir("/");
        if self.dropped {
            command.uid(self.user).gid(self.group);
        }
        command
    }

    /// Hands what root just made to this user.
    pub(super) fn own(&self, path: &Path) -> io::Result<()> {
        if self.dropped { lchown(path, Some(self.user), Some(self.group)) } else { Ok(()) }
    }

    /// Whether nobody but us (or root, on whose word we rely anyway) can have made this.
    pub(super) fn trusts(&self, found: &Metadata) -> bool {
        found.uid() == self.user || found.uid() == ROOT
    }

    /// Whether this user can walk down to `path`, that is, may search every directory on the way.
    pub(super) fn reaches(&self, path: &Path) -> bool {
        !self.dropped
            || path
                .ancestors()
                .all(|directory| fs::metadata(directory).is_ok_and(|found| self.searches(&found)))
    }

    fn searches(&self, found: &Metadata) -> bool {
        let bit = match () {
            () if found.uid() == self.user => 0o100,
            () if found.gid() == self.group => 0o010,
            () => 0o001,
        };
        found.mode() & bit != 0
    }
}

fn unprivileged() -> Option<(u32, u32)> {
    let users = fs::read_to_string("/etc/passwd").ok()?;
    ["postgres", "nobody"].iter().find_map(|name| entry(&users, name))
}

fn entry(users: &str, name: &str) -> Option<(u32, u32)> {
    let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
    let mut numbers = line.split(':').skip(2).map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}
