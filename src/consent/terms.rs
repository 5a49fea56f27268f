//! What a consent says, as it comes in: read, checked for sense, and stored.

use async_graphql::{InputObject, OneofObject};
use chrono::Utc;
use entity::{
    DataClass, Gate, Id,
    consent::{
        consent::{self, ConsentDecision, ConsentKind, ConsentStatus, ExpiryKind},
        consent_recipient::RecipientClass,
        purpose::Purpose,
        sharing_grant::ContactKind,
    },
    identity::user,
    people::{patient, practitioner},
    tenancy::organization,
};
use sea_orm::ActiveValue::Set;

use super::parts::Parts;
use crate::{
    kernel::{
        access::label,
        error::{Error, Result},
        graphql::DateTime,
        text::printable,
        write::Write,
    },
    tenancy,
};

/// How many scopes and recipients one consent can have.
pub(super) const MOST_PARTS: usize = 50;

/// What a consent says.
#[derive(Clone, Debug, InputObject)]
pub struct ConsentTermsInput {
    /// What it is for. Some kinds stand alone: notes kept apart, legal proceedings and research (42 CFR 2.31(b) and (d), 45
    /// CFR 164.508(b)(3)).
    pub kind: ConsentKind,
    /// Who may disclose (42 CFR 2.31(a)(2)): your own organization, also when left out. Another organization is refused
    /// with `VALIDATION_FAILED`, since what lets somebody else disclose opens nothing here.
    pub discloser_organization_id: Option<Id<organization::Entity>>,
    /// Which data it covers; 1 to 50.
    pub scopes: Vec<ConsentScopeInput>,
    /// Whom it names; 1 to 50. `FAMILY_SHARING` takes contacts and users alone, `REFERRAL_PARTNER` organizations alone.
    pub recipients: Vec<ConsentRecipientInput>,
    /// For what purposes; a consent without any matches nothing and cannot be signed. `TPO` takes `TREATMENT`, `PAYMENT` and
    /// `OPERATIONS` alone.
    pub purposes: Vec<Purpose>,
    /// How it ends.
    pub expiry: ConsentExpiryInput,
    /// From when it holds; now when left out.
    pub valid_from: Option<DateTime>,
    /// Whether the form states that what is disclosed may be disclosed again (42 CFR 2.31(a)(10)); needed for `TPO`.
    #[graphql(default)]
    pub redisclosure_statement: bool,
    /// Whether the form states what a refusal would mean (42 CFR 2.31(a)(10)); needed for `TPO`.
    #[graphql(default)]
    pub refusal_consequences: bool,
}

/// Data that a consent covers.
#[derive(Clone, Debug, InputObject)]
pub struct ConsentScopeInput {
    /// The class. `DEIDENTIFIED` needs no consent and is refused.
    pub data_class: DataClass,
    /// Narrows the scope to this kind of resource, a word in capital letters such as `DRUG_TEST`; at most 64 of `A` to `Z`,
    /// digits and underscores. No kinds are told apart yet: what permits one kind alone opens nothing until they are, and
    /// what forbids one kind forbids all of the class.
    pub resource_kind: Option<String>,
    /// From when.
    pub covers_from: Option<DateTime>,
    /// Until when, exclusively.
    pub covers_to: Option<DateTime>,
}

/// Somebody a consent names. Exactly one.
#[derive(Clone, Debug, OneofObject)]
pub enum ConsentRecipientInput {
    /// One user.
    UserId(Id<user::Entity>),
    /// One practitioner.
    PractitionerId(Id<practitioner::Entity>),
    /// A class of recipients (42 CFR 2.31(a)(4)).
    RecipientClass(RecipientClass),
    /// An organization with all beneath it.
    OrganizationId(Id<organization::Entity>),
    /// Somebody of the family, or a friend, by their e-mail address or phone number: for `FAMILY_SHARING` and restrictions.
    Contact(ConsentContactInput),
    /// An intermediary such as a health information exchange (42 CFR 2.31(a)(4)(ii)).
    Intermediary(ConsentIntermediaryInput),
}

/// How somebody of the family is reached. Kept as a code that nobody reads back: keep the contact yourself where it is needed.
#[derive(Clone, Debug, InputObject)]
pub struct ConsentContactInput {
    /// Whether it is an e-mail address or a phone number.
    pub kind: ContactKind,
    /// The e-mail address, without regard to case, or the phone number: with its country code, else one of the United States.
    pub contact: String,
}

/// An intermediary, and to whom it passes on what it gets.
#[derive(Clone, Debug, InputObject)]
pub struct ConsentIntermediaryInput {
    /// Its name; 1 to 200 characters.
    pub name: String,
    /// Its participants: a form that names others than `TREATING_PROVIDERS` cannot be signed (42 CFR 2.31(a)(4)(ii)(B)).
    pub participants: RecipientClass,
}

/// How a consent ends. Exactly one.
#[derive(Clone, Debug, OneofObject)]
pub enum ConsentExpiryInput {
    /// At this moment, exclusively.
    Date(DateTime),
    /// When this event is recorded with `recordExpiryEvent`; at most 200 characters.
    Event(String),
    /// Never; `true`. Allowed for `TPO` and `RESTRICTION` alone.
    Never(bool),
}

/// How a consent begins.
pub(super) struct Beginning {
    pub status: ConsentStatus,
    pub supersedes: Option<Id<consent::Entity>>,
}

/// Inserts a consent that is not signed, with its scopes and recipients: once it is signed the database lets nothing be added.
///
/// # Errors
///
/// `VALIDATION_FAILED`, `NOT_FOUND`, and those of the database.
pub(super) async fn insert(
    write: &Write,
    patient: &patient::Model,
    terms: ConsentTermsInput,
    Beginning { status, supersedes }: Beginning,
) -> Result<Id<consent::Entity>> {
    let ConsentTermsInput {
        kind,
        discloser_organization_id,
        scopes,
        recipients,
        mut purposes,
        expiry,
        valid_from,
        redisclosure_statement,
        refusal_consequences,
    } = terms;
    let valid_from = valid_from.map_or_else(|| write.now(), |moment| moment.0);
    let (expiry_kind, expiry_event, valid_to) = read_expiry(expiry, valid_from)?;
    let discloser = read_discloser(write, discloser_organization_id).await?;
    purposes.dedup();
    let id = write.new_id();
    let parts = Parts { consent_id: id, scopes, recipients };
    let (scopes, recipients) = parts.rows(write).await?;
    let decision =
        if kind == ConsentKind::Restriction { ConsentDecision::Deny } else { ConsentDecision::Permit };
    write
        .insert(consent::ActiveModel {
            id: Set(id),
            patient_id: Set(patient.id),
            status: Set(Gate::new(status)),
            kind: Set(Gate::new(kind)),
            decision: Set(Gate::new(decision)),
            purposes: Set(Gate::new(purposes.into_iter().map(Purpose::code).collect())),
            expiry_kind: Set(Gate::new(expiry_kind)),
            expiry_event: Set(expiry_event.map(Gate::new)),
            valid_from: Set(Gate::new(valid_from)),
            valid_to: Set(valid_to.map(Gate::new)),
            discloser_organization_id: Set(Some(discloser)),
            redisclosure_statement: Set(Gate::new(redisclosure_statement)),
            refusal_consequences: Set(Gate::new(refusal_consequences)),
            supersedes_id: Set(supersedes.map(Gate::new)),
            data_class: Set(Gate::new(DataClass::GeneralPhi.stricter(label(&patient.data_class)))),
            ..Default::default()
        })
        .await?;
    write.insert_many(scopes).await?;
    write.insert_many(recipients).await?;
    write.bump_consent_epoch(patient.id).await?;
    Ok(id)
}

/// What a new consent is recorded with.
pub(super) fn drafted_fields() -> Vec<&'static str> {
    vec!["kind", "scopes", "recipients", "purposes", "expiry"]
}

async fn read_discloser(
    write: &Write,
    stated: Option<Id<organization::Entity>>,
) -> Result<Id<organization::Entity>> {
    const FIELD: &str = "terms.discloserOrganizationId";
    let own = Id::new(write.tenant_id());
    match stated {
        Some(id) if id != own => {
            tenancy::organization::find(write, id, FIELD).await?;
            Err(Error::invalid(FIELD, "what lets another organization disclose opens nothing here"))
        }
        _ => Ok(own),
    }
}

type Expiry = (ExpiryKind, Option<String>, Option<chrono::DateTime<Utc>>);

fn read_expiry(expiry: ConsentExpiryInput, valid_from: chrono::DateTime<Utc>) -> Result<Expiry> {
    match expiry {
        ConsentExpiryInput::Date(DateTime(end)) if end > valid_from => {
            Ok((ExpiryKind::Date, None, Some(end)))
        }
        ConsentExpiryInput::Date(_) => Err(Error::invalid("terms.expiry", "the end comes after the start")),
        ConsentExpiryInput::Event(event) => {
            let event = printable(&event, 200, "terms.expiry")?;
            Ok((ExpiryKind::Event, Some(event), None))
        }
        ConsentExpiryInput::Never(true) => Ok((ExpiryKind::None, None, None)),
        ConsentExpiryInput::Never(false) => {
            Err(Error::invalid("terms.expiry", "state a date or an event, or `never: true`"))
        }
    }
}
