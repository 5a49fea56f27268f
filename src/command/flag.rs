//! `consentry flag`: features that are on or off for all tenants, or for one.

use clap::{Args, Subcommand};
use entity::tenancy::tenant::PLATFORM;
use uuid::Uuid;

use super::{
    Failure,
    database::{Server, Use, visit},
    key::Key,
    print,
    serve::{check, with_app},
};
use crate::{
    config::Config,
    kernel::{app::App, error::Error},
    platform::feature_flag::{RemoveFeatureFlagInput, SetFeatureFlagInput, remove, set},
};

/// What to do with a feature.
#[derive(Debug, Subcommand)]
pub(super) enum Request {
    /// Switch a feature on, off, or on for some of the users
    Set(Switch),
    /// Remove a switch: the feature is then as it is for all tenants, or off
    Remove(Which),
}

/// Which feature.
#[derive(Debug, Args)]
pub(super) struct Which {
    /// The feature, such as messages.attachments
    #[arg(long, value_name = "KEY")]
    key: String,
    /// The slug of the one tenant that it is for; without it, the switch holds for all that have none of their own
    #[arg(long, value_name = "SLUG")]
    tenant: Option<String>,
}

/// How a feature is switched.
#[derive(Debug, Args)]
pub(super) struct Switch {
    #[command(flatten)]
    which: Which,
    /// Switch it off for everybody
    #[arg(long)]
    off: bool,
    /// For how many of a hundred users it is on
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u8).range(0..=100))]
    percentage: u8,
    /// What it is for
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
}

pub(super) async fn run(config: &Config, request: Request) -> Result<(), Failure> {
    let key = Key::find(config)?;
    let server = Server::open(config, Use::Visiting).await?;
    visit(server, async |server| {
        let options = server.app_options()?;
        let provider = check(&options, key).await?;
        with_app(&options, server.pooler(), provider, async |app| change(app, request).await).await.map(drop)
    })
    .await
}

async fn change(app: &App, request: Request) -> Result<(), Failure> {
    let slot = app.operator("flag");
    match request {
        Request::Set(Switch { which: Which { key, tenant }, off, percentage, description }) => {
            let tenant_id = tenant_of(app, tenant.as_deref()).await?;
            let said =
                format!("{key} is {} for {percentage} % of the users\n", if off { "off" } else { "on" });
            let input = SetFeatureFlagInput {
                key,
                enabled: !off,
                rollout_percentage: i32::from(percentage),
                description,
                expected_version: None,
            };
            let set = slot.write_anonymous(tenant_id, |write| Box::pin(set(write, input))).await;
            set.map_err(told)?;
            print(&said)
        }
        Request::Remove(Which { key, tenant }) => {
            let tenant_id = tenant_of(app, tenant.as_deref()).await?;
            let input = RemoveFeatureFlagInput { key };
            let removed = slot.write_anonymous(tenant_id, |write| Box::pin(remove(write, input))).await;
            print(&format!("{} is switched here no more\n", removed.map_err(told)?))
        }
    }
}

async fn tenant_of(app: &App, slug: Option<&str>) -> Result<Uuid, Failure> {
    let Some(slug) = slug else {
        app.ensure_platform().await?;
        return Ok(PLATFORM);
    };
    let found = app.tenant_by_slug(slug).await?;
    found.ok_or_else(|| Failure::refused(format_args!("there is no active tenant with the slug `{slug}`")))
}

/// What was refused is told in the words that a caller of the API would read.
pub(super) fn told(error: Error) -> Failure {
    match error {
        Error::Refused(refused) => Failure::refused(refused.message),
        other => other.into(),
    }
}
