//! Saying no to a consent: nobody has to sign (45 CFR 164.508(b)(4)).

use async_graphql::{Context, InputObject, Object};
use entity::{
    Gate, Id,
    consent::consent::{self, ConsentStatus},
    identity::permission::Permission,
};
use sea_orm::ActiveValue::Set;

use super::{
    consent::Consent,
    drafting::may_change,
    form::{Form, OfPatient},
    signers::{Signatures, acts_as, signer},
};
use crate::kernel::{
    access::label,
    door::{Door, RequiresAny},
    error::{Error, Result},
    graphql::{Payload, requires},
    record::Written,
    write::Write,
};

/// A consent that will not be signed.
#[derive(Clone, Debug, InputObject)]
pub struct RejectConsentInput {
    /// The consent: `DRAFT` or `PENDING_SIGNATURE`.
    pub consent_id: Id<consent::Entity>,
}

const EITHER: &[Permission] = &[Permission::ConsentSign, Permission::ConsentManage];

/// What can be changed: consents rejected.
#[derive(Default)]
pub struct RejectionMutation;

#[Object]
impl RejectionMutation {
    /// Says no to a consent that is not signed: it becomes `REJECTED`, and was never good for anything. Whoever could sign it
    /// says no here; staff do when the patient told them, or when the form is not needed any more.
    ///
    /// User errors: `NOT_FOUND`, `INVALID_STATE` (signed, rejected or ended), `ACCESS_DENIED` (it is not for you to sign).
    #[graphql(directive = requires::apply(EITHER.into()), guard = "RequiresAny(EITHER)")]
    async fn reject_consent(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The consent to reject.")] input: RejectConsentInput,
    ) -> Result<Option<Payload<Consent>>> {
        let outcome = ctx.slot().write(|write| Box::pin(reject(write, input))).await;
        ctx.shown(outcome).await.map(Some)
    }
}

async fn reject(write: &Write, input: RejectConsentInput) -> Result<Id<consent::Entity>> {
    let RejectConsentInput { consent_id } = input;
    let consent = write.lock(consent_id, EITHER, "consentId", "consent").await?;
    let permit =
        may_change(write, consent.patient_id, Some(label(&consent.data_class)), "consent.reject").await?;
    let status = permit.consult(&OfPatient(&consent), &consent.status)?;
    if !matches!(status, ConsentStatus::Draft | ConsentStatus::PendingSignature) {
        return Err(Error::invalid_state("only a consent that is not signed is rejected; revoke it instead"));
    }
    let principal = write.principal()?;
    if acts_as(&permit, principal, write.now()).is_some() {
        let form = Form::of(write, &permit, &consent).await?;
        let signatures = Signatures::of(&form, permit.facts().minority.as_ref(), write.now());
        signer(&permit, principal, signatures, write.now())?;
    }
    let change =
        consent::ActiveModel { status: Set(Gate::new(ConsentStatus::Rejected)), ..Default::default() };
    write.update(consent.id, None, change).await?;
    write.bump_consent_epoch(consent.patient_id).await?;
    write.written(Written {
        operation: "consent.reject",
        target_kind: "CONSENT",
        target_id: consent.id.uuid(),
        patient_id: Some(consent.patient_id),
        fields: vec!["status"],
    });
    write.emit("consent.rejected", "CONSENT", consent.id.uuid()).await?;
    Ok(consent.id)
}
