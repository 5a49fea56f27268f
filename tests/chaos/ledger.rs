//! What callers know: what they asked for, what was acknowledged, and what they were shown.

use std::{collections::BTreeMap, fmt};

use uuid::Uuid;

/// A patient to be entered once.
#[derive(Clone)]
pub struct Creation {
    /// The idempotency key; the ids of its requests begin with it.
    pub key: String,
    /// Set when it was acknowledged.
    pub patient: Option<Uuid>,
}

/// A consent to be filed once, and perhaps revoked.
#[derive(Clone)]
pub struct Filing {
    /// The idempotency key; the ids of its requests begin with it.
    pub key: String,
    pub patient: Uuid,
    /// Set when it was acknowledged.
    pub consent: Option<Uuid>,
    pub revocation: Option<Revocation>,
}

/// The revocation of a consent.
#[derive(Clone)]
pub struct Revocation {
    /// The ids of its requests begin with it.
    pub key: String,
    pub acknowledged: bool,
}

/// An answer that told who a patient is, or that it may not.
#[derive(Clone)]
pub struct Look {
    pub request: String,
    pub patient: Uuid,
    pub shown: bool,
}

/// Everything that callers know.
#[derive(Clone, Default)]
pub struct Ledger {
    pub creations: Vec<Creation>,
    pub filings: Vec<Filing>,
    pub looks: Vec<Look>,
    /// Codes of errors, and requests without an answer.
    pub failures: BTreeMap<String, u64>,
    /// Requests that had to be sent again because nobody knew what had come of them.
    pub asked_again: u64,
}

impl Ledger {
    pub fn failed(&mut self, code: &str) {
        *self.failures.entry(code.to_owned()).or_default() += 1;
    }

    /// The patients that are known to be there.
    pub fn patients(&self) -> Vec<Uuid> {
        self.creations.iter().filter_map(|creation| creation.patient).collect()
    }

    /// The consents that nobody has revoked, by their place.
    pub fn revocable(&self) -> Vec<usize> {
        let open = |filing: &Filing| filing.consent.is_some() && filing.revocation.is_none();
        let filings = self.filings.iter().enumerate().filter(|(_, filing)| open(filing));
        filings.map(|(place, _)| place).collect()
    }
}

impl fmt::Display for Ledger {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let revoked = self.filings.iter().filter(|filing| filing.revocation.is_some()).count();
        write!(
            formatter,
            "{} patients, {} consents, {revoked} revocations, {} looks; {} requests sent again; not answered: {:?}",
            self.creations.len(),
            self.filings.len(),
            self.looks.len(),
            self.asked_again,
            self.failures,
        )
    }
}
