//! `consentry seed --tenants N --patients M`: makes scale data and shows how far it is.

use std::{
    io::{self, IsTerminal},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    command::{
        Failure,
        database::{Server, Use, visit},
        key::Key,
        migrate::migrate_up,
        print,
        serve::{check, with_app},
    },
    config::Config,
    kernel::database,
    seed::{
        PASSWORD,
        scale::{Made, Plan, Progress, scale, slug},
    },
};

/// Transactions at once. The database works on some while values are sealed for the next.
const LANES: u32 = 4;
/// Where nobody watches, a line is printed for each so many percent.
const STEP: u64 = 5;

pub(super) async fn run(config: &Config, plan: Plan) -> Result<(), Failure> {
    let begun = Instant::now();
    let key = Key::find(config)?;
    let server = Server::open(config, Use::Visiting).await?;
    visit(server, async |server| {
        let owner = server.owner().await?;
        if server.is_private() {
            migrate_up(&owner).await?;
        }
        let options = server.app_options()?;
        let provider = check(&options, key).await?;
        let progress = progress(plan.all_patients());
        let (_, made) = with_app(&options, server.pooler(), provider, async |app| {
            let pool = database::pool_through(server.pooler(), options.clone(), LANES);
            let made = scale(&app.with_pool(pool.clone()), &owner, plan, LANES, progress).await;
            pool.close().await;
            Ok(made?)
        })
        .await?;
        owner.close().await;
        print(&told(plan, made, begun.elapsed().as_secs_f64()))
    })
    .await
}

fn told(plan: Plan, made: Made, seconds: f64) -> String {
    let (first, all) = (slug(1), plan.all_patients());
    let outcome = match made {
        Made { tenants: 0, patients: 0 } => format!("All {all} patients are there already."),
        Made { tenants, patients } => format!(
            "Made {tenants} tenants and {patients} patients in {seconds:.0} s; there are {all} patients now. A server \
             that runs adds the links to the record of it, behind its answers."
        ),
    };
    format!(
        "{outcome}\nSign in to `{first}` as practitioner@{first}.example, and so on, with the password {PASSWORD}.\n"
    )
}

/// A bar in a terminal, lines elsewhere.
fn progress(all: u64) -> Progress {
    if io::stderr().is_terminal() {
        let bar = ProgressBar::new(all);
        if let Ok(style) =
            ProgressStyle::with_template("{bar:40} {human_pos} of {human_len} patients, {eta} left")
        {
            bar.set_style(style);
        }
        return Arc::new(move |there| {
            bar.set_position(there);
            if there == all {
                bar.finish();
            }
        });
    }
    let told = AtomicU64::new(0);
    Arc::new(move |there| {
        let percent = there * 100 / all;
        if percent >= told.load(Ordering::Relaxed) + STEP {
            told.store(percent, Ordering::Relaxed);
            let _ = io::Write::write_fmt(&mut io::stderr(), format_args!("{there} of {all} patients\n"));
        }
    })
}
