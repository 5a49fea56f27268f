//! Documents that passed every check, kept for the next request that brings the same bytes.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use apollo_compiler::Schema;
use apollo_compiler::validation::Valid;
use async_graphql::Request;
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, OperationDefinition, OperationType,
};
use moka::sync::Cache;
use sha2::{Digest, Sha256};

use super::cost::Prices;
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
    document: Document,
    weight: u32,
}

/// A document that keeps the limits and is valid on the schema.
#[derive(Clone, Debug)]
pub struct Document {
    executable: ExecutableDocument,
    prices: Arc<Prices>,
    digest: [u8; 32],
}

impl Document {
    /// The document as it is executed.
    pub const fn executable(&self) -> &ExecutableDocument {
        &self.executable
    }
}

/// A request that may be executed, as far as it can be known before anybody is believed.
#[derive(Debug)]
pub struct Checked {
    /// The request; its document is parsed.
    pub request: Request,
    /// The SHA-256 of the document's text.
    pub digest: [u8; 32],
    /// What the operation costs at the most, in points; within the limit.
    pub cost: u64,
    /// `query` or `mutation`.
    pub operation: &'static str,
    /// Whether the document asks what the schema is, beyond `__typename`.
    pub introspects: bool,
    /// Whether the document asks which features are on.
    pub asks_features: bool,
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

    /// A document that keeps the limits and is valid, parsed and priced.
    ///
    /// # Errors
    ///
    /// `DOCUMENT_LIMIT_EXCEEDED`, `GRAPHQL_PARSE_FAILED`, or `GRAPHQL_VALIDATION_FAILED` with the places of its faults.
    pub fn parse(&self, document: &str) -> Result<Document, Violation> {
        let digest = Sha256::digest(document).into();
        if document.len() > LONGEST_KEPT {
            return self.check(document, digest);
        }
        if let Some(kept) = self.kept.get(&digest) {
            count("known");
            return Ok(kept.document.clone());
        }
        let parsed = self.check(document, digest)?;
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
    /// `GRAPHQL_VALIDATION_FAILED` when it is not clear which operation is meant, or when variables do not fit it;
    /// `QUERY_TOO_COMPLEX` when it would cost more than the limit.
    pub fn request(&self, document: Document, parameters: Parameters) -> Result<Checked, Violation> {
        let Parameters { query, operation_name, variables, extensions, document_id: _ } = parameters;
        let Document { executable: document, prices, digest } = document;
        let operation = chosen(&document, operation_name.as_deref())?;
        let kind = match operation.ty {
            OperationType::Query => "query",
            OperationType::Mutation => "mutation",
            OperationType::Subscription => "subscription",
        };
        let variables = variables::coerce(&self.schema, operation, variables)?;
        let cost = prices.cost(operation_name.as_deref(), &variables);
        if cost > self.limits.cost {
            return Err(Violation::too_complex(cost, self.limits.cost));
        }
        let mut request = Request::new(query).variables(variables);
        request.operation_name = operation_name;
        request.extensions = extensions;
        request.set_parsed_query(document);
        let Prices { introspects, asks_features, .. } = *prices;
        Ok(Checked { request, digest, cost, operation: kind, introspects, asks_features })
    }

    fn check(&self, document: &str, digest: [u8; 32]) -> Result<Document, Violation> {
        let checked = read(document, &self.limits).and_then(|Read { parsed, executable }| {
            validation::check(document, &parsed, &self.schema)?;
            let prices = Arc::new(Prices::of(&executable, &self.schema));
            Ok(Document { executable, prices, digest })
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
