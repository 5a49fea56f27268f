//! Made-up people who ask.

use entity::{
    Id,
    consent::purpose::Purpose,
    identity::{permission::Permission, role_permission::Reach},
    people::person_relationship::LegalAuthority,
};
use sea_orm::Iterable;
use uuid::Uuid;

use super::{
    super::{Approval, Dependant, Emergency, Extent, Partner, PatientFacts, Principal, Shared, extent::Own},
    CONSENT, CONTACTS, Chance, EVENT, GRANT, LOCATION, ORGANIZATION, PATIENT, PERSON, PRACTITIONER, TENANT,
    USER, begun, classes, end, first, id, moment, now, purpose,
};
use crate::identity::role_catalogue::{SYSTEM_ROLES, SystemRole, can_be_confined};

pub(super) fn principal(chance: &mut Chance, facts: &PatientFacts) -> Principal {
    let role = match chance.below(10) {
        0..=2 => chance.among(&["PRACTITIONER", "SUPERVISOR"]),
        3..=5 => chance.among(&["PATIENT", "GUARDIAN", "FAMILY"]),
        6 => "COMPLIANCE",
        _ => chance.among(SYSTEM_ROLES).key,
    };
    let mut principal = with_role(chance, role);
    if chance.of(1, 10) {
        add_another_role(chance, &mut principal);
    }
    if chance.of(1, 10) {
        make_role_the_tenants_own(chance, &mut principal);
    }
    if chance.of(1, 10) && principal.is_workforce() {
        let principal = partner(chance, principal);
        return purposed(chance, principal);
    }
    stand_in_relation(chance, role, facts, &mut principal);
    let principal = purposed(chance, principal);
    if chance.of(1, 50) { principal.suspended() } else { principal }
}

fn with_role(chance: &mut Chance, role: &'static str) -> Principal {
    let mut principal = Principal::in_role(TENANT, role);
    principal.user_id = id(chance, USER);
    principal.practitioner_id = None;
    if chance.of(1, 5) {
        let places = places(chance);
        let role = SystemRole::of(role).expect("a role of the system");
        principal.permissions.clear();
        widen(&mut principal, role, Some(&places));
    }
    principal
}

fn places(chance: &mut Chance) -> Vec<Id<entity::tenancy::location::Entity>> {
    (0..=chance.below(2)).map(|_| id(chance, LOCATION)).collect()
}

fn widen(
    principal: &mut Principal,
    role: &SystemRole,
    places: Option<&[Id<entity::tenancy::location::Entity>]>,
) {
    let own = if role.works_at_locations { Own::Place } else { Own::Caseload };
    for (permission, reach) in role.grants() {
        if places.is_none() || can_be_confined(permission) {
            principal.permissions.entry(permission).or_default().widen(reach, own, places);
        }
    }
}

fn add_another_role(chance: &mut Chance, principal: &mut Principal) {
    let other = chance.among(SYSTEM_ROLES);
    let places = chance.of(1, 5).then(|| places(chance));
    widen(principal, &other, places.as_deref());
    principal.roles.push(other.key.to_owned());
    if !principal.system_roles.contains(&other.key) {
        principal.system_roles.push(other.key);
    }
}

/// A role of the tenant's own permits anything; what it is built upon, if anything, brings purposes.
fn make_role_the_tenants_own(chance: &mut Chance, principal: &mut Principal) {
    principal.roles = vec!["OWN_ROLE".to_owned()];
    if chance.of(1, 8) {
        principal.system_roles.clear();
    }
    if chance.of(1, 2) {
        principal.permissions.clear();
    }
    for permission in Permission::iter() {
        if chance.of(1, 2) {
            let reach = chance.among(&[Reach::Oneself, Reach::Own, Reach::Tenant]);
            let places = chance.of(1, 5).then(|| places(chance));
            let own = chance.among(&[Own::Place, Own::Caseload]);
            principal.permissions.entry(permission).or_default().widen(reach, own, places.as_deref());
        }
    }
}

fn partner(chance: &mut Chance, giver: Principal) -> Principal {
    let organization_id: Id<_> = id(chance, ORGANIZATION);
    let purpose = purpose(chance);
    let partner = Partner { organization_id, purpose, given_by: giver.user_id };
    let above = first::<entity::tenancy::organization::Entity>(ORGANIZATION);
    let organizations: Vec<Uuid> = if chance.of(1, 2) {
        vec![organization_id.uuid()]
    } else {
        vec![organization_id.uuid(), above.uuid()]
    };
    let mut principal = giver.into_partner(partner, &organizations, Uuid::from_u128(4_000));
    if chance.of(2, 3) {
        let all = super::super::partner_permissions();
        principal.permissions = all.map(|(permission, reach)| (permission, Extent::of(reach))).collect();
    }
    if chance.of(1, 4) {
        // What a partner may be given is a line of a matrix, and the decision does not rely on it.
        for permission in Permission::iter() {
            principal.permissions.insert(permission, Extent::of(Reach::Own));
        }
    }
    principal.purpose = Some(purpose);
    principal
}

/// What makes somebody more than their role.
fn stand_in_relation(chance: &mut Chance, role: &str, facts: &PatientFacts, principal: &mut Principal) {
    let workforce = principal.is_workforce();
    if workforce || chance.of(1, 20) {
        principal.practitioner_id = chance.of(9, 10).then(|| id(chance, PRACTITIONER));
    }
    match role {
        "PATIENT" => {
            principal.person_id = Some(if chance.of(4, 5) { facts.person_id } else { id(chance, PERSON) })
        }
        "GUARDIAN" => principal.person_id = Some(id(chance, PERSON)),
        _ => principal.person_id = chance.of(1, 8).then(|| id(chance, PERSON)),
    }
    if role == "SUPERVISOR" || chance.of(1, 10) {
        principal.supervisees = (0..chance.below(3)).map(|_| id(chance, PRACTITIONER)).collect();
    }
    if (role == "GUARDIAN" && chance.of(9, 10)) || chance.of(1, 30) {
        principal.dependants = (0..=chance.below(2)).map(|_| dependant(chance)).collect();
    }
    if (role == "FAMILY" && chance.of(9, 10)) || chance.of(1, 30) {
        principal.shared = (0..=chance.below(2)).map(|number| shared(chance, number)).collect();
    }
    if (workforce && chance.of(1, 6)) || chance.of(1, 50) {
        principal.emergencies = (0..=chance.below(2)).map(|number| emergency(chance, number)).collect();
    }
    if (workforce && chance.of(1, 6)) || role == "COMPLIANCE" || chance.of(1, 50) {
        principal.approvals = (0..=chance.below(2)).map(|number| approval(chance, number)).collect();
    }
}

fn dependant(chance: &mut Chance) -> Dependant {
    Dependant {
        patient_id: whom(chance),
        authority: chance.among(&LegalAuthority::iter().collect::<Vec<_>>()),
        ends_at: end(chance),
    }
}

fn whom(chance: &mut Chance) -> Id<entity::people::patient::Entity> {
    if chance.of(5, 6) { first(PATIENT) } else { id(chance, PATIENT) }
}

fn shared(chance: &mut Chance, number: u32) -> Shared {
    Shared {
        grant_id: Id::new(Uuid::from_u128(GRANT + u128::from(number))),
        patient_id: whom(chance),
        consent_id: Id::new(Uuid::from_u128(CONSENT + u128::from(chance.below(4)))),
        contact_token: chance.among(&CONTACTS).to_owned(),
        expires_at: end(chance),
    }
}

fn emergency(chance: &mut Chance, number: u32) -> Emergency {
    Emergency {
        id: Id::new(Uuid::from_u128(EVENT + u128::from(number))),
        patient_id: whom(chance),
        session_id: Uuid::from_u128(1),
        data_classes: classes(chance),
        expires_at: end(chance).unwrap_or(now() + chrono::TimeDelta::hours(1)),
    }
}

fn approval(chance: &mut Chance, number: u32) -> Approval {
    Approval {
        id: Id::new(Uuid::from_u128(EVENT + u128::from(number))),
        patient_id: whom(chance),
        purpose: approved_purpose(chance),
        data_classes: classes(chance),
        valid_from: begun(chance),
        valid_to: end(chance).unwrap_or_else(|| moment(chance)),
    }
}

fn approved_purpose(chance: &mut Chance) -> Purpose {
    if chance.of(1, 10) {
        return purpose(chance);
    }
    chance.among(&[Purpose::AuditEvaluation, Purpose::RequiredByLaw, Purpose::LegalProceeding])
}

/// Mostly for the purpose of the role.
fn purposed(chance: &mut Chance, mut principal: Principal) -> Principal {
    if principal.partner.is_none() {
        principal.purpose = match chance.below(12) {
            0 => None,
            1 => Some(purpose(chance)),
            _ => {
                let allowed = principal.allowed_purposes();
                if allowed.is_empty() { None } else { Some(chance.among(&allowed)) }
            }
        };
    }
    principal
}
