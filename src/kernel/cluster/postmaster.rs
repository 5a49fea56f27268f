use std::fs::{self, OpenOptions};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::ClusterError;
use super::binaries::Binaries;
use super::error::At;
use super::initialize::run;
use super::layout::{Layout, PORT};
use super::locks::{STARTING, USERS};
use super::record::{Record, works_in};

/// Long enough for the recovery after a crash.
const PATIENCE: Duration = Duration::from_secs(60);
/// Long enough for the orphans of a killed postmaster to end; as long as they live, a start is refused.
const ORPHAN_PATIENCE: Duration = Duration::from_secs(10);
/// How long orphans may take to notice by themselves.
const ORPHAN_GRACE: Duration = Duration::from_millis(500);
const PAUSE: Duration = Duration::from_millis(10);

/// No TCP, and a log without statements and values: errors carry both, and the program that caused one
/// has it anyway.
const SETTINGS: [&str; 15] = [
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "max_connections=100",
    "shared_buffers=128MB",
    "timezone=UTC",
    "log_timezone=UTC",
    "log_destination=stderr",
    "logging_collector=off",
    "log_statement=none",
    "log_min_duration_statement=-1",
    "log_parameter_max_length=0",
    "log_parameter_max_length_on_error=0",
    "log_min_error_statement=panic",
    "log_min_messages=log",
    "log_error_verbosity=terse",
];
const FORGETFUL_SETTINGS: [&str; 3] = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"];

/// Waits for the end of the process that holds its input, then stops the cluster unless somebody
/// else uses it.
const GUARD: &str =
    r#"read -r _; exec flock "$1" flock --nonblock "$2" "$3" stop --pgdata "$4" --mode fast --silent"#;

/// All that starting and stopping PostgreSQL takes.
#[derive(Debug)]
pub(super) struct Launch {
    pub(super) layout: Layout,
    pub(super) binaries: Binaries,
    pub(super) durable: bool,
}

impl Launch {
    /// Returns once PostgreSQL accepts connections, and whether it had to be started for that.
    pub(super) fn bring_up(&self) -> Result<bool, ClusterError> {
        let begun = Instant::now();
        let killed = Record::read(&self.layout.cluster()).is_some();
        loop {
            let record = Record::read(&self.layout.cluster());
            let lives = record.as_ref().is_some_and(|record| record.lives(&self.layout.cluster()));
            match record {
                Some(record) if lives && record.accepts() => return Ok(false),
                _ if lives && begun.elapsed() < PATIENCE => {}
                _ if lives => {
                    return Err(self.not_ready("it neither ends nor accepts connections".to_owned()));
                }
                record => match self.start(record) {
                    Ok(()) => return Ok(true),
                    Err(error) if !killed || begun.elapsed() >= ORPHAN_PATIENCE => return Err(error),
                    Err(_) if begun.elapsed() >= ORPHAN_GRACE => self.end_orphans(),
                    Err(error) => tracing::debug!(%error, "starting PostgreSQL again"),
                },
            }
            thread::sleep(PAUSE);
        }
    }

    /// The socket directory and port that the running PostgreSQL itself tells, which an adopted one may have
    /// from a process with another temporary directory.
    pub(super) fn address(&self) -> Result<(PathBuf, u16), ClusterError> {
        Record::read(&self.layout.cluster())
            .and_then(|record| record.address)
            .ok_or_else(|| self.not_ready("it ended at once".to_owned()))
    }

    pub(super) fn stop(&self) -> Result<(), ClusterError> {
        let cluster = self.layout.cluster();
        if !Record::read(&cluster).is_some_and(|record| record.lives(&cluster)) {
            return Ok(());
        }
        let mut control = self.layout.account.command(&self.binaries.program("pg_ctl"));
        control.args(["stop", "--silent", "--wait", "--mode=fast", "--timeout=60", "--pgdata"]).arg(cluster);
        run(&mut control, "pg_ctl", "")
    }

    /// Starts what stops the cluster when this process is gone, even if it was killed.
    pub(super) fn guard(&self) -> Option<Child> {
        let Layout { home, account, .. } = &self.layout;
        let mut shell = account.command(Path::new("/bin/sh"));
        shell.arg("-c").arg(GUARD).arg("guard").args([home.join(STARTING), home.join(USERS)]);
        shell.arg(self.binaries.program("pg_ctl")).arg(self.layout.cluster());
        shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0).spawn().ok()
    }

    fn start(&self, stale: Option<Record>) -> Result<(), ClusterError> {
        if let Some(record) = stale {
            record.disown(&self.layout.cluster());
        }
        let log = self.layout.log();
        let mut file =
            OpenOptions::new().create(true).append(true).read(true).mode(0o600).open(&log).at(&log)?;
        self.layout.account.own(&log).at(&log)?;
        let before = file.seek(SeekFrom::End(0)).at(&log)?;
        let child = self.spawn(file.try_clone().at(&log)?)?;
        self.wait_until_ready(child).map_err(|reason| {
            let mut text = String::new();
            let _ = file.seek(SeekFrom::Start(before)).and_then(|_| file.read_to_string(&mut text));
            let told = text.lines().find_map(|line| line.split_once("FATAL:  "));
            self.not_ready(told.map_or(reason, |(_, fatal)| fatal.to_owned()))
        })
    }

    /// Kills what a dead postmaster left behind: a busy statement does not notice its death, and the recovery
    /// that follows is the same however the orphan ends.
    fn end_orphans(&self) {
        let cluster = self.layout.cluster();
        let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
        let numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        let orphans = numbers.filter(|number| works_in(*number, &cluster)).map(|number| number.to_string());
        let mut shell = self.layout.account.command(Path::new("/bin/sh"));
        shell.args(["-c", "kill -s KILL \"$@\"", "kill"]).args(orphans).stderr(Stdio::null());
        let _ = shell.status();
    }

    fn spawn(&self, log: fs::File) -> Result<Child, ClusterError> {
        let program = self.binaries.program("postgres");
        let sockets = self.layout.socket_directory()?;
        let mut command = self.layout.account.command(&program);
        command.arg("-D").arg(self.layout.cluster()).arg("-p").arg(PORT.to_string());
        // The setting is a list: quotes keep a comma or a space in the path from splitting it.
        command.arg("-k").arg(format!("\"{}\"", sockets.display().to_string().replace('"', "\"\"")));
        let forgetful: &[&str] = if self.durable { &[] } else { &FORGETFUL_SETTINGS };
        for setting in SETTINGS.iter().chain(forgetful) {
            command.args(["-c", setting]);
        }
        let errors = log.try_clone().at(&self.layout.log())?;
        // A process group of its own: Ctrl-C in the terminal is for us, and we stop PostgreSQL after our last
        // request.
        command.stdin(Stdio::null()).stdout(log).stderr(errors).process_group(0).spawn().at(&program)
    }

    fn wait_until_ready(&self, mut child: Child) -> Result<(), String> {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if let Ok(Some(status)) = child.try_wait() {
                return Err(status.to_string());
            }
            let record = Record::read(&self.layout.cluster());
            if record.is_some_and(|record| record.process == child.id() && record.accepts()) {
                reap(child);
                return Ok(());
            }
            thread::sleep(PAUSE);
        }
        reap(child);
        Err("it took more than a minute".to_owned())
    }

    fn not_ready(&self, reason: String) -> ClusterError {
        ClusterError::NotReady { reason, log: self.layout.log() }
    }
}

/// A dead child that nobody waits for keeps its number, and PostgreSQL would take it for a living postmaster.
fn reap(mut child: Child) {
    thread::spawn(move || child.wait());
}
