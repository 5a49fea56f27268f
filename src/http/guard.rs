//! What must hold of a request before anything else sees its document.
//!
//! The parser recurses over nested literals without a limit, and the validator walks every fragment as often as
//! it is spread: a few kilobytes from an anonymous caller could end the process or hold a core for minutes. So
//! the order here is part of the protection, and every step is linear in the bytes:
//!
//! 1. `json` counts the values and the nesting of the body, before any of it is built;
//! 2. `tokens` counts the tokens and the nesting of the document, before it is parsed;
//! 3. the document is parsed once;
//! 4. `shape` measures what the document becomes with its fragments expanded, without expanding them.

mod json;
mod shape;
#[cfg(test)]
mod tests;
mod tokens;

use crate::kernel::error::ErrorCode;
use async_graphql::parser::types::ExecutableDocument;
use async_graphql::parser::{Error as ParseError, parse_query};
use async_graphql::{Extensions, Pos, Request, Variables};
use serde::Deserialize;

/// The longest message a caller is answered with; what a document says of itself may be as long as the document.
const LONGEST_MESSAGE: usize = 300;

/// How much of everything a single request may bring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the body.
    pub body: usize,
    /// Tokens of the document; a comment counts as one.
    pub tokens: usize,
    /// How deep `{`, `[` and `(` may nest in the document.
    pub nesting: usize,
    /// Characters of a single name. The validator compares unknown names with every known one.
    pub name: usize,
    /// Bytes of all comments. They are the dearest of all bytes: the parser reads a comment anew for everything
    /// that might follow it.
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
    /// Selections of all operations together, fragments expanded.
    pub selections: usize,
    /// How deep fields may nest beneath `__schema` and `__type`.
    pub introspection_depth: usize,
    /// What introspection may cost: selections, each list above them taken as ten items and `types` as a hundred.
    /// The standard introspection query costs some 490,000.
    pub introspection_cost: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 65_536,
            tokens: 2_000,
            nesting: 48,
            name: 256,
            comments: 8_192,
            variables_depth: 32,
            variables_nodes: 5_000,
            aliases: 30,
            root_fields: 20,
            depth: 15,
            selections: 10_000,
            introspection_depth: 24,
            introspection_cost: 1_000_000,
        }
    }
}

/// Why a request was refused before it was executed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Violation {
    /// The machine-readable reason, `extensions.code` of the answer.
    pub code: ErrorCode,
    /// What is wrong and what to do about it, at most 300 characters.
    pub message: String,
}

impl Violation {
    /// The request is more than one of the limits allows; `excess` is the subject and verb of the sentence.
    fn limit(excess: &str, value: usize, what: &str, remedy: &str) -> Self {
        Self::new(
            ErrorCode::DocumentLimitExceeded,
            &format!("{excess} more than the limit of {value} {what}. {remedy}"),
        )
    }

    /// The document is not GraphQL, and this is where that shows.
    fn parse(reason: &str, place: Option<Pos>) -> Self {
        let place = match place {
            Some(Pos { line, column }) => format!(" (line {line}, column {column})."),
            None => ".".to_owned(),
        };
        let reason = bounded(reason, LONGEST_MESSAGE - place.len());
        Self { code: ErrorCode::GraphqlParseFailed, message: format!("{reason}{place}") }
    }

    /// The body is not a GraphQL request.
    pub(super) fn bad_request(message: &str) -> Self {
        Self::new(ErrorCode::BadRequest, message)
    }

    /// The body is longer than the cap.
    pub(super) fn payload_too_large(limits: &Limits) -> Self {
        Self::new(
            ErrorCode::PayloadTooLarge,
            &format!(
                "The request is longer than the limit of {} bytes. Send less at once, or split it.",
                limits.body
            ),
        )
    }

    fn new(code: ErrorCode, message: &str) -> Self {
        Self { code, message: bounded(message, LONGEST_MESSAGE) }
    }
}

/// The members of a request, as the GraphQL-over-HTTP specification names them; others are ignored.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Parameters {
    query: Option<String>,
    operation_name: Option<String>,
    #[serde(default)]
    variables: Variables,
    #[serde(default)]
    extensions: Extensions,
}

/// Reads a request from a JSON body; its document is checked and already parsed.
pub fn read_body(body: &[u8], limits: &Limits) -> Result<Request, Violation> {
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
    let parameters = serde_json::from_slice(body).map_err(|error| malformed("body", &error))?;
    into_request(parameters, limits)
}

/// Reads a request from the parameters of a URL, already percent-decoded; `variables` and `extensions` are JSON.
pub fn read_parameters(
    query: Option<String>,
    operation_name: Option<String>,
    variables: Option<&str>,
    extensions: Option<&str>,
    limits: &Limits,
) -> Result<Request, Violation> {
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
    into_request(Parameters { query, operation_name, variables, extensions }, limits)
}

/// Parses a document once, if its bytes and its shape keep the limits.
pub fn parse(document: &str, limits: &Limits) -> Result<ExecutableDocument, Violation> {
    tokens::scan(document, limits)?;
    let parsed = parse_query(document).map_err(|error| not_graphql(&error))?;
    shape::check(&parsed, limits)?;
    Ok(parsed)
}

fn into_request(parameters: Parameters, limits: &Limits) -> Result<Request, Violation> {
    let Some(query) = parameters.query else {
        return Err(Violation::bad_request(
            "The parameter `query` is missing. It holds the GraphQL document.",
        ));
    };
    let document = parse(&query, limits)?;
    let mut request = Request::new(query).variables(parameters.variables);
    // The specification lets an empty name stand for no name; executed as it is, no operation would bear it.
    request.operation_name = parameters.operation_name.filter(|name| !name.is_empty());
    request.extensions = parameters.extensions;
    request.set_parsed_query(document);
    Ok(request)
}

/// Says where the JSON is wrong. The library's own sentence quotes values, which may be about patients.
fn malformed(what: &str, error: &serde_json::Error) -> Violation {
    let reason = if error.is_data() {
        "does not fit: `query` is a string, `operationName` a string or null, `variables` and `extensions` are \
         objects or null, and none of them stands twice"
    } else {
        "is not well-formed JSON"
    };
    let (line, column) = (error.line(), error.column());
    Violation::bad_request(&format!("The {what} {reason} (line {line}, column {column})."))
}

/// Says where the document is wrong. The library's own sentence quotes the whole line, however long it is.
fn not_graphql(error: &ParseError) -> Violation {
    let reason = match error {
        ParseError::Syntax { message, .. } => match message.rsplit_once("  = ") {
            Some((_, expectation)) => format!("The document is not GraphQL: {expectation}"),
            None => "The document is not GraphQL".to_owned(),
        },
        other => format!("The document is not GraphQL: {other}"),
    };
    Violation::parse(&reason, error.positions().next())
}

/// The beginning of a text, cut at a character and marked as cut.
fn bounded(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    text.chars().take(longest - 1).chain(['…']).collect()
}
