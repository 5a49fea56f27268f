//! Patients, by display code.

use async_graphql::{ComplexObject, Context, InputObject, Object, SimpleObject};
use chrono::Utc;
use entity::{
    DataClass, Id,
    identity::permission::Permission,
    people::{
        patient::{self, PatientStatus},
        person,
    },
    tenancy::location,
};
use sea_orm::{ColumnTrait, Condition, DerivePartialModel};

use super::{
    care_team_member::CareTeamMember,
    caseload::{shared_with, within_reach},
    patient_identity::{self, PatientIdentity},
    patient_search::{self, PatientSearch},
    person_relationship::PersonRelationship,
};
use crate::{
    consent::{
        accounting::{Disclosure, disclosures_of},
        consent::Consent,
        sharing_grant::SharingGrant,
    },
    kernel::{
        access::Gated,
        door::{Door, Requires},
        error::{Error, Result},
        graphql::{DateTime, phi, requires},
        load::{Scoped, any_of, resource},
        page::{Chronology, Connection, Cursor, Page},
        viewer::Viewer,
        write::Changeable,
    },
    tenancy::location::Location,
};

/// A person in care, by display code. Names and everything else that tells who it is hang under `identity`.
#[derive(Clone, SimpleObject, DerivePartialModel)]
#[sea_orm(entity = "patient::Entity")]
#[graphql(complex)]
pub struct Patient {
    /// The patient's id.
    pub id: Id<patient::Entity>,
    /// The handle to use instead of a name, such as `7KQM-2XTB`; made by the server, unique in the tenant, derived from
    /// nothing about the person.
    pub display_code: String,
    /// Where the patient stands.
    pub status: PatientStatus,
    /// Counts changes of consents and care team; when it moved, ask again.
    pub consent_epoch: i64,
    /// Send it back as `expectedVersion` when you change the patient.
    pub version: i32,
    #[graphql(skip)]
    person_id: Id<person::Entity>,
    #[graphql(skip)]
    pub(super) location_id: Option<Id<location::Entity>>,
    #[graphql(skip)]
    created_at: chrono::DateTime<Utc>,
}

resource!(Patient of patient);

impl Scoped for patient::Entity {
    /// Those within reach; for whoever comes from outside, those that are shared with them.
    fn scope(viewer: &Viewer) -> Condition {
        let reached = || within_reach(viewer, Permission::PatientRead, patient::Column::Id);
        match shared_with(viewer, patient::Column::Id) {
            None => reached(),
            Some(shared) if viewer.principal().reach(Permission::PatientRead).is_none() => shared,
            Some(shared) => Condition::any().add(shared).add(reached()),
        }
    }
}

impl Changeable for patient::Entity {
    fn reach(viewer: &Viewer, permission: Permission) -> Condition {
        within_reach(viewer, permission, patient::Column::Id)
    }
}

#[ComplexObject]
impl Patient {
    /// When the patient was entered.
    async fn created_at(&self) -> DateTime {
        self.created_at.into()
    }

    /// Who the patient is. In a Part 2 program the identity itself is a SUD record (42 CFR 2.11).
    #[graphql(directive = phi::apply(DataClass::Directory))]
    async fn identity(&self, ctx: &Context<'_>) -> Result<Option<Gated<PatientIdentity>>> {
        patient_identity::identity(ctx, self.id).await
    }

    /// Where the patient is served; null when nowhere in particular.
    async fn location(&self, ctx: &Context<'_>) -> Result<Option<Location>> {
        match self.location_id {
            Some(id) => ctx.load(id).await,
            None => Ok(None),
        }
    }

    /// Who treats the patient, newest first.
    async fn care_team(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 10 when not stated.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on after.")] after: Option<Cursor>,
    ) -> Result<Option<Connection<CareTeamMember>>> {
        ctx.page_of(self.id, "patient_id", Page { first, after }).await.map(Some)
    }

    /// The patient's family and others around them, newest first; those who are outside of the program see themself alone. Each
    /// one's `detail` is decided on.
    async fn relationships(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 10 when not stated.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on after.")] after: Option<Cursor>,
    ) -> Result<Option<Connection<PersonRelationship>>> {
        ctx.page_of(self.person_id, "person_id", Page { first, after }).await.map(Some)
    }

    /// The patient's consents and restrictions, newest first. Each consent's `detail` is decided on by itself.
    async fn consents(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 10 when not stated.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on after.")] after: Option<Cursor>,
    ) -> Result<Option<Connection<Consent>>> {
        ctx.page_of(self.id, "patient_id", Page { first, after }).await.map(Some)
    }

    /// What left the program about the patient, newest first; each entry's `detail` is decided on by itself. Empty for those who
    /// may not read it. `accountingOfDisclosures` is the accounting that the law asks for.
    async fn disclosures(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 10 when not stated.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on after.")] after: Option<Cursor>,
    ) -> Result<Option<Connection<Disclosure>>> {
        disclosures_of(ctx, self.id, Page { first, after }).await.map(Some)
    }

    /// With whom of their family the patient shares or shared, newest first. Each grant's `detail` is decided on by itself.
    async fn sharing_grants(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 10 when not stated.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on after.")] after: Option<Cursor>,
    ) -> Result<Option<Connection<SharingGrant>>> {
        ctx.page_of(self.id, "patient_id", Page { first, after }).await.map(Some)
    }
}

/// Which patients. All conditions given must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct PatientFilter {
    /// All of these must hold. At most three levels deep.
    pub and: Option<Vec<PatientFilter>>,
    /// One of these must hold. At most three levels deep.
    pub or: Option<Vec<PatientFilter>>,
    /// This must not hold.
    pub not: Option<Box<PatientFilter>>,
    /// By status.
    pub status: Option<PatientStatusComparator>,
    /// By the location that serves the patient.
    pub location_id: Option<LocationComparator>,
}

/// Compares a patient's status.
#[derive(Clone, Debug, InputObject)]
pub struct PatientStatusComparator {
    /// Exactly this.
    pub eq: Option<PatientStatus>,
    /// One of these; an empty list matches nobody.
    pub r#in: Option<Vec<PatientStatus>>,
}

/// Compares a patient's location.
#[derive(Clone, Debug, InputObject)]
pub struct LocationComparator {
    /// Exactly this.
    pub eq: Option<Id<location::Entity>>,
    /// One of these; an empty list matches nobody.
    pub r#in: Option<Vec<Id<location::Entity>>>,
}

const DEEPEST_FILTER: usize = 3;
const LARGEST_LIST: usize = 20;

impl PatientFilter {
    fn condition(self, depth: usize) -> Result<Condition> {
        let Self { and, or, not, status, location_id } = self;
        let fits = |length: usize| depth < DEEPEST_FILTER && length <= LARGEST_LIST;
        if !fits(and.as_ref().map_or(0, Vec::len).max(or.as_ref().map_or(0, Vec::len))) {
            return Err(Error::BadUserInput(format!(
                "`filter` is at most {DEEPEST_FILTER} levels deep, with at most {LARGEST_LIST} entries in `and` and `or`"
            )));
        }
        let mut condition = Condition::all();
        for filter in and.into_iter().flatten() {
            condition = condition.add(filter.condition(depth + 1)?);
        }
        if let Some(alternatives) = or {
            let mut any = Condition::any();
            for filter in alternatives {
                any = any.add(filter.condition(depth + 1)?);
            }
            condition = condition.add(any);
        }
        if let Some(filter) = not {
            condition = condition.add(filter.condition(depth + 1)?.not());
        }
        if let Some(PatientStatusComparator { eq, r#in }) = status {
            condition = condition
                .add_option(eq.map(|status| patient::Column::Status.eq(status)))
                .add_option(r#in.map(|statuses| patient::Column::Status.is_in(statuses)));
        }
        if let Some(LocationComparator { eq, r#in }) = location_id {
            let column = patient::Column::LocationId;
            condition = condition
                .add_option(eq.map(|location| column.eq(location)))
                .add_option(r#in.map(|ids| any_of(column, ids.into_iter().map(Id::uuid).collect())));
        }
        Ok(condition)
    }
}

/// What can be asked about patients.
#[derive(Default)]
pub struct PatientQuery;

#[Object]
impl PatientQuery {
    /// The patient with this id; null when there is none, or none within your reach.
    #[graphql(directive = requires::apply(Permission::PatientRead.into()), guard = "Requires(Permission::PatientRead)")]
    async fn patient(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The patient's id.")] id: Id<patient::Entity>,
    ) -> Result<Option<Patient>> {
        ctx.load(id).await
    }

    /// The patients within your reach: all of the tenant, those you treat, or yourself.
    #[graphql(directive = requires::apply(Permission::PatientRead.into()), guard = "Requires(Permission::PatientRead)")]
    async fn patients(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which patients; all within your reach when not stated.")] filter: Option<
            PatientFilter,
        >,
        #[graphql(
            desc = "By protected identity. Needs the permission `phi.search`, else `FORBIDDEN`; finds only patients whose \
                    consent covers the search; more than 500 candidates are `SEARCH_TOO_BROAD`."
        )]
        search: Option<PatientSearch>,
        #[graphql(default, desc = "In which order.")] order_by: Chronology,
        #[graphql(desc = "How many, 1 to 100; 25 when not stated.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on after.")] after: Option<Cursor>,
    ) -> Result<Option<Connection<Patient>>> {
        let mut condition = filter.unwrap_or_default().condition(0)?;
        let session = ctx.session().await?;
        if let Some(search) = search {
            let found = patient_search::permitted(&session, search).await?;
            condition = condition.add(any_of(patient::Column::Id, found.into_iter().map(Id::uuid).collect()));
        }
        session.page(&Page { first, after }, condition, order_by).await.map(Some)
    }
}
