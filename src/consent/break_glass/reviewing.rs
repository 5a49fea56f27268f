//! Reviewing a broken glass: by somebody else, within 72 hours.

use async_graphql::{Context, InputObject, Object};
use entity::{
    Gate, Id,
    consent::break_glass_event::{self, BreakGlassFinding},
    identity::permission::Permission,
};
use sea_orm::ActiveValue::Set;

use super::{
    BreakGlassEvent, EventRow,
    breaking::{is_open, may_write, note},
};
use crate::kernel::{
    door::{Door, Requires},
    error::{Error, Result, UserErrorCode},
    graphql::{Payload, requires},
    text::printable,
    write::Write,
};

/// A review of a broken glass.
#[derive(Clone, Debug, InputObject)]
pub struct ReviewBreakGlassInput {
    /// The event.
    pub event_id: Id<break_glass_event::Entity>,
    /// Whether there was a bona fide medical emergency.
    pub finding: BreakGlassFinding,
    /// What it rests on, 1 to 1,000 characters. It is sealed, and those who review read it alone.
    pub note: String,
}

/// What can be changed: broken glass reviewed.
#[derive(Default)]
pub struct BreakGlassReviewMutation;

#[Object]
impl BreakGlassReviewMutation {
    /// Says whether the glass was broken in a bona fide medical emergency. Nobody reviews their own. One that is still open is
    /// closed by it. `NOT_JUSTIFIED` is told as the event `break_glass.not_justified`: what was seen may be a breach
    /// (45 CFR 164.402).
    ///
    /// User errors: `NOT_FOUND`, `VALIDATION_FAILED`, `SEPARATION_OF_DUTIES` (one's own), `INVALID_STATE` (reviewed already),
    /// `ACCESS_DENIED`.
    #[graphql(directive = requires::apply(Permission::BreakGlassReview.into()), guard = "Requires(Permission::BreakGlassReview)")]
    async fn review_break_glass(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The review.")] input: ReviewBreakGlassInput,
    ) -> Result<Option<Payload<BreakGlassEvent>>> {
        let outcome = ctx.slot().write(|write| Box::pin(review(write, input))).await;
        ctx.shown(outcome).await.map(Some)
    }
}

async fn review(write: &Write, input: ReviewBreakGlassInput) -> Result<Id<break_glass_event::Entity>> {
    let ReviewBreakGlassInput { event_id, finding, note: text } = input;
    let text = printable(&text, 1_000, "note")?;
    let event = write.lock(event_id, &[Permission::BreakGlassReview], "eventId", "emergency").await?;
    let permit = may_write(write, event.patient_id, "break_glass.review").await?;
    let row = EventRow { id: event.id, patient_id: event.patient_id };
    let reviewer = write.principal()?.user_id;
    if permit.consult(&row, &event.user_id)? == reviewer {
        let message = "nobody reviews an emergency of their own; somebody else has to do it";
        return Err(Error::refused(UserErrorCode::SeparationOfDuties, &["eventId"], message));
    }
    if event.reviewed_at.is_some() {
        return Err(Error::invalid_state("it was reviewed already"));
    }
    let mut change = break_glass_event::ActiveModel {
        finding: Set(Some(Gate::new(finding))),
        reviewed_at: Set(Some(write.now())),
        reviewed_by: Set(Some(Gate::new(reviewer))),
        review_note: Set(Some(permit.seal(&row, &text)?)),
        ..Default::default()
    };
    if is_open(&event, write) {
        change.ended_at = Set(Some(write.now()));
        change.ended_by = Set(Some(Gate::new(reviewer)));
    }
    write.update(event.id, None, change).await?;
    write.bump_consent_epoch(event.patient_id).await?;
    note(write, &row, "break_glass.review", vec!["finding", "reviewedAt", "reviewedBy", "findingNote"]);
    write.emit("break_glass.reviewed", "BREAK_GLASS_EVENT", event.id.uuid()).await?;
    if finding == BreakGlassFinding::NotJustified {
        write.emit("break_glass.not_justified", "BREAK_GLASS_EVENT", event.id.uuid()).await?;
    }
    write.take_back("BREAK_GLASS_REVIEW", event.id.uuid()).await?;
    Ok(event.id)
}
