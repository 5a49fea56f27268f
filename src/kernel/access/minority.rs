//! Minors: how old a patient is at a moment, who may speak for them, and what they consent to alone (42 CFR 2.14,
//! 45 CFR 164.502(g)).

use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    DataClass, Id,
    people::{person, person_relationship::LegalAuthority},
    tenancy::policy_terms::{MinorConsentRule, MinorConsentTerms},
};
use serde::Deserialize;

/// What the decision knows of a patient who may be a minor, or for whom somebody else may speak.
#[derive(Clone, Debug, Default)]
pub struct Minority {
    /// The day of birth; unknown is no minor and no adult: nobody speaks for them, and nothing is theirs to consent to as a
    /// minor.
    pub birth_date: Option<NaiveDate>,
    /// The state in which care is given.
    pub state: Option<String>,
    /// Who has verified legal authority, ended or not.
    pub guardians: Vec<GuardianFacts>,
    /// What the organization's policy says.
    pub terms: MinorConsentTerms,
}

/// Somebody with verified legal authority for a patient.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct GuardianFacts {
    /// Who.
    pub person_id: Id<person::Entity>,
    /// As what.
    pub authority: LegalAuthority,
    /// Until when.
    pub ends_at: Option<DateTime<Utc>>,
}

impl Minority {
    /// Full years at a moment. Days begin in UTC, before they do anywhere in the United States: nobody is taken for a minor
    /// who is none.
    pub fn age(&self, at: DateTime<Utc>) -> Option<u32> {
        at.date_naive().years_since(self.birth_date?)
    }

    /// Whether the patient is known to be a minor at this moment.
    pub fn is_minor(&self, at: DateTime<Utc>) -> bool {
        let of_state = self.terms.majorities.iter().find(|one| Some(&one.state) == self.state.as_ref());
        let majority = of_state.map_or(self.terms.age_of_majority, |one| one.age);
        self.age(at).is_some_and(|age| age < u32::from(majority))
    }

    /// The strongest authority with which a person speaks for the patient at this moment: a parent's and a guardian's ends at majority,
    /// a legal representative's does not.
    pub fn authority_of(&self, person: Id<person::Entity>, at: DateTime<Utc>) -> Option<LegalAuthority> {
        let live = self
            .guardians
            .iter()
            .filter(|guardian| guardian.person_id == person && guardian.ends_at.is_none_or(|end| at < end));
        live.map(|guardian| guardian.authority)
            .filter(|authority| *authority != LegalAuthority::None)
            .filter(|authority| *authority == LegalAuthority::LegalRepresentative || self.is_minor(at))
            .max()
    }

    /// Whether the patient, a minor, consents to the services of this class alone at this moment.
    pub fn consents_alone(&self, class: DataClass, at: DateTime<Utc>) -> bool {
        class == DataClass::MinorConfidential && self.is_minor(at)
            || self.rule(class, at).is_some_and(|rule| !rule.parental_consent)
    }

    /// Whether both the minor and somebody with legal authority have to consent to the services of this class.
    pub fn both_consent(&self, class: DataClass, at: DateTime<Utc>) -> bool {
        self.rule(class, at).is_some_and(|rule| rule.parental_consent)
    }

    fn rule(&self, class: DataClass, at: DateTime<Utc>) -> Option<&MinorConsentRule> {
        let age = self.age(at).filter(|_| self.is_minor(at))?;
        self.terms.rules.iter().find(|rule| {
            Some(&rule.state) == self.state.as_ref()
                && rule.service == service_of(class)
                && age >= u32::from(rule.minimum_age)
        })
    }

    /// Whether legal authority by itself opens a class at this moment: a legal representative stands in the patient's place;
    /// a parent or guardian does where the minor could not have consented alone, and never for records of a Part 2 program,
    /// to whose disclosure the minor always consents.
    pub fn opens_to(&self, authority: LegalAuthority, class: DataClass, at: DateTime<Utc>) -> bool {
        match (authority, class) {
            (_, DataClass::PsychotherapyNote | DataClass::SudCounselingNote) | (LegalAuthority::None, _) => {
                false
            }
            (LegalAuthority::LegalRepresentative, _) => true,
            (_, DataClass::Sud | DataClass::MinorConfidential) => false,
            (LegalAuthority::Parent | LegalAuthority::Guardian, _) => !self.consents_alone(class, at),
        }
    }
}

/// The service that notes kept apart are notes of.
const fn service_of(class: DataClass) -> DataClass {
    match class {
        DataClass::PsychotherapyNote => DataClass::MentalHealth,
        DataClass::SudCounselingNote => DataClass::Sud,
        class => class,
    }
}
