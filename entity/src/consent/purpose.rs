//! Why somebody looks.

use std::str::FromStr;

use async_graphql::Enum;
use sea_orm::{DeriveActiveEnum, EnumIter, Iterable, prelude::StringLen};
use serde::{Deserialize, Serialize};

/// Why somebody looks (HL7 purpose of use). Stated in the header `X-Purpose-Of-Use`; users of the staff
/// and patients have a default, API tokens have none.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Enum, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::None)", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Purpose {
    /// Treating the patient.
    Treatment,
    /// Getting paid for care.
    Payment,
    /// Health care operations of the program.
    Operations,
    /// The patient asked for their own data (45 CFR 164.524).
    PatientRequest,
    /// A bona fide medical emergency (42 CFR 2.51).
    Emergency,
    /// Research (42 CFR 2.52).
    Research,
    /// Public health, de-identified alone (42 CFR 2.54).
    PublicHealth,
    /// Audit and evaluation (42 CFR 2.53).
    AuditEvaluation,
    /// A civil, criminal, administrative or legislative proceeding (42 CFR 2.31(d), 2.61 to 2.67).
    LegalProceeding,
    /// Required by law.
    RequiredByLaw,
}

impl FromStr for Purpose {
    type Err = UnknownPurpose;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::iter().find(|purpose| purpose.code() == text).ok_or(UnknownPurpose)
    }
}

impl Purpose {
    /// The code in the database, in GraphQL and in the header.
    pub fn code(self) -> String {
        sea_orm::ActiveEnum::to_value(&self)
    }
}

/// The text names no purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownPurpose;
