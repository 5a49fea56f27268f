//! Tables as Rust and tables as they are.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::ColumnType;
use sqlx::Row;

use crate::support::Database;

/// Columns that the database fills and reads by itself, so that no entity has them.
const DATABASE_ONLY: &[&str] = &[
    // The transaction that wrote the row: the sealer takes rows in its order.
    "public.audit_logs.xid",
    // How far the sealer came, in the same order.
    "public.audit_heads.sealed_xid",
    "public.audit_checkpoints.sealed_below",
];

#[derive(Debug, PartialEq, Eq)]
struct Column {
    base_type: String,
    nullable: bool,
}

type Tables = BTreeMap<String, BTreeMap<String, Column>>;

#[tokio::test]
async fn entities_and_tables_have_the_same_names_columns_types_and_nullability() {
    let stored = stored(&Database::new().await).await;
    let described = described();
    assert!(stored.len() >= 20, "tenant tables were found: {}", stored.len());

    let tables: BTreeSet<&String> = stored.keys().collect();
    let entities: BTreeSet<&String> = described.keys().collect();
    assert_eq!(entities, tables, "`entity::catalog::tables()` and the tables with `tenant_isolation`");

    let mut breaches = Vec::new();
    let mut compared = 0;
    for (table, columns) in &stored {
        let entity = &described[table];
        for (name, column) in columns {
            let path = format!("{table}.{name}");
            match entity.get(name) {
                Some(field) if field == column => compared += 1,
                Some(field) => breaches.push(format!("{path} is {column:?}, its entity says {field:?}")),
                None if DATABASE_ONLY.contains(&path.as_str()) => {}
                None => breaches.push(format!("{path} has no field in its entity")),
            }
        }
        for name in entity.keys().filter(|name| !columns.contains_key(*name)) {
            breaches.push(format!("{table}.{name} has a field in its entity, but is no column"));
        }
    }
    assert!(breaches.is_empty(), "{breaches:#?}");
    assert!(compared >= 200, "columns were compared: {compared}");
    for path in DATABASE_ONLY {
        let (table, column) = path.rsplit_once('.').expect("schema.table.column");
        assert!(stored[table].contains_key(column), "{path} is on the list, but is no column");
        assert!(!described[table].contains_key(column), "{path} is on the list, but its entity has it");
    }
}

#[test]
fn no_entity_is_described_twice() {
    let tables = entity::catalog::tables();
    assert_eq!(tables.len(), described().len());
}

/// The tenant tables of the database: those that isolate tenants. Partitions are reached through their parents.
async fn stored(database: &Database) -> Tables {
    let rows = sqlx::query(
        "select n.nspname || '.' || c.relname as table_name, a.attname::text as column_name,
            format_type(coalesce(nullif(t.typbasetype, 0), t.oid), null) as base_type, not a.attnotnull as nullable
        from pg_policy p
            join pg_class c on c.oid = p.polrelid and not c.relispartition
            join pg_namespace n on n.oid = c.relnamespace
            join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
            join pg_type t on t.oid = a.atttypid
        where p.polname = 'tenant_isolation'",
    )
    .fetch_all(&database.app())
    .await
    .expect("the catalog is read");
    let mut tables = Tables::new();
    for row in rows {
        let column = Column { base_type: row.get("base_type"), nullable: row.get("nullable") };
        tables.entry(row.get("table_name")).or_default().insert(row.get("column_name"), column);
    }
    tables
}

fn described() -> Tables {
    let mut tables = Tables::new();
    for table in entity::catalog::tables() {
        let name = format!("{}.{}", table.schema, table.name);
        let columns = table.columns.into_iter().map(|column| {
            let base_type = base_type(&column.column_type)
                .unwrap_or_else(|| panic!("{name}.{}: which type is {:?}?", column.name, column.column_type));
            (column.name, Column { base_type, nullable: column.nullable })
        });
        let columns = columns.collect();
        tables.insert(name, columns);
    }
    tables
}

/// What PostgreSQL calls the type that sea-orm binds; domains stand for their base.
fn base_type(column_type: &ColumnType) -> Option<String> {
    let name = match column_type {
        ColumnType::Array(item) => return base_type(item).map(|item| item + "[]"),
        // An enum of the API is text with a check: PostgreSQL's own enums are not leakproof.
        ColumnType::String(_) | ColumnType::Text | ColumnType::Enum { .. } => "text",
        ColumnType::Blob | ColumnType::Binary(_) | ColumnType::VarBinary(_) => "bytea",
        ColumnType::SmallInteger => "smallint",
        ColumnType::Integer => "integer",
        ColumnType::BigInteger => "bigint",
        ColumnType::Boolean => "boolean",
        ColumnType::Date => "date",
        ColumnType::Json | ColumnType::JsonBinary => "jsonb",
        ColumnType::TimestampWithTimeZone => "timestamp with time zone",
        ColumnType::Uuid => "uuid",
        _ => return None,
    };
    Some(name.to_owned())
}
