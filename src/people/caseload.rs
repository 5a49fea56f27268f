//! Which patients exist for a caller: the row scope that patients and everything about them share.

use entity::{
    Id, TenantTable,
    consent::{
        consent,
        consent_recipient::{self, RecipientKind},
    },
    identity::permission::Permission,
    people::{care_team_member, patient, practitioner},
    tenancy::location,
};
use sea_orm::{
    ColumnTrait, Condition,
    sea_query::{Expr, ExprTrait, PgFunc, Query, SelectStatement, UnionType},
};
use uuid::Uuid;

use crate::{
    consent::consent::permits_at,
    kernel::{load::any_of, viewer::Viewer},
};

/// The rows whose `patient` column names a patient within reach of `permission`: all of the tenant, those the viewer
/// treats now, those served where the viewer works, the viewer and those for whom the viewer has legal authority, or none.
///
/// All of them are one subquery: PostgreSQL joins that, and asks row by row what stands there as alternatives.
pub fn within_reach<C: ColumnTrait>(viewer: &Viewer, permission: Permission, patient: C) -> Condition {
    let principal = viewer.principal();
    let nothing = || Condition::all().add(Expr::value(false));
    // A partner reaches patients through its referrals, of which there are none yet, and those that consents name it for
    // (`shared_with`); never through who gave its key out.
    if principal.partner.is_some() {
        return nothing();
    }
    let Some(extent) = principal.extent(permission) else { return nothing() };
    if extent.tenant {
        return Condition::all();
    }
    let mut reached = Vec::new();
    if let Some(practitioner) = principal.practitioner_id {
        if extent.caseload {
            reached.push(treated_by(viewer, practitioner));
        } else if !extent.caseload_at.is_empty() {
            let served =
                care_team_member::Column::PatientId.in_subquery(served_at(viewer, &extent.caseload_at));
            reached.push(treated_by(viewer, practitioner).and_where(served).take());
        }
    }
    if !extent.locations.is_empty() {
        reached.push(served_at(viewer, &extent.locations));
    }
    let mut named = Vec::new();
    if extent.oneself {
        let dependants = principal.dependants.iter().map(|dependant| dependant.patient_id);
        named.extend(principal.patient_id.into_iter().chain(dependants).map(Id::uuid));
    }
    if permission == Permission::PatientRead {
        named.extend(opened(viewer));
    }
    match (&mut reached[..], &named[..]) {
        ([], []) => nothing(),
        ([], [one]) => Condition::all().add(patient.eq(*one)),
        ([], _) => Condition::all().add(any_of(patient, named)),
        ([one], []) => Condition::all().add(patient.in_subquery(one.take())),
        ([first, others @ ..], _) => {
            for other in others {
                first.union(UnionType::Distinct, other.take());
            }
            if !named.is_empty() {
                first.union(UnionType::Distinct, those(viewer, named));
            }
            Condition::all().add(patient.in_subquery(first.take()))
        }
    }
}

/// These patients of the tenant.
fn those(viewer: &Viewer, patients: Vec<Uuid>) -> SelectStatement {
    Query::select()
        .column(patient::Column::Id)
        .from(patient::Entity)
        .and_where(Expr::col(patient::Entity::TENANT_ID).eq(viewer.tenant_id()))
        .and_where(any_of(patient::Column::Id, patients))
        .take()
}

/// The rows whose `patient` column names a patient who shares with somebody outside of the program at this moment: with
/// family by a grant under a consent in force, with a partner by a consent in force that names it, or an organization above
/// it, for the purpose that it is bound to. `None` for everybody else. Whether anything is shown is the decision's matter.
pub fn shared_with<C: ColumnTrait>(viewer: &Viewer, patient: C) -> Option<Condition> {
    use consent::Column;
    let principal = viewer.principal();
    let consents = if let Some(partner) = &principal.partner {
        let for_its_purpose =
            Expr::value(partner.purpose.code()).eq(PgFunc::any(Expr::col(Column::Purposes)));
        Condition::all().add(Column::Id.in_subquery(naming_partner(viewer))).add(for_its_purpose)
    } else if principal.shared.is_empty() {
        return None;
    } else {
        let consents = principal.shared.iter().map(|shared| shared.consent_id.uuid());
        Condition::all().add(any_of(Column::Id, consents.collect()))
    };
    let shared = Query::select()
        .column(Column::PatientId)
        .from(consent::Entity)
        .and_where(Expr::col(consent::Entity::TENANT_ID).eq(viewer.tenant_id()))
        .cond_where(consents)
        .cond_where(permits_at(viewer.asked_at()))
        .take();
    Some(Condition::all().add(patient.in_subquery(shared)))
}

/// The consents that name the organization of a partner, or one above it.
fn naming_partner(viewer: &Viewer) -> SelectStatement {
    use consent_recipient::Column;
    let organizations: Vec<Uuid> = viewer.principal().organizations.iter().map(|id| id.uuid()).collect();
    Query::select()
        .column(Column::ConsentId)
        .from(consent_recipient::Entity)
        .and_where(Expr::col(consent_recipient::Entity::TENANT_ID).eq(viewer.tenant_id()))
        .and_where(Column::Kind.eq(RecipientKind::Organization))
        .and_where(any_of(Column::OrganizationId, organizations))
        .take()
}

/// Whom one reaches without a place on their care team: where the glass is broken, and what compliance approved.
fn opened(viewer: &Viewer) -> Vec<Uuid> {
    let now = viewer.asked_at();
    let emergencies = viewer.principal().emergencies.iter().filter(|emergency| now < emergency.expires_at);
    let approvals = viewer.principal().approvals.iter();
    let approvals = approvals.filter(|approval| approval.valid_from <= now && now < approval.valid_to);
    let opened = emergencies.map(|emergency| emergency.patient_id);
    opened.chain(approvals.map(|approval| approval.patient_id)).map(Id::uuid).collect()
}

fn served_at(viewer: &Viewer, locations: &[Id<location::Entity>]) -> SelectStatement {
    let locations: Vec<Uuid> = locations.iter().map(|location| location.uuid()).collect();
    Query::select()
        .column(patient::Column::Id)
        .from(patient::Entity)
        .and_where(Expr::col(patient::Entity::TENANT_ID).eq(viewer.tenant_id()))
        .and_where(any_of(patient::Column::LocationId, locations))
        .take()
}

/// Those whom the viewer treats now, or somebody does whom the viewer supervises.
fn treated_by(viewer: &Viewer, practitioner: Id<practitioner::Entity>) -> SelectStatement {
    use care_team_member::Column;
    let supervisees = &viewer.principal().supervisees;
    let by = match &supervisees[..] {
        [] => Expr::col(Column::PractitionerId).eq(practitioner),
        _ => any_of(
            Column::PractitionerId,
            supervisees.iter().chain([&practitioner]).map(|one| one.uuid()).collect(),
        ),
    };
    let open_ended = Expr::col(Column::EndsAt).is_null();
    let not_ended = Expr::col(Column::EndsAt).gt(viewer.asked_at());
    Query::select()
        .column(Column::PatientId)
        .from(care_team_member::Entity)
        .and_where(Expr::col(care_team_member::Entity::TENANT_ID).eq(viewer.tenant_id()))
        .and_where(by)
        .and_where(Expr::col(Column::StartsAt).lte(viewer.asked_at()))
        .and_where(open_ended.or(not_ended))
        .and_where(Expr::col(Column::DeletedAt).is_null())
        .take()
}
