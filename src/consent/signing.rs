//! Signing a consent, alone or with somebody who has to sign as well. What is incomplete is not signed (42 CFR 2.31(a), (c)).

use async_graphql::{Context, InputObject, Object};
use entity::{
    Gate, Id,
    consent::consent::{self, ConsentStatus, SignatureMethod, SignerCapacity},
    identity::permission::Permission,
    people::person,
};
use sea_orm::ActiveValue::Set;

use super::{
    completeness::Completeness,
    consent::Consent,
    drafting::may_change,
    form::{Form, OfPatient},
    signed_copy::{Signature, render},
    signers::{Signatures, Signer, signer},
    succession::supersede,
};
use crate::kernel::{
    access::{Permit, label},
    door::{Door, Requires},
    error::{Error, Result},
    graphql::{Payload, requires},
    record::Written,
    write::Write,
};

/// A consent to sign.
#[derive(Clone, Debug, InputObject)]
pub struct SignConsentInput {
    /// The consent.
    pub consent_id: Id<consent::Entity>,
    /// `version` of the consent as the signer read it; when it changed since, sign what it says now.
    pub expected_version: i32,
}

/// What can be changed: consents signed.
#[derive(Default)]
pub struct SigningMutation;

#[Object]
impl SigningMutation {
    /// Signs a consent of one's own, or of somebody for whom one has verified legal authority. An incomplete form is refused,
    /// with all that is missing.
    ///
    /// For a minor it depends on what the form covers: what the minor consents to alone they sign alone; records of a Part 2
    /// program take the minor's signature always; what they cannot consent to alone takes that of a parent, a guardian or a
    /// legal representative (42 CFR 2.14, 45 CFR 164.502(g)). Where it takes both, the consent stays `PENDING_SIGNATURE` after
    /// the first signature and becomes `ACTIVE` with the second, for which `version` is that after the first.
    ///
    /// User errors: `NOT_FOUND`, `STALE_VERSION`, `INVALID_STATE` (not waiting for a signature, or not for yours),
    /// `VALIDATION_FAILED` (one for each fault; `field` goes on to the term at fault), `ACCESS_DENIED` (it is not for you to
    /// sign).
    #[graphql(directive = requires::apply(Permission::ConsentSign.into()), guard = "Requires(Permission::ConsentSign)")]
    async fn sign_consent(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The consent to sign.")] input: SignConsentInput,
    ) -> Result<Option<Payload<Consent>>> {
        let outcome = ctx.slot().write(|write| Box::pin(sign(write, input))).await;
        ctx.shown(outcome).await.map(Some)
    }
}

async fn sign(write: &Write, input: SignConsentInput) -> Result<Id<consent::Entity>> {
    let SignConsentInput { consent_id, expected_version } = input;
    let consent = write.lock(consent_id, &[Permission::ConsentSign], "consentId", "consent").await?;
    let permit =
        may_change(write, consent.patient_id, Some(label(&consent.data_class)), "consent.sign").await?;
    let form = Form::of(write, &permit, &consent).await?;
    let signatures = Signatures::of(&form, permit.facts().minority.as_ref(), write.now());
    let signer = signer(&permit, write.principal()?, signatures, write.now())?;
    let row = OfPatient(&consent);
    if permit.consult(&row, &consent.status)? != ConsentStatus::PendingSignature {
        return Err(Error::invalid_state("the consent is not waiting for a signature"));
    }
    Completeness::of(&form).check("consentId")?;
    if form.valid_to.is_some_and(|end| end <= write.now()) {
        return Err(Error::invalid_state("the consent's time is over; draft a new one"));
    }
    let first = First::of(&permit, &consent)?;
    if let Some(first) = &first {
        first.admits(write, &permit, signatures, signer)?;
    }
    let complete = first.as_ref().map_or_else(
        || signatures.are_complete(signer.capacity, None),
        |first| signatures.are_complete(first.signer.capacity, Some(signer.capacity)),
    );
    let mut change =
        if first.is_some() { second_signature(write, signer) } else { first_signature(write, signer) };
    if complete {
        let this =
            Signature { capacity: signer.capacity, at: write.now(), method: SignatureMethod::Electronic };
        let all: Vec<Signature> = first.iter().map(|first| first.signature).chain([this]).collect();
        let copy = render(write, consent.patient_id, &form, &all).await?;
        change.status = Set(Gate::new(ConsentStatus::Active));
        change.signed_copy = Set(Some(permit.seal(&row, &copy)?));
    }
    write.update(consent.id, Some(expected_version), change).await?;
    if complete {
        supersede(write, &permit, &consent).await?;
    }
    write.bump_consent_epoch(consent.patient_id).await?;
    write.written(Written {
        operation: "consent.sign",
        target_kind: "CONSENT",
        target_id: consent.id.uuid(),
        patient_id: Some(consent.patient_id),
        fields: vec!["status", "signedAt", "signerCapacity", "signatureMethod"],
    });
    if complete {
        write.emit("consent.signed", "CONSENT", consent.id.uuid()).await?;
    } else {
        write.emit("consent.signature_added", "CONSENT", consent.id.uuid()).await?;
    }
    Ok(consent.id)
}

fn first_signature(write: &Write, signer: Signer) -> consent::ActiveModel {
    consent::ActiveModel {
        signed_at: Set(Some(Gate::new(write.now()))),
        signer_person_id: Set(Some(Gate::new(signer.person_id))),
        signer_capacity: Set(Some(Gate::new(signer.capacity))),
        signature_method: Set(Some(Gate::new(SignatureMethod::Electronic))),
        ..Default::default()
    }
}

fn second_signature(write: &Write, signer: Signer) -> consent::ActiveModel {
    consent::ActiveModel {
        co_signed_at: Set(Some(Gate::new(write.now()))),
        co_signer_person_id: Set(Some(Gate::new(signer.person_id))),
        co_signer_capacity: Set(Some(Gate::new(signer.capacity))),
        ..Default::default()
    }
}

/// The signature that stands under a consent already, beside which another one is missing.
struct First {
    signer: Signer,
    signature: Signature,
}

impl First {
    fn of(permit: &Permit, consent: &consent::Model) -> Result<Option<Self>> {
        let row = OfPatient(consent);
        let person: Option<Id<person::Entity>> =
            permit.consult_optional(&row, consent.signer_person_id.as_ref())?;
        let capacity = permit.consult_optional(&row, consent.signer_capacity.as_ref())?;
        let at = permit.consult_optional(&row, consent.signed_at.as_ref())?;
        let method = permit.consult_optional(&row, consent.signature_method.as_ref())?;
        let (Some(person_id), Some(capacity), Some(at), Some(method)) = (person, capacity, at, method) else {
            return Ok(None);
        };
        Ok(Some(Self {
            signer: Signer { person_id, capacity },
            signature: Signature { capacity, at, method },
        }))
    }

    /// Whether somebody may sign beside it: it still counts, and theirs is the one that is missing.
    fn admits(&self, write: &Write, permit: &Permit, signatures: Signatures, second: Signer) -> Result<()> {
        let Self { signer: first, .. } = *self;
        let facts = permit.facts();
        let speaks = || {
            let minority = facts.minority.as_ref();
            minority.is_some_and(|minority| minority.authority_of(first.person_id, write.now()).is_some())
        };
        let stands = if first.capacity == SignerCapacity::Minor {
            signatures.admits(first.capacity)
        } else {
            speaks()
        };
        if !stands {
            return Err(Error::invalid_state(
                "the signature that stands there counts no more; revise the consent and sign again",
            ));
        }
        if signatures.are_complete(first.capacity, Some(second.capacity))
            && first.person_id != second.person_id
        {
            Ok(())
        } else {
            Err(Error::invalid_state("the consent waits for another signature than yours"))
        }
    }
}
