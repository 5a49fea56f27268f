//! The event with which a consent ends (42 CFR 2.31(a)(7)).

use async_graphql::{Context, InputObject, Object};
use entity::{
    Gate, Id,
    consent::consent::{self, ConsentStatus, ExpiryKind},
    identity::permission::Permission,
};
use sea_orm::ActiveValue::Set;

use super::{
    consent::Consent,
    drafting::may_change,
    form::OfPatient,
    succession::{end_sharing, may_end},
};
use crate::kernel::{
    access::label,
    door::{Door, Requires},
    error::{Error, Result},
    graphql::{DateTime, Payload, requires},
    record::Written,
    write::Write,
};

/// The event that a consent was to end with.
#[derive(Clone, Debug, InputObject)]
pub struct RecordExpiryEventInput {
    /// The consent: `ACTIVE`, and it ends with an event.
    pub consent_id: Id<consent::Entity>,
    /// When the event happened: not in the future, and not before the consent was signed.
    pub occurred_at: DateTime,
}

/// What can be changed: consents that an event ends.
#[derive(Default)]
pub struct ExpiryMutation;

#[Object]
impl ExpiryMutation {
    /// Records that the event happened with which a consent ends: it becomes `EXPIRED`, and every request that begins after
    /// this is answered without it. An event is recorded once. Of a restriction it is recorded by those whom it does not bind.
    ///
    /// User errors: `NOT_FOUND`, `INVALID_STATE` (not active, or it ends in another way), `VALIDATION_FAILED`,
    /// `ACCESS_DENIED`.
    #[graphql(directive = requires::apply(Permission::ConsentRecord.into()), guard = "Requires(Permission::ConsentRecord)")]
    async fn record_expiry_event(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The consent and its event.")] input: RecordExpiryEventInput,
    ) -> Result<Option<Payload<Consent>>> {
        let outcome = ctx.slot().write(|write| Box::pin(record(write, input))).await;
        ctx.shown(outcome).await.map(Some)
    }
}

async fn record(write: &Write, input: RecordExpiryEventInput) -> Result<Id<consent::Entity>> {
    let RecordExpiryEventInput { consent_id, occurred_at: DateTime(occurred_at) } = input;
    let consent = write.lock(consent_id, &[Permission::ConsentRecord], "consentId", "consent").await?;
    let label = Some(label(&consent.data_class));
    let permit = may_change(write, consent.patient_id, label, "consent.record_expiry_event").await?;
    let row = OfPatient(&consent);
    if permit.consult(&row, &consent.status)? != ConsentStatus::Active {
        return Err(Error::invalid_state("only an active consent ends with its event"));
    }
    if permit.consult(&row, &consent.expiry_kind)? != ExpiryKind::Event {
        return Err(Error::invalid_state("the consent does not end with an event; revoke it instead"));
    }
    may_end(write, &permit, &consent, "consentId")?;
    if occurred_at > write.now() {
        return Err(Error::invalid("occurredAt", "an event is recorded once it has happened"));
    }
    if permit.consult_optional(&row, consent.signed_at.as_ref())?.is_some_and(|signed| occurred_at < signed) {
        return Err(Error::invalid(
            "occurredAt",
            "the event cannot have happened before the consent was signed",
        ));
    }
    let change = consent::ActiveModel {
        status: Set(Gate::new(ConsentStatus::Expired)),
        expiry_event_at: Set(Some(Gate::new(occurred_at))),
        ..Default::default()
    };
    write.update(consent.id, None, change).await?;
    end_sharing(write, &permit, &consent).await?;
    write.bump_consent_epoch(consent.patient_id).await?;
    write.written(Written {
        operation: "consent.record_expiry_event",
        target_kind: "CONSENT",
        target_id: consent.id.uuid(),
        patient_id: Some(consent.patient_id),
        fields: vec!["status", "expiryEventAt"],
    });
    write.emit("consent.expired", "CONSENT", consent.id.uuid()).await?;
    Ok(consent.id)
}
