//! `permissions`: the catalogue of what may be done. Rows are written by migrations from this enum.

use std::str::FromStr;

use async_graphql::Enum;
use sea_orm::{EnumIter, Iterable};

/// Something a role may allow. The key (`patient.read`) is what roles, tokens and errors name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Enum, EnumIter)]
pub enum Permission {
    /// `access_history.read`: who looked at a patient's record.
    AccessHistoryRead,
    /// `audit.read`: the tenant's audit rows.
    AuditRead,
    /// `billing.view`: financial data.
    BillingView,
    /// `consent.manage`: prepare consents.
    ConsentManage,
    /// `consent.read`: see consents of patients in reach.
    ConsentRead,
    /// `consent.record`: file a signed form, or a revocation with evidence.
    ConsentRecord,
    /// `consent.revoke`: revoke one's own consent.
    ConsentRevoke,
    /// `consent.sign`: sign one's own consent.
    ConsentSign,
    /// `location.read`: see locations.
    LocationRead,
    /// `patient.read`: see patients by display code.
    PatientRead,
    /// `patient.write`: create patients and assign care teams.
    PatientWrite,
    /// `phi.read`: identity and general health information, with a consent.
    PhiRead,
    /// `phi.search`: search over protected fields, consented patients only.
    PhiSearch,
    /// `phi.write`: write protected data.
    PhiWrite,
    /// `practitioner.read`: see practitioners.
    PractitionerRead,
    /// `protected_note.read`: psychotherapy and SUD counseling notes, author or separate consent.
    ProtectedNoteRead,
    /// `sud.read`: substance use disorder records, with a consent.
    SudRead,
}

impl Permission {
    /// The stable key.
    pub const fn key(self) -> &'static str {
        match self {
            Self::AccessHistoryRead => "access_history.read",
            Self::AuditRead => "audit.read",
            Self::BillingView => "billing.view",
            Self::ConsentManage => "consent.manage",
            Self::ConsentRead => "consent.read",
            Self::ConsentRecord => "consent.record",
            Self::ConsentRevoke => "consent.revoke",
            Self::ConsentSign => "consent.sign",
            Self::LocationRead => "location.read",
            Self::PatientRead => "patient.read",
            Self::PatientWrite => "patient.write",
            Self::PhiRead => "phi.read",
            Self::PhiSearch => "phi.search",
            Self::PhiWrite => "phi.write",
            Self::PractitionerRead => "practitioner.read",
            Self::ProtectedNoteRead => "protected_note.read",
            Self::SudRead => "sud.read",
        }
    }

    /// What it allows, for administrators.
    pub const fn description(self) -> &'static str {
        match self {
            Self::AccessHistoryRead => "See who looked at a patient's record",
            Self::AuditRead => "See the tenant's audit rows",
            Self::BillingView => "See financial data",
            Self::ConsentManage => "Prepare consents",
            Self::ConsentRead => "See consents of patients in reach",
            Self::ConsentRecord => "File a signed consent form, or a revocation with evidence",
            Self::ConsentRevoke => "Revoke one's own consent",
            Self::ConsentSign => "Sign one's own consent",
            Self::LocationRead => "See locations",
            Self::PatientRead => "See patients by display code",
            Self::PatientWrite => "Create patients and assign care teams",
            Self::PhiRead => "See identity and general health information, with a consent",
            Self::PhiSearch => "Search over protected fields of consented patients",
            Self::PhiWrite => "Write protected data",
            Self::PractitionerRead => "See practitioners",
            Self::ProtectedNoteRead => "See protected notes as author or with a separate consent",
            Self::SudRead => "See substance use disorder records, with a consent",
        }
    }
}

impl FromStr for Permission {
    type Err = UnknownPermission;

    fn from_str(key: &str) -> Result<Self, Self::Err> {
        Self::iter().find(|permission| permission.key() == key).ok_or(UnknownPermission)
    }
}

/// The text names no permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownPermission;
