//! Holds a document against the schema, by every validation rule of the specification.
//!
//! async-graphql leaves some rules out and reads others more laxly than the reference implementation, so the
//! documents are validated by apollo-compiler, and by our own `values` and `merging` where that leaves a gap too.
//! A test compares the verdicts with those of graphql-js.

mod merging;
#[cfg(test)]
mod tests;
mod values;

use apollo_compiler::ast::Document;
use apollo_compiler::parser::{LineColumn, SourceSpan};
use apollo_compiler::validation::{DiagnosticList, Valid};
use apollo_compiler::{ExecutableDocument, Schema};
use async_graphql::Pos;

use super::violation::MOST_FAULTS;
use super::{Fault, Violation};

pub(super) use values::is_one_of;

/// What introspection answers beyond the schema of introspection that apollo-compiler knows: `@oneOf` came later.
const LATER_INTROSPECTION: &str = "extend type __Type { isOneOf: Boolean }";

/// The schema that documents are held against.
///
/// # Panics
///
/// When `sdl` is no valid schema.
pub(super) fn schema(sdl: &str) -> Valid<Schema> {
    let builder = Schema::builder().parse(sdl, "schema").parse(LATER_INTROSPECTION, "introspection");
    let built = builder.build().unwrap_or_else(|faults| panic!("the schema does not parse: {faults}"));
    built.validate().unwrap_or_else(|faults| panic!("the schema is not valid: {faults}"))
}

/// Refuses a document that is not valid on the schema. Its bytes and its shape keep the limits.
pub(super) fn check(document: &str, parsed: &Document, schema: &Valid<Schema>) -> Result<(), Violation> {
    let valid =
        parsed.to_executable_validate(schema).map_err(|faults| Violation::invalid(told(&faults.errors)))?;
    let mut left = values::check(schema, &valid);
    // A document without a bracket has no list.
    if left.is_empty() && document.contains('[') {
        left = merging::check(&valid);
    }
    if left.is_empty() { Ok(()) } else { Err(Violation::invalid(left)) }
}

/// What apollo-compiler says of an object without a selection, and also of one whose fields are all unknown.
const NO_SELECTION: &str = "interface, union and object types must have a subselection set";

fn told(diagnostics: &DiagnosticList) -> Vec<Fault> {
    let sentences = || diagnostics.iter().map(|diagnostic| (diagnostic.error.to_string(), diagnostic));
    let unknown_fields = sentences().any(|(sentence, _)| sentence.contains("does not have a field"));
    let faults = sentences().filter(|(sentence, _)| !(unknown_fields && sentence == NO_SELECTION));
    let told = faults.take(MOST_FAULTS).map(|(sentence, diagnostic)| {
        // Of all sentences only this one quotes a value: the name of an enum value that does not exist.
        let quoted =
            sentence.strip_prefix("value `").and_then(|rest| rest.rsplit_once("` does not exist on "));
        let sentence = match quoted {
            Some((_, ty)) => format!("the value does not exist on {ty}"),
            None => sentence,
        };
        Fault::new(&sentence, diagnostic.line_column_range().map(|range| position(range.start)))
    });
    told.collect()
}

fn place(document: &ExecutableDocument, span: Option<SourceSpan>) -> Option<Pos> {
    span.and_then(|span| span.line_column(&document.sources)).map(position)
}

pub(super) fn position(LineColumn { line, column }: LineColumn) -> Pos {
    Pos { line, column }
}
