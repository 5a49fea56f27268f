//! Which consents open what, to whom.

use chrono::{DateTime, Utc};
use entity::{
    DataClass, Id,
    consent::{
        consent::{self, ConsentDecision, ConsentKind, ConsentStatus, ExpiryKind, SignerCapacity},
        consent_recipient::{RecipientClass, RecipientKind},
        purpose::Purpose,
        sharing_grant,
    },
};

use super::{
    super::{Ask, ConsentFacts, DenialReason, PatientFacts, Principal, ScopeFacts},
    people::{
        both_have_to_consent, consents_alone, is_kept_apart, speaks_for, treats, works_for_the_program,
    },
};

/// A consent counts: it is active, was signed, has begun and has not ended.
pub fn is_in_force(consent: &ConsentFacts, now: DateTime<Utc>) -> bool {
    if consent.status != ConsentStatus::Active {
        return false;
    }
    if consent.signed_at.is_none_or(|signed| signed > now) {
        return false;
    }
    if consent.valid_from > now || its_time_is_over(consent, now) {
        return false;
    }
    // Without an end: for treatment, payment and operations alone, for restrictions, or until an event.
    match consent.expiry_kind {
        ExpiryKind::Date => consent.valid_to.is_some(),
        ExpiryKind::Event => true,
        ExpiryKind::None => consent.kind == ConsentKind::Tpo || consent.kind == ConsentKind::Restriction,
    }
}

/// Its end has come, or the event that ends it has happened.
fn its_time_is_over(consent: &ConsentFacts, now: DateTime<Utc>) -> bool {
    consent.valid_to.is_some_and(|end| now >= end)
        || consent.expiry_event_at.is_some_and(|event| now >= event)
}

/// A recipient of the consent is the principal.
pub fn names(
    principal: &Principal,
    facts: &PatientFacts,
    consent: &ConsentFacts,
    now: DateTime<Utc>,
) -> bool {
    for recipient in &consent.recipients {
        let is_meant = match recipient.kind {
            RecipientKind::User => {
                principal.partner.is_none() && recipient.user_id == Some(principal.user_id)
            }
            RecipientKind::Practitioner => {
                recipient.practitioner_id.is_some() && recipient.practitioner_id == principal.practitioner_id
            }
            // An organization is those who work for it, or the partner that it is; not its patients' families.
            RecipientKind::Organization => {
                recipient.organization_id.is_some_and(|id| principal.organizations.contains(&id))
                    && (works_for_the_program(principal) || principal.partner.is_some())
            }
            // A supervisor treats as well.
            RecipientKind::Class => match recipient.recipient_class {
                Some(RecipientClass::TreatingProviders) => treats(principal, facts, true, now),
                Some(RecipientClass::ProgramWorkforce) => works_for_the_program(principal),
                Some(RecipientClass::HealthPlans) | None => false,
            },
            RecipientKind::Contact => principal.shared.iter().any(|shared| {
                shared.patient_id == facts.patient_id
                    && recipient.contact_token.as_ref() == Some(&shared.contact_token)
            }),
            // To whom an intermediary passes it on, it says itself.
            RecipientKind::Intermediary => false,
        };
        if is_meant {
            return true;
        }
    }
    false
}

/// What the scope names is covered at this moment.
fn is_open(scope: &ScopeFacts, now: DateTime<Utc>) -> bool {
    scope.covers_from.is_none_or(|from| from <= now) && scope.covers_to.is_none_or(|to| now < to)
}

/// A restriction names the floor, the decided class, or what lies between, whatever kind of resource it is narrowed to, and
/// whoever signed it. Money lies between nothing.
pub fn a_restriction_forbids(
    principal: &Principal,
    facts: &PatientFacts,
    ask: Ask,
    purpose: Purpose,
    now: DateTime<Utc>,
) -> bool {
    for restriction in &facts.consents {
        if restriction.decision != ConsentDecision::Deny
            || !is_in_force(restriction, now)
            || !restriction.purposes.contains(&purpose)
            || !names(principal, facts, restriction, now)
        {
            continue;
        }
        for scope in restriction.scopes.iter().filter(|scope| is_open(scope, now)) {
            let class = scope.data_class;
            if class == ask.floor || class == ask.class {
                return true;
            }
            if class > ask.floor && class < ask.class && class != DataClass::Financial {
                return true;
            }
        }
    }
    false
}

/// The patient signed, alone or besides somebody.
pub fn the_patient_signed(facts: &PatientFacts, consent: &ConsentFacts) -> bool {
    consent.signer == Some(facts.person_id) || consent.co_signer == Some(facts.person_id)
}

pub fn is_of_family_sharing(consent: &ConsentFacts) -> bool {
    consent.kind == ConsentKind::FamilySharing
}

/// The grant under this consent to the contact that somebody proved and that the consent names.
pub fn grant_for(
    principal: &Principal,
    facts: &PatientFacts,
    consent: &ConsentFacts,
    now: DateTime<Utc>,
) -> Option<Id<sharing_grant::Entity>> {
    for shared in &principal.shared {
        if shared.patient_id != facts.patient_id
            || shared.consent_id != consent.id
            || shared.expires_at.is_some_and(|end| now >= end)
        {
            continue;
        }
        for recipient in &consent.recipients {
            if recipient.kind == RecipientKind::Contact
                && recipient.contact_token.as_ref() == Some(&shared.contact_token)
            {
                return Some(shared.grant_id);
            }
        }
    }
    None
}

/// Whoever signed could, and still can.
fn the_signature_counts(
    facts: &PatientFacts,
    consent: &ConsentFacts,
    class: DataClass,
    now: DateTime<Utc>,
) -> bool {
    let Some(signed_at) = consent.signed_at else { return false };
    match consent.signer_capacity {
        None => false,
        Some(SignerCapacity::Oneself) => true,
        // At the word of whoever filed the form.
        Some(SignerCapacity::LegalRepresentative) => true,
        // As long as they speak for the patient; and the minor has to sign as well what a Part 2 program records, what they
        // consent to alone, and what both have to consent to.
        Some(SignerCapacity::Parent | SignerCapacity::Guardian) => {
            let by_minor_too = consent.co_signer_capacity == Some(SignerCapacity::Minor)
                && consent.co_signer == Some(facts.person_id);
            let minor_has_to = class == DataClass::Sud
                || class == DataClass::SudCounselingNote
                || consents_alone(facts, class, now)
                || both_have_to_consent(facts, class, now);
            speaks_for(facts, consent.signer, now) && (by_minor_too || !minor_has_to)
        }
        // What they could consent to alone when they signed, or besides somebody who speaks for them still.
        Some(SignerCapacity::Minor) => {
            let by_another_too = consent.co_signer_capacity.is_some()
                && consent.co_signer_capacity != Some(SignerCapacity::Minor)
                && speaks_for(facts, consent.co_signer, now);
            consent.signer == Some(facts.person_id)
                && (by_another_too || consents_alone(facts, class, signed_at))
        }
    }
}

/// The kind of consent suits the class and the purpose.
fn is_of_the_kind(consent: &ConsentFacts, class: DataClass, purpose: Purpose) -> bool {
    // A restriction permits nothing.
    if consent.kind == ConsentKind::Restriction {
        return false;
    }
    // A proceeding takes a consent of its own kind, which is for nothing else.
    if (purpose == Purpose::LegalProceeding) != (consent.kind == ConsentKind::LegalProceeding) {
        return false;
    }
    // Notes kept apart take a consent of exactly their kind, which is for nothing else.
    if (class == DataClass::PsychotherapyNote) != (consent.kind == ConsentKind::PsychotherapyNotes) {
        return false;
    }
    if (class == DataClass::SudCounselingNote) != (consent.kind == ConsentKind::SudCounselingNotes) {
        return false;
    }
    // What a minor keeps to themself takes a consent that they signed as a minor.
    class != DataClass::MinorConfidential || consent.signer_capacity == Some(SignerCapacity::Minor)
}

/// The first consent that opens it to whom it is `meant` for; or the most informative reason why there is none.
pub fn opened_by_a_consent(
    facts: &PatientFacts,
    ask: Ask,
    purpose: Purpose,
    meant: &dyn Fn(&ConsentFacts) -> bool,
    now: DateTime<Utc>,
) -> Result<Id<consent::Entity>, DenialReason> {
    let mut expired = false;
    let mut revoked = false;
    for consent in &facts.consents {
        // Nothing is known of the kind of resource, so a scope for one kind alone opens nothing.
        let lists_the_class = consent.scopes.iter().any(|scope| {
            scope.data_class == ask.class && scope.resource_kind.is_none() && is_open(scope, now)
        });
        if consent.decision != ConsentDecision::Permit
            || !consent.purposes.contains(&purpose)
            || !is_of_the_kind(consent, ask.class, purpose)
            || !lists_the_class
            || !meant(consent)
        {
            continue;
        }
        if is_in_force(consent, now) && the_signature_counts(facts, consent, ask.class, now) {
            return Ok(consent.id);
        }
        revoked |= consent.status == ConsentStatus::Revoked;
        expired |= consent.status == ConsentStatus::Expired
            || (consent.status == ConsentStatus::Active && its_time_is_over(consent, now));
    }
    let own_kind = is_kept_apart(ask.class)
        || ask.class == DataClass::MinorConfidential
        || purpose == Purpose::LegalProceeding;
    Err(if own_kind {
        DenialReason::SeparateConsentRequired
    } else if expired {
        DenialReason::ConsentExpired
    } else if revoked {
        DenialReason::ConsentRevoked
    } else {
        DenialReason::ConsentRequired
    })
}
