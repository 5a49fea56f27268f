//! What callers may use beyond what they may see: how much in a time, and which documents.
//!
//! What a single request may cost is known before anybody is believed, and stands in [`crate::http::guard`]. Here is what
//! depends on who calls.

mod account;
mod documents;
mod lease;
mod policy;
mod spending;
#[cfg(test)]
mod tests;

pub use account::Budget;
pub use documents::{TrustedDocuments, built_in};
pub use policy::{CallerKind, DocumentMode, Introspection, Policies};
pub use spending::{Spending, Spent};
