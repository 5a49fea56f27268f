//! `consentry seed`: puts the demo tenants there and prints tokens for their people, or makes scale data.

use std::{
    fmt::Write as _,
    fs::{self, DirBuilder, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::Path,
};

use secrecy::ExposeSecret;

use super::{
    Failure,
    database::{Server, Use, visit},
    key::Key,
    migrate::migrate_up,
    print,
    serve::{check, with_app},
};
use crate::{
    config::{Config, Environment},
    seed::{DemoActor, scale::Plan},
};

mod scale;

/// What is to be made; without numbers, the demo data.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct Request {
    /// Make this many tenants with generated patients instead
    #[arg(long, value_name = "N", requires = "patients")]
    tenants: Option<u64>,
    /// How many patients each of them has
    #[arg(long, value_name = "M", requires = "tenants")]
    patients: Option<u64>,
}

/// Holds what is printed, to be read by a shell: `. .consentry/demo.env`.
const FILE: &str = "demo.env";

pub(super) async fn run(config: &Config, request: Request) -> Result<(), Failure> {
    refuse_in_production(config)?;
    if let Some((tenants, patients)) = request.tenants.zip(request.patients) {
        let plan = Plan::new(tenants, patients).map_err(Failure::refused)?;
        return scale::run(config, plan).await;
    }
    let key = Key::find(config)?;
    let server = Server::open(config, Use::Visiting).await?;
    visit(server, async |server| {
        let owner = server.owner().await?;
        if server.is_private() {
            migrate_up(&owner).await?;
        }
        let options = server.app_options()?;
        let provider = check(&options, key).await?;
        let (_, actors) = with_app(&options, server.pooler(), provider, async |app| {
            Ok(crate::seed::demo(app, &owner).await?)
        })
        .await?;
        owner.close().await;
        announce(config, &actors)
    })
    .await
}

/// Demo people sign in with tokens that are printed.
pub(super) fn refuse_in_production(config: &Config) -> Result<(), Failure> {
    match config.environment {
        Environment::Development => Ok(()),
        Environment::Production => Err(Failure::refused(
            "demo data is refused in production: leave it out, or set CONSENTRY_ENVIRONMENT=development",
        )),
    }
}

/// Prints the tokens of the demo's people, and keeps them beside the data.
pub(super) fn announce(config: &Config, actors: &[DemoActor]) -> Result<(), Failure> {
    let mut lines = String::new();
    for DemoActor { variable, description, email, token, .. } in actors {
        let _ = writeln!(lines, "# {description} ({email})\nexport {variable}={}", token.expose_secret());
    }
    let path = config.data_directory.join(FILE);
    write_private(&config.data_directory, &path, &lines).map_err(|error| {
        Failure::refused(format_args!("the tokens cannot be written to {}: {error}", path.display()))
    })?;
    print(&format!("{lines}# The same lines are in {}: `. {0}` sets them.\n", path.display()))
}

/// Writes beside the place and moves there, so that the content is never readable by others nor half written.
fn write_private(directory: &Path, path: &Path, content: &str) -> io::Result<()> {
    if !directory.is_dir() {
        DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    }
    let draft = path.with_extension(format!("env.{}", std::process::id()));
    let _ = fs::remove_file(&draft);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    file.write_all(content.as_bytes())?;
    fs::rename(&draft, path)
}
