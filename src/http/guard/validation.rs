//! Holds a document against the schema, by every validation rule of the specification.
//!
//! async-graphql leaves some rules out and reads others more laxly than the reference implementation, so the
//! documents are validated by apollo-compiler, and by our own `values` and `merging` where that leaves a gap too.
//! A test compares the verdicts with those of graphql-js.

mod merging;
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

fn told(diagnostics: &DiagnosticList) -> Vec<Fault> {
    let mut faults: Vec<Fault> = diagnostics
        .iter()
        .take(MOST_FAULTS)
        .map(|diagnostic| {
            let message = diagnostic.error.to_string();
            // Of all sentences only this one quotes a value: the name of an enum value that does not exist.
            let message =
                match message.strip_prefix("value `").and_then(|_| message.rsplit_once("` does not")) {
                    Some((_, rest)) => format!("the value does not{rest}"),
                    None => message,
                };
            Fault::new(&message, diagnostic.line_column_range().map(|range| position(range.start)))
        })
        .collect();
    if faults.is_empty() {
        faults.push(Fault::new("the document is not valid", None));
    }
    faults
}

fn place(document: &ExecutableDocument, span: Option<SourceSpan>) -> Option<Pos> {
    span.and_then(|span| span.line_column(&document.sources)).map(position)
}

pub(super) fn position(LineColumn { line, column }: LineColumn) -> Pos {
    Pos { line, column }
}
