//! People: patients by display code, their identity in the encrypted vault, who treats them.
//!
//! A patient's row tells nothing about who the patient is. Identity hangs under `identity` and leaves only after a
//! decision. Which patients exist for a caller is decided in [`caseload`], in SQL, and nowhere else.

pub mod care_team_member;
pub mod caseload;
pub mod patient;
pub mod patient_creation;
pub mod patient_identity;
pub mod patient_search;
pub mod person_relationship;
pub mod practitioner;

use async_graphql::MergedObject;

/// What can be asked about people.
#[derive(Default, MergedObject)]
pub struct PeopleQuery(patient::PatientQuery, practitioner::PractitionerQuery);

/// What can be changed about people.
#[derive(Default, MergedObject)]
pub struct PeopleMutation(
    patient_creation::PatientCreationMutation,
    patient_identity::PatientIdentityMutation,
    care_team_member::CareTeamMutation,
    person_relationship::PersonRelationshipMutation,
    person_relationship::LegalAuthorityMutation,
);
