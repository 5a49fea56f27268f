//! The private PostgreSQL with its data, the server and the floor.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use consentry::{
    config,
    kernel::cluster::{Cluster, Connection, DATABASE, MIGRATOR, SUPERUSER, Settings},
};
use sqlx::{AssertSqlSafe, ConnectOptions, PgConnection, postgres::PgConnectOptions};
use uuid::Uuid;

use crate::{free_address, machine};

/// The data that everything but growth is measured on.
pub const TENANTS: u32 = 10;
/// Patients of each tenant.
pub const PATIENTS: u32 = 1_000;
/// Threads and connections to the database: those that the server takes on two cores by itself.
pub const THREADS: usize = 2;
/// For all threads together.
pub const POOL: usize = 16;
/// The copy that the floor works on.
pub const FLOOR_DATABASE: &str = "consentry_floor";
const SLUG: &str = "scale-0001";
const PATIENCE: Duration = Duration::from_secs(180);

/// Everything that runs.
pub struct Installation {
    /// The bearer token of the clinician who asks.
    pub token: String,
    /// The tenant.
    pub tenant_id: Uuid,
    /// Patients within reach of the clinician.
    pub patients: Vec<Uuid>,
    /// The practitioner behind the clinician.
    pub practitioner: Uuid,
    /// Where the server serves, and where it tells its metrics.
    pub server: Served,
    /// Where the floor serves.
    pub floor: Served,
    /// Where the metrics of the server are.
    pub metrics: SocketAddr,
    directory: PathBuf,
    cluster: Option<Cluster>,
}

/// A process that answers.
pub struct Served {
    /// Where.
    pub address: SocketAddr,
    process: Option<Child>,
}

impl Served {
    fn nowhere() -> Self {
        Self { address: free_address(), process: None }
    }

    /// The number of its process.
    pub fn process_id(&self) -> u32 {
        self.process.as_ref().expect("it runs").id()
    }
}

impl Installation {
    /// Makes the data anew, so that every run measures the same, and a copy of it for the floor.
    pub async fn make() -> Self {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench");
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir_all(&directory).expect("a directory");
        let settings = Settings {
            data_directory: directory.join(".consentry"),
            durable: true,
            exclusive: false,
            binaries: None,
        };
        let cluster = Cluster::start(settings).expect("the private PostgreSQL starts");
        let mut installation = Self {
            token: String::new(),
            tenant_id: Uuid::nil(),
            patients: Vec::new(),
            practitioner: Uuid::nil(),
            server: Served::nowhere(),
            floor: Served::nowhere(),
            metrics: free_address(),
            directory,
            cluster: Some(cluster),
        };
        let (tenants, patients) = (TENANTS.to_string(), PATIENTS.to_string());
        installation.consentry(&["seed", "--tenants", &tenants, "--patients", &patients]);
        let email = format!("practitioner@{SLUG}.example");
        let purpose = ["--purpose", "TREATMENT"];
        let told = installation
            .consentry(&[&["token", "--tenant", SLUG, "--email", &email][..], &purpose[..]].concat());
        let token = told.split_whitespace().find(|word| word.starts_with("cat_"));
        installation.token = token.expect("a token").to_owned();
        installation.look_up(&email).await;
        installation.tidy(DATABASE).await;
        let copy = format!("create database {FLOOR_DATABASE} template {DATABASE}");
        installation.sql(MIGRATOR, "postgres", &copy).await;
        installation
    }

    /// Runs the program to its end; returns what it printed.
    fn consentry(&self, arguments: &[&str]) -> String {
        let output = self.command().args(arguments).stderr(Stdio::inherit()).output().expect("it runs");
        assert!(output.status.success(), "consentry {arguments:?}: {}", output.status);
        String::from_utf8(output.stdout).expect("text")
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_consentry"));
        for variable in config::VARIABLES {
            command.env_remove(variable);
        }
        command.current_dir(&self.directory).env("CONSENTRY_LOG", "warn").stdin(Stdio::null());
        command
    }

    async fn look_up(&mut self, email: &str) {
        let mut superuser = self.superuser().await;
        self.tenant_id = sqlx::query_scalar("select id from tenants where slug = $1")
            .bind(SLUG)
            .fetch_one(&mut superuser)
            .await
            .expect("the tenant");
        // The user of the only token that there is.
        self.practitioner = sqlx::query_scalar(
            "select p.id from practitioners p join access_tokens a using (tenant_id, user_id) where p.tenant_id = $1",
        )
        .bind(self.tenant_id)
        .fetch_one(&mut superuser)
        .await
        .unwrap_or_else(|_| panic!("{email} practises"));
        self.patients = sqlx::query_scalar(
            "select patient_id from care_team_members
            where tenant_id = $1 and practitioner_id = $2 and ends_at is null order by created_at desc, id desc limit 400",
        )
        .bind(self.tenant_id)
        .bind(self.practitioner)
        .fetch_all(&mut superuser)
        .await
        .expect("patients");
        assert_eq!(self.patients.len(), 400, "patients whom the clinician treats");
    }

    /// Starts the server and the floor, and waits until both answer and nothing is left to do behind the answers.
    pub async fn serve(&mut self) {
        let log = fs::File::create(self.directory.join("server.log")).expect("a log");
        let server = self
            .command()
            .arg("serve")
            .env("CONSENTRY_LISTEN", self.server.address.to_string())
            .env("CONSENTRY_METRICS_LISTEN", self.metrics.to_string())
            .env("CONSENTRY_THREADS", THREADS.to_string())
            .env("POOL_SIZE", POOL.to_string())
            // What is spent is counted as in any server, from buckets that 32 connections of one user do not empty.
            .env("CONSENTRY_COST_BURST", "100000000")
            .env("CONSENTRY_COST_RATE", "10000000")
            .stdout(Stdio::null())
            .stderr(log)
            .spawn();
        self.server.process = Some(server.expect("the server starts"));
        let Connection { socket_directory, port, user, database } =
            self.cluster().options("consentry_app", FLOOR_DATABASE);
        let floor = Command::new(std::env::current_exe().expect("this program"))
            .arg("floor")
            .arg(self.floor.address.to_string())
            .arg(socket_directory)
            .args([port.to_string(), user, database])
            .stdin(Stdio::null())
            .spawn();
        self.floor.process = Some(floor.expect("the floor starts"));
        let begun = Instant::now();
        for address in [self.server.address, self.floor.address] {
            while tokio::net::TcpStream::connect(address).await.is_err() {
                assert!(begun.elapsed() < PATIENCE, "{address} does not answer");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        let mut superuser = self.superuser().await;
        while self.unlinked(&mut superuser).await {
            assert!(begun.elapsed() < PATIENCE, "the record is not linked");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        eprintln!("the record is linked after {:.0} s", begun.elapsed().as_secs_f64());
    }

    async fn unlinked(&self, superuser: &mut PgConnection) -> bool {
        sqlx::query_scalar("select (select count(*) from audit_logs) > (select count(*) from audit_links)")
            .fetch_one(superuser)
            .await
            .expect("links are counted")
    }

    /// What PostgreSQL would do by itself at some later moment.
    pub async fn tidy(&self, database: &str) {
        self.sql(SUPERUSER, database, "vacuum analyze").await;
        self.sql(SUPERUSER, database, "checkpoint").await;
    }

    /// A statement or more as any role; the superuser is bound by no policy.
    pub async fn sql(&self, role: &str, database: &str, sql: &str) {
        let mut connection = connect(&self.cluster().options(role, database)).await;
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.expect(sql);
    }

    /// Somebody whom no policy binds.
    pub async fn superuser(&self) -> PgConnection {
        connect(&self.cluster().options(SUPERUSER, DATABASE)).await
    }

    /// The first process of PostgreSQL.
    pub fn postmaster(&self) -> u32 {
        let path = self.cluster().home().join("cluster/postmaster.pid");
        let text = fs::read_to_string(path).expect("PostgreSQL runs");
        text.lines().next().and_then(|line| line.parse().ok()).expect("a number")
    }

    fn cluster(&self) -> &Cluster {
        self.cluster.as_ref().expect("it runs until the end")
    }
}

async fn connect(connection: &Connection) -> PgConnection {
    let options = PgConnectOptions::new_without_pgpass()
        .socket(&connection.socket_directory)
        .port(connection.port)
        .username(&connection.user)
        .database(&connection.database)
        .disable_statement_logging();
    options.connect().await.expect("a connection")
}

impl Drop for Installation {
    fn drop(&mut self) {
        for served in [&mut self.server, &mut self.floor] {
            if let Some(mut process) = served.process.take() {
                if let Ok(Some(status)) = process.try_wait() {
                    eprintln!("process {} at {} ended by itself: {status}", process.id(), served.address);
                }
                machine::terminate(process.id());
                let _ = process.wait();
            }
        }
        drop(self.cluster.take());
        if !std::thread::panicking() {
            let _ = fs::remove_dir_all(&self.directory);
        }
    }
}
