//! Conventions as tests: each sweeps the whole schema, the whole catalog or every entity, so that whatever is added
//! later is covered without a word about it here.

mod classification;
pub mod documents;
mod entities;
mod every_path;
mod isolation;
mod migrations;
mod null_propagation;
mod permissions;
mod record_of_looks;
mod role_matrix;
pub mod rows;
pub mod schema_walk;
mod sdl;
mod statement_budget;
mod tables;
