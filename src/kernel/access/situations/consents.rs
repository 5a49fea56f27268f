//! Made-up consents.

use entity::{
    Id,
    consent::{
        consent::{ConsentDecision, ConsentKind, ConsentStatus, ExpiryKind, SignerCapacity},
        consent_recipient::{RecipientClass, RecipientKind},
        purpose::Purpose,
    },
};
use sea_orm::Iterable;
use uuid::Uuid;

use super::{
    super::{ConsentFacts, RecipientFacts, ScopeFacts},
    CONSENT, CONTACTS, Chance, ORGANIZATION, PERSON, PRACTITIONER, TENANT, USER, begun, class, end, id,
    moment, now, purpose,
};

/// The consent that stands in this place of a patient's list.
pub(in super::super) fn consent(chance: &mut Chance, number: u32) -> ConsentFacts {
    let kind = match chance.below(10) {
        0..=3 => ConsentKind::Tpo,
        4 | 5 => ConsentKind::FamilySharing,
        6 => ConsentKind::Restriction,
        _ => chance.among(&ConsentKind::iter().collect::<Vec<_>>()),
    };
    let forbids = kind == ConsentKind::Restriction || chance.of(1, 50);
    let status = if chance.of(4, 5) {
        ConsentStatus::Active
    } else {
        chance.among(&ConsentStatus::iter().collect::<Vec<_>>())
    };
    let expiry_kind = if chance.of(1, 3) {
        ExpiryKind::None
    } else {
        chance.among(&ExpiryKind::iter().collect::<Vec<_>>())
    };
    let signer_capacity = match chance.below(20) {
        0 => None,
        1..=11 => Some(SignerCapacity::Oneself),
        _ => Some(chance.among(&SignerCapacity::iter().collect::<Vec<_>>())),
    };
    let co_signer_capacity =
        chance.of(1, 3).then(|| chance.among(&SignerCapacity::iter().collect::<Vec<_>>()));
    ConsentFacts {
        id: Id::new(Uuid::from_u128(CONSENT + u128::from(number))),
        kind,
        decision: if forbids { ConsentDecision::Deny } else { ConsentDecision::Permit },
        status,
        purposes: purposes(chance, kind),
        expiry_kind,
        expiry_event_at: (expiry_kind == ExpiryKind::Event && chance.of(1, 2)).then(|| moment(chance)),
        valid_from: begun(chance),
        valid_to: match expiry_kind {
            ExpiryKind::Date if chance.of(19, 20) => {
                Some(end(chance).unwrap_or(now() + chrono::TimeDelta::days(9)))
            }
            ExpiryKind::Date => None,
            _ => end(chance).filter(|_| chance.of(1, 8)),
        },
        signed_at: chance.of(29, 30).then(|| begun(chance)),
        signer_capacity,
        signer: chance.of(19, 20).then(|| id(chance, PERSON)),
        co_signer_capacity,
        co_signer: co_signer_capacity.is_some().then(|| id(chance, PERSON)),
        scopes: (0..some(chance)).map(|_| scope(chance)).collect(),
        recipients: (0..some(chance)).map(|_| recipient(chance, kind)).collect(),
    }
}

fn purposes(chance: &mut Chance, kind: ConsentKind) -> Vec<Purpose> {
    if kind == ConsentKind::LegalProceeding && chance.of(3, 4) {
        return vec![Purpose::LegalProceeding];
    }
    (0..some(chance)).map(|_| purpose(chance)).collect()
}

/// One to five, seldom none.
const fn some(chance: &mut Chance) -> u32 {
    if chance.of(1, 20) { 0 } else { chance.below(5) + 1 }
}

fn scope(chance: &mut Chance) -> ScopeFacts {
    ScopeFacts {
        data_class: class(chance),
        resource_kind: chance.of(1, 20).then(|| "DRUG_TEST".to_owned()),
        covers_from: chance.of(1, 20).then(|| moment(chance)),
        covers_to: chance.of(1, 20).then(|| moment(chance)),
    }
}

/// As the constraint of the table has it: of each kind its own column, and of intermediaries also whom they pass it on to.
fn recipient(chance: &mut Chance, of: ConsentKind) -> RecipientFacts {
    let kind = if of == ConsentKind::FamilySharing && chance.of(2, 3) {
        RecipientKind::Contact
    } else if chance.of(1, 3) {
        RecipientKind::Class
    } else {
        chance.among(&RecipientKind::iter().collect::<Vec<_>>())
    };
    let class = kind == RecipientKind::Class || (kind == RecipientKind::Intermediary && chance.of(1, 2));
    let organization =
        kind == RecipientKind::Organization || (kind == RecipientKind::Intermediary && chance.of(1, 2));
    RecipientFacts {
        kind,
        user_id: (kind == RecipientKind::User).then(|| id(chance, USER)),
        practitioner_id: (kind == RecipientKind::Practitioner).then(|| id(chance, PRACTITIONER)),
        recipient_class: class.then(|| chance.among(&RecipientClass::iter().collect::<Vec<_>>())),
        organization_id: organization
            .then(|| if chance.of(1, 3) { Id::new(TENANT) } else { id(chance, ORGANIZATION) }),
        contact_token: (kind == RecipientKind::Contact).then(|| chance.among(&CONTACTS).to_owned()),
    }
}
