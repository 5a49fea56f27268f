//! Clinical: what those who treat a patient write down.

pub mod protected_note;

use async_graphql::MergedObject;

/// What can be asked about clinical records.
#[derive(Default, MergedObject)]
pub struct ClinicalQuery(protected_note::ProtectedNoteQuery);

/// What can be changed about clinical records.
#[derive(Default, MergedObject)]
pub struct ClinicalMutation(protected_note::ProtectedNoteMutation);
