//! The decision function of consent.md, steps 1 to 10. First deny wins, deny overrides, unknown is deny.

use chrono::{DateTime, Utc};
use entity::{
    DataClass, Id,
    consent::{
        consent::{self, ConsentDecision, ConsentKind, ConsentStatus, SignerCapacity},
        purpose::Purpose,
    },
    identity::{permission::Permission, role_permission::Reach},
};

use super::{
    ConsentFacts, PatientFacts, Principal,
    matching::{binds, covers, ended, forbids, in_force, treats},
};

/// What is to be done with protected data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Show it.
    View,
    /// Filter, order or count by it.
    Search,
    /// Write it.
    Write,
}

/// What kind of record is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// The patient's identity or health: needs a consent.
    Health,
    /// The patient's consents: readable within a relationship, without a consent.
    ConsentRecord,
    /// Who looked at the patient's record: likewise.
    AccessRecord,
}

/// A question to [`decide`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ask {
    /// The floor of what is asked for: the class it has in a row without a label.
    pub floor: DataClass,
    /// The decided class: the stricter of the floor and the row's label.
    pub class: DataClass,
    /// What is to be done.
    pub action: Action,
    /// What kind of record it is.
    pub subject: Subject,
}

/// Why the answer is no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DenialReason {
    /// Nobody is signed in, or the user or tenant is not active.
    Unauthenticated,
    /// No such patient in this tenant.
    NotFound,
    /// No permission, or no relationship to the patient.
    Forbidden,
    /// No purpose was stated, or the role may not act for it.
    PurposeRequired,
    /// The patient asked for a restriction.
    Restricted,
    /// This class or purpose needs a consent of its own kind.
    SeparateConsentRequired,
    /// No consent covers it.
    ConsentRequired,
    /// The consent that covered it has ended.
    ConsentExpired,
    /// The consent that covered it was revoked.
    ConsentRevoked,
}

impl DenialReason {
    /// The code in the record of looks.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::NotFound => "NOT_FOUND",
            Self::Forbidden => "FORBIDDEN",
            Self::PurposeRequired => "PURPOSE_REQUIRED",
            Self::Restricted => "RESTRICTED",
            Self::SeparateConsentRequired => "SEPARATE_CONSENT_REQUIRED",
            Self::ConsentRequired => "CONSENT_REQUIRED",
            Self::ConsentExpired => "CONSENT_EXPIRED",
            Self::ConsentRevoked => "CONSENT_REVOKED",
        }
    }
}

/// The answer to an [`Ask`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ruling {
    /// Yes; by which consent, if one was needed. The obligation to record the look comes with every permit;
    /// no principal of today stands outside the program, so none owes a disclosure row or a notice.
    Permit(Option<Id<consent::Entity>>),
    /// No.
    Deny(DenialReason),
}

/// Decides one ask about one patient. `facts` is `None` when the tenant has no such patient.
pub fn decide(principal: &Principal, facts: Option<&PatientFacts>, ask: Ask, now: DateTime<Utc>) -> Ruling {
    match rule(principal, facts, ask, now) {
        Ok(consent) => Ruling::Permit(consent),
        Err(reason) => Ruling::Deny(reason),
    }
}

fn rule(
    principal: &Principal,
    facts: Option<&PatientFacts>,
    ask: Ask,
    now: DateTime<Utc>,
) -> Result<Option<Id<consent::Entity>>, DenialReason> {
    if !principal.is_active() {
        return Err(DenialReason::Unauthenticated);
    }
    let facts = facts.filter(|facts| facts.tenant_id == principal.tenant_id).ok_or(DenialReason::NotFound)?;
    let reach = reach(principal, ask).ok_or(DenialReason::Forbidden)?;
    let purpose = purpose(principal, ask)?;

    if principal.person_id == Some(facts.person_id) {
        return match ask.class {
            DataClass::PsychotherapyNote | DataClass::SudCounselingNote => Err(DenialReason::Forbidden),
            _ => Ok(None),
        };
    }
    if reach == Reach::Oneself {
        return Err(DenialReason::Forbidden);
    }
    let restricts = |consent: &ConsentFacts| {
        consent.decision == ConsentDecision::Deny
            && in_force(consent, now)
            && binds(consent, principal, facts, now)
            && forbids(consent, ask, now)
            && consent.purposes.contains(&purpose)
    };
    // A restriction is about health information; those who must honour it have to be able to read it.
    if ask.subject == Subject::Health && facts.consents.iter().any(restricts) {
        return Err(DenialReason::Restricted);
    }
    if !has_relationship(principal, facts, ask, reach, purpose, now) {
        return Err(DenialReason::Forbidden);
    }
    if ask.subject != Subject::Health {
        return Ok(None);
    }
    let kinds = admissible_kinds(ask.class, purpose);
    if ask.action == Action::Write {
        return if kinds.separate { Err(DenialReason::SeparateConsentRequired) } else { Ok(None) };
    }
    let matches = |consent: &&ConsentFacts| {
        binds(consent, principal, facts, now)
            && covers(consent, ask.class, now)
            && consent.purposes.contains(&purpose)
    };
    let candidates = || {
        let permits = facts.consents.iter().filter(|consent| consent.decision == ConsentDecision::Permit);
        permits.filter(|consent| (kinds.admits)(consent)).filter(matches)
    };
    if let Some(consent) = candidates().find(|consent| in_force(consent, now)) {
        return Ok(Some(consent.id));
    }
    Err(match () {
        () if kinds.separate => DenialReason::SeparateConsentRequired,
        () if candidates().any(|consent| ended(consent, now)) => DenialReason::ConsentExpired,
        () if candidates().any(|consent| consent.status == ConsentStatus::Revoked) => {
            DenialReason::ConsentRevoked
        }
        () => DenialReason::ConsentRequired,
    })
}

/// Step 3. To find people by a class of data tells what it says, so a search needs the permission to see it as well.
fn reach(principal: &Principal, ask: Ask) -> Option<Reach> {
    let of = |ask| permissions(ask).iter().filter_map(|permission| principal.reach(*permission)).max();
    match ask.action {
        Action::Search => Some(of(ask)?.min(of(Ask { action: Action::View, ..ask })?)),
        Action::View | Action::Write => of(ask),
    }
}

/// Any of these permissions suffices for the action.
const fn permissions(ask: Ask) -> &'static [Permission] {
    match (ask.subject, ask.action) {
        (Subject::ConsentRecord, Action::Write) => &[
            Permission::ConsentManage,
            Permission::ConsentRecord,
            Permission::ConsentSign,
            Permission::ConsentRevoke,
        ],
        (Subject::ConsentRecord, _) => &[Permission::ConsentRead],
        (Subject::AccessRecord, _) => &[Permission::AccessHistoryRead, Permission::AuditRead],
        (Subject::Health, Action::Write) => &[Permission::PhiWrite],
        (Subject::Health, Action::Search) => &[Permission::PhiSearch],
        (Subject::Health, Action::View) => match ask.class {
            DataClass::Deidentified => &[Permission::PatientRead],
            DataClass::Directory
            | DataClass::GeneralPhi
            | DataClass::MentalHealth
            | DataClass::MinorConfidential => &[Permission::PhiRead],
            DataClass::Financial => &[Permission::BillingView],
            DataClass::Sud => &[Permission::SudRead],
            DataClass::PsychotherapyNote | DataClass::SudCounselingNote => &[Permission::ProtectedNoteRead],
        },
    }
}

fn purpose(principal: &Principal, ask: Ask) -> Result<Purpose, DenialReason> {
    let purpose = principal.purpose.ok_or(DenialReason::PurposeRequired)?;
    let allowed = ask.class == DataClass::Deidentified || principal.allowed_purposes().contains(&purpose);
    allowed.then_some(purpose).ok_or(DenialReason::PurposeRequired)
}

/// Need to know: roles alone never suffice. One treats the patient, or works where the patient is served.
fn has_relationship(
    principal: &Principal,
    facts: &PatientFacts,
    ask: Ask,
    reach: Reach,
    purpose: Purpose,
    now: DateTime<Utc>,
) -> bool {
    let compliance =
        ask.subject != Subject::Health && reach == Reach::Tenant && purpose == Purpose::AuditEvaluation;
    let treats = treats(principal, facts, now);
    let includes = |ask| {
        let extents = permissions(ask).iter().filter_map(|permission| principal.extent(*permission));
        extents.into_iter().any(|extent| extent.includes(treats, facts.location_id))
    };
    compliance
        || match ask.action {
            Action::Search => includes(ask) && includes(Ask { action: Action::View, ..ask }),
            Action::View | Action::Write => includes(ask),
        }
}

struct AdmissibleKinds {
    /// Whether a general consent cannot do.
    separate: bool,
    admits: fn(&ConsentFacts) -> bool,
}

fn admissible_kinds(class: DataClass, purpose: Purpose) -> AdmissibleKinds {
    let of = |admits| AdmissibleKinds { separate: true, admits };
    match (class, purpose) {
        (DataClass::PsychotherapyNote, _) => of(|consent| consent.kind == ConsentKind::PsychotherapyNotes),
        (DataClass::SudCounselingNote, _) => of(|consent| consent.kind == ConsentKind::SudCounselingNotes),
        (_, Purpose::LegalProceeding) => of(|consent| consent.kind == ConsentKind::LegalProceeding),
        (DataClass::MinorConfidential, _) => {
            of(|consent| consent.signer_capacity == Some(SignerCapacity::Minor))
        }
        _ => AdmissibleKinds {
            separate: false,
            admits: |consent| {
                !matches!(
                    consent.kind,
                    ConsentKind::PsychotherapyNotes
                        | ConsentKind::SudCounselingNotes
                        | ConsentKind::LegalProceeding
                        | ConsentKind::Restriction
                )
            },
        },
    }
}
