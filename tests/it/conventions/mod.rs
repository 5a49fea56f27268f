//! conventions.
