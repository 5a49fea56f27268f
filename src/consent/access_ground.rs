//! What allows a look, as it is told to those who may know.

use async_graphql::Enum;

use crate::kernel::access::Ground;

/// What allows somebody to see something of a patient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Enum)]
pub enum AccessGround {
    /// It is the patient's own record (45 CFR 164.524).
    #[graphql(name = "SELF")]
    Oneself,
    /// Somebody with legal authority stands in the patient's place (45 CFR 164.502(g)).
    LegalAuthority,
    /// They wrote the note and treat by it (42 CFR 2.31(b)(2), 45 CFR 164.508(a)(2)(i)(A)).
    Authorship,
    /// What is written, and records of consent and access, take a relationship to the patient alone.
    Relationship,
    /// The organization lets its workforce look for treatment, payment and operations without a consent (45 CFR 164.506).
    InternalUse,
    /// A consent of the patient (42 CFR 2.31, 2.33; 45 CFR 164.508).
    Consent,
    /// What a patient shares with family or friends, under a consent.
    Sharing,
    /// A broken glass in a medical emergency (42 CFR 2.51).
    Emergency,
    /// What compliance approved for an audit, the law or a court (42 CFR 2.53, 2.61 to 2.67).
    Approval,
}

impl From<Ground> for AccessGround {
    fn from(ground: Ground) -> Self {
        match ground {
            Ground::Oneself => Self::Oneself,
            Ground::LegalAuthority => Self::LegalAuthority,
            Ground::Authorship => Self::Authorship,
            Ground::Relationship => Self::Relationship,
            Ground::InternalUse => Self::InternalUse,
            Ground::Consent(_) => Self::Consent,
            Ground::Sharing(..) => Self::Sharing,
            Ground::Emergency(_) => Self::Emergency,
            Ground::Approval(_) => Self::Approval,
        }
    }
}

impl AccessGround {
    /// What a look that was allowed rested on, as the record keeps it: a consent, or what stands beside it as the target.
    pub fn of_record(target_kind: Option<&str>, has_consent: bool) -> Option<Self> {
        match target_kind {
            Some("SHARING_GRANT") => Some(Self::Sharing),
            Some("BREAK_GLASS_EVENT") => Some(Self::Emergency),
            Some("ACCESS_APPROVAL") => Some(Self::Approval),
            _ => has_consent.then_some(Self::Consent),
        }
    }
}
