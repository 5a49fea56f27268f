//! Who acts: the facts of a user that a decision needs, the same for the viewer and for those `explainAccess` asks about.

use std::{collections::BTreeMap, str::FromStr};

use chrono::{DateTime, Utc};
use entity::{
    DataClass, Id,
    consent::{access_approval, break_glass_event, consent, purpose::Purpose, sharing_grant},
    identity::{
        permission::Permission,
        role_permission::Reach,
        user::{self, UserStatus},
    },
    people::{
        patient, person,
        person_relationship::LegalAuthority,
        practitioner::{self, PractitionerStatus},
    },
    tenancy::{location, organization, tenant::TenantStatus},
};
use sea_orm::{FromQueryResult, Statement, Value};
use serde::Deserialize;
use uuid::Uuid;

use super::{
    PatientFacts,
    extent::{Extent, Own},
};
use crate::{
    identity::role_catalogue::{SystemRole, can_be_confined},
    kernel::{
        error::{Error, Result},
        session::Core,
    },
};

/// A user as the decision sees it.
#[derive(Clone, Debug)]
pub struct Principal {
    /// The tenant the user belongs to.
    pub tenant_id: Uuid,
    /// The user; of a partner's credential its own id, so that nothing that belongs to a user belongs to it.
    pub user_id: Id<user::Entity>,
    /// The human behind the user.
    pub person_id: Option<Id<person::Entity>>,
    /// Set when the user is an active practitioner.
    pub practitioner_id: Option<Id<practitioner::Entity>>,
    /// Set when the user is a patient.
    pub patient_id: Option<Id<patient::Entity>>,
    /// Patients for whom the user has verified legal authority. Whether it still counts depends on the patient's age.
    pub dependants: Vec<Dependant>,
    /// Practitioners whom the user supervises.
    pub supervisees: Vec<Id<practitioner::Entity>>,
    /// What patients share with the user as with family.
    pub shared: Vec<Shared>,
    /// Where the user broke the glass and it is still open; of a session, by that session.
    pub emergencies: Vec<Emergency>,
    /// What compliance approved for the user.
    pub approvals: Vec<Approval>,
    /// The user's own organization and those above it; of a partner, without the tenant's.
    pub organizations: Vec<Id<organization::Entity>>,
    /// Keys of the roles that hold now.
    pub roles: Vec<String>,
    /// Keys of the system's roles among them, and of those that the tenant's own are built upon.
    pub system_roles: Vec<&'static str>,
    /// The highest rank among the roles: nobody gives a role above it.
    pub rank: i16,
    /// What the roles allow, and which patients that reaches.
    pub permissions: BTreeMap<Permission, Extent>,
    /// Why the principal looks.
    pub purpose: Option<Purpose>,
    /// Set when a partner organization acts, which stands outside of the tenant.
    pub partner: Option<Partner>,
    active: bool,
}

/// A patient for whom somebody has legal authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Dependant {
    /// Whom they speak for.
    pub patient_id: Id<patient::Entity>,
    /// As what.
    pub authority: LegalAuthority,
    /// Until when.
    pub ends_at: Option<DateTime<Utc>>,
}

/// What a patient shares with somebody of their family.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Shared {
    /// The grant.
    pub grant_id: Id<sharing_grant::Entity>,
    /// Whose record.
    pub patient_id: Id<patient::Entity>,
    /// Under which consent.
    pub consent_id: Id<consent::Entity>,
    /// The keyed token of the contact that was proved, hexadecimal.
    pub contact_token: String,
    /// Until when, if not as long as the consent holds.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A broken glass that is open.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Emergency {
    /// Which.
    pub id: Id<break_glass_event::Entity>,
    /// Whose record.
    pub patient_id: Id<patient::Entity>,
    /// In which session.
    pub session_id: Uuid,
    /// What it opens.
    pub data_classes: Vec<DataClass>,
    /// Until when, exclusively.
    pub expires_at: DateTime<Utc>,
}

/// What a look without a consent of the patient may rest on.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Approval {
    /// Which.
    pub id: Id<access_approval::Entity>,
    /// Whose record.
    pub patient_id: Id<patient::Entity>,
    /// For what.
    pub purpose: Purpose,
    /// What it opens.
    pub data_classes: Vec<DataClass>,
    /// From when.
    pub valid_from: DateTime<Utc>,
    /// Until when, exclusively.
    pub valid_to: DateTime<Utc>,
}

/// The partner organization that a credential was given to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partner {
    /// The organization: what belongs to it and to those beneath it is its own.
    pub organization_id: Id<organization::Entity>,
    /// The one purpose it acts for.
    pub purpose: Purpose,
    /// Who gave the credential out: it may do no more than they may now.
    pub given_by: Id<user::Entity>,
}

/// The role whose permissions are the most that any partner has.
pub const PARTNER_ROLE: &str = "REFERRAL_PARTNER";

/// What a partner may be given at the most; each of these confines the rows it shows to the partner's own.
pub fn partner_permissions() -> impl Iterator<Item = (Permission, Reach)> {
    SystemRole::of(PARTNER_ROLE).into_iter().flat_map(SystemRole::grants)
}

impl Principal {
    /// Whether user and tenant are active.
    pub const fn is_active(&self) -> bool {
        self.active
    }

    /// How far a permission reaches; `None` without it.
    pub fn reach(&self, permission: Permission) -> Option<Reach> {
        self.permissions.get(&permission).map(Extent::reach)
    }

    /// Whom a permission reaches; `None` without it.
    pub fn extent(&self, permission: Permission) -> Option<&Extent> {
        self.permissions.get(&permission)
    }

    /// Whether the patient is the principal themself.
    pub fn is(&self, facts: &PatientFacts) -> bool {
        self.person_id == Some(facts.person_id)
    }

    /// Whether the roles see this class at all: specialists, managers and billing see who a patient is and, billing, what is
    /// charged, and nothing of their health (45 CFR 164.502(b)).
    pub fn may_see(&self, class: DataClass, health: bool) -> bool {
        let of_health =
            matches!(class, DataClass::GeneralPhi | DataClass::MentalHealth | DataClass::MinorConfidential);
        let narrow = |role: &&str| matches!(*role, "SPECIALIST" | "MANAGER" | "BILLING");
        !health || !of_health || !self.system_roles.iter().all(narrow)
    }

    /// Whether the principal works for the program (rather than being its patient).
    pub fn is_workforce(&self) -> bool {
        self.system_roles.iter().any(|role| role_purposes(role).is_some_and(|purposes| purposes.workforce))
    }

    /// The purposes for which the roles may act.
    pub fn allowed_purposes(&self) -> Vec<Purpose> {
        if let Some(partner) = &self.partner {
            return vec![partner.purpose];
        }
        let all = self.system_roles.iter().filter_map(|role| role_purposes(role));
        all.flat_map(|purposes| purposes.allowed.iter().copied()).collect()
    }

    /// The purpose assumed when none is stated: that of the first role in the catalogue's order.
    pub fn default_purpose(&self) -> Option<Purpose> {
        self.system_roles.iter().find_map(|role| role_purposes(role)).map(|purposes| purposes.allowed[0])
    }

    /// Narrows what the principal may do to the scopes of a token.
    pub fn narrow(&mut self, scopes: &[String]) {
        self.permissions.retain(|permission, _| scopes.iter().any(|scope| scope == permission.key()));
    }

    /// The partner that a credential of this giver speaks for: nothing of who the giver is, and of what they may do no
    /// more than a partner may have.
    pub(in crate::kernel) fn into_partner(
        mut self,
        partner: Partner,
        organizations: &[Uuid],
        credential_id: Uuid,
    ) -> Self {
        let permissions = partner_permissions().filter_map(|(permission, reach)| {
            let of_giver = self.permissions.remove(&permission)?;
            Some((permission, Extent::of(of_giver.reach().min(reach))))
        });
        Self {
            permissions: permissions.collect(),
            tenant_id: self.tenant_id,
            user_id: Id::new(credential_id),
            person_id: None,
            practitioner_id: None,
            patient_id: None,
            dependants: Vec::new(),
            supervisees: Vec::new(),
            shared: Vec::new(),
            emergencies: Vec::new(),
            approvals: Vec::new(),
            organizations: organizations.iter().copied().map(Id::new).collect(),
            roles: vec![PARTNER_ROLE.to_owned()],
            system_roles: vec![PARTNER_ROLE],
            rank: 0,
            purpose: self.purpose,
            partner: Some(partner),
            active: self.active,
        }
    }
}

struct RolePurposes {
    workforce: bool,
    /// The first is the default.
    allowed: &'static [Purpose],
}

/// Purposes belong to the system's roles; a role that a tenant defines brings none.
fn role_purposes(role: &str) -> Option<RolePurposes> {
    use Purpose::{
        AuditEvaluation, LegalProceeding, Operations, PatientRequest, Payment, RequiredByLaw, Research,
        Treatment,
    };
    let staff = |allowed| Some(RolePurposes { workforce: true, allowed });
    match role {
        "PRACTITIONER" | "SUPERVISOR" => staff(&[Treatment, Operations, Research, LegalProceeding]),
        "ASSISTANT" | "HOUSE_STAFF" | "SPECIALIST" => staff(&[Treatment, Operations]),
        "BILLING" => staff(&[Payment]),
        "COMPLIANCE" => staff(&[AuditEvaluation, LegalProceeding, RequiredByLaw]),
        "OWNER" | "ADMIN" | "MANAGER" => staff(&[Operations]),
        "PATIENT" | "GUARDIAN" | "FAMILY" => {
            Some(RolePurposes { workforce: false, allowed: &[PatientRequest] })
        }
        _ => None,
    }
}

/// A row of [`principal_sql`].
#[derive(Debug, FromQueryResult)]
pub(in crate::kernel) struct PrincipalRow {
    tenant_status: TenantStatus,
    user_id: Id<user::Entity>,
    user_status: UserStatus,
    person_id: Option<Id<person::Entity>>,
    practitioner_id: Option<Id<practitioner::Entity>>,
    practitioner_status: Option<PractitionerStatus>,
    patient_id: Option<Id<patient::Entity>>,
    dependants: Option<String>,
    supervisees: Option<Vec<Uuid>>,
    shared: Option<String>,
    emergencies: Option<String>,
    approvals: Option<String>,
    grants: Option<String>,
}

/// A role that the user has.
#[derive(Deserialize)]
struct Grant {
    role: String,
    rank: i16,
    system_role: Option<String>,
    /// The location to which it is confined, and those beneath.
    locations: Option<Vec<Id<location::Entity>>>,
    expires_at: Option<DateTime<Utc>>,
    /// `permission reach`, separated by commas.
    permissions: Option<String>,
}

impl Grant {
    /// What the role permits, of what this version knows.
    fn permissions(&self) -> impl Iterator<Item = (Permission, Reach)> {
        self.permissions.iter().flat_map(|list| list.split(',')).filter_map(|entry| {
            let (permission, reach) = entry.split_once(' ')?;
            let reach = match reach {
                "TENANT" => Reach::Tenant,
                "OWN" => Reach::Own,
                "ONESELF" => Reach::Oneself,
                _ => return None,
            };
            Some((Permission::from_str(permission).ok()?, reach))
        })
    }
}

impl PrincipalRow {
    /// The principal at the moment `now`, with the default purpose.
    pub(in crate::kernel) fn into_principal(self, tenant_id: Uuid, now: DateTime<Utc>) -> Result<Principal> {
        let grants: Vec<Grant> = parse(self.grants)?;
        let mut roles: Vec<String> = Vec::new();
        let mut system_roles: Vec<&'static str> = Vec::new();
        let mut permissions: BTreeMap<Permission, Extent> = BTreeMap::new();
        let mut highest = 0;
        for grant in grants.into_iter().filter(|grant| grant.expires_at.is_none_or(|end| now < end)) {
            let system_role = grant.system_role.as_deref().and_then(SystemRole::of);
            let own = if system_role.is_some_and(|role| role.works_at_locations) {
                Own::Place
            } else {
                Own::Caseload
            };
            let given = grant
                .permissions()
                .filter(|(permission, _)| grant.locations.is_none() || can_be_confined(*permission));
            for (permission, reach) in given {
                permissions.entry(permission).or_default().widen(reach, own, grant.locations.as_deref());
            }
            highest = highest.max(grant.rank);
            system_roles.extend(system_role.map(|role| role.key).filter(|key| !system_roles.contains(key)));
            if !roles.contains(&grant.role) {
                roles.push(grant.role);
            }
        }
        let rank = |role: &str| ROLE_ORDER.iter().position(|known| *known == role).unwrap_or(usize::MAX);
        roles.sort_by_key(|role| rank(role));
        system_roles.sort_by_key(|role| rank(role));
        let mut dependants: Vec<Dependant> = parse(self.dependants)?;
        dependants.retain(|dependant| dependant.ends_at.is_none_or(|end| now < end));
        let mut shared: Vec<Shared> = parse(self.shared)?;
        shared.retain(|shared| shared.expires_at.is_none_or(|end| now < end));
        let mut emergencies: Vec<Emergency> = parse(self.emergencies)?;
        emergencies.retain(|emergency| now < emergency.expires_at);
        let practises = self.practitioner_status == Some(PractitionerStatus::Active);
        let mut principal = Principal {
            tenant_id,
            user_id: self.user_id,
            person_id: self.person_id,
            practitioner_id: self.practitioner_id.filter(|_| practises),
            patient_id: self.patient_id,
            dependants,
            supervisees: self.supervisees.unwrap_or_default().into_iter().map(Id::new).collect(),
            shared,
            emergencies,
            approvals: parse(self.approvals)?,
            organizations: vec![Id::new(tenant_id)],
            roles,
            system_roles,
            rank: highest,
            permissions,
            purpose: None,
            partner: None,
            active: self.tenant_status == TenantStatus::Active && self.user_status == UserStatus::Active,
        };
        principal.purpose = principal.default_purpose();
        Ok(principal)
    }
}

/// Which role speaks first for the default purpose of someone who has several.
const ROLE_ORDER: &[&str] = &[
    "PRACTITIONER",
    "SUPERVISOR",
    "ASSISTANT",
    "HOUSE_STAFF",
    "SPECIALIST",
    "BILLING",
    "COMPLIANCE",
    "MANAGER",
    "ADMIN",
    "OWNER",
    "PATIENT",
    "GUARDIAN",
    "FAMILY",
];

fn parse<T: serde::de::DeserializeOwned>(json: Option<String>) -> Result<Vec<T>> {
    json.map_or_else(
        || Ok(Vec::new()),
        |json| {
            serde_json::from_str(&json)
                .map_err(|error| Error::internal(format_args!("{:?}", error.classify())))
        },
    )
}

/// The statement that reads principals: `$1` is the tenant; `source` names the alias `u` of `users`, joined to whatever
/// selects them; `columns` adds columns of one's own.
pub(in crate::kernel) fn principal_sql(columns: &str, source: &str) -> String {
    format!(
        "select t.status as tenant_status, u.id as user_id, u.status as user_status, u.person_id,
            pr.id as practitioner_id, pr.status as practitioner_status, pa.id as patient_id,
            case when u.person_id is not null then (
                select json_agg(json_build_object('patient_id', dp.id, 'authority', pr.legal_authority,
                    'ends_at', pr.ends_at))::text
                from person_relationships pr
                join patients dp on dp.tenant_id = $1 and dp.person_id = pr.person_id and dp.deleted_at is null
                where pr.tenant_id = $1 and pr.related_person_id = u.person_id and pr.legal_authority <> 'NONE'
                    and pr.verified_at is not null and pr.deleted_at is null) end as dependants,
            case when pr.id is not null then array(
                select s.id from practitioners s
                where s.tenant_id = $1 and s.supervisor_id = pr.id and s.deleted_at is null
                union
                select s.id from practitioners s
                where s.tenant_id = $1 and s.associate_supervisor_id = pr.id and s.deleted_at is null) end as supervisees,
            case when u.contact_token is not null then (
                select json_agg(json_build_object('grant_id', g.id, 'patient_id', g.patient_id,
                    'consent_id', g.consent_id, 'contact_token', encode(g.contact_token, 'hex'),
                    'expires_at', g.expires_at))::text
                from sharing_grants g
                where g.tenant_id = $1 and g.user_id = u.id and g.accepted_at is not null and g.revoked_at is null
                    and g.deleted_at is null) end as shared,
            (select json_agg(json_build_object('id', b.id, 'patient_id', b.patient_id, 'session_id', b.session_id,
                    'data_classes', b.data_classes, 'expires_at', b.expires_at))::text
                from break_glass_events b
                where b.tenant_id = $1 and b.user_id = u.id and b.ended_at is null and b.reviewed_at is null
                    and b.deleted_at is null) as emergencies,
            (select json_agg(json_build_object('id', y.id, 'patient_id', y.patient_id, 'purpose', y.purpose,
                    'data_classes', y.data_classes, 'valid_from', y.valid_from, 'valid_to', y.valid_to))::text
                from access_approvals y
                where y.tenant_id = $1 and y.user_id = u.id and y.revoked_at is null and y.deleted_at is null) as approvals,
            (select json_agg(json_build_object('role', r.key, 'rank', r.rank, 'system_role', r.system_key,
                    'locations', case when a.location_id is not null then (
                        with recursive below as (
                            select l.id from locations l
                            where l.tenant_id = $1 and l.id = a.location_id and l.deleted_at is null
                            union
                            select l.id from locations l join below on l.parent_location_id = below.id
                            where l.tenant_id = $1 and l.deleted_at is null
                        ) select coalesce(json_agg(id), '[]') from below) end,
                    'expires_at', a.expires_at, 'permissions', r.granted))::text
                from role_assignments a
                join roles r on r.tenant_id = $1 and r.id = a.role_id and r.deleted_at is null
                where a.tenant_id = $1 and a.user_id = u.id and a.deleted_at is null) as grants{columns}
        from {source}
        join tenants t on t.id = $1
        left join practitioners pr on pr.tenant_id = $1 and pr.user_id = u.id and pr.deleted_at is null
        left join patients pa on pa.tenant_id = $1 and pa.person_id = u.person_id and pa.deleted_at is null"
    )
}

/// Reads the principals of some users in one statement, each with the default purpose.
pub async fn load_principals(core: &Core, users: &[Id<user::Entity>]) -> Result<Vec<Principal>> {
    let sql = principal_sql(
        "",
        "(select * from users where tenant_id = $1 and id = any($2) and deleted_at is null) u",
    );
    let ids: Vec<Uuid> = users.iter().map(|id| id.uuid()).collect();
    let values = [Value::from(core.tenant_id()), Value::from(ids)];
    let rows = core.query(Statement::from_sql_and_values(sea_orm::DbBackend::Postgres, sql, values)).await?;
    rows.iter()
        .map(|row| PrincipalRow::from_query_result(row, "")?.into_principal(core.tenant_id(), core.now()))
        .collect()
}

#[cfg(test)]
impl Principal {
    /// An active principal with one role of the catalogue.
    pub(super) fn in_role(tenant_id: Uuid, role: &'static str) -> Self {
        let catalogue = crate::identity::role_catalogue::SYSTEM_ROLES;
        let grants =
            catalogue.iter().find(|system| system.key == role).expect("a role of the catalogue").grants();
        let mut principal = Self {
            tenant_id,
            user_id: Id::new(Uuid::from_u128(1)),
            person_id: None,
            practitioner_id: Some(Id::new(Uuid::from_u128(2))),
            patient_id: None,
            dependants: Vec::new(),
            supervisees: Vec::new(),
            shared: Vec::new(),
            emergencies: Vec::new(),
            approvals: Vec::new(),
            organizations: vec![Id::new(tenant_id)],
            roles: vec![role.to_owned()],
            system_roles: vec![role],
            rank: SystemRole::of(role).map_or(0, |role| role.rank),
            permissions: grants.map(|(permission, reach)| (permission, Extent::of(reach))).collect(),
            purpose: None,
            partner: None,
            active: true,
        };
        principal.purpose = principal.default_purpose();
        principal
    }

    /// The same principal, suspended.
    pub(super) fn suspended(self) -> Self {
        Self { active: false, ..self }
    }
}
