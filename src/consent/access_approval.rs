//! Approvals of compliance: looks for an audit, the law or a court, without a consent of the patient.

use async_graphql::{ComplexObject, Context, InputObject, Object, SimpleObject};
use chrono::{Months, Utc};
use entity::{
    DataClass, Gate, Id,
    consent::{
        access_approval::{self, ApprovalDocument, columns},
        purpose::Purpose,
    },
    identity::{
        permission::Permission,
        user::{self, UserStatus},
    },
    people::patient,
};
use sea_orm::{ActiveEnum, ActiveValue::Set, ColumnTrait, Condition, DerivePartialModel};

use super::break_glass::read_classes;
use crate::{
    identity::user::User,
    kernel::{
        access::{Action, Gated, Permit, Protected, Subject, load_principals},
        door::{Door, Requires},
        error::{Error, Result, UserErrorCode},
        graphql::{DateTime, Payload, phi, requires},
        load::{Scoped, resource},
        page::{Chronology, Connection, Cursor, Page},
        record::Written,
        session::Look,
        text::printable,
        viewer::Viewer,
        write::{Changeable, Write},
    },
    people::{caseload::within_reach, patient::Patient},
};

/// An approval of compliance: one user may look at one patient's record for an audit, the law or a court (42 CFR 2.53, 2.61
/// to 2.67; 45 CFR 164.512). What it says is in `detail`.
#[derive(Clone, SimpleObject, DerivePartialModel)]
#[sea_orm(entity = "access_approval::Entity")]
#[graphql(complex)]
pub struct AccessApproval {
    /// The approval's id.
    pub id: Id<access_approval::Entity>,
    #[graphql(skip)]
    patient_id: Id<patient::Entity>,
    #[graphql(skip)]
    user_id: Gate<columns::UserId, Id<user::Entity>>,
    #[graphql(skip)]
    purpose: Gate<columns::Purpose, Purpose>,
    #[graphql(skip)]
    data_classes: Gate<columns::DataClasses, Vec<String>>,
    #[graphql(skip)]
    ticket: Gate<columns::Ticket, String>,
    #[graphql(skip)]
    document_kind: Gate<columns::DocumentKind, ApprovalDocument>,
    #[graphql(skip)]
    document_reference: Gate<columns::DocumentReference, String>,
    #[graphql(skip)]
    approved_by: Gate<columns::ApprovedBy, Id<user::Entity>>,
    #[graphql(skip)]
    valid_from: Gate<columns::ValidFrom, chrono::DateTime<Utc>>,
    #[graphql(skip)]
    valid_to: Gate<columns::ValidTo, chrono::DateTime<Utc>>,
    #[graphql(skip)]
    revoked_at: Option<Gate<columns::RevokedAt, chrono::DateTime<Utc>>>,
    #[graphql(skip)]
    revoked_by: Option<Gate<columns::RevokedBy, Id<user::Entity>>>,
    #[graphql(skip)]
    created_at: chrono::DateTime<Utc>,
}

resource!(AccessApproval of access_approval);

/// The row of an approval.
struct ApprovalRow {
    id: Id<access_approval::Entity>,
    patient_id: Id<patient::Entity>,
}

impl Protected for ApprovalRow {
    const SUBJECT: Subject = Subject::AccessRecord;

    fn row_id(&self) -> uuid::Uuid {
        self.id.uuid()
    }

    fn patient_id(&self) -> Id<patient::Entity> {
        self.patient_id
    }

    fn label(&self) -> Option<DataClass> {
        None
    }
}

impl Scoped for access_approval::Entity {
    fn scope(viewer: &Viewer) -> Condition {
        within_reach(viewer, Permission::PrivacyRequestManage, access_approval::Column::PatientId)
    }
}

impl Changeable for access_approval::Entity {
    fn reach(viewer: &Viewer, permission: Permission) -> Condition {
        within_reach(viewer, permission, access_approval::Column::PatientId)
    }
}

/// What an approval says.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct AccessApprovalDetail {
    /// For what: `AUDIT_EVALUATION`, `REQUIRED_BY_LAW` or `LEGAL_PROCEEDING`.
    pub purpose: Purpose,
    /// What may be looked at.
    pub data_classes: Vec<DataClass>,
    /// Where the request is kept.
    pub ticket: String,
    /// What it rests on.
    pub document_kind: ApprovalDocument,
    /// Where the document is filed.
    pub document_reference: String,
    /// From when it holds.
    pub valid_from: DateTime,
    /// Until when, exclusively.
    pub valid_to: DateTime,
    /// When it was revoked; null when nobody did.
    pub revoked_at: Option<DateTime>,
    /// Whether it holds at this moment.
    pub in_force: bool,
    #[graphql(skip)]
    user_id: Id<user::Entity>,
    #[graphql(skip)]
    approved_by: Id<user::Entity>,
    #[graphql(skip)]
    revoked_by: Option<Id<user::Entity>>,
}

#[ComplexObject]
impl AccessApprovalDetail {
    /// Who may look.
    async fn user(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        ctx.load(self.user_id).await
    }

    /// Who approved it: never whoever may look.
    async fn approved_by(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        ctx.load(self.approved_by).await
    }

    /// Who revoked it; null when nobody did.
    async fn revoked_by(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        match self.revoked_by {
            Some(id) => ctx.load(id).await,
            None => Ok(None),
        }
    }
}

const fn look(patient_id: Id<patient::Entity>, action: Action, operation: &'static str) -> Look {
    Look {
        patient_id,
        floor: DataClass::GeneralPhi,
        label: None,
        action,
        subject: Subject::AccessRecord,
        operation,
        fields: &["accessApprovals"],
        author: None,
    }
}

#[ComplexObject]
impl AccessApproval {
    /// When it was given.
    async fn created_at(&self) -> DateTime {
        self.created_at.into()
    }

    /// Whose record may be looked at.
    async fn patient(&self, ctx: &Context<'_>) -> Result<Option<Patient>> {
        ctx.load(self.patient_id).await
    }

    /// What it says.
    #[graphql(directive = phi::apply(DataClass::GeneralPhi))]
    async fn detail(&self, ctx: &Context<'_>) -> Result<Option<Gated<AccessApprovalDetail>>> {
        let now = ctx.viewer()?.asked_at();
        let look = look(self.patient_id, Action::View, "access_approval.detail");
        ctx.reveal(look, |permit| self.open(permit, now)).await.map(Some)
    }
}

impl AccessApproval {
    fn open(&self, permit: &Permit, now: chrono::DateTime<Utc>) -> Result<AccessApprovalDetail> {
        let row = ApprovalRow { id: self.id, patient_id: self.patient_id };
        let valid_from = permit.open(&row, &self.valid_from)?;
        let valid_to = permit.open(&row, &self.valid_to)?;
        let revoked_at = permit.open_optional(&row, self.revoked_at.as_ref())?;
        Ok(AccessApprovalDetail {
            purpose: permit.open(&row, &self.purpose)?,
            data_classes: read_classes(&permit.open(&row, &self.data_classes)?)?,
            ticket: permit.open(&row, &self.ticket)?,
            document_kind: permit.open(&row, &self.document_kind)?,
            document_reference: permit.open(&row, &self.document_reference)?,
            valid_from: valid_from.into(),
            valid_to: valid_to.into(),
            revoked_at: revoked_at.map(DateTime::from),
            in_force: revoked_at.is_none() && valid_from <= now && now < valid_to,
            user_id: permit.open(&row, &self.user_id)?,
            approved_by: permit.open(&row, &self.approved_by)?,
            revoked_by: permit.open_optional(&row, self.revoked_by.as_ref())?,
        })
    }
}

/// What can be asked about approvals.
#[derive(Default)]
pub struct AccessApprovalQuery;

#[Object]
impl AccessApprovalQuery {
    /// What was approved about a patient, newest first, with what ended or was revoked. The patient is not told here: a court
    /// may forbid it (42 CFR 2.66(b)); that somebody looked is in `accessHistory`.
    #[graphql(directive = requires::apply(Permission::PrivacyRequestManage.into()), guard = "Requires(Permission::PrivacyRequestManage)")]
    async fn access_approvals(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The patient's id.")] patient_id: Id<patient::Entity>,
        #[graphql(desc = "How many, 1 to 100; 25 when not stated.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on after.")] after: Option<Cursor>,
    ) -> Result<Option<Connection<AccessApproval>>> {
        let of_patient = Condition::all().add(access_approval::Column::PatientId.eq(patient_id));
        ctx.session().await?.page(&Page { first, after }, of_patient, Chronology::NewestFirst).await.map(Some)
    }
}

/// A look to approve.
#[derive(Clone, Debug, InputObject)]
pub struct ApproveAccessInput {
    /// Whose record may be looked at.
    pub patient_id: Id<patient::Entity>,
    /// Who may look: somebody who works here, has a role that acts for the purpose, and is not yourself.
    pub user_id: Id<user::Entity>,
    /// For what: `AUDIT_EVALUATION`, `REQUIRED_BY_LAW` or `LEGAL_PROCEEDING`. It opens nothing for another purpose.
    pub purpose: Purpose,
    /// What may be looked at, and no more. Notes kept apart are never opened by an approval.
    pub classes: Vec<DataClass>,
    /// Where the request is kept, 1 to 200 characters. Do not put a name into it.
    pub ticket: String,
    /// What it rests on. `LEGAL_PROCEEDING` takes a court order: a subpoena alone is not enough (42 CFR 2.61). So does
    /// `REQUIRED_BY_LAW` for `SUD`. `AUDIT_EVALUATION` takes an agreement or a court order (42 CFR 2.53, 2.66).
    pub document_kind: ApprovalDocument,
    /// Where the document is filed, 1 to 200 characters. Do not put a name into it.
    pub document_reference: String,
    /// From when it holds; now when left out.
    pub valid_from: Option<DateTime>,
    /// Until when, exclusively: at most a year after it begins.
    pub valid_to: DateTime,
}

/// An approval to revoke.
#[derive(Clone, Debug, InputObject)]
pub struct RevokeAccessApprovalInput {
    /// The approval.
    pub access_approval_id: Id<access_approval::Entity>,
}

/// What can be changed about approvals.
#[derive(Default)]
pub struct AccessApprovalMutation;

#[Object]
impl AccessApprovalMutation {
    /// Approves that somebody looks at a patient's record for an audit, the law or a court, without a consent of the patient
    /// (42 CFR 2.53, 2.61 to 2.67; 45 CFR 164.512). Needs a fresh proof, else `REAUTH_REQUIRED`.
    ///
    /// User errors: `NOT_FOUND`, `VALIDATION_FAILED`, `SEPARATION_OF_DUTIES` (for oneself), `ACCESS_DENIED`.
    #[graphql(directive = requires::apply(Permission::PrivacyRequestManage.into()), guard = "Requires(Permission::PrivacyRequestManage)")]
    async fn approve_access(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The look to approve.")] input: ApproveAccessInput,
    ) -> Result<Option<Payload<AccessApproval>>> {
        let outcome = ctx.slot().write(|write| Box::pin(approve(write, input))).await;
        ctx.shown(outcome).await.map(Some)
    }

    /// Revokes an approval. Every request that begins after this is answered without it.
    ///
    /// User errors: `NOT_FOUND`, `INVALID_STATE` (revoked already), `ACCESS_DENIED`.
    #[graphql(directive = requires::apply(Permission::PrivacyRequestManage.into()), guard = "Requires(Permission::PrivacyRequestManage)")]
    async fn revoke_access_approval(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The approval to revoke.")] input: RevokeAccessApprovalInput,
    ) -> Result<Option<Payload<AccessApproval>>> {
        let outcome = ctx.slot().write(|write| Box::pin(revoke(write, input))).await;
        ctx.shown(outcome).await.map(Some)
    }
}

async fn approve(write: &Write, input: ApproveAccessInput) -> Result<Id<access_approval::Entity>> {
    let ApproveAccessInput {
        patient_id,
        user_id,
        purpose,
        mut classes,
        ticket,
        document_kind,
        document_reference,
        valid_from,
        valid_to: DateTime(valid_to),
    } = input;
    write.require_fresh_proof()?;
    let ticket = printable(&ticket, 200, "ticket")?;
    let document_reference = printable(&document_reference, 200, "documentReference")?;
    classes.sort_unstable();
    classes.dedup();
    check_classes(&classes)?;
    check_document(purpose, document_kind, &classes)?;
    // What the request began with decides what it shows of the approval.
    let valid_from = valid_from.map_or(write.viewer()?.asked_at(), |moment| moment.0);
    let longest = valid_from.checked_add_months(Months::new(12)).unwrap_or(valid_from);
    if valid_to <= valid_from || valid_to <= write.now() || valid_to > longest {
        return Err(Error::invalid("validTo", "comes after the start and the present, within a year"));
    }
    let patient = write.lock(patient_id, &[Permission::PrivacyRequestManage], "patientId", "patient").await?;
    may_write(write, patient.id, "access_approval.grant").await?;
    acts_for(write, user_id, purpose).await?;
    let id = write.new_id();
    write
        .insert(access_approval::ActiveModel {
            id: Set(id),
            patient_id: Set(patient.id),
            user_id: Set(Gate::new(user_id)),
            purpose: Set(Gate::new(purpose)),
            data_classes: Set(Gate::new(classes.iter().map(ActiveEnum::to_value).collect())),
            ticket: Set(Gate::new(ticket)),
            document_kind: Set(Gate::new(document_kind)),
            document_reference: Set(Gate::new(document_reference)),
            approved_by: Set(Gate::new(write.principal()?.user_id)),
            valid_from: Set(Gate::new(valid_from)),
            valid_to: Set(Gate::new(valid_to)),
            ..Default::default()
        })
        .await?;
    write.bump_consent_epoch(patient.id).await?;
    let fields = vec!["user", "purpose", "classes", "documentKind", "validFrom", "validTo"];
    note(write, id, patient.id, "access_approval.grant", fields);
    write.emit("access_approval.granted", "ACCESS_APPROVAL", id.uuid()).await?;
    Ok(id)
}

fn check_classes(classes: &[DataClass]) -> Result<()> {
    if classes.is_empty() {
        return Err(Error::invalid("classes", "state at least one class"));
    }
    let never = [DataClass::Deidentified, DataClass::PsychotherapyNote, DataClass::SudCounselingNote];
    if classes.iter().any(|class| never.contains(class)) {
        let message = "de-identified data needs no approval, and notes kept apart are never opened by one";
        return Err(Error::invalid("classes", message));
    }
    Ok(())
}

/// Whether the document carries the purpose.
fn check_document(purpose: Purpose, document: ApprovalDocument, classes: &[DataClass]) -> Result<()> {
    let of_program = classes.contains(&DataClass::Sud);
    let carries: &[ApprovalDocument] = match purpose {
        Purpose::AuditEvaluation => &[ApprovalDocument::AuditAgreement, ApprovalDocument::CourtOrder],
        Purpose::RequiredByLaw if of_program => &[ApprovalDocument::CourtOrder],
        Purpose::RequiredByLaw => &[ApprovalDocument::LegalMandate, ApprovalDocument::CourtOrder],
        Purpose::LegalProceeding => &[ApprovalDocument::CourtOrder],
        _ => {
            let message = "takes `AUDIT_EVALUATION`, `REQUIRED_BY_LAW` or `LEGAL_PROCEEDING`";
            return Err(Error::invalid("purpose", message));
        }
    };
    if carries.contains(&document) {
        return Ok(());
    }
    let message = "this purpose and these classes take another document: a proceeding, and records of a Part 2 program, a \
                   court order (42 CFR 2.61); an audit, an agreement or a court order (42 CFR 2.53, 2.66)";
    Err(Error::invalid("documentKind", message))
}

/// Whether the user works here, acts for the purpose, and is somebody else.
async fn acts_for(write: &Write, user_id: Id<user::Entity>, purpose: Purpose) -> Result<()> {
    if write.principal()?.user_id == user_id {
        let message = "nobody approves a look of their own; somebody else has to do it";
        return Err(Error::refused(UserErrorCode::SeparationOfDuties, &["userId"], message));
    }
    let active =
        Condition::all().add(user::Column::Id.eq(user_id)).add(user::Column::Status.eq(UserStatus::Active));
    let found = write.find::<user::Entity>(active).await?;
    found.ok_or_else(|| Error::not_found("userId", "user"))?;
    let principals = load_principals(write, &[user_id]).await?;
    let acts = principals
        .iter()
        .any(|principal| principal.is_workforce() && principal.allowed_purposes().contains(&purpose));
    if acts { Ok(()) } else { Err(Error::invalid("userId", "no role of the user acts for this purpose")) }
}

async fn may_write(
    write: &Write,
    patient_id: Id<patient::Entity>,
    operation: &'static str,
) -> Result<Permit> {
    write.decide(&look(patient_id, Action::Write, operation)).await?.map_err(|reason| {
        let message = format!("you may not approve looks at this patient: {}", reason.code());
        Error::refused(UserErrorCode::AccessDenied, &[], message)
    })
}

async fn revoke(write: &Write, input: RevokeAccessApprovalInput) -> Result<Id<access_approval::Entity>> {
    let RevokeAccessApprovalInput { access_approval_id } = input;
    let permissions = &[Permission::PrivacyRequestManage];
    let approval = write.lock(access_approval_id, permissions, "accessApprovalId", "approval").await?;
    may_write(write, approval.patient_id, "access_approval.revoke").await?;
    if approval.revoked_at.is_some() {
        return Err(Error::invalid_state("it was revoked already"));
    }
    let change = access_approval::ActiveModel {
        revoked_at: Set(Some(Gate::new(write.now()))),
        revoked_by: Set(Some(Gate::new(write.principal()?.user_id))),
        ..Default::default()
    };
    write.update(approval.id, None, change).await?;
    write.bump_consent_epoch(approval.patient_id).await?;
    note(write, approval.id, approval.patient_id, "access_approval.revoke", vec!["revokedAt", "revokedBy"]);
    write.emit("access_approval.revoked", "ACCESS_APPROVAL", approval.id.uuid()).await?;
    Ok(approval.id)
}

fn note(
    write: &Write,
    id: Id<access_approval::Entity>,
    patient_id: Id<patient::Entity>,
    operation: &'static str,
    fields: Vec<&'static str>,
) {
    write.written(Written {
        operation,
        target_kind: "ACCESS_APPROVAL",
        target_id: id.uuid(),
        patient_id: Some(patient_id),
        fields,
    });
}
