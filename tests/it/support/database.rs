//! A database for each test, cloned from a migrated template on a private cluster that forgets.

use std::{
    path::PathBuf,
    sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
    },
};

use consentry::{
    command::migrate::migrate_up,
    kernel::{
        cluster::{Cluster, Connection, MIGRATOR, SUPERUSER, Settings},
        database::pool,
    },
};
use sqlx::{AssertSqlSafe, ConnectOptions, PgConnection, PgPool, postgres::PgConnectOptions};

const TEMPLATE: &str = "consentry_template";

static CLUSTER: LazyLock<Cluster> = LazyLock::new(|| {
    let cluster = Cluster::start(Settings {
        data_directory: PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("postgresql"),
        durable: false,
        exclusive: false,
        binaries: None,
    })
    .expect("the test cluster starts");
    block_on(make_template(&cluster));
    cluster
});

static NEXT: AtomicU32 = AtomicU32::new(1);

/// A number that no other database or file of this process has.
pub fn next() -> u32 {
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// A database of one test; dropped with it.
pub struct Database {
    name: String,
}

impl Database {
    /// A fresh copy of the migrated template.
    pub async fn new() -> Self {
        let name = format!("test_{}_{}", std::process::id(), next());
        let sql = format!("create database {name} template {TEMPLATE}");
        tokio::task::spawn_blocking(move || {
            LazyLock::force(&CLUSTER);
            block_on(on_maintenance(&CLUSTER, &sql));
            Self { name }
        })
        .await
        .expect("a database is made")
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A pool as the app's role: the role that owns nothing.
    pub fn app(&self) -> PgPool {
        self.pool("consentry_app", 4)
    }

    /// A pool as the owner of the schema.
    pub fn owner(&self) -> PgPool {
        self.pool(MIGRATOR, 2)
    }

    /// A connection as the cluster's superuser, whom no policy binds: for settings that nobody else may make, and for
    /// showing what such a role would see.
    pub async fn superuser(&self) -> PgConnection {
        let connection = CLUSTER.options(SUPERUSER, &self.name);
        options(&connection).connect().await.expect("the superuser connects")
    }

    /// How a role connects.
    pub fn connection(&self, role: &str) -> Connection {
        CLUSTER.options(role, &self.name)
    }

    /// The URL under which a command of the program finds the database, as any role.
    pub fn url(&self, role: &str) -> String {
        let Connection { socket_directory, port, user, database, .. } = CLUSTER.options(role, &self.name);
        format!(
            "postgres://{user}@localhost:{port}/{database}?host={}&sslmode=disable",
            socket_directory.display()
        )
    }

    /// Ends every connection to it, as a restart of PostgreSQL does, and says whether new ones are let in.
    pub async fn disconnect_all(&self, lets_in: bool) {
        let sql = format!(
            "alter database {0} allow_connections {lets_in};
            select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = '{0}'",
            self.name
        );
        let superuser = CLUSTER.superuser_connection();
        tokio::task::spawn_blocking(move || block_on(on_connection(&superuser, &sql))).await.expect("ended");
    }

    /// A pool as any role.
    pub fn pool(&self, role: &str, connections: u32) -> PgPool {
        pool(options(&CLUSTER.options(role, &self.name)), connections)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let sql = format!("drop database if exists {} with (force)", self.name);
        // Pools outlive a test by a moment, and the owner may not end the connections of other roles.
        let dropping =
            std::thread::spawn(move || block_on(on_connection(&CLUSTER.superuser_connection(), &sql)));
        let _ = dropping.join();
    }
}

/// How sqlx connects to a private cluster.
pub fn options(connection: &Connection) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass()
        .socket(&connection.socket_directory)
        .port(connection.port)
        .username(&connection.user)
        .database(&connection.database)
        .disable_statement_logging()
}

async fn make_template(cluster: &Cluster) {
    let leftovers: Vec<String> = {
        let mut connection =
            options(&cluster.options(MIGRATOR, "postgres")).connect().await.expect("the owner connects");
        sqlx::query_scalar("select datname from pg_database where datname like 'test\\_%' or datname = $1")
            .bind(TEMPLATE)
            .fetch_all(&mut connection)
            .await
            .expect("databases are listed")
    };
    for name in leftovers {
        on_maintenance(cluster, &format!("drop database if exists {name} with (force)")).await;
    }
    on_maintenance(cluster, &format!("create database {TEMPLATE}")).await;
    let owner = pool(options(&cluster.options(MIGRATOR, TEMPLATE)), 1);
    migrate_up(&owner).await.expect("migrations apply");
    owner.close().await;
}

async fn on_maintenance(cluster: &Cluster, sql: &str) {
    on_connection(&cluster.options(MIGRATOR, "postgres"), sql).await;
}

async fn on_connection(connection: &Connection, sql: &str) {
    let mut connection = options(connection).connect().await.expect("a connection");
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.expect(sql);
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(work)
}
