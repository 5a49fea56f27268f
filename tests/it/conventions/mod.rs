//! Conventions as tests: each sweeps the whole schema, the whole catalog or every entity, so that whatever is added
//! later is covered without a word about it here.

mod classification;
mod entities;
mod isolation;
mod permissions;
mod rows;
mod schema_walk;
mod sdl;
mod tables;
