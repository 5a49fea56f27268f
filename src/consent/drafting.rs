//! Preparing a consent form.

use async_graphql::{Context, InputObject, Object, OneofObject};
use chrono::Utc;
use entity::{
    DataClass, Gate, Id,
    consent::{
        consent::{self, ConsentDecision, ConsentKind, ConsentStatus, ExpiryKind},
        consent_recipient::{self, RecipientClass, RecipientKind},
        consent_scope,
        purpose::Purpose,
    },
    identity::{permission::Permission, user},
    people::{patient, practitioner},
    tenancy::organization,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition};

use super::consent::{Consent, MOST_PARTS};
use crate::kernel::{
    access::{Action, Permit, Subject, label},
    door::{Door, Requires},
    error::{Error, Result, UserErrorCode},
    graphql::{DateTime, Payload, requires},
    record::Written,
    session::Look,
    text::printable,
    write::Write,
};

/// What a consent says.
#[derive(Clone, Debug, InputObject)]
pub struct ConsentTermsInput {
    /// What it is for.
    pub kind: ConsentKind,
    /// Which data it covers; 1 to 50.
    pub scopes: Vec<ConsentScopeInput>,
    /// Whom it names; 1 to 50.
    pub recipients: Vec<ConsentRecipientInput>,
    /// For what purposes; a consent without any matches nothing and cannot be signed.
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
}

/// How a consent ends. Exactly one.
#[derive(Clone, Debug, OneofObject)]
pub enum ConsentExpiryInput {
    /// At this moment, exclusively.
    Date(DateTime),
    /// When this event is recorded; at most 200 characters.
    Event(String),
    /// Never; `true`. Allowed for `TPO` and `RESTRICTION` alone.
    Never(bool),
}

/// A consent to prepare.
#[derive(Clone, Debug, InputObject)]
pub struct DraftConsentInput {
    /// Whose consent.
    pub patient_id: Id<patient::Entity>,
    /// What it says.
    pub terms: ConsentTermsInput,
}

/// What can be changed: consents prepared.
#[derive(Default)]
pub struct DraftingMutation;

#[Object]
impl DraftingMutation {
    /// Prepares a consent for the patient to sign. It permits nothing until it is signed.
    ///
    /// User errors: `NOT_FOUND`, `VALIDATION_FAILED`, `ACCESS_DENIED` (no relationship to the patient).
    #[graphql(directive = requires::apply(Permission::ConsentManage.into()), guard = "Requires(Permission::ConsentManage)")]
    async fn draft_consent(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The consent to prepare.")] input: DraftConsentInput,
    ) -> Result<Option<Payload<Consent>>> {
        let outcome = ctx.slot().write(|write| Box::pin(draft(write, input))).await;
        ctx.shown(outcome).await.map(Some)
    }
}

async fn draft(write: &Write, input: DraftConsentInput) -> Result<Id<consent::Entity>> {
    let DraftConsentInput { patient_id, terms } = input;
    let patient = write.lock(patient_id, &[Permission::ConsentManage], "patientId", "patient").await?;
    may_change(write, patient.id, None, "consent.draft").await?;
    insert(write, &patient, terms, "consent.draft").await
}

/// Decides whether the viewer may change consents of the patient: staff within a relationship, compliance, the patient.
/// `label` is that of the consent; one that is not there yet will have that of the patient.
///
/// # Errors
///
/// `ACCESS_DENIED`; the refusal is recorded.
pub(super) async fn may_change(
    write: &Write,
    patient_id: Id<patient::Entity>,
    label: Option<DataClass>,
    operation: &'static str,
) -> Result<Permit> {
    let look = Look {
        patient_id,
        floor: DataClass::GeneralPhi,
        label,
        action: Action::Write,
        subject: Subject::ConsentRecord,
        operation,
        fields: &["consents"],
        author: None,
    };
    write.decide(&look).await?.map_err(|reason| {
        let message = format!("you may not change this patient's consents: {}", reason.code());
        Error::refused(UserErrorCode::AccessDenied, &["patientId"], message)
    })
}

/// Inserts a consent that waits for its signature, with its scopes and recipients: once it is signed the database lets
/// nothing be added.
///
/// # Errors
///
/// `VALIDATION_FAILED`, `NOT_FOUND`, and those of the database.
pub(super) async fn insert(
    write: &Write,
    patient: &patient::Model,
    terms: ConsentTermsInput,
    operation: &'static str,
) -> Result<Id<consent::Entity>> {
    let ConsentTermsInput {
        kind,
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
            status: Set(Gate::new(ConsentStatus::PendingSignature)),
            kind: Set(Gate::new(kind)),
            decision: Set(Gate::new(decision)),
            purposes: Set(Gate::new(purposes.into_iter().map(Purpose::code).collect())),
            expiry_kind: Set(Gate::new(expiry_kind)),
            expiry_event: Set(expiry_event.map(Gate::new)),
            valid_from: Set(Gate::new(valid_from)),
            valid_to: Set(valid_to.map(Gate::new)),
            redisclosure_statement: Set(Gate::new(redisclosure_statement)),
            refusal_consequences: Set(Gate::new(refusal_consequences)),
            data_class: Set(Gate::new(DataClass::GeneralPhi.stricter(label(&patient.data_class)))),
            ..Default::default()
        })
        .await?;
    write.insert_many(scopes).await?;
    write.insert_many(recipients).await?;
    write.bump_consent_epoch(patient.id).await?;
    write.written(Written {
        operation,
        target_kind: "CONSENT",
        target_id: id.uuid(),
        patient_id: Some(patient.id),
        fields: vec!["kind", "scopes", "recipients", "purposes", "expiry"],
    });
    write.emit(operation, "CONSENT", id.uuid()).await?;
    Ok(id)
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
        let Self { data_class, covers_from, covers_to } = self;
        if data_class == DataClass::Deidentified {
            return Err(Error::invalid("terms.scopes", "de-identified data needs no consent"));
        }
        if covers_from.zip(covers_to).is_some_and(|(start, end)| end <= start) {
            return Err(Error::invalid("terms.scopes", "`coversTo` comes after `coversFrom`"));
        }
        Ok(consent_scope::ActiveModel {
            id: Set(write.new_id()),
            consent_id: Set(consent_id),
            data_class: Set(Gate::new(data_class)),
            covers_from: Set(covers_from.map(|moment| Gate::new(moment.0))),
            covers_to: Set(covers_to.map(|moment| Gate::new(moment.0))),
            ..Default::default()
        })
    }
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
        let kind = match self {
            Self::UserId(id) => {
                let found = write.find::<user::Entity>(Condition::all().add(user::Column::Id.eq(id))).await?;
                found.ok_or_else(|| Error::not_found("terms.recipients", "user"))?;
                row.user_id = Set(Some(Gate::new(id)));
                RecipientKind::User
            }
            Self::PractitionerId(id) => {
                let condition = Condition::all().add(practitioner::Column::Id.eq(id));
                let found = write.find::<practitioner::Entity>(condition).await?;
                found.ok_or_else(|| Error::not_found("terms.recipients", "practitioner"))?;
                row.practitioner_id = Set(Some(Gate::new(id)));
                RecipientKind::Practitioner
            }
            Self::RecipientClass(class) => {
                row.recipient_class = Set(Some(Gate::new(class)));
                RecipientKind::Class
            }
            Self::OrganizationId(id) => {
                let condition = Condition::all().add(organization::Column::Id.eq(id));
                let found = write.find::<organization::Entity>(condition).await?;
                found.ok_or_else(|| Error::not_found("terms.recipients", "organization"))?;
                row.organization_id = Set(Some(Gate::new(id)));
                RecipientKind::Organization
            }
        };
        row.kind = Set(Gate::new(kind));
        Ok(row)
    }
}
