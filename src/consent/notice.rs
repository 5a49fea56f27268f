//! What accompanies a disclosure of records of a Part 2 program: the notice, and the scope of the consent in words
//! (42 CFR 2.32(a), (b)).

use async_graphql::SimpleObject;
use entity::{
    DataClass,
    consent::{
        consent::{ConsentDecision, ExpiryKind},
        consent_recipient::{RecipientClass, RecipientKind},
        disclosure::DisclosureException,
        purpose::Purpose,
    },
};

use crate::kernel::access::{ConsentFacts, RecipientFacts};

/// One of the two statements of 42 CFR 2.32(a), in the wording in force since 2024-04-16 (89 FR 12472).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Statement 1: what the recipient may and may not do, in full. For what is handed over.
    Full,
    /// Statement 2: the short one. For what is shown.
    Short,
}

const FULL: &str = "This record which has been disclosed to you is protected by Federal confidentiality rules (42 CFR \
part 2). These rules prohibit you from using or disclosing this record, or testimony that describes the information \
contained in this record, in any civil, criminal, administrative, or legislative proceedings by any Federal, State, or \
local authority, against the patient, unless authorized by the consent of the patient, except as provided at 42 CFR \
2.12(c)(5) or as authorized by a court in accordance with 42 CFR 2.64 or 2.65. In addition, the Federal rules prohibit \
you from making any other use or disclosure of this record unless at least one of the following applies: (i) Further use \
or disclosure is expressly permitted by the written consent of the individual whose information is being disclosed in \
this record or as otherwise permitted by 42 CFR part 2. (ii) You are a covered entity or business associate and have \
received the record for treatment, payment, or health care operations, or (iii) You have received the record from a \
covered entity or business associate as permitted by 45 CFR part 164, subparts A and E. A general authorization for the \
release of medical or other information is NOT sufficient to meet the required elements of written consent to further \
use or redisclose the record (see 42 CFR 2.31).";

const SHORT: &str = "42 CFR part 2 prohibits unauthorized use or disclosure of these records.";

impl Notice {
    /// Its number in 42 CFR 2.32(a), as it is stored and sent.
    pub const fn variant(self) -> i16 {
        match self {
            Self::Full => 1,
            Self::Short => 2,
        }
    }

    /// The statement.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Full => FULL,
            Self::Short => SHORT,
        }
    }

    /// The notice of a stored number; anything else is the full one.
    pub const fn of(variant: i16) -> Self {
        match variant {
            2 => Self::Short,
            _ => Self::Full,
        }
    }
}

/// The notice that went with a disclosure (42 CFR 2.32(a)).
#[derive(Clone, Debug, SimpleObject)]
pub struct RedisclosureNotice {
    /// Which of the two statements: 1 in full, 2 in short.
    pub variant: i32,
    /// The statement, to be shown to the recipient as it is.
    pub text: String,
}

impl From<Notice> for RedisclosureNotice {
    fn from(notice: Notice) -> Self {
        Self { variant: notice.variant().into(), text: notice.text().to_owned() }
    }
}

/// What stands in place of a consent where an exception allows a disclosure without one.
pub const fn instead_of_consent(exception: DisclosureException) -> &'static str {
    match exception {
        DisclosureException::Emergency => {
            "No consent: disclosed in a bona fide medical emergency in which the patient's prior written consent could not be \
             obtained (42 CFR 2.51)."
        }
    }
}

/// The scope of a consent in words (42 CFR 2.32(b)). It names nobody: who a consent names stands in the consent.
pub fn scope_in_words(consent: &ConsentFacts) -> String {
    let verb = match consent.decision {
        ConsentDecision::Permit => "allows the disclosure of",
        ConsentDecision::Deny => "forbids the disclosure of",
    };
    let classes = listed(consent.scopes.iter().map(|scope| class_in_words(scope.data_class)));
    let recipients = listed(consent.recipients.iter().map(recipient_in_words));
    let purposes = listed(consent.purposes.iter().map(|purpose| purpose_in_words(*purpose)));
    let end = match (consent.expiry_kind, consent.valid_to) {
        (ExpiryKind::Date, Some(end)) => format!("until {}", end.format("%Y-%m-%d %H:%M UTC")),
        (ExpiryKind::Event, _) => "until the event that it names".to_owned(),
        _ => "without an end".to_owned(),
    };
    let start = consent.valid_from.format("%Y-%m-%d %H:%M UTC");
    format!(
        "The patient's consent {verb} {classes} to {recipients} for {purposes}. It holds from {start} {end}, and the patient \
         can revoke it at any time."
    )
}

/// A class of data as a recipient understands it.
pub const fn class_in_words(class: DataClass) -> &'static str {
    match class {
        DataClass::Deidentified => "information that identifies nobody",
        DataClass::Directory => "who the patient is and how to reach them",
        DataClass::GeneralPhi => "general health information",
        DataClass::Financial => "charges, payments and coverage",
        DataClass::MentalHealth => "mental health information",
        DataClass::MinorConfidential => "care to which a minor consented alone",
        DataClass::Sud => "substance use disorder records",
        DataClass::PsychotherapyNote => "psychotherapy notes",
        DataClass::SudCounselingNote => "substance use disorder counseling notes",
    }
}

const fn recipient_in_words(recipient: &RecipientFacts) -> &'static str {
    match (recipient.kind, recipient.recipient_class) {
        (_, Some(RecipientClass::TreatingProviders)) => "those who treat the patient",
        (_, Some(RecipientClass::HealthPlans)) => "the patient's health plans",
        (_, Some(RecipientClass::ProgramWorkforce)) => "the workforce of the program",
        (RecipientKind::User, None) => "a person whom it names",
        (RecipientKind::Practitioner, None) => "a practitioner whom it names",
        (RecipientKind::Organization, None) => "an organization that it names, and those beneath it",
        (RecipientKind::Contact, None) => "a person of the patient's choice whose contact it names",
        (RecipientKind::Intermediary, None) => "an intermediary that it names",
        (RecipientKind::Class, None) => "nobody",
    }
}

const fn purpose_in_words(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Treatment => "treatment",
        Purpose::Payment => "payment",
        Purpose::Operations => "health care operations",
        Purpose::PatientRequest => "what the patient asks for",
        Purpose::Emergency => "emergencies",
        Purpose::Research => "research",
        Purpose::PublicHealth => "public health",
        Purpose::AuditEvaluation => "audit and evaluation",
        Purpose::LegalProceeding => "a legal proceeding",
        Purpose::RequiredByLaw => "what the law requires",
    }
}

/// `a, b and c`, each once; nothing at all is `nothing`.
pub fn listed(words: impl Iterator<Item = &'static str>) -> String {
    let mut once: Vec<&str> = Vec::new();
    for word in words {
        if !once.contains(&word) {
            once.push(word);
        }
    }
    match &once[..] {
        [] => "nothing".to_owned(),
        [one] => (*one).to_owned(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}
