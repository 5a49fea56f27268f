//! In what capacity somebody comes to a patient's record: from within the program, in the patient's place, as family, or
//! from another organization.

use chrono::{DateTime, Utc};
use entity::people::person_relationship::LegalAuthority;

use super::{
    PatientFacts, Principal, Shared,
    matching::{binds, in_force},
};

/// In what capacity.
#[derive(Clone, Copy, Debug)]
pub enum Standing {
    /// They work for the program, within a relationship to the patient.
    Inside,
    /// They have legal authority for the patient at this moment.
    Guardian(LegalAuthority),
    /// The patient shares with them.
    Family,
    /// A partner organization that a consent in force names. Referrals will make others.
    Partner,
}

/// The standing of a principal towards a patient who is not themself; `None` is a stranger. `related` says whether they have
/// a relationship from within.
pub fn standing(
    principal: &Principal,
    facts: &PatientFacts,
    related: bool,
    now: DateTime<Utc>,
) -> Option<Standing> {
    if principal.partner.is_some() {
        let named = facts.consents.iter().any(|consent| {
            consent.decision == entity::consent::consent::ConsentDecision::Permit
                && in_force(consent, now)
                && binds(consent, principal, facts, now)
        });
        return named.then_some(Standing::Partner);
    }
    if related {
        return Some(Standing::Inside);
    }
    let authority = principal.person_id.and_then(|person| {
        let known = principal.dependants.iter().any(|dependant| dependant.patient_id == facts.patient_id);
        facts.minority.as_ref().filter(|_| known)?.authority_of(person, now)
    });
    if let Some(authority) = authority {
        return Some(Standing::Guardian(authority));
    }
    shared_with(principal, facts, now).next().map(|_| Standing::Family)
}

/// What the patient shares with the principal at this moment.
pub fn shared_with<'p>(
    principal: &'p Principal,
    facts: &PatientFacts,
    now: DateTime<Utc>,
) -> impl Iterator<Item = &'p Shared> {
    let patient_id = facts.patient_id;
    principal.shared.iter().filter(move |shared| {
        shared.patient_id == patient_id && shared.expires_at.is_none_or(|end| now < end)
    })
}
