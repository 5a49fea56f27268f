//! The history of the schema, as SQL: one step for each context, up and down, each in one transaction.

use sea_orm_migration::prelude::*;

pub use sea_orm_migration::MigratorTrait;

/// Finds what breaks the conventions of the schema, one row `(object, problem)` for each breach. It reads the catalog only, so
/// the app role can run it.
pub const SCHEMA_LINT: &str = include_str!("../sql/schema_lint.sql");

/// Returns one row with one sentence when the server lacks the fixes to row-level security that isolation rests on.
pub const SERVER_TOO_OLD: &str = include_str!("../sql/server_too_old.sql");

/// Applies the history, as the owner of the schema.
///
/// The app role asks `get_pending_migrations_read_only` what is missing.
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        STEPS.iter().map(|step| Box::new(*step) as _).collect()
    }
}

/// The names of all migrations, oldest first.
pub fn names() -> Vec<&'static str> {
    STEPS.iter().map(|step| step.name).collect()
}

#[derive(Clone, Copy)]
struct Step {
    name: &'static str,
    up: &'static str,
    down: &'static str,
}

macro_rules! step {
    ($stamp:literal, $context:literal) => {
        Step {
            name: concat!($stamp, "_", $context),
            up: include_str!(concat!("../sql/", $context, ".up.sql")),
            down: include_str!(concat!("../sql/", $context, ".down.sql")),
        }
    };
}

const STEPS: &[Step] = &[
    step!("m20261121_000001", "kernel"),
    step!("m20261121_000002", "tenancy"),
    step!("m20261121_000003", "identity"),
    step!("m20261121_000004", "people"),
    step!("m20261121_000005", "consent"),
    step!("m20261121_000006", "platform"),
    step!("m20261121_000007", "evidence"),
    step!("m20261121_000008", "outbox_relay"),
    step!("m20261121_000009", "integrity"),
    step!("m20261121_000010", "lean_record"),
    step!("m20261121_000011", "roles_as_data"),
    step!("m20261121_000012", "credentials"),
    step!("m20261121_000013", "browser_sessions"),
    step!("m20261121_000014", "partner_access"),
    step!("m20261121_000015", "identity_providers"),
    step!("m20261121_000016", "usage_limits"),
    step!("m20261121_000017", "privacy"),
];

impl MigrationName for Step {
    fn name(&self) -> &str {
        self.name
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, self.up).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, self.down).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

/// Runs a whole file: the simple query protocol takes many statements at once.
async fn run(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    manager.get_connection().execute_unprepared(sql).await?;
    Ok(())
}
