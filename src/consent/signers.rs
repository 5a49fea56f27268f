//! Who signs a consent: the patient, or somebody with legal authority, or both (42 CFR 2.14 and 2.15, 45 CFR 164.502(g)).

use chrono::{DateTime, Utc};
use entity::{
    DataClass, Id,
    consent::consent::{ConsentKind, SignerCapacity},
    people::{person, person_relationship::LegalAuthority},
};

use super::form::Form;
use crate::kernel::{
    access::{Minority, Permit, Principal},
    error::{Error, Result, UserErrorCode},
};

/// Somebody who signs, and in what capacity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Signer {
    pub person_id: Id<person::Entity>,
    pub capacity: SignerCapacity,
}

/// Whose signatures a form takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signatures {
    /// An adult's own, or that of their legal representative.
    OfAdult,
    /// Of a minor: their own, or that of whoever has legal authority.
    Either,
    /// Of a minor: their own alone (42 CFR 2.14(b)).
    OfMinor,
    /// Of a minor: that of whoever has legal authority.
    OfGuardian,
    /// Of a minor: their own, and that of whoever has legal authority (42 CFR 2.14(c)).
    Both,
}

impl Signatures {
    /// What a form takes at a moment. Records of a Part 2 program take the minor's own always, and a parent's or guardian's
    /// where the minor cannot consent to the treatment alone. What is forbidden, either may forbid.
    pub(super) fn of(form: &Form, minority: Option<&Minority>, at: DateTime<Utc>) -> Self {
        let Some(minority) = minority.filter(|minority| minority.is_minor(at)) else { return Self::OfAdult };
        if form.kind == ConsentKind::Restriction {
            return Self::Either;
        }
        let (mut minor, mut guardian) = (false, false);
        for class in form.classes() {
            let part2 = matches!(class, DataClass::Sud | DataClass::SudCounselingNote);
            let alone = minority.consents_alone(class, at);
            minor |= alone || part2 || minority.both_consent(class, at);
            guardian |= !alone;
        }
        match (minor, guardian) {
            (true, true) => Self::Both,
            (true, false) => Self::OfMinor,
            (false, _) => Self::OfGuardian,
        }
    }

    /// Whether a signature in this capacity is one of those that the form takes.
    pub(super) fn admits(self, capacity: SignerCapacity) -> bool {
        match self {
            Self::OfAdult => {
                matches!(capacity, SignerCapacity::Oneself | SignerCapacity::LegalRepresentative)
            }
            Self::OfMinor => capacity == SignerCapacity::Minor,
            Self::OfGuardian => is_guardians(capacity),
            Self::Either | Self::Both => capacity == SignerCapacity::Minor || is_guardians(capacity),
        }
    }

    /// Whether these signatures, each of which it admits, are all that it takes.
    pub(super) fn are_complete(self, first: SignerCapacity, second: Option<SignerCapacity>) -> bool {
        self != Self::Both || second.is_some_and(|second| is_guardians(first) != is_guardians(second))
    }
}

/// In whose place somebody signs who is not the patient.
const fn is_guardians(capacity: SignerCapacity) -> bool {
    matches!(
        capacity,
        SignerCapacity::Parent | SignerCapacity::Guardian | SignerCapacity::LegalRepresentative
    )
}

/// The capacity in which somebody with this authority signs.
pub(super) const fn capacity_of(authority: LegalAuthority) -> Option<SignerCapacity> {
    match authority {
        LegalAuthority::None => None,
        LegalAuthority::Parent => Some(SignerCapacity::Parent),
        LegalAuthority::Guardian => Some(SignerCapacity::Guardian),
        LegalAuthority::LegalRepresentative => Some(SignerCapacity::LegalRepresentative),
    }
}

/// As whom the principal acts for the patient at this moment: as themself, with verified legal authority, or as neither.
pub(super) fn acts_as(permit: &Permit, principal: &Principal, now: DateTime<Utc>) -> Option<Signer> {
    let facts = permit.facts();
    let minority = facts.minority.as_ref();
    let person_id = principal.person_id.filter(|_| principal.partner.is_none())?;
    let capacity = if principal.is(facts) {
        let minor = minority.is_some_and(|minority| minority.is_minor(now));
        if minor { SignerCapacity::Minor } else { SignerCapacity::Oneself }
    } else {
        capacity_of(minority?.authority_of(person_id, now)?)?
    };
    Some(Signer { person_id, capacity })
}

/// Whoever signs now.
///
/// # Errors
///
/// `ACCESS_DENIED` when it is not for them to sign this form.
pub(super) fn signer(
    permit: &Permit,
    principal: &Principal,
    signatures: Signatures,
    now: DateTime<Utc>,
) -> Result<Signer> {
    let denied = |message| Error::refused(UserErrorCode::AccessDenied, &["consentId"], message);
    let signer = acts_as(permit, principal, now).ok_or_else(|| {
        denied("only the patient and those who speak for them sign; staff file a signed form with `recordConsent`")
    })?;
    if signatures.admits(signer.capacity) {
        return Ok(signer);
    }
    Err(denied(match signatures {
        Signatures::OfMinor => {
            "the patient consents to this alone: nobody signs it for them (42 CFR 2.14(b))"
        }
        _ => "the patient is a minor: a parent, a guardian or a legal representative signs this",
    }))
}
