//! Which patients exist for a caller: the row scope that patients and everything about them share.

use entity::{
    TenantTable,
    identity::{permission::Permission, role_permission::Reach},
    people::care_team_member,
};
use sea_orm::{
    ColumnTrait, Condition,
    sea_query::{Expr, ExprTrait, Query},
};

use crate::kernel::viewer::Viewer;

/// The rows whose `patient` column names a patient within reach of `permission`: all of the tenant, those the
/// viewer treats now, the viewer's own, or none.
pub fn within_reach<C: ColumnTrait>(viewer: &Viewer, permission: Permission, patient: C) -> Condition {
    let principal = viewer.principal();
    let nothing = || Condition::all().add(Expr::value(false));
    match principal.reach(permission) {
        Some(Reach::Tenant) => Condition::all(),
        Some(Reach::Own) => match principal.practitioner_id {
            Some(practitioner) => {
                Condition::all().add(patient.in_subquery(treated_by(viewer, practitioner.uuid())))
            }
            None => nothing(),
        },
        Some(Reach::Oneself) => match principal.patient_id {
            Some(own) => Condition::all().add(patient.eq(own.uuid())),
            None => nothing(),
        },
        None => nothing(),
    }
}

fn treated_by(viewer: &Viewer, practitioner: uuid::Uuid) -> sea_orm::sea_query::SelectStatement {
    use care_team_member::Column;
    let open_ended = Expr::col(Column::EndsAt).is_null();
    let not_ended = Expr::col(Column::EndsAt).gt(viewer.asked_at());
    Query::select()
        .column(Column::PatientId)
        .from(care_team_member::Entity)
        .and_where(Expr::col(care_team_member::Entity::TENANT_ID).eq(viewer.tenant_id()))
        .and_where(Expr::col(Column::PractitionerId).eq(practitioner))
        .and_where(Expr::col(Column::StartsAt).lte(viewer.asked_at()))
        .and_where(open_ended.or(not_ended))
        .and_where(Expr::col(Column::DeletedAt).is_null())
        .take()
}
