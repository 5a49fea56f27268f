//! The copy of a consent: what was signed, in words that the signer can read (42 CFR 2.31(a)), which goes with what is
//! disclosed under it (42 CFR 2.32(b)).
//!
//! It names the patient by their display code: who reads consents is not thereby somebody who may know the patient's name.
//! Where the copy leaves with the patient's data, the name stands beside it.

use std::{collections::BTreeMap, fmt::Write as _};

use chrono::{DateTime, Utc};
use entity::{
    DataClass, Id,
    consent::{
        consent::{ConsentDecision, ConsentKind, ExpiryKind, SignatureMethod, SignerCapacity},
        consent_recipient::{RecipientClass, RecipientKind},
        purpose::Purpose,
        sharing_grant::ContactKind,
    },
    people::{patient, practitioner},
    tenancy::organization,
};
use sea_orm::{ColumnTrait, Condition};
use uuid::Uuid;

use super::form::{Form, Recipient, Scope};
use crate::kernel::{
    error::{Error, Result},
    load::any_of,
    write::Write,
};

/// A signature under a consent.
#[derive(Clone, Copy)]
pub(super) struct Signature {
    pub capacity: SignerCapacity,
    pub at: DateTime<Utc>,
    pub method: SignatureMethod,
}

/// Puts into words what was signed, and by whom.
///
/// # Errors
///
/// Those of the database.
pub(super) async fn render(
    write: &Write,
    patient: Id<patient::Entity>,
    form: &Form,
    signatures: &[Signature],
) -> Result<String> {
    let of_patient = Condition::all().add(patient::Column::Id.eq(patient));
    let patient = write.find::<patient::Entity>(of_patient).await?;
    let patient = patient.ok_or_else(|| Error::internal("a consent without a patient"))?;
    let names = Names::of(write, form).await?;
    Ok(words(&patient.display_code, form, &names, signatures))
}

fn words(display_code: &str, form: &Form, names: &Names, signatures: &[Signature]) -> String {
    let restriction = form.decision == ConsentDecision::Deny;
    let discloser = names.discloser();
    let mut text = String::new();
    let mut line = |line: String| {
        text.extend(line.chars().map(|character| if character.is_control() { ' ' } else { character }));
        text.push('\n');
    };
    line(title(form.kind).to_owned());
    line(String::new());
    line(format!("Patient: the person with the code {display_code} in the records of {discloser}."));
    let (who, what, whom) = if restriction {
        ("Who must honor this", "What must not be used or disclosed", "By or to whom")
    } else {
        ("Who may disclose", "What may be disclosed", "To whom")
    };
    line(format!("{who}: {discloser}."));
    line(format!("{what}:"));
    form.scopes.iter().for_each(|scope| line(format!("- {}", covered(scope))));
    line(format!("{whom}:"));
    form.recipients.iter().for_each(|recipient| line(format!("- {}", names.named(recipient))));
    let purposes: Vec<&str> = form.purposes.iter().map(|purpose| purpose_words(*purpose)).collect();
    line(format!("For what purpose: {}.", purposes.join("; ")));
    line(format!("Holds from: {}.", moment(form.valid_from)));
    line(format!("Ends: {}.", end(form)));
    line(String::new());
    let of = if restriction { "restriction" } else { "consent" };
    line(format!(
        "Right to revoke: whoever signed may revoke this {of} at any time: in Consentry, or in writing or by word of mouth to \
         {discloser}. From then on nothing is done on its ground; what was done before stays as it is."
    ));
    if !restriction {
        line(
            "Redisclosure: whoever receives the information may disclose it again where the law allows it, and it may then \
             no longer be protected by 42 CFR part 2 or 45 CFR parts 160 and 164."
                .to_owned(),
        );
    }
    if form.refusal_consequences {
        line("Refusal: the form says what refusing to sign would have meant for the patient.".to_owned());
    }
    line(String::new());
    for signature in signatures {
        line(format!(
            "Signed by {}, {}, on {}.",
            signer(signature.capacity),
            method(signature.method),
            moment(signature.at)
        ));
    }
    text
}

const fn title(kind: ConsentKind) -> &'static str {
    match kind {
        ConsentKind::Tpo => "Consent to disclose records for treatment, payment and health care operations",
        ConsentKind::Specific => "Consent to disclose records",
        ConsentKind::FamilySharing => "Consent to share records with family or friends",
        ConsentKind::ReferralPartner => {
            "Consent to report back to the organization that referred the patient"
        }
        ConsentKind::SudCounselingNotes => "Consent to disclose substance use disorder counseling notes",
        ConsentKind::PsychotherapyNotes => "Consent to disclose psychotherapy notes",
        ConsentKind::LegalProceeding => "Consent to use and disclose records in a legal proceeding",
        ConsentKind::Research => "Consent to disclose records for research",
        ConsentKind::Restriction => "Restriction of the use and disclosure of records",
    }
}

fn covered(scope: &Scope) -> String {
    let mut text = class_words(scope.class).to_owned();
    if let Some(kind) = &scope.resource_kind {
        let _ = write!(text, ", of those alone: {kind}");
    }
    if let Some(from) = scope.from {
        let _ = write!(text, ", from {}", moment(from));
    }
    if let Some(to) = scope.to {
        let _ = write!(text, ", until {}", moment(to));
    }
    text
}

const fn class_words(class: DataClass) -> &'static str {
    match class {
        DataClass::Deidentified => "information that identifies nobody",
        DataClass::Directory => "name, birth date, address and contacts",
        DataClass::GeneralPhi => "general health information",
        DataClass::Financial => "coverage, charges and payments",
        DataClass::MentalHealth => "mental health records",
        DataClass::MinorConfidential => "records of services to which a minor consented alone",
        DataClass::Sud => "substance use disorder records, among them that the patient is treated for it",
        DataClass::PsychotherapyNote => "psychotherapy notes",
        DataClass::SudCounselingNote => "substance use disorder counseling notes",
    }
}

const fn purpose_words(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Treatment => "treatment",
        Purpose::Payment => "payment",
        Purpose::Operations => "health care operations",
        Purpose::PatientRequest => "at the request of the patient",
        Purpose::Emergency => "medical emergencies",
        Purpose::Research => "research",
        Purpose::PublicHealth => "public health",
        Purpose::AuditEvaluation => "audits and evaluations",
        Purpose::LegalProceeding => "a civil, criminal, administrative or legislative proceeding",
        Purpose::RequiredByLaw => "what the law requires",
    }
}

fn end(form: &Form) -> String {
    match (form.expiry, &form.expiry_event, form.valid_to) {
        (ExpiryKind::Date, _, Some(date)) => format!("on {}", moment(date)),
        (ExpiryKind::Event, Some(event), _) => format!("when this happens: {event}"),
        _ => "never, unless it is revoked".to_owned(),
    }
}

const fn signer(capacity: SignerCapacity) -> &'static str {
    match capacity {
        SignerCapacity::Oneself => "the patient",
        SignerCapacity::Minor => "the patient, a minor",
        SignerCapacity::Parent => "a parent of the patient",
        SignerCapacity::Guardian => "a guardian of the patient",
        SignerCapacity::LegalRepresentative => "a legal representative of the patient",
    }
}

const fn method(method: SignatureMethod) -> &'static str {
    match method {
        SignatureMethod::Electronic => "electronically",
        SignatureMethod::Paper => "on paper",
        SignatureMethod::VerbalDocumented => "orally, as staff documented",
    }
}

fn moment(at: DateTime<Utc>) -> String {
    at.format("%-d %B %Y, %H:%M UTC").to_string()
}

fn ids<E>(ids: Vec<Id<E>>) -> Vec<Uuid> {
    ids.into_iter().map(Id::uuid).collect()
}

/// The names of whom a form names.
#[derive(Default)]
struct Names {
    discloser: Option<String>,
    practitioners: BTreeMap<Id<practitioner::Entity>, String>,
    users: BTreeMap<Uuid, String>,
    organizations: BTreeMap<Id<organization::Entity>, String>,
}

impl Names {
    async fn of(write: &Write, form: &Form) -> Result<Self> {
        let own = form.discloser.unwrap_or_else(|| Id::new(write.tenant_id()));
        let organizations = form.recipients.iter().filter_map(|recipient| recipient.organization);
        let organizations: Vec<_> = organizations.chain([own]).collect();
        let practitioners: Vec<_> = form.recipients.iter().filter_map(|one| one.practitioner).collect();
        let users: Vec<_> = form.recipients.iter().filter_map(|recipient| recipient.user).collect();
        let mut names = Self::default();
        let wanted = Condition::all().add(any_of(organization::Column::Id, ids(organizations)));
        for row in write.find_all::<organization::Entity>(wanted).await? {
            names.organizations.insert(row.id, row.name);
        }
        names.discloser = names.organizations.get(&own).cloned();
        if practitioners.is_empty() && users.is_empty() {
            return Ok(names);
        }
        let wanted = Condition::any()
            .add(any_of(practitioner::Column::Id, ids(practitioners)))
            .add(any_of(practitioner::Column::UserId, ids(users)));
        for row in write.find_all::<practitioner::Entity>(wanted).await? {
            if let Some(user) = row.user_id {
                names.users.insert(user.uuid(), row.professional_name.clone());
            }
            names.practitioners.insert(row.id, row.professional_name);
        }
        Ok(names)
    }

    fn discloser(&self) -> &str {
        self.discloser.as_deref().unwrap_or("this organization")
    }

    fn named(&self, recipient: &Recipient) -> String {
        let class = recipient.class.map(|class| self.class_words(class)).unwrap_or_default();
        match recipient.kind {
            RecipientKind::User => {
                let user = recipient.user.map(|user| user.uuid()).unwrap_or_default();
                let unnamed = || format!("the person with the account {user}");
                self.users.get(&user).cloned().unwrap_or_else(unnamed)
            }
            RecipientKind::Practitioner => {
                let name = recipient.practitioner.and_then(|id| self.practitioners.get(&id));
                name.cloned().unwrap_or_else(|| "a practitioner who is not known any more".to_owned())
            }
            RecipientKind::Class => class,
            RecipientKind::Organization => {
                let name = recipient.organization.and_then(|id| self.organizations.get(&id));
                let name = name.map_or("an organization that is not known any more", String::as_str);
                format!("{name}, with all organizations beneath it")
            }
            RecipientKind::Contact => match recipient.contact {
                Some(ContactKind::Email) => "whoever proves the e-mail address that was given".to_owned(),
                Some(ContactKind::Phone) => "whoever proves the phone number that was given".to_owned(),
                None => "whoever proves the contact that was given".to_owned(),
            },
            RecipientKind::Intermediary => {
                let name = recipient.intermediary.as_deref().unwrap_or("an intermediary");
                format!("{name}, an intermediary, for its participants: {class}")
            }
        }
    }

    fn class_words(&self, class: RecipientClass) -> String {
        match class {
            RecipientClass::TreatingProviders => "the providers who treat the patient".to_owned(),
            RecipientClass::HealthPlans => "the patient's health plans".to_owned(),
            RecipientClass::ProgramWorkforce => format!("the workforce of {}", self.discloser()),
        }
    }
}
