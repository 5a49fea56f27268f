//! Why a request was refused before it was executed.

use async_graphql::{Pos, ServerError};

use super::Limits;
use crate::kernel::error::ErrorCode;

/// The longest message a caller is answered with; what a document says of itself may be as long as the document.
pub(super) const LONGEST_MESSAGE: usize = 300;
/// How many faults of one document are listed: a document of a thousand unknown fields has a thousand.
pub(super) const MOST_FAULTS: usize = 50;

/// Why a request was refused before it was executed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Violation {
    /// The machine-readable reason, `extensions.code` of the answer.
    pub code: ErrorCode,
    /// What is wrong and what to do about it, at most 300 characters.
    pub message: String,
    /// Where the document or its variables do not fit the schema, at most 50 places; else empty. The first says
    /// what `message` says.
    pub faults: Vec<Fault>,
}

/// One place where a document or its variables do not fit the schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong, at most 300 characters. Names of types, fields and arguments stand in it, and never a value:
    /// that may be about a patient.
    pub message: String,
    /// Where in the document; columns count characters.
    pub place: Option<Pos>,
}

impl Fault {
    pub(super) fn new(message: &str, place: Option<Pos>) -> Self {
        Self { message: bounded(message, LONGEST_MESSAGE), place }
    }
}

impl Violation {
    /// The document or its variables do not fit the schema; there is at least one fault.
    pub(super) fn invalid(mut faults: Vec<Fault>) -> Self {
        faults.truncate(MOST_FAULTS);
        let message = faults.first().map(|fault| fault.message.clone()).unwrap_or_default();
        Self { code: ErrorCode::GraphqlValidationFailed, message, faults }
    }

    /// The request is more than one of the limits allows; `excess` is the subject and verb of the sentence.
    pub(super) fn limit(excess: &str, value: usize, what: &str, remedy: &str) -> Self {
        Self::new(
            ErrorCode::DocumentLimitExceeded,
            &format!("{excess} more than the limit of {value} {what}. {remedy}"),
        )
    }

    /// The operation could cost more than one request may.
    pub(super) fn too_complex(cost: u64, limit: u64) -> Self {
        Self::new(
            ErrorCode::QueryTooComplex,
            &format!(
                "The operation costs up to {cost} points, more than the limit of {limit}. Ask for smaller pages with \
                 `first`, or for lists within lists in several requests."
            ),
        )
    }

    /// The faults as errors of an answer.
    pub fn into_errors(self) -> Vec<ServerError> {
        let error = |message: String, place: Option<Pos>| {
            let mut error = ServerError::new(message, place);
            error.extensions.get_or_insert_default().set("code", self.code.name());
            error
        };
        if self.faults.is_empty() {
            return vec![error(self.message, None)];
        }
        self.faults.into_iter().map(|fault| error(fault.message, fault.place)).collect()
    }

    /// The document is not GraphQL, and this is where that shows.
    pub(super) fn parse(reason: &str, place: Option<Pos>) -> Self {
        let place = match place {
            Some(Pos { line, column }) => format!(" (line {line}, column {column})."),
            None => ".".to_owned(),
        };
        let reason = bounded(reason, LONGEST_MESSAGE - place.len());
        Self { code: ErrorCode::GraphqlParseFailed, message: format!("{reason}{place}"), faults: Vec::new() }
    }

    /// The body is not a GraphQL request.
    pub(in crate::http) fn bad_request(message: &str) -> Self {
        Self::new(ErrorCode::BadRequest, message)
    }

    /// The body is longer than the cap.
    pub(in crate::http) fn payload_too_large(limits: &Limits) -> Self {
        Self::new(
            ErrorCode::PayloadTooLarge,
            &format!(
                "The request is longer than the limit of {} bytes. Send less at once, or split it.",
                limits.body
            ),
        )
    }

    pub(super) fn new(code: ErrorCode, message: &str) -> Self {
        Self { code, message: bounded(message, LONGEST_MESSAGE), faults: Vec::new() }
    }
}

/// The beginning of a text, cut at a character and marked as cut.
fn bounded(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    text.chars().take(longest - 1).chain(['…']).collect()
}
