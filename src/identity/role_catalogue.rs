//! The sixteen roles that every tenant begins with, and what each may do: rows of the tenant, so that it can rename them.

use entity::identity::{
    permission::Permission::{self, *},
    role_permission::Reach::{self, Oneself, Own, Tenant},
};

/// A role that every tenant begins with.
pub struct SystemRole {
    /// The key; purposes of use belong to it.
    pub key: &'static str,
    /// The name, which a tenant may change.
    pub name: &'static str,
    groups: &'static [Grants],
}

type Grants = &'static [(Permission, Reach)];

impl SystemRole {
    /// What the role may do, and how far.
    pub fn grants(&self) -> impl Iterator<Item = (Permission, Reach)> {
        self.groups.iter().copied().flatten().copied()
    }
}

/// Where the organization works and who works there.
const DIRECTORY: Grants = &[(LocationRead, Tenant), (PractitionerRead, Tenant)];
/// Whom one treats, with a consent.
const CASELOAD: Grants = &[(PatientRead, Own), (PhiRead, Own)];
/// Entering and finding those whom one treats.
const CHART: Grants = &[(PhiSearch, Own), (PhiWrite, Own)];
/// Preparing and filing consents of those whom one treats.
const CONSENT_FORMS: Grants =
    &[(AccessHistoryRead, Own), (ConsentManage, Own), (ConsentRead, Own), (ConsentRecord, Own)];
/// Running the organization: display codes, no identity.
const ADMINISTRATION: Grants =
    &[(AuditRead, Tenant), (BillingView, Tenant), (PatientRead, Tenant), (PatientWrite, Tenant)];
/// One's own record, or a dependant's.
const OWN_RECORD: Grants = &[
    (AccessHistoryRead, Oneself),
    (BillingView, Oneself),
    (ConsentRead, Oneself),
    (ConsentRevoke, Oneself),
    (ConsentSign, Oneself),
    (PatientRead, Oneself),
    (PhiRead, Oneself),
    (PhiWrite, Oneself),
    (SudRead, Oneself),
];
const COMPLIANCE: Grants = &[
    (AccessHistoryRead, Tenant),
    (AuditRead, Tenant),
    (ConsentManage, Tenant),
    (ConsentRead, Tenant),
    (ConsentRecord, Tenant),
    (PatientRead, Tenant),
    (PhiRead, Own),
    (PhiSearch, Own),
    (SudRead, Own),
];
/// What others outside may see, with a consent.
const OUTSIDE: Grants = &[(PhiRead, Own), (SudRead, Own)];

const fn role(key: &'static str, name: &'static str, groups: &'static [Grants]) -> SystemRole {
    SystemRole { key, name, groups }
}

/// The roles, in the order of the permission matrix.
pub const SYSTEM_ROLES: &[SystemRole] = &[
    role("PLATFORM_ADMIN", "Platform administrator", &[]),
    role("OWNER", "Owner", &[DIRECTORY, ADMINISTRATION]),
    role("ADMIN", "Administrator", &[DIRECTORY, ADMINISTRATION]),
    role("MANAGER", "Manager", &[DIRECTORY, CASELOAD, &[(BillingView, Own), (PatientWrite, Own)]]),
    role(
        "SUPERVISOR",
        "Supervisor",
        &[DIRECTORY, CASELOAD, CHART, CONSENT_FORMS, &[(PatientWrite, Own), (SudRead, Own)]],
    ),
    role(
        "PRACTITIONER",
        "Practitioner",
        &[
            DIRECTORY,
            CASELOAD,
            CHART,
            CONSENT_FORMS,
            &[(PatientWrite, Own), (ProtectedNoteRead, Own), (SudRead, Own)],
        ],
    ),
    role("SPECIALIST", "Specialist", &[DIRECTORY, CASELOAD, CHART]),
    role(
        "ASSISTANT",
        "Assistant",
        &[DIRECTORY, CASELOAD, CHART, CONSENT_FORMS, &[(BillingView, Own), (PatientWrite, Own)]],
    ),
    role(
        "HOUSE_STAFF",
        "House staff",
        &[DIRECTORY, CASELOAD, CONSENT_FORMS, &[(PatientWrite, Own), (SudRead, Own)]],
    ),
    role("BILLING", "Billing", &[DIRECTORY, CASELOAD, &[(BillingView, Tenant)]]),
    role("COMPLIANCE", "Compliance officer", &[DIRECTORY, COMPLIANCE]),
    role("PATIENT", "Patient", &[OWN_RECORD, &[(LocationRead, Own), (PractitionerRead, Own)]]),
    role("GUARDIAN", "Guardian", &[OWN_RECORD]),
    role("FAMILY", "Family", &[OUTSIDE]),
    role("REFERRAL_PARTNER", "Referral partner", &[OUTSIDE]),
    role("SERVICE", "Service", &[CASELOAD, &[(PatientWrite, Own), (PhiWrite, Own)]]),
];
