//! Clinical records.

mod protected_notes;
