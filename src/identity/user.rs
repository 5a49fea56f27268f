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

use crate::{
    kernel::{
        door::Door,
        error::Result,
        graphql::DateTime,
        load::{Scoped, resource},
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
    /// Those who read the record of looks must be able to see whose looks they were.
    fn scope(viewer: &Viewer) -> Condition {
        let principal = viewer.principal();
        let reads_looks = principal.reach(Permission::AuditRead) == Some(Reach::Tenant)
            || principal.reach(Permission::AccessHistoryRead).is_some()
            || principal.reach(Permission::ConsentRead).is_some();
        if reads_looks {
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

    /// The practitioner that the user is; null for others.
    async fn practitioner(&self, ctx: &Context<'_>) -> Result<Option<Practitioner>> {
        let column = sea_orm::IdenStatic::as_str(&practitioner::Column::UserId);
        Ok(ctx.session().await?.children::<Practitioner>(self.id.uuid(), column, 1).await?.pop())
    }
}
