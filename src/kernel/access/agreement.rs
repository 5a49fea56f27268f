//! The decision and the rules agree.

use std::{collections::BTreeMap, thread};

use super::{
    DenialReason, Ground, Ruling, decide,
    reference::rules,
    situations::{Chance, Situation, now, question},
};

/// In each of how many situations, how many questions are asked; by how many at a time.
const SITUATIONS: u32 = 21_000;
const QUESTIONS: u32 = 24;
const AT_A_TIME: u32 = 2;

/// What was ruled, without whose consent it rests on.
fn kind(ruling: Ruling) -> &'static str {
    match ruling {
        Ruling::Deny(reason) => reason.code(),
        Ruling::Permit(grant) => match grant.ground {
            Ground::Oneself => "oneself",
            Ground::LegalAuthority => "legal authority",
            Ground::Authorship => "authorship",
            Ground::Relationship => "relationship",
            Ground::InternalUse => "internal use",
            Ground::Consent(_) if grant.leaves => "consent, and it leaves",
            Ground::Consent(_) => "consent",
            Ground::Sharing(..) => "sharing",
            Ground::Emergency(_) => "emergency",
            Ground::Approval(_) => "approval",
        },
    }
}

const GROUNDS: [&str; 10] = [
    "oneself",
    "legal authority",
    "authorship",
    "relationship",
    "internal use",
    "consent, and it leaves",
    "consent",
    "sharing",
    "emergency",
    "approval",
];

const REASONS: [DenialReason; 9] = [
    DenialReason::Unauthenticated,
    DenialReason::NotFound,
    DenialReason::Forbidden,
    DenialReason::PurposeRequired,
    DenialReason::Restricted,
    DenialReason::SeparateConsentRequired,
    DenialReason::ConsentRequired,
    DenialReason::ConsentExpired,
    DenialReason::ConsentRevoked,
];

fn is_ground(kind: &str) -> bool {
    GROUNDS.contains(&kind)
}

#[derive(Default)]
struct Tally {
    ruled: BTreeMap<&'static str, u32>,
    differences: BTreeMap<(&'static str, &'static str), (u32, String)>,
}

fn compare(seed: u64) -> Tally {
    let mut tally = Tally::default();
    let mut chance = Chance::from(seed);
    for _ in 0..SITUATIONS {
        let situation = Situation::of(&mut chance);
        for _ in 0..QUESTIONS {
            let ask = question(&mut chance, &situation);
            let decided = decide(&situation.principal, situation.facts.as_ref(), ask, now());
            let expected = rules(&situation.principal, situation.facts.as_ref(), ask, now());
            *tally.ruled.entry(kind(expected)).or_default() += 1;
            if decided != expected {
                let found = tally.differences.entry((kind(expected), kind(decided))).or_default();
                found.0 += 1;
                let told = format!("{ask:?}\n  {:?}\n  {:?}", situation.principal, situation.facts);
                if found.1.is_empty() || told.len() < found.1.len() {
                    found.1 = told;
                }
            }
        }
    }
    tally
}

#[test]
fn the_decision_is_what_the_rules_say_in_a_million_situations() {
    let threads: Vec<_> =
        (1..=AT_A_TIME).map(|seed| thread::spawn(move || compare(u64::from(seed) * 0x9E37_79B9))).collect();
    let mut all = Tally::default();
    for thread in threads {
        let tally = thread.join().expect("a comparison");
        for (kind, count) in tally.ruled {
            *all.ruled.entry(kind).or_default() += count;
        }
        for (pair, (count, case)) in tally.differences {
            let found = all.differences.entry(pair).or_default();
            found.0 += count;
            if found.1.is_empty() || case.len() < found.1.len() {
                found.1 = case;
            }
        }
    }
    for ((expected, decided), (count, case)) in &all.differences {
        println!("{count} times the rules say {expected}, decided was {decided}: {case}");
    }
    assert!(all.differences.is_empty(), "the decision differs from the rules");
    let questions: u32 = all.ruled.values().sum();
    let permitted: u32 = all.ruled.iter().filter(|(kind, _)| is_ground(kind)).map(|(_, count)| count).sum();
    assert!(questions >= 1_000_000, "{questions} questions");
    assert!(permitted >= questions / 10, "{permitted} of {questions} are permitted");
    for kind in REASONS.map(DenialReason::code).into_iter().chain(GROUNDS) {
        let count = all.ruled.get(kind).copied().unwrap_or_default();
        assert!(count >= 100, "{kind}: {count} times");
    }
    assert_eq!(all.ruled.len(), REASONS.len() + GROUNDS.len(), "nothing else is ruled");
}
