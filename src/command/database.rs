//! The database a command works on, and what must hold of it before anything is served.

use std::{str::FromStr, sync::Arc, time::Duration};

use secrecy::{ExposeSecret, SecretString};
use sqlx::{
    ConnectOptions as _, Connection as _, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgSslMode},
};

use super::Failure;
use crate::{
    config::{BackgroundRole, Config},
    kernel::{
        cluster::{Cluster, Connection, DATABASE, MIGRATOR, Settings},
        database::{self, Pooler},
    },
};

/// The role that the server signs in as on the private cluster.
pub(super) const APP_ROLE: &str = "consentry_app";
const CONNECT_PATIENCE: Duration = Duration::from_secs(10);
/// One for a migration, one for what it reads besides.
const OWNER_CONNECTIONS: u32 = 2;

/// Who else may use the private cluster at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// This process is the one server of the data directory.
    Serving,
    /// A short command, also beside a server.
    Visiting,
}

/// A database server: the private cluster, or the operator's own.
pub(super) struct Server {
    config: Config,
    cluster: Option<Arc<Cluster>>,
}

impl Server {
    /// Starts or joins the private cluster, unless the operator named a server.
    pub(super) async fn open(config: &Config, usage: Use) -> Result<Self, Failure> {
        let private = config.database()?.is_none();
        Self::open_either(config, private, usage).await
    }

    /// As [`open`](Self::open), for work that the migrator alone does.
    pub(super) async fn open_for_migrator(config: &Config) -> Result<Self, Failure> {
        let private = config.migrator_database()?.is_none();
        Self::open_either(config, private, Use::Visiting).await
    }

    async fn open_either(config: &Config, private: bool, usage: Use) -> Result<Self, Failure> {
        let settings = Settings {
            data_directory: config.data_directory.clone(),
            durable: true,
            exclusive: usage == Use::Serving,
            binaries: config.postgresql_binaries.clone(),
        };
        let cluster =
            if private { Some(Arc::new(blocking(|| Cluster::start(settings)).await??)) } else { None };
        Ok(Self { config: config.clone(), cluster })
    }

    /// Where the private cluster is.
    pub(super) fn home(&self) -> Option<&std::path::Path> {
        self.cluster.as_deref().map(Cluster::home)
    }

    /// Whether it is the private cluster.
    pub(super) fn is_private(&self) -> bool {
        self.cluster.is_some()
    }

    /// How the server of the API connects.
    pub(super) fn app_options(&self) -> Result<PgConnectOptions, Failure> {
        match (&self.cluster, self.config.database()?) {
            (Some(cluster), _) => Ok(private_options(&cluster.options(APP_ROLE, DATABASE))),
            (None, Some(url)) => Ok(self.pooler().adapt(parse("DATABASE_URL", url)?)),
            (None, None) => Err(Failure::broken("there is neither a private cluster nor a DATABASE_URL")),
        }
    }

    /// How a role that works behind the requests connects.
    pub(super) fn background_options(&self, role: BackgroundRole) -> Result<PgConnectOptions, Failure> {
        match (&self.cluster, self.config.background_database(role)?) {
            (Some(cluster), _) => Ok(private_options(&cluster.options(role.name(), DATABASE))),
            (None, Some(url)) => parse(role.variable(), url),
            (None, None) => Err(Failure::broken("there is neither a private cluster nor a URL of the role")),
        }
    }

    /// What stands between the server of the API and its database; nothing before the private cluster.
    pub(super) fn pooler(&self) -> Pooler {
        if self.is_private() { Pooler::None } else { self.config.pooler }
    }

    /// A pool for the migrator, who owns the schema.
    pub(super) async fn owner(&self) -> Result<PgPool, Failure> {
        let options = match (&self.cluster, self.config.migrator_database()?) {
            (Some(cluster), _) => private_options(&cluster.options(MIGRATOR, DATABASE)),
            (None, Some(url)) => parse("DATABASE_MIGRATOR_URL", url)?,
            (None, None) => return Err(Failure::broken("there is neither a private cluster nor a migrator")),
        };
        connect(&options).await?.close().await?;
        Ok(database::pool(options, OWNER_CONNECTIONS))
    }

    /// Starts a private PostgreSQL again that died; says so in the log.
    pub(super) async fn keep_running(&self) {
        let Some(cluster) = self.cluster.clone() else { return };
        match blocking(move || cluster.ensure_running()).await {
            Ok(Ok(false)) => {}
            Ok(Ok(true)) => tracing::warn!("the private PostgreSQL had ended and was started again"),
            Ok(Err(error)) => tracing::error!(%error, "the private PostgreSQL ended"),
            Err(error) => tracing::error!(%error, "the private PostgreSQL could not be looked after"),
        }
    }

    /// Leaves the private cluster and stops it, unless another process uses it.
    pub(super) async fn close(self) -> Result<(), Failure> {
        match self.cluster.and_then(Arc::into_inner) {
            Some(cluster) => Ok(blocking(|| cluster.stop()).await??),
            None => Ok(()),
        }
    }
}

/// Runs `work` on a database server and leaves it afterwards, whatever came of it.
pub(super) async fn visit<T>(
    server: Server,
    work: impl AsyncFnOnce(&Server) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let outcome = work(&server).await;
    let closed = server.close().await;
    let value = outcome?;
    closed.map(|()| value)
}

/// Runs something that blocks beside the runtime, so that signals are still heard.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.map_err(Failure::broken)
}

/// Connects once, outside of a pool: a pool would only say that it waited in vain.
pub(super) async fn connect(options: &PgConnectOptions) -> Result<PgConnection, Failure> {
    let options = options.clone().disable_statement_logging();
    let reason = match tokio::time::timeout(CONNECT_PATIENCE, PgConnection::connect_with(&options)).await {
        Ok(Ok(connection)) => return Ok(connection),
        Ok(Err(sqlx::Error::Database(error))) => error.message().to_owned(),
        Ok(Err(sqlx::Error::Io(error))) => error.to_string(),
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!("no answer within {} s", CONNECT_PATIENCE.as_secs()),
    };
    Err(Failure::refused(format_args!(
        "PostgreSQL at {}:{} does not let {} in ({reason}): check that it runs, and the URL that names it",
        options.get_host(),
        options.get_port(),
        options.get_username(),
    )))
}

fn private_options(connection: &Connection) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass()
        .socket(&connection.socket_directory)
        .port(connection.port)
        .username(&connection.user)
        .database(&connection.database)
        // Nobody can listen in on a unix socket, and PGSSLMODE would be taken otherwise.
        .ssl_mode(PgSslMode::Disable)
}

fn parse(variable: &str, url: &SecretString) -> Result<PgConnectOptions, Failure> {
    let url = url.expose_secret();
    let schemes = ["postgres://", "postgresql://"];
    schemes
        .iter()
        .any(|scheme| url.starts_with(scheme))
        .then(|| PgConnectOptions::from_str(url).ok())
        .flatten()
        .ok_or_else(|| {
            Failure::refused(format_args!(
                "{variable} is not the URL of a PostgreSQL database: write it as \
                 postgres://role:password@host:5432/database?sslmode=verify-full"
            ))
        })
}

/// Which migrations the database has, compared with those that this program knows.
pub(super) struct History {
    pub(super) applied: usize,
    pub(super) pending: Vec<String>,
    /// Applied by a newer program.
    pub(super) unknown: Vec<String>,
    /// Whether the catalogue of permissions lacks one that this program knows.
    pub(super) catalogue_is_old: bool,
}

impl History {
    /// Reads it, as any role.
    pub(super) async fn read(connection: &mut PgConnection) -> Result<Self, Failure> {
        let known = migration::names();
        let exists: bool = sqlx::query_scalar(
            "select coalesce(has_table_privilege(to_regclass('public.seaql_migrations'), 'select'), false)",
        )
        .persistent(false)
        .fetch_one(&mut *connection)
        .await?;
        let applied: Vec<String> = if exists {
            sqlx::query_scalar("select version from public.seaql_migrations order by version")
                .persistent(false)
                .fetch_all(&mut *connection)
                .await?
        } else {
            Vec::new()
        };
        let pending: Vec<String> = known
            .iter()
            .filter(|name| !applied.iter().any(|done| done == *name))
            .map(ToString::to_string)
            .collect();
        let unknown: Vec<String> =
            applied.iter().filter(|done| !known.contains(&done.as_str())).cloned().collect();
        let catalogue_is_old = pending.is_empty() && super::migrate::catalogue_is_old(connection).await?;
        Ok(Self { applied: applied.len(), pending, unknown, catalogue_is_old })
    }

    /// What somebody has to do first, if anything.
    pub(super) fn problem(&self) -> Option<String> {
        if let Some(newest) = self.unknown.last() {
            return Some(format!(
                "the database was migrated by a newer Consentry (it has {newest}): install that version or a newer one"
            ));
        }
        match &self.pending[..] {
            [] if self.catalogue_is_old => Some(
                "the database does not know every permission of this version: run `consentry migrate`"
                    .to_owned(),
            ),
            [] => None,
            [one] => Some(format!("the migration {one} is pending: run `consentry migrate`")),
            [first, .., last] => Some(format!(
                "{} migrations are pending ({first} to {last}): run `consentry migrate`",
                self.pending.len()
            )),
        }
    }
}

/// What is wrong with the server's version, if anything.
pub(super) async fn server_problem(connection: &mut PgConnection) -> Result<Option<String>, Failure> {
    Ok(sqlx::query_scalar(migration::SERVER_TOO_OLD).persistent(false).fetch_optional(connection).await?)
}

/// What is wrong with the role that the server signs in as, if anything: row-level security must bind it.
pub(super) async fn role_problem(
    connection: &mut PgConnection,
    role: &str,
) -> Result<Option<String>, Failure> {
    let problem = sqlx::query_scalar(
        "select format('the role %s %s, so it could read every tenant: take that from it, or let the server sign in as %s',
            current_user, reason, $1)
        from pg_roles role cross join lateral (select case
            when rolsuper then 'is a superuser'
            when rolbypassrls then 'bypasses row-level security'
            when exists (
                select from pg_class c join pg_namespace n on n.oid = c.relnamespace
                where n.nspname in ('public', 'phi') and pg_has_role(role.oid, c.relowner, 'MEMBER'))
            then 'owns tables, or is a member of a role that does'
        end as reason) found
        where rolname = current_user and reason is not null",
    )
    .bind(role)
    .persistent(false)
    .fetch_optional(connection)
    .await?;
    Ok(problem)
}

/// Where the schema breaks its own conventions.
pub(super) async fn schema_problems(connection: &mut PgConnection) -> Result<Vec<String>, Failure> {
    let findings: Vec<(String, String)> =
        sqlx::query_as(migration::SCHEMA_LINT).persistent(false).fetch_all(connection).await?;
    Ok(findings.into_iter().map(|(object, problem)| format!("{object}: {problem}")).collect())
}
