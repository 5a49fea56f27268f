//! Consents in every state that there is.

use chrono::TimeDelta;
use entity::{Id, identity::user, people::patient};
use serde_json::{Value, json};

use super::{
    scene::Scene,
    staff::Staff,
    tenants::{DemoTenant, Ground},
};
use crate::kernel::error::{Error, Result};

/// What became of a patient's consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Story {
    /// Nobody asked yet.
    None,
    /// For treatment, payment and operations, signed by the patient on a screen; no end.
    Signed,
    /// The same, signed on paper and filed.
    OnPaper,
    /// The same, signed by somebody who has the legal authority.
    ByRepresentative,
    /// Prepared, and the patient has not signed.
    AwaitsSignature,
    /// Was good until a day that has passed.
    Expired,
    /// Given, and withdrawn on paper.
    Revoked,
    /// Given, and beside it a restriction that forbids the primary clinician.
    Restricted,
    /// Covers health information, but not the class of the identity.
    WithoutIdentity,
    /// Names one practitioner, until a day to come.
    OnePractitioner,
    /// Names a practitioner who is not the primary clinician.
    AnotherPractitioner,
    /// Begins in two weeks.
    NotYet,
    /// Ends with an event.
    UntilEvent,
    /// For treatment, and another one for the school that referred the patient.
    WithSchool,
}

/// Whom a consent is made by, and for whom.
pub(super) struct Parties<'s> {
    pub tenant: &'static DemoTenant,
    pub staff: &'s Staff,
    pub ground: &'s Ground,
    pub patient_id: Id<patient::Entity>,
    /// The user of the patient, when there is one.
    pub patient_user: Option<Id<user::Entity>>,
}

const CLERK: &str = "assistant";
const CLINICIAN: &str = "practitioner";
const OTHER_CLINICIAN: &str = "practitioner-2";
const TREATMENT: &[&str] = &["TREATMENT"];
const ALL_PURPOSES: &[&str] = &["TREATMENT", "PAYMENT", "OPERATIONS"];

impl Story {
    pub(super) async fn happens(self, scene: &Scene, parties: &Parties<'_>) -> Result<()> {
        let classes = parties.tenant.classes;
        let ago = |days| json!({ "date": scene.present() - TimeDelta::days(days) });
        let tpo = || Form::tpo(classes);
        let one = |login: &str| -> Result<Form> {
            let recipient = json!({ "practitionerId": parties.staff.practitioner(login)?.to_string() });
            Ok(Form::new("SPECIFIC", classes, recipient, TREATMENT, ago(-365)))
        };
        match self {
            Self::None => {}
            Self::Signed => {
                let consent = parties.draft(scene, tpo()).await?;
                scene.days_pass(1);
                parties.sign(scene, &consent).await?;
            }
            Self::OnPaper => {
                parties.file(scene, tpo(), "SELF").await?;
            }
            Self::ByRepresentative => {
                parties.file(scene, tpo(), "LEGAL_REPRESENTATIVE").await?;
            }
            Self::AwaitsSignature => {
                parties.draft(scene, tpo()).await?;
            }
            Self::Expired => {
                parties.file(scene, tpo().with("expiry", ago(10)), "SELF").await?;
            }
            Self::Revoked => {
                let consent = parties.file(scene, tpo(), "SELF").await?;
                scene.days_pass(20);
                parties.file_revocation(scene, &consent).await?;
            }
            Self::Restricted => {
                parties.file(scene, tpo(), "SELF").await?;
                scene.days_pass(10);
                let form = one(CLINICIAN)?
                    .with("kind", json!("RESTRICTION"))
                    .with("purposes", json!(ALL_PURPOSES))
                    .with("expiry", json!({ "never": true }));
                parties.file(scene, form, "SELF").await?;
            }
            Self::WithoutIdentity => {
                let form = Form::tpo(parties.tenant.classes_without_identity);
                parties.file(scene, form, "SELF").await?;
            }
            Self::OnePractitioner => {
                parties.file(scene, one(CLINICIAN)?, "SELF").await?;
            }
            Self::AnotherPractitioner => {
                parties.file(scene, one(OTHER_CLINICIAN)?, "SELF").await?;
            }
            Self::NotYet => {
                let begins = scene.present() + TimeDelta::days(14);
                parties.file(scene, tpo().with("validFrom", json!(begins)), "SELF").await?;
            }
            Self::UntilEvent => {
                let ends = json!({ "event": "Discharge from the program" });
                parties.file(scene, tpo().with("expiry", ends), "SELF").await?;
            }
            Self::WithSchool => {
                parties.file(scene, tpo(), "SELF").await?;
                let school = parties.ground.partners.get(1).ok_or_else(|| Error::internal("no school"))?;
                let recipient = json!({ "organizationId": school.to_string() });
                let form = Form::new("REFERRAL_PARTNER", &["GENERAL_PHI"], recipient, TREATMENT, ago(-180));
                parties.file(scene, form, "SELF").await?;
            }
        }
        Ok(())
    }
}

/// What a consent says, as the API takes it.
struct Form(Value);

impl Form {
    fn new(kind: &str, classes: &[&str], recipient: Value, purposes: &[&str], expiry: Value) -> Self {
        let scopes: Vec<Value> = classes.iter().map(|class| json!({ "dataClass": class })).collect();
        Self(json!({
            "kind": kind,
            "scopes": scopes,
            "recipients": [recipient],
            "purposes": purposes,
            "expiry": expiry,
        }))
    }

    fn tpo(classes: &[&str]) -> Self {
        let recipient = json!({ "recipientClass": "TREATING_PROVIDERS" });
        Self::new("TPO", classes, recipient, ALL_PURPOSES, json!({ "never": true }))
            .with("redisclosureStatement", json!(true))
            .with("refusalConsequences", json!(true))
    }

    fn with(mut self, field: &str, value: Value) -> Self {
        self.0[field] = value;
        self
    }
}

impl Parties<'_> {
    async fn draft(&self, scene: &Scene, Form(terms): Form) -> Result<Value> {
        let input = json!({ "patientId": self.patient_id.to_string(), "terms": terms });
        scene.mutate(self.staff.user(CLERK)?, "draftConsent", "id version", input).await
    }

    async fn sign(&self, scene: &Scene, consent: &Value) -> Result<Value> {
        let user = self.patient_user.ok_or_else(|| Error::internal("demo data: nobody can sign"))?;
        let input = json!({ "consentId": consent["id"], "expectedVersion": consent["version"] });
        scene.mutate(user, "signConsent", "id", input).await
    }

    async fn file(&self, scene: &Scene, Form(terms): Form, signer_capacity: &str) -> Result<Value> {
        let input = json!({
            "patientId": self.patient_id.to_string(),
            "terms": terms,
            "signedAt": scene.now(),
            "signatureMethod": "PAPER",
            "signerCapacity": signer_capacity,
            "evidenceReference": format!("Binder 4, form {}", scene.now().format("%m%d")),
        });
        scene.mutate(self.staff.user(CLERK)?, "recordConsent", "id version", input).await
    }

    async fn file_revocation(&self, scene: &Scene, consent: &Value) -> Result<Value> {
        let input = json!({
            "consentId": consent["id"],
            "reason": "I want to talk to my counselor first.",
            "evidence": { "method": "PAPER", "reference": "Binder 4, letter 7" },
        });
        scene.mutate(self.staff.user(CLERK)?, "revokeConsent", "id", input).await
    }
}
