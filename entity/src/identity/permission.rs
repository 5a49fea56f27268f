//! `permissions`: the catalogue of what may be done. Rows are written by migrations from this enum.

use std::{collections::HashMap, str::FromStr, sync::LazyLock};

use sea_orm::{EnumIter, Iterable};

macro_rules! permissions {
    ($($name:ident = $key:literal: $description:literal,)*) => {
        /// Something a role may allow. The key (`patient.read`) is what roles, tokens and errors name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter)]
        pub enum Permission {
            $(#[doc = concat!("`", $key, "`: ", $description, ".")] $name,)*
        }

        impl Permission {
            /// The stable key.
            pub const fn key(self) -> &'static str {
                match self {
                    $(Self::$name => $key,)*
                }
            }

            /// What it allows, for administrators.
            pub const fn description(self) -> &'static str {
                match self {
                    $(Self::$name => $description,)*
                }
            }
        }
    };
}

permissions! {
    AccessHistoryRead = "access_history.read": "See who looked at a patient's record",
    AdmissionManage = "admission.manage": "Admit, transfer and discharge patients",
    AlertAcknowledge = "alert.acknowledge": "Acknowledge alerts",
    AlertResolve = "alert.resolve": "Resolve alerts",
    AnnouncementPublish = "announcement.publish": "Publish announcements",
    ApiKeyManage = "api_key.manage": "Give out and revoke API keys and clients of partners",
    AppointmentManage = "appointment.manage": "Book, move and cancel appointments",
    AppointmentRequest = "appointment.request": "Ask for an appointment",
    AuditRead = "audit.read": "See the tenant's audit rows",
    AuditVerify = "audit.verify": "Verify the chain of the audit rows",
    BaaManage = "baa.manage": "Keep business associate and qualified service organization agreements",
    BaaRead = "baa.read": "See business associate and qualified service organization agreements",
    BedManage = "bed.manage": "Keep rooms and beds",
    BedTransferManage = "bed_transfer.manage": "Move patients between beds",
    BillingManage = "billing.manage": "Write invoices and keep the catalogue of services",
    BillingView = "billing.view": "See financial data",
    BreachManage = "breach.manage": "Keep incidents that may be breaches",
    BreachRead = "breach.read": "See incidents that may be breaches",
    BreakGlassInvoke = "break_glass.invoke": "Break the glass in a medical emergency",
    BreakGlassReview = "break_glass.review": "Review what was seen by breaking the glass",
    CallManage = "call.manage": "Take calls and keep their records",
    CaseWrite = "case.write": "Open and keep cases",
    CheckInRead = "check_in.read": "See check-ins, with a consent",
    CheckInSubmit = "check_in.submit": "Submit check-ins",
    ChoreComplete = "chore.complete": "Do one's own chores",
    ChoreManage = "chore.manage": "Assign and verify chores",
    ConsentManage = "consent.manage": "Prepare consents",
    ConsentRead = "consent.read": "See consents of patients in reach",
    ConsentRecord = "consent.record": "File a signed consent form, or a revocation with evidence",
    ConsentRevoke = "consent.revoke": "Revoke one's own consent",
    ConsentSign = "consent.sign": "Sign one's own consent",
    ContractManage = "contract.manage": "Keep contracts with partners",
    ContractRead = "contract.read": "See contracts with partners",
    CoverageManage = "coverage.manage": "Keep insurance coverages",
    CurfewManage = "curfew.manage": "Keep curfews",
    DisclosureAccounting = "disclosure.accounting": "Ask for the accounting of disclosures",
    DisclosureRead = "disclosure.read": "See disclosures",
    DocumentManage = "document.manage": "Keep documents",
    DocumentSign = "document.sign": "Sign documents",
    DrugTestRecord = "drug_test.record": "Record drug tests",
    EligibilityCheck = "eligibility.check": "Check eligibility with a payer",
    ExportRun = "export.run": "Export data",
    FeatureFlagManage = "feature_flag.manage": "Switch features on and off",
    ImportRun = "import.run": "Import data",
    IncidentManage = "incident.manage": "Keep incidents of a house",
    IntegrationManage = "integration.manage": "Keep integrations and identity providers",
    JobManage = "job.manage": "Keep scheduled jobs",
    LeadManage = "lead.manage": "Keep leads",
    LedgerPost = "ledger.post": "Post to the ledger",
    LedgerReconcile = "ledger.reconcile": "Reconcile the ledger",
    LocationManage = "location.manage": "Keep locations",
    LocationRead = "location.read": "See locations",
    MeetingAttend = "meeting.attend": "Attend meetings of a house",
    MeetingManage = "meeting.manage": "Keep meetings of a house",
    MembershipManage = "membership.manage": "Keep who belongs to which organization",
    MembershipRead = "membership.read": "See who belongs to which organization",
    MessageSend = "message.send": "Send messages",
    OrganizationManage = "organization.manage": "Keep organizations",
    OrganizationSettings = "organization.settings": "Change the organization's settings",
    PassApprove = "pass.approve": "Approve passes",
    PassRequest = "pass.request": "Ask for a pass",
    PatientRead = "patient.read": "See patients by display code",
    PatientWrite = "patient.write": "Create patients and assign care teams",
    PaymentMake = "payment.make": "Pay one's own invoices",
    PaymentRecord = "payment.record": "Record payments",
    PhiRead = "phi.read": "See identity and general health information, with a consent",
    PhiSearch = "phi.search": "Search over protected fields of consented patients",
    PhiSsnRead = "phi.ssn.read": "See social security numbers, with a consent",
    PhiWrite = "phi.write": "Write protected data",
    PractitionerRead = "practitioner.read": "See practitioners",
    PrivacyRequestCreate = "privacy_request.create": "Ask for access, an accounting, a restriction or an amendment",
    PrivacyRequestManage = "privacy_request.manage": "Answer privacy requests",
    PrivacyRequestRead = "privacy_request.read": "See privacy requests",
    ProtectedNoteRead = "protected_note.read": "See protected notes as author or with a separate consent",
    ProtectedNoteWrite = "protected_note.write": "Write protected notes",
    QuestionnaireSubmit = "questionnaire.submit": "Submit questionnaires",
    RecordViewDeleted = "record.view_deleted": "See rows that were deleted",
    ReferralCreate = "referral.create": "File referrals",
    ReferralManage = "referral.manage": "Work on referrals",
    RefundApprove = "refund.approve": "Approve refunds that somebody else recorded",
    RetentionApply = "retention.apply": "Apply the rules of retention",
    RiskFlag = "risk.flag": "Flag a risk during a call",
    RiskRead = "risk.read": "See risk scores",
    RoleAssign = "role.assign": "Give and take roles, none above one's own",
    RoleDefine = "role.define": "Define roles and what they permit",
    SharingGrantManage = "sharing_grant.manage": "Share with family, and end it",
    SudRead = "sud.read": "See substance use disorder records, with a consent",
    TaskManage = "task.manage": "Keep tasks of a house",
    TenantBillingTier = "tenant.billing_tier": "Change what a tenant pays for",
    TenantProvision = "tenant.provision": "Make tenants",
    UserManage = "user.manage": "Invite, suspend and reactivate users",
    VehicleManage = "vehicle.manage": "Keep vehicles",
    VisitCosign = "visit.cosign": "Co-sign visits of those whom one supervises",
    VisitSign = "visit.sign": "Sign visits",
    VisitWrite = "visit.write": "Write visits",
    WaitlistManage = "waitlist.manage": "Keep the waiting list",
    WebhookManage = "webhook.manage": "Keep webhooks",
}

/// Every request reads dozens of keys.
static BY_KEY: LazyLock<HashMap<&'static str, Permission>> =
    LazyLock::new(|| Permission::iter().map(|permission| (permission.key(), permission)).collect());

impl FromStr for Permission {
    type Err = UnknownPermission;

    fn from_str(key: &str) -> Result<Self, Self::Err> {
        BY_KEY.get(key).copied().ok_or(UnknownPermission)
    }
}

/// The text names no permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownPermission;
