//! Organizations: the tenant's own, and those it works with.

use async_graphql::{ComplexObject, Context, InputObject, Object, SimpleObject};
use chrono::Utc;
use entity::{
    Id,
    identity::{permission::Permission, role_permission::Reach},
    tenancy::organization::{self, BillingTier, OrganizationKind},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, DerivePartialModel, Value,
    sea_query::{Expr, SimpleExpr},
};
use uuid::Uuid;

use super::location::read_state;
use crate::kernel::{
    door::{Door, Requires},
    error::{Error, Result},
    graphql::{DateTime, Payload, requires},
    load::{Scoped, resource},
    page::{Chronology, Connection, Cursor, Page},
    record::Written,
    text::printable,
    viewer::Viewer,
    write::Write,
};

/// The tenant itself, a district, a school, a payer or another partner.
#[derive(Clone, SimpleObject, DerivePartialModel)]
#[sea_orm(entity = "organization::Entity")]
#[graphql(complex)]
pub struct Organization {
    /// The organization's id.
    pub id: Id<organization::Entity>,
    /// What it is to the tenant.
    pub kind: OrganizationKind,
    /// Its name.
    pub name: String,
    /// Its short name, fit for an address.
    pub slug: String,
    /// Its time zone, an IANA name such as `America/New_York`.
    pub time_zone: String,
    /// The state in which it gives care, two capital letters; null when nobody said so.
    pub state: Option<String>,
    /// Whether it is a Part 2 program by itself (42 CFR 2.11). Also where it is none, it may be part of one.
    pub is_part2_program: bool,
    #[graphql(skip)]
    parent_organization_id: Option<Id<organization::Entity>>,
    #[graphql(skip)]
    created_at: chrono::DateTime<Utc>,
}

resource!(Organization of organization);

impl Scoped for organization::Entity {
    /// A partner sees its own organization and those beneath it.
    fn scope(viewer: &Viewer) -> Condition {
        let principal = viewer.principal();
        let permissions = [Permission::MembershipRead, Permission::OrganizationManage];
        let reach = permissions.into_iter().filter_map(|permission| principal.reach(permission)).max();
        match (reach, &principal.partner) {
            (Some(_), Some(partner)) => {
                Condition::all().add(is_beneath(viewer.tenant_id(), partner.organization_id))
            }
            (Some(Reach::Tenant), None) => Condition::all(),
            _ => Condition::all().add(Expr::value(false)),
        }
    }
}

/// Whether a row is this organization or one beneath it.
fn is_beneath(tenant_id: Uuid, organization: Id<organization::Entity>) -> SimpleExpr {
    Expr::cust_with_values(
        "organizations.id in (
            with recursive beneath as (
                select $2::uuid as id
                union
                select o.id from organizations o join beneath b on o.parent_organization_id = b.id
                where o.tenant_id = $1 and o.deleted_at is null)
            select id from beneath)",
        [Value::from(tenant_id), Value::from(organization.uuid())],
    )
}

#[ComplexObject]
impl Organization {
    /// When the organization was entered.
    async fn created_at(&self) -> DateTime {
        self.created_at.into()
    }

    /// The organization it is part of: a school's district.
    async fn parent(&self, ctx: &Context<'_>) -> Result<Option<Organization>> {
        match self.parent_organization_id {
            Some(id) => ctx.load(id).await,
            None => Ok(None),
        }
    }
}

/// What can be asked about organizations.
#[derive(Default)]
pub struct OrganizationQuery;

#[Object]
impl OrganizationQuery {
    /// The organization with this id; null when there is none, or none within your reach. A partner reaches its own and
    /// those beneath it.
    #[graphql(directive = requires::apply(Permission::MembershipRead.into()), guard = "Requires(Permission::MembershipRead)")]
    async fn organization(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The organization's id.")] id: Id<organization::Entity>,
    ) -> Result<Option<Organization>> {
        ctx.load(id).await
    }

    /// The tenant's own organization and those it works with; for a partner its own and those beneath it.
    #[graphql(directive = requires::apply(Permission::MembershipRead.into()), guard = "Requires(Permission::MembershipRead)")]
    async fn organizations(
        &self,
        ctx: &Context<'_>,
        #[graphql(default, desc = "In which order.")] order_by: Chronology,
        #[graphql(desc = "How many, 1 to 100; 25 when not stated.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on after.")] after: Option<Cursor>,
    ) -> Result<Option<Connection<Organization>>> {
        ctx.session().await?.page(&Page { first, after }, Condition::all(), order_by).await.map(Some)
    }
}

/// An organization to enter.
#[derive(Clone, Debug, InputObject)]
pub struct CreateOrganizationInput {
    /// What it is to you; `TENANT` is your own organization, of which there is one.
    pub kind: OrganizationKind,
    /// Its name, 1 to 200 characters.
    pub name: String,
    /// A short name of its own: lower-case letters, digits and hyphens within, at most 63.
    pub slug: String,
    /// The district that a school is part of.
    pub parent_organization_id: Option<Id<organization::Entity>>,
    /// Its time zone, an IANA name; that of your own organization when left out.
    pub time_zone: Option<String>,
    /// The state in which it gives care, two capital letters.
    pub state: Option<String>,
}

/// What can be changed about organizations.
#[derive(Default)]
pub struct OrganizationMutation;

#[Object]
impl OrganizationMutation {
    /// Enters an organization that you work with.
    ///
    /// User errors: `VALIDATION_FAILED`, `NOT_FOUND` (parent), `ALREADY_EXISTS` (slug).
    #[graphql(directive = requires::apply(Permission::OrganizationManage.into()), guard = "Requires(Permission::OrganizationManage)")]
    async fn create_organization(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The organization to enter.")] input: CreateOrganizationInput,
    ) -> Result<Option<Payload<Organization>>> {
        let outcome = ctx.slot().write(|write| Box::pin(create(write, input))).await;
        ctx.shown(outcome).await.map(Some)
    }
}

async fn create(write: &Write, input: CreateOrganizationInput) -> Result<Id<organization::Entity>> {
    let CreateOrganizationInput { kind, name, slug, parent_organization_id, time_zone, state } = input;
    if kind == OrganizationKind::Tenant {
        return Err(Error::invalid("kind", "takes `DISTRICT`, `SCHOOL`, `PAYER` or `PARTNER`"));
    }
    let name = printable(&name, 200, "name")?;
    let slug = read_slug(&slug)?;
    let state = state.map(|state| read_state(&state, "state")).transpose()?;
    if let Some(id) = parent_organization_id {
        let parent = find(write, id, "parentOrganizationId").await?;
        // A school beneath a district, and nothing beneath a school: no way leads back to where it began.
        if (kind, parent.kind) != (OrganizationKind::School, OrganizationKind::District) {
            return Err(Error::invalid(
                "parentOrganizationId",
                "only a school has one, and it is a district",
            ));
        }
    }
    let time_zone = match time_zone {
        Some(name) => read_time_zone(&name)?,
        None => find(write, Id::new(write.tenant_id()), "timeZone").await?.time_zone,
    };
    let id = write.new_id();
    write
        .insert(organization::ActiveModel {
            id: Set(id),
            kind: Set(kind),
            parent_organization_id: Set(parent_organization_id),
            name: Set(name),
            slug: Set(slug),
            billing_tier: Set(BillingTier::Basic),
            time_zone: Set(time_zone),
            is_part2_program: Set(false),
            is_covered_entity: Set(false),
            state: Set(state),
            ..Default::default()
        })
        .await?;
    write.written(Written {
        operation: "organization.create",
        target_kind: "ORGANIZATION",
        target_id: id.uuid(),
        patient_id: None,
        fields: vec!["kind", "name", "parentOrganization", "slug", "state", "timeZone"],
    });
    write.emit("organization.created", "ORGANIZATION", id.uuid()).await?;
    Ok(id)
}

/// An organization of the tenant.
///
/// # Errors
///
/// `NOT_FOUND` on `field`.
pub async fn find(write: &Write, id: Id<organization::Entity>, field: &str) -> Result<organization::Model> {
    let found =
        write.find::<organization::Entity>(Condition::all().add(organization::Column::Id.eq(id))).await?;
    found.ok_or_else(|| Error::not_found(field, "organization"))
}

fn read_slug(text: &str) -> Result<String> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let fits = (1..=63).contains(&text.len())
        && text.bytes().all(|byte| plain(byte) || byte == b'-')
        && text.bytes().next().is_some_and(plain)
        && text.bytes().next_back().is_some_and(plain);
    fits.then(|| text.to_owned()).ok_or_else(|| {
        Error::invalid("slug", "takes lower-case letters, digits and hyphens within, at most 63 of them")
    })
}

fn read_time_zone(text: &str) -> Result<String> {
    let part = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'+' | b'-'))
    };
    let fits = text.len() <= 64
        && text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.split('/').count() <= 3
        && text.split('/').all(part);
    fits.then(|| text.to_owned())
        .ok_or_else(|| Error::invalid("timeZone", "takes an IANA name such as `America/New_York`"))
}
