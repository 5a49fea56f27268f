//! Properties, houses and clinics.

use async_graphql::{ComplexObject, Context, Object, SimpleObject};
use chrono::Utc;
use entity::{
    Id,
    identity::permission::Permission,
    tenancy::location::{self, LocationKind},
};
use sea_orm::{Condition, DerivePartialModel, sea_query::Expr};

use crate::kernel::{
    door::{Door, Requires},
    error::{Error, Result},
    graphql::{DateTime, requires},
    load::{Scoped, any_of, resource},
    page::{Chronology, Connection, Cursor, Page},
    viewer::Viewer,
    write::Changeable,
};

/// A property, house or clinic.
#[derive(Clone, SimpleObject, DerivePartialModel)]
#[sea_orm(entity = "location::Entity")]
#[graphql(complex)]
pub struct Location {
    /// The location's id.
    pub id: Id<location::Entity>,
    /// What it is.
    pub kind: LocationKind,
    /// Its name.
    pub name: String,
    /// Its time zone, an IANA name such as `America/New_York`.
    pub time_zone: String,
    /// The state in which it lies, two capital letters; null when that of the organization counts.
    pub state: Option<String>,
    /// Whether it is a Part 2 unit by itself (42 CFR 2.11). Also where it is none, it may be part of one, or of a program.
    pub part2_unit: bool,
    #[graphql(skip)]
    parent_location_id: Option<Id<location::Entity>>,
    #[graphql(skip)]
    created_at: chrono::DateTime<Utc>,
}

resource!(Location of location);

impl Scoped for location::Entity {
    fn scope(viewer: &Viewer) -> Condition {
        match viewer.principal().reach(Permission::LocationRead) {
            Some(_) => Condition::all(),
            None => Condition::all().add(Expr::value(false)),
        }
    }
}

impl Changeable for location::Entity {
    /// All of the tenant, or those where the viewer has the permission.
    fn reach(viewer: &Viewer, permission: Permission) -> Condition {
        match viewer.principal().extent(permission) {
            Some(extent) if extent.tenant => Condition::all(),
            Some(extent) => {
                let locations = extent.locations.iter().map(|location| location.uuid()).collect();
                Condition::all().add(any_of(location::Column::Id, locations))
            }
            None => Condition::all().add(Expr::value(false)),
        }
    }
}

#[ComplexObject]
impl Location {
    /// When the location was entered.
    async fn created_at(&self) -> DateTime {
        self.created_at.into()
    }

    /// The location it is part of.
    async fn parent(&self, ctx: &Context<'_>) -> Result<Option<Location>> {
        match self.parent_location_id {
            Some(id) => ctx.load(id).await,
            None => Ok(None),
        }
    }
}

/// What can be asked about locations.
#[derive(Default)]
pub struct LocationQuery;

#[Object]
impl LocationQuery {
    /// The locations of your organization.
    #[graphql(directive = requires::apply(Permission::LocationRead.into()), guard = "Requires(Permission::LocationRead)")]
    async fn locations(
        &self,
        ctx: &Context<'_>,
        #[graphql(default, desc = "In which order.")] order_by: Chronology,
        #[graphql(desc = "How many, 1 to 100; 25 when not stated.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on after.")] after: Option<Cursor>,
    ) -> Result<Option<Connection<Location>>> {
        ctx.session().await?.page(&Page { first, after }, Condition::all(), order_by).await.map(Some)
    }
}

/// A state, as two capital letters.
///
/// # Errors
///
/// `VALIDATION_FAILED` on `field`, a path with dots.
pub fn read_state(text: &str, field: &str) -> Result<String> {
    let fits = text.len() == 2 && text.bytes().all(|letter| letter.is_ascii_uppercase());
    fits.then(|| text.to_owned()).ok_or_else(|| Error::invalid(field, "takes two capital letters"))
}
