//! What the operator sets, and the only place that reads the environment.
//!
//! `.env.example` documents every variable. A blank value counts as none, so that a template with empty lines works.

use std::{
    env,
    ffi::{OsStr, OsString},
    net::SocketAddr,
    num::NonZeroUsize,
    path::PathBuf,
    thread,
    time::Duration,
};

use chrono::TimeDelta;
use secrecy::SecretString;

use crate::{
    http::TrustedProxies,
    kernel::{
        database::Pooler,
        limit::{Budget, Policies},
        sign_in_policy::SignInPolicy,
    },
};

mod event_sink;
mod public_url;
#[cfg(test)]
mod tests;
mod usage;

pub use event_sink::EventSinkSettings;

/// Every variable that is read.
pub const VARIABLES: [&str; 32] = [
    ENVIRONMENT,
    DATABASE_URL,
    DATABASE_MIGRATOR_URL,
    DATABASE_POOLER,
    DATABASE_SEALER_URL,
    DATABASE_WORKER_URL,
    AUDIT_JOURNAL,
    ENCRYPTION_KEY,
    LISTEN,
    PUBLIC_URL,
    EXPLORER,
    CONNECTIONS,
    DRAIN_DELAY,
    SESSION_IDLE,
    SESSION_ABSOLUTE,
    SIGN_IN_LIMIT,
    TRUSTED_PROXIES,
    INVITATION_DAYS,
    DATA_DIRECTORY,
    POOL_SIZE,
    THREADS,
    LOG,
    LOG_FORMAT,
    METRICS_LISTEN,
    OTLP_ENDPOINT,
    POSTGRESQL_BIN,
    EVENTS_URL,
    EVENTS_SECRET,
    COST_BURST,
    COST_RATE,
    INTROSPECTION,
    TRUSTED_DOCUMENTS,
];

const ENVIRONMENT: &str = "CONSENTRY_ENVIRONMENT";
const DATABASE_URL: &str = "DATABASE_URL";
const DATABASE_MIGRATOR_URL: &str = "DATABASE_MIGRATOR_URL";
const DATABASE_SEALER_URL: &str = "DATABASE_SEALER_URL";
const DATABASE_WORKER_URL: &str = "DATABASE_WORKER_URL";
const AUDIT_JOURNAL: &str = "CONSENTRY_AUDIT_JOURNAL";
const DATABASE_POOLER: &str = "DATABASE_POOLER";
const ENCRYPTION_KEY: &str = "ENCRYPTION_KEY";
const LISTEN: &str = "CONSENTRY_LISTEN";
const PUBLIC_URL: &str = "CONSENTRY_PUBLIC_URL";
const EXPLORER: &str = "CONSENTRY_EXPLORER";
const CONNECTIONS: &str = "CONSENTRY_CONNECTIONS";
const DRAIN_DELAY: &str = "CONSENTRY_DRAIN_DELAY";
const SESSION_IDLE: &str = "CONSENTRY_SESSION_IDLE";
const SESSION_ABSOLUTE: &str = "CONSENTRY_SESSION_ABSOLUTE";
const SIGN_IN_LIMIT: &str = "CONSENTRY_SIGN_IN_LIMIT";
const TRUSTED_PROXIES: &str = "CONSENTRY_TRUSTED_PROXIES";
const INVITATION_DAYS: &str = "CONSENTRY_INVITATION_DAYS";
const DATA_DIRECTORY: &str = "CONSENTRY_DATA_DIRECTORY";
const POOL_SIZE: &str = "POOL_SIZE";
const THREADS: &str = "CONSENTRY_THREADS";
const LOG: &str = "CONSENTRY_LOG";
const LOG_FORMAT: &str = "CONSENTRY_LOG_FORMAT";
const METRICS_LISTEN: &str = "CONSENTRY_METRICS_LISTEN";
const OTLP_ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
const POSTGRESQL_BIN: &str = "CONSENTRY_POSTGRESQL_BIN";
const EVENTS_URL: &str = "CONSENTRY_EVENTS_URL";
const EVENTS_SECRET: &str = "CONSENTRY_EVENTS_SECRET";
const COST_BURST: &str = "CONSENTRY_COST_BURST";
const COST_RATE: &str = "CONSENTRY_COST_RATE";
const INTROSPECTION: &str = "CONSENTRY_INTROSPECTION";
const TRUSTED_DOCUMENTS: &str = "CONSENTRY_TRUSTED_DOCUMENTS";

/// Variables that begin like this are all ours, so an unknown one is a misspelling.
const PREFIX: &str = "CONSENTRY_";
const LARGEST_POOL: usize = 500;
const MOST_THREADS: usize = 256;
const MOST_CONNECTIONS: usize = 100_000;
const LONGEST_DRAIN_DELAY: u64 = 300;
/// Seconds: from a minute to a day, and from five minutes to a week.
const SESSION_IDLES: (u64, u64) = (60, 86_400);
const SESSION_LENGTHS: (u64, u64) = (300, 604_800);
const MOST_SIGN_INS: usize = 1_000;
const LONGEST_INVITATION: i64 = 30;
/// The migrations' own progress is told once, by the command, and PostgreSQL's notices are of no use.
const DEFAULT_LOG: &str = "info,sea_orm_migration=warn,sqlx=warn";

/// A setting that cannot be used; one sentence that says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(String);

/// Where the server runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Environment {
    /// On somebody's own machine: a private database and demo data are allowed.
    Development,
    /// With data of real people: nothing is assumed that must be decided.
    Production,
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, for machines.
    Json,
}

/// Where the key-encryption key comes from.
#[derive(Clone, Debug)]
pub enum KeySource {
    /// The value of `ENCRYPTION_KEY`.
    Given(SecretString),
    /// A file in the data directory, made on the first run.
    File(PathBuf),
}

/// What the operator sets.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the server runs.
    pub environment: Environment,
    /// Where to listen.
    pub listen: SocketAddr,
    /// The beginning of every address of this server, as clients and browsers know it; without it, nobody is sent to an
    /// identity provider and no token is given to a client. In development, where it listens.
    pub public_url: Option<String>,
    /// Whether the explorer is served.
    pub explorer: bool,
    /// Connections of clients that may be open at once, for all threads together.
    pub connections: usize,
    /// How long new requests are still taken after the signal to stop, while `/readyz` sends them elsewhere.
    pub drain_delay: Duration,
    /// How long sessions last, and how often an address may try to sign in.
    pub sign_in: SignInPolicy,
    /// How long somebody who was invited has to accept.
    pub invitation_time: TimeDelta,
    /// Where the private cluster, the key file and the demo tokens are kept.
    pub data_directory: PathBuf,
    /// Connections to the database, for all threads together.
    pub pool_size: usize,
    /// Threads that serve requests.
    pub threads: usize,
    /// What is logged, as directives of `tracing_subscriber::EnvFilter`.
    pub log: String,
    /// How it is logged.
    pub log_format: LogFormat,
    /// Where metrics are answered; nothing is counted without it.
    pub metrics_listen: Option<SocketAddr>,
    /// The collector of traces, as the beginning of a URL that may hold a password.
    pub otlp_endpoint: Option<SecretString>,
    /// Where PostgreSQL's programs are, when they are in an unusual place.
    pub postgresql_binaries: Option<PathBuf>,
    /// Who is told of events, if anybody.
    pub event_sink: Option<EventSinkSettings>,
    /// How much callers may spend; nothing is counted without it.
    pub budget: Option<Budget>,
    /// Which documents are executed for whom.
    pub policies: Policies,
    /// What stands between the server and its database.
    pub pooler: Pooler,
    database_url: Option<SecretString>,
    migrator_url: Option<SecretString>,
    sealer_url: Option<SecretString>,
    worker_url: Option<SecretString>,
    audit_journal: Option<PathBuf>,
    encryption_key: Option<SecretString>,
}

/// A role that works behind the requests, on a connection of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackgroundRole {
    /// Links the record of looks into chains.
    Sealer,
    /// Carries out what was to happen after a commit.
    Worker,
}

impl BackgroundRole {
    /// The name of the role in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sealer => "consentry_sealer",
            Self::Worker => "consentry_worker",
        }
    }

    /// The variable that holds its URL.
    pub const fn variable(self) -> &'static str {
        match self {
            Self::Sealer => DATABASE_SEALER_URL,
            Self::Worker => DATABASE_WORKER_URL,
        }
    }
}

impl Config {
    /// Reads the environment of the process.
    ///
    /// # Errors
    ///
    /// One sentence on the first variable that is unknown or cannot be used.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub fn from_environment() -> Result<Self, ConfigError> {
        let names: Vec<OsString> = env::vars_os().map(|(name, _)| name).collect();
        Self::from_lookup(names.iter().map(OsString::as_os_str), |name| env::var_os(name))
    }

    /// Reads variables from anywhere: `names` are all that exist, `lookup` gives the value of one.
    ///
    /// # Errors
    ///
    /// As [`from_environment`](Self::from_environment).
    pub fn from_lookup<'n>(
        names: impl IntoIterator<Item = &'n OsStr>,
        lookup: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Self, ConfigError> {
        refuse_unknown(names)?;
        let source = Source { lookup };
        let environment = match source.text(ENVIRONMENT)?.as_deref() {
            None | Some("development") => Environment::Development,
            Some("production") => Environment::Production,
            Some(other) => return Err(not_one_of(ENVIRONMENT, other, "development or production")),
        };
        let log_format = match (source.text(LOG_FORMAT)?.as_deref(), environment) {
            (Some("text"), _) | (None, Environment::Development) => LogFormat::Text,
            (Some("json"), _) | (None, Environment::Production) => LogFormat::Json,
            (Some(other), _) => return Err(not_one_of(LOG_FORMAT, other, "text or json")),
        };
        let listen = source.address(LISTEN)?.unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8000)));
        let explorer = match (source.text(EXPLORER)?.as_deref(), environment) {
            (Some("on"), _) | (None, Environment::Development) => true,
            (Some("off"), _) | (None, Environment::Production) => false,
            (Some(other), _) => return Err(not_one_of(EXPLORER, other, "on or off")),
        };
        let pooler = match source.text(DATABASE_POOLER)?.as_deref() {
            None | Some("none") => Pooler::None,
            Some("transaction") => Pooler::Transaction,
            Some(other) => return Err(not_one_of(DATABASE_POOLER, other, "none or transaction")),
        };
        let log = source.text(LOG)?.unwrap_or_else(|| DEFAULT_LOG.to_owned());
        if tracing_subscriber::EnvFilter::try_new(&log).is_err() {
            return Err(ConfigError(format!(
                "{LOG} is `{log}`, but it must be a level, or levels by module, such as info or info,consentry=debug"
            )));
        }
        let pool_size = source.number(POOL_SIZE, LARGEST_POOL)?.unwrap_or(16);
        let threads = source.number(THREADS, MOST_THREADS)?.unwrap_or_else(|| {
            thread::available_parallelism().map_or(1, NonZeroUsize::get).min(MOST_THREADS)
        });
        Ok(Self {
            environment,
            listen,
            public_url: public_url::read(source.text(PUBLIC_URL)?, environment)?,
            explorer,
            connections: source.number(CONNECTIONS, MOST_CONNECTIONS)?.unwrap_or(1_000),
            drain_delay: Duration::from_secs(
                source.seconds(DRAIN_DELAY, (0, LONGEST_DRAIN_DELAY))?.unwrap_or(match environment {
                    Environment::Development => 0,
                    Environment::Production => 5,
                }),
            ),
            sign_in: source.sign_in()?,
            invitation_time: TimeDelta::days(source.days(INVITATION_DAYS, LONGEST_INVITATION)?.unwrap_or(7)),
            data_directory: source.path(DATA_DIRECTORY).unwrap_or_else(|| PathBuf::from(".consentry")),
            pool_size,
            // A thread without a connection of its own could serve nobody.
            threads: threads.min(pool_size),
            log,
            log_format,
            metrics_listen: source.address(METRICS_LISTEN)?,
            otlp_endpoint: source.text(OTLP_ENDPOINT)?.map(SecretString::from),
            postgresql_binaries: source.path(POSTGRESQL_BIN),
            event_sink: event_sink::read(source.text(EVENTS_URL)?, source.text(EVENTS_SECRET)?, environment)?,
            budget: usage::budget(source.text(COST_BURST)?.as_deref(), source.text(COST_RATE)?.as_deref())?,
            policies: usage::policies(
                source.text(INTROSPECTION)?.as_deref(),
                source.text(TRUSTED_DOCUMENTS)?.as_deref(),
                environment,
            )?,
            pooler,
            database_url: source.text(DATABASE_URL)?.map(SecretString::from),
            migrator_url: source.text(DATABASE_MIGRATOR_URL)?.map(SecretString::from),
            sealer_url: source.text(DATABASE_SEALER_URL)?.map(SecretString::from),
            worker_url: source.text(DATABASE_WORKER_URL)?.map(SecretString::from),
            audit_journal: source.path(AUDIT_JOURNAL),
            encryption_key: source.text(ENCRYPTION_KEY)?.map(SecretString::from),
        })
    }

    /// The database of the app role; `None` is the private cluster.
    ///
    /// # Errors
    ///
    /// In production there is no private cluster; and a migrator's URL alone is half a decision.
    pub fn database(&self) -> Result<Option<&SecretString>, ConfigError> {
        match (&self.database_url, self.environment, &self.migrator_url) {
            (Some(url), ..) => Ok(Some(url)),
            (None, Environment::Production, _) => Err(ConfigError(format!(
                "{DATABASE_URL} is not set: in production, set it to the URL of the app role, such as \
                 postgres://consentry_app:password@host/consentry?sslmode=verify-full"
            ))),
            (None, Environment::Development, Some(_)) => Err(ConfigError(format!(
                "{DATABASE_MIGRATOR_URL} is set, but {DATABASE_URL} is not: set both to use a server of your own, or \
                 neither to use the private one"
            ))),
            (None, Environment::Development, None) => Ok(None),
        }
    }

    /// The database of the migrator, who owns the schema; `None` is the private cluster.
    ///
    /// # Errors
    ///
    /// The server is not the private one, and nobody said how to become its migrator.
    pub fn migrator_database(&self) -> Result<Option<&SecretString>, ConfigError> {
        if let Some(url) = &self.migrator_url {
            return Ok(Some(url));
        }
        match (&self.database_url, self.environment) {
            (None, Environment::Development) => Ok(None),
            _ => Err(ConfigError(format!(
                "{DATABASE_MIGRATOR_URL} is not set: set it to the URL of the role that owns the schema, such as \
                 postgres://consentry_migrator:password@host/consentry"
            ))),
        }
    }

    /// The database of a role that works behind the requests; `None` is the private cluster.
    ///
    /// # Errors
    ///
    /// The server is not the private one, and nobody said how to sign in as that role.
    pub fn background_database(&self, role: BackgroundRole) -> Result<Option<&SecretString>, ConfigError> {
        let url = match role {
            BackgroundRole::Sealer => &self.sealer_url,
            BackgroundRole::Worker => &self.worker_url,
        };
        match (url, self.database()?) {
            (Some(url), Some(_)) => Ok(Some(url)),
            (None, None) => Ok(None),
            (Some(_), None) => Err(ConfigError(format!(
                "{} is set, but {DATABASE_URL} is not: set both to use a server of your own, or neither to use the \
                 private one",
                role.variable()
            ))),
            (None, Some(_)) => Err(ConfigError(format!(
                "{} is not set: set it to the URL of the role {name}, such as \
                 postgres://{name}:password@host/consentry?sslmode=verify-full",
                role.variable(),
                name = role.name()
            ))),
        }
    }

    /// The file of checkpoints beside the database.
    ///
    /// # Errors
    ///
    /// In production somebody has to decide where it is.
    pub fn audit_journal(&self) -> Result<PathBuf, ConfigError> {
        match (&self.audit_journal, self.environment) {
            (Some(path), _) => Ok(path.clone()),
            (None, Environment::Development) => Ok(self.data_directory.join("audit-checkpoints.jsonl")),
            (None, Environment::Production) => Err(ConfigError(format!(
                "{AUDIT_JOURNAL} is not set: in production, set it to a file that the administrators of the database \
                 cannot write, such as /var/lib/consentry/audit-checkpoints.jsonl"
            ))),
        }
    }

    /// Where the key-encryption key comes from.
    ///
    /// # Errors
    ///
    /// In production, and beside a server of the operator's own, the key must be given.
    pub fn key_source(&self) -> Result<KeySource, ConfigError> {
        match (&self.encryption_key, self.environment, &self.database_url) {
            (Some(key), ..) => Ok(KeySource::Given(key.clone())),
            (None, Environment::Development, None) => {
                Ok(KeySource::File(self.data_directory.join("encryption-key")))
            }
            (None, environment, _) => {
                let reason = match environment {
                    Environment::Production => "in production",
                    Environment::Development => "with DATABASE_URL",
                };
                Err(ConfigError(format!(
                    "{ENCRYPTION_KEY} is not set: {reason} it must be 32 bytes in base64, which \
                     `openssl rand -base64 32` makes; keep it safe, since nothing can be read without it"
                )))
            }
        }
    }

    /// How many connections each thread may hold; together they are the pool.
    pub fn connections_of_threads(&self) -> Vec<u32> {
        let (each, rest) = (self.pool_size / self.threads, self.pool_size % self.threads);
        (0..self.threads)
            .map(|thread| u32::try_from(each + usize::from(thread < rest)).unwrap_or(u32::MAX))
            .collect()
    }
}

struct Source<L> {
    lookup: L,
}

impl<L: Fn(&str) -> Option<OsString>> Source<L> {
    fn path(&self, name: &str) -> Option<PathBuf> {
        (self.lookup)(name).filter(|value| !value.is_empty()).map(PathBuf::from)
    }

    fn text(&self, name: &str) -> Result<Option<String>, ConfigError> {
        let Some(value) = (self.lookup)(name) else { return Ok(None) };
        // The value is not quoted: it may be a secret.
        let value = value.into_string().map_err(|_| {
            ConfigError(format!("{name} holds bytes that are not UTF-8: write it in plain characters"))
        })?;
        Ok(Some(value.trim().to_owned()).filter(|value| !value.is_empty()))
    }

    fn address(&self, name: &str) -> Result<Option<SocketAddr>, ConfigError> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        text.parse().map(Some).map_err(|_| {
            ConfigError(format!(
                "{name} is `{text}`, but it must be an address and a port, such as 127.0.0.1:8000"
            ))
        })
    }

    fn seconds(&self, name: &str, (least, most): (u64, u64)) -> Result<Option<u64>, ConfigError> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        match text.parse() {
            Ok(seconds) if (least..=most).contains(&seconds) => Ok(Some(seconds)),
            _ => Err(ConfigError(format!(
                "{name} is `{text}`, but it must be a number of seconds from {least} to {most}"
            ))),
        }
    }

    fn sign_in(&self) -> Result<SignInPolicy, ConfigError> {
        let mut policy = SignInPolicy::default();
        let span = |seconds: u64| TimeDelta::seconds(i64::try_from(seconds).unwrap_or(i64::MAX / 1_000));
        if let Some(seconds) = self.seconds(SESSION_IDLE, SESSION_IDLES)? {
            policy.idle = span(seconds);
        }
        if let Some(seconds) = self.seconds(SESSION_ABSOLUTE, SESSION_LENGTHS)? {
            policy.absolute = span(seconds);
        }
        if let Some(attempts) = self.number(SIGN_IN_LIMIT, MOST_SIGN_INS)? {
            policy.attempts = u16::try_from(attempts).unwrap_or(u16::MAX);
        }
        if let Some(text) = self.text(TRUSTED_PROXIES)? {
            policy.trusted_proxies = text.parse::<TrustedProxies>().map_err(|_| {
                ConfigError(format!(
                    "{TRUSTED_PROXIES} is `{text}`, but it must be addresses or networks, separated by commas, such as \
                     10.0.0.0/8,2001:db8::1"
                ))
            })?;
        }
        Ok(policy)
    }

    fn days(&self, name: &str, most: i64) -> Result<Option<i64>, ConfigError> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        match text.parse() {
            Ok(days) if (1..=most).contains(&days) => Ok(Some(days)),
            _ => Err(ConfigError(format!(
                "{name} is `{text}`, but it must be a number of days from 1 to {most}"
            ))),
        }
    }

    fn number(&self, name: &str, most: usize) -> Result<Option<usize>, ConfigError> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        match text.parse() {
            Ok(number) if (1..=most).contains(&number) => Ok(Some(number)),
            _ => Err(ConfigError(format!("{name} is `{text}`, but it must be a number from 1 to {most}"))),
        }
    }
}

fn not_one_of(name: &str, value: &str, known: &str) -> ConfigError {
    ConfigError(format!("{name} is `{value}`, but it must be {known}"))
}

fn refuse_unknown<'n>(names: impl IntoIterator<Item = &'n OsStr>) -> Result<(), ConfigError> {
    for name in names {
        let name = name.to_string_lossy();
        if name.starts_with(PREFIX) && !VARIABLES.contains(&name.as_ref()) {
            let ours = VARIABLES.iter().filter(|known| known.starts_with(PREFIX));
            let nearest = ours.min_by_key(|known| distance(known, &name)).copied().unwrap_or(ENVIRONMENT);
            return Err(ConfigError(format!(
                "the variable {name} is not known: set {nearest} instead if that is meant, or remove it"
            )));
        }
    }
    Ok(())
}

/// The number of single-character changes between two names (Levenshtein).
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (line, from) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for (column, to) in right.iter().enumerate() {
            let changed = diagonal + usize::from(from != *to);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[right.len()]
}
