//! tenancy.
