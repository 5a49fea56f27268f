//! Made-up patients.

use chrono::{Datelike, Months, NaiveDate, TimeDelta};
use entity::{
    DataClass,
    people::person_relationship::LegalAuthority,
    tenancy::policy_terms::{MinorConsentRule, MinorConsentTerms, StateMajority},
};
use sea_orm::Iterable;
use uuid::Uuid;

use super::{
    super::{GuardianFacts, Minority, PatientFacts, TeamFacts},
    Chance, LOCATION, PATIENT, PERSON, PRACTITIONER, TENANT, begun, class, consents, end, first, id, now,
};

pub(super) fn patient(chance: &mut Chance) -> PatientFacts {
    let consents = chance.below(7);
    PatientFacts {
        patient_id: first(PATIENT),
        tenant_id: if chance.of(99, 100) { TENANT } else { Uuid::from_u128(8) },
        person_id: first(PERSON),
        label: match chance.below(6) {
            0..=2 => DataClass::Directory,
            3 | 4 => DataClass::Sud,
            _ => class(chance),
        },
        location_id: chance.of(3, 4).then(|| id(chance, LOCATION)),
        team: (0..chance.below(4)).map(|_| member(chance)).collect(),
        consents: (0..consents).map(|number| consents::consent(chance, number)).collect(),
        internal_use: chance.of(1, 5),
        minority: chance.of(3, 4).then(|| minority(chance)),
        keys: Vec::new(),
    }
}

fn member(chance: &mut Chance) -> TeamFacts {
    TeamFacts { practitioner_id: id(chance, PRACTITIONER), starts_at: begun(chance), ends_at: end(chance) }
}

fn minority(chance: &mut Chance) -> Minority {
    Minority {
        birth_date: chance.of(9, 10).then(|| birth_date(chance)),
        state: chance.of(9, 10).then(|| state(chance)),
        guardians: (0..chance.below(4)).map(|_| guardian(chance)).collect(),
        terms: terms(chance),
    }
}

/// At the edge of an age that matters, or any.
fn birth_date(chance: &mut Chance) -> NaiveDate {
    let years = match chance.below(4) {
        0 => chance.among(&[12, 13, 18, 19, 21]),
        1 | 2 => chance.below(18),
        _ => chance.below(80),
    };
    if chance.of(1, 20) {
        let year = now().year() - i32::try_from(years).expect("an age");
        return NaiveDate::from_ymd_opt(year, 2, 29).unwrap_or_else(|| now().date_naive());
    }
    let birthday = now().date_naive() - Months::new(years * 12);
    birthday + TimeDelta::days(chance.among(&[0, -1, 1, -200]))
}

fn state(chance: &mut Chance) -> String {
    chance.among(&["CA", "AL"]).to_owned()
}

/// Relatives are the second and third person; the first is the patient.
fn guardian(chance: &mut Chance) -> GuardianFacts {
    GuardianFacts {
        person_id: id(chance, PERSON),
        authority: chance.among(&LegalAuthority::iter().collect::<Vec<_>>()),
        ends_at: end(chance),
    }
}

/// One rule for each state and service.
fn terms(chance: &mut Chance) -> MinorConsentTerms {
    let mut rules: Vec<MinorConsentRule> = Vec::new();
    for _ in 0..chance.below(5) {
        let rule = MinorConsentRule {
            state: state(chance),
            service: class(chance),
            minimum_age: u8::try_from(chance.among(&[10, 12, 13, 16])).expect("an age"),
            parental_consent: chance.of(1, 2),
        };
        if !rules.iter().any(|other| (&other.state, other.service) == (&rule.state, rule.service)) {
            rules.push(rule);
        }
    }
    let majorities = if chance.of(1, 3) {
        vec![StateMajority { state: state(chance), age: chance.among(&[18, 19, 21]) }]
    } else {
        Vec::new()
    };
    MinorConsentTerms { rules, majorities, ..MinorConsentTerms::default() }
}
