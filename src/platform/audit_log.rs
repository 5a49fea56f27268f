//! Who looked or wrote, what was decided and why.

use async_graphql::{ComplexObject, Context, InputObject, Object, SimpleObject};
use chrono::Utc;
use entity::{
    DataClass, Gate, Id,
    consent::{consent, purpose::Purpose},
    identity::{permission::Permission, role_permission::Reach, user},
    people::patient,
    platform::audit_log::{self, AuditAction, AuditCredential, AuditDecision, columns},
};
use sea_orm::{ColumnTrait, Condition, DerivePartialModel};

use crate::{
    consent::access_ground::AccessGround,
    identity::user::User,
    kernel::{
        access::{Action, Gated, Protected, Subject},
        door::{Door, Requires},
        error::Result,
        graphql::{DateTime, phi, requires},
        load::{Scoped, resource},
        page::{Chronology, Connection, Cursor, Page},
        session::Look,
        viewer::Viewer,
    },
    people::{caseload::within_reach, patient::Patient},
};

/// An entry in the record: a look, a refusal, a write, a sign-in. Never changed, never deleted.
#[derive(Clone, SimpleObject, DerivePartialModel)]
#[sea_orm(entity = "audit_log::Entity")]
#[graphql(complex)]
pub struct AuditLog {
    /// The entry's id.
    pub id: Id<audit_log::Entity>,
    /// What was attempted.
    pub action: AuditAction,
    /// By which operation, such as `patient.identity` or `consent.revoke`.
    pub operation: String,
    /// The role in which the actor acted.
    pub actor_role: Option<String>,
    /// With which credential.
    pub credential: AuditCredential,
    /// The request's id, as in the header `x-request-id`.
    pub request_id: String,
    #[graphql(skip)]
    target_kind: Option<String>,
    #[graphql(skip)]
    occurred_at: chrono::DateTime<Utc>,
    #[graphql(skip)]
    actor_id: Option<Id<user::Entity>>,
    #[graphql(skip)]
    patient_id: Option<Id<patient::Entity>>,
    #[graphql(skip)]
    data_class: Option<Gate<columns::DataClass, DataClass>>,
    #[graphql(skip)]
    fields: Gate<columns::Fields, Vec<String>>,
    #[graphql(skip)]
    decision: Gate<columns::Decision, AuditDecision>,
    #[graphql(skip)]
    reason: Option<Gate<columns::Reason, String>>,
    #[graphql(skip)]
    purpose: Option<Gate<columns::Purpose, String>>,
    #[graphql(skip)]
    consent_id: Option<Gate<columns::ConsentId, Id<consent::Entity>>>,
    #[graphql(skip)]
    created_at: chrono::DateTime<Utc>,
}

resource!(AuditLog of audit_log);

/// An entry that is about a patient.
struct AboutPatient<'e>(&'e AuditLog, Id<patient::Entity>);

impl Protected for AboutPatient<'_> {
    const SUBJECT: Subject = Subject::AccessRecord;

    fn row_id(&self) -> uuid::Uuid {
        self.0.id.uuid()
    }

    fn patient_id(&self) -> Id<patient::Entity> {
        self.1
    }

    fn label(&self) -> Option<DataClass> {
        None
    }
}

impl Scoped for audit_log::Entity {
    fn scope(viewer: &Viewer) -> Condition {
        if viewer.principal().reach(Permission::AuditRead) == Some(Reach::Tenant) {
            return Condition::all();
        }
        within_reach(viewer, Permission::AccessHistoryRead, audit_log::Column::PatientId)
    }
}

/// What an entry says about a patient.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct AuditSubject {
    /// What was decided.
    pub decision: AuditDecision,
    /// Why it was refused; null for `PERMIT`.
    pub reason: Option<String>,
    /// The class of data; null when something was written that has none.
    pub data_class: Option<DataClass>,
    /// Which fields: names, never values.
    pub fields: Vec<String>,
    /// For what purpose.
    pub purpose: Option<Purpose>,
    /// What a look that was allowed rested on: `CONSENT`, `SHARING`, `EMERGENCY` or `APPROVAL`. Null when it was refused, when
    /// something was written, and when it took none of these: the patient's own look, that of whoever stands in their place,
    /// and what a relationship alone allows.
    pub ground: Option<AccessGround>,
    #[graphql(skip)]
    consent_id: Option<Id<consent::Entity>>,
}

#[ComplexObject]
impl AuditSubject {
    /// The consent that permitted it; null when none was needed, or none permitted it.
    async fn via_consent(&self, ctx: &Context<'_>) -> Result<Option<crate::consent::consent::Consent>> {
        match self.consent_id {
            Some(id) => ctx.load(id).await,
            None => Ok(None),
        }
    }
}

const fn look(patient_id: Id<patient::Entity>) -> Look {
    Look {
        patient_id,
        floor: DataClass::GeneralPhi,
        label: None,
        action: Action::View,
        subject: Subject::AccessRecord,
        operation: "audit.subject",
        fields: &["accessHistory"],
        author: None,
    }
}

#[ComplexObject]
impl AuditLog {
    /// When it happened.
    async fn occurred_at(&self) -> DateTime {
        self.occurred_at.into()
    }

    /// Who; null when nobody was signed in, or the command line acted.
    async fn actor(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        match self.actor_id {
            Some(id) => ctx.load(id).await,
            None => Ok(None),
        }
    }

    /// The patient it is about, by display code; null when it is about none, or the patient is not within your reach.
    async fn patient(&self, ctx: &Context<'_>) -> Result<Option<Patient>> {
        match self.patient_id {
            Some(id) => ctx.load(id).await,
            None => Ok(None),
        }
    }

    /// What it says about the patient; null when it is about none. Readable by the patient, by compliance and within a
    /// treating relationship, without a consent.
    #[graphql(directive = phi::apply(DataClass::GeneralPhi))]
    async fn subject(&self, ctx: &Context<'_>) -> Result<Option<Gated<AuditSubject>>> {
        let Some(patient_id) = self.patient_id else { return Ok(None) };
        let row = AboutPatient(self, patient_id);
        let revealed = ctx.reveal(look(patient_id), |permit| {
            let purpose = permit.open_optional(&row, self.purpose.as_ref())?;
            let decision = permit.open(&row, &self.decision)?;
            let data_class = permit.open_optional(&row, self.data_class.as_ref())?;
            let consent_id = permit.open_optional(&row, self.consent_id.as_ref())?;
            let looked = data_class.is_some() && decision == AuditDecision::Permit;
            let ground = AccessGround::of_record(self.target_kind.as_deref(), consent_id.is_some());
            Ok(AuditSubject {
                decision,
                reason: permit.open_optional(&row, self.reason.as_ref())?,
                data_class,
                ground: ground.filter(|_| looked),
                fields: permit.open(&row, &self.fields)?,
                purpose: purpose.and_then(|code| code.parse().ok()),
                consent_id,
            })
        });
        revealed.await.map(Some)
    }
}

/// Which entries. All conditions given must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct AuditLogFilter {
    /// About this patient.
    pub patient_id: Option<Id<patient::Entity>>,
    /// By this user.
    pub actor_id: Option<Id<user::Entity>>,
    /// Of this request.
    pub request_id: Option<String>,
    /// Attempting this.
    pub action: Option<AuditAction>,
    /// From this moment.
    pub from: Option<DateTime>,
    /// Before this moment.
    pub to: Option<DateTime>,
}

impl AuditLogFilter {
    fn condition(self) -> Condition {
        use audit_log::Column;
        let Self { patient_id, actor_id, request_id, action, from, to } = self;
        Condition::all()
            .add_option(patient_id.map(|id| Column::PatientId.eq(id)))
            .add_option(actor_id.map(|id| Column::ActorId.eq(id)))
            .add_option(request_id.map(|id| Column::RequestId.eq(id)))
            .add_option(action.map(|action| Column::Action.eq(action)))
            .add_option(from.map(|moment| Column::OccurredAt.gte(moment.0)))
            .add_option(to.map(|moment| Column::OccurredAt.lt(moment.0)))
    }
}

/// What can be asked about the record.
#[derive(Default)]
pub struct AuditLogQuery;

#[Object]
impl AuditLogQuery {
    /// The tenant's record of looks, refusals, writes and sign-ins, newest first.
    #[graphql(directive = requires::apply(Permission::AuditRead.into()), guard = "Requires(Permission::AuditRead)")]
    async fn audit_logs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which entries; all when not stated.")] filter: Option<AuditLogFilter>,
        #[graphql(desc = "How many, 1 to 100; 25 when not stated.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on after.")] after: Option<Cursor>,
    ) -> Result<Option<Connection<AuditLog>>> {
        let condition = filter.unwrap_or_default().condition();
        ctx.session().await?.page(&Page { first, after }, condition, Chronology::NewestFirst).await.map(Some)
    }

    /// Who looked at this patient's record, refusals included, newest first (45 CFR 164.312(b)); what was looked at is in
    /// `subject`. Empty when the patient is not within your reach.
    #[graphql(directive = requires::apply(Permission::AccessHistoryRead.into()), guard = "Requires(Permission::AccessHistoryRead)")]
    async fn access_history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The patient's id.")] patient_id: Id<patient::Entity>,
        #[graphql(desc = "How many, 1 to 100; 25 when not stated.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on after.")] after: Option<Cursor>,
    ) -> Result<Option<Connection<AuditLog>>> {
        let of_patient = Condition::all().add(audit_log::Column::PatientId.eq(patient_id));
        ctx.session().await?.page(&Page { first, after }, of_patient, Chronology::NewestFirst).await.map(Some)
    }
}
