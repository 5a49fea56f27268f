//! Preparing a consent form, changing it, and putting it before whoever signs.

use async_graphql::{Context, InputObject, Object};
use entity::{
    DataClass, Gate, Id,
    consent::consent::{self, ConsentKind, ConsentStatus},
    identity::permission::Permission,
    people::patient,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition};

use super::{
    completeness::Completeness,
    consent::Consent,
    form::{Form, OfPatient},
    terms::{Beginning, ConsentTermsInput, drafted_fields, insert},
};
use crate::kernel::{
    access::{Action, Permit, Subject, label},
    door::{Door, Requires},
    error::{Error, Result, UserErrorCode},
    graphql::{Payload, requires},
    record::Written,
    session::Look,
    write::Write,
};

/// A consent to prepare.
#[derive(Clone, Debug, InputObject)]
pub struct DraftConsentInput {
    /// Whose consent.
    pub patient_id: Id<patient::Entity>,
    /// What it says.
    pub terms: ConsentTermsInput,
    /// A consent of the same patient and kind that is `ACTIVE`: it becomes `SUPERSEDED` at the moment at which this one
    /// becomes `ACTIVE`, and stays as it is until then.
    pub supersedes_id: Option<Id<consent::Entity>>,
    /// Whether it stays a `DRAFT` that nobody can sign until `requestSignature`; otherwise it is `PENDING_SIGNATURE` at once,
    /// as it stands.
    #[graphql(default)]
    pub as_draft: bool,
}

/// Other terms for a consent that nobody or only one of two has signed.
#[derive(Clone, Debug, InputObject)]
pub struct ReviseConsentInput {
    /// The consent: `DRAFT` or `PENDING_SIGNATURE`.
    pub consent_id: Id<consent::Entity>,
    /// `version` of the consent as you read it.
    pub expected_version: i32,
    /// What it says from now on; all of it.
    pub terms: ConsentTermsInput,
}

/// A draft to put before whoever signs.
#[derive(Clone, Debug, InputObject)]
pub struct RequestSignatureInput {
    /// The consent: a `DRAFT`.
    pub consent_id: Id<consent::Entity>,
    /// `version` of the consent as you read it.
    pub expected_version: i32,
}

/// A form to take back before anybody signs.
#[derive(Clone, Debug, InputObject)]
pub struct WithdrawSignatureRequestInput {
    /// The consent: `PENDING_SIGNATURE`, and nobody signed yet.
    pub consent_id: Id<consent::Entity>,
    /// `version` of the consent as you read it.
    pub expected_version: i32,
}

/// What can be changed: consents prepared.
#[derive(Default)]
pub struct DraftingMutation;

#[Object]
impl DraftingMutation {
    /// Prepares a consent for the patient to sign. It permits nothing until it is signed.
    ///
    /// User errors: `NOT_FOUND`, `VALIDATION_FAILED`, `INVALID_STATE` (what it is to supersede is not active, or of another
    /// kind), `ACCESS_DENIED` (no relationship to the patient).
    #[graphql(directive = requires::apply(Permission::ConsentManage.into()), guard = "Requires(Permission::ConsentManage)")]
    async fn draft_consent(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The consent to prepare.")] input: DraftConsentInput,
    ) -> Result<Option<Payload<Consent>>> {
        let outcome = ctx.slot().write(|write| Box::pin(draft(write, input))).await;
        ctx.shown(outcome).await.map(Some)
    }

    /// Changes a consent that is not signed. What was put before somebody stays as it was: the old one becomes `REJECTED`, and
    /// a new one with the new terms stands where it stood; it is the result.
    ///
    /// User errors: `NOT_FOUND`, `STALE_VERSION`, `VALIDATION_FAILED`, `INVALID_STATE` (signed, rejected or ended),
    /// `ACCESS_DENIED`.
    #[graphql(directive = requires::apply(Permission::ConsentManage.into()), guard = "Requires(Permission::ConsentManage)")]
    async fn revise_consent(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The consent and its other terms.")] input: ReviseConsentInput,
    ) -> Result<Option<Payload<Consent>>> {
        let outcome = ctx.slot().write(|write| Box::pin(revise(write, input))).await;
        ctx.shown(outcome).await.map(Some)
    }

    /// Puts a draft before whoever signs it: it becomes `PENDING_SIGNATURE`. A form with `faults` is not put before anybody.
    ///
    /// User errors: `NOT_FOUND`, `STALE_VERSION`, `INVALID_STATE` (no draft), `VALIDATION_FAILED` (one for each fault, with
    /// the path of the term), `ACCESS_DENIED`.
    #[graphql(directive = requires::apply(Permission::ConsentManage.into()), guard = "Requires(Permission::ConsentManage)")]
    async fn request_signature(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The draft.")] input: RequestSignatureInput,
    ) -> Result<Option<Payload<Consent>>> {
        let outcome = ctx.slot().write(|write| Box::pin(request(write, input))).await;
        ctx.shown(outcome).await.map(Some)
    }

    /// Takes a form back that nobody signed yet: it becomes a `DRAFT` again.
    ///
    /// User errors: `NOT_FOUND`, `STALE_VERSION`, `INVALID_STATE` (not waiting, or one of two has signed), `ACCESS_DENIED`.
    #[graphql(directive = requires::apply(Permission::ConsentManage.into()), guard = "Requires(Permission::ConsentManage)")]
    async fn withdraw_signature_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The form to take back.")] input: WithdrawSignatureRequestInput,
    ) -> Result<Option<Payload<Consent>>> {
        let outcome = ctx.slot().write(|write| Box::pin(withdraw(write, input))).await;
        ctx.shown(outcome).await.map(Some)
    }
}

async fn draft(write: &Write, input: DraftConsentInput) -> Result<Id<consent::Entity>> {
    let DraftConsentInput { patient_id, terms, supersedes_id, as_draft } = input;
    let patient = write.lock(patient_id, &[Permission::ConsentManage], "patientId", "patient").await?;
    let permit = may_change(write, patient.id, None, "consent.draft").await?;
    if let Some(id) = supersedes_id {
        supersedable(write, &permit, id, terms.kind).await?;
    }
    let status = if as_draft { ConsentStatus::Draft } else { ConsentStatus::PendingSignature };
    let id = insert(write, &patient, terms, Beginning { status, supersedes: supersedes_id }).await?;
    write.written(Written {
        operation: "consent.draft",
        target_kind: "CONSENT",
        target_id: id.uuid(),
        patient_id: Some(patient.id),
        fields: drafted_fields(),
    });
    write.emit("consent.draft", "CONSENT", id.uuid()).await?;
    Ok(id)
}

async fn revise(write: &Write, input: ReviseConsentInput) -> Result<Id<consent::Entity>> {
    let ReviseConsentInput { consent_id, expected_version, terms } = input;
    let (old, permit) = open(write, consent_id, "consent.revise").await?;
    let row = OfPatient(&old);
    let stands = permit.consult(&row, &old.status)?;
    // What was to be superseded still is, unless it is another consent's kind that supersedes it now.
    let replaced = permit.consult_optional(&row, old.supersedes_id.as_ref())?;
    let replaced = match replaced {
        Some(id) if supersedable(write, &permit, id, terms.kind).await.is_ok() => id,
        _ => old.id,
    };
    let of_patient = Condition::all().add(patient::Column::Id.eq(old.patient_id));
    let patient = write.find_locked::<patient::Entity>(of_patient).await?;
    let patient = patient.ok_or_else(|| Error::internal("a consent without a patient"))?;
    // Terms are looked at before the state is told.
    let draft = stands == ConsentStatus::Draft;
    let status = if draft { ConsentStatus::Draft } else { ConsentStatus::PendingSignature };
    let id = insert(write, &patient, terms, Beginning { status, supersedes: Some(replaced) }).await?;
    if !matches!(stands, ConsentStatus::Draft | ConsentStatus::PendingSignature) {
        return Err(Error::invalid_state("only a consent that is not signed is changed; draft another one"));
    }
    let rejected =
        consent::ActiveModel { status: Set(Gate::new(ConsentStatus::Rejected)), ..Default::default() };
    write.update(old.id, Some(expected_version), rejected).await?;
    for (target, fields) in [(old.id, vec!["status"]), (id, drafted_fields())] {
        write.written(Written {
            operation: "consent.revise",
            target_kind: "CONSENT",
            target_id: target.uuid(),
            patient_id: Some(patient.id),
            fields,
        });
    }
    write.emit("consent.rejected", "CONSENT", old.id.uuid()).await?;
    write.emit("consent.draft", "CONSENT", id.uuid()).await?;
    Ok(id)
}

async fn request(write: &Write, input: RequestSignatureInput) -> Result<Id<consent::Entity>> {
    let RequestSignatureInput { consent_id, expected_version } = input;
    let (consent, permit) = open(write, consent_id, "consent.request_signature").await?;
    if permit.consult(&OfPatient(&consent), &consent.status)? != ConsentStatus::Draft {
        return Err(Error::invalid_state("the consent is no draft"));
    }
    Completeness::of(&Form::of(write, &permit, &consent).await?).check("consentId")?;
    move_to(write, &consent, expected_version, ConsentStatus::PendingSignature, "consent.request_signature")
        .await?;
    write.emit("consent.signature_requested", "CONSENT", consent.id.uuid()).await?;
    Ok(consent.id)
}

async fn withdraw(write: &Write, input: WithdrawSignatureRequestInput) -> Result<Id<consent::Entity>> {
    let WithdrawSignatureRequestInput { consent_id, expected_version } = input;
    let (consent, permit) = open(write, consent_id, "consent.withdraw_signature_request").await?;
    if permit.consult(&OfPatient(&consent), &consent.status)? != ConsentStatus::PendingSignature {
        return Err(Error::invalid_state("the consent is not waiting for a signature"));
    }
    if consent.signed_at.is_some() {
        return Err(Error::invalid_state("one of two has signed; revise or reject the consent instead"));
    }
    move_to(write, &consent, expected_version, ConsentStatus::Draft, "consent.withdraw_signature_request")
        .await?;
    write.emit("consent.signature_request_withdrawn", "CONSENT", consent.id.uuid()).await?;
    Ok(consent.id)
}

/// Locks a consent that staff prepare, and decides whether they may.
async fn open(
    write: &Write,
    consent_id: Id<consent::Entity>,
    operation: &'static str,
) -> Result<(consent::Model, Permit)> {
    let consent = write.lock(consent_id, &[Permission::ConsentManage], "consentId", "consent").await?;
    let permit = may_change(write, consent.patient_id, Some(label(&consent.data_class)), operation).await?;
    Ok((consent, permit))
}

async fn move_to(
    write: &Write,
    consent: &consent::Model,
    expected_version: i32,
    status: ConsentStatus,
    operation: &'static str,
) -> Result<()> {
    let change = consent::ActiveModel { status: Set(Gate::new(status)), ..Default::default() };
    write.update(consent.id, Some(expected_version), change).await?;
    write.bump_consent_epoch(consent.patient_id).await?;
    write.written(Written {
        operation,
        target_kind: "CONSENT",
        target_id: consent.id.uuid(),
        patient_id: Some(consent.patient_id),
        fields: vec!["status"],
    });
    Ok(())
}

/// Decides whether the viewer may change consents of the patient: staff within a relationship, compliance, the patient, those
/// who speak for the patient. `label` is that of the consent; one that is not there yet will have that of the patient.
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

/// Whether a consent may be named as the one that another of this kind supersedes.
///
/// # Errors
///
/// `NOT_FOUND` when the patient has none such, `INVALID_STATE` when it is of another kind or not active.
pub(super) async fn supersedable(
    write: &Write,
    permit: &Permit,
    id: Id<consent::Entity>,
    kind: ConsentKind,
) -> Result<()> {
    let of_patient = consent::Column::PatientId.eq(permit.facts().patient_id);
    let condition = Condition::all().add(consent::Column::Id.eq(id)).add(of_patient);
    // It is looked at again, and locked, when the other one becomes active.
    let old = write.find::<consent::Entity>(condition).await?;
    let old = old.ok_or_else(|| Error::not_found("supersedesId", "consent"))?;
    let row = OfPatient(&old);
    if permit.consult(&row, &old.kind)? != kind {
        return Err(Error::invalid_state("a consent supersedes one of its own kind"));
    }
    if permit.consult(&row, &old.status)? != ConsentStatus::Active {
        return Err(Error::invalid_state("only an active consent is superseded"));
    }
    Ok(())
}
