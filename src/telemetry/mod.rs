//! What the running server tells of itself: a log, metrics and traces.
//!
//! None of them holds a document, a variable, a name, a token, an id of a row or anything that a tenant chose. Labels and
//! attributes come from closed lists; the one text of a caller's is the request id, which is checked before it is taken.

mod log;
pub mod metrics;
pub mod traces;

pub use log::start;
