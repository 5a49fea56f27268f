//! Whom a consent or restriction names, what it covers, and whether it counts at a moment.

use chrono::{DateTime, Utc};
use entity::{
    DataClass,
    consent::{
        consent::{ConsentKind, ConsentStatus, ExpiryKind, SignerCapacity},
        consent_recipient::{RecipientClass, RecipientKind},
    },
};

use super::{Ask, ConsentFacts, PatientFacts, Principal, RecipientFacts, ScopeFacts, Shared};

/// A live treating relationship: a place on the care team at this moment, one's own or, to look, that of somebody whom one
/// supervises.
pub fn treats(principal: &Principal, facts: &PatientFacts, supervises: bool, now: DateTime<Utc>) -> bool {
    facts.team.iter().any(|member| {
        let own = principal.practitioner_id == Some(member.practitioner_id);
        (own || (supervises && principal.supervisees.contains(&member.practitioner_id)))
            && member.starts_at <= now
            && member.ends_at.is_none_or(|end| now < end)
    })
}

/// Whether a consent or restriction names this principal, alone or as one of a class.
pub fn binds(
    consent: &ConsentFacts,
    principal: &Principal,
    facts: &PatientFacts,
    now: DateTime<Utc>,
) -> bool {
    consent.recipients.iter().any(|recipient| is_recipient(recipient, principal, facts, now))
}

fn is_recipient(
    recipient: &RecipientFacts,
    principal: &Principal,
    facts: &PatientFacts,
    now: DateTime<Utc>,
) -> bool {
    match recipient.kind {
        // Whom a partner's credential was given out by is not named by what names that person.
        RecipientKind::User => principal.partner.is_none() && recipient.user_id == Some(principal.user_id),
        RecipientKind::Practitioner => {
            recipient.practitioner_id.is_some() && recipient.practitioner_id == principal.practitioner_id
        }
        RecipientKind::Class => match recipient.recipient_class {
            Some(RecipientClass::TreatingProviders) => treats(principal, facts, true, now),
            Some(RecipientClass::ProgramWorkforce) => principal.is_workforce(),
            Some(RecipientClass::HealthPlans) | None => false,
        },
        // An organization is those who work for it, or the partner that it is; its patients and their families are users
        // of it and are not meant.
        RecipientKind::Organization => {
            (principal.partner.is_some() || principal.is_workforce())
                && recipient
                    .organization_id
                    .is_some_and(|organization| principal.organizations.contains(&organization))
        }
        RecipientKind::Contact => principal.shared.iter().any(|shared| {
            shared.patient_id == facts.patient_id
                && recipient.contact_token.as_ref() == Some(&shared.contact_token)
        }),
        RecipientKind::Intermediary => false,
    }
}

/// Whether it is the consent that a patient shares with family under, and names the contact that was proved.
pub fn shares(consent: &ConsentFacts, shared: &Shared) -> bool {
    consent.id == shared.consent_id
        && consent.kind == ConsentKind::FamilySharing
        && consent.recipients.iter().any(|recipient| {
            recipient.kind == RecipientKind::Contact
                && recipient.contact_token.as_ref() == Some(&shared.contact_token)
        })
}

pub fn covers(consent: &ConsentFacts, class: DataClass, now: DateTime<Utc>) -> bool {
    consent
        .scopes
        .iter()
        .any(|scope| scope.data_class == class && scope.resource_kind.is_none() && is_open(scope, now))
}

/// Whether a restriction is about what is asked for: what it is by itself (its floor), what its row makes of it (its
/// class), or anything between, since a row has one label, the strictest of all that it is. No row is labelled
/// `FINANCIAL`. Narrowed to one kind of resource it forbids all of the class: the decision does not know kinds, and a
/// restriction that does not count is one that was broken.
pub fn forbids(restriction: &ConsentFacts, ask: Ask, now: DateTime<Utc>) -> bool {
    restriction.scopes.iter().any(|scope| {
        let forbidden = scope.data_class;
        let between = ask.floor < forbidden && forbidden < ask.class && forbidden != DataClass::Financial;
        (forbidden == ask.floor || forbidden == ask.class || between) && is_open(scope, now)
    })
}

fn is_open(scope: &ScopeFacts, now: DateTime<Utc>) -> bool {
    scope.covers_from.is_none_or(|start| start <= now) && scope.covers_to.is_none_or(|end| now < end)
}

/// Whether a consent counts at the moment `now`: signed by somebody who could, not withdrawn, begun and not ended.
pub fn in_force(consent: &ConsentFacts, now: DateTime<Utc>) -> bool {
    consent.status == ConsentStatus::Active
        && consent.signed_at.is_some_and(|signed| signed <= now)
        && consent.valid_from <= now
        && !ended(consent, now)
        && has_admissible_end(consent)
}

/// Whether its time is over, compared at the moment of the look.
pub fn ended(consent: &ConsentFacts, now: DateTime<Utc>) -> bool {
    consent.status == ConsentStatus::Expired
        || (consent.status == ConsentStatus::Active
            && (consent.valid_to.is_some_and(|end| end <= now)
                || consent.expiry_event_at.is_some_and(|event| event <= now)))
}

/// No end at all is allowed to a consent for treatment, payment and operations, and to a restriction.
fn has_admissible_end(consent: &ConsentFacts) -> bool {
    match consent.expiry_kind {
        ExpiryKind::Date => consent.valid_to.is_some(),
        ExpiryKind::Event => true,
        ExpiryKind::None => matches!(consent.kind, ConsentKind::Tpo | ConsentKind::Restriction),
    }
}

/// Whether whoever signed could do so for this class, and their authority still holds. A parent's or guardian's signature
/// counts while the patient is a minor and nothing ended their authority; records of a Part 2 program, and what the minor
/// consents to alone or has to consent to besides, take the minor's own as well (42 CFR 2.14). A minor's counts for what they could consent to alone when
/// they signed, or with a parent or guardian beside it. What any of them forbids is forbidden.
pub fn authorizes(
    consent: &ConsentFacts,
    facts: &PatientFacts,
    class: DataClass,
    now: DateTime<Utc>,
) -> bool {
    let (Some(capacity), Some(signed_at)) = (consent.signer_capacity, consent.signed_at) else {
        return false;
    };
    let speaks = |signer: Option<_>| {
        let minority = facts.minority.as_ref().zip(signer);
        minority.is_some_and(|(minority, signer)| minority.authority_of(signer, now).is_some())
    };
    let alone = |at| facts.minority.as_ref().is_some_and(|minority| minority.consents_alone(class, at));
    let beside = consent.co_signer_capacity;
    match capacity {
        SignerCapacity::Oneself | SignerCapacity::LegalRepresentative => true,
        SignerCapacity::Parent | SignerCapacity::Guardian => {
            let with_minor =
                beside == Some(SignerCapacity::Minor) && consent.co_signer == Some(facts.person_id);
            let part2 = matches!(class, DataClass::Sud | DataClass::SudCounselingNote);
            let both = facts.minority.as_ref().is_some_and(|minority| minority.both_consent(class, now));
            speaks(consent.signer) && (with_minor || !(part2 || both || alone(now)))
        }
        SignerCapacity::Minor => {
            let with_parent =
                beside.is_some_and(|beside| beside != SignerCapacity::Minor) && speaks(consent.co_signer);
            consent.signer == Some(facts.person_id) && (with_parent || alone(signed_at))
        }
    }
}
