//! Protected columns leave through `@phi` fields, or not at all.
//!
//! The compiler holds most of it. A column without a classification does not compile (`classify!` matches exhaustively).
//! `Gate` and `Sealed` have no GraphQL type, no `Display` and no `Serialize`, and open only with a `Permit`, which only a
//! decision issues. What a decision opens is returned as `Gated<T>`, whose type in the schema is the union `TResult`.
//! What the compiler cannot see is tested here: that the database agrees on what is sealed, that fields and unions say
//! `@phi`, and that what stands behind such a union stands nowhere else.

use std::collections::{BTreeMap, BTreeSet};

use entity::{Classification, DataClass};
use sea_orm::{ActiveEnum, Iterable};
use sqlx::Row;

use super::schema_walk::{SchemaWalk, bears, directive, name_of};
use crate::support::Database;

#[tokio::test]
async fn a_column_is_sealed_in_rust_exactly_when_the_database_takes_only_ciphertext() {
    let rows = sqlx::query(
        "select n.nspname || '.' || c.relname || '.' || a.attname as path
        from pg_attribute a
            join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p') and not c.relispartition
            join pg_namespace n on n.oid = c.relnamespace
        where a.atttypid = 'public.sealed'::regtype and not a.attisdropped",
    )
    .fetch_all(&Database::new().await.app())
    .await
    .expect("the catalog is read");
    let stored: BTreeSet<String> = rows.iter().map(|row| row.get("path")).collect();

    let mut described = BTreeSet::new();
    for table in entity::catalog::tables() {
        for column in table.columns {
            if matches!(column.classification, Classification::Sealed(_)) {
                described.insert(format!("{}.{}.{}", table.schema, table.name, column.name));
            }
        }
    }
    assert_eq!(described, stored);
    assert!(stored.len() >= 15, "sealed columns were found: {}", stored.len());
}

#[test]
fn a_protected_column_has_a_class_that_needs_a_decision_and_is_not_a_standard_column() {
    const STANDARD: &[&str] =
        &["tenant_id", "id", "created_at", "created_by", "updated_at", "updated_by", "version", "deleted_at"];
    let mut protected = 0;
    for table in entity::catalog::tables() {
        for column in table.columns {
            if let Classification::Gate(floor) | Classification::Sealed(floor) = column.classification {
                assert_ne!(floor, DataClass::Deidentified, "{}.{}", table.name, column.name);
                assert!(!STANDARD.contains(&column.name.as_str()), "{}.{}", table.name, column.name);
                protected += 1;
            }
        }
    }
    assert!(protected >= 50, "protected columns were found: {protected}");
}

#[test]
fn a_field_bears_phi_exactly_when_it_is_a_nullable_union_of_a_value_and_withheld() {
    let walk = SchemaWalk::new();
    let mut gated = 0;
    for (owner, field) in walk.fields() {
        let path = format!("{owner}.{}", field.name.node);
        let target = name_of(&field.ty.node);
        let members = walk.members(target);
        let refusable = members.contains(&"Withheld");
        assert_eq!(
            bears(&field.directives, "phi"),
            refusable,
            "{path}: `@phi` and a union with `Withheld` go together"
        );
        assert_ne!(target, "Withheld", "{path}: a refusal stands beside a value, never alone");
        if !refusable {
            continue;
        }
        // The whole type is the union's name: nullable, and no list of it.
        assert_eq!(field.ty.node.to_string(), target, "{path}: null is a failure, so the field takes it");
        let [value, "Withheld"] = members[..] else { panic!("{target} is {members:?}") };
        assert_eq!(target, format!("{value}Result"), "{path}");
        let class = directive(&field.directives, "phi").expect("it bears @phi");
        assert_ne!(class_of(&class), DataClass::Deidentified, "{path}: this class needs no decision");
        gated += 1;
    }
    assert!(gated >= 4, "protected fields were found: {gated}");
    for definition in walk.types() {
        let name = definition.name.node.as_str();
        let union = walk.members(name).contains(&"Withheld");
        assert_eq!(union, name.ends_with("Result"), "{name}: only a decision's outcome is called a result");
    }
}

#[test]
fn what_stands_behind_a_decision_stands_nowhere_else() {
    let walk = SchemaWalk::new();
    let everywhere = walk.ways(|_| true);
    let open = walk.ways(|field| !bears(&field.directives, "phi"));
    let behind: BTreeSet<&str> = walk
        .types()
        .map(|definition| walk.members(definition.name.node.as_str()))
        .filter(|members| members.contains(&"Withheld"))
        .flatten()
        .filter(|member| *member != "Withheld")
        .collect();
    assert!(behind.len() >= 4, "protected values were found: {}", behind.len());
    for value in &behind {
        assert!(
            !open.contains_key(*value),
            "{value} can be reached without a decision: {:?}",
            open.get(*value)
        );
    }
    assert!(!open.contains_key("Withheld"), "no decision, no refusal");
    assert!(open.len() >= 30 && everywhere.len() > open.len() + behind.len(), "both walks went somewhere");
}

/// `Consent.status` would be the open name of `consents.status`, a gate: its type could have lost the gate on the way.
#[test]
fn no_open_type_has_a_field_of_the_name_of_a_protected_column_of_its_table() {
    let walk = SchemaWalk::new();
    let open = walk.ways(|field| !bears(&field.directives, "phi"));
    let tables: BTreeMap<String, BTreeSet<String>> = entity::catalog::tables()
        .into_iter()
        .map(|table| {
            let protected = table.columns.into_iter();
            let protected = protected.filter(|column| column.classification != Classification::Operational);
            (table.name, protected.map(|column| column.name).collect())
        })
        .collect();
    let mut compared = 0;
    let mut types = BTreeSet::new();
    for (owner, field) in walk.fields().filter(|(owner, _)| open.contains_key(*owner)) {
        let Some(protected) = tables.get(&table_of(owner)) else { continue };
        types.insert(owner);
        compared += 1;
        let column = snake_case(&field.name.node);
        assert!(
            !protected.contains(&column) || bears(&field.directives, "phi"),
            "{owner}.{} is open, but the column {column} is protected",
            field.name.node
        );
    }
    assert!(types.len() >= 6 && compared >= 40, "{compared} fields of {types:?} were compared");
    let with_gates = types.iter().filter(|name| !tables[&table_of(name)].is_empty()).count();
    assert!(with_gates >= 3, "some of them have protected columns: {with_gates}");
}

/// The table of an API type: `CareTeamMember` is a row of `care_team_members`.
fn table_of(type_name: &str) -> String {
    let name = snake_case(type_name);
    match name.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None => name + "s",
    }
}

fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

fn class_of(text: &str) -> DataClass {
    let class = DataClass::iter().find(|class| class.to_value() == text);
    class.unwrap_or_else(|| panic!("no class {text}"))
}
