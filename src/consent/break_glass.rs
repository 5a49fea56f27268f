//! Breaking the glass: looking without a consent in a medical emergency (42 CFR 2.51).

pub mod breaking;
pub mod reviewing;

use async_graphql::{ComplexObject, Context, InputObject, Object, SimpleObject};
use chrono::{TimeDelta, Utc};
use entity::{
    DataClass, Gate, Id, Sealed,
    consent::break_glass_event::{self, BreakGlassFinding, columns},
    identity::{permission::Permission, user},
    people::patient,
};
use sea_orm::{
    ActiveEnum, ColumnTrait, Condition, DerivePartialModel,
    sea_query::{Expr, ExprTrait},
};

use crate::{
    identity::user::User,
    kernel::{
        access::{Action, Gated, Permit, Protected, Subject},
        door::{Door, RequiresAny},
        error::{Error, Result},
        graphql::{DateTime, phi, requires},
        load::{Scoped, resource},
        page::{Chronology, Connection, Cursor, Page},
        session::Look,
        viewer::Viewer,
        write::Changeable,
    },
    people::{caseload::within_reach, patient::Patient},
};

/// For how long a broken glass may wait for its review before compliance is told again.
pub const REVIEWED_WITHIN: TimeDelta = TimeDelta::hours(72);

/// Somebody broke the glass in a medical emergency (42 CFR 2.51). What was said of the emergency is in `detail`.
#[derive(Clone, SimpleObject, DerivePartialModel)]
#[sea_orm(entity = "break_glass_event::Entity")]
#[graphql(complex)]
pub struct BreakGlassEvent {
    /// The event's id.
    pub id: Id<break_glass_event::Entity>,
    /// The id of the patient whose record was opened. From the next request on, `patient(id)` answers with it in the session
    /// that broke the glass.
    pub patient_id: Id<patient::Entity>,
    #[graphql(skip)]
    starts_at: chrono::DateTime<Utc>,
    #[graphql(skip)]
    expires_at: chrono::DateTime<Utc>,
    #[graphql(skip)]
    ended_at: Option<chrono::DateTime<Utc>>,
    #[graphql(skip)]
    reviewed_at: Option<chrono::DateTime<Utc>>,
    #[graphql(skip)]
    user_id: Gate<columns::UserId, Id<user::Entity>>,
    #[graphql(skip)]
    emergency_nature: Sealed<columns::EmergencyNature>,
    #[graphql(skip)]
    reason: Sealed<columns::Reason>,
    #[graphql(skip)]
    recipient_name: Sealed<columns::RecipientName>,
    #[graphql(skip)]
    recipient_affiliation: Sealed<columns::RecipientAffiliation>,
    #[graphql(skip)]
    data_classes: Gate<columns::DataClasses, Vec<String>>,
    #[graphql(skip)]
    ended_by: Option<Gate<columns::EndedBy, Id<user::Entity>>>,
    #[graphql(skip)]
    finding: Option<Gate<columns::Finding, BreakGlassFinding>>,
    #[graphql(skip)]
    reviewed_by: Option<Gate<columns::ReviewedBy, Id<user::Entity>>>,
    #[graphql(skip)]
    review_note: Option<Sealed<columns::ReviewNote>>,
    #[graphql(skip)]
    created_at: chrono::DateTime<Utc>,
}

resource!(BreakGlassEvent of break_glass_event);

/// The row of an event, before or after it is stored.
struct EventRow {
    id: Id<break_glass_event::Entity>,
    patient_id: Id<patient::Entity>,
}

impl Protected for EventRow {
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

impl Scoped for break_glass_event::Entity {
    /// Those who review see all, patients those about themselves, and whoever broke the glass their own.
    fn scope(viewer: &Viewer) -> Condition {
        let principal = viewer.principal();
        let of = |permission| {
            let held = principal.reach(permission).is_some();
            held.then(|| <Self as Changeable>::reach(viewer, permission))
        };
        if principal.extent(Permission::BreakGlassReview).is_some_and(|extent| extent.tenant) {
            return Condition::all();
        }
        let reached: Vec<Condition> = READERS.iter().filter_map(|permission| of(*permission)).collect();
        if reached.is_empty() {
            return Condition::all().add(Expr::value(false));
        }
        reached.into_iter().fold(Condition::any(), Condition::add)
    }
}

impl Changeable for break_glass_event::Entity {
    fn reach(viewer: &Viewer, permission: Permission) -> Condition {
        use break_glass_event::Column;
        match permission {
            Permission::BreakGlassInvoke if viewer.principal().reach(permission).is_some() => {
                Condition::all().add(Expr::col(Column::UserId).eq(viewer.principal().user_id))
            }
            _ => within_reach(viewer, permission, Column::PatientId),
        }
    }
}

/// What was said of an emergency, and what a review found.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct BreakGlassDetail {
    /// What the emergency was, in the words of whoever broke the glass (42 CFR 2.51(c)(4)).
    pub emergency_nature: String,
    /// Why it could not wait for a consent.
    pub reason: String,
    /// Who received the information (42 CFR 2.51(c)(1)).
    pub recipient_name: String,
    /// Which health care facility the recipient belongs to (42 CFR 2.51(c)(1)).
    pub recipient_affiliation: String,
    /// What was opened.
    pub data_classes: Vec<DataClass>,
    /// What the review found; null before it.
    pub finding: Option<BreakGlassFinding>,
    /// What the review noted, for those who review alone (`break_glass.review`); null to others and before it.
    pub finding_note: Option<String>,
    #[graphql(skip)]
    user_id: Id<user::Entity>,
    #[graphql(skip)]
    ended_by: Option<Id<user::Entity>>,
    #[graphql(skip)]
    reviewed_by: Option<Id<user::Entity>>,
}

#[ComplexObject]
impl BreakGlassDetail {
    /// Who broke the glass (42 CFR 2.51(c)(2)); null when you cannot see users.
    async fn user(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        ctx.load(self.user_id).await
    }

    /// Who ended it before its time; null when its time ran out, or you cannot see users.
    async fn ended_by(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        match self.ended_by {
            Some(id) => ctx.load(id).await,
            None => Ok(None),
        }
    }

    /// Who reviewed it; null before the review, or when you cannot see users.
    async fn reviewed_by(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        match self.reviewed_by {
            Some(id) => ctx.load(id).await,
            None => Ok(None),
        }
    }
}

#[ComplexObject]
impl BreakGlassEvent {
    /// From when the record was open.
    async fn starts_at(&self) -> DateTime {
        self.starts_at.into()
    }

    /// Until when it is open, exclusively, unless it is ended before.
    async fn expires_at(&self) -> DateTime {
        self.expires_at.into()
    }

    /// When it was ended before its time; null when nobody did.
    async fn ended_at(&self) -> Option<DateTime> {
        self.ended_at.map(DateTime::from)
    }

    /// When somebody else reviewed it; null while the review is owed.
    async fn reviewed_at(&self) -> Option<DateTime> {
        self.reviewed_at.map(DateTime::from)
    }

    /// Until when the review is owed: 72 hours after the glass was broken.
    async fn review_due_at(&self) -> DateTime {
        (self.starts_at + REVIEWED_WITHIN).into()
    }

    /// The patient; null when the patient is not within your reach.
    async fn patient(&self, ctx: &Context<'_>) -> Result<Option<Patient>> {
        ctx.load(self.patient_id).await
    }

    /// What was said of the emergency, and what the review found. Readable by the patient, by compliance and within a
    /// treating relationship, without a consent.
    #[graphql(directive = phi::apply(DataClass::GeneralPhi))]
    async fn detail(&self, ctx: &Context<'_>) -> Result<Option<Gated<BreakGlassDetail>>> {
        let reviews = ctx.viewer()?.principal().reach(Permission::BreakGlassReview).is_some();
        let look = look(self.patient_id, Action::View, "break_glass.detail");
        ctx.reveal(look, |permit| self.open(permit, reviews)).await.map(Some)
    }
}

impl BreakGlassEvent {
    fn open(&self, permit: &Permit, reviews: bool) -> Result<BreakGlassDetail> {
        let row = EventRow { id: self.id, patient_id: self.patient_id };
        let missing = || Error::internal("a broken glass without its words");
        let note = permit.unseal(&row, self.review_note.as_ref())?.filter(|_| reviews);
        Ok(BreakGlassDetail {
            emergency_nature: permit
                .unseal(&row, Some(&self.emergency_nature))?
                .ok_or_else(missing)?
                .as_str()
                .to_owned(),
            reason: permit.unseal(&row, Some(&self.reason))?.ok_or_else(missing)?.as_str().to_owned(),
            recipient_name: permit
                .unseal(&row, Some(&self.recipient_name))?
                .ok_or_else(missing)?
                .as_str()
                .to_owned(),
            recipient_affiliation: permit
                .unseal(&row, Some(&self.recipient_affiliation))?
                .ok_or_else(missing)?
                .as_str()
                .to_owned(),
            data_classes: read_classes(&permit.open(&row, &self.data_classes)?)?,
            finding: permit.open_optional(&row, self.finding.as_ref())?,
            finding_note: note.map(|note| note.as_str().to_owned()),
            user_id: permit.open(&row, &self.user_id)?,
            ended_by: permit.open_optional(&row, self.ended_by.as_ref())?,
            reviewed_by: permit.open_optional(&row, self.reviewed_by.as_ref())?,
        })
    }
}

/// Classes as they are stored.
pub(super) fn read_classes(codes: &[String]) -> Result<Vec<DataClass>> {
    let unknown = |_| Error::internal("a class of data that this version does not know");
    codes.iter().map(|code| DataClass::try_from_value(code).map_err(unknown)).collect()
}

const fn look(patient_id: Id<patient::Entity>, action: Action, operation: &'static str) -> Look {
    Look {
        patient_id,
        floor: DataClass::GeneralPhi,
        label: None,
        action,
        subject: Subject::AccessRecord,
        operation,
        fields: &["breakGlass"],
        author: None,
    }
}

/// Which broken glasses. All conditions given must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct BreakGlassEventFilter {
    /// About this patient.
    pub patient_id: Option<Id<patient::Entity>>,
    /// `true`: those whose review is owed; `false`: those that were reviewed.
    pub unreviewed: Option<bool>,
}

impl BreakGlassEventFilter {
    fn condition(self) -> Condition {
        use break_glass_event::Column;
        let Self { patient_id, unreviewed } = self;
        let reviewed = unreviewed.map(|unreviewed| {
            if unreviewed { Column::ReviewedAt.is_null() } else { Column::ReviewedAt.is_not_null() }
        });
        Condition::all().add_option(patient_id.map(|id| Column::PatientId.eq(id))).add_option(reviewed)
    }
}

/// Any of these reads, each what it reaches.
const READERS: &[Permission] =
    &[Permission::BreakGlassReview, Permission::DisclosureRead, Permission::BreakGlassInvoke];

/// What can be asked about broken glasses.
#[derive(Default)]
pub struct BreakGlassQuery;

#[Object]
impl BreakGlassQuery {
    /// Broken glasses, newest first: all of them to those who review, to patients those about themselves, and to whoever
    /// broke the glass their own.
    #[graphql(directive = requires::apply(READERS.into()), guard = "RequiresAny(READERS)")]
    async fn break_glass_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which; all within your reach when not stated.")] filter: Option<
            BreakGlassEventFilter,
        >,
        #[graphql(desc = "How many, 1 to 100; 25 when not stated.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on after.")] after: Option<Cursor>,
    ) -> Result<Option<Connection<BreakGlassEvent>>> {
        let condition = filter.unwrap_or_default().condition();
        ctx.session().await?.page(&Page { first, after }, condition, Chronology::NewestFirst).await.map(Some)
    }
}
