use std::collections::BTreeMap;

use chrono::TimeDelta;
use secrecy::ExposeSecret;

use super::*;
use crate::kernel::limit::{CallerKind, DocumentMode, Introspection};

fn read(variables: &[(&str, &str)]) -> Result<Config, String> {
    let variables: BTreeMap<&str, OsString> =
        variables.iter().map(|(name, value)| (*name, OsString::from(value))).collect();
    Config::from_lookup(variables.keys().map(OsStr::new), |name| variables.get(name).cloned())
        .map_err(|error| error.to_string())
}

fn config(variables: &[(&str, &str)]) -> Config {
    read(variables).expect("a configuration")
}

fn refusal(variables: &[(&str, &str)]) -> String {
    read(variables).expect_err("a refusal")
}

const URL: (&str, &str) = (DATABASE_URL, "postgres://consentry_app@db/consentry");
const KEY: (&str, &str) = (ENCRYPTION_KEY, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
const SINK: (&str, &str) = (EVENTS_URL, "https://events.example.org/in?key=hunter3");
const SINK_SECRET: (&str, &str) = (EVENTS_SECRET, "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
const PRODUCTION: (&str, &str) = (ENVIRONMENT, "production");

#[test]
fn nothing_has_to_be_set_on_a_bare_machine() {
    let config = config(&[]);
    assert_eq!(config.environment, Environment::Development);
    assert_eq!(config.listen.to_string(), "127.0.0.1:8000");
    assert_eq!(config.data_directory, PathBuf::from(".consentry"));
    assert_eq!(config.public_url, None, "where it listens");
    assert!(config.explorer);
    assert_eq!(config.pool_size, 16);
    assert_eq!(config.pooler, Pooler::None);
    assert!((1..=16).contains(&config.threads));
    assert_eq!(config.log_format, LogFormat::Text);
    assert_eq!((config.connections, config.drain_delay), (1_000, Duration::ZERO));
    assert_eq!(config.invitation_time, TimeDelta::days(7));
    assert!(config.log.starts_with("info"));
    assert_eq!(config.sign_in, SignInPolicy::default());
    assert!(config.postgresql_binaries.is_none());
    assert!(config.event_sink.is_none() && config.public_url.is_none());
    assert!(config.metrics_listen.is_none() && config.otlp_endpoint.is_none());
    assert!(matches!(config.database(), Ok(None)));
    assert!(matches!(config.migrator_database(), Ok(None)));
    let Ok(KeySource::File(path)) = config.key_source() else { panic!("a key file") };
    assert_eq!(path, PathBuf::from(".consentry/encryption-key"));
}

#[test]
fn every_variable_is_taken() {
    let config = config(&[
        PRODUCTION,
        URL,
        (DATABASE_MIGRATOR_URL, "postgres://owner@db/consentry"),
        (DATABASE_POOLER, "transaction"),
        KEY,
        (LISTEN, "[::1]:9000"),
        (PUBLIC_URL, "https://care.example.org/"),
        (EXPLORER, "on"),
        (CONNECTIONS, "250"),
        (DRAIN_DELAY, "0"),
        (SESSION_IDLE, "600"),
        (SESSION_ABSOLUTE, "3600"),
        (SIGN_IN_LIMIT, "5"),
        (TRUSTED_PROXIES, "10.0.0.0/8, ::1"),
        (INVITATION_DAYS, "2"),
        (DATA_DIRECTORY, "/srv/consentry"),
        (POOL_SIZE, "40"),
        (THREADS, "3"),
        (LOG, "warn,consentry=debug"),
        (LOG_FORMAT, "text"),
        (METRICS_LISTEN, "0.0.0.0:9464"),
        (OTLP_ENDPOINT, "http://collector:4318"),
        (POSTGRESQL_BIN, "/opt/postgresql/bin"),
        SINK,
        SINK_SECRET,
    ]);
    assert_eq!(config.environment, Environment::Production);
    let sink = config.event_sink.as_ref().expect("a sink");
    assert_eq!((sink.url.expose_secret(), sink.secret.expose_secret()), (SINK.1, SINK_SECRET.1));
    assert_eq!(config.listen.to_string(), "[::1]:9000");
    assert!(config.explorer);
    assert_eq!(config.data_directory, PathBuf::from("/srv/consentry"));
    assert_eq!((config.connections, config.drain_delay), (250, Duration::ZERO));
    assert_eq!(config.invitation_time, TimeDelta::days(2));
    assert_eq!((config.pool_size, config.threads), (40, 3));
    let sign_in = &config.sign_in;
    assert_eq!(
        (sign_in.idle.num_seconds(), sign_in.absolute.num_seconds(), sign_in.attempts),
        (600, 3600, 5)
    );
    assert_eq!(sign_in.trusted_proxies, "10.0.0.0/8,::1".parse().expect("networks"));
    assert_eq!(config.pooler, Pooler::Transaction);
    assert_eq!((config.log.as_str(), config.log_format), ("warn,consentry=debug", LogFormat::Text));
    assert_eq!(config.metrics_listen, Some(([0, 0, 0, 0], 9464).into()));
    assert_eq!(config.otlp_endpoint.as_ref().map(ExposeSecret::expose_secret), Some("http://collector:4318"));
    assert_eq!(config.postgresql_binaries, Some(PathBuf::from("/opt/postgresql/bin")));
    assert_eq!(config.database().ok().flatten().map(ExposeSecret::expose_secret), Some(URL.1));
    let migrator = config.migrator_database().ok().flatten().map(ExposeSecret::expose_secret);
    assert_eq!(migrator, Some("postgres://owner@db/consentry"));
    let Ok(KeySource::Given(key)) = config.key_source() else { panic!("the given key") };
    assert_eq!(key.expose_secret(), KEY.1);
}

#[test]
fn sessions_and_attempts_to_sign_in_have_bounds() {
    for (name, value) in [
        (SESSION_IDLE, "59"),
        (SESSION_IDLE, "86401"),
        (SESSION_ABSOLUTE, "299"),
        (SESSION_ABSOLUTE, "604801"),
        (SIGN_IN_LIMIT, "0"),
        (SIGN_IN_LIMIT, "1001"),
        (TRUSTED_PROXIES, "proxy.example.org"),
    ] {
        let refused = refusal(&[(name, value)]);
        assert!(refused.starts_with(&format!("{name} is `{value}`, but it must be ")), "{refused}");
    }
}

#[test]
fn production_assumes_neither_a_database_nor_a_key() {
    let config = config(&[PRODUCTION]);
    assert!(config.database().expect_err("refused").to_string().starts_with("DATABASE_URL is not set: "));
    let refused = config.migrator_database().expect_err("refused").to_string();
    assert!(refused.starts_with("DATABASE_MIGRATOR_URL is not set: "));
    let refused = config.key_source().expect_err("refused").to_string();
    assert!(refused.starts_with("ENCRYPTION_KEY is not set: in production"), "{refused}");
    assert_eq!(config.log_format, LogFormat::Json);
    assert!(!config.explorer, "it shows the schema to anybody");
    assert_eq!(config.drain_delay, Duration::from_secs(5), "a load balancer needs time to look elsewhere");
}

#[test]
fn a_server_of_ones_own_needs_its_key_and_for_migrations_its_owner() {
    let own = config(&[URL]);
    let refused = own.key_source().expect_err("refused").to_string();
    assert!(refused.starts_with("ENCRYPTION_KEY is not set: with DATABASE_URL"), "{refused}");
    assert!(own.migrator_database().is_err());
    let half = config(&[(DATABASE_MIGRATOR_URL, "postgres://owner@db/consentry")]);
    let refused = half.database().expect_err("refused").to_string();
    assert!(refused.starts_with("DATABASE_MIGRATOR_URL is set, but DATABASE_URL is not: "), "{refused}");
    assert!(half.migrator_database().is_ok(), "a job that only migrates needs no more");
}

#[test]
fn a_misspelt_variable_is_refused_and_the_one_that_was_meant_is_named() {
    for (wrong, meant) in [
        ("CONSENTRY_ENVIROMENT", ENVIRONMENT),
        ("CONSENTRY_LISTEN_ADDRESS", LISTEN),
        ("CONSENTRY_DATA_DIR", DATA_DIRECTORY),
        ("CONSENTRY_THREAD", THREADS),
        ("CONSENTRY_LOGFORMAT", LOG_FORMAT),
        ("CONSENTRY_POSTGRES_BIN", POSTGRESQL_BIN),
        ("CONSENTRY_", LOG),
    ] {
        let refused = refusal(&[(wrong, "x")]);
        assert_eq!(
            refused,
            format!("the variable {wrong} is not known: set {meant} instead if that is meant, or remove it")
        );
    }
    assert!(read(&[("PATH", "/bin"), ("CONSENTRYX", "not ours")]).is_ok());
}

#[test]
fn what_cannot_be_used_is_refused_by_its_name() {
    for (name, value) in [
        (ENVIRONMENT, "prod"),
        (LISTEN, "8000"),
        (LISTEN, "localhost:8000"),
        (LISTEN, "127.0.0.1"),
        (PUBLIC_URL, "care.example.org"),
        (PUBLIC_URL, "https://care.example.org/console"),
        (PUBLIC_URL, "https://care.example.org/?a=b"),
        (PUBLIC_URL, "ftp://care.example.org"),
        (EXPLORER, "yes"),
        (DATABASE_POOLER, "session"),
        (METRICS_LISTEN, "9464"),
        (POOL_SIZE, "0"),
        (POOL_SIZE, "501"),
        (POOL_SIZE, "-1"),
        (POOL_SIZE, "many"),
        (THREADS, "0"),
        (THREADS, "257"),
        (CONNECTIONS, "0"),
        (DRAIN_DELAY, "301"),
        (DRAIN_DELAY, "5s"),
        (INVITATION_DAYS, "0"),
        (INVITATION_DAYS, "31"),
        (LOG, "consentry=loud"),
        (LOG_FORMAT, "xml"),
    ] {
        let refused = refusal(&[(name, value)]);
        assert!(refused.starts_with(&format!("{name} is `{value}`, but it must be ")), "{refused}");
        assert!(!refused.contains('\n') && !refused.ends_with('.'), "{refused}");
    }
}

#[test]
fn in_production_browsers_know_the_server_by_an_address_with_tls() {
    let plain = (PUBLIC_URL, "http://localhost:8000");
    assert_eq!(config(&[plain]).public_url.as_deref(), Some("http://localhost:8000"));
    assert!(
        refusal(&[PRODUCTION, plain]).starts_with("CONSENTRY_PUBLIC_URL is `http://localhost:8000`, but ")
    );
}

#[test]
fn an_event_sink_needs_an_address_and_a_secret_and_in_production_https() {
    let plain = (EVENTS_URL, "http://10.0.0.7:8080/events");
    assert!(
        config(&[plain, SINK_SECRET]).event_sink.is_some(),
        "a private address is the operator's to choose"
    );
    assert!(
        refusal(&[PRODUCTION, plain, SINK_SECRET])
            .starts_with("CONSENTRY_EVENTS_URL must be a URL with https,")
    );
    assert!(
        refusal(&[SINK]).starts_with("CONSENTRY_EVENTS_URL is set, but CONSENTRY_EVENTS_SECRET is not: ")
    );
    assert!(
        refusal(&[SINK_SECRET])
            .starts_with("CONSENTRY_EVENTS_SECRET is set, but CONSENTRY_EVENTS_URL is not: ")
    );
    for url in ["events", "https://", "ftp://hunter3/", "//hunter3/", "data:hunter3"] {
        let refused = refusal(&[(EVENTS_URL, url), SINK_SECRET]);
        assert!(refused.starts_with("CONSENTRY_EVENTS_URL must be a URL with "), "{url}: {refused}");
        assert!(!refused.contains("hunter3"), "{refused}");
    }
    let short = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRY=";
    for secret in ["whsec_", "whsec_hunter3", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", short] {
        let refused = refusal(&[SINK, (EVENTS_SECRET, secret)]);
        assert!(
            refused.starts_with("CONSENTRY_EVENTS_SECRET must be whsec_ and 24 to 64 bytes"),
            "{refused}"
        );
        assert!(!refused.contains("hunter3") && !refused.contains("AAEC"), "{refused}");
    }
}

#[test]
fn a_value_that_is_not_text_is_refused_without_being_quoted() {
    use std::os::unix::ffi::OsStringExt;
    let lookup = |name: &str| (name == ENCRYPTION_KEY).then(|| OsString::from_vec(b"secret\xff".to_vec()));
    let refused = Config::from_lookup([OsStr::new(ENCRYPTION_KEY)], lookup).expect_err("refused").to_string();
    assert_eq!(refused, "ENCRYPTION_KEY holds bytes that are not UTF-8: write it in plain characters");
}

#[test]
fn blank_values_count_as_none() {
    let blank: Vec<(&str, &str)> = VARIABLES.iter().map(|name| (*name, "")).collect();
    let config = config(&blank);
    assert!(matches!(config.database(), Ok(None)));
    assert_eq!(config.data_directory, PathBuf::from(".consentry"));
    let refused = self::config(&[PRODUCTION, URL, (ENCRYPTION_KEY, " ")]).key_source();
    assert!(refused.is_err());
}

#[test]
fn the_pool_is_divided_and_no_thread_goes_without() {
    for (pool, threads, shares) in
        [("16", "2", vec![8, 8]), ("5", "3", vec![2, 2, 1]), ("2", "8", vec![1, 1])]
    {
        let config = config(&[(POOL_SIZE, pool), (THREADS, threads)]);
        assert_eq!(config.connections_of_threads(), shares);
    }
}

#[test]
fn debug_output_contains_no_secret() {
    let collector = (OTLP_ENDPOINT, "https://a:hunter2@collector");
    let config = config(&[(DATABASE_URL, "postgres://a:hunter2@db/c"), KEY, SINK, SINK_SECRET, collector]);
    let printed = format!("{config:?} {:?}", config.key_source());
    assert!(!printed.contains("hunter") && !printed.contains("AAECAw"), "{printed}");
}

#[test]
fn the_example_documents_every_variable_and_no_other() {
    let mut documented: Vec<&str> = include_str!("../../.env.example")
        .lines()
        .filter_map(|line| line.trim_start_matches('#').split_once('='))
        .map(|(name, _)| name)
        .filter(|name| !name.is_empty() && name.chars().all(|c| c.is_ascii_uppercase() || c == '_'))
        .collect();
    let mut read = VARIABLES.to_vec();
    documented.sort_unstable();
    read.sort_unstable();
    assert_eq!(documented, read);
}

#[test]
fn the_public_url_is_one_that_clients_can_be_told() {
    assert_eq!(config(&[PRODUCTION]).public_url, None, "nobody said it");
    for url in
        ["http://consentry.example.org", "consentry.example.org", "https://a:b@c.org", "https://c.org/?x=1"]
    {
        let message = refusal(&[PRODUCTION, (PUBLIC_URL, url)]);
        assert!(message.contains(PUBLIC_URL) && !message.contains("a:b"), "{message}");
    }
    let local = config(&[(PUBLIC_URL, "http://localhost:9000/")]);
    assert_eq!(local.public_url.as_deref(), Some("http://localhost:9000"));
}

#[test]
fn what_callers_may_use_is_set_within_its_ranges() {
    let usual = config(&[]);
    assert_eq!(usual.budget, Some(Budget { capacity: 50_000, rate: 1_000 }));
    assert_eq!(usual.policies, Policies::default());
    assert_eq!(config(&[PRODUCTION]).policies, Policies::telling_schema_to(Introspection::Staff));

    let set = config(&[
        (COST_BURST, "20000"),
        (COST_RATE, "50"),
        (INTROSPECTION, "nobody"),
        (TRUSTED_DOCUMENTS, "patient=required, anonymous=off"),
    ]);
    assert_eq!(set.budget, Some(Budget { capacity: 20_000, rate: 50 }));
    let policies = Policies::telling_schema_to(Introspection::Nobody)
        .with_documents(CallerKind::Patient, DocumentMode::Required)
        .with_documents(CallerKind::Anonymous, DocumentMode::Off);
    assert_eq!(set.policies, policies);
    assert_eq!(set.policies.documents(CallerKind::Staff), DocumentMode::Allowed);
    assert_eq!(config(&[(COST_BURST, "0")]).budget, None);

    for wrong in [
        (COST_BURST, "9999"),
        (COST_BURST, "-1"),
        (COST_BURST, "many"),
        (COST_RATE, "0"),
        (INTROSPECTION, "on"),
        (TRUSTED_DOCUMENTS, "required"),
        (TRUSTED_DOCUMENTS, "nurse=required"),
        (TRUSTED_DOCUMENTS, "staff=maybe"),
    ] {
        let refused = refusal(&[wrong]);
        assert!(refused.starts_with(&format!("{} is `", wrong.0)), "{refused}");
    }
}
