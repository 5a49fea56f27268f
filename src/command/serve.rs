//! `consentry serve`: checks everything first, then serves from one runtime per thread until it is told to stop.

use std::{
    io::ErrorKind,
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::{Duration, Instant},
};

use sqlx::{Connection, postgres::PgConnectOptions};
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    time::{MissedTickBehavior, interval},
};

use super::{
    Failure,
    background::{Background, Running},
    database::{APP_ROLE, History, Server, Use, connect, role_problem, schema_problems, server_problem},
    key::Key,
    migrate::migrate_up,
    print,
    seed::{self, refuse_in_production},
    workers::Workers,
};
use crate::{
    config::{Config, Environment},
    http::{Pages, SignInOffer},
    kernel::{
        app::App,
        clock::{RandomIds, SystemClock},
        crypto::KeyProvider,
        database::{self, Pooler},
        federation::{Federation, Reach},
    },
    seed::{DemoActor, PASSWORD},
    telemetry::metrics,
};

/// How long open requests may take to finish once no more are taken. With the delay before it, it stays below the 30 s
/// after which supervisors commonly kill.
const GRACE: Duration = Duration::from_secs(20);
/// Cached keys whose time is over are cleared this often.
const TIDY_UP: Duration = Duration::from_secs(60);
/// A private PostgreSQL that died is noticed within this time.
const WATCH: Duration = Duration::from_secs(1);
const STARTUP_CONNECTIONS: u32 = 2;
/// How many of the schema's breaches are named.
const FINDINGS_NAMED: usize = 5;

pub(super) async fn run(config: &Config, demo: bool) -> Result<(), Failure> {
    let begun = Instant::now();
    if demo {
        refuse_in_production(config)?;
    }
    config.database()?;
    let key = Key::find(config)?;
    // First of all that lasts: with the address taken, nothing else is started.
    let listener = bind(config.listen, "CONSENTRY_LISTEN")?;
    if let Some(address) = config.metrics_listen {
        let listener = bind(address, "CONSENTRY_METRICS_LISTEN")?;
        listener.set_nonblocking(true).map_err(Failure::system)?;
        metrics::start(tokio::net::TcpListener::from_std(listener).map_err(Failure::system)?, &SystemClock);
        tracing::info!(%address, "metrics are answered");
    }
    let mut stop = Stop::listen()?;
    let server = Server::open(config, Use::Serving).await?;
    let outcome = serve(config, demo, key, listener, &server, &mut stop, begun).await;
    let closed = server.close().await;
    outcome.and(closed)
}

async fn serve(
    config: &Config,
    demo: bool,
    key: Key,
    listener: TcpListener,
    server: &Server,
    stop: &mut Stop,
    begun: Instant,
) -> Result<(), Failure> {
    let (app, options, background, actors) = tokio::select! {
        ready = prepare(config, demo, key, server) => ready?,
        () = stop.asked() => return Ok(()),
    };
    let app = app.with_federation(federation(config, listener.local_addr().map_err(Failure::system)?));
    let app = app.with_invitation_time(config.invitation_time);
    let mut background = background.start(&app)?;
    let pages = pages(config, actors.as_deref());
    let mut workers = Workers::start(config, &listener, &app, &options, server.pooler(), &pages)?;
    let address = listener.local_addr().map_err(Failure::system)?;
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"),
        environment = ?config.environment,
        %address,
        threads = config.threads,
        connections = config.pool_size,
        milliseconds = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        "ready"
    );
    greet(config, server, address, &pages)?;
    if let Some(actors) = actors {
        seed::announce(config, &actors)?;
    }

    let failed = supervise(&app, server, &mut workers, &mut background, stop).await;
    app.begin_draining();
    tracing::info!(
        delay = config.drain_delay.as_secs(),
        grace = GRACE.as_secs(),
        "stopping; open requests may finish, a second signal ends them"
    );
    let hurried = !failed
        && tokio::select! {
            () = tokio::time::sleep(config.drain_delay) => false,
            () = stop.asked() => true,
        };
    // Dropped now, so that new callers are refused at once instead of waiting in vain.
    drop(listener);
    if hurried {
        workers.give_up().await
    } else {
        workers.drain(GRACE, stop.asked()).await
    }
    // Last, so that what the last requests recorded is sealed and vouched for.
    background.stop().await;
    tracing::info!("stopped");
    if failed { Err(Failure::broken("a thread of the server ended; the log says where")) } else { Ok(()) }
}

/// Does what has to be done besides serving, until a signal comes or a thread ends; returns whether one ended.
async fn supervise(
    app: &App,
    server: &Server,
    workers: &mut Workers,
    background: &mut Running,
    stop: &mut Stop,
) -> bool {
    let (mut tidy_up, mut watch) = (interval(TIDY_UP), interval(WATCH));
    for timer in [&mut tidy_up, &mut watch] {
        timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
    }
    loop {
        tokio::select! {
            () = stop.asked() => return false,
            () = workers.one_ended() => return true,
            () = background.ended() => return true,
            _ = tidy_up.tick() => app.keyring().clear_expired().await,
            _ = watch.tick() => server.keep_running().await,
        }
    }
}

/// Brings the database to where it must be, checks it, and puts the application together.
async fn prepare(
    config: &Config,
    demo: bool,
    key: Key,
    server: &Server,
) -> Result<(App, PgConnectOptions, Background, Option<Vec<DemoActor>>), Failure> {
    // The first number that is parsed would wait for the metadata of all countries.
    let metadata = tokio::task::spawn_blocking(|| phonenumber::parse(None, "+12025550123").is_ok());
    let migrator = if server.is_private() || demo { Some(server.owner().await?) } else { None };
    if let Some(owner) = migrator.as_ref().filter(|_| server.is_private()) {
        for name in migrate_up(owner).await? {
            tracing::info!(name, "migrated");
        }
    }
    let options = server.app_options()?;
    let provider = check(&options, key).await?;
    let (app, (background, actors)) = with_app(&options, server.pooler(), provider, async |app| {
        app.ensure_platform().await?;
        let background = Background::prepare(config, server, app, &options).await?;
        let actors = match migrator.as_ref().filter(|_| demo) {
            Some(owner) => Some(crate::seed::demo(app, owner).await?),
            None => None,
        };
        Ok((background, actors))
    })
    .await?;
    if let Some(owner) = migrator {
        owner.close().await;
    }
    let _ = metadata.await;
    Ok((limited(&app, config), options, background, actors))
}

/// The application with what its callers may use.
fn limited(app: &App, config: &Config) -> App {
    let app = app.with_policies(config.policies).with_sign_in_policy(config.sign_in.clone());
    match config.budget {
        Some(budget) => app.with_budget(budget),
        None => app,
    }
}

/// Refuses a database that cannot keep what is promised; returns the provider of its keys.
pub(super) async fn check(options: &PgConnectOptions, key: Key) -> Result<Arc<dyn KeyProvider>, Failure> {
    let mut connection = connect(options).await?;
    // One transaction, since a pooler could give each statement to another session.
    let mut transaction = connection.begin().await?;
    if let Some(problem) = server_problem(&mut transaction).await? {
        return Err(Failure::refused(problem));
    }
    if let Some(problem) = History::read(&mut transaction).await?.problem() {
        return Err(Failure::refused(problem));
    }
    if let Some(problem) = role_problem(&mut transaction, APP_ROLE).await? {
        return Err(Failure::refused(problem));
    }
    let problems = schema_problems(&mut transaction).await?;
    transaction.commit().await?;
    if !problems.is_empty() {
        let named = problems.iter().take(FINDINGS_NAMED).map(String::as_str).collect::<Vec<_>>().join(" ");
        return Err(Failure::refused(format_args!(
            "the schema breaks {} of its conventions, so isolation cannot be relied on; mend it first: {named}",
            problems.len()
        )));
    }
    key.provider(&mut connection).await
}

/// Runs `work` with the application on a small pool of this runtime, which is closed before the database may stop.
pub(super) async fn with_app<T>(
    options: &PgConnectOptions,
    pooler: Pooler,
    provider: Arc<dyn KeyProvider>,
    work: impl AsyncFnOnce(&App) -> Result<T, Failure>,
) -> Result<(App, T), Failure> {
    let pool = database::pool_through(pooler, options.clone(), STARTUP_CONNECTIONS);
    let schema = crate::schema::Schema::default();
    let app = App::new(pool.clone(), provider, Arc::new(SystemClock), Arc::new(RandomIds), schema);
    let app = app.through(pooler);
    let outcome = work(&app).await;
    pool.close().await;
    outcome.map(|value| (app, value))
}

fn bind(address: SocketAddr, variable: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => Failure::refused(format_args!(
            "{address} is in use: stop what listens there, or set {variable} to another address"
        )),
        ErrorKind::PermissionDenied => Failure::refused(format_args!(
            "this user may not listen on {address}: set {variable} to a port above 1023"
        )),
        ErrorKind::AddrNotAvailable => Failure::refused(format_args!(
            "{} is no address of this machine: set {variable} to one, such as 127.0.0.1:8000",
            address.ip()
        )),
        _ => Failure::refused(format_args!(
            "cannot listen on {address} ({error}): set {variable} to another address"
        )),
    })
}

/// How identity providers are asked, and under which address they send browsers back.
fn federation(config: &Config, address: SocketAddr) -> Federation {
    let (reach, here) = match config.environment {
        Environment::Development => (Reach::Development, Some(format!("http://{address}"))),
        Environment::Production => (Reach::Public, None),
    };
    Federation::new(reach, config.public_url.clone().or(here))
}

/// The pages; while there is demo data, they offer to sign in as its people.
fn pages(config: &Config, actors: Option<&[DemoActor]>) -> Pages {
    let pages = Pages::built(config.explorer);
    let Some(actors) = actors else { return pages };
    let offers: Vec<SignInOffer> = actors
        .iter()
        .map(|DemoActor { description, email, organization: (organization, organization_name), .. }| {
            SignInOffer { organization, organization_name, email: email.clone(), description }
        })
        .collect();
    pages.offering(PASSWORD, &offers)
}

fn greet(config: &Config, server: &Server, address: SocketAddr, pages: &Pages) -> Result<(), Failure> {
    let data = match server.home().map(std::path::absolute) {
        Some(home) => format!("a private PostgreSQL in {}", home.map_err(Failure::system)?.display()),
        None => "the PostgreSQL of DATABASE_URL".to_owned(),
    };
    let environment = match config.environment {
        Environment::Development => "development",
        Environment::Production => "production",
    };
    let places = match (pages.exist(), config.explorer) {
        (true, true) => format!("http://{address}/\n  Explorer http://{address}/explorer"),
        (true, false) => format!("http://{address}/"),
        (false, _) => "not in this binary: run `make web`, then build it again".to_owned(),
    };
    print(&format!(
        "\nConsentry {version} is ready ({environment}).\n\n  \
         Console  {places}\n  \
         GraphQL  http://{address}/graphql\n  \
         Data     {data}\n  \
         Stop     Ctrl-C, or SIGTERM to process {process}\n\n",
        version = env!("CARGO_PKG_VERSION"),
        process = std::process::id(),
    ))
}

/// The signals that ask the server to stop. From now on they do not end the process by themselves.
struct Stop {
    terminate: Signal,
    interrupt: Signal,
}

impl Stop {
    fn listen() -> Result<Self, Failure> {
        let listen = |kind| signal(kind).map_err(Failure::system);
        Ok(Self { terminate: listen(SignalKind::terminate())?, interrupt: listen(SignalKind::interrupt())? })
    }

    async fn asked(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
