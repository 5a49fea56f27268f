//! What tests stand on: a town with a database of its own, and actors who are its clients.

mod actor;
mod database;
mod town;

pub use actor::{Actor, Answer, id};
pub use database::Database;
pub use town::{Tenant, Town};
