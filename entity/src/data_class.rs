//! How sensitive a value is.

use async_graphql::Enum;
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

/// How sensitive a value is, from open to most protected. Written with every protected row when the
/// row is written (42 CFR Part 2; HL7 DS4P labels), so that no later mapping can lower it.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Enum,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DataClass {
    /// Tells nothing about who the patient is: display codes, counts, states.
    #[sea_orm(string_value = "DEIDENTIFIED")]
    #[serde(rename = "DEIDENTIFIED")]
    #[graphql(name = "DEIDENTIFIED")]
    Deidentified,
    /// Who the patient is and how to reach them (identity and contact).
    Directory,
    /// Health information without a special rule (HIPAA protected health information, label N).
    GeneralPhi,
    /// Charges, payments and coverage.
    Financial,
    /// Mental-health information (label R).
    MentalHealth,
    /// Care to which a minor consented alone under state law (42 CFR 2.14).
    MinorConfidential,
    /// Substance use disorder records of a Part 2 program (42 CFR Part 2, label R). In such a program
    /// the identity link itself is of this class.
    Sud,
    /// Psychotherapy notes kept apart from the record (45 CFR 164.508(a)(2), label V).
    PsychotherapyNote,
    /// SUD counseling notes kept apart from the record (42 CFR 2.31(b), label V).
    SudCounselingNote,
}

impl DataClass {
    /// The class that a value of floor `self` has in a row labelled `label`: the stricter of both.
    pub fn stricter(self, label: Self) -> Self {
        self.max(label)
    }
}
