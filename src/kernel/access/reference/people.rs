//! Who somebody is to a patient.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use entity::{
    DataClass, Id,
    consent::{access_approval, break_glass_event, consent::ConsentDecision, purpose::Purpose},
    identity::permission::Permission,
    people::{person, person_relationship::LegalAuthority},
    tenancy::policy_terms::MinorConsentRule,
};

use super::{
    super::{Action, Ask, PatientFacts, Principal, Subject},
    consents::{is_in_force, names},
};

/// As whom somebody asks who is not the patient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Whoever works for the program and has to do with the patient.
    Inside,
    /// Somebody with legal authority for the patient.
    Guardian(LegalAuthority),
    /// Somebody with whom the patient shares as with family.
    Family,
    /// A partner of the tenant whom the patient named.
    Partner,
    /// Everybody else.
    Stranger,
}

/// Psychotherapy notes and SUD counseling notes are kept apart from the record.
pub fn is_kept_apart(class: DataClass) -> bool {
    class == DataClass::PsychotherapyNote || class == DataClass::SudCounselingNote
}

/// Whoever has a role of the workforce works for the program; a partner does not.
pub fn works_for_the_program(principal: &Principal) -> bool {
    principal.partner.is_none() && principal.is_workforce()
}

/// As whom the principal asks about this patient.
pub fn part_of(
    principal: &Principal,
    facts: &PatientFacts,
    ask: Ask,
    purpose: Purpose,
    permissions: &[Vec<Permission>],
    now: DateTime<Utc>,
) -> Part {
    if principal.partner.is_some() {
        // A partner knows of a patient when some consent in force names its organization, or one above it.
        for consent in &facts.consents {
            if consent.decision == ConsentDecision::Permit
                && is_in_force(consent, now)
                && names(principal, facts, consent, now)
            {
                return Part::Partner;
            }
        }
        return Part::Stranger;
    }
    if is_in_reach(principal, facts, ask, permissions, now)
        || is_of_compliance(principal, ask, purpose, permissions)
        || may_break_the_glass(principal, facts, ask)
        || approval_for(principal, facts, ask, purpose, now).is_some()
    {
        return Part::Inside;
    }
    if let Some(authority) = authority_over(principal, facts, now) {
        return Part::Guardian(authority);
    }
    for shared in &principal.shared {
        if shared.patient_id == facts.patient_id && shared.expires_at.is_none_or(|end| now < end) {
            return Part::Family;
        }
    }
    Part::Stranger
}

/// A place on the care team at this moment, one's own or that of somebody whom one supervises.
pub fn treats(principal: &Principal, facts: &PatientFacts, or_supervises: bool, now: DateTime<Utc>) -> bool {
    for member in &facts.team {
        let begun = member.starts_at <= now;
        let ended = member.ends_at.is_some_and(|end| now >= end);
        if !begun || ended {
            continue;
        }
        if principal.practitioner_id == Some(member.practitioner_id) {
            return true;
        }
        if or_supervises && principal.supervisees.contains(&member.practitioner_id) {
            return true;
        }
    }
    false
}

/// Every permission that it takes reaches the patient: because one treats them, or works where they are served. Supervisors
/// reach whom their supervisees treat, to see and to search, never for notes kept apart.
fn is_in_reach(
    principal: &Principal,
    facts: &PatientFacts,
    ask: Ask,
    permissions: &[Vec<Permission>],
    now: DateTime<Utc>,
) -> bool {
    let supervises =
        (ask.action == Action::View || ask.action == Action::Search) && !is_kept_apart(ask.class);
    let treats = treats(principal, facts, supervises, now);
    for any_of in permissions {
        let mut reached = false;
        for permission in any_of {
            let Some(extent) = principal.permissions.get(permission) else { continue };
            let served_at_their_place =
                facts.location_id.is_some_and(|location| extent.locations.contains(&location));
            let treated_at_their_place =
                facts.location_id.is_some_and(|location| extent.caseload_at.contains(&location));
            if served_at_their_place
                || (treats && (extent.tenant || extent.caseload || treated_at_their_place))
            {
                reached = true;
            }
        }
        if !reached {
            return false;
        }
    }
    true
}

/// Compliance has to do with everybody's consents and records of looks, for audit and evaluation.
fn is_of_compliance(
    principal: &Principal,
    ask: Ask,
    purpose: Purpose,
    permissions: &[Vec<Permission>],
) -> bool {
    if ask.subject == Subject::Health
        || purpose != Purpose::AuditEvaluation
        || !works_for_the_program(principal)
    {
        return false;
    }
    for any_of in permissions {
        let everywhere = any_of
            .iter()
            .any(|permission| principal.permissions.get(permission).is_some_and(|extent| extent.tenant));
        if !everywhere {
            return false;
        }
    }
    true
}

/// Whoever may break the glass has to do with those who have an emergency: everywhere, or where they work.
fn may_break_the_glass(principal: &Principal, facts: &PatientFacts, ask: Ask) -> bool {
    if ask.subject != Subject::AccessRecord || ask.action != Action::Write {
        return false;
    }
    let Some(extent) = principal.permissions.get(&Permission::BreakGlassInvoke) else { return false };
    extent.tenant || facts.location_id.is_some_and(|location| extent.locations.contains(&location))
}

/// An open emergency of the workforce: it opens the view of the classes that it names, of health, of that patient; the
/// identity of a patient of a Part 2 program is identity still. Never notes kept apart, nor what a minor keeps to themself,
/// nor anything for a proceeding.
pub fn emergency_for(
    principal: &Principal,
    facts: &PatientFacts,
    ask: Ask,
    purpose: Purpose,
    now: DateTime<Utc>,
) -> Option<Id<break_glass_event::Entity>> {
    if !works_for_the_program(principal) || ask.action != Action::View || ask.subject != Subject::Health {
        return None;
    }
    if is_kept_apart(ask.class)
        || ask.class == DataClass::MinorConfidential
        || purpose == Purpose::LegalProceeding
    {
        return None;
    }
    for emergency in &principal.emergencies {
        if emergency.patient_id != facts.patient_id || now >= emergency.expires_at {
            continue;
        }
        let names_it = emergency.data_classes.contains(&ask.class);
        let is_identity = ask.floor == DataClass::Directory
            && emergency.data_classes.contains(&DataClass::Directory)
            && ask.class <= DataClass::Sud;
        if names_it || is_identity {
            return Some(emergency.id);
        }
    }
    None
}

/// What compliance approved for somebody of the workforce: to see or to export, for that purpose, of that class, in its
/// time. Never notes kept apart.
pub fn approval_for(
    principal: &Principal,
    facts: &PatientFacts,
    ask: Ask,
    purpose: Purpose,
    now: DateTime<Utc>,
) -> Option<Id<access_approval::Entity>> {
    if !works_for_the_program(principal) || ask.subject != Subject::Health || is_kept_apart(ask.class) {
        return None;
    }
    if ask.action != Action::View && ask.action != Action::Export {
        return None;
    }
    for approval in &principal.approvals {
        if approval.patient_id == facts.patient_id
            && approval.purpose == purpose
            && approval.data_classes.contains(&ask.class)
            && approval.valid_from <= now
            && now < approval.valid_to
        {
            return Some(approval.id);
        }
    }
    None
}

/// How old the patient is on the day of `at` in UTC, in full years; unknown without a day of birth.
fn age(facts: &PatientFacts, at: DateTime<Utc>) -> Option<i32> {
    let born: NaiveDate = facts.minority.as_ref()?.birth_date?;
    let day = at.date_naive();
    let years = day.year() - born.year();
    let had_birthday = (day.month(), day.day()) >= (born.month(), born.day());
    Some(if had_birthday { years } else { years - 1 }).filter(|years| *years >= 0)
}

/// The patient is a minor when younger than their state's age of majority. Without a day of birth nobody knows.
fn is_minor(facts: &PatientFacts, at: DateTime<Utc>) -> bool {
    let Some(minority) = &facts.minority else { return false };
    let Some(age) = age(facts, at) else { return false };
    let mut majority = minority.terms.age_of_majority;
    for other in &minority.terms.majorities {
        if Some(&other.state) == minority.state.as_ref() {
            majority = other.age;
        }
    }
    age < i32::from(majority)
}

/// The strongest authority with which this person speaks for the patient at this moment: a parent or guardian for a minor, a
/// legal representative for anybody.
fn authority_of(
    facts: &PatientFacts,
    person: Option<Id<person::Entity>>,
    at: DateTime<Utc>,
) -> Option<LegalAuthority> {
    let mut strongest = None;
    for guardian in &facts.minority.as_ref()?.guardians {
        let lives = match guardian.authority {
            LegalAuthority::None => false,
            LegalAuthority::Parent | LegalAuthority::Guardian => is_minor(facts, at),
            LegalAuthority::LegalRepresentative => true,
        };
        let ended = guardian.ends_at.is_some_and(|end| at >= end);
        if Some(guardian.person_id) == person && lives && !ended {
            strongest = strongest.max(Some(guardian.authority));
        }
    }
    strongest
}

fn authority_over(principal: &Principal, facts: &PatientFacts, now: DateTime<Utc>) -> Option<LegalAuthority> {
    if !principal.dependants.iter().any(|dependant| dependant.patient_id == facts.patient_id) {
        return None;
    }
    principal.person_id?;
    authority_of(facts, principal.person_id, now)
}

/// Whether this person speaks for the patient at this moment.
pub fn speaks_for(facts: &PatientFacts, person: Option<Id<person::Entity>>, at: DateTime<Utc>) -> bool {
    person.is_some() && authority_of(facts, person, at).is_some()
}

/// The rule of the state for a minor of this age and the services of a class. Notes are notes of the service.
fn rule_for(facts: &PatientFacts, class: DataClass, at: DateTime<Utc>) -> Option<&MinorConsentRule> {
    let minority = facts.minority.as_ref()?;
    if !is_minor(facts, at) {
        return None;
    }
    let service = match class {
        DataClass::PsychotherapyNote => DataClass::MentalHealth,
        DataClass::SudCounselingNote => DataClass::Sud,
        _ => class,
    };
    for rule in &minority.terms.rules {
        if Some(&rule.state) == minority.state.as_ref()
            && rule.service == service
            && age(facts, at)? >= i32::from(rule.minimum_age)
        {
            return Some(rule);
        }
    }
    None
}

/// The minor consents alone: where the state says so, and to what they keep to themself.
pub fn consents_alone(facts: &PatientFacts, class: DataClass, at: DateTime<Utc>) -> bool {
    if class == DataClass::MinorConfidential {
        return is_minor(facts, at);
    }
    rule_for(facts, class, at).is_some_and(|rule| !rule.parental_consent)
}

/// The state wants the minor's consent and that of somebody who speaks for them.
pub fn both_have_to_consent(facts: &PatientFacts, class: DataClass, at: DateTime<Utc>) -> bool {
    rule_for(facts, class, at).is_some_and(|rule| rule.parental_consent)
}

/// A legal representative stands in the patient's place. A parent or guardian does where the minor could not have consented
/// alone, and never for what a Part 2 program records or what the minor keeps to themself. Nobody does for notes.
pub fn authority_opens(
    facts: &PatientFacts,
    authority: LegalAuthority,
    class: DataClass,
    at: DateTime<Utc>,
) -> bool {
    if is_kept_apart(class) {
        return false;
    }
    match authority {
        LegalAuthority::None => false,
        LegalAuthority::LegalRepresentative => true,
        LegalAuthority::Parent | LegalAuthority::Guardian => {
            class != DataClass::Sud
                && class != DataClass::MinorConfidential
                && !consents_alone(facts, class, at)
        }
    }
}
