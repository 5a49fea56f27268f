//! The history of the schema can be walked back and again to the same place.

use consentry::command::migrate::{migrate_down, migrate_up};
use sqlx::PgPool;

use crate::support::Database;

/// Everything that stands in the catalog, one line for each thing, without what differs between two databases of one
/// history: object ids, sizes, statistics.
const DUMP: &str = include_str!("catalog_dump.sql");

async fn dump(owner: &PgPool) -> Vec<String> {
    sqlx::query_scalar(DUMP).fetch_all(owner).await.expect("the catalog is read")
}

/// What stands in only one of two catalogs.
fn difference<'d>(first: &'d [String], second: &'d [String]) -> Vec<(&'static str, &'d String)> {
    let gone = first.iter().filter(|line| !second.contains(line)).map(|line| ("gone", line));
    let new = second.iter().filter(|line| !first.contains(line)).map(|line| ("new", line));
    gone.chain(new).collect()
}

#[tokio::test]
async fn migrations_go_up_down_to_nothing_and_up_again_to_the_same_catalog() {
    let database = Database::new().await;
    let owner = database.owner();
    let names = migration::names();
    let first = dump(&owner).await;
    assert_dump_is_whole(&first);

    let steps = u32::try_from(names.len()).expect("a number of migrations");
    let reverted = migrate_down(&owner, steps).await.expect("all migrations are reverted");
    let newest_first: Vec<&str> = names.iter().rev().copied().collect();
    assert_eq!(reverted, newest_first);
    let nothing = dump(&owner).await;
    let left: Vec<&String> = nothing
        .iter()
        .filter(|line| !line.contains("seaql_migrations"))
        // These two come with every database.
        .filter(|line| !line.starts_with("schema public ") && !line.starts_with("extension plpgsql "))
        .collect();
    assert!(left.is_empty(), "this is left of the schema: {left:#?}");
    let granted: Vec<&String> = nothing.iter().filter(|line| line.contains("consentry_app")).collect();
    assert!(granted.is_empty(), "this is still granted: {granted:#?}");

    let applied = migrate_up(&owner).await.expect("all migrations are applied again");
    assert_eq!(applied, names);
    let second = dump(&owner).await;
    assert_eq!(difference(&first, &second), []);
    assert_eq!(first.len(), second.len());
}

#[tokio::test]
async fn each_migration_takes_back_exactly_what_it_did() {
    let database = Database::new().await;
    let owner = database.owner();
    let last = migration::names().len();
    // From each place in the history: one step back and forth.
    let mut below = Vec::new();
    for steps in 1..=last {
        below.push(dump(&owner).await);
        migrate_down(&owner, 1).await.unwrap_or_else(|_| panic!("step {steps} from the end is reverted"));
    }
    assert_eq!(below.len(), last);
    for (before, after) in below.iter().zip(below.iter().skip(1)) {
        assert_ne!(before, after, "every migration does something");
    }
    migrate_up(&owner).await.expect("all migrations are applied again");
    for (steps, before) in below.iter().enumerate() {
        assert_eq!(difference(before, &dump(&owner).await), [], "{steps} steps back");
        migrate_down(&owner, 1).await.expect("a step is reverted");
    }
}

/// Otherwise a question that finds nothing would find no difference either.
fn assert_dump_is_whole(dump: &[String]) {
    let kinds = [
        ("schema", 2),
        ("table", 22),
        ("column", 200),
        ("constraint", 100),
        ("index", 80),
        ("policy", 22),
        ("trigger", 20),
        ("function", 7),
        ("domain", 10),
    ];
    for (kind, least) in kinds {
        let found = dump.iter().filter(|line| line.starts_with(&format!("{kind} "))).count();
        assert!(found >= least, "{found} × {kind}");
    }
    assert!(dump.iter().any(|line| line.contains("consentry_app=ar")), "grants are part of it");
}
