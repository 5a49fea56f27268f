//! The built program with its private PostgreSQL, as an operator runs it, and an event sink that keeps what it is sent.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use consentry::{
    config,
    kernel::cluster::{Cluster, DATABASE, SUPERUSER, Settings},
};
use sqlx::{AssertSqlSafe, ConnectOptions, PgConnection};

use crate::support::options;

const PATIENCE: Duration = Duration::from_secs(120);

/// The program in a directory of its own.
pub struct Installation {
    pub directory: PathBuf,
    address: String,
    /// Where it answers metrics.
    metrics: String,
    sink: Sink,
    /// Where it sends traces.
    collector: Sink,
    process: Mutex<Option<Child>>,
    cluster: Option<Cluster>,
}

impl Installation {
    /// Starts it for the first time.
    pub fn new() -> Self {
        let directory =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("canaries-{}", std::process::id()));
        fs::create_dir_all(&directory).expect("a directory");
        let mut installation = Self {
            directory,
            address: free_address(),
            metrics: free_address(),
            sink: Sink::open(),
            collector: Sink::open(),
            process: Mutex::default(),
            cluster: None,
        };
        installation.start();
        installation.cluster = Some(installation.join());
        installation
    }

    /// Starts the program, and waits until it is ready. It logs everything there is to log.
    pub fn start(&self) {
        let log = File::options().create(true).append(true).open(self.log()).expect("a log");
        let before = log.metadata().expect("its length").len();
        let mut command = Command::new(env!("CARGO_BIN_EXE_consentry"));
        for variable in config::VARIABLES {
            command.env_remove(variable);
        }
        let mut process = command
            .args(["serve", "--demo"])
            .env("CONSENTRY_LISTEN", &self.address)
            .env("CONSENTRY_LOG", "trace")
            .env("CONSENTRY_METRICS_LISTEN", &self.metrics)
            .env("OTEL_EXPORTER_OTLP_ENDPOINT", &self.collector.url)
            .env("CONSENTRY_EVENTS_URL", &self.sink.url)
            .env("CONSENTRY_EVENTS_SECRET", "whsec_q80cWZbSSwk2pEHwnVCzPU8FhGhTHzxWVhqWNtyW8Sc=")
            .current_dir(&self.directory)
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("one file for both"))
            .stderr(log)
            .spawn()
            .expect("the server starts");
        let begun = Instant::now();
        loop {
            let text = fs::read(self.log()).expect("the log");
            let new =
                String::from_utf8_lossy(&text[usize::try_from(before).expect("a length")..]).into_owned();
            if new.contains("The same lines are in") {
                *self.process.lock().expect("the server") = Some(process);
                return;
            }
            let ended = process.try_wait().ok().flatten();
            assert!(ended.is_none() && begun.elapsed() < PATIENCE, "it did not start: {new}");
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// The server as `kill -9` leaves it.
    pub fn kill_server(&self) {
        let mut process = self.process.lock().expect("the server").take().expect("it runs");
        process.kill().expect("it is killed");
        process.wait().expect("it ended");
    }

    /// PostgreSQL as `kill -9` leaves it.
    pub fn kill_postgresql(&self) {
        let killed = Command::new("bash").args(["-c", &format!("kill -9 {}", self.postmaster())]).status();
        assert!(killed.expect("bash runs").success(), "PostgreSQL is killed");
    }

    /// Ends the server as an operator does; PostgreSQL stays.
    pub fn stop(&self) {
        let mut process = self.process.lock().expect("the server").take().expect("it runs");
        let asked = Command::new("bash").args(["-c", &format!("kill {}", process.id())]).status();
        assert!(asked.expect("bash runs").success(), "it is asked to stop");
        process.wait().expect("it ended");
    }

    fn postmaster(&self) -> u32 {
        let file = self.home().join("cluster/postmaster.pid");
        let text = fs::read_to_string(file).expect("PostgreSQL runs");
        text.lines().next().and_then(|line| line.trim().parse().ok()).expect("a process")
    }

    fn join(&self) -> Cluster {
        let settings = Settings {
            data_directory: self.directory.join(".consentry"),
            durable: true,
            exclusive: false,
            binaries: None,
        };
        Cluster::start(settings).expect("the cluster is joined")
    }

    /// Where PostgreSQL's files are.
    pub fn home(&self) -> PathBuf {
        self.cluster.as_ref().expect("a cluster").home().to_owned()
    }

    /// Runs statements as the cluster's superuser.
    pub async fn superuser_runs(&self, sql: &str) {
        let mut connection = self.superuser().await;
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.expect(sql);
    }

    /// A connection as the cluster's superuser.
    pub async fn superuser(&self) -> PgConnection {
        let cluster = self.cluster.as_ref().expect("a cluster");
        options(&cluster.options(SUPERUSER, DATABASE)).connect().await.expect("the superuser connects")
    }

    /// What `pg_dump` makes of the database, as the superuser.
    pub fn dump(&self) -> Vec<u8> {
        let program =
            fs::read_link(format!("/proc/{}/exe", self.postmaster())).expect("PostgreSQL's program");
        let connection = self.cluster.as_ref().expect("a cluster").options(SUPERUSER, DATABASE);
        let output = Command::new(program.with_file_name("pg_dump"))
            .arg("--host")
            .arg(&connection.socket_directory)
            .args([
                "--port",
                &connection.port.to_string(),
                "--username",
                &connection.user,
                &connection.database,
            ])
            .output()
            .expect("pg_dump runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    /// What the server wrote to its standard output and error.
    pub fn log(&self) -> PathBuf {
        self.directory.join("server.log")
    }

    /// What the event sink was sent.
    pub fn events(&self) -> Vec<u8> {
        self.sink.received.lock().expect("the sink").clone()
    }

    /// What it answers when it is asked for metrics.
    pub fn metrics(&self) -> Vec<u8> {
        request(&self.metrics, "GET", "/metrics", &[], b"")
    }

    /// What the collector of traces was sent.
    pub fn traces(&self) -> Vec<u8> {
        self.collector.received.lock().expect("the collector").clone()
    }

    /// The token of somebody in the demo.
    pub fn token(&self, variable: &str) -> String {
        let text = fs::read_to_string(self.directory.join(".consentry/demo.env")).expect("tokens");
        let found = text.lines().find_map(|line| line.strip_prefix(&format!("export {variable}=")));
        found.expect("a token").to_owned()
    }

    /// Sends a request as it is, and returns the whole answer.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
        request(&self.address, method, path, headers, body)
    }
}

fn free_address() -> String {
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    free.expect("a free port").to_string()
}

fn request(address: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("Content-Length: {}\r\n\r\n", body.len()));
    let mut answer = Vec::new();
    // A server that is killed, or that refuses early, may close before it has read everything.
    if let Ok(mut stream) = TcpStream::connect(address) {
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
        let _ = stream.read_to_end(&mut answer);
    }
    answer
}

impl Drop for Installation {
    fn drop(&mut self) {
        let running = self.process.lock().is_ok_and(|process| process.is_some());
        if running {
            self.stop();
        }
        drop(self.cluster.take());
        if !thread::panicking() {
            let _ = fs::remove_dir_all(&self.directory);
        }
    }
}

/// Takes every event, and keeps all that is sent, headers included.
struct Sink {
    url: String,
    received: Arc<Mutex<Vec<u8>>>,
}

impl Sink {
    fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let received = Arc::new(Mutex::new(Vec::new()));
        let kept = received.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let kept = kept.clone();
                thread::spawn(move || serve(stream, &kept));
            }
        });
        Self { url, received }
    }
}

fn serve(stream: TcpStream, kept: &Mutex<Vec<u8>>) {
    let mut reader = BufReader::new(stream);
    loop {
        let mut length = 0;
        let mut request = String::new();
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
            let end = line == "\r\n";
            request.push_str(&line);
            if end {
                break;
            }
        }
        let mut body = vec![0; length];
        if reader.read_exact(&mut body).is_err() {
            return;
        }
        kept.lock().expect("the sink").extend([request.as_bytes(), &body].concat());
        if reader.get_mut().write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").is_err() {
            return;
        }
    }
}
