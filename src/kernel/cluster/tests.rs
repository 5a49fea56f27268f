use std::env;
use std::fs;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::thread;
use std::time::{Duration, Instant};

use super::*;

/// A directory that goes with the test, also when it fails.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let directory = env::temp_dir().join(format!("consentry-cluster-{name}-{}", process::id()));
        let _ = fs::remove_dir_all(&directory);
        Self(directory)
    }

    fn start(&self, exclusive: bool) -> Result<Cluster, ClusterError> {
        Cluster::start(Settings { data_directory: self.0.clone(), durable: false, exclusive, binaries: None })
    }

    fn cluster(&self) -> PathBuf {
        self.0.join("cluster")
    }

    fn postmaster(&self) -> String {
        let record = fs::read_to_string(self.cluster().join("postmaster.pid")).expect("PostgreSQL runs");
        record.lines().next().expect("the file is not empty").to_owned()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Speaks just enough of the protocol to learn whether the role may enter the database.
fn enters(connection: &Connection) -> bool {
    let socket = connection.socket_directory.join(format!(".s.PGSQL.{}", connection.port));
    let Ok(mut stream) = UnixStream::connect(socket) else { return false };
    let body = format!("\0\x03\0\0user\0{}\0database\0{}\0\0", connection.user, connection.database);
    let length = u32::try_from(body.len() + 4).expect("the message is short").to_be_bytes();
    if stream.write_all(&[&length, body.as_bytes()].concat()).is_err() {
        return false;
    }
    loop {
        let mut header = [0; 5];
        if stream.read_exact(&mut header).is_err() {
            return false;
        }
        let [kind, length @ ..] = header;
        let mut content = vec![0; u32::from_be_bytes(length) as usize - 4];
        match (kind, stream.read_exact(&mut content)) {
            (b'E', _) | (_, Err(_)) => return false,
            (b'Z', Ok(())) => return true,
            _ => {}
        }
    }
}

fn kill(postmaster: &str) {
    let status = Command::new("/bin/sh").args(["-c", "kill -9 \"$0\"", postmaster]).status();
    assert!(status.expect("a shell is there").success());
}

#[test]
fn a_new_cluster_has_its_database_and_a_restart_keeps_it() {
    let scratch = Scratch::new("restart");
    let unfinished = scratch.0.join("cluster.unfinished-1-1");
    fs::create_dir_all(unfinished.join("base")).expect("the temporary directory is writable");
    let first = scratch.start(false).expect("a first start");
    assert!(first.started_here() && !unfinished.exists());
    assert!(enters(&first.options(MIGRATOR, DATABASE)) && enters(&first.superuser_connection()));
    assert!(!enters(&first.options("nobody_we_know", DATABASE)));
    let connection = first.superuser_connection();
    first.stop().expect("a stop");
    assert!(!enters(&connection));

    let begun = Instant::now();
    let second = scratch.start(false).expect("a second start");
    assert!(begun.elapsed() < Duration::from_secs(5), "an existing cluster took {:?}", begun.elapsed());
    assert!(second.started_here() && enters(&second.options(MIGRATOR, DATABASE)));
}

#[test]
fn a_foreign_directory_is_refused_and_left_alone() {
    let scratch = Scratch::new("foreign");
    fs::create_dir_all(scratch.cluster()).expect("the temporary directory is writable");
    fs::write(scratch.cluster().join("letters"), "mine").expect("the directory is writable");
    assert!(matches!(scratch.start(true), Err(ClusterError::Foreign(path)) if path == scratch.cluster()));

    fs::write(scratch.cluster().join("PG_VERSION"), "9\n").expect("the directory is writable");
    fs::write(scratch.cluster().join("consentry-cluster"), "").expect("the directory is writable");
    assert!(matches!(scratch.start(true), Err(ClusterError::OtherVersion { made: 9, .. })));

    let names = |directory: &Path| fs::read_dir(directory).expect("it is still there").count();
    assert_eq!((names(&scratch.0), names(&scratch.cluster())), (1, 3));
}

#[test]
fn a_second_server_is_refused_and_a_command_leaves_the_first_one_running() {
    let scratch = Scratch::new("second");
    let server = scratch.start(true).expect("a server");
    assert!(matches!(scratch.start(true), Err(ClusterError::AlreadyServed(_))));

    let command = scratch.start(false).expect("a command beside the server");
    assert!(!command.started_here());
    command.stop().expect("the command ends");
    assert!(enters(&server.superuser_connection()));

    server.stop().expect("the server ends");
    scratch.start(true).expect("the next server").stop().expect("it ends");
}

#[test]
fn a_killed_postmaster_is_replaced_even_when_its_number_was_given_away() {
    let scratch = Scratch::new("killed");
    let cluster = scratch.start(false).expect("a start");
    assert!(!cluster.ensure_running().expect("it runs"));
    kill(&scratch.postmaster());
    let deadline = Instant::now() + Duration::from_secs(5);
    while enters(&cluster.superuser_connection()) && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(5));
    }
    assert!(cluster.ensure_running().expect("it comes back"));
    let record = fs::read_to_string(scratch.cluster().join("postmaster.pid")).expect("PostgreSQL runs");
    cluster.stop().expect("a stop");

    let layout = Layout::resolve(&scratch.0).expect("the directory is there");
    let mut other =
        layout.account.command(Path::new("/bin/sleep")).arg("60").spawn().expect("another process");
    let rest = record.split_once('\n').expect("the file has lines").1;
    let stale = scratch.cluster().join("postmaster.pid");
    fs::write(&stale, format!("{}\n{rest}", other.id())).expect("the cluster is writable");
    layout.account.own(&stale).expect("the file changes hands");
    let again = scratch.start(false);
    other.kill().and_then(|()| other.wait()).expect("the other process ends");
    assert!(again.expect("a start over a reused number").started_here());
}
