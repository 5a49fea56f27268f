//! `consentry outbox`: events that were given up.

use clap::{Args, Subcommand};
use entity::{Id, platform::outbox_event};
use sea_orm::ActiveEnum;
use sqlx::{Connection, postgres::PgConnectOptions};
use uuid::Uuid;

use super::{
    Failure,
    database::{Server, Use, connect, visit},
    key::Key,
    print,
    serve::{check, with_app},
};
use crate::{
    config::Config,
    kernel::{
        app::App,
        outbox::{DeadEvent, dead_events, redrive, skip},
        write::Write,
    },
};

/// Events that are changed in one transaction.
const AT_ONCE: usize = 500;

/// What to do with events that were given up.
#[derive(Debug, Subcommand)]
pub(super) enum Request {
    /// Name events that were given up, and why
    ListDead,
    /// Have events tried again that were given up
    Redrive(Which),
    /// Leave an event out that was given up: it never happens, and those after it go on
    Skip {
        /// The event's id
        #[arg(long, value_name = "ID")]
        event: Uuid,
    },
}

/// Which events.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(super) struct Which {
    /// The event's id
    #[arg(long, value_name = "ID")]
    event: Option<Uuid>,
    /// Every event that was given up
    #[arg(long)]
    all: bool,
}

/// A tenant with what it has of events that were given up.
type Dead = (Uuid, String, Vec<DeadEvent>);

pub(super) async fn run(config: &Config, request: Request) -> Result<(), Failure> {
    let key = Key::find(config)?;
    let server = Server::open(config, Use::Visiting).await?;
    visit(server, async |server| {
        let options = server.app_options()?;
        let provider = check(&options, key).await?;
        with_app(&options, server.pooler(), provider, async |app| {
            let dead = find(app, &options).await?;
            match request {
                Request::ListDead => list(&dead),
                Request::Redrive(Which { event: None, .. }) => remedy(app, &dead, Remedy::Redrive).await,
                Request::Redrive(Which { event: Some(event), .. }) => {
                    remedy(app, &only(dead, event)?, Remedy::Redrive).await
                }
                Request::Skip { event } => remedy(app, &only(dead, event)?, Remedy::Skip).await,
            }
        })
        .await
        .map(drop)
    })
    .await
}

async fn find(app: &App, options: &PgConnectOptions) -> Result<Vec<Dead>, Failure> {
    let mut connection = connect(options).await?;
    let mut transaction = connection.begin().await?;
    let tenants: Vec<(Uuid, String)> = sqlx::query_as("select id, slug::text from tenants order by slug")
        .persistent(false)
        .fetch_all(&mut *transaction)
        .await?;
    transaction.commit().await?;
    let mut all = Vec::new();
    for (tenant_id, slug) in tenants {
        let events = dead_events(app, tenant_id).await?;
        if !events.is_empty() {
            all.push((tenant_id, slug, events));
        }
    }
    Ok(all)
}

fn only(dead: Vec<Dead>, id: Uuid) -> Result<Vec<Dead>, Failure> {
    let found = dead.into_iter().find_map(|(tenant_id, slug, events)| {
        let event = events.into_iter().find(|event| event.id == Id::new(id))?;
        Some((tenant_id, slug, vec![event]))
    });
    found.map(|found| vec![found]).ok_or_else(|| {
        Failure::refused(
            "no event with this id was given up; `consentry outbox list-dead` names those that were",
        )
    })
}

fn list(dead: &[Dead]) -> Result<(), Failure> {
    let mut text = String::new();
    for (_, slug, events) in dead {
        for event in events {
            let DeadEvent { id, event_type, occurred_at, last_failure, attempts, behind } = event;
            text += &format!(
                "{slug}  {id}  {event_type}  of {}  {} after {attempts} attempts, {behind} behind it\n",
                occurred_at.format("%Y-%m-%dT%H:%M:%SZ"),
                last_failure.to_value(),
            );
        }
    }
    print(if text.is_empty() { "no event was given up\n" } else { &text })
}

/// What happens to each event.
#[derive(Clone, Copy)]
enum Remedy {
    Redrive,
    Skip,
}

async fn remedy(app: &App, dead: &[Dead], remedy: Remedy) -> Result<(), Failure> {
    let (operation, done) = match remedy {
        Remedy::Redrive => ("outbox.redrive", "tried again"),
        Remedy::Skip => ("outbox.skip", "left out"),
    };
    let slot = app.operator(operation);
    for (tenant_id, slug, events) in dead {
        for events in events.chunks(AT_ONCE) {
            let ids = events.iter().map(|event| event.id).collect();
            slot.write_anonymous(*tenant_id, move |write| Box::pin(apply(write, remedy, ids))).await?;
            print(&events.iter().map(|event| format!("{slug}  {}  {done}\n", event.id)).collect::<String>())?;
        }
    }
    if dead.is_empty() { print("no event was given up\n") } else { Ok(()) }
}

async fn apply(
    write: &Write,
    remedy: Remedy,
    ids: Vec<Id<outbox_event::Entity>>,
) -> crate::kernel::error::Result<()> {
    for id in ids {
        match remedy {
            Remedy::Redrive => redrive(write, id).await?,
            Remedy::Skip => skip(write, id).await?,
        }
    }
    Ok(())
}
