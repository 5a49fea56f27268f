//! What frontends build on: the generated hooks, four clients against the running server, and a schema that keeps its word.

mod clients;
mod generated;
mod schema;
