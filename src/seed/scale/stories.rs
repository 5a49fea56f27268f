//! What became of the consents of scale patients: of forty, thirty gave one that holds, and of the others each has another
//! story.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    DataClass, Gate, Id,
    consent::{
        consent::{
            self, ConsentDecision, ConsentKind, ConsentStatus, ExpiryKind, SignatureMethod, SignerCapacity,
        },
        consent_recipient::{self, RecipientClass, RecipientKind},
        consent_scope,
        purpose::Purpose,
    },
    people::{patient, person, practitioner},
};
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use super::ground::Ground;

/// A patient whose consents are to be written.
pub(super) struct Giver<'g> {
    pub ground: &'g Ground,
    pub number: u64,
    pub patient_id: Id<patient::Entity>,
    pub person_id: Id<person::Entity>,
    pub clinician: Id<practitioner::Entity>,
    pub other_clinician: Id<practitioner::Entity>,
    pub label: DataClass,
}

/// How far a consent gets once its parts are there: the database adds nothing to what is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Waits,
    Signed,
    Revoked,
}

/// The rows of consents, each still waiting for its signature, and what becomes of them.
#[derive(Default)]
pub(super) struct Forms {
    pub consents: Vec<consent::ActiveModel>,
    pub scopes: Vec<consent_scope::ActiveModel>,
    pub recipients: Vec<consent_recipient::ActiveModel>,
    pub fates: Vec<(Id<consent::Entity>, Id<patient::Entity>, Fate)>,
}

struct Terms<'t> {
    kind: ConsentKind,
    classes: &'t [DataClass],
    recipient: Recipient,
    purposes: &'t [Purpose],
    ends: Option<DateTime<Utc>>,
    fate: Fate,
}

#[derive(Clone, Copy)]
enum Recipient {
    TreatingProviders,
    Practitioner(Id<practitioner::Entity>),
}

const ALL_PURPOSES: &[Purpose] = &[Purpose::Treatment, Purpose::Payment, Purpose::Operations];
const GENERAL: &[DataClass] = &[DataClass::Directory, DataClass::GeneralPhi, DataClass::MentalHealth];
const PART2: &[DataClass] =
    &[DataClass::Directory, DataClass::GeneralPhi, DataClass::MentalHealth, DataClass::Sud];
const WITHOUT_IDENTITY: &[DataClass] = &[DataClass::GeneralPhi];
/// How long ago forms were signed.
const SIGNED: TimeDelta = TimeDelta::days(60);

impl Forms {
    /// Adds the consents of one patient; returns how many.
    pub(super) fn add(&mut self, giver: &Giver<'_>, now: DateTime<Utc>, next_id: &dyn Fn() -> Uuid) -> i64 {
        let before = self.consents.len();
        let classes = if giver.ground.is_part2_program { PART2 } else { GENERAL };
        let tpo = |fate| Terms {
            kind: ConsentKind::Tpo,
            classes,
            recipient: Recipient::TreatingProviders,
            purposes: ALL_PURPOSES,
            ends: None,
            fate,
        };
        let specific = |practitioner| Terms {
            kind: ConsentKind::Specific,
            recipient: Recipient::Practitioner(practitioner),
            purposes: &[Purpose::Treatment],
            ends: Some(now + TimeDelta::days(300)),
            ..tpo(Fate::Signed)
        };
        let mut write = |terms| self.write(giver, &terms, now, next_id);
        match giver.number % 40 {
            30 => {}
            31 => write(tpo(Fate::Waits)),
            32 => write(Terms { ends: Some(now - TimeDelta::days(10)), ..tpo(Fate::Signed) }),
            33 => write(tpo(Fate::Revoked)),
            34 => write(Terms { classes: WITHOUT_IDENTITY, ..tpo(Fate::Signed) }),
            35 => {
                write(tpo(Fate::Signed));
                write(Terms {
                    kind: ConsentKind::Restriction,
                    purposes: ALL_PURPOSES,
                    ends: None,
                    ..specific(giver.clinician)
                });
            }
            36 | 37 => write(specific(giver.clinician)),
            38 => write(specific(giver.other_clinician)),
            39 => {
                write(tpo(Fate::Revoked));
                write(tpo(Fate::Signed));
            }
            _ => write(tpo(Fate::Signed)),
        }
        i64::try_from(self.consents.len() - before).unwrap_or_default()
    }

    fn write(
        &mut self,
        giver: &Giver<'_>,
        terms: &Terms<'_>,
        now: DateTime<Utc>,
        next_id: &dyn Fn() -> Uuid,
    ) {
        let id = Id::new(next_id());
        let signed = terms.fate != Fate::Waits;
        let tpo = terms.kind == ConsentKind::Tpo;
        let restriction = terms.kind == ConsentKind::Restriction;
        let decision = if restriction { ConsentDecision::Deny } else { ConsentDecision::Permit };
        let expiry = if terms.ends.is_some() { ExpiryKind::Date } else { ExpiryKind::None };
        self.consents.push(consent::ActiveModel {
            id: Set(id),
            patient_id: Set(giver.patient_id),
            // What carries its signature already is a draft until its parts are there.
            status: Set(Gate::new(match terms.fate {
                Fate::Waits => ConsentStatus::PendingSignature,
                Fate::Signed | Fate::Revoked => ConsentStatus::Draft,
            })),
            kind: Set(Gate::new(terms.kind)),
            decision: Set(Gate::new(decision)),
            purposes: Set(Gate::new(terms.purposes.iter().map(|purpose| purpose.code()).collect())),
            expiry_kind: Set(Gate::new(expiry)),
            valid_from: Set(Gate::new(now - SIGNED)),
            valid_to: Set(terms.ends.map(Gate::new)),
            signed_at: Set(signed.then(|| Gate::new(now - SIGNED))),
            signer_person_id: Set(signed.then(|| Gate::new(giver.person_id))),
            signer_capacity: Set(signed.then(|| Gate::new(SignerCapacity::Oneself))),
            signature_method: Set(signed.then(|| Gate::new(SignatureMethod::Paper))),
            evidence_reference: Set(signed.then(|| Gate::new(format!("Binder {}", giver.number / 100 + 1)))),
            redisclosure_statement: Set(Gate::new(tpo)),
            refusal_consequences: Set(Gate::new(tpo)),
            data_class: Set(Gate::new(DataClass::GeneralPhi.stricter(giver.label))),
            ..Default::default()
        });
        for class in terms.classes {
            self.scopes.push(consent_scope::ActiveModel {
                id: Set(Id::new(next_id())),
                consent_id: Set(id),
                data_class: Set(Gate::new(*class)),
                ..Default::default()
            });
        }
        let (kind, practitioner, class) = match terms.recipient {
            Recipient::TreatingProviders => {
                (RecipientKind::Class, None, Some(RecipientClass::TreatingProviders))
            }
            Recipient::Practitioner(id) => (RecipientKind::Practitioner, Some(id), None),
        };
        self.recipients.push(consent_recipient::ActiveModel {
            id: Set(Id::new(next_id())),
            consent_id: Set(id),
            kind: Set(Gate::new(kind)),
            practitioner_id: Set(practitioner.map(Gate::new)),
            recipient_class: Set(class.map(Gate::new)),
            ..Default::default()
        });
        self.fates.push((id, giver.patient_id, terms.fate));
    }
}
