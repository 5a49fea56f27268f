//! Clinical: cases, visits and notes.

pub mod protected_note;
