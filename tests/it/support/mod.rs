//! What tests stand on: a town with a database of its own, and actors who are its clients.

mod actor;
mod database;
mod evidence;
pub mod family;
mod issuer;
mod node;
pub mod partner;
mod pgbouncer;
mod plans;
mod privacy;
mod provider;
mod server;
mod town;
mod wire;

pub use actor::{Actor, Answer, id};
pub use database::{Database, options};
pub use evidence::Evidence;
pub use issuer::{Issuer, SigningKey, compact};
pub use node::{node, web};
pub use pgbouncer::PgBouncer;
pub use plans::{Plan, Plans};
pub use provider::{Browser, Provider, SECRET};
pub use server::{Received, Request, Server, connect};
pub use town::{KEY, PUBLIC_URL, Tenant, Town, dawn};
pub use wire::Wire;

/// An id that no row has: the same in every run.
pub const NOBODYS: uuid::Uuid = uuid::Uuid::from_u128(0x0192_6b3e_7d4c_7a50_8f2e_5b1c_9d0a_6e77);
