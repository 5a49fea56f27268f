//! Who signs in.

use async_graphql::{ComplexObject, Context, SimpleObject};
use chrono::Utc;
use entity::{
    Id,
    identity::{
        permission::Permission,
        role_permission::Reach,
        user::{self, UserStatus},
    },
    people::practitioner,
};
use sea_orm::{ColumnTrait, Condition, DerivePartialModel};

use super::role_assignment::RoleAssignment;
use crate::{
    kernel::{
        door::Door,
        error::Result,
        graphql::DateTime,
        load::{Scoped, resource},
        page::{Connection, Cursor, Page},
        viewer::Viewer,
    },
    people::practitioner::Practitioner,
};

/// Somebody who signs in. Nothing here tells who the human is; for practitioners see `practitioner`.
#[derive(Clone, SimpleObject, DerivePartialModel)]
#[sea_orm(entity = "user::Entity")]
#[graphql(complex)]
pub struct User {
    /// The user's id.
    pub id: Id<user::Entity>,
    /// Whether the user may sign in.
    pub status: UserStatus,
    #[graphql(skip)]
    last_sign_in_at: Option<chrono::DateTime<Utc>>,
    #[graphql(skip)]
    created_at: chrono::DateTime<Utc>,
}

resource!(User of user);

impl Scoped for user::Entity {
    /// Those who read the record of looks must be able to see whose looks they were; those who keep users see them all.
    fn scope(viewer: &Viewer) -> Condition {
        let principal = viewer.principal();
        let gives_roles = principal.extent(Permission::RoleAssign).is_some()
            || principal.extent(Permission::UserManage).is_some();
        let reads_looks = principal.reach(Permission::AuditRead) == Some(Reach::Tenant)
            || principal.reach(Permission::AccessHistoryRead).is_some()
            || principal.reach(Permission::ConsentRead).is_some();
        if reads_looks || gives_roles {
            Condition::all()
        } else {
            Condition::all().add(user::Column::Id.eq(principal.user_id))
        }
    }
}

#[ComplexObject]
impl User {
    /// When the user last signed in.
    async fn last_sign_in_at(&self) -> Option<DateTime> {
        self.last_sign_in_at.map(DateTime::from)
    }

    /// The roles that the user has or had until they ended, newest first.
    async fn role_assignments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 10 when not stated.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on after.")] after: Option<Cursor>,
    ) -> Result<Option<Connection<RoleAssignment>>> {
        ctx.page_of(self.id, "user_id", Page { first, after }).await.map(Some)
    }

    /// The practitioner that the user is; null for others.
    async fn practitioner(&self, ctx: &Context<'_>) -> Result<Option<Practitioner>> {
        let column = sea_orm::IdenStatic::as_str(&practitioner::Column::UserId);
        Ok(ctx.session().await?.children::<Practitioner>(self.id.uuid(), column, 1).await?.pop())
    }
}
