//! The built program, serving the database of a town, and a client that speaks to it byte by byte.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

use consentry::config;
use serde_json::{Value, json};

use super::{Actor, Database, Town, town::KEY};

/// Only a test that would fail waits so long.
const PATIENCE: Duration = Duration::from_secs(60);

/// The built program, serving the database of a town.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    process: Child,
    log: PathBuf,
}

impl Server {
    /// Starts it with more variables than it needs, and waits until it is ready.
    pub async fn start(town: &Town, variables: &[(&str, &str)]) -> Self {
        let urls =
            ["consentry_app", "consentry_sealer", "consentry_worker"].map(|role| town.database.url(role));
        let variables: Vec<_> =
            variables.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        tokio::task::spawn_blocking(move || Self::run(&["serve"], &urls, variables))
            .await
            .expect("the server starts")
    }

    /// Starts it with demo data in this database, and waits until it is ready.
    pub async fn demo(database: &Database) -> Self {
        let urls = ["consentry_app", "consentry_sealer", "consentry_worker"].map(|role| database.url(role));
        let migrator = ("DATABASE_MIGRATOR_URL".to_owned(), database.url("consentry_migrator"));
        // All people of a test sit at one address.
        let limit = ("CONSENTRY_SIGN_IN_LIMIT".to_owned(), "1000".to_owned());
        let starting = move || Self::run(&["serve", "--demo"], &urls, vec![migrator, limit]);
        tokio::task::spawn_blocking(starting).await.expect("the server starts")
    }

    fn run(
        arguments: &[&str],
        [app, sealer, worker]: &[String; 3],
        variables: Vec<(String, String)>,
    ) -> Self {
        let log = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!(
            "server-{}-{}.log",
            std::process::id(),
            super::database::next()
        ));
        let mut command = Command::new(env!("CARGO_BIN_EXE_consentry"));
        for variable in config::VARIABLES {
            command.env_remove(variable);
        }
        let mut process = command
            .args(arguments)
            .env("DATABASE_URL", app)
            .env("DATABASE_SEALER_URL", sealer)
            .env("DATABASE_WORKER_URL", worker)
            .env("CONSENTRY_AUDIT_JOURNAL", log.with_extension("jsonl"))
            .env("ENCRYPTION_KEY", KEY)
            .env("CONSENTRY_LISTEN", "127.0.0.1:0")
            .env("CONSENTRY_THREADS", "2")
            .envs(variables)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(&log).expect("a log"))
            .spawn()
            .expect("the server starts");
        let mut output = BufReader::new(process.stdout.take().expect("its output"));
        let mut line = String::new();
        let address = loop {
            line.clear();
            let read = output.read_line(&mut line).expect("its output is text");
            assert!(read > 0, "the server ended: {}", std::fs::read_to_string(&log).unwrap_or_default());
            if let Some(rest) = line.trim().strip_prefix("GraphQL  http://") {
                break rest.trim_end_matches("/graphql").parse().expect("an address");
            }
        };
        Self { address, process, log }
    }

    /// What it logged so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).expect("its log")
    }

    /// Sends it a signal, by name.
    pub fn signal(&self, name: &str) {
        let id = self.process.id().to_string();
        let sent = Command::new("bash").args(["-c", "kill -s $0 $1", name, &id]).status();
        assert!(sent.is_ok_and(|status| status.success()), "SIG{name} is sent");
    }

    /// Waits until it ended by itself.
    pub async fn ended(mut self) -> ExitStatus {
        self.end().await
    }

    /// Waits until it ended well, and reads its log.
    pub async fn log_at_the_end(mut self) -> String {
        assert!(self.end().await.success(), "{}", self.log());
        self.log()
    }

    async fn end(&mut self) -> ExitStatus {
        loop {
            if let Some(status) = self.process.try_wait().expect("a process of ours") {
                return status;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// A connection to it.
    pub fn connect(&self) -> TcpStream {
        connect(self.address).expect("the server takes a connection")
    }

    /// Sends one request on a connection of its own and reads the answer.
    pub fn send(&self, request: &Request) -> Received {
        let mut stream = self.connect();
        stream.write_all(request.bytes().as_bytes()).expect("the request is sent");
        Received::read(&mut stream)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_file(&self.log);
        let _ = std::fs::remove_file(self.log.with_extension("jsonl"));
    }
}

/// A connection whose reads do not wait for ever.
pub fn connect(address: SocketAddr) -> std::io::Result<TcpStream> {
    let stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    Ok(stream)
}

/// A request as it goes over the wire.
pub struct Request {
    head: String,
    body: String,
}

impl Request {
    /// A request without a body.
    pub fn get(path: &str) -> Self {
        Self { head: format!("GET {path} HTTP/1.1\r\nhost: test\r\n"), body: String::new() }
    }

    /// A document of an actor.
    pub fn document(actor: &Actor, document: &str, variables: Value) -> Self {
        let body = json!({ "query": document, "variables": variables }).to_string();
        let head = format!(
            "POST /graphql HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\n\
             authorization: Bearer {}\r\ncontent-length: {}\r\n",
            actor.token(),
            body.len()
        );
        Self { head, body }
    }

    /// The same with one more header.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.head.push_str(&format!("{name}: {value}\r\n"));
        self
    }

    /// Its headers.
    pub fn head(&self) -> String {
        format!("{}\r\n", self.head)
    }

    /// Its body.
    pub fn body(&self) -> &str {
        &self.body
    }

    /// All of it.
    pub fn bytes(&self) -> String {
        format!("{}\r\n{}", self.head, self.body)
    }
}

/// An answer as it came over the wire.
#[derive(Debug)]
pub struct Received {
    /// The status; 0 when the connection was closed without an answer.
    pub status: u16,
    /// The headers, in lower case, as they stand there.
    pub head: String,
    /// The body.
    pub body: String,
}

impl Received {
    /// Reads one answer and leaves the connection open.
    pub fn read(stream: &mut TcpStream) -> Self {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            match stream.read(&mut byte) {
                Ok(0) => break,
                Ok(_) => head.push(byte[0]),
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => break,
                Err(error) => panic!("no answer came: {error}"),
            }
        }
        let head = String::from_utf8(head).expect("headers are text").to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; length.map_or(0, |length| length.parse().expect("a length"))];
        stream.read_exact(&mut body).expect("a whole body");
        let status = head.split(' ').nth(1).map_or(0, |status| status.parse().expect("a status"));
        Self { status, head, body: String::from_utf8(body).expect("a body is text") }
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }
}
