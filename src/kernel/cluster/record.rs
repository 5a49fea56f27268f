use std::fs;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process;

/// What `postmaster.pid` says.
pub(super) struct Record {
    pub(super) process: u32,
    /// The socket directory and the port.
    pub(super) address: Option<(PathBuf, u16)>,
    ready: bool,
}

impl Record {
    pub(super) fn read(cluster: &Path) -> Option<Self> {
        let text = fs::read_to_string(cluster.join("postmaster.pid")).ok()?;
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        let port = lines.get(3).and_then(|port| port.parse().ok());
        let sockets = lines.get(4).filter(|directory| !directory.is_empty()).map(PathBuf::from);
        Some(Self {
            // A single-user PostgreSQL writes its number with a minus.
            process: lines.first()?.trim_start_matches('-').parse().ok()?,
            address: sockets.zip(port),
            ready: lines.get(7) == Some(&"ready"),
        })
    }

    pub(super) fn accepts(&self) -> bool {
        let socket =
            self.address.as_ref().map(|(directory, port)| directory.join(format!(".s.PGSQL.{port}")));
        self.ready && socket.is_some_and(|socket| UnixStream::connect(socket).is_ok())
    }

    /// The number alone proves nothing, since another process may have got it.
    pub(super) fn lives(&self, cluster: &Path) -> bool {
        works_in(self.process, cluster)
    }

    /// Takes a dead postmaster's number out of its files when another process has got it since, because
    /// PostgreSQL would refuse to start. Our own number stands in: PostgreSQL ignores that of its parent, and
    /// still checks the shared memory named in the file, which deleting it would prevent.
    pub(super) fn disown(&self, cluster: &Path) {
        if !Path::new("/proc").join(self.process.to_string()).exists() {
            return;
        }
        let socket_lock =
            self.address.as_ref().map(|(directory, port)| directory.join(format!(".s.PGSQL.{port}.lock")));
        for path in [Some(cluster.join("postmaster.pid")), socket_lock].into_iter().flatten() {
            if let Ok(text) = fs::read_to_string(&path) {
                let rest = text.split_once('\n').map_or("", |(_, rest)| rest);
                let _ = fs::write(&path, format!("{}\n{rest}", process::id()));
            }
        }
    }
}

/// Whether the process is one of the cluster's PostgreSQL, all of which work in the cluster's directory.
pub(super) fn works_in(process: u32, cluster: &Path) -> bool {
    let name = fs::read_to_string(format!("/proc/{process}/comm"));
    if !name.is_ok_and(|name| name.trim_end() == "postgres") {
        return false;
    }
    let directory = fs::read_link(format!("/proc/{process}/cwd"));
    directory.is_ok_and(|directory| cluster.canonicalize().is_ok_and(|cluster| cluster == directory))
}
