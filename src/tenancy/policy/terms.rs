//! What policies say, as they are shown.

use async_graphql::{InputObject, SimpleObject, Union};
use entity::{
    DataClass,
    tenancy::policy_terms::{self, BreakGlassTerms, InternalUseTerms, MinorConsentTerms},
};

/// What a version of a policy says, by its kind.
#[derive(Clone, Debug, Union)]
pub enum PolicyTerms {
    /// Of the kind `MINOR_CONSENT`.
    MinorConsent(MinorConsentPolicy),
    /// Of the kind `INTERNAL_USE`.
    InternalUse(InternalUsePolicy),
    /// Of the kind `BREAK_GLASS`.
    BreakGlass(BreakGlassPolicy),
}

/// From which age minors consent alone, by state and service (42 CFR 2.14, 45 CFR 164.502(g)).
#[derive(Clone, Debug, SimpleObject)]
pub struct MinorConsentPolicy {
    /// The age of majority where no state says otherwise, in years.
    age_of_majority: i32,
    /// States in which people come of age at another age.
    majorities: Vec<StateMajority>,
    /// Which services minors consent to, and where. Where no rule fits, a parent or guardian decides.
    rules: Vec<MinorConsentRule>,
}

/// The age of majority of a state.
#[derive(Clone, Debug, SimpleObject, InputObject)]
#[graphql(input_name = "StateMajorityInput")]
pub struct StateMajority {
    /// The state, two capital letters.
    pub state: String,
    /// The age in years, 18 to 21.
    pub age: i32,
}

/// A service to which minors of a state consent.
#[derive(Clone, Debug, SimpleObject, InputObject)]
#[graphql(input_name = "MinorConsentRuleInput")]
pub struct MinorConsentRule {
    /// The state in which care is given, two capital letters.
    pub state: String,
    /// The class of the service's records: `GENERAL_PHI`, `MENTAL_HEALTH` or `SUD`.
    pub service: DataClass,
    /// From which age, in years: 10 or more, and below the age of majority of the state.
    pub minimum_age: i32,
    /// Whether a parent or guardian has to consent as well; then both sign (42 CFR 2.14(c)).
    pub parental_consent: bool,
}

/// Whether the program's own workforce may look without a consent (45 CFR 164.506).
#[derive(Clone, Debug, SimpleObject)]
pub struct InternalUsePolicy {
    /// Whether they may: for treatment, payment and operations, within a relationship to the patient.
    without_consent: bool,
}

/// For how long a broken glass stays open (42 CFR 2.51).
#[derive(Clone, Debug, SimpleObject)]
pub struct BreakGlassPolicy {
    /// Minutes when nothing else is asked for, 1 to 240.
    default_minutes: i32,
    /// Minutes at the most, 1 to 240.
    longest_minutes: i32,
}

impl MinorConsentPolicy {
    pub(super) fn of(terms: MinorConsentTerms) -> Self {
        let MinorConsentTerms { age_of_majority, majorities, rules } = terms;
        let majorities = majorities
            .into_iter()
            .map(|policy_terms::StateMajority { state, age }| StateMajority { state, age: age.into() });
        let rules = rules.into_iter().map(|rule| {
            let policy_terms::MinorConsentRule { state, service, minimum_age, parental_consent } = rule;
            MinorConsentRule { state, service, minimum_age: minimum_age.into(), parental_consent }
        });
        Self {
            age_of_majority: age_of_majority.into(),
            majorities: majorities.collect(),
            rules: rules.collect(),
        }
    }
}

impl InternalUsePolicy {
    pub(super) const fn of(terms: InternalUseTerms) -> Self {
        let InternalUseTerms { without_consent } = terms;
        Self { without_consent }
    }
}

impl BreakGlassPolicy {
    pub(super) fn of(terms: BreakGlassTerms) -> Self {
        let BreakGlassTerms { default_minutes, longest_minutes } = terms;
        Self { default_minutes: default_minutes.into(), longest_minutes: longest_minutes.into() }
    }
}
