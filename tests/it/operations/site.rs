//! A place where an operator works: a shell in a directory of its own, and PostgreSQL servers that hold nothing yet.

use std::{
    fs,
    io::Read,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use consentry::{
    config,
    kernel::cluster::{Cluster, DATABASE, MIGRATOR, SUPERUSER, Settings},
};

use super::document::commands;

static NEXT: AtomicU32 = AtomicU32::new(1);
const PATIENCE: Duration = Duration::from_secs(60);
/// What every script begins with: where the server is, and what is known of the installation.
const AS_BEFORE: &str = "if [ -f .env ]; then set -a; . ./.env; set +a; fi";

/// The place.
pub struct Site {
    directory: PathBuf,
    address: String,
    /// Of PostgreSQL's programs.
    programs: PathBuf,
    /// Those that were there before, and at the end the one that is in use.
    clusters: Vec<Cluster>,
}

impl Site {
    /// A place with one PostgreSQL; `None`, with a word about it, where PostgreSQL came without the programs that make and
    /// restore backups.
    pub fn new() -> Option<Self> {
        let name = format!("operations-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&directory).expect("a directory");
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let address = free.expect("a free port").to_string();
        let mut site = Self { directory, address, programs: PathBuf::new(), clusters: Vec::new() };
        site.begin_cluster();
        let all = ["psql", "createdb", "pg_dump", "pg_restore"];
        let missing = all.iter().find(|program| !site.programs.join(program).is_file());
        let Some(missing) = missing else {
            site.empty_cluster();
            return Some(site);
        };
        let place = site.programs.display();
        assert!(!site.programs.starts_with("/usr/lib/postgresql"), "{place} has {missing}");
        eprintln!("not run: {place} has no {missing}, which comes with a packaged PostgreSQL");
        None
    }

    /// From now on another PostgreSQL is the one to talk to, which was never heard of before.
    pub fn move_to_another_server(&mut self) {
        let before = self.encoded_socket();
        self.begin_cluster();
        self.empty_cluster();
        let path = self.directory.join(".env");
        let settings = fs::read_to_string(&path).expect("the settings");
        fs::write(path, settings.replace(&before, &self.encoded_socket())).expect("the settings are changed");
    }

    fn begin_cluster(&mut self) {
        let data_directory = self.directory.join(format!("postgresql-{}", self.clusters.len()));
        let settings = Settings { data_directory, durable: false, exclusive: false, binaries: None };
        let cluster = Cluster::start(settings).expect("PostgreSQL starts");
        let record = fs::read_to_string(cluster.home().join("cluster/postmaster.pid")).expect("it runs");
        let process = record.lines().next().expect("its number");
        // Dumps are made by programs of the server's own version.
        let program = fs::read_link(format!("/proc/{process}/exe")).expect("its program");
        self.programs = program.parent().expect("a directory").to_owned();
        self.clusters.push(cluster);
    }

    /// Takes away what a private cluster begins with and a server of one's own does not.
    fn empty_cluster(&self) {
        self.query("postgres", &format!("drop database {DATABASE}"));
        self.query("postgres", &format!("drop role {MIGRATOR}"));
    }

    fn socket(&self) -> (String, u16) {
        let connection = self.clusters.last().expect("a cluster").superuser_connection();
        (connection.socket_directory.display().to_string(), connection.port)
    }

    fn encoded_socket(&self) -> String {
        self.socket().0.replace('/', "%2F")
    }

    /// The document's words, with what is the operator's own in the place of its examples.
    fn adapted(&self, script: &str) -> String {
        let (socket, port) = self.socket();
        let changes = [
            ("PGHOST=db.example.org", format!("PGHOST={socket}")),
            ("PGUSER=postgres", format!("PGUSER={SUPERUSER}")),
            ("db.example.org:5432", format!("{}:{port}", self.encoded_socket())),
            // Nobody listens in on a socket in a directory of one's own.
            ("sslmode=verify-full", "sslmode=disable".to_owned()),
            // There is no way yet to make a tenant in production.
            ("CONSENTRY_ENVIRONMENT=production", "CONSENTRY_ENVIRONMENT=development".to_owned()),
            ("127.0.0.1:8000", self.address.clone()),
            ("/var/lib/consentry/", format!("{}/", self.directory.display())),
        ];
        changes.iter().fold(script.to_owned(), |script, (example, own)| script.replace(example, own))
    }

    fn shell(&self, script: &str) -> Command {
        let where_it_is = commands("## First installation").swap_remove(0);
        let script = format!("set -euo pipefail\n{where_it_is}\n{AS_BEFORE}\n{script}");
        let program = Path::new(env!("CARGO_BIN_EXE_consentry")).parent().expect("a directory");
        let mut command = Command::new("bash");
        for variable in config::VARIABLES {
            command.env_remove(variable);
        }
        let path = format!("{}:{}:/usr/bin:/bin", program.display(), self.programs.display());
        command.args(["-c", &self.adapted(&script)]).current_dir(&self.directory);
        command.env("PATH", path).env("CONSENTRY_LOG", "warn").stdin(Stdio::null());
        command
    }

    /// Runs commands and returns what came of them.
    pub fn attempt(&self, script: &str) -> Output {
        self.shell(script).output().expect("bash runs")
    }

    /// Runs commands, none of which may fail; returns what they print.
    pub fn run(&self, script: &str) -> String {
        let output = self.attempt(script);
        let (told, errors) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{script}\n{told}{errors}");
        told.into_owned()
    }

    /// Runs a command that has to be refused; returns its sentence.
    pub fn refused(&self, script: &str) -> String {
        let output = self.attempt(script);
        assert_eq!(output.status.code(), Some(2), "{script} is refused");
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        errors.lines().last().unwrap_or_default().to_owned()
    }

    /// What a statement gives, read as the superuser.
    pub fn query(&self, database: &str, sql: &str) -> String {
        let psql = "psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1";
        self.run(&format!("{psql} --dbname {database} --command \"{sql}\"")).trim().to_owned()
    }

    /// Serves until it is stopped.
    pub fn serve(&self) -> Serving {
        let log = fs::File::create(self.directory.join("server.log")).expect("a log");
        let mut command = self.shell("exec consentry serve");
        let child = command.stdout(Stdio::null()).stderr(log).spawn().expect("the server starts");
        let mut serving = Serving(Some(child));
        let begun = Instant::now();
        let ready = format!("curl -sf http://{}/readyz", self.address);
        while !self.attempt(&ready).status.success() {
            let ended = serving.0.as_mut().expect("a server").try_wait().expect("a state");
            let mut log = String::new();
            let read = fs::File::open(self.directory.join("server.log"));
            let _ = read.and_then(|mut file| file.read_to_string(&mut log));
            assert!(ended.is_none() && begun.elapsed() < PATIENCE, "the server is not ready: {log}");
            std::thread::sleep(Duration::from_millis(50));
        }
        serving
    }

    /// Looks at everybody that the demo's clinician treats; returns the answer.
    pub fn look(&self) -> String {
        self.run(&format!(
            ". .consentry/demo.env; curl -sSf http://{}/graphql -H \"Authorization: Bearer $CLINICIAN\" \
             -H 'Content-Type: application/json' \
             --data-binary '{{\"query\":\"{{ patients {{ nodes {{ identity {{ ... on PatientIdentity {{ fullName }} }} }} }} }}\"}}'",
            self.address
        ))
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.clusters.clear();
        if !std::thread::panicking() {
            let _ = fs::remove_dir_all(&self.directory);
        }
    }
}

/// A server at work.
pub struct Serving(Option<Child>);

impl Serving {
    /// Asks it to stop and waits until it has.
    pub fn stop(mut self) {
        let mut server = self.0.take().expect("a server");
        let asked = Command::new("bash").args(["-c", &format!("kill -TERM {}", server.id())]).status();
        assert!(asked.is_ok_and(|asked| asked.success()), "the server is asked to stop");
        assert!(server.wait().is_ok_and(|status| status.success()), "the server stops");
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        if let Some(mut server) = self.0.take() {
            let _ = server.kill();
            let _ = server.wait();
        }
    }
}
