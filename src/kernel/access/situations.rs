//! Made-up situations for proofs: who asks, about whom, what, and when. From a seed, so that each can be made again.

mod consents;
mod patients;
mod principals;

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use entity::{DataClass, Id, consent::purpose::Purpose};
use sea_orm::Iterable;
use uuid::Uuid;

pub(super) use consents::consent as made_up_consent;

use super::{Action, Ask, PatientFacts, Principal, Subject};

/// The tenant of nearly everybody.
pub(super) const TENANT: Uuid = Uuid::from_u128(7);

/// Somebody who asks about some patient.
#[derive(Clone, Debug)]
pub(super) struct Situation {
    pub principal: Principal,
    pub facts: Option<PatientFacts>,
}

impl Situation {
    /// The next situation. One in a hundred is about nobody, one in a hundred about a patient of another tenant.
    pub fn of(chance: &mut Chance) -> Self {
        let facts = patients::patient(chance);
        let principal = principals::principal(chance, &facts);
        Self { principal, facts: chance.of(99, 100).then_some(facts) }
    }
}

/// The next question.
pub(super) fn question(chance: &mut Chance, situation: &Situation) -> Ask {
    let floor = class(chance);
    let label = situation.facts.as_ref().map_or(DataClass::Directory, |facts| facts.label);
    let class = if chance.of(4, 5) { floor.stricter(label) } else { floor.stricter(class(chance)) };
    let action =
        if chance.of(3, 5) { Action::View } else { chance.among(&Action::iter().collect::<Vec<_>>()) };
    let subject =
        if chance.of(4, 5) { Subject::Health } else { chance.among(&Subject::iter().collect::<Vec<_>>()) };
    let author = match chance.below(3) {
        0 => situation.principal.practitioner_id,
        1 => Some(id(chance, PRACTITIONER)),
        _ => None,
    };
    Ask { floor, class, action, subject, author }
}

/// The moment of all questions.
pub(super) fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 21, 8, 0, 0).single().expect("a moment")
}

/// Where the ids of each kind begin; there are few of each, so that they meet.
const PRACTITIONER: u128 = 100;
const PERSON: u128 = 200;
const USER: u128 = 300;
const ORGANIZATION: u128 = 400;
const LOCATION: u128 = 500;
const CONSENT: u128 = 600;
const PATIENT: u128 = 700;
const GRANT: u128 = 800;
const EVENT: u128 = 900;
const CONTACTS: [&str; 2] = ["aa01", "bb02"];

/// One of three ids of a kind.
fn id<E>(chance: &mut Chance, kind: u128) -> Id<E> {
    Id::new(Uuid::from_u128(kind + u128::from(chance.below(3))))
}

/// The first id of a kind.
const fn first<E>(kind: u128) -> Id<E> {
    Id::new(Uuid::from_u128(kind))
}

/// All but what tells nothing about anybody.
const CLASSES: [DataClass; 8] = [
    DataClass::Directory,
    DataClass::GeneralPhi,
    DataClass::Financial,
    DataClass::MentalHealth,
    DataClass::MinorConfidential,
    DataClass::Sud,
    DataClass::PsychotherapyNote,
    DataClass::SudCounselingNote,
];

/// A class; those that most of a record has come more often.
fn class(chance: &mut Chance) -> DataClass {
    if chance.of(1, 2) {
        chance.among(&[DataClass::Directory, DataClass::GeneralPhi, DataClass::Sud])
    } else {
        chance.among(&CLASSES)
    }
}

fn classes(chance: &mut Chance) -> Vec<DataClass> {
    (0..=chance.below(4)).map(|_| class(chance)).collect()
}

/// A purpose; those of every day come more often.
fn purpose(chance: &mut Chance) -> Purpose {
    if chance.of(3, 5) {
        chance.among(&[Purpose::Treatment, Purpose::Operations, Purpose::PatientRequest])
    } else {
        chance.among(&Purpose::iter().collect::<Vec<_>>())
    }
}

/// A moment at an edge: now, a microsecond before or after, or long ago or hence.
fn moment(chance: &mut Chance) -> DateTime<Utc> {
    let microseconds = [0, -1, 1, -86_400_000_000, 86_400_000_000, -31_622_400_000_000, 31_622_400_000_000];
    now() + TimeDelta::microseconds(chance.among(&microseconds))
}

/// A moment that is over, nearly always.
fn begun(chance: &mut Chance) -> DateTime<Utc> {
    if chance.of(3, 4) { now() - TimeDelta::days(chance.below(2_000).into()) } else { moment(chance) }
}

/// An end that is to come or missing, nearly always.
fn end(chance: &mut Chance) -> Option<DateTime<Utc>> {
    match chance.below(4) {
        0 | 1 => None,
        2 => Some(now() + TimeDelta::days(i64::from(chance.below(900)) + 1)),
        _ => Some(moment(chance)),
    }
}

/// Chance from a seed (xorshift64*).
pub(super) struct Chance(u64);

impl Chance {
    /// Whatever follows from the seed, which is not zero.
    pub const fn from(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `bound`.
    pub const fn below(&mut self, bound: u32) -> u32 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let drawn = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        (drawn % bound as u64) as u32
    }

    /// True in `many` of `all` cases.
    pub const fn of(&mut self, many: u32, all: u32) -> bool {
        self.below(all) < many
    }

    /// One of several.
    pub fn among<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(u32::try_from(all.len()).expect("few")) as usize].clone()
    }
}
