//! Notes kept apart from the record: psychotherapy notes (45 CFR 164.501) and SUD counseling notes (42 CFR 2.11).

use async_graphql::{ComplexObject, Context, InputObject, Object, SimpleObject};
use chrono::Utc;
use entity::{
    DataClass, Gate, Id, Sealed,
    clinical::protected_note::{self, ProtectedNoteKind, columns},
    identity::permission::Permission,
    people::{patient, person, practitioner},
    platform::encryption_key::{self, KeyPurpose, KeyState},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, DerivePartialModel,
    sea_query::{Expr, ExprTrait},
};

use crate::{
    kernel::{
        access::{Action, Gated, Permit, Protected, Subject, author, label},
        crypto::DataKeyPurpose,
        door::{Door, Requires},
        error::{Error, Result, UserErrorCode},
        graphql::{DateTime, Payload, phi, requires},
        load::{Scoped, resource},
        page::{Chronology, Connection, Cursor, Page},
        record::Written,
        session::Look,
        viewer::Viewer,
        write::{Changeable, Write},
    },
    people::{caseload::within_reach, patient::Patient, practitioner::Practitioner},
};

/// A note that is kept apart from the record, under keys of its own. What it says is in `content`.
#[derive(Clone, SimpleObject, DerivePartialModel)]
#[sea_orm(entity = "protected_note::Entity")]
#[graphql(complex)]
pub struct ProtectedNote {
    /// The note's id.
    pub id: Id<protected_note::Entity>,
    /// Send it back as `expectedVersion` when you change the note.
    pub version: i32,
    #[graphql(skip)]
    patient_id: Id<patient::Entity>,
    #[graphql(skip)]
    author_id: Gate<columns::AuthorId, Id<practitioner::Entity>>,
    #[graphql(skip)]
    kind: Gate<columns::Kind, ProtectedNoteKind>,
    #[graphql(skip)]
    occurred_at: Gate<columns::OccurredAt, chrono::DateTime<Utc>>,
    #[graphql(skip)]
    body: Sealed<columns::Body>,
    #[graphql(skip)]
    data_class: Gate<columns::DataClass, DataClass>,
    #[graphql(skip)]
    created_at: chrono::DateTime<Utc>,
}

resource!(ProtectedNote of protected_note);

/// The row of a note, before or after it is stored.
struct NoteRow {
    id: Id<protected_note::Entity>,
    patient_id: Id<patient::Entity>,
    class: DataClass,
}

impl Protected for NoteRow {
    const SUBJECT: Subject = Subject::Health;

    fn row_id(&self) -> uuid::Uuid {
        self.id.uuid()
    }

    fn patient_id(&self) -> Id<patient::Entity> {
        self.patient_id
    }

    fn label(&self) -> Option<DataClass> {
        Some(self.class)
    }
}

impl Scoped for protected_note::Entity {
    /// One's own, and those about patients whom one treats.
    fn scope(viewer: &Viewer) -> Condition {
        let principal = viewer.principal();
        let reached = within_reach(viewer, Permission::ProtectedNoteRead, protected_note::Column::PatientId);
        match principal.practitioner_id.filter(|_| principal.reach(Permission::ProtectedNoteRead).is_some()) {
            Some(own) => {
                Condition::any().add(Expr::col(protected_note::Column::AuthorId).eq(own)).add(reached)
            }
            None => reached,
        }
    }
}

impl Changeable for protected_note::Entity {
    fn reach(viewer: &Viewer, permission: Permission) -> Condition {
        within_reach(viewer, permission, protected_note::Column::PatientId)
    }
}

/// What a note says.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct ProtectedNoteContent {
    /// What kind of note it is.
    pub kind: ProtectedNoteKind,
    /// When what it tells of happened.
    pub occurred_at: DateTime,
    /// The text, at most 20,000 characters; lines end with a line feed.
    pub body: String,
    #[graphql(skip)]
    author_id: Id<practitioner::Entity>,
}

#[ComplexObject]
impl ProtectedNoteContent {
    /// Who wrote it.
    async fn author(&self, ctx: &Context<'_>) -> Result<Option<Practitioner>> {
        ctx.load(self.author_id).await
    }
}

/// A look at a note of the class, or a write.
const fn look(
    patient_id: Id<patient::Entity>,
    class: DataClass,
    author: Id<practitioner::Entity>,
    action: Action,
    operation: &'static str,
) -> Look {
    Look {
        patient_id,
        floor: DataClass::PsychotherapyNote,
        label: Some(class),
        action,
        subject: Subject::Health,
        operation,
        fields: &["protectedNotes"],
        author: Some(author),
    }
}

#[ComplexObject]
impl ProtectedNote {
    /// When it was written down.
    async fn created_at(&self) -> DateTime {
        self.created_at.into()
    }

    /// About whom; null when the patient is not within your reach any more.
    async fn patient(&self, ctx: &Context<'_>) -> Result<Option<Patient>> {
        ctx.load(self.patient_id).await
    }

    /// What it says. Its author sees it for treatment; everybody else needs a consent of exactly its kind that names them
    /// (42 CFR 2.31(b), 45 CFR 164.508(a)(2)), else `SEPARATE_CONSENT_REQUIRED`. No emergency, no approval and no supervision
    /// opens it, and the patient does not see it here (45 CFR 164.524(a)(1)(i)).
    #[graphql(directive = phi::apply(DataClass::PsychotherapyNote))]
    async fn content(&self, ctx: &Context<'_>) -> Result<Option<Gated<ProtectedNoteContent>>> {
        let class = label(&self.data_class);
        let look =
            look(self.patient_id, class, author(&self.author_id), Action::View, "protected_note.content");
        let row = NoteRow { id: self.id, patient_id: self.patient_id, class };
        let revealed = ctx.reveal(look, |permit| {
            let body = permit.unseal(&row, Some(&self.body))?;
            Ok(ProtectedNoteContent {
                kind: permit.open(&row, &self.kind)?,
                occurred_at: permit.open(&row, &self.occurred_at)?.into(),
                body: body.ok_or_else(|| Error::internal("a note without a text"))?.as_str().to_owned(),
                author_id: permit.open(&row, &self.author_id)?,
            })
        });
        revealed.await.map(Some)
    }
}

/// What can be asked about notes kept apart.
#[derive(Default)]
pub struct ProtectedNoteQuery;

#[Object]
impl ProtectedNoteQuery {
    /// The note with this id; null when there is none, or none of yours or of those whom you treat.
    #[graphql(directive = requires::apply(Permission::ProtectedNoteRead.into()), guard = "Requires(Permission::ProtectedNoteRead)")]
    async fn protected_note(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The note's id.")] id: Id<protected_note::Entity>,
    ) -> Result<Option<ProtectedNote>> {
        ctx.load(id).await
    }

    /// The notes about a patient that are kept apart, newest first: your own, and of those whom you treat all; empty when the
    /// patient is not within your reach. What each says is decided on by itself.
    #[graphql(directive = requires::apply(Permission::ProtectedNoteRead.into()), guard = "Requires(Permission::ProtectedNoteRead)")]
    async fn protected_notes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The patient's id.")] patient_id: Id<patient::Entity>,
        #[graphql(desc = "How many, 1 to 100; 25 when not stated.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on after.")] after: Option<Cursor>,
    ) -> Result<Option<Connection<ProtectedNote>>> {
        let of_patient = Condition::all().add(protected_note::Column::PatientId.eq(patient_id));
        ctx.session().await?.page(&Page { first, after }, of_patient, Chronology::NewestFirst).await.map(Some)
    }
}

/// A note to write.
#[derive(Clone, Debug, InputObject)]
pub struct WriteProtectedNoteInput {
    /// About whom: somebody whom you treat.
    pub patient_id: Id<patient::Entity>,
    /// What kind of note it is. It does not change afterwards.
    pub kind: ProtectedNoteKind,
    /// When what it tells of happened; not in the future.
    pub occurred_at: DateTime,
    /// The text, 1 to 20,000 characters. It is sealed under keys that open nothing else.
    pub body: String,
}

/// A note to change.
#[derive(Clone, Debug, InputObject)]
pub struct AmendProtectedNoteInput {
    /// The note: one of your own.
    pub protected_note_id: Id<protected_note::Entity>,
    /// `version` of the note as you read it.
    pub expected_version: i32,
    /// The text that takes the place of what stood there, 1 to 20,000 characters.
    pub body: String,
}

/// What can be changed: notes kept apart.
#[derive(Default)]
pub struct ProtectedNoteMutation;

#[Object]
impl ProtectedNoteMutation {
    /// Writes a note that is kept apart from the record. Needs a place on the patient's care team and the purpose
    /// `TREATMENT`.
    ///
    /// User errors: `NOT_FOUND`, `VALIDATION_FAILED`, `ACCESS_DENIED`.
    #[graphql(directive = requires::apply(Permission::ProtectedNoteWrite.into()), guard = "Requires(Permission::ProtectedNoteWrite)")]
    async fn write_protected_note(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The note to write.")] input: WriteProtectedNoteInput,
    ) -> Result<Option<Payload<ProtectedNote>>> {
        let outcome = ctx.slot().write(|write| Box::pin(write_note(write, input))).await;
        ctx.shown(outcome).await.map(Some)
    }

    /// Puts another text in the place of one's own note. Nobody amends a note of somebody else.
    ///
    /// User errors: `NOT_FOUND`, `VALIDATION_FAILED`, `STALE_VERSION`, `ACCESS_DENIED` (somebody else's).
    #[graphql(directive = requires::apply(Permission::ProtectedNoteWrite.into()), guard = "Requires(Permission::ProtectedNoteWrite)")]
    async fn amend_protected_note(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The note to change.")] input: AmendProtectedNoteInput,
    ) -> Result<Option<Payload<ProtectedNote>>> {
        let outcome = ctx.slot().write(|write| Box::pin(amend(write, input))).await;
        ctx.shown(outcome).await.map(Some)
    }
}

async fn write_note(write: &Write, input: WriteProtectedNoteInput) -> Result<Id<protected_note::Entity>> {
    let WriteProtectedNoteInput { patient_id, kind, occurred_at: DateTime(occurred_at), body } = input;
    let body = written_text(&body)?;
    if occurred_at > write.now() {
        return Err(Error::invalid("occurredAt", "a note tells of what happened, not of what is to come"));
    }
    let patient = write.lock(patient_id, &[Permission::ProtectedNoteWrite], "patientId", "patient").await?;
    let class = class_of(kind);
    let practitioner_id = write.principal()?.practitioner_id.ok_or_else(|| {
        Error::refused(
            UserErrorCode::AccessDenied,
            &[],
            "only a practitioner writes notes that are kept apart",
        )
    })?;
    has_note_key(write, patient.person_id).await?;
    let look = look(patient.id, class, practitioner_id, Action::Write, "protected_note.write");
    let permit = may_write(write, &look).await?;
    let row = NoteRow { id: write.new_id(), patient_id: patient.id, class };
    write
        .insert(protected_note::ActiveModel {
            id: Set(row.id),
            patient_id: Set(patient.id),
            author_id: Set(Gate::new(practitioner_id)),
            kind: Set(Gate::new(kind)),
            occurred_at: Set(Gate::new(occurred_at)),
            body: Set(permit.seal(&row, &body)?),
            data_class: Set(Gate::new(class)),
            ..Default::default()
        })
        .await?;
    note(write, &row, "protected_note.write", vec!["kind", "occurredAt", "body"]);
    write.emit("protected_note.written", "PROTECTED_NOTE", row.id.uuid()).await?;
    Ok(row.id)
}

async fn amend(write: &Write, input: AmendProtectedNoteInput) -> Result<Id<protected_note::Entity>> {
    let AmendProtectedNoteInput { protected_note_id, expected_version, body } = input;
    let body = written_text(&body)?;
    let permissions = &[Permission::ProtectedNoteWrite];
    let stored = write.lock(protected_note_id, permissions, "protectedNoteId", "note").await?;
    let class = label(&stored.data_class);
    let look =
        look(stored.patient_id, class, author(&stored.author_id), Action::Write, "protected_note.amend");
    let permit = may_write(write, &look).await?;
    let row = NoteRow { id: stored.id, patient_id: stored.patient_id, class };
    let change = protected_note::ActiveModel { body: Set(permit.seal(&row, &body)?), ..Default::default() };
    write.update(stored.id, Some(expected_version), change).await?;
    note(write, &row, "protected_note.amend", vec!["body"]);
    write.emit("protected_note.amended", "PROTECTED_NOTE", row.id.uuid()).await?;
    Ok(row.id)
}

const fn class_of(kind: ProtectedNoteKind) -> DataClass {
    match kind {
        ProtectedNoteKind::Psychotherapy => DataClass::PsychotherapyNote,
        ProtectedNoteKind::SudCounseling => DataClass::SudCounselingNote,
    }
}

const LONGEST_BODY: usize = 20_000;

/// A text of several lines: no control characters but ends of lines and tabs.
fn written_text(body: &str) -> Result<String> {
    let body = body.trim().replace("\r\n", "\n");
    let allowed = |character: char| matches!(character, '\n' | '\t') || !character.is_control();
    let fits = (1..=LONGEST_BODY).contains(&body.chars().count()) && body.chars().all(allowed);
    fits.then_some(body).ok_or_else(|| Error::invalid("body", "takes 1 to 20,000 printable characters"))
}

/// Sees to it that the person has a key for notes kept apart, which most never need. The patient is locked, so nobody else
/// makes one.
async fn has_note_key(write: &Write, person_id: Id<person::Entity>) -> Result<()> {
    let of_notes = Condition::all()
        .add(encryption_key::Column::PersonId.eq(person_id))
        .add(encryption_key::Column::Purpose.eq(KeyPurpose::ProtectedNote));
    if write.find::<encryption_key::Entity>(of_notes).await?.is_some() {
        return Ok(());
    }
    let (_, wrapped) = write.keys().new_data_key(person_id.uuid(), DataKeyPurpose::ProtectedNote)?;
    write
        .insert(encryption_key::ActiveModel {
            id: Set(write.new_id()),
            purpose: Set(KeyPurpose::ProtectedNote),
            person_id: Set(Some(person_id)),
            key_version: Set(i32::try_from(wrapped.version).map_err(Error::internal)?),
            wrapped: Set(wrapped.wrapped),
            state: Set(KeyState::Active),
            ..Default::default()
        })
        .await
}

async fn may_write(write: &Write, look: &Look) -> Result<Permit> {
    write.decide(look).await?.map_err(|reason| {
        let message = format!("you may not write this note: {}", reason.code());
        Error::refused(UserErrorCode::AccessDenied, &[], message)
    })
}

fn note(write: &Write, row: &NoteRow, operation: &'static str, fields: Vec<&'static str>) {
    write.written(Written {
        operation,
        target_kind: "PROTECTED_NOTE",
        target_id: row.id.uuid(),
        patient_id: Some(row.patient_id),
        fields,
    });
}
