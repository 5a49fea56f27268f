//! Signing a consent, and filing one that was signed elsewhere. What is incomplete is not signed (42 CFR 2.31(a), (c)).

use async_graphql::{Context, InputObject, Object};
use entity::{
    DataClass, Gate, Id,
    consent::{
        consent::{self, ConsentKind, ConsentStatus, ExpiryKind, SignatureMethod, SignerCapacity},
        purpose::Purpose,
    },
    identity::permission::Permission,
    people::patient,
};
use sea_orm::ActiveValue::Set;

use super::{
    consent::Consent,
    drafting::{ConsentExpiryInput, ConsentScopeInput, ConsentTermsInput, insert, may_change},
};
use crate::kernel::{
    access::{Protected, Subject, label},
    door::{Door, Requires},
    error::{Error, Result, UserErrorCode},
    graphql::{DateTime, Payload, requires},
    record::Written,
    text::printable,
    write::{Idempotency, Write},
};

/// A consent to sign.
#[derive(Clone, Debug, InputObject)]
pub struct SignConsentInput {
    /// The consent.
    pub consent_id: Id<consent::Entity>,
    /// `version` of the consent as the patient read it; when it changed since, sign what it says now.
    pub expected_version: i32,
}

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
    /// In what capacity it was signed: `SELF` or `LEGAL_REPRESENTATIVE`.
    pub signer_capacity: SignerCapacity,
    /// Where the signed form is filed; 1 to 200 characters. Do not put a name into it.
    pub evidence_reference: String,
    /// A key of your choice, 1 to 200 characters: the same key and input within 24 hours file the consent once.
    pub idempotency_key: Option<String>,
}

/// What can be changed: consents signed.
#[derive(Default)]
pub struct SigningMutation;

#[Object]
impl SigningMutation {
    /// Signs one's own consent. An incomplete form is refused, with what is missing.
    ///
    /// User errors: `NOT_FOUND`, `STALE_VERSION`, `INVALID_STATE` (signed or revoked already), `VALIDATION_FAILED`.
    #[graphql(directive = requires::apply(Permission::ConsentSign.into()), guard = "Requires(Permission::ConsentSign)")]
    async fn sign_consent(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The consent to sign.")] input: SignConsentInput,
    ) -> Result<Option<Payload<Consent>>> {
        let outcome = ctx.slot().write(|write| Box::pin(sign(write, input))).await;
        ctx.shown(outcome).await.map(Some)
    }

    /// Files a consent that was signed on paper or given orally, with its evidence. It counts at once.
    ///
    /// User errors: `NOT_FOUND`, `VALIDATION_FAILED`, `ACCESS_DENIED`, `IDEMPOTENCY_CONFLICT`.
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

async fn sign(write: &Write, input: SignConsentInput) -> Result<Id<consent::Entity>> {
    let SignConsentInput { consent_id, expected_version } = input;
    let consent = write.lock(consent_id, &[Permission::ConsentSign], "consentId", "consent").await?;
    let permit =
        may_change(write, consent.patient_id, Some(label(&consent.data_class)), "consent.sign").await?;
    let own = write.principal()?.person_id == Some(permit.person_id());
    if !own {
        return Err(Error::refused(
            UserErrorCode::AccessDenied,
            &["consentId"],
            "only the patient signs; staff file a signed form with `recordConsent`",
        ));
    }
    let row = OfPatient(&consent);
    let status = permit.consult(&row, &consent.status)?;
    if !matches!(status, ConsentStatus::Draft | ConsentStatus::PendingSignature) {
        return Err(Error::invalid_state("the consent is not waiting for a signature"));
    }
    let facts = write.consent_facts(consent.patient_id, consent.id).await?;
    Completeness {
        kind: permit.consult(&row, &consent.kind)?,
        classes: facts.scopes.iter().map(|scope| scope.data_class).collect(),
        recipients: facts.recipients.len(),
        purposes: permit
            .consult(&row, &consent.purposes)?
            .iter()
            .filter_map(|code| code.parse().ok())
            .collect(),
        expiry: permit.consult(&row, &consent.expiry_kind)?,
        redisclosure_statement: permit.consult(&row, &consent.redisclosure_statement)?,
        refusal_consequences: permit.consult(&row, &consent.refusal_consequences)?,
    }
    .check("consentId")?;
    if permit.consult_optional(&row, consent.valid_to.as_ref())?.is_some_and(|end| end <= write.now()) {
        return Err(Error::invalid_state("the consent's time is over; draft a new one"));
    }
    let change = consent::ActiveModel {
        status: Set(Gate::new(ConsentStatus::Active)),
        signed_at: Set(Some(Gate::new(write.now()))),
        signer_person_id: Set(Some(Gate::new(permit.person_id()))),
        signer_capacity: Set(Some(Gate::new(SignerCapacity::Oneself))),
        signature_method: Set(Some(Gate::new(SignatureMethod::Electronic))),
        ..Default::default()
    };
    write.update(consent.id, Some(expected_version), change).await?;
    write.bump_consent_epoch(consent.patient_id).await?;
    write.written(Written {
        operation: "consent.sign",
        target_kind: "CONSENT",
        target_id: consent.id.uuid(),
        patient_id: Some(consent.patient_id),
        fields: vec!["status", "signedAt", "signerCapacity", "signatureMethod"],
    });
    write.emit("consent.signed", "CONSENT", consent.id.uuid()).await?;
    Ok(consent.id)
}

async fn record(write: &Write, input: RecordConsentInput) -> Result<Id<consent::Entity>> {
    let RecordConsentInput {
        patient_id,
        terms,
        signed_at: DateTime(signed_at),
        signature_method,
        signer_capacity,
        evidence_reference,
        idempotency_key: _,
    } = input;
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
    if !matches!(signer_capacity, SignerCapacity::Oneself | SignerCapacity::LegalRepresentative) {
        return Err(Error::invalid("signerCapacity", "takes `SELF` or `LEGAL_REPRESENTATIVE`"));
    }
    // A representative is named on the form that the evidence leads to.
    let own = signer_capacity == SignerCapacity::Oneself;
    let evidence = printable(&evidence_reference, 200, "evidenceReference")?;
    Completeness::of(&terms).check("terms")?;
    let id = insert(write, &patient, terms, "consent.record").await?;
    let signature = consent::ActiveModel {
        status: Set(Gate::new(ConsentStatus::Active)),
        signed_at: Set(Some(Gate::new(signed_at))),
        signer_person_id: Set(own.then(|| Gate::new(permit.person_id()))),
        signer_capacity: Set(Some(Gate::new(signer_capacity))),
        signature_method: Set(Some(Gate::new(signature_method))),
        evidence_reference: Set(Some(Gate::new(evidence))),
        ..Default::default()
    };
    write.update(id, None, signature).await?;
    Ok(id)
}

/// A consent's row, known to be that of its patient.
pub(super) struct OfPatient<'c>(pub(super) &'c consent::Model);

impl Protected for OfPatient<'_> {
    const SUBJECT: Subject = Subject::ConsentRecord;

    fn row_id(&self) -> uuid::Uuid {
        self.0.id.uuid()
    }

    fn patient_id(&self) -> Id<patient::Entity> {
        self.0.patient_id
    }

    fn label(&self) -> Option<DataClass> {
        Some(label(&self.0.data_class))
    }
}

/// What a form must have before it can be signed.
struct Completeness {
    kind: ConsentKind,
    classes: Vec<DataClass>,
    recipients: usize,
    purposes: Vec<Purpose>,
    expiry: ExpiryKind,
    redisclosure_statement: bool,
    refusal_consequences: bool,
}

impl Completeness {
    fn of(terms: &ConsentTermsInput) -> Self {
        Self {
            kind: terms.kind,
            classes: terms.scopes.iter().map(|ConsentScopeInput { data_class, .. }| *data_class).collect(),
            recipients: terms.recipients.len(),
            purposes: terms.purposes.clone(),
            expiry: match terms.expiry {
                ConsentExpiryInput::Date(_) => ExpiryKind::Date,
                ConsentExpiryInput::Event(_) => ExpiryKind::Event,
                ConsentExpiryInput::Never(_) => ExpiryKind::None,
            },
            redisclosure_statement: terms.redisclosure_statement,
            refusal_consequences: terms.refusal_consequences,
        }
    }

    fn check(&self, field: &str) -> Result<()> {
        let missing = self.missing();
        if missing.is_empty() {
            return Ok(());
        }
        Err(Error::invalid(field, format!("the form is incomplete: {}", missing.join("; "))))
    }

    fn missing(&self) -> Vec<&'static str> {
        let only = |class| !self.classes.is_empty() && self.classes.iter().all(|one| *one == class);
        let any = |class| self.classes.contains(&class);
        let notes = ConsentKind::SudCounselingNotes;
        let therapy = ConsentKind::PsychotherapyNotes;
        let legal = ConsentKind::LegalProceeding;
        let for_legal = self.purposes.contains(&Purpose::LegalProceeding);
        let tpo = self.kind == ConsentKind::Tpo;
        let never = self.expiry == ExpiryKind::None;
        let rules = [
            (self.classes.is_empty(), "which information (42 CFR 2.31(a)(3))"),
            (self.recipients == 0, "to whom (42 CFR 2.31(a)(4))"),
            (self.purposes.is_empty(), "for what purpose (42 CFR 2.31(a)(5))"),
            (
                never && !tpo && self.kind != ConsentKind::Restriction,
                "when it ends (42 CFR 2.31(a)(7)); only TPO may have no end",
            ),
            (tpo && !self.redisclosure_statement, "the statement on redisclosure (42 CFR 2.31(a)(10))"),
            (tpo && !self.refusal_consequences, "the consequences of refusing (42 CFR 2.31(a)(10))"),
            (
                self.kind == notes && !only(DataClass::SudCounselingNote),
                "SUD counseling notes alone, in a consent of their own (42 CFR 2.31(b))",
            ),
            (
                self.kind != notes
                    && self.kind != ConsentKind::Restriction
                    && any(DataClass::SudCounselingNote),
                "no SUD counseling notes beside other information (42 CFR 2.31(b))",
            ),
            (
                self.kind == therapy && !only(DataClass::PsychotherapyNote),
                "psychotherapy notes alone, in a consent of their own (45 CFR 164.508(b)(3)(ii))",
            ),
            (
                self.kind != therapy
                    && self.kind != ConsentKind::Restriction
                    && any(DataClass::PsychotherapyNote),
                "no psychotherapy notes beside other information (45 CFR 164.508(b)(3)(ii))",
            ),
            (
                (self.kind == legal) != for_legal && self.kind != ConsentKind::Restriction
                    || for_legal && self.purposes.len() > 1,
                "legal proceedings alone, in a consent of their own (42 CFR 2.31(d))",
            ),
        ];
        rules.into_iter().filter_map(|(broken, rule)| broken.then_some(rule)).collect()
    }
}
