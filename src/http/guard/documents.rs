//! Documents that passed every check, kept for the next request that brings the same bytes.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use apollo_compiler::Schema;
use apollo_compiler::validation::Valid;
use async_graphql::Request;
use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition};
use moka::sync::Cache;
use sha2::{Digest, Sha256};

use super::{Fault, Limits, Parameters, Read, Violation, read, validation, variables};

/// A longer document is checked whenever it comes: clients send few of them, and attackers could send many.
const LONGEST_KEPT: usize = 8 * 1_024;
/// What all kept documents may weigh together, in bytes of memory.
const CAPACITY: u64 = 24 * 1_024 * 1_024;
/// What a parsed document takes for each byte of its text, at most: fields of two letters take 105, what clients send
/// takes 15 to 31.
const WEIGHT_OF_A_BYTE: usize = 112;
/// What a document takes besides.
const WEIGHT_OF_AN_ENTRY: usize = 512;

/// Checks documents against the limits and the schema, and keeps those that passed.
///
/// One for the whole process: what one thread has checked, none checks again. Which documents stay is decided by how
/// often they are asked for, so a flood of new ones does not push out those that clients use.
pub struct Documents {
    limits: Limits,
    schema: Valid<Schema>,
    kept: Cache<[u8; 32], Arc<Kept>>,
}

struct Kept {
    document: ExecutableDocument,
    weight: u32,
}

impl Documents {
    /// Nothing is kept yet. `sdl` is the whole schema that the documents will be executed on.
    ///
    /// # Panics
    ///
    /// When `sdl` is no valid schema: then nothing could be answered.
    #[must_use]
    pub fn new(limits: Limits, sdl: &str) -> Self {
        let kept = Cache::builder().max_capacity(CAPACITY).weigher(|_, kept: &Arc<Kept>| kept.weight).build();
        Self { limits, schema: validation::schema(sdl), kept }
    }

    /// How much a request may bring.
    #[must_use]
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// A document that keeps the limits and is valid, parsed.
    ///
    /// # Errors
    ///
    /// `DOCUMENT_LIMIT_EXCEEDED`, `GRAPHQL_PARSE_FAILED`, or `GRAPHQL_VALIDATION_FAILED` with the places of its faults.
    pub fn parse(&self, document: &str) -> Result<ExecutableDocument, Violation> {
        if document.len() > LONGEST_KEPT {
            return self.check(document);
        }
        let digest = Sha256::digest(document).into();
        if let Some(kept) = self.kept.get(&digest) {
            count("known");
            return Ok(kept.document.clone());
        }
        let parsed = self.check(document)?;
        let weight = document.len() * WEIGHT_OF_A_BYTE + WEIGHT_OF_AN_ENTRY;
        let weight = u32::try_from(weight).unwrap_or(u32::MAX);
        self.kept.insert(digest, Arc::new(Kept { document: parsed.clone(), weight }));
        Ok(parsed)
    }

    /// Makes a request of a document that [`parse`](Self::parse) gave and what was brought with it. Its variables are
    /// those that the operation declares, with defaults for those that were not sent.
    ///
    /// # Errors
    ///
    /// `GRAPHQL_VALIDATION_FAILED` when it is not clear which operation is meant, or when variables do not fit it.
    pub fn request(
        &self,
        document: ExecutableDocument,
        parameters: Parameters,
    ) -> Result<Request, Violation> {
        let Parameters { query, operation_name, variables, extensions } = parameters;
        let operation = chosen(&document, operation_name.as_deref())?;
        let variables = variables::coerce(&self.schema, operation, variables)?;
        let mut request = Request::new(query).variables(variables);
        request.operation_name = operation_name;
        request.extensions = extensions;
        request.set_parsed_query(document);
        Ok(request)
    }

    fn check(&self, document: &str) -> Result<ExecutableDocument, Violation> {
        let checked = read(document, &self.limits).and_then(|Read { parsed, executable }| {
            validation::check(document, &parsed, &self.schema)?;
            Ok(executable)
        });
        count(if checked.is_ok() { "checked" } else { "refused" });
        checked
    }
}

/// Counts documents by how they were met. When most are checked and few known, the cache is too small or clients write
/// values into their documents.
fn count(outcome: &'static str) {
    metrics::counter!("consentry_documents_total", "outcome" => outcome).increment(1);
}

/// The operation that is executed.
fn chosen<'d>(
    document: &'d ExecutableDocument,
    name: Option<&str>,
) -> Result<&'d OperationDefinition, Violation> {
    let (operation, otherwise) = match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => (Some(operation), ""),
        (DocumentOperations::Single(_), Some(_)) => {
            (None, "`operationName` names an operation, but the only one of the document has no name")
        }
        (DocumentOperations::Multiple(operations), Some(name)) => {
            (operations.get(name), "the document has no operation of the name in `operationName`")
        }
        (DocumentOperations::Multiple(operations), None) if operations.len() == 1 => {
            (operations.values().next(), "")
        }
        (DocumentOperations::Multiple(_), None) => {
            (None, "the document has several operations: name the one to execute in `operationName`")
        }
    };
    operation
        .map(|operation| &operation.node)
        .ok_or_else(|| Violation::invalid(vec![Fault::new(otherwise, None)]))
}
