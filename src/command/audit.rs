//! `consentry audit`: the record of looks as evidence.

use clap::Subcommand;

use super::{
    Failure,
    database::{Server, Use, visit},
    key::Key,
    print,
    serve::{check, with_app},
};
use crate::{
    config::{BackgroundRole, Config},
    kernel::{
        app::App,
        database,
        record::{
            journal::Journal,
            proof::{Findings, prove},
            sealer::Sealer,
        },
    },
};

/// How much of a reason is kept.
const LONGEST_REASON: usize = 200;

#[derive(Debug, Subcommand)]
pub(super) enum Request {
    /// Check every row of the record, every link and every checkpoint, and name the first that is broken
    Verify,
    /// Say that the database was restored from a backup, and why; later checkpoints of the file are given up
    AcceptRestore {
        /// What happened, in one sentence; it is kept with the checkpoint
        #[arg(long)]
        reason: String,
    },
}

pub(super) async fn run(config: &Config, request: Request) -> Result<(), Failure> {
    let journal = Journal::new(config.audit_journal()?);
    if let Request::AcceptRestore { reason } = &request {
        let length = reason.trim().chars().count();
        if length == 0 || length > LONGEST_REASON || reason.chars().any(char::is_control) {
            return Err(Failure::refused(format_args!(
                "--reason takes one sentence of 1 to {LONGEST_REASON} printable characters"
            )));
        }
    }
    let key = Key::find(config)?;
    let server = Server::open(config, Use::Visiting).await?;
    visit(server, async |server| {
        let options = server.app_options()?;
        let provider = check(&options, key).await?;
        let work = async |app: &App| match &request {
            Request::Verify => report(&prove(app, &journal).await?),
            Request::AcceptRestore { reason } => {
                let sealer = database::pool(server.background_options(BackgroundRole::Sealer)?, 2);
                let accepted = Sealer::new(app.clone(), sealer.clone(), journal.clone());
                let sequence = accepted.accept_restore(reason.trim()).await;
                sealer.close().await;
                print(&format!("the restore is recorded in checkpoint {}\n", sequence?))
            }
        };
        with_app(&options, server.pooler(), provider, work).await.map(drop)
    })
    .await
}

fn report(findings: &Findings) -> Result<(), Failure> {
    let Findings { linked, waiting, chains, checkpoints, broken } = findings;
    print(&format!(
        "{linked} rows in {chains} chains, {waiting} waiting for their link, {checkpoints} checkpoints\n"
    ))?;
    for problem in broken {
        print(&format!("broken  {problem}\n"))?;
    }
    match broken.len() {
        0 => print("the record is whole\n"),
        1 => Err(Failure::broken("the record is broken in one place")),
        count => Err(Failure::broken(format_args!("the record is broken in {count} places"))),
    }
}
