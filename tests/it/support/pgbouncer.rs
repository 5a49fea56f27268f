//! PgBouncer in transaction mode in front of the tests' PostgreSQL, for tests of what a pooler does to us.

use std::{
    fs,
    os::unix::{
        fs::{MetadataExt, PermissionsExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use sqlx::{ConnectOptions, Connection, postgres::PgConnectOptions};

use super::{Database, options};

/// Where Debian puts it, and where a search would find it.
const PROGRAMS: [&str; 3] = ["/usr/sbin/pgbouncer", "/usr/local/bin/pgbouncer", "/usr/bin/pgbouncer"];
const PORT: u16 = 6432;
/// Attempts to connect, a twentieth of a second apart, before it counts as not started.
const ATTEMPTS: u32 = 400;

/// A running PgBouncer. It ends with the test.
pub struct PgBouncer {
    child: Child,
    directory: PathBuf,
}

impl PgBouncer {
    /// Starts it with so many connections to the server; `None` where it cannot be had, which one line then says. On a
    /// Debian whose root runs the tests it has to be there.
    pub async fn start(database: &Database, connections: u32) -> Option<Self> {
        let Some(program) = PROGRAMS.into_iter().map(Path::new).find(|program| program.exists()) else {
            let root = fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
            assert!(
                !(root && Path::new("/etc/debian_version").exists()),
                "PgBouncer is missing: `scripts/install-prerequisites tests` installs it"
            );
            eprintln!("PgBouncer is not installed, so nothing was sent through it");
            return None;
        };
        let server = database.connection("consentry_app");
        // Whoever runs PostgreSQL: the socket is open to nobody else, and neither program runs as root.
        let account = fs::metadata(&server.socket_directory).expect("the socket's directory");
        let directory = std::env::temp_dir().join(format!("consentry-pgbouncer-{}", database.name()));
        fs::create_dir_all(&directory).expect("a directory");
        fs::set_permissions(&directory, fs::Permissions::from_mode(0o700)).expect("a private directory");
        let configuration = directory.join("pgbouncer.ini");
        let users = directory.join("users.txt");
        let text = format!(
            "[databases]\n* = host={} port={}\n[pgbouncer]\nlisten_port = {PORT}\nunix_socket_dir = {}\nauth_type = trust\n\
             auth_file = {}\npool_mode = transaction\ndefault_pool_size = {connections}\nmax_client_conn = 200\n\
             server_round_robin = 1\n",
            server.socket_directory.display(),
            server.port,
            directory.display(),
            users.display(),
        );
        fs::write(&configuration, text).expect("a configuration");
        fs::write(&users, "\"consentry_app\" \"\"\n").expect("users");
        let mut command = Command::new(program);
        if fs::metadata("/proc/self").is_ok_and(|own| own.uid() != account.uid()) {
            for path in [&directory, &configuration, &users] {
                chown(path, Some(account.uid()), Some(account.gid())).expect("the account's own");
            }
            command.uid(account.uid()).gid(account.gid());
        }
        command.arg("--quiet").arg(&configuration).current_dir("/");
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let pgbouncer = Self { child: child.expect("PgBouncer starts"), directory };
        for _ in 0..ATTEMPTS {
            if let Ok(connection) = pgbouncer.options(database).extra_float_digits(None).connect().await {
                connection.close().await.expect("a connection is closed");
                return Some(pgbouncer);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("PgBouncer does not accept connections");
    }

    /// How the app connects through it.
    pub fn options(&self, database: &Database) -> PgConnectOptions {
        options(&database.connection("consentry_app")).socket(&self.directory).port(PORT)
    }

    /// The same as a URL.
    pub fn url(&self, database: &Database) -> String {
        format!(
            "postgres://consentry_app@localhost/{}?host={}&port={PORT}&sslmode=disable",
            database.name(),
            self.directory.display()
        )
    }
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.directory);
    }
}
