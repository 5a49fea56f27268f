//! A tenant keeps an owner: somebody who may sign in, and has the role for good and everywhere.

use entity::{
    TenantTable,
    identity::{
        role, role_assignment,
        user::{self, UserStatus},
    },
};
use sea_orm::{
    ColumnTrait, Condition,
    sea_query::{Expr, ExprTrait, Query, SelectStatement},
};

use crate::kernel::{
    error::{Error, Result},
    write::Write,
};

/// Taking a role from somebody, or somebody from the tenant. Of two who do that at once, the second sees the first.
pub struct Watch {
    had_owner: bool,
}

/// Begins to watch, before the change.
///
/// # Errors
///
/// Those of the database.
pub async fn watch(write: &Write) -> Result<Watch> {
    write.one_at_a_time("owners").await?;
    Ok(Watch { had_owner: has_owner(write).await? })
}

impl Watch {
    /// Looks after the change whether an owner remains.
    ///
    /// # Errors
    ///
    /// `INVALID_STATE` when the change takes the last owner.
    pub async fn remain(self, write: &Write) -> Result<()> {
        if self.had_owner && !has_owner(write).await? {
            return Err(Error::invalid_state(
                "this is the last owner; make somebody else an owner first, for good and everywhere",
            ));
        }
        Ok(())
    }
}

async fn has_owner(write: &Write) -> Result<bool> {
    use role_assignment::Column;
    let tenant_id = write.tenant_id();
    let owner_role: SelectStatement = Query::select()
        .column(role::Column::Id)
        .from(role::Entity)
        .and_where(Expr::col(role::Entity::TENANT_ID).eq(tenant_id))
        .and_where(role::Column::Key.eq("OWNER"))
        .take();
    let active: SelectStatement = Query::select()
        .column(user::Column::Id)
        .from(user::Entity)
        .and_where(Expr::col(user::Entity::TENANT_ID).eq(tenant_id))
        .and_where(user::Column::Status.eq(UserStatus::Active))
        .and_where(Expr::col(user::Column::DeletedAt).is_null())
        .take();
    let owner = Condition::all()
        .add(Column::RoleId.in_subquery(owner_role))
        .add(Column::UserId.in_subquery(active))
        .add(Column::LocationId.is_null())
        .add(Column::ExpiresAt.is_null());
    Ok(write.find::<role_assignment::Entity>(owner).await?.is_some())
}
