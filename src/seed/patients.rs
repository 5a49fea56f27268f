//! Who the demo patients are. Nobody here is anybody: phone numbers are of the range kept for fiction (555-01xx),
//! addresses of mail end in example.org, and the social security numbers were never anyone's.

mod clinics;
mod recovery;

use entity::people::patient::PatientStatus;

use super::consents::Story;

pub(super) use clinics::CLINICS;
pub(super) use recovery::RECOVERY;

/// A demo patient.
pub(super) struct Patient {
    /// Missing when the patient is known by the display code alone.
    pub identity: Option<Identity>,
    pub status: PatientStatus,
    /// The position of the place that serves the patient.
    pub place: usize,
    /// Logins of practitioners, and what each does; intake joins by itself.
    pub team: &'static [(&'static str, &'static str)],
    pub story: Story,
    /// The login of the patient's own user.
    pub login: Option<&'static str>,
}

/// Who a patient is.
pub(super) struct Identity {
    pub given_name: &'static str,
    pub middle_name: Option<&'static str>,
    pub family_name: &'static str,
    pub preferred_name: Option<&'static str>,
    pub birth_date: &'static str,
    pub gender: Option<&'static str>,
    pub pronouns: Option<&'static str>,
    pub languages: &'static [&'static str],
    pub phone: &'static str,
    pub email: Option<&'static str>,
    pub ssn: Option<&'static str>,
    /// Street, city, state and ZIP code.
    pub address: (&'static str, &'static str, &'static str, &'static str),
    /// Name, phone number and relationship.
    pub emergency_contact: (&'static str, &'static str, &'static str),
}

const CLINICIAN: &[(&str, &str)] = &[("practitioner", "PRIMARY")];
const HOUSE: &[(&str, &str)] =
    &[("practitioner", "PRIMARY"), ("supervisor", "SUPERVISOR"), ("house-staff", "COORDINATOR")];
const SUPERVISED: &[(&str, &str)] = &[("practitioner", "PRIMARY"), ("supervisor", "SUPERVISOR")];
const TWO_CLINICIANS: &[(&str, &str)] = &[("practitioner", "PRIMARY"), ("practitioner-2", "ASSISTANT")];
const OTHER_CLINICIAN: &[(&str, &str)] = &[("practitioner-2", "PRIMARY"), ("specialist", "ASSISTANT")];
