//! Breaking the glass, and ending it before its time.

use async_graphql::{Context, InputObject, Object, OneofObject};
use chrono::TimeDelta;
use entity::{
    DataClass, Gate, Id,
    consent::{break_glass_event, disclosure::DisclosureException, purpose::Purpose},
    identity::permission::Permission,
    people::patient,
};
use sea_orm::{ActiveEnum, ActiveValue::Set, ColumnTrait, Condition};

use super::{BreakGlassEvent, EventRow, REVIEWED_WITHIN, look};
use crate::{
    consent::{
        disclosure::{Basis, NewDisclosure, Recipient, disclose},
        notice::Notice,
    },
    kernel::{
        access::{Action, Permit, emergency_classes},
        door::{Door, Requires, RequiresAny},
        error::{Error, Result, UserErrorCode},
        graphql::{Payload, requires},
        record::Written,
        text::printable,
        write::Write,
    },
    people::caseload::within_reach,
    tenancy::policy::break_glass_terms,
};

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
pub(super) async fn may_write(
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
pub(super) fn is_open(event: &break_glass_event::Model, write: &Write) -> bool {
    event.ended_at.is_none() && event.reviewed_at.is_none() && write.now() < event.expires_at
}

pub(super) fn note(write: &Write, row: &EventRow, operation: &'static str, fields: Vec<&'static str>) {
    write.written(Written {
        operation,
        target_kind: "BREAK_GLASS_EVENT",
        target_id: row.id.uuid(),
        patient_id: Some(row.patient_id),
        fields,
    });
}
