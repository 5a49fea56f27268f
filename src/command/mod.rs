//! The command line: one file for each command.
//!
//! What a command is asked for goes to the standard output, everything else to the standard error. A failure that
//! has to be expected is one sentence and exit status 2; anything else is status 1.

use std::{
    ffi::OsString,
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::{Parser, Subcommand, error::ErrorKind};
use secrecy::ExposeSecret;

use crate::{
    config::Config,
    telemetry::{self, traces::Traces},
};

mod audit;
mod background;
mod database;
mod documents;
mod failure;
mod flag;
mod key;
pub mod migrate;
mod outbox;
mod schema;
mod seed;
mod serve;
mod token;
mod user;
pub mod verify;
mod workers;

pub use failure::Failure;

/// A GraphQL backend for behavioral-health care
#[derive(Debug, Parser)]
#[command(name = "consentry", version, subcommand_required = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API; without DATABASE_URL, from a private PostgreSQL
    Serve {
        /// Put two demo tenants there and print tokens for them; never in production
        #[arg(long)]
        demo: bool,
    },
    /// Bring the schema to this version, as the role that owns it
    Migrate {
        /// Revert this many migrations instead, newest first
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
        down: Option<u32>,
    },
    /// Print the GraphQL schema
    Schema,
    /// Put two demo tenants there and print tokens for them, or many tenants with many patients; never in production
    Seed(seed::Request),
    /// Make an access token for a program that acts for a user, and print it; or list and revoke those there are
    Token(token::Request),
    /// Switch features on and off, for all tenants or for one
    #[command(subcommand)]
    Flag(flag::Request),
    /// Keep the documents that clients may ask for by their id
    #[command(subcommand)]
    Documents(documents::Request),
    /// Look after people of a tenant
    #[command(subcommand)]
    User(user::Request),
    /// Look after events that could not be carried out
    #[command(subcommand)]
    Outbox(outbox::Request),
    /// Check every invariant: the server, the schema, and all rows of all tenants
    Verify {
        /// Search all rows for the values of this file, one a line, which must stand in the clear nowhere
        #[arg(long, value_name = "FILE")]
        canaries: Option<PathBuf>,
    },
    /// Check the record of looks as evidence, or say that a backup was restored
    #[command(subcommand)]
    Audit(audit::Request),
}

/// Runs the command that the arguments name; the first of them is the program's own name.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    match dispatch(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Nothing can be done for somebody who closed the standard error.
            let _ = writeln!(io::stderr(), "consentry: {failure}");
            failure.status()
        }
    }
}

fn dispatch(arguments: impl IntoIterator<Item = OsString>) -> Result<(), Failure> {
    let command = match Arguments::try_parse_from(arguments) {
        Ok(Arguments { command }) => command,
        Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            return print(&error.to_string());
        }
        Err(error) => return Err(misused(&error)),
    };
    let config = Config::from_environment()?;
    // Commands wait far more than they compute; the server has threads of its own for requests.
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::system)?;
    let collector = config.otlp_endpoint.as_ref().filter(|_| matches!(command, Command::Serve { .. }));
    let traces = collector.map(|collector| Traces::to(collector.expose_secret(), runtime.handle().clone()));
    let traces = traces.transpose().map_err(Failure::refused)?;
    telemetry::start(&config, traces.as_ref());
    runtime.block_on(async {
        let outcome = match command {
            Command::Serve { demo } => serve::run(&config, demo).await,
            Command::Migrate { down } => migrate::run(&config, down).await,
            Command::Schema => schema::run(),
            Command::Seed(request) => seed::run(&config, request).await,
            Command::Token(request) => token::run(&config, request).await,
            Command::Flag(request) => flag::run(&config, request).await,
            Command::Documents(request) => documents::run(&config, request).await,
            Command::User(request) => user::run(&config, request).await,
            Command::Outbox(request) => outbox::run(&config, request).await,
            Command::Verify { canaries } => verify::run(&config, canaries.as_deref()).await,
            Command::Audit(request) => audit::run(&config, request).await,
        };
        if let Some(traces) = traces {
            let _ = tokio::task::spawn_blocking(|| traces.finish()).await;
        }
        outcome
    })
}

/// Clap explains itself over several lines; the first paragraph is the explanation.
fn misused(error: &clap::Error) -> Failure {
    let text = error.to_string();
    let lines = text.lines().take_while(|line| !line.trim().is_empty()).map(str::trim);
    let sentence = lines.collect::<Vec<_>>().join(" ");
    // Without a command, the first paragraph is the program's description.
    let reason = sentence.strip_prefix("error: ").unwrap_or("name a command");
    Failure::refused(format_args!("{reason}; `consentry --help` lists what there is"))
}

/// Writes to the standard output. A reader that has gone away, as in `consentry schema | head`, is no failure.
fn print(text: &str) -> Result<(), Failure> {
    let mut output = io::stdout().lock();
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::system(error)),
        _ => Ok(()),
    }
}
