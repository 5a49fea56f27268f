//! Who is who to a patient: family and others, and who may decide for the patient (45 CFR 164.502(g), 42 CFR 2.14).

mod authority;
mod linking;
mod related_person;

use async_graphql::{ComplexObject, Context, SimpleObject};
use chrono::Utc;
use entity::{
    DataClass, Gate, Id, TenantTable,
    identity::{permission::Permission, user},
    people::{
        patient, person,
        person_relationship::{self, LegalAuthority, PersonRelationshipKind, columns},
    },
};
use sea_orm::{
    ColumnTrait, Condition, DerivePartialModel,
    sea_query::{Expr, ExprTrait, Query, SelectStatement, SimpleExpr},
};

use super::{caseload::within_reach, patient::Patient};
use crate::kernel::{
    access::{Action, Gated, Permit, Protected, Subject},
    door::Door,
    error::{Error, Result, UserErrorCode},
    graphql::{DateTime, phi},
    load::{Scoped, resource},
    session::Look,
    viewer::Viewer,
    write::{Changeable, Write},
};
pub use authority::LegalAuthorityMutation;
pub use linking::PersonRelationshipMutation;
use related_person::name;

/// Somebody of a patient's family, or another person around the patient. Who it is, and what they may decide, is in `detail`.
#[derive(Clone, SimpleObject, DerivePartialModel)]
#[sea_orm(entity = "person_relationship::Entity")]
#[graphql(complex)]
pub struct PersonRelationship {
    /// The relationship's id.
    pub id: Id<person_relationship::Entity>,
    /// Send it back as `expectedVersion` when you change the relationship.
    pub version: i32,
    #[graphql(skip)]
    #[sea_orm(from_expr = "patient_of(person_relationship::Column::PersonId)")]
    patient_id: Option<Id<patient::Entity>>,
    #[graphql(skip)]
    related_person_id: Id<person::Entity>,
    #[graphql(skip)]
    #[sea_orm(from_expr = "patient_of(person_relationship::Column::RelatedPersonId)")]
    related_patient_id: Option<Id<patient::Entity>>,
    #[graphql(skip)]
    kind: Gate<columns::Kind, PersonRelationshipKind>,
    #[graphql(skip)]
    legal_authority: Gate<columns::LegalAuthority, LegalAuthority>,
    #[graphql(skip)]
    can_be_contacted: bool,
    #[graphql(skip)]
    is_emergency_contact: bool,
    #[graphql(skip)]
    verified_at: Option<chrono::DateTime<Utc>>,
    #[graphql(skip)]
    verified_by: Option<Id<user::Entity>>,
    #[graphql(skip)]
    ends_at: Option<chrono::DateTime<Utc>>,
    #[graphql(skip)]
    evidence_reference: Option<String>,
    #[graphql(skip)]
    created_at: chrono::DateTime<Utc>,
}

resource!(PersonRelationship of person_relationship);

/// The patient that a person is, if they are one.
fn patient_of(person: person_relationship::Column) -> SimpleExpr {
    let patient = Query::select()
        .column((patient::Entity, patient::Column::Id))
        .from(patient::Entity)
        .and_where(
            Expr::col((patient::Entity, patient::Entity::TENANT_ID))
                .equals((person_relationship::Entity, person_relationship::Entity::TENANT_ID)),
        )
        .and_where(
            Expr::col((patient::Entity, patient::Column::PersonId))
                .equals((person_relationship::Entity, person)),
        )
        .and_where(Expr::col((patient::Entity, patient::Column::DeletedAt)).is_null())
        .take();
    SimpleExpr::SubQuery(None, Box::new(patient.into()))
}

impl Scoped for person_relationship::Entity {
    /// Those of patients within reach. Whoever stands outside of the program sees of a patient's family themself alone: one
    /// parent is not told of the other.
    fn scope(viewer: &Viewer) -> Condition {
        let reached = Self::reach(viewer, Permission::PatientRead);
        let principal = viewer.principal();
        if principal.is_workforce() {
            return reached;
        }
        let Some(person) = principal.person_id else {
            return Condition::all().add(Expr::value(false));
        };
        use person_relationship::Column;
        let own = Condition::any().add(Column::PersonId.eq(person)).add(Column::RelatedPersonId.eq(person));
        reached.add(own)
    }
}

impl Changeable for person_relationship::Entity {
    fn reach(viewer: &Viewer, permission: Permission) -> Condition {
        let people = people_within_reach(viewer, permission);
        Condition::all().add(person_relationship::Column::PersonId.in_subquery(people))
    }
}

fn people_within_reach(viewer: &Viewer, permission: Permission) -> SelectStatement {
    Query::select()
        .column((patient::Entity, patient::Column::PersonId))
        .from(patient::Entity)
        .and_where(Expr::col((patient::Entity, patient::Entity::TENANT_ID)).eq(viewer.tenant_id()))
        .cond_where(within_reach(viewer, permission, patient::Column::Id))
        .and_where(Expr::col((patient::Entity, patient::Column::DeletedAt)).is_null())
        .take()
}

/// Who somebody is to a patient, and what they may decide.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct PersonRelationshipDetail {
    /// What the person is to the patient.
    pub kind: PersonRelationshipKind,
    /// The person's given and family name in one line; null when none was entered, and for a patient, whose name is in
    /// `relatedPatient`.
    pub full_name: Option<String>,
    /// Whether the person may be written to and called about the patient. `false` for a guardian whose custody is limited:
    /// tell them nothing unasked.
    pub can_be_contacted: bool,
    /// Whether to call the person in an emergency.
    pub is_emergency_contact: bool,
    /// What the person may decide for the patient, once it is verified and while it is `authorityInForce`.
    pub legal_authority: LegalAuthority,
    /// Whether the authority counts at this moment: verified and not ended. That of a parent or guardian counts until the
    /// patient comes of age besides, whatever stands here (42 CFR 2.14, 45 CFR 164.502(g)(3)).
    pub authority_in_force: bool,
    /// When the authority was verified; null before.
    pub verified_at: Option<DateTime>,
    /// The user who verified it.
    pub verified_by_id: Option<Id<user::Entity>>,
    /// Until when, exclusively; null while it is open.
    pub ends_at: Option<DateTime>,
    /// Where the evidence is filed.
    pub evidence_reference: Option<String>,
    #[graphql(skip)]
    related_patient_id: Option<Id<patient::Entity>>,
}

#[ComplexObject]
impl PersonRelationshipDetail {
    /// The patient that the person is; null for others, and when that patient is none of yours.
    async fn related_patient(&self, ctx: &Context<'_>) -> Result<Option<Patient>> {
        match self.related_patient_id {
            Some(id) => ctx.load(id).await,
            None => Ok(None),
        }
    }
}

#[ComplexObject]
impl PersonRelationship {
    /// When the relationship was entered.
    async fn created_at(&self) -> DateTime {
        self.created_at.into()
    }

    /// Whose family it is.
    async fn patient(&self, ctx: &Context<'_>) -> Result<Option<Patient>> {
        match self.patient_id {
            Some(id) => ctx.load(id).await,
            None => Ok(None),
        }
    }

    /// Who it is and what they may decide: part of the patient's identity (45 CFR 164.514(b)(2)(i)).
    #[graphql(directive = phi::apply(DataClass::Directory))]
    async fn detail(&self, ctx: &Context<'_>) -> Result<Option<Gated<PersonRelationshipDetail>>> {
        let Some(patient_id) = self.patient_id else { return Ok(None) };
        let permit = match ctx.decide(look(patient_id, Action::View, "relationship.detail")).await? {
            Ok(permit) => permit,
            Err(withheld) => return Ok(Some(Gated::Withheld(withheld))),
        };
        let full_name = match self.related_patient_id {
            Some(_) => None,
            None => name(ctx, &permit, self.related_person_id).await?,
        };
        let now = ctx.session().await?.core().now();
        self.open(&permit, patient_id, full_name, now).map(|detail| Some(Gated::Value(detail)))
    }
}

impl PersonRelationship {
    fn open(
        &self,
        permit: &Permit,
        patient_id: Id<patient::Entity>,
        full_name: Option<String>,
        now: chrono::DateTime<Utc>,
    ) -> Result<PersonRelationshipDetail> {
        let row = OfPatient { id: self.id, patient_id };
        let legal_authority = permit.open(&row, &self.legal_authority)?;
        Ok(PersonRelationshipDetail {
            kind: permit.open(&row, &self.kind)?,
            full_name,
            can_be_contacted: self.can_be_contacted,
            is_emergency_contact: self.is_emergency_contact,
            legal_authority,
            authority_in_force: legal_authority != LegalAuthority::None
                && self.verified_at.is_some()
                && self.ends_at.is_none_or(|end| now < end),
            verified_at: self.verified_at.map(DateTime::from),
            verified_by_id: self.verified_by,
            ends_at: self.ends_at.map(DateTime::from),
            evidence_reference: self.evidence_reference.clone(),
            related_patient_id: self.related_patient_id,
        })
    }
}

/// A relationship's row, known to be that of a patient.
struct OfPatient {
    id: Id<person_relationship::Entity>,
    patient_id: Id<patient::Entity>,
}

impl Protected for OfPatient {
    const SUBJECT: Subject = Subject::Health;

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

const FIELDS: &[&str] = &["relationships"];

const fn look(patient_id: Id<patient::Entity>, action: Action, operation: &'static str) -> Look {
    Look {
        patient_id,
        floor: DataClass::Directory,
        label: None,
        action,
        subject: Subject::Health,
        operation,
        fields: FIELDS,
        author: None,
    }
}

/// Decides on writing who is who to a patient.
///
/// # Errors
///
/// `ACCESS_DENIED` on `field` when the decision is no.
async fn may_write(
    write: &Write,
    patient_id: Id<patient::Entity>,
    operation: &'static str,
    field: &str,
) -> Result<Permit> {
    write.decide(&look(patient_id, Action::Write, operation)).await?.map_err(|reason| {
        let message = format!("you may not write who is who to this patient: {}", reason.code());
        Error::refused(UserErrorCode::AccessDenied, &[field], message)
    })
}

/// A relationship within reach, its patient, and the decision that its rules may be applied.
///
/// # Errors
///
/// `NOT_FOUND` and `ACCESS_DENIED` on `relationshipId`.
async fn locked(
    write: &Write,
    id: Id<person_relationship::Entity>,
    operation: &'static str,
) -> Result<(person_relationship::Model, Id<patient::Entity>, Permit)> {
    let row = write.lock(id, &[Permission::PatientWrite], "relationshipId", "relationship").await?;
    let of_person = Condition::all().add(patient::Column::PersonId.eq(row.person_id));
    let patient = write.find::<patient::Entity>(of_person).await?;
    let patient = patient.ok_or_else(|| Error::not_found("relationshipId", "relationship"))?;
    let permit = may_write(write, patient.id, operation, "relationshipId").await?;
    Ok((row, patient.id, permit))
}
