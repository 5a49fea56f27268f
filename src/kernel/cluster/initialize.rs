use std::fs::{self, DirBuilder, File};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::process::{self, Command, Output, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use super::binaries::Binaries;
use super::error::At;
use super::layout::Layout;
use super::{ClusterError, DATABASE, MIGRATOR, SUPERUSER};

const MARKER: &str = "consentry-cluster";
const UNFINISHED: &str = "cluster.unfinished-";

/// What stands where the cluster belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// Nothing, or an empty directory.
    Nothing,
    /// A cluster of ours and the major version that made it.
    Made(u32),
}

impl Content {
    pub(super) fn accepts(self, binaries: &Binaries, layout: &Layout) -> Result<(), ClusterError> {
        match self {
            Self::Made(made) if made != binaries.major => {
                Err(ClusterError::OtherVersion { path: layout.cluster(), made, installed: binaries.major })
            }
            _ => Ok(()),
        }
    }
}

/// Looks without touching; anything that is not ours is refused.
pub(super) fn inspect(layout: &Layout) -> Result<Content, ClusterError> {
    let cluster = layout.cluster();
    if layout.data.join("PG_VERSION").exists() {
        return Err(ClusterError::Foreign(layout.data.clone()));
    }
    let mut entries = match fs::read_dir(&cluster) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Content::Nothing),
        Err(error) if error.kind() == ErrorKind::NotADirectory => return Err(ClusterError::Foreign(cluster)),
        Err(error) => return Err(error).at(&cluster),
    };
    if entries.next().is_none() {
        return Ok(Content::Nothing);
    }
    let major =
        fs::read_to_string(cluster.join("PG_VERSION")).ok().and_then(|version| version.trim().parse().ok());
    match major {
        Some(major) if cluster.join(MARKER).is_file() => Ok(Content::Made(major)),
        _ => Err(ClusterError::Foreign(cluster)),
    }
}

/// Makes the cluster beside its place and moves it there when it is complete, so that a killed process leaves
/// either a whole cluster or none.
#[expect(clippy::disallowed_methods, reason = "the time only makes a directory's name unlike others")]
pub(super) fn create(layout: &Layout, binaries: &Binaries, durable: bool) -> Result<(), ClusterError> {
    let cluster = layout.cluster();
    tracing::info!(cluster = %cluster.display(), version = binaries.major, "making a PostgreSQL cluster");
    remove_unfinished(&layout.home);
    let moment = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |passed| passed.as_nanos());
    // A name of its own, because an initdb whose parent was killed may still be writing to the last one.
    let unfinished = layout.home.join(format!("{UNFINISHED}{}-{moment}", process::id()));
    DirBuilder::new().mode(0o700).create(&unfinished).at(&unfinished)?;
    layout.account.own(&unfinished).at(&unfinished)?;

    let result = fill(&unfinished, layout, binaries, durable);
    if result.is_err() {
        remove_unfinished(&layout.home);
    }
    result?;
    fs::rename(&unfinished, &cluster).at(&cluster)?;
    File::open(&layout.home).and_then(|home| home.sync_all()).at(&layout.home)
}

fn fill(directory: &Path, layout: &Layout, binaries: &Binaries, durable: bool) -> Result<(), ClusterError> {
    let mut initialize = layout.account.command(&binaries.program("initdb"));
    initialize.arg("--pgdata").arg(directory).arg(format!("--username={SUPERUSER}")).args([
        "--auth-local=trust",
        "--auth-host=reject",
        "--encoding=UTF8",
        // Byte order is the same on every system and version, so no upgrade can break an index.
        "--lc-collate=C",
        "--lc-ctype=C.UTF-8",
        "--lc-messages=C",
        "--data-checksums",
    ]);
    if !durable {
        initialize.arg("--no-sync");
    }
    run(&mut initialize, "initdb", "")?;
    add_database(directory, layout, binaries)?;
    let marker = directory.join(MARKER);
    fs::write(&marker, "This PostgreSQL cluster was made by Consentry.\n").at(&marker)?;
    layout.account.own(&marker).at(&marker)?;
    File::open(&marker).and_then(|file| file.sync_all()).at(&marker)
}

/// Goes through the single-user mode because a client program may not be installed.
fn add_database(directory: &Path, layout: &Layout, binaries: &Binaries) -> Result<(), ClusterError> {
    let mut single = layout.account.command(&binaries.program("postgres"));
    single.arg("--single").arg("-D").arg(directory).args(["-c", "exit_on_error=true", "postgres"]);
    let statements = format!(
        "create role {MIGRATOR} login createdb createrole;\n\
         create database {DATABASE} owner {MIGRATOR};\n"
    );
    run(&mut single, "postgres --single", &statements)
}

/// Runs a program to its end and turns its last words into the error.
pub(super) fn run(command: &mut Command, program: &'static str, input: &str) -> Result<(), ClusterError> {
    let path = Path::new(command.get_program()).to_owned();
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().at(&path)?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that ended early closes its input; its exit status then says why.
        let _ = stdin.write_all(input.as_bytes());
    }
    let output = child.wait_with_output().at(&path)?;
    if output.status.success() {
        Ok(())
    } else {
        Err(ClusterError::Program { program, reason: last_words(&output) })
    }
}

fn last_words(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    let told = text.lines().rev().find(|line| line.contains("error:") || line.contains("FATAL:"));
    told.or_else(|| text.lines().last())
        .map_or_else(|| output.status.to_string(), |line| line.trim().to_owned())
}

/// Best effort: what cannot be removed is in nobody's way.
fn remove_unfinished(home: &Path) {
    for entry in fs::read_dir(home).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}
