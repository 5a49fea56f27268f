//! What policies say, as types: the column `terms` of [`policies`](super::policy).

use serde::{Deserialize, Serialize};

use crate::DataClass;

/// From which age minors consent alone, by state and service (42 CFR 2.14).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MinorConsentTerms {
    /// The age of majority where no state says otherwise, in years.
    pub age_of_majority: u8,
    /// States in which people come of age at another age.
    #[serde(default)]
    pub majorities: Vec<StateMajority>,
    /// Which services minors consent to, and where.
    #[serde(default)]
    pub rules: Vec<MinorConsentRule>,
}

/// The age of majority of a state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StateMajority {
    /// The state, two capital letters.
    pub state: String,
    /// The age in years.
    pub age: u8,
}

/// A service that minors of a state consent to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MinorConsentRule {
    /// The state, two capital letters.
    pub state: String,
    /// The class of the service's records.
    pub service: DataClass,
    /// From which age, in years.
    pub minimum_age: u8,
    /// Whether a parent or guardian has to consent as well; then both sign (42 CFR 2.14(c)).
    pub parental_consent: bool,
}

impl Default for MinorConsentTerms {
    /// Majority at 18, and nobody consents alone before.
    fn default() -> Self {
        Self { age_of_majority: 18, majorities: Vec::new(), rules: Vec::new() }
    }
}

/// Whether the program's own workforce may look without a consent (45 CFR 164.506).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InternalUseTerms {
    /// For treatment, payment and operations, within a relationship to the patient. Off unless somebody says otherwise.
    pub without_consent: bool,
}

/// For how long a broken glass stays open (42 CFR 2.51).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BreakGlassTerms {
    /// Minutes when nothing else is asked for, 1 to 240.
    pub default_minutes: u16,
    /// Minutes at the most, 1 to 240.
    pub longest_minutes: u16,
}

impl Default for BreakGlassTerms {
    /// An hour, and never more than four.
    fn default() -> Self {
        Self { default_minutes: 60, longest_minutes: 240 }
    }
}
