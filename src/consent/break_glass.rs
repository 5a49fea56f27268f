//! Breaking the glass: looking without a consent in a medical emergency (42 CFR 2.51).

pub mod reviewing;

use async_graphql::{ComplexObject, Context, InputObject, Object, OneofObject, SimpleObject};
use chrono::{TimeDelta, Utc};
use entity::{
    DataClass, Gate, Id, Sealed,
    consent::{
        break_glass_event::{self, BreakGlassFinding, columns},
        disclosure::DisclosureException,
        purpose::Purpose,
    },
    identity::{permission::Permission, user},
    people::patient,
};
use sea_orm::{
    ActiveEnum,
    ActiveValue::Set,
    ColumnTrait, Condition, DerivePartialModel,
    sea_query::{Expr, ExprTrait},
};

use super::{
    disclosure::{Basis, NewDisclosure, Recipient, disclose},
    notice::Notice,
};
use crate::{
    identity::user::User,
    kernel::{
        access::{Action, Gated, Permit, Protected, Subject, emergency_classes},
        door::{Door, Requires, RequiresAny},
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
    tenancy::policy::break_glass_terms,
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
    pub review_note: Option<String>,
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
            review_note: note.map(|note| note.as_str().to_owned()),
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

/// A medical emergency.
#[derive(Clone, Debug, InputObject)]
pub struct BreakGlassInput {
    /// Whose record is needed.
    pub patient: EmergencyPatientInput,
    /// What the emergency is, 1 to 500 characters (42 CFR 2.51(c)(4)). It is sealed, and the patient can read it.
    pub emergency_nature: String,
    /// Why it cannot wait for a consent, 20 to 1,000 characters. It is sealed, and the patient can read it.
    pub reason: String,
    /// Who receives the information: the name of the medical personnel, 1 to 200 characters (42 CFR 2.51(c)(1)).
    pub recipient_name: String,
    /// Which health care facility they belong to, 1 to 200 characters (42 CFR 2.51(c)(1)).
    pub recipient_affiliation: String,
    /// What is needed, and no more: of `DIRECTORY`, `GENERAL_PHI`, `MENTAL_HEALTH` and `SUD`. House staff open `DIRECTORY`
    /// alone. Notes kept apart, what a minor consented to alone and charges are never opened.
    pub classes: Vec<DataClass>,
    /// For how long, in minutes from 1 to the most that the policy of the organization or location allows; its default when
    /// left out (60 of at most 240 unless it says otherwise).
    pub minutes: Option<i32>,
}

/// A patient in an emergency. Exactly one.
#[derive(Clone, Debug, OneofObject)]
pub enum EmergencyPatientInput {
    /// The patient's id.
    Id(Id<patient::Entity>),
    /// The patient's display code, such as `7KQM-2XTB`; capitals and space around it do not matter.
    DisplayCode(String),
}

/// A broken glass to end.
#[derive(Clone, Debug, InputObject)]
pub struct EndBreakGlassInput {
    /// The event.
    pub event_id: Id<break_glass_event::Entity>,
}

/// Either may end it.
const ENDERS: &[Permission] = &[Permission::BreakGlassReview, Permission::BreakGlassInvoke];

/// What can be changed: glass broken and closed.
#[derive(Default)]
pub struct BreakGlassMutation;

#[Object]
impl BreakGlassMutation {
    /// Breaks the glass in a bona fide medical emergency, when a consent cannot be had in time (42 CFR 2.51). In this session
    /// alone and for a limited time, the classes stated are shown without a consent or relationship, whatever the patient
    /// restricted; nothing can be searched, written out or changed by it, and no purpose is served that needs a consent of its
    /// own. Compliance is told at once, somebody else reviews it within 72 hours, and the patient sees it.
    ///
    /// Needs a fresh proof, else `REAUTH_REQUIRED`; without the permission the error is `BREAK_GLASS_DENIED`.
    ///
    /// User errors: `NOT_FOUND` (no such patient, or not one of yours where you only keep a house), `VALIDATION_FAILED`,
    /// `BREAK_GLASS_DENIED` (a class that is not opened, or not by you).
    #[graphql(directive = requires::apply(Permission::BreakGlassInvoke.into()), guard = "Requires(Permission::BreakGlassInvoke)")]
    async fn break_glass(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The emergency.")] input: BreakGlassInput,
    ) -> Result<Option<Payload<BreakGlassEvent>>> {
        let outcome = ctx.slot().write(|write| Box::pin(invoke(write, input))).await;
        ctx.shown(outcome).await.map(Some)
    }

    /// Ends a broken glass before its time: by whoever broke it, in any of their sessions, or by whoever reviews.
    ///
    /// User errors: `NOT_FOUND`, `INVALID_STATE` (over already), `ACCESS_DENIED`.
    #[graphql(directive = requires::apply(ENDERS.into()), guard = "RequiresAny(ENDERS)")]
    async fn end_break_glass(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The broken glass to end.")] input: EndBreakGlassInput,
    ) -> Result<Option<Payload<BreakGlassEvent>>> {
        let outcome = ctx.slot().write(|write| Box::pin(end(write, input))).await;
        ctx.shown(outcome).await.map(Some)
    }
}

async fn invoke(write: &Write, input: BreakGlassInput) -> Result<Id<break_glass_event::Entity>> {
    let BreakGlassInput {
        patient,
        emergency_nature,
        reason,
        recipient_name,
        recipient_affiliation,
        classes,
        minutes,
    } = input;
    write.require_fresh_proof()?;
    // A program has no fresh proof, so whoever comes this far has a session.
    let session_id = write.viewer()?.session_id().ok_or(Error::ReauthRequired)?;
    let emergency_nature = printable(&emergency_nature, 500, "emergencyNature")?;
    let reason = printable(&reason, 1_000, "reason")?;
    if reason.chars().count() < 20 {
        return Err(Error::invalid("reason", "takes at least 20 characters: why it cannot wait"));
    }
    let recipient_name = printable(&recipient_name, 200, "recipientName")?;
    let recipient_affiliation = printable(&recipient_affiliation, 200, "recipientAffiliation")?;
    let classes = needed(write, classes)?;
    let patient = found(write, patient).await?;
    let permit = may_write(write, patient.id, "break_glass.invoke").await?;
    let terms = break_glass_terms(write, patient.location_id).await?;
    let minutes = minutes.map_or(Ok(terms.default_minutes), |minutes| {
        let fits =
            u16::try_from(minutes).ok().filter(|minutes| (1..=terms.longest_minutes).contains(minutes));
        fits.ok_or_else(|| {
            Error::invalid("minutes", format!("takes 1 to {} minutes here", terms.longest_minutes))
        })
    })?;
    let row = EventRow { id: write.new_id(), patient_id: patient.id };
    let now = write.now();
    write
        .insert(break_glass_event::ActiveModel {
            id: Set(row.id),
            patient_id: Set(patient.id),
            user_id: Set(Gate::new(write.principal()?.user_id)),
            session_id: Set(session_id),
            emergency_nature: Set(permit.seal(&row, &emergency_nature)?),
            reason: Set(permit.seal(&row, &reason)?),
            recipient_name: Set(permit.seal(&row, &recipient_name)?),
            recipient_affiliation: Set(permit.seal(&row, &recipient_affiliation)?),
            data_classes: Set(Gate::new(classes.iter().map(ActiveEnum::to_value).collect())),
            starts_at: Set(now),
            expires_at: Set(now + TimeDelta::minutes(i64::from(minutes))),
            ..Default::default()
        })
        .await?;
    let told = NewDisclosure {
        recipient: Recipient {
            name: recipient_name,
            affiliation: Some(recipient_affiliation),
            address: None,
        },
        recipient_organization_id: None,
        recipient_user_id: None,
        sharing_grant_id: None,
        break_glass_event_id: Some(row.id),
        data_classes: classes,
        description: format!("What was needed in a medical emergency: {emergency_nature}"),
        purpose: Purpose::Emergency,
        basis: Basis::Exception(DisclosureException::Emergency),
        notice: Notice::Full,
    };
    disclose(write, &permit, told).await?;
    write.bump_consent_epoch(patient.id).await?;
    let fields =
        vec!["emergencyNature", "reason", "recipientName", "recipientAffiliation", "classes", "expiresAt"];
    note(write, &row, "break_glass.invoke", fields);
    write.emit("break_glass.invoked", "BREAK_GLASS_EVENT", row.id.uuid()).await?;
    let due = now + REVIEWED_WITHIN;
    write.emit_later("break_glass.review_overdue", "BREAK_GLASS_REVIEW", row.id.uuid(), due).await?;
    Ok(row.id)
}

/// The classes, each once, when whoever asks may open them.
fn needed(write: &Write, mut classes: Vec<DataClass>) -> Result<Vec<DataClass>> {
    classes.sort_unstable();
    classes.dedup();
    if classes.is_empty() {
        return Err(Error::invalid("classes", "state at least one class"));
    }
    let known = emergency_classes(write.principal()?);
    if classes.iter().all(|class| known.contains(class)) {
        return Ok(classes);
    }
    let codes: Vec<String> = known.iter().map(ActiveEnum::to_value).collect();
    let message = format!("in an emergency you open no other classes than {}", codes.join(", "));
    Err(Error::refused(UserErrorCode::BreakGlassDenied, &["classes"], message))
}

/// The patient: any of the tenant, but for those who only keep houses one of theirs.
async fn found(write: &Write, patient: EmergencyPatientInput) -> Result<patient::Model> {
    let wanted = match patient {
        EmergencyPatientInput::Id(id) => patient::Column::Id.eq(id),
        EmergencyPatientInput::DisplayCode(code) => {
            patient::Column::DisplayCode.eq(code.trim().to_uppercase())
        }
    };
    let reached = within_reach(write.viewer()?, Permission::BreakGlassInvoke, patient::Column::Id);
    let found = write.find::<patient::Entity>(Condition::all().add(wanted).add(reached)).await?;
    found.ok_or_else(|| Error::not_found("patient", "patient"))
}

/// Decides whether the viewer may write into the patient's record of access.
async fn may_write(
    write: &Write,
    patient_id: Id<patient::Entity>,
    operation: &'static str,
) -> Result<Permit> {
    write.decide(&look(patient_id, Action::Write, operation)).await?.map_err(|reason| {
        let message = format!("you may not do this about this patient: {}", reason.code());
        Error::refused(UserErrorCode::AccessDenied, &[], message)
    })
}

async fn end(write: &Write, input: EndBreakGlassInput) -> Result<Id<break_glass_event::Entity>> {
    let EndBreakGlassInput { event_id } = input;
    // Of two that reach equally far the last one counts, and whoever reviews reaches those of others.
    let reaching = [Permission::BreakGlassInvoke, Permission::BreakGlassReview];
    let event = write.lock(event_id, &reaching, "eventId", "emergency").await?;
    may_write(write, event.patient_id, "break_glass.end").await?;
    if !is_open(&event, write) {
        return Err(Error::invalid_state("it is over already"));
    }
    let change = break_glass_event::ActiveModel {
        ended_at: Set(Some(write.now())),
        ended_by: Set(Some(Gate::new(write.principal()?.user_id))),
        ..Default::default()
    };
    write.update(event.id, None, change).await?;
    write.bump_consent_epoch(event.patient_id).await?;
    let row = EventRow { id: event.id, patient_id: event.patient_id };
    note(write, &row, "break_glass.end", vec!["endedAt", "endedBy"]);
    write.emit("break_glass.ended", "BREAK_GLASS_EVENT", event.id.uuid()).await?;
    Ok(event.id)
}

/// Whether it still opens anything.
fn is_open(event: &break_glass_event::Model, write: &Write) -> bool {
    event.ended_at.is_none() && event.reviewed_at.is_none() && write.now() < event.expires_at
}

fn note(write: &Write, row: &EventRow, operation: &'static str, fields: Vec<&'static str>) {
    write.written(Written {
        operation,
        target_kind: "BREAK_GLASS_EVENT",
        target_id: row.id.uuid(),
        patient_id: Some(row.patient_id),
        fields,
    });
}
