//! Sentences about rules, with actors as clients, on a real PostgreSQL as the app's role.

mod canaries;
mod clinical;
mod consent;
mod conventions;
mod hostile;
mod identity;
mod isolation;
mod operations;
mod people;
mod platform;
mod readme;
mod running;
mod seed;
mod support;
mod tenancy;
mod verify;
mod web;
