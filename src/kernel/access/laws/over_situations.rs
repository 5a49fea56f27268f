//! The laws of the decision, over made-up situations.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    DataClass,
    consent::consent::{ConsentDecision, ConsentStatus},
};

use super::super::{
    Ask, Ground, PatientFacts, Principal, Ruling, Subject, decide,
    situations::{Chance, Situation, made_up_consent, now, question},
};

const QUESTIONS: u32 = 24;

/// A question in a situation, and what was decided.
struct Case<'c> {
    principal: &'c Principal,
    facts: &'c PatientFacts,
    ask: Ask,
    ruling: Ruling,
}

impl Case<'_> {
    fn now_with(&self, change: impl FnOnce(&mut PatientFacts)) -> Ruling {
        self.at_with(now(), change)
    }

    fn at_with(&self, at: DateTime<Utc>, change: impl FnOnce(&mut PatientFacts)) -> Ruling {
        let mut facts = self.facts.clone();
        change(&mut facts);
        decide(self.principal, Some(&facts), self.ask, at)
    }

    fn now_as(&self, change: impl FnOnce(&mut Principal)) -> Ruling {
        let mut principal = self.principal.clone();
        change(&mut principal);
        decide(&principal, Some(self.facts), self.ask, now())
    }
}

/// Holds a law in many cases; it says in how many it had something to say, which are enough.
fn hold(seed: u64, situations: u32, mut law: impl FnMut(&mut Chance, &Case<'_>) -> u32) {
    let mut chance = Chance::from(seed);
    let mut said = 0;
    for _ in 0..situations {
        let situation = Situation::of(&mut chance);
        for _ in 0..QUESTIONS {
            let ask = question(&mut chance, &situation);
            let Situation { principal, facts: Some(facts) } = &situation else { continue };
            let ruling = decide(principal, Some(facts), ask, now());
            let case = Case { principal, facts, ask, ruling };
            said += law(&mut chance, &case);
        }
    }
    assert!(said >= 50, "the law was tried {said} times");
}

const fn permits(ruling: Ruling) -> bool {
    matches!(ruling, Ruling::Permit(_))
}

#[test]
fn without_anything_that_permits_nobodys_health_is_shown_but_ones_own() {
    hold(11, 2_000, |_, case| {
        if !permits(case.ruling) || case.ask.subject != Subject::Health {
            return 0;
        }
        let mut principal = case.principal.clone();
        principal.dependants.clear();
        principal.emergencies.clear();
        principal.approvals.clear();
        let mut facts = case.facts.clone();
        facts.consents.clear();
        facts.team.clear();
        facts.location_id = None;
        facts.internal_use = false;
        let left = decide(&principal, Some(&facts), case.ask, now());
        assert_eq!(permits(left), principal.is(&facts), "{:?}", case.ask);
        1
    });
}

#[test]
fn no_revocation_grants_anything() {
    hold(12, 3_000, |_, case| {
        let mut tried = 0;
        for place in 0..case.facts.consents.len() {
            if case.facts.consents[place].decision == ConsentDecision::Deny {
                continue;
            }
            let revoked = case.now_with(|facts| facts.consents[place].status = ConsentStatus::Revoked);
            assert!(permits(case.ruling) || !permits(revoked), "{:?}", case.ask);
            tried += u32::from(permits(case.ruling) && !permits(revoked));
        }
        tried
    });
}

#[test]
fn one_more_consent_removes_nothing_and_one_more_restriction_grants_nothing() {
    hold(13, 3_000, |chance, case| {
        let mut more = made_up_consent(chance, 20);
        let restricts = more.decision == ConsentDecision::Deny;
        let place = chance.below(u32::try_from(case.facts.consents.len()).expect("few") + 1) as usize;
        if restricts {
            more.status = ConsentStatus::Active;
        }
        let with = case.now_with(|facts| facts.consents.insert(place, more));
        if restricts {
            assert!(permits(case.ruling) || !permits(with), "{:?}", case.ask);
        } else {
            assert!(permits(with) || !permits(case.ruling), "{:?}", case.ask);
        }
        u32::from(permits(with) != permits(case.ruling))
    });
}

#[test]
fn an_earlier_end_of_a_consent_grants_nothing() {
    hold(14, 3_000, |chance, case| {
        let mut tried = 0;
        for place in 0..case.facts.consents.len() {
            if case.facts.consents[place].decision == ConsentDecision::Deny {
                continue;
            }
            let earlier = case.now_with(|facts| {
                let end = now() - TimeDelta::microseconds(i64::from(chance.below(2)));
                let consent = &mut facts.consents[place];
                consent.valid_to = Some(consent.valid_to.map_or(end, |before| before.min(end)));
            });
            assert!(permits(case.ruling) || !permits(earlier), "{:?}", case.ask);
            tried += u32::from(permits(case.ruling) && !permits(earlier));
        }
        tried
    });
}

/// Of the health of people who are born, for those whose relationship is of one sort, where everything has begun and nothing
/// forbids. (A parent becomes a party to consents when the child reaches the age at which both have to consent.)
#[test]
fn what_time_closed_time_does_not_open() {
    hold(15, 2_000, |chance, case| {
        let principal = case.principal;
        let birth_date = case.facts.minority.as_ref().and_then(|minority| minority.birth_date);
        if case.ask.subject != Subject::Health || birth_date.is_some_and(|day| day > now().date_naive()) {
            return 0;
        }
        let stands_in =
            usize::from(!principal.dependants.is_empty()) + usize::from(!principal.shared.is_empty());
        let works = principal.is_workforce() || principal.practitioner_id.is_some();
        if stands_in + usize::from(works) > 1 {
            return 0;
        }
        let begun = |facts: &mut PatientFacts| {
            let began = now() - TimeDelta::days(1);
            facts.consents.retain(|consent| consent.decision == ConsentDecision::Permit);
            for consent in &mut facts.consents {
                consent.valid_from = consent.valid_from.min(began);
                consent.signed_at = consent.signed_at.map(|signed| signed.min(began));
                for scope in &mut consent.scopes {
                    scope.covers_from = None;
                }
            }
            for member in &mut facts.team {
                member.starts_at = member.starts_at.min(began);
            }
        };
        if principal.approvals.iter().any(|approval| approval.valid_from > now()) {
            return 0;
        }
        let first = case.now_with(begun);
        let later = now() + TimeDelta::days(i64::from(chance.below(4_000)) + 1);
        let then = case.at_with(later, begun);
        assert!(permits(first) || !permits(then), "{:?} {first:?} {then:?}", case.ask);
        u32::from(permits(first) && !permits(then))
    });
}

#[test]
fn no_order_matters() {
    hold(16, 1_500, |_, case| {
        let mut principal = case.principal.clone();
        principal.dependants.reverse();
        principal.shared.reverse();
        principal.emergencies.reverse();
        principal.approvals.reverse();
        principal.supervisees.reverse();
        principal.organizations.reverse();
        let mut facts = case.facts.clone();
        facts.consents.reverse();
        facts.team.reverse();
        for consent in &mut facts.consents {
            consent.scopes.reverse();
            consent.recipients.reverse();
        }
        if let Some(minority) = &mut facts.minority {
            minority.guardians.reverse();
            minority.terms.rules.reverse();
        }
        // Which of several that permit is named first may differ; what they are, and what is owed, may not.
        match (case.ruling, decide(&principal, Some(&facts), case.ask, now())) {
            (Ruling::Permit(one), Ruling::Permit(other)) => {
                assert_eq!(
                    std::mem::discriminant(&one.ground),
                    std::mem::discriminant(&other.ground),
                    "{:?}",
                    case.ask
                );
                assert_eq!(one.leaves, other.leaves, "{:?}", case.ask);
            }
            (one, other) => assert_eq!(one, other, "{:?}", case.ask),
        }
        u32::from(permits(case.ruling))
    });
}

#[test]
fn nothing_opens_for_an_emergency_without_its_event() {
    hold(17, 1_500, |_, case| {
        let Ruling::Permit(grant) = case.ruling else { return 0 };
        let without = case.now_as(|principal| principal.emergencies.clear());
        let Ground::Emergency(event) = grant.ground else {
            assert_eq!(without, case.ruling, "an emergency is the last resort");
            return 0;
        };
        assert!(!permits(without));
        let event = case.principal.emergencies.iter().find(|open| open.id == event).expect("the event");
        assert_eq!(event.patient_id, case.facts.patient_id);
        assert!(now() < event.expires_at);
        assert!(
            !grant.leaves
                && case.ask.class <= DataClass::Sud
                && case.ask.class != DataClass::MinorConfidential
        );
        1
    });
}

#[test]
fn what_leaves_the_program_is_what_a_consent_opens_to_those_outside() {
    hold(18, 14_000, |_, case| {
        let Ruling::Permit(grant) = case.ruling else { return 0 };
        if case.principal.partner.is_some() {
            assert!(grant.leaves && grant.ground.consent().is_some());
            return 1;
        }
        let for_themself = case.now_as(|principal| {
            principal.dependants.clear();
            principal.shared.clear();
        });
        if grant.leaves {
            assert!(grant.ground.consent().is_some());
            let alone = match for_themself {
                Ruling::Permit(grant) => matches!(grant.ground, Ground::Emergency(_)),
                Ruling::Deny(_) => true,
            };
            assert!(alone, "from within they see nothing of it, but in an emergency");
            return 1;
        }
        if grant.ground != Ground::LegalAuthority && case.principal.shared.is_empty() {
            assert_eq!(for_themself, case.ruling, "what does not leave is seen from within");
        }
        0
    });
}
