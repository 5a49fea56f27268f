//! `consentry migrate`: brings the schema to this version, as the role that owns it.

use entity::identity::permission::Permission;
use migration::{Migrator, MigratorTrait};
use sea_orm::{DatabaseConnection, Iterable};
use sqlx::{PgConnection, PgPool};

use super::{
    Failure,
    database::{History, Server, visit},
    print,
};
use crate::config::Config;

/// Names the lock that two migrations of one database cannot hold at once: `consentr` in ASCII.
const LOCK: i64 = 0x636f_6e73_656e_7472;

pub(super) async fn run(config: &Config, down: Option<u32>) -> Result<(), Failure> {
    let server = Server::open_for_migrator(config).await?;
    visit(server, async |server| {
        let owner = server.owner().await?;
        let (done, names, nothing) = match down {
            Some(steps) => {
                ("reverted", migrate_down(&owner, steps).await?, "there is no migration to revert")
            }
            None => ("applied", migrate_up(&owner).await?, "every migration is applied already"),
        };
        owner.close().await;
        match &names[..] {
            [] => print(&format!("{nothing}\n")),
            names => print(&names.iter().map(|name| format!("{done} {name}\n")).collect::<String>()),
        }
    })
    .await
}

/// Applies every pending migration and brings the catalogue of permissions up to date; returns what it applied.
///
/// Of several that run at once, one works and the others wait.
///
/// # Errors
///
/// The database was migrated by a newer version, or refused a migration; what was applied before stays.
pub async fn migrate_up(owner: &PgPool) -> Result<Vec<String>, Failure> {
    let mut lock = lock(owner).await?;
    let history = History::read(&mut lock).await?;
    if !history.unknown.is_empty() {
        return Err(Failure::refused(history.problem().unwrap_or_default()));
    }
    if !history.pending.is_empty() {
        Migrator::up(&DatabaseConnection::from(owner.clone()), None).await?;
    }
    write_catalogue(&mut lock).await?;
    Ok(history.pending)
}

/// Reverts the newest `steps` migrations; returns what it reverted, newest first.
///
/// # Errors
///
/// As [`migrate_up`].
pub async fn migrate_down(owner: &PgPool, steps: u32) -> Result<Vec<String>, Failure> {
    let mut lock = lock(owner).await?;
    let history = History::read(&mut lock).await?;
    if !history.unknown.is_empty() {
        return Err(Failure::refused(history.problem().unwrap_or_default()));
    }
    let applied =
        migration::names().into_iter().filter(|name| !history.pending.iter().any(|other| other == name));
    let steps_taken = usize::try_from(steps).unwrap_or(usize::MAX);
    let names = applied.rev().take(steps_taken).map(str::to_owned).collect();
    Migrator::down(&DatabaseConnection::from(owner.clone()), Some(steps)).await?;
    Ok(names)
}

/// Takes the lock on a connection outside of the pool: closing it gives the lock back, also when this is cut off.
async fn lock(owner: &PgPool) -> Result<PgConnection, Failure> {
    let mut connection = owner.acquire().await?.detach();
    let free: bool =
        sqlx::query_scalar("select pg_try_advisory_lock($1)").bind(LOCK).fetch_one(&mut connection).await?;
    if !free {
        tracing::info!("another migration is running; waiting for its end");
        sqlx::query("select pg_advisory_lock($1)").bind(LOCK).execute(&mut connection).await?;
    }
    Ok(connection)
}

async fn write_catalogue(connection: &mut PgConnection) -> Result<(), Failure> {
    let keys: Vec<&str> = Permission::iter().map(Permission::key).collect();
    let descriptions: Vec<&str> = Permission::iter().map(Permission::description).collect();
    sqlx::query(
        "insert into permissions (key, description)
        select * from unnest($1::text[], $2::text[])
        on conflict (key) do update set description = excluded.description
        where permissions.description <> excluded.description",
    )
    .bind(keys)
    .bind(descriptions)
    .execute(connection)
    .await?;
    Ok(())
}

/// Whether a permission of this version is missing in the database, so that no role could be given it.
pub(super) async fn catalogue_is_old(connection: &mut PgConnection) -> Result<bool, Failure> {
    let keys: Vec<&str> = Permission::iter().map(Permission::key).collect();
    let old = sqlx::query_scalar(
        "select exists (select from unnest($1::text[]) known (key) where key not in (select key from permissions))",
    )
    .bind(keys)
    .persistent(false)
    .fetch_one(connection)
    .await?;
    Ok(old)
}
