//! The one table of what fields cost. A point is about what it takes to load and show one row of a page.

use apollo_compiler::Schema;
use apollo_compiler::ast::OperationType;
use apollo_compiler::schema::{ExtendedType, FieldDefinition};

/// What every request costs.
pub(super) const REQUEST: u64 = 1;
/// A scalar or an enum: it comes with its row.
const LEAF: u64 = 0;
/// An object, an interface or a union.
const OBJECT: u64 = 1;
/// A page, besides its rows: a statement of its own.
const CONNECTION: u64 = 2;
/// A field with `@phi`: a decision, its record, and mostly a decryption.
const PROTECTED: u64 = 3;
/// A field of the root of mutations, besides what its result costs.
const MUTATION: u64 = 10;
/// Arguments that make a field cost more whenever they are stated.
const ARGUMENTS: &[(&str, u64)] = &[
    // Tokens, candidates, a decision on each of them, and decryptions to be sure.
    ("search", 50),
];

/// Fields that cost something else than their kind does.
const FIELDS: &[(&str, &str, u64)] = &[
    // A password is checked, which takes as long as a hundred rows.
    ("Mutation", "signIn", 100),
    // Each document is parsed and held against the schema.
    ("Mutation", "uploadTrustedDocuments", 500),
    // Every decision about one patient for everybody around them.
    ("Query", "explainAccess", 100),
    ("Query", "featureFlag", 2),
];

/// The count of a whole list.
const TOTAL_COUNT: u64 = 5;

/// Lists without pages that can be long. All others are small parts of their object, which come in one statement for all
/// objects of a page, and count as one.
const LISTS: &[(&str, &str, u64)] = &[
    // At most 1,000; five people and seven classes are common.
    ("AccessExplanation", "entries", 35),
];

/// What a field costs by itself.
pub(super) fn own(schema: &Schema, parent: &str, field: &FieldDefinition) -> u64 {
    let name = field.name.as_str();
    if let Some((.., cost)) = FIELDS.iter().find(|(ty, known, _)| *ty == parent && *known == name) {
        return *cost;
    }
    if name == "totalCount" && super::is_connection(parent) {
        return TOTAL_COUNT;
    }
    let target = field.ty.inner_named_type();
    let leaf = schema.types.get(target).is_none_or(ExtendedType::is_leaf);
    let cost = match leaf {
        true => LEAF,
        false if field.directives.has("phi") => PROTECTED,
        false if super::is_connection(target) => CONNECTION,
        false => OBJECT,
    };
    let mutates = schema.root_operation(OperationType::Mutation).is_some_and(|root| root == parent);
    if mutates { cost + MUTATION } else { cost }
}

/// What stating an argument costs.
pub(super) fn argument(name: &str) -> u64 {
    ARGUMENTS.iter().find(|(known, _)| *known == name).map_or(0, |(_, cost)| *cost)
}

/// How many items a list without pages is taken for.
pub(super) fn items(parent: &str, field: &str) -> u64 {
    LISTS.iter().find(|(ty, known, _)| *ty == parent && *known == field).map_or(1, |(.., items)| *items)
}

/// What looking at the schema costs. How much of it is bounded by the limits of introspection.
pub(super) fn introspection(field: &str) -> u64 {
    if field == "__schema" { 1_000 } else { 50 }
}

/// Whether the field needs to know which features are on for all tenants.
pub(super) fn asks_features(parent: &str, field: &str) -> bool {
    parent == "Query" && field == "featureFlag"
}

/// Whether the type is that of a root.
pub(super) fn is_root(schema: &Schema, name: &str) -> bool {
    schema.schema_definition.iter_root_operations().any(|(_, root)| root.as_str() == name)
}
