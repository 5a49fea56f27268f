//! `consentry migrate`: brings the schema to this version, as the role that owns it.

use entity::identity::permission::Permission;
use migration::{Migrator, MigratorTrait};
use sea_orm::{ActiveEnum, DatabaseConnection, Iterable};
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool};
use uuid::Uuid;

use super::{
    Failure,
    database::{History, Server, visit},
    print,
};
use crate::{config::Config, identity::role_catalogue::SYSTEM_ROLES};

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
    write_system_roles(&mut lock).await?;
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

/// Gives the system's roles of every tenant what this version's matrix says, no more and no less. Their names are the
/// tenants', and so is every role that they defined.
async fn write_system_roles(connection: &mut PgConnection) -> Result<(), Failure> {
    let tenants: Vec<Uuid> =
        sqlx::query_scalar("select id from tenants where status <> 'CLOSED' order by id")
            .fetch_all(&mut *connection)
            .await?;
    let keys: Vec<&str> = SYSTEM_ROLES.iter().map(|role| role.key).collect();
    let ranks: Vec<i16> = SYSTEM_ROLES.iter().map(|role| role.rank).collect();
    let grants: Vec<(&str, &str, String)> = SYSTEM_ROLES
        .iter()
        .flat_map(|role| {
            role.grants().map(|(permission, reach)| (role.key, permission.key(), reach.to_value()))
        })
        .collect();
    for tenant in tenants {
        let begin = format!("begin; set local app.tenant_id = '{tenant}'");
        let mut transaction = connection.begin_with(AssertSqlSafe(begin)).await?;
        sqlx::query(SYSTEM_GRANTS)
            .bind(tenant)
            .bind(grants.iter().map(|grant| grant.0).collect::<Vec<_>>())
            .bind(grants.iter().map(|grant| grant.1).collect::<Vec<_>>())
            .bind(grants.iter().map(|grant| grant.2.as_str()).collect::<Vec<_>>())
            .execute(&mut *transaction)
            .await?;
        sqlx::query(
            "update roles set rank = known.rank
            from unnest($2::text[], $3::smallint[]) as known (key, rank)
            where tenant_id = $1 and is_system and roles.key = known.key
                and (roles.rank <> known.rank or roles.lineage = '{}')",
        )
        .bind(tenant)
        .bind(&keys)
        .bind(&ranks)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
    }
    Ok(())
}

/// What is missing comes, what changed is changed, and what this version does not grant is marked as deleted.
const SYSTEM_GRANTS: &str = "
with known as (
    select r.id as role_id, k.permission_key, k.reach
    from unnest($2::text[], $3::text[], $4::text[]) as k (role_key, permission_key, reach)
    join roles r on r.tenant_id = $1 and r.is_system and r.key = k.role_key and r.deleted_at is null
), gone as (
    update role_permissions p set deleted_at = now()
    from roles r
    where p.tenant_id = $1 and r.tenant_id = $1 and r.id = p.role_id and r.is_system and p.deleted_at is null
        and not exists (select from known where known.role_id = p.role_id and known.permission_key = p.permission_key)
)
insert into role_permissions (tenant_id, id, role_id, permission_key, reach)
select $1, gen_random_uuid(), role_id, permission_key, reach from known
on conflict (tenant_id, role_id, permission_key) where deleted_at is null do update set reach = excluded.reach
where role_permissions.reach <> excluded.reach";

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
