//! What must hold of a request before anything else sees its document.
//!
//! Parsers, validators and executors recurse over whatever nests and walk every fragment as often as it is spread: a
//! few kilobytes from an anonymous caller could end the process or hold a core for minutes. So the order here is part
//! of the protection: every step is linear in what the steps before it let pass.
//!
//! 1. `json` counts the values and the nesting of the body, before any of it is built;
//! 2. `tokens` counts the tokens and the nesting of the document, before it is parsed;
//! 3. the document is parsed, and translated into what the executor takes;
//! 4. `shape` measures what the document becomes with its fragments expanded, without expanding them;
//! 5. `validation` holds it against the schema, at a cost that the limits of the steps before bound;
//! 6. `cost` prices its operations, as formulas of their variables;
//! 7. `documents` keeps what passed, so that all this is done once for the bytes of a document;
//! 8. `variables` holds the values of each request against the operation, whose cost is then a number.

mod cost;
mod documents;
mod json;
mod places;
mod shape;
#[cfg(test)]
mod tests;
mod tokens;
mod translation;
mod validation;
mod variables;
mod violation;

use std::time::Duration;

use apollo_compiler::ast::Document as Parsed;
use apollo_compiler::parser::Parser;
use apollo_compiler::validation::DiagnosticList;
use async_graphql::parser::types::ExecutableDocument;
use async_graphql::{Extensions, Value, Variables};
use serde::Deserialize;

use places::Places;

pub use documents::{Checked, Document, Documents};
pub use violation::{Fault, Violation};

/// How much of everything a single request may bring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the body.
    pub body: usize,
    /// How long the body may take to arrive.
    pub body_time: Duration,
    /// Tokens of the document; a comment counts as one.
    pub tokens: usize,
    /// How deep `{`, `[` and `(` may nest in the document.
    pub nesting: usize,
    /// Characters of a single name. What is wrong with a name is said with the name.
    pub name: usize,
    /// Bytes of all comments, which say nothing to a server and have to be read all the same.
    pub comments: usize,
    /// How deep values may nest in `variables` and `extensions`, these objects included.
    pub variables_depth: usize,
    /// Values within `variables` and `extensions` together.
    pub variables_nodes: usize,
    /// Aliases of any one operation, counted as often as their fragment is spread.
    pub aliases: usize,
    /// Root fields of any one operation.
    pub root_fields: usize,
    /// How deep fields may nest, fragments expanded, introspection not counted.
    pub depth: usize,
    /// How deep selections may nest, those of fragments and of introspection counted as well. The library ends at 33.
    pub levels: usize,
    /// Selections of all operations together, fragments expanded.
    pub selections: usize,
    /// Selections of all fragments that an operation reaches, each with all that it spreads itself, for all operations
    /// together.
    pub fragments: usize,
    /// How deep fields may nest beneath `__schema` and `__type`.
    pub introspection_depth: usize,
    /// What introspection may cost: selections, each list above them taken as ten items and `types` as a hundred.
    /// The standard introspection query costs some 490,000.
    pub introspection_cost: usize,
    /// How deep lists that lead from types to types may nest beneath `__schema` and `__type`: the fields of all types
    /// are two.
    pub introspection_lists: usize,
    /// Aliases beneath `__schema` and `__type`. Each is as long as what it repeats, times the types of the schema.
    pub introspection_aliases: usize,
    /// How often an operation may ask for `__schema`: the answer is the longest that a stranger can get.
    pub schemas: usize,
    /// What an operation may cost, in points: about the rows that it could load.
    pub cost: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 65_536,
            body_time: Duration::from_secs(10),
            tokens: 2_000,
            nesting: 48,
            name: 256,
            comments: 8_192,
            variables_depth: 32,
            variables_nodes: 5_000,
            aliases: 30,
            root_fields: 20,
            depth: 15,
            levels: 32,
            selections: 10_000,
            fragments: 20_000,
            introspection_depth: 24,
            introspection_cost: 1_000_000,
            introspection_lists: 2,
            introspection_aliases: 3,
            schemas: 1,
            cost: 10_000,
        }
    }
}

/// What a request brings. Its sizes keep the limits; its document was not looked at.
#[derive(Debug)]
pub struct Parameters {
    /// The document; empty when `document_id` names it.
    pub query: String,
    /// The SHA-256 of a document that the server knows, when it was sent instead of the document.
    pub document_id: Option<[u8; 32]>,
    /// Which operation of the document is meant; not needed when it has only one.
    pub operation_name: Option<String>,
    /// Values for the variables of the operation.
    pub variables: Variables,
    /// What is for others than the executor.
    pub extensions: Extensions,
}

/// The members of a request, as the GraphQL-over-HTTP specification names them; others are ignored.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Members {
    query: Option<String>,
    document_id: Option<String>,
    operation_name: Option<String>,
    #[serde(default)]
    variables: Variables,
    #[serde(default)]
    extensions: Extensions,
}

/// Reads what a JSON body brings.
pub fn read_body(body: &[u8], limits: &Limits) -> Result<Parameters, Violation> {
    if body.len() > limits.body {
        return Err(Violation::payload_too_large(limits));
    }
    match body.trim_ascii_start().first() {
        None => return Err(Violation::bad_request("The body is empty. Send a JSON object with `query`.")),
        Some(b'[') => {
            return Err(Violation::bad_request("Batches are not supported. Send one operation per request."));
        }
        Some(b'{') => {}
        Some(_) => return Err(Violation::bad_request("The body must be a JSON object with `query`.")),
    }
    json::scan(body, 1, limits)?;
    let members = serde_json::from_slice(body).map_err(|error| malformed("body", &error))?;
    parameters(members)
}

/// Reads what the parameters of a URL bring, already percent-decoded; `variables` and `extensions` are JSON.
pub fn read_parameters(
    query: Option<String>,
    operation_name: Option<String>,
    variables: Option<&str>,
    extensions: Option<&str>,
    limits: &Limits,
) -> Result<Parameters, Violation> {
    let brought: usize = [query.as_deref(), operation_name.as_deref(), variables, extensions]
        .into_iter()
        .flatten()
        .map(str::len)
        .sum();
    if brought > limits.body {
        return Err(Violation::payload_too_large(limits));
    }
    let variables = match variables {
        Some(text) => {
            json::scan(text.as_bytes(), 0, limits)?;
            serde_json::from_str(text).map_err(|error| malformed("parameter `variables`", &error))?
        }
        None => Variables::default(),
    };
    let extensions = match extensions {
        Some(text) => {
            json::scan(text.as_bytes(), 0, limits)?;
            serde_json::from_str(text).map_err(|error| malformed("parameter `extensions`", &error))?
        }
        None => Extensions::default(),
    };
    parameters(Members { query, document_id: None, operation_name, variables, extensions })
}

/// A document that keeps the limits, in the form in which it is validated and in that in which it is executed.
struct Read {
    parsed: Parsed,
    executable: ExecutableDocument,
}

/// Parses a document, if its bytes and its shape keep the limits. The schema has no say in it.
fn read(document: &str, limits: &Limits) -> Result<Read, Violation> {
    tokens::scan(document, limits)?;
    let parsed =
        Parser::new().parse_ast(document, "document").map_err(|faults| not_graphql(&faults.errors))?;
    let executable = translation::translate(&parsed, &Places::new(document))?;
    shape::check(&executable, limits)?;
    Ok(Read { parsed, executable })
}

fn parameters(members: Members) -> Result<Parameters, Violation> {
    let Members { query, document_id, operation_name, variables, extensions } = members;
    let named = match (document_id, extensions.get("documentId")) {
        (Some(id), None) => Some(id),
        (None, Some(Value::String(id))) => Some(id.clone()),
        (None, None) => None,
        _ => return Err(Violation::bad_request("`documentId` stands once, as a string.")),
    };
    let (query, document_id) = match (query, named) {
        (Some(query), None) => (query, None),
        (None, Some(id)) => (String::new(), Some(digest(&id)?)),
        (Some(_), Some(_)) => {
            return Err(Violation::bad_request("Send `query` or `documentId`, and not both."));
        }
        (None, None) => {
            return Err(Violation::bad_request(
                "The parameter `query` is missing. It holds the GraphQL document.",
            ));
        }
    };
    // The specification lets an empty name stand for no name; executed as it is, no operation would bear it.
    let operation_name = operation_name.filter(|name| !name.is_empty());
    Ok(Parameters { query, document_id, operation_name, variables, extensions })
}

/// Reads the id of a document: `sha256:` and 64 hexadecimal digits, as code generators write it.
///
/// # Errors
///
/// `BAD_REQUEST` when it is written in any other way.
pub fn digest(id: &str) -> Result<[u8; 32], Violation> {
    let malformed =
        || Violation::bad_request("`documentId` is `sha256:` and 64 lower-case hexadecimal digits.");
    let digits = id.strip_prefix("sha256:").filter(|digits| digits.len() == 64).ok_or_else(malformed)?;
    let mut digest = [0; 32];
    for (byte, pair) in digest.iter_mut().zip(digits.as_bytes().chunks(2)) {
        let digit = |digit: u8| match digit {
            b'0'..=b'9' => Ok(digit - b'0'),
            b'a'..=b'f' => Ok(digit - b'a' + 10),
            _ => Err(malformed()),
        };
        *byte = digit(pair[0])? * 16 + digit(pair[1])?;
    }
    Ok(digest)
}

/// Says where the JSON is wrong. The library's own sentence quotes values, which may be about patients.
fn malformed(what: &str, error: &serde_json::Error) -> Violation {
    let reason = if error.is_data() {
        "does not fit: `query` and `documentId` are strings, `operationName` a string or null, `variables` and `extensions` are \
         objects or null, and none of them stands twice"
    } else {
        "is not well-formed JSON"
    };
    let (line, column) = (error.line(), error.column());
    Violation::bad_request(&format!("The {what} {reason} (line {line}, column {column})."))
}

/// Says where the document is wrong. What the parser says of it may quote it, so only the expectation is told.
fn not_graphql(faults: &DiagnosticList) -> Violation {
    let Some(fault) = faults.iter().next() else {
        return Violation::parse("The document is not GraphQL", None);
    };
    let message = fault.error.to_string();
    let expectation = message
        .strip_prefix("syntax error: ")
        .map(|message| message.split_once(", got ").map_or(message, |(expected, _)| expected))
        .filter(|message| !message.contains(['"', '`', '\'']));
    let place = fault.line_column_range().map(|range| validation::position(range.start));
    match expectation {
        Some(expectation) => Violation::parse(&format!("The document is not GraphQL: {expectation}"), place),
        None => Violation::parse("The document is not GraphQL", place),
    }
}
