//! The built program on a private PostgreSQL, in a directory of its own.

use std::{
    fs::{self, File, OpenOptions},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use consentry::{
    config,
    kernel::cluster::{Cluster, Connection, DATABASE, SUPERUSER, Settings},
};
use reqwest::Client;
use sqlx::{ConnectOptions, postgres::PgConnectOptions};

use crate::sink::Sink;

/// When waiting is given up; what is promised is asserted by whoever measures.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(10);

/// The program with its data.
pub struct Installation {
    /// Where it serves.
    pub url: String,
    /// What asks it.
    pub http: Client,
    address: String,
    directory: PathBuf,
    event_sink: String,
    server: Option<Child>,
    cluster: Option<Cluster>,
}

impl Installation {
    /// Starts it for the first time, with the demo data.
    pub async fn start(name: &str, sink: &Sink) -> Self {
        let directory =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("chaos-{name}-{}", std::process::id()));
        fs::create_dir_all(&directory).expect("a directory");
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let address = free.expect("a free port").to_string();
        let url = format!("http://{address}");
        // The client of HTTP wants a provider of cryptography, also where nothing is encrypted.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut installation = Self {
            url,
            http: Client::builder().no_proxy().build().expect("a client"),
            address,
            directory,
            event_sink: sink.url.clone(),
            server: None,
            cluster: None,
        };
        installation.spawn();
        installation.ready().await;
        while !installation.data().join("demo.env").exists() {
            installation.wait_a_moment().await;
        }
        // Joined while it runs, so that whatever is started is started by the server.
        let settings =
            Settings { data_directory: installation.data(), durable: true, exclusive: false, binaries: None };
        installation.cluster = Some(Cluster::start(settings).expect("the cluster is joined"));
        installation
    }

    fn data(&self) -> PathBuf {
        self.directory.join(".consentry")
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_consentry"));
        for variable in config::VARIABLES {
            command.env_remove(variable);
        }
        command.current_dir(&self.directory).stdin(Stdio::null());
        command
    }

    fn log(&self) -> File {
        let path = self.directory.join("server.log");
        OpenOptions::new().create(true).append(true).open(path).expect("the log is opened")
    }

    /// Starts the server and does not wait for it.
    pub fn spawn(&mut self) {
        assert!(self.server.is_none(), "it runs already");
        let mut command = self.command();
        let command = command
            .args(["serve", "--demo"])
            .env("CONSENTRY_LISTEN", &self.address)
            .env("CONSENTRY_LOG", "warn")
            // The callers ask far more than people do.
            .env("CONSENTRY_COST_BURST", "100000000")
            .env("CONSENTRY_COST_RATE", "10000000")
            .env("CONSENTRY_EVENTS_URL", &self.event_sink)
            .env("CONSENTRY_EVENTS_SECRET", "whsec_Y2hhb3MgY2hhb3MgY2hhb3MgY2hhb3MgY2hhb3M=");
        let child = command.stdout(Stdio::null()).stderr(self.log()).spawn();
        self.server = Some(child.expect("the server starts"));
    }

    /// Returns once it serves, and how long that took.
    pub async fn ready(&mut self) -> Duration {
        let begun = Instant::now();
        while !self.is_ready().await {
            assert!(begun.elapsed() < PATIENCE, "the server is not ready after {PATIENCE:?}");
            self.wait_a_moment().await;
        }
        begun.elapsed()
    }

    /// Returns once another PostgreSQL than that of this number answers through the server.
    pub async fn ready_after(&mut self, killed: u32, begun: Instant) {
        while self.postmaster() == Some(killed) || !self.is_ready().await {
            assert!(begun.elapsed() < PATIENCE, "PostgreSQL is not back after {PATIENCE:?}");
            self.wait_a_moment().await;
        }
    }

    async fn is_ready(&self) -> bool {
        let answer = self.http.get(format!("{}/readyz", self.url)).send().await;
        answer.is_ok_and(|answer| answer.status().is_success())
    }

    async fn wait_a_moment(&mut self) {
        let ended = self.server.as_mut().and_then(|server| server.try_wait().ok().flatten());
        assert!(ended.is_none(), "the server ended by itself: {ended:?}");
        tokio::time::sleep(PAUSE).await;
    }

    /// `kill -9` of the server; its PostgreSQL lives on.
    pub fn kill(&mut self) {
        let mut server = self.server.take().expect("a server");
        server.kill().expect("it is killed");
        server.wait().expect("it ended");
    }

    /// `kill -9` of PostgreSQL's first process; returns its number.
    pub fn kill_postgresql(&self) -> u32 {
        let postmaster = self.postmaster().expect("PostgreSQL runs");
        let killed = Command::new("sh").args(["-c", &format!("kill -KILL {postmaster}")]).status();
        assert!(killed.expect("a shell").success(), "PostgreSQL is killed");
        postmaster
    }

    fn postmaster(&self) -> Option<u32> {
        let home = self.cluster.as_ref().expect("a cluster").home();
        let text = fs::read_to_string(home.join("cluster/postmaster.pid")).ok()?;
        text.lines().next()?.parse().ok()
    }

    /// Asks the server to stop, and waits until it has.
    pub fn stop(&mut self) {
        let mut server = self.server.take().expect("a server");
        let asked = Command::new("sh").args(["-c", &format!("kill -TERM {}", server.id())]).status();
        assert!(asked.expect("a shell").success(), "the server is asked to stop");
        let status = server.wait().expect("it ended");
        assert!(status.success(), "the server stopped: {status}");
    }

    /// `consentry verify`, beside the server.
    pub fn verify(&self) {
        let output = self.command().arg("verify").output().expect("verify runs");
        let (told, errors) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "verify found something:\n{told}{errors}");
    }

    /// The token of one of the demo's people.
    pub fn token(&self, variable: &str) -> String {
        let text = fs::read_to_string(self.data().join("demo.env")).expect("the tokens are kept");
        let line = text.lines().find_map(|line| line.strip_prefix(&format!("export {variable}=")));
        line.expect("a token").to_owned()
    }

    /// How somebody connects whom no policy binds.
    pub fn superuser(&self) -> PgConnectOptions {
        let Connection { socket_directory, port, user, database } =
            self.cluster.as_ref().expect("a cluster").options(SUPERUSER, DATABASE);
        let options = PgConnectOptions::new_without_pgpass().socket(&socket_directory).port(port);
        options.username(&user).database(&database).disable_statement_logging()
    }
}

impl Drop for Installation {
    fn drop(&mut self) {
        if let Some(mut server) = self.server.take() {
            let _ = server.kill();
            let _ = server.wait();
        }
        drop(self.cluster.take());
        if std::thread::panicking() {
            let log = fs::read_to_string(self.directory.join("server.log")).unwrap_or_default();
            let lines: Vec<&str> = log.lines().rev().take(40).collect();
            eprintln!("the end of the server's log, all of which is in {}:", self.directory.display());
            lines.iter().rev().for_each(|line| eprintln!("{line}"));
        } else {
            let _ = fs::remove_dir_all(&self.directory);
        }
    }
}
