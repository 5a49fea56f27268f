//! Filing a consent that was signed elsewhere. What is incomplete does not count (42 CFR 2.31(a), (c)).

use async_graphql::{Context, InputObject, Object};
use chrono::{DateTime as Moment, Utc};
use entity::{
    Gate, Id,
    consent::consent::{self, ConsentStatus, SignatureMethod, SignerCapacity},
    identity::permission::Permission,
    people::{patient, person},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition};

use super::{
    completeness::Completeness,
    consent::Consent,
    drafting::{may_change, supersedable},
    form::{Form, OfPatient},
    signed_copy::{Signature, render},
    signers::{Signatures, capacity_of},
    succession::supersede,
    terms::{Beginning, ConsentTermsInput, drafted_fields, insert},
};
use crate::kernel::{
    access::PatientFacts,
    door::{Door, Requires},
    error::{Error, Result},
    graphql::{DateTime, Payload, requires},
    record::Written,
    text::printable,
    write::{Idempotency, Write},
};

/// A consent that was signed elsewhere.
#[derive(Clone, Debug, InputObject)]
pub struct RecordConsentInput {
    /// Whose consent.
    pub patient_id: Id<patient::Entity>,
    /// What it says.
    pub terms: ConsentTermsInput,
    /// When it was signed; not in the future.
    pub signed_at: DateTime,
    /// How it was signed: `PAPER` or `VERBAL_DOCUMENTED`.
    pub signature_method: SignatureMethod,
    /// In what capacity it was signed: `SELF` by an adult, `MINOR` by a patient who was a minor then. `PARENT` and `GUARDIAN`
    /// need `signerPersonId`; a `LEGAL_REPRESENTATIVE` may be named on the filed form alone.
    pub signer_capacity: SignerCapacity,
    /// Who signed for the patient: a person whose legal authority in that capacity was verified, and held when they signed.
    pub signer_person_id: Option<Id<person::Entity>>,
    /// Who signed besides, where both the minor and somebody with legal authority have to (42 CFR 2.14(c)).
    pub co_signer: Option<ConsentCoSignerInput>,
    /// Where the signed form is filed; 1 to 200 characters. Do not put a name into it.
    pub evidence_reference: String,
    /// A consent of the same patient and kind that is `ACTIVE`: it becomes `SUPERSEDED`.
    pub supersedes_id: Option<Id<consent::Entity>>,
    /// A key of your choice, 1 to 200 characters: the same key and input within 24 hours file the consent once.
    pub idempotency_key: Option<String>,
}

/// Who signed besides the first, on the same form and day.
#[derive(Clone, Debug, InputObject)]
pub struct ConsentCoSignerInput {
    /// In what capacity: `MINOR`, `PARENT`, `GUARDIAN` or `LEGAL_REPRESENTATIVE`.
    pub capacity: SignerCapacity,
    /// Who; left out for the patient, `MINOR`.
    pub person_id: Option<Id<person::Entity>>,
}

/// What can be changed: consents filed.
#[derive(Default)]
pub struct FilingMutation;

#[Object]
impl FilingMutation {
    /// Files a consent that was signed on paper or given orally, with its evidence. It counts at once. Whose signatures a
    /// minor's form takes is told at `signConsent`; a form without one of them is refused.
    ///
    /// User errors: `NOT_FOUND` (of a signer: nobody whose authority was verified), `VALIDATION_FAILED` (one for each fault of
    /// the form, with the path of the term), `INVALID_STATE` (what it is to supersede is not active, or of another kind),
    /// `ACCESS_DENIED`, `IDEMPOTENCY_CONFLICT`.
    #[graphql(directive = requires::apply(Permission::ConsentRecord.into()), guard = "Requires(Permission::ConsentRecord)")]
    async fn record_consent(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The signed consent.")] mut input: RecordConsentInput,
    ) -> Result<Option<Payload<Consent>>> {
        let key = input.idempotency_key.take();
        let fingerprint = async_graphql::InputType::to_value(&input);
        let outcome = match key.map(|key| Idempotency::new(key, "consent.record", &fingerprint)).transpose() {
            Ok(once) => ctx.slot().write_once(once, |write| Box::pin(record(write, input))).await,
            Err(error) => Err(error),
        };
        ctx.shown(outcome).await.map(Some)
    }
}

async fn record(write: &Write, input: RecordConsentInput) -> Result<Id<consent::Entity>> {
    let RecordConsentInput {
        patient_id,
        terms,
        signed_at: DateTime(signed_at),
        signature_method,
        signer_capacity,
        signer_person_id,
        co_signer,
        evidence_reference,
        supersedes_id,
        idempotency_key: _,
    } = input;
    if let Some(id) = supersedes_id {
        // Whoever revokes it locks the consent before the patient.
        write.find_locked::<consent::Entity>(Condition::all().add(consent::Column::Id.eq(id))).await?;
    }
    let patient = write.lock(patient_id, &[Permission::ConsentRecord], "patientId", "patient").await?;
    let permit = may_change(write, patient.id, None, "consent.record").await?;
    if signed_at > write.now() {
        return Err(Error::invalid("signedAt", "a form cannot have been signed in the future"));
    }
    if signature_method == SignatureMethod::Electronic {
        return Err(Error::invalid(
            "signatureMethod",
            "an electronic signature is given by the patient with `signConsent`",
        ));
    }
    let evidence = printable(&evidence_reference, 200, "evidenceReference")?;
    if let Some(id) = supersedes_id {
        supersedable(write, &permit, id, terms.kind).await?;
    }
    let beginning = Beginning { status: ConsentStatus::Draft, supersedes: supersedes_id };
    let id = insert(write, &patient, terms, beginning).await?;
    let stored = write.find::<consent::Entity>(Condition::all().add(consent::Column::Id.eq(id))).await?;
    let consent = stored.ok_or_else(|| Error::internal("a consent that was just filed is gone"))?;
    let form = Form::of(write, &permit, &consent).await?;
    Completeness::of(&form).check("terms")?;
    // What waits for a signature tells the patient's age.
    let facts = write.patient_facts(patient.id).await?;
    let signers = Signers {
        first: (signer_capacity, signer_person_id),
        second: co_signer.map(|ConsentCoSignerInput { capacity, person_id }| (capacity, person_id)),
    };
    let Persons { first, second } = signers.persons(&form, &facts, signed_at)?;
    let under = |capacity| Signature { capacity, at: signed_at, method: signature_method };
    let signatures: Vec<Signature> = [Some(signer_capacity), second.map(|(capacity, _)| capacity)]
        .into_iter()
        .flatten()
        .map(under)
        .collect();
    let copy = render(write, patient.id, &form, &signatures).await?;
    let signature = consent::ActiveModel {
        status: Set(Gate::new(ConsentStatus::Active)),
        signed_at: Set(Some(Gate::new(signed_at))),
        signer_person_id: Set(first.map(Gate::new)),
        signer_capacity: Set(Some(Gate::new(signer_capacity))),
        co_signed_at: Set(second.map(|_| Gate::new(signed_at))),
        co_signer_person_id: Set(second.map(|(_, person)| Gate::new(person))),
        co_signer_capacity: Set(second.map(|(capacity, _)| Gate::new(capacity))),
        signature_method: Set(Some(Gate::new(signature_method))),
        evidence_reference: Set(Some(Gate::new(evidence))),
        signed_copy: Set(Some(permit.seal(&OfPatient(&consent), &copy)?)),
        ..Default::default()
    };
    write.update(id, None, signature).await?;
    supersede(write, &permit, &consent).await?;
    write.written(Written {
        operation: "consent.record",
        target_kind: "CONSENT",
        target_id: id.uuid(),
        patient_id: Some(patient.id),
        fields: drafted_fields(),
    });
    write.emit("consent.record", "CONSENT", id.uuid()).await?;
    Ok(id)
}

type Stated = (SignerCapacity, Option<Id<person::Entity>>);

/// Who signed, as the form says.
struct Signers {
    first: Stated,
    second: Option<Stated>,
}

/// Who signed. A legal representative may stand on the form alone, to which the evidence leads.
struct Persons {
    first: Option<Id<person::Entity>>,
    second: Option<(SignerCapacity, Id<person::Entity>)>,
}

impl Signers {
    /// Holds who signed against what is known of the patient and those who speak for them.
    fn persons(&self, form: &Form, facts: &PatientFacts, at: Moment<Utc>) -> Result<Persons> {
        let takes = Signatures::of(form, facts.minority.as_ref(), at);
        let Self { first: (capacity, stated), second } = *self;
        let first = person(facts, capacity, stated, at, "signerPersonId")?;
        let Some((beside, stated)) = second else {
            return match () {
                () if !takes.admits(capacity) => Err(Error::invalid("signerCapacity", taken(takes))),
                () if !takes.are_complete(capacity, None) => Err(Error::invalid("coSigner", taken(takes))),
                () => Ok(Persons { first, second: None }),
            };
        };
        let second = person(facts, beside, stated, at, "coSigner.personId")?;
        if !takes.admits(capacity) {
            return Err(Error::invalid("signerCapacity", taken(takes)));
        }
        if takes != Signatures::Both || !takes.admits(beside) || !takes.are_complete(capacity, Some(beside)) {
            return Err(Error::invalid("coSigner.capacity", taken(takes)));
        }
        let second = second.ok_or_else(|| Error::invalid("coSigner.personId", "say who signed besides"))?;
        Ok(Persons { first, second: Some((beside, second)) })
    }
}

/// The person who signed in a capacity.
fn person(
    facts: &PatientFacts,
    capacity: SignerCapacity,
    stated: Option<Id<person::Entity>>,
    at: Moment<Utc>,
    field: &str,
) -> Result<Option<Id<person::Entity>>> {
    let stated = match (capacity, stated) {
        (SignerCapacity::Oneself | SignerCapacity::Minor, stated) => {
            return match stated.filter(|stated| *stated != facts.person_id) {
                None => Ok(Some(facts.person_id)),
                Some(_) => Err(Error::invalid(field, "in this capacity the patient signs")),
            };
        }
        (SignerCapacity::LegalRepresentative, None) => return Ok(None),
        (_, None) => return Err(Error::invalid(field, "say who signed for the patient")),
        (_, Some(stated)) => stated,
    };
    let authority = facts.minority.as_ref().and_then(|minority| minority.authority_of(stated, at));
    if authority.and_then(capacity_of) == Some(capacity) {
        Ok(Some(stated))
    } else {
        Err(Error::not_found(
            field,
            "person whose legal authority in this capacity was verified and held then",
        ))
    }
}

const fn taken(signatures: Signatures) -> &'static str {
    match signatures {
        Signatures::OfAdult => "an adult signs as `SELF`, or a `LEGAL_REPRESENTATIVE` for them",
        Signatures::Either => {
            "the patient was a minor: `MINOR`, `PARENT`, `GUARDIAN` or `LEGAL_REPRESENTATIVE`, alone"
        }
        Signatures::OfMinor => "the minor consents to this alone and signs alone as `MINOR` (42 CFR 2.14(b))",
        Signatures::OfGuardian => {
            "the patient was a minor: a `PARENT`, a `GUARDIAN` or a `LEGAL_REPRESENTATIVE` signs, alone"
        }
        Signatures::Both => {
            "both the `MINOR` and a `PARENT`, a `GUARDIAN` or a `LEGAL_REPRESENTATIVE` sign (42 CFR 2.14(c))"
        }
    }
}
