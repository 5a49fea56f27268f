//! Who treats whom: the relationship that need to know is checked against.

use async_graphql::{ComplexObject, Context, InputObject, Object, SimpleObject};
use chrono::Utc;
use entity::{
    Id,
    identity::permission::Permission,
    people::{
        care_team_member::{self, CareTeamRole},
        patient,
        practitioner::{self, PractitionerStatus},
    },
};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, DerivePartialModel};

use super::{caseload::within_reach, patient::Patient, practitioner::Practitioner};
use crate::kernel::{
    door::{Door, Requires},
    error::{Error, Result},
    graphql::{DateTime, Payload, requires},
    load::{Scoped, resource},
    record::Written,
    viewer::Viewer,
    write::Write,
};

/// A place on a patient's care team.
#[derive(Clone, SimpleObject, DerivePartialModel)]
#[sea_orm(entity = "care_team_member::Entity")]
#[graphql(complex)]
pub struct CareTeamMember {
    /// The place's id.
    pub id: Id<care_team_member::Entity>,
    /// What the practitioner does for the patient.
    pub role: CareTeamRole,
    #[graphql(skip)]
    patient_id: Id<patient::Entity>,
    #[graphql(skip)]
    practitioner_id: Id<practitioner::Entity>,
    #[graphql(skip)]
    starts_at: chrono::DateTime<Utc>,
    #[graphql(skip)]
    ends_at: Option<chrono::DateTime<Utc>>,
    #[graphql(skip)]
    created_at: chrono::DateTime<Utc>,
}

resource!(CareTeamMember of care_team_member);

impl Scoped for care_team_member::Entity {
    fn scope(viewer: &Viewer) -> Condition {
        within_reach(viewer, Permission::PatientRead, care_team_member::Column::PatientId)
    }
}

#[ComplexObject]
impl CareTeamMember {
    /// From when the practitioner treats the patient.
    async fn starts_at(&self) -> DateTime {
        self.starts_at.into()
    }

    /// Until when, exclusively; null while it is open.
    async fn ends_at(&self) -> Option<DateTime> {
        self.ends_at.map(DateTime::from)
    }

    /// The patient.
    async fn patient(&self, ctx: &Context<'_>) -> Result<Option<Patient>> {
        ctx.load(self.patient_id).await
    }

    /// The practitioner.
    async fn practitioner(&self, ctx: &Context<'_>) -> Result<Option<Practitioner>> {
        ctx.load(self.practitioner_id).await
    }
}

/// A place on a care team to give.
#[derive(Clone, Debug, InputObject)]
pub struct AssignCareTeamInput {
    /// The patient.
    pub patient_id: Id<patient::Entity>,
    /// The practitioner.
    pub practitioner_id: Id<practitioner::Entity>,
    /// What the practitioner does for the patient.
    pub role: CareTeamRole,
    /// From when; now when left out.
    pub starts_at: Option<DateTime>,
    /// Until when, exclusively; open when left out.
    pub ends_at: Option<DateTime>,
}

/// What can be changed about care teams.
#[derive(Default)]
pub struct CareTeamMutation;

#[Object]
impl CareTeamMutation {
    /// Gives a practitioner a place on a patient's care team: the relationship without which no role sees protected
    /// data.
    ///
    /// User errors: `NOT_FOUND`, `ALREADY_EXISTS`, `VALIDATION_FAILED`, `INVALID_STATE` (the practitioner does not
    /// work).
    #[graphql(directive = requires::apply(Permission::PatientWrite.into()), guard = "Requires(Permission::PatientWrite)")]
    async fn assign_care_team(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The place to give.")] input: AssignCareTeamInput,
    ) -> Result<Option<Payload<CareTeamMember>>> {
        let outcome = ctx.slot().write(|write| Box::pin(assign(write, input))).await;
        ctx.shown(outcome).await.map(Some)
    }
}

async fn assign(write: &Write, input: AssignCareTeamInput) -> Result<Id<care_team_member::Entity>> {
    let AssignCareTeamInput { patient_id, practitioner_id, role, starts_at, ends_at } = input;
    let patient = write.lock(patient_id, &[Permission::PatientWrite], "patientId", "patient").await?;
    let practitioner = write
        .find::<practitioner::Entity>(Condition::all().add(practitioner::Column::Id.eq(practitioner_id)))
        .await?
        .ok_or_else(|| Error::not_found("practitionerId", "practitioner"))?;
    if practitioner.status != PractitionerStatus::Active {
        return Err(Error::invalid_state("the practitioner does not work with patients now"));
    }
    let starts_at = starts_at.map_or(write.viewer()?.asked_at(), |moment| moment.0);
    let ends_at = ends_at.map(|moment| moment.0);
    if ends_at.is_some_and(|end| end <= starts_at) {
        return Err(Error::invalid("endsAt", "the end comes after the start"));
    }
    let id = write.new_id();
    write
        .insert(care_team_member::ActiveModel {
            id: Set(id),
            patient_id: Set(patient.id),
            practitioner_id: Set(practitioner.id),
            role: Set(role),
            starts_at: Set(starts_at),
            ends_at: Set(ends_at),
            ..Default::default()
        })
        .await?;
    write.bump_consent_epoch(patient.id).await?;
    write.written(Written {
        operation: "care_team.assign",
        target_kind: "CARE_TEAM_MEMBER",
        target_id: id.uuid(),
        patient_id: Some(patient.id),
        fields: vec!["practitioner", "role", "startsAt", "endsAt"],
    });
    write.emit("care_team.assigned", "PATIENT", patient.id.uuid()).await?;
    Ok(id)
}
