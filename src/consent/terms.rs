//! What a consent says, as it comes in: read, checked for sense, and stored.

use async_graphql::{InputObject, OneofObject};
use chrono::Utc;
use entity::{
    DataClass, Gate, Id,
    consent::{
        consent::{self, ConsentDecision, ConsentKind, ConsentStatus, ExpiryKind},
        consent_recipient::{self, RecipientClass, RecipientKind},
        consent_scope,
        purpose::Purpose,
        sharing_grant::ContactKind,
    },
    identity::user,
    people::{patient, practitioner},
    tenancy::organization,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition};

use super::contact::contact_token;
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
    /// How.
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

struct Parts {
    consent_id: Id<consent::Entity>,
    scopes: Vec<ConsentScopeInput>,
    recipients: Vec<ConsentRecipientInput>,
}

impl Parts {
    async fn rows(
        self,
        write: &Write,
    ) -> Result<(Vec<consent_scope::ActiveModel>, Vec<consent_recipient::ActiveModel>)> {
        let Self { consent_id, scopes, recipients } = self;
        if scopes.len() > MOST_PARTS || recipients.len() > MOST_PARTS {
            return Err(Error::invalid(
                "terms",
                format!("takes at most {MOST_PARTS} scopes and {MOST_PARTS} recipients"),
            ));
        }
        let scopes = scopes.into_iter().map(|scope| scope.row(write, consent_id)).collect::<Result<_>>()?;
        let mut rows = Vec::with_capacity(recipients.len());
        for recipient in recipients {
            rows.push(recipient.row(write, consent_id).await?);
        }
        Ok((scopes, rows))
    }
}

impl ConsentScopeInput {
    fn row(self, write: &Write, consent_id: Id<consent::Entity>) -> Result<consent_scope::ActiveModel> {
        let Self { data_class, resource_kind, covers_from, covers_to } = self;
        if data_class == DataClass::Deidentified {
            return Err(Error::invalid("terms.scopes", "de-identified data needs no consent"));
        }
        if covers_from.zip(covers_to).is_some_and(|(start, end)| end <= start) {
            return Err(Error::invalid("terms.scopes", "`coversTo` comes after `coversFrom`"));
        }
        let resource_kind = resource_kind.map(|kind| read_resource_kind(&kind)).transpose()?;
        Ok(consent_scope::ActiveModel {
            id: Set(write.new_id()),
            consent_id: Set(consent_id),
            data_class: Set(Gate::new(data_class)),
            resource_kind: Set(resource_kind.map(Gate::new)),
            covers_from: Set(covers_from.map(|moment| Gate::new(moment.0))),
            covers_to: Set(covers_to.map(|moment| Gate::new(moment.0))),
            ..Default::default()
        })
    }
}

/// The column takes such words alone.
fn read_resource_kind(text: &str) -> Result<String> {
    let plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    let fits = (1..=64).contains(&text.len())
        && text.bytes().all(plain)
        && text.bytes().next().is_some_and(|byte| byte.is_ascii_uppercase());
    fits.then(|| text.to_owned()).ok_or_else(|| {
        Error::invalid("terms.scopes.resourceKind", "takes a word in capital letters, at most 64 of them")
    })
}

impl ConsentRecipientInput {
    async fn row(
        self,
        write: &Write,
        consent_id: Id<consent::Entity>,
    ) -> Result<consent_recipient::ActiveModel> {
        let mut row = consent_recipient::ActiveModel {
            id: Set(write.new_id()),
            consent_id: Set(consent_id),
            ..Default::default()
        };
        const FIELD: &str = "terms.recipients";
        let kind = match self {
            Self::UserId(id) => {
                let found = write.find::<user::Entity>(Condition::all().add(user::Column::Id.eq(id))).await?;
                found.ok_or_else(|| Error::not_found(FIELD, "user"))?;
                row.user_id = Set(Some(Gate::new(id)));
                RecipientKind::User
            }
            Self::PractitionerId(id) => {
                let condition = Condition::all().add(practitioner::Column::Id.eq(id));
                let found = write.find::<practitioner::Entity>(condition).await?;
                found.ok_or_else(|| Error::not_found(FIELD, "practitioner"))?;
                row.practitioner_id = Set(Some(Gate::new(id)));
                RecipientKind::Practitioner
            }
            Self::RecipientClass(class) => {
                row.recipient_class = Set(Some(Gate::new(class)));
                RecipientKind::Class
            }
            Self::OrganizationId(id) => {
                tenancy::organization::find(write, id, FIELD).await?;
                row.organization_id = Set(Some(Gate::new(id)));
                RecipientKind::Organization
            }
            Self::Contact(ConsentContactInput { kind, contact }) => {
                let token = contact_token(write.keys(), kind, &contact, FIELD)?;
                row.contact_kind = Set(Some(Gate::new(kind)));
                row.contact_token = Set(Some(Gate::new(token.to_vec())));
                RecipientKind::Contact
            }
            Self::Intermediary(ConsentIntermediaryInput { name, participants }) => {
                row.intermediary_name = Set(Some(Gate::new(printable(&name, 200, FIELD)?)));
                row.recipient_class = Set(Some(Gate::new(participants)));
                RecipientKind::Intermediary
            }
        };
        row.kind = Set(Gate::new(kind));
        Ok(row)
    }
}
