//! Who signs in.

use async_graphql::{ComplexObject, Context, InputObject, Object, SimpleObject};
use chrono::Utc;
use entity::{
    Id, TenantTable,
    identity::{
        permission::Permission,
        role_assignment,
        role_permission::Reach,
        user::{self, UserStatus},
    },
    people::practitioner,
    tenancy::location,
};
use sea_orm::{
    ColumnTrait, Condition, DerivePartialModel,
    sea_query::{Expr, ExprTrait, Query, UnionType},
};

use super::role_assignment::RoleAssignment;
use crate::{
    kernel::{
        door::{Door, Requires},
        error::{Error, Result},
        graphql::{DateTime, requires},
        load::{Scoped, any_of, resource},
        page::{Chronology, Connection, Cursor, Page},
        viewer::Viewer,
        write::Changeable,
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
    status_reason: Option<String>,
    #[graphql(skip)]
    #[sea_orm(from_expr = "user::Column::PasswordHash.is_not_null()")]
    has_password: bool,
    #[graphql(skip)]
    one_time_code_since: Option<chrono::DateTime<Utc>>,
    #[graphql(skip)]
    locked_until: Option<chrono::DateTime<Utc>>,
    #[graphql(skip)]
    password_reset_requested_at: Option<chrono::DateTime<Utc>>,
    #[graphql(skip)]
    created_at: chrono::DateTime<Utc>,
}

resource!(User of user);

impl Scoped for user::Entity {
    /// Those who read the record of looks must be able to see whose looks they were, and those who manage users whom they
    /// manage.
    fn scope(viewer: &Viewer) -> Condition {
        let principal = viewer.principal();
        let reads_looks = principal.reach(Permission::AuditRead) == Some(Reach::Tenant)
            || principal.reach(Permission::AccessHistoryRead).is_some()
            || principal.reach(Permission::ConsentRead).is_some()
            || principal.reach(Permission::UserManage) == Some(Reach::Tenant);
        if reads_looks {
            return Condition::all();
        }
        match principal.reach(Permission::UserManage) {
            Some(_) => Self::reach(viewer, Permission::UserManage),
            None => Condition::all().add(user::Column::Id.eq(principal.user_id)),
        }
    }
}

impl Changeable for user::Entity {
    /// All of the tenant, or oneself and those who have a role at a location where the viewer has the permission.
    fn reach(viewer: &Viewer, permission: Permission) -> Condition {
        match viewer.principal().extent(permission) {
            Some(extent) if extent.tenant => Condition::all(),
            Some(extent) => {
                Condition::all().add(user::Column::Id.in_subquery(colleagues(viewer, &extent.locations)))
            }
            None => Condition::all().add(Expr::value(false)),
        }
    }
}

/// The viewer, and users with a role at one of these locations. One condition, not either of two: PostgreSQL joins what is
/// conditioned alone.
fn colleagues(viewer: &Viewer, locations: &[Id<location::Entity>]) -> sea_orm::sea_query::SelectStatement {
    use role_assignment::Column;
    let lasts = Expr::col(Column::ExpiresAt).is_null().or(Expr::col(Column::ExpiresAt).gt(viewer.asked_at()));
    let oneself = Query::select().expr(Expr::value(viewer.principal().user_id.uuid())).take();
    Query::select()
        .column(Column::UserId)
        .from(role_assignment::Entity)
        .and_where(Expr::col(role_assignment::Entity::TENANT_ID).eq(viewer.tenant_id()))
        .and_where(any_of(Column::LocationId, locations.iter().map(|location| location.uuid()).collect()))
        .and_where(Expr::col(Column::DeletedAt).is_null())
        .and_where(lasts)
        .union(UnionType::Distinct, oneself)
        .take()
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

    /// Why the user was suspended, reactivated or deactivated; null without `user.manage`.
    async fn status_reason(&self, ctx: &Context<'_>) -> Result<Option<&str>> {
        let manages = ctx.viewer()?.principal().reach(Permission::UserManage).is_some();
        Ok(self.status_reason.as_deref().filter(|_| manages))
    }

    /// Whether the user signs in with a password; null without `user.manage`, but for oneself.
    async fn has_password(&self, ctx: &Context<'_>) -> Result<Option<bool>> {
        Ok(self.concerns(ctx)?.then_some(self.has_password))
    }

    /// Whether the user needs a one-time code besides; null without `user.manage`, but for oneself.
    async fn has_one_time_code(&self, ctx: &Context<'_>) -> Result<Option<bool>> {
        Ok(self.concerns(ctx)?.then_some(self.one_time_code_since.is_some()))
    }

    /// Until when the user has to wait after wrong attempts to sign in; null when they need not, and without `user.manage`,
    /// but for oneself.
    async fn locked_until(&self, ctx: &Context<'_>) -> Result<Option<DateTime>> {
        let now = ctx.viewer()?.asked_at();
        let waits = self.locked_until.filter(|end| now < *end);
        Ok(waits.filter(|_| self.concerns(ctx).unwrap_or_default()).map(DateTime::from))
    }

    /// When the user last asked for another password; null without `user.manage`, but for oneself.
    async fn password_reset_requested_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>> {
        let concerns = self.concerns(ctx)?;
        Ok(self.password_reset_requested_at.filter(|_| concerns).map(DateTime::from))
    }

    /// The practitioner that the user is; null for others.
    async fn practitioner(&self, ctx: &Context<'_>) -> Result<Option<Practitioner>> {
        let column = sea_orm::IdenStatic::as_str(&practitioner::Column::UserId);
        Ok(ctx.session().await?.children::<Practitioner>(self.id.uuid(), column, 1).await?.pop())
    }
}

impl User {
    /// Whether how the user signs in is the viewer's business.
    fn concerns(&self, ctx: &Context<'_>) -> Result<bool> {
        let principal = ctx.viewer()?.principal();
        Ok(principal.user_id == self.id || principal.reach(Permission::UserManage).is_some())
    }
}

/// Which users. All conditions given must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct UserFilter {
    /// By status.
    pub status: Option<UserStatusComparator>,
}

/// Compares a user's status.
#[derive(Clone, Debug, InputObject)]
pub struct UserStatusComparator {
    /// Exactly this.
    pub eq: Option<UserStatus>,
    /// One of these, at most 20; an empty list matches nobody.
    pub r#in: Option<Vec<UserStatus>>,
}

const LARGEST_LIST: usize = 20;

impl UserFilter {
    fn condition(self) -> Result<Condition> {
        let Self { status } = self;
        let UserStatusComparator { eq, r#in } =
            status.unwrap_or(UserStatusComparator { eq: None, r#in: None });
        if r#in.as_ref().is_some_and(|statuses| statuses.len() > LARGEST_LIST) {
            return Err(Error::BadUserInput(format!("`status.in` has at most {LARGEST_LIST} entries")));
        }
        Ok(Condition::all()
            .add_option(eq.map(|status| user::Column::Status.eq(status)))
            .add_option(r#in.map(|statuses| user::Column::Status.is_in(statuses))))
    }
}

/// What can be asked about users.
#[derive(Default)]
pub struct UserQuery;

#[Object]
impl UserQuery {
    /// The user with this id; null when there is none, or none within your reach. For yourself see `viewer`.
    #[graphql(directive = requires::apply(Permission::UserManage.into()), guard = "Requires(Permission::UserManage)")]
    async fn user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] id: Id<user::Entity>,
    ) -> Result<Option<User>> {
        ctx.load(id).await
    }

    /// The users whom you manage.
    #[graphql(directive = requires::apply(Permission::UserManage.into()), guard = "Requires(Permission::UserManage)")]
    async fn users(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which users; all whom you manage when not stated.")] filter: Option<UserFilter>,
        #[graphql(default, desc = "In which order.")] order_by: Chronology,
        #[graphql(desc = "How many, 1 to 100; 25 when not stated.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on after.")] after: Option<Cursor>,
    ) -> Result<Option<Connection<User>>> {
        let managed = user::Entity::reach(ctx.viewer()?, Permission::UserManage);
        let condition = filter.unwrap_or_default().condition()?.add(managed);
        ctx.session().await?.page(&Page { first, after }, condition, order_by).await.map(Some)
    }
}
