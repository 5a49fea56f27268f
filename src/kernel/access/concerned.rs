//! Who is concerned with a patient: whoever treats them, stands in their place, is named by a consent, or broke the glass.

use std::collections::BTreeSet;

use entity::{Id, identity::user, people::practitioner, tenancy::organization};
use sea_orm::{DbBackend, FromQueryResult, Statement, Value};
use uuid::Uuid;

use super::{Partner, PatientFacts, Principal, PrincipalRow, principal_sql};
use crate::kernel::{
    error::{Error, Result},
    session::Core,
    viewer::ORGANIZATIONS,
};

/// Persons, practitioners and whoever supervises these; and all who rest on something that was given for this patient alone.
const USERS: &str = "\
select u.id from users u
where u.tenant_id = $1 and u.deleted_at is null and u.person_id = any($3)
union
select p.user_id from practitioners p
where p.tenant_id = $1 and p.deleted_at is null and p.user_id is not null and p.id = any($4)
union
select s.user_id from practitioners p join practitioners s on s.tenant_id = $1 and s.id = p.supervisor_id
where p.tenant_id = $1 and p.deleted_at is null and s.deleted_at is null and s.user_id is not null and p.id = any($4)
union
select s.user_id from practitioners p join practitioners s on s.tenant_id = $1 and s.id = p.associate_supervisor_id
where p.tenant_id = $1 and p.deleted_at is null and s.deleted_at is null and s.user_id is not null and p.id = any($4)
union
select g.user_id from sharing_grants g
where g.tenant_id = $1 and g.patient_id = $2 and g.user_id is not null and g.accepted_at is not null
    and g.revoked_at is null and g.deleted_at is null
union
select b.user_id from break_glass_events b
where b.tenant_id = $1 and b.patient_id = $2 and b.ended_at is null and b.reviewed_at is null and b.expires_at > $5
    and b.deleted_at is null
union
select y.user_id from access_approvals y
where y.tenant_id = $1 and y.patient_id = $2 and y.revoked_at is null and y.valid_to > $5 and y.deleted_at is null";

/// Keys and clients of the organizations and of those beneath them, which a consent for the one above covers. The tenant's own
/// organization is no partner.
const CREDENTIALS: &str = "\
(with recursive beneath as (
    select wanted.id from unnest($2::uuid[]) as wanted (id) where wanted.id <> $1
    union
    select o.id from organizations o join beneath b on o.parent_organization_id = b.id
    where o.tenant_id = $1 and o.deleted_at is null)
select k.id as credential_id, k.creator_id as user_id, k.scopes, k.purpose::text as bound_purpose, k.organization_id
from beneath b join api_keys k on k.tenant_id = $1 and k.organization_id = b.id
where k.revoked_at is null and k.expires_at > $3 and k.deleted_at is null
union all
select p.id, p.creator_id, p.scopes, p.purpose::text, p.organization_id
from beneath b join partner_clients p on p.tenant_id = $1 and p.organization_id = b.id
where p.revoked_at is null and p.deleted_at is null) c
join users u on u.tenant_id = $1 and u.id = c.user_id and u.deleted_at is null";

/// A partner that a consent names, with its name.
#[derive(Clone, Debug)]
pub struct NamedPartner {
    /// What one of its credentials may do.
    pub principal: Principal,
    /// The organization.
    pub organization_id: Id<organization::Entity>,
    /// What it is called.
    pub name: String,
}

/// What is read of a partner's credential besides who gave it out.
#[derive(FromQueryResult)]
struct Credential {
    credential_id: Uuid,
    scopes: Vec<String>,
    bound_purpose: String,
    organization_id: Id<organization::Entity>,
    organizations: Option<Vec<Uuid>>,
    organization_name: String,
}

impl Core {
    /// The users concerned with a patient: the patient, whoever has legal authority, the care team and who supervises it, whom
    /// consents name, whom the patient shares with, and who holds a broken glass or an approval.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn users_concerned(&self, facts: &PatientFacts) -> Result<BTreeSet<Id<user::Entity>>> {
        let recipients = || facts.consents.iter().flat_map(|consent| &consent.recipients);
        let guardians = facts.minority.iter().flat_map(|minority| &minority.guardians);
        let persons = std::iter::once(facts.person_id).chain(guardians.map(|guardian| guardian.person_id));
        let persons: Vec<Uuid> = persons.map(Id::uuid).collect();
        let team = facts.team.iter().map(|member| member.practitioner_id);
        let named = recipients().filter_map(|recipient| recipient.practitioner_id);
        let practitioners: BTreeSet<Id<practitioner::Entity>> = team.chain(named).collect();
        let practitioners: Vec<Uuid> = practitioners.into_iter().map(Id::uuid).collect();
        let values = [
            Value::from(self.tenant_id()),
            Value::from(facts.patient_id),
            Value::from(persons),
            Value::from(practitioners),
            Value::from(self.now()),
        ];
        let rows = self.query(Statement::from_sql_and_values(DbBackend::Postgres, USERS, values)).await?;
        let mut users: BTreeSet<_> = recipients().filter_map(|recipient| recipient.user_id).collect();
        for row in rows {
            users.insert(row.try_get("", "id")?);
        }
        Ok(users)
    }

    /// The credentials of the partner organizations that consents of a patient name, as principals: each for the one purpose
    /// that it is bound to.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn partners_concerned(&self, facts: &PatientFacts) -> Result<Vec<NamedPartner>> {
        let recipients = facts.consents.iter().flat_map(|consent| &consent.recipients);
        let named: BTreeSet<_> = recipients.filter_map(|recipient| recipient.organization_id).collect();
        if named.is_empty() {
            return Ok(Vec::new());
        }
        let columns = format!(
            ", c.credential_id, c.scopes, c.bound_purpose{ORGANIZATIONS},
            (select o.name from organizations o where o.tenant_id = $1 and o.id = c.organization_id) as organization_name"
        );
        let named: Vec<Uuid> = named.into_iter().map(Id::uuid).collect();
        let values = [Value::from(self.tenant_id()), Value::from(named), Value::from(self.now())];
        let sql = principal_sql(&columns, CREDENTIALS);
        let rows = self.query(Statement::from_sql_and_values(DbBackend::Postgres, sql, values)).await?;
        rows.iter()
            .map(|row| {
                let Credential {
                    credential_id,
                    scopes,
                    bound_purpose,
                    organization_id,
                    organizations,
                    organization_name,
                } = Credential::from_query_result(row, "")?;
                let mut giver =
                    PrincipalRow::from_query_result(row, "")?.into_principal(self.tenant_id(), self.now())?;
                let purpose = bound_purpose
                    .parse()
                    .map_err(|_| Error::internal("a partner's credential without a purpose"))?;
                giver.purpose = Some(purpose);
                giver.narrow(&scopes);
                let partner = Partner { organization_id, purpose, given_by: giver.user_id };
                let principal =
                    giver.into_partner(partner, organizations.as_deref().unwrap_or_default(), credential_id);
                Ok(NamedPartner { principal, organization_id, name: organization_name })
            })
            .collect()
    }
}
