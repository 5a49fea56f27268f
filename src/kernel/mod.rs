//! The kernel: what every feature stands on, and the only code that touches the database, keys and clock.
//!
//! | to do this | look here |
//! |---|---|
//! | load, page, reveal, decide from a resolver | [`door`] |
//! | write in a mutation | [`write`](mod@write) |
//! | decide who may see what | [`access`] |
//! | record looks | [`record`] |
//! | let something happen after a commit | [`outbox`] |
//! | begin transactions | [`session`], [`database`] |

pub mod access;
pub mod app;
pub mod clock;
pub mod cluster;
pub mod crypto;
pub mod database;
pub mod disclosure;
pub mod door;
pub mod engine;
pub mod error;
pub mod feature;
pub mod federation;
pub mod graphql;
pub mod limit;
pub mod load;
pub mod outbox;
pub mod page;
pub mod record;
pub mod session;
pub mod sign_in_limit;
pub mod sign_in_policy;
pub mod text;
pub mod viewer;
pub mod write;
