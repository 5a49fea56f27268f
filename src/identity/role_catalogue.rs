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
    /// What it may do, and how far.
    pub grants: &'static [(Permission, Reach)],
}

const CAREGIVER: &[(Permission, Reach)] = &[
    (AccessHistoryRead, Own),
    (ConsentManage, Own),
    (ConsentRead, Own),
    (ConsentRecord, Own),
    (LocationRead, Tenant),
    (PatientRead, Own),
    (PatientWrite, Own),
    (PhiRead, Own),
    (PhiSearch, Own),
    (PhiWrite, Own),
    (PractitionerRead, Tenant),
    (SudRead, Own),
];

const ADMINISTRATOR: &[(Permission, Reach)] = &[
    (AuditRead, Tenant),
    (BillingView, Tenant),
    (LocationRead, Tenant),
    (PatientRead, Tenant),
    (PatientWrite, Tenant),
    (PractitionerRead, Tenant),
];

/// The roles, in the order of the permission matrix.
pub const SYSTEM_ROLES: &[SystemRole] = &[
    SystemRole { key: "PLATFORM_ADMIN", name: "Platform administrator", grants: &[] },
    SystemRole { key: "OWNER", name: "Owner", grants: ADMINISTRATOR },
    SystemRole { key: "ADMIN", name: "Administrator", grants: ADMINISTRATOR },
    SystemRole {
        key: "MANAGER",
        name: "Manager",
        grants: &[
            (BillingView, Own),
            (LocationRead, Tenant),
            (PatientRead, Own),
            (PatientWrite, Own),
            (PhiRead, Own),
            (PractitionerRead, Tenant),
        ],
    },
    SystemRole { key: "SUPERVISOR", name: "Supervisor", grants: CAREGIVER },
    SystemRole {
        key: "PRACTITIONER",
        name: "Practitioner",
        grants: &[
            (AccessHistoryRead, Own),
            (ConsentManage, Own),
            (ConsentRead, Own),
            (ConsentRecord, Own),
            (LocationRead, Tenant),
            (PatientRead, Own),
            (PatientWrite, Own),
            (PhiRead, Own),
            (PhiSearch, Own),
            (PhiWrite, Own),
            (PractitionerRead, Tenant),
            (ProtectedNoteRead, Own),
            (SudRead, Own),
        ],
    },
    SystemRole {
        key: "SPECIALIST",
        name: "Specialist",
        grants: &[
            (LocationRead, Tenant),
            (PatientRead, Own),
            (PhiRead, Own),
            (PhiSearch, Own),
            (PhiWrite, Own),
            (PractitionerRead, Tenant),
        ],
    },
    SystemRole {
        key: "ASSISTANT",
        name: "Assistant",
        grants: &[
            (AccessHistoryRead, Own),
            (BillingView, Own),
            (ConsentManage, Own),
            (ConsentRead, Own),
            (ConsentRecord, Own),
            (LocationRead, Tenant),
            (PatientRead, Own),
            (PatientWrite, Own),
            (PhiRead, Own),
            (PhiSearch, Own),
            (PhiWrite, Own),
            (PractitionerRead, Tenant),
        ],
    },
    SystemRole {
        key: "HOUSE_STAFF",
        name: "House staff",
        grants: &[
            (AccessHistoryRead, Own),
            (ConsentManage, Own),
            (ConsentRead, Own),
            (ConsentRecord, Own),
            (LocationRead, Tenant),
            (PatientRead, Own),
            (PatientWrite, Own),
            (PhiRead, Own),
            (PractitionerRead, Tenant),
            (SudRead, Own),
        ],
    },
    SystemRole {
        key: "BILLING",
        name: "Billing",
        grants: &[
            (BillingView, Tenant),
            (LocationRead, Tenant),
            (PatientRead, Own),
            (PhiRead, Own),
            (PractitionerRead, Tenant),
        ],
    },
    SystemRole {
        key: "COMPLIANCE",
        name: "Compliance officer",
        grants: &[
            (AccessHistoryRead, Tenant),
            (AuditRead, Tenant),
            (ConsentManage, Tenant),
            (ConsentRead, Tenant),
            (ConsentRecord, Tenant),
            (LocationRead, Tenant),
            (PatientRead, Tenant),
            (PhiRead, Own),
            (PhiSearch, Own),
            (PractitionerRead, Tenant),
            (SudRead, Own),
        ],
    },
    SystemRole {
        key: "PATIENT",
        name: "Patient",
        grants: &[
            (AccessHistoryRead, Oneself),
            (BillingView, Oneself),
            (ConsentRead, Oneself),
            (ConsentRevoke, Oneself),
            (ConsentSign, Oneself),
            (LocationRead, Own),
            (PatientRead, Oneself),
            (PhiRead, Oneself),
            (PhiWrite, Oneself),
            (PractitionerRead, Own),
            (SudRead, Oneself),
        ],
    },
    SystemRole {
        key: "GUARDIAN",
        name: "Guardian",
        grants: &[
            (AccessHistoryRead, Oneself),
            (BillingView, Oneself),
            (ConsentRead, Oneself),
            (ConsentRevoke, Oneself),
            (ConsentSign, Oneself),
            (PatientRead, Oneself),
            (PhiRead, Oneself),
            (PhiWrite, Oneself),
            (SudRead, Oneself),
        ],
    },
    SystemRole { key: "FAMILY", name: "Family", grants: &[(PhiRead, Own), (SudRead, Own)] },
    SystemRole {
        key: "REFERRAL_PARTNER",
        name: "Referral partner",
        grants: &[(PhiRead, Own), (SudRead, Own)],
    },
    SystemRole {
        key: "SERVICE",
        name: "Service",
        grants: &[(PatientRead, Own), (PatientWrite, Own), (PhiRead, Own), (PhiWrite, Own)],
    },
];
