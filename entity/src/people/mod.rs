//! People: the encrypted vault of every human, and the parts they play.

pub mod care_team_member;
pub mod patient;
pub mod person;
pub mod person_relationship;
pub mod person_token;
pub mod practitioner;
