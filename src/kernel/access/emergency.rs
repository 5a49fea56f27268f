//! What a broken glass opens, and to whom (42 CFR 2.51).

use chrono::{DateTime, Utc};
use entity::{DataClass, identity::permission::Permission};

use super::{
    Action, Ask, PatientFacts, Principal, Ruling, Subject,
    decide::{decide, purpose, reach, takes_own_kind},
};

/// What those who treat people may open. Charges are of no use in an emergency, and the other classes take a consent of
/// their own, which no emergency stands in for.
const FOR_CARE: &[DataClass] =
    &[DataClass::Directory, DataClass::GeneralPhi, DataClass::MentalHealth, DataClass::Sud];

/// What those who keep a house may open: whom they have before them.
const FOR_SAFETY: &[DataClass] = &[DataClass::Directory];

/// The classes that the principal may open by breaking the glass, if they may break it.
pub fn emergency_classes(principal: &Principal) -> &'static [DataClass] {
    let treats = principal.system_roles.iter().any(|role| matches!(*role, "PRACTITIONER" | "SUPERVISOR"));
    if treats { FOR_CARE } else { FOR_SAFETY }
}

/// Whether a glass that was broken for `classes` opens what is asked for. Identity opens with `DIRECTORY` also where it is a
/// record of a Part 2 program: whom one treats has to be known.
pub(super) fn opens(classes: &[DataClass], ask: Ask) -> bool {
    let identity = ask.floor == DataClass::Directory && ask.class <= DataClass::Sud;
    classes.contains(&ask.class) || (identity && classes.contains(&DataClass::Directory))
}

/// Whether breaking the glass would open what was just refused.
pub fn would_open(principal: &Principal, facts: &PatientFacts, ask: Ask, now: DateTime<Utc>) -> bool {
    let class = DataClass::GeneralPhi.stricter(facts.label);
    let invoke = Ask {
        floor: DataClass::GeneralPhi,
        class,
        action: Action::Write,
        subject: Subject::AccessRecord,
        author: None,
    };
    let Ok(purpose) = purpose(principal, ask) else { return false };
    ask.action == Action::View
        && ask.subject == Subject::Health
        && principal.extent(Permission::BreakGlassInvoke).is_some()
        && reach(principal, ask).is_some()
        && !takes_own_kind(ask.class, purpose)
        && opens(emergency_classes(principal), ask)
        && matches!(decide(principal, Some(facts), invoke, now), Ruling::Permit(_))
}
