//! Revoking a consent: at any time, at once (42 CFR 2.31(a)(6), 45 CFR 164.508(b)(5)).

use async_graphql::{Context, InputObject, Object};
use entity::{
    Gate, Id,
    consent::consent::{self, ConsentStatus, SignatureMethod},
    identity::permission::Permission,
};
use sea_orm::ActiveValue::Set;

use super::{
    consent::Consent,
    drafting::may_change,
    form::OfPatient,
    signers::acts_as,
    succession::{end_sharing, may_end},
};
use crate::kernel::{
    access::label,
    door::{Door, RequiresAny},
    error::{Error, Result},
    graphql::{Payload, requires},
    record::Written,
    text::printable,
    write::Write,
};

/// A consent to revoke.
#[derive(Clone, Debug, InputObject)]
pub struct RevokeConsentInput {
    /// The consent.
    pub consent_id: Id<consent::Entity>,
    /// Why, in the patient's words, at most 1,000 characters. Nobody has to say why.
    pub reason: Option<String>,
    /// How staff know of it; needed when it is not the patient who revokes here.
    pub evidence: Option<RevocationEvidenceInput>,
}

/// How staff know of a revocation.
#[derive(Clone, Debug, InputObject)]
pub struct RevocationEvidenceInput {
    /// How the patient revoked: `PAPER` or `VERBAL_DOCUMENTED`.
    pub method: SignatureMethod,
    /// Where the evidence is filed; 1 to 200 characters. Do not put a name into it.
    pub reference: String,
}

const EITHER: &[Permission] = &[Permission::ConsentRevoke, Permission::ConsentRecord];

/// What can be changed: consents revoked.
#[derive(Default)]
pub struct RevocationMutation;

#[Object]
impl RevocationMutation {
    /// Revokes a consent or restriction. Every request that begins after this is answered without it, and what was shared with
    /// the family under it is shared no more. The patient revokes here, as does whoever signed for them while they have legal
    /// authority; a minor revokes what they signed. Staff file a revocation with its evidence, but of a restriction only those
    /// whom it does not bind.
    ///
    /// User errors: `NOT_FOUND`, `INVALID_STATE` (not active), `VALIDATION_FAILED`, `ACCESS_DENIED`.
    #[graphql(directive = requires::apply(EITHER.into()), guard = "RequiresAny(EITHER)")]
    async fn revoke_consent(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The consent to revoke.")] input: RevokeConsentInput,
    ) -> Result<Option<Payload<Consent>>> {
        let outcome = ctx.slot().write(|write| Box::pin(revoke(write, input))).await;
        ctx.shown(outcome).await.map(Some)
    }
}

async fn revoke(write: &Write, input: RevokeConsentInput) -> Result<Id<consent::Entity>> {
    let RevokeConsentInput { consent_id, reason, evidence } = input;
    let consent = write.lock(consent_id, EITHER, "consentId", "consent").await?;
    let permit =
        may_change(write, consent.patient_id, Some(label(&consent.data_class)), "consent.revoke").await?;
    let own = acts_as(&permit, write.principal()?, write.now()).is_some();
    let (method, reference) = match (own, evidence) {
        (true, None) => (SignatureMethod::Electronic, None),
        (true, Some(_)) => return Err(Error::invalid("evidence", "your own revocation needs no evidence")),
        (false, None) => {
            return Err(Error::invalid("evidence", "state how the patient revoked and where that is filed"));
        }
        (false, Some(RevocationEvidenceInput { method: SignatureMethod::Electronic, .. })) => {
            return Err(Error::invalid("evidence.method", "takes `PAPER` or `VERBAL_DOCUMENTED`"));
        }
        (false, Some(RevocationEvidenceInput { method, reference })) => {
            (method, Some(printable(&reference, 200, "evidence.reference")?))
        }
    };
    let reason = reason.map(|reason| reason.trim().to_owned()).filter(|reason| !reason.is_empty());
    if reason.as_ref().is_some_and(|reason| reason.chars().count() > 1_000) {
        return Err(Error::invalid("reason", "takes at most 1,000 characters"));
    }
    let row = OfPatient(&consent);
    if permit.consult(&row, &consent.status)? != ConsentStatus::Active {
        return Err(Error::invalid_state("only an active consent can be revoked"));
    }
    may_end(write, &permit, &consent, "consentId")?;
    let change = consent::ActiveModel {
        status: Set(Gate::new(ConsentStatus::Revoked)),
        revoked_at: Set(Some(Gate::new(write.now()))),
        revoked_by: Set(Some(Gate::new(write.principal()?.user_id))),
        revocation_method: Set(Some(Gate::new(method))),
        revocation_evidence_reference: Set(reference.map(Gate::new)),
        revocation_reason: Set(reason.map(|reason| permit.seal(&row, &reason)).transpose()?),
        ..Default::default()
    };
    write.update(consent.id, None, change).await?;
    end_sharing(write, &permit, &consent).await?;
    write.bump_consent_epoch(consent.patient_id).await?;
    write.written(Written {
        operation: "consent.revoke",
        target_kind: "CONSENT",
        target_id: consent.id.uuid(),
        patient_id: Some(consent.patient_id),
        fields: vec!["status", "revokedAt", "revocationMethod", "revocationReason"],
    });
    write.emit("consent.revoked", "CONSENT", consent.id.uuid()).await?;
    Ok(consent.id)
}
