//! Attacks as data: what is sent, and how it ends. The tests ask whether it ends so, the benchmark how soon.
//!
//! `known_from` names the collection an attack was taken from; the others were found while the guard was written.

mod arguments;
mod floods;
mod fragments;
mod headers;
mod introspection;
mod json;
mod lexical;
mod literals;
mod operations;
mod selections;
mod variables;

use serde_json::{Value, json};

/// One request of somebody hostile.
#[derive(Clone, Debug)]
pub struct Attack {
    /// What it tries.
    pub name: &'static str,
    /// Which collection of attacks it comes from, and its name there.
    pub known_from: Option<&'static str>,
    /// Headers besides those of a well-behaved client, or in their place.
    pub headers: Vec<(&'static str, Vec<u8>)>,
    /// The body.
    pub body: Vec<u8>,
    /// How it ends.
    pub end: End,
}

/// How an attack ends.
#[derive(Clone, Copy, Debug)]
pub enum End {
    /// Nothing is executed, whoever asks: the code of every error, and a word of the first that says why.
    Refused(&'static str, &'static str),
    /// It reaches a resolver, which refuses it: the code of every error for a caller with the permission.
    Failed(&'static str),
    /// It is legal, and answered without an error.
    Answered,
    /// It is legal, and a mutation says by this code in `userErrors` why it does nothing.
    Declined(&'static str),
}

pub const LIMIT: &str = "DOCUMENT_LIMIT_EXCEEDED";
pub const PARSE: &str = "GRAPHQL_PARSE_FAILED";
pub const VALIDATION: &str = "GRAPHQL_VALIDATION_FAILED";
pub const BAD_REQUEST: &str = "BAD_REQUEST";
pub const BAD_INPUT: &str = "BAD_USER_INPUT";

impl Attack {
    /// Any bytes as the body.
    pub fn bytes(name: &'static str, body: impl Into<Vec<u8>>, end: End) -> Self {
        Self { name, known_from: None, headers: Vec::new(), body: body.into(), end }
    }

    /// A document without variables.
    pub fn document(name: &'static str, document: impl Into<String>, end: End) -> Self {
        Self::request(name, json!({ "query": document.into() }), end)
    }

    /// A whole request.
    pub fn request(name: &'static str, request: Value, end: End) -> Self {
        Self::bytes(name, request.to_string(), end)
    }

    /// The same attack with a header.
    pub fn header(mut self, name: &'static str, value: impl Into<Vec<u8>>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The same attack, and where it is known from.
    pub fn from(self, collection: &'static str) -> Self {
        Self { known_from: Some(collection), ..self }
    }
}

/// Every attack there is.
pub fn all() -> Vec<Attack> {
    [
        literals::attacks(),
        selections::attacks(),
        fragments::attacks(),
        floods::attacks(),
        lexical::attacks(),
        variables::attacks(),
        json::attacks(),
        operations::attacks(),
        introspection::attacks(),
        arguments::attacks(),
        headers::attacks(),
    ]
    .concat()
}

/// `count` pieces, each made from its number.
fn many(count: usize, piece: impl Fn(usize) -> String) -> String {
    (0..count).map(piece).collect()
}
