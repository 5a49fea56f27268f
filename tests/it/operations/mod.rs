//! `docs/operations.md` does what it says: its commands are run on PostgreSQL servers of their own, and what it names is
//! there.

mod alarms;
mod document;
mod drill;
mod site;
