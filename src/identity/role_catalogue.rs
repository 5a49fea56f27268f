//! The sixteen roles that every tenant begins with, and what each may do: rows of the tenant, so that it can rename them.
//!
//! The matrix is the one of `docs/roles.md`, which a test compares with it.

use entity::identity::{
    permission::Permission::{self, *},
    role_permission::Reach,
};

/// A role that every tenant begins with.
#[derive(Clone, Copy, Debug)]
pub struct SystemRole {
    /// The key; purposes of use belong to it.
    pub key: &'static str,
    /// The name, which a tenant may change.
    pub name: &'static str,
    /// Nobody gives a role of a higher rank than their own highest.
    pub rank: i16,
    /// Whether one's own patients are those served where one works, when the role is confined to a location.
    pub works_at_locations: bool,
    column: usize,
}

impl SystemRole {
    /// The system's role with this key.
    pub fn of(key: &str) -> Option<&'static Self> {
        SYSTEM_ROLES.iter().find(|role| role.key == key)
    }

    /// What the role may do, and how far.
    pub fn grants(&self) -> impl Iterator<Item = (Permission, Reach)> {
        MATRIX.iter().filter_map(|(permission, cells)| {
            let cell = cells.chars().filter(|character| *character != ' ').nth(self.column)?;
            Some((*permission, reach(cell)?))
        })
    }
}

/// Whether a role that is confined to a location gives this permission: only what some role has for its own alone. Keys,
/// identity providers and roles are the whole organization's, so nobody keeps them for one house.
pub fn can_be_confined(permission: Permission) -> bool {
    let line = MATRIX.iter().find(|(known, _)| *known == permission);
    line.is_some_and(|(_, cells)| cells.contains('◐'))
}

/// `●` everything of the tenant, `◐` own caseload, location, referrals or calls, `S` oneself and dependants.
const fn reach(cell: char) -> Option<Reach> {
    match cell {
        '●' => Some(Reach::Tenant),
        '◐' => Some(Reach::Own),
        'S' => Some(Reach::Oneself),
        _ => None,
    }
}

const fn role(column: usize, rank: i16, key: &'static str, name: &'static str) -> SystemRole {
    SystemRole { key, name, rank, works_at_locations: false, column }
}

const fn at_locations(role: SystemRole) -> SystemRole {
    SystemRole { works_at_locations: true, ..role }
}

/// The roles, in the order of the permission matrix.
pub const SYSTEM_ROLES: &[SystemRole] = &[
    role(0, 100, "PLATFORM_ADMIN", "Platform administrator"),
    role(1, 90, "OWNER", "Owner"),
    role(2, 80, "ADMIN", "Administrator"),
    at_locations(role(3, 60, "MANAGER", "Manager")),
    role(4, 50, "SUPERVISOR", "Supervisor"),
    role(5, 40, "PRACTITIONER", "Practitioner"),
    role(6, 30, "SPECIALIST", "Specialist"),
    role(7, 30, "ASSISTANT", "Assistant"),
    at_locations(role(8, 30, "HOUSE_STAFF", "House staff")),
    role(9, 40, "BILLING", "Billing"),
    role(10, 70, "COMPLIANCE", "Compliance officer"),
    role(11, 10, "PATIENT", "Patient"),
    role(12, 10, "GUARDIAN", "Guardian"),
    role(13, 10, "FAMILY", "Family"),
    role(14, 10, "REFERRAL_PARTNER", "Referral partner"),
    role(15, 30, "SERVICE", "Service"),
];

/// One line for each permission, one cell for each role, in the order of [`SYSTEM_ROLES`].
#[rustfmt::skip]
const MATRIX: &[(Permission, &str)] = &[
    //                            PA OW AD MG SV PR SP AS HS BL CO PT GD FM RP SY
    (AccessHistoryRead,          "–  –  –  –  ◐  ◐  –  ◐  ◐  –  ●  S  S  –  –  – "),
    (AdmissionManage,            "–  ●  ●  ◐  ◐  ◐  –  ◐  ◐  –  –  –  –  –  –  ◐ "),
    (AlertAcknowledge,           "–  –  –  –  ◐  ◐  ◐  –  ◐  –  –  –  –  –  –  – "),
    (AlertResolve,               "–  –  –  –  ◐  ◐  ◐  –  –  –  –  –  –  –  –  – "),
    (AnnouncementPublish,        "–  ●  ●  ◐  –  –  –  –  ◐  –  –  –  –  –  –  – "),
    (ApiKeyManage,               "–  ●  ●  –  –  –  –  –  –  –  –  –  –  –  –  – "),
    (AppointmentManage,          "–  –  ●  ●  ◐  ◐  –  ●  –  –  –  –  –  –  –  ◐ "),
    (AppointmentRequest,         "–  –  –  –  –  –  –  –  –  –  –  S  S  –  –  – "),
    (AuditRead,                  "–  ●  ●  –  –  –  –  –  –  –  ●  –  –  –  –  – "),
    (AuditVerify,                "–  ●  ●  –  –  –  –  –  –  –  ●  –  –  –  –  – "),
    (BaaManage,                  "–  –  –  –  –  –  –  –  –  –  ●  –  –  –  –  – "),
    (BaaRead,                    "–  ●  –  –  –  –  –  –  –  –  ●  –  –  –  –  – "),
    (BedManage,                  "–  ●  ●  ◐  –  –  –  –  –  –  –  –  –  –  –  – "),
    (BedTransferManage,          "–  ●  ●  ◐  –  –  –  –  ◐  –  –  –  –  –  –  – "),
    (BillingManage,              "–  ●  ●  –  –  –  –  –  –  ●  –  –  –  –  –  – "),
    (BillingView,                "–  ●  ●  ◐  –  –  –  ◐  –  ●  –  S  S  –  –  – "),
    (BreachManage,               "–  –  –  –  –  –  –  –  –  –  ●  –  –  –  –  – "),
    (BreachRead,                 "–  ●  –  –  –  –  –  –  –  –  ●  –  –  –  –  – "),
    (BreakGlassInvoke,           "–  –  –  –  ●  ●  –  –  ◐  –  –  –  –  –  –  – "),
    (BreakGlassReview,           "–  –  –  –  –  –  –  –  –  –  ●  –  –  –  –  – "),
    (CallManage,                 "–  –  –  –  –  –  ◐  –  –  –  –  –  –  –  –  – "),
    (CaseWrite,                  "–  –  –  –  –  ◐  –  –  –  –  –  –  –  –  –  – "),
    (CheckInRead,                "–  –  –  –  ◐  ◐  –  –  ◐  –  –  S  –  ◐  –  – "),
    (CheckInSubmit,              "–  –  –  –  ◐  ◐  –  –  ◐  –  –  S  –  –  –  – "),
    (ChoreComplete,              "–  –  –  –  –  –  –  –  –  –  –  S  –  –  –  – "),
    (ChoreManage,                "–  –  ●  ◐  –  –  –  –  ◐  –  –  –  –  –  –  – "),
    (ConsentManage,              "–  –  –  –  ◐  ◐  –  ◐  ◐  –  ●  –  –  –  –  – "),
    (ConsentRead,                "–  –  –  –  ◐  ◐  –  ◐  ◐  –  ●  S  S  –  –  – "),
    (ConsentRecord,              "–  –  –  –  ◐  ◐  –  ◐  ◐  –  ●  –  –  –  –  – "),
    (ConsentRevoke,              "–  –  –  –  –  –  –  –  –  –  –  S  S  –  –  – "),
    (ConsentSign,                "–  –  –  –  –  –  –  –  –  –  –  S  S  –  –  – "),
    (ContractManage,             "–  ●  ●  –  –  –  –  –  –  –  –  –  –  –  –  – "),
    (ContractRead,               "–  ●  ●  –  –  –  –  –  –  –  –  –  –  –  ◐  – "),
    (CoverageManage,             "–  –  ●  –  –  –  ◐  ●  –  ●  –  S  S  –  –  ◐ "),
    (CurfewManage,               "–  –  ●  ◐  –  –  –  –  ◐  –  –  –  –  –  –  – "),
    (DisclosureAccounting,       "–  –  –  –  –  –  –  –  –  –  ●  S  S  –  –  – "),
    (DisclosureRead,             "–  –  –  –  –  –  –  –  –  –  ●  S  S  –  –  – "),
    (DocumentManage,             "–  –  ●  ◐  ◐  ◐  –  ◐  ◐  –  ●  –  –  –  –  – "),
    (DocumentSign,               "–  –  ●  ◐  ◐  ◐  –  ◐  ◐  –  ●  S  S  –  –  – "),
    (DrugTestRecord,             "–  –  –  –  ◐  ◐  –  –  ◐  –  –  –  –  –  –  – "),
    (EligibilityCheck,           "–  –  ●  –  –  –  ◐  ●  –  ●  –  S  S  –  –  ◐ "),
    (ExportRun,                  "–  –  –  –  –  ◐  –  –  –  ◐  ●  S  S  –  –  – "),
    (FeatureFlagManage,          "●  –  ●  –  –  –  –  –  –  –  –  –  –  –  –  – "),
    (ImportRun,                  "–  ●  ●  –  –  –  –  –  –  –  –  –  –  –  –  – "),
    (IncidentManage,             "–  –  ●  ◐  –  –  –  –  ◐  –  –  –  –  –  –  – "),
    (IntegrationManage,          "–  ●  ●  –  –  –  –  –  –  –  –  –  –  –  –  – "),
    (JobManage,                  "–  ●  ●  –  –  –  –  –  –  –  –  –  –  –  –  – "),
    (LeadManage,                 "–  ●  ●  ◐  –  –  –  –  ◐  –  –  –  –  –  –  – "),
    (LedgerPost,                 "–  ●  ●  –  –  –  –  –  –  ◐  –  –  –  –  –  – "),
    (LedgerReconcile,            "–  ●  ●  –  –  –  –  –  –  ◐  –  –  –  –  –  – "),
    (LocationManage,             "–  ●  ●  ◐  –  –  –  –  –  –  –  –  –  –  –  – "),
    (LocationRead,               "–  ●  ●  ●  ●  ●  ●  ●  ●  ●  ●  ◐  –  –  –  – "),
    (MeetingAttend,              "–  –  –  –  –  –  –  –  –  –  –  S  –  –  –  – "),
    (MeetingManage,              "–  –  ●  ◐  –  –  –  –  ◐  –  –  –  –  –  –  – "),
    (MembershipManage,           "–  ●  ●  –  –  –  –  –  –  –  –  –  –  –  –  – "),
    (MembershipRead,             "–  ●  ●  –  –  –  –  –  –  –  –  –  –  –  ◐  – "),
    (MessageSend,                "–  –  –  ◐  ◐  ◐  ◐  ◐  ◐  –  –  S  S  –  –  – "),
    (OrganizationManage,         "–  ●  ●  –  –  –  –  –  –  –  –  –  –  –  –  – "),
    (OrganizationSettings,       "–  ●  ●  –  –  –  –  –  –  –  –  –  –  –  –  – "),
    (PassApprove,                "–  –  ●  ◐  –  –  –  –  ◐  –  –  –  –  –  –  – "),
    (PassRequest,                "–  –  –  –  –  –  –  –  –  –  –  S  –  –  –  – "),
    (PatientRead,                "–  ●  ●  ◐  ◐  ◐  ◐  ◐  ◐  ◐  ●  S  S  –  –  ◐ "),
    (PatientWrite,               "–  ●  ●  ◐  ◐  ◐  –  ◐  ◐  –  –  –  –  –  –  ◐ "),
    (PaymentMake,                "–  –  –  –  –  –  –  –  –  –  –  S  S  –  –  – "),
    (PaymentRecord,              "–  ●  ●  –  –  –  –  –  –  ●  –  –  –  –  –  – "),
    (PhiRead,                    "–  –  –  ◐  ◐  ◐  ◐  ◐  ◐  ◐  ◐  S  S  ◐  ◐  ◐ "),
    (PhiSearch,                  "–  –  –  –  ◐  ◐  ◐  ◐  –  –  ◐  –  –  –  –  – "),
    (PhiSsnRead,                 "–  –  –  –  –  –  –  –  –  ◐  –  S  –  –  –  – "),
    (PhiWrite,                   "–  –  –  –  ◐  ◐  ◐  ◐  –  –  –  S  S  –  –  ◐ "),
    (PractitionerRead,           "–  ●  ●  ●  ●  ●  ●  ●  ●  ●  ●  ◐  –  –  –  – "),
    (PrivacyRequestCreate,       "–  –  –  –  –  –  –  –  –  –  ●  S  S  –  –  – "),
    (PrivacyRequestManage,       "–  –  –  –  –  –  –  –  –  –  ●  –  –  –  –  – "),
    (PrivacyRequestRead,         "–  ●  –  –  –  –  –  –  –  –  ●  S  S  –  –  – "),
    (ProtectedNoteRead,          "–  –  –  –  –  ◐  –  –  –  –  –  –  –  –  –  – "),
    (ProtectedNoteWrite,         "–  –  –  –  –  ◐  –  –  –  –  –  –  –  –  –  – "),
    (QuestionnaireSubmit,        "–  –  –  –  ◐  ◐  –  ◐  ◐  –  –  S  S  –  –  – "),
    (RecordViewDeleted,          "–  –  ●  –  –  –  –  –  –  –  ●  –  –  –  –  – "),
    (ReferralCreate,             "–  –  ●  ◐  ◐  ◐  –  ◐  –  –  –  S  S  –  ◐  ◐ "),
    (ReferralManage,             "–  –  ●  ◐  ◐  ◐  –  ◐  –  –  –  –  –  –  –  ◐ "),
    (RefundApprove,              "–  ●  ●  –  –  –  –  –  –  ◐  –  –  –  –  –  – "),
    (RetentionApply,             "–  –  ●  –  –  –  –  –  –  –  ●  –  –  –  –  – "),
    (RiskFlag,                   "–  –  –  –  –  –  ◐  –  –  –  –  –  –  –  –  – "),
    (RiskRead,                   "–  –  –  –  ◐  ◐  ◐  –  –  –  –  –  –  –  –  – "),
    (RoleAssign,                 "–  ●  ●  ◐  –  –  –  –  –  –  –  –  –  –  –  – "),
    (RoleDefine,                 "–  ●  ●  –  –  –  –  –  –  –  –  –  –  –  –  – "),
    (SharingGrantManage,         "–  –  –  –  –  ◐  –  –  –  –  ●  S  S  –  –  – "),
    (SudRead,                    "–  –  –  –  ◐  ◐  –  –  ◐  –  ◐  S  S  ◐  ◐  – "),
    (TaskManage,                 "–  –  ●  ◐  –  –  –  –  ◐  –  –  –  –  –  –  – "),
    (TenantBillingTier,          "●  –  –  –  –  –  –  –  –  –  –  –  –  –  –  – "),
    (TenantProvision,            "●  –  –  –  –  –  –  –  –  –  –  –  –  –  –  – "),
    (UserManage,                 "–  ●  ●  ◐  –  –  –  –  –  –  –  –  –  –  –  – "),
    (VehicleManage,              "–  –  ●  ◐  –  –  –  –  ◐  –  –  –  –  –  –  – "),
    (VisitCosign,                "–  –  –  –  ◐  –  –  –  –  –  –  –  –  –  –  – "),
    (VisitSign,                  "–  –  –  –  –  ◐  –  –  –  –  –  –  –  –  –  – "),
    (VisitWrite,                 "–  –  –  –  –  ◐  –  ◐  –  –  –  –  –  –  –  – "),
    (WaitlistManage,             "–  ●  ●  ◐  –  –  –  –  ◐  –  –  –  –  –  –  – "),
    (WebhookManage,              "–  ●  ●  –  –  –  –  –  –  –  –  –  –  –  –  – "),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use sea_orm::Iterable;

    use super::*;

    #[test]
    fn every_permission_has_one_line_with_a_cell_for_every_role() {
        let lines: BTreeSet<Permission> = MATRIX.iter().map(|(permission, _)| *permission).collect();
        assert_eq!(lines.len(), MATRIX.len(), "no permission stands twice");
        assert_eq!(lines, Permission::iter().collect());
        for (permission, cells) in MATRIX {
            let cells: Vec<char> = cells.chars().filter(|character| *character != ' ').collect();
            assert_eq!(cells.len(), SYSTEM_ROLES.len(), "{permission:?}");
            assert!(cells.iter().all(|cell| "●◐S–".contains(*cell)), "{permission:?}: {cells:?}");
        }
    }
}
