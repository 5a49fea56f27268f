//! What an organization decides for itself: policies in versions, of which the newest that has begun holds.

mod setting;
mod terms;

use async_graphql::{ComplexObject, Context, Object, SimpleObject};
use chrono::Utc;
use entity::{
    Id,
    identity::permission::Permission,
    tenancy::{
        location,
        policy::{self, PolicyKind},
        policy_terms::BreakGlassTerms,
    },
};
use sea_orm::{
    ColumnTrait, Condition, DerivePartialModel, Value,
    sea_query::{Expr, SimpleExpr},
};
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::location::Location;
use crate::kernel::{
    door::{Door, Requires},
    error::{Error, Result},
    graphql::{DateTime, requires},
    load::{Scoped, resource},
    page::{Chronology, Connection, Cursor, Page},
    viewer::Viewer,
    write::Write,
};
pub use setting::PolicyMutation;
use terms::{BreakGlassPolicy, InternalUsePolicy, MinorConsentPolicy, PolicyTerms};

/// A version of a policy. Versions never change: setting a policy anew adds one.
#[derive(Clone, SimpleObject, DerivePartialModel)]
#[sea_orm(entity = "policy::Entity")]
#[graphql(complex)]
pub struct Policy {
    /// The version's id.
    pub id: Id<policy::Entity>,
    /// What the policy is about.
    pub kind: PolicyKind,
    #[graphql(skip)]
    location_id: Option<Id<location::Entity>>,
    #[graphql(skip)]
    effective_from: chrono::DateTime<Utc>,
    #[graphql(skip)]
    #[sea_orm(from_expr = "successor()")]
    effective_until: Option<chrono::DateTime<Utc>>,
    #[graphql(skip)]
    terms: Json,
    #[graphql(skip)]
    created_at: chrono::DateTime<Utc>,
}

resource!(Policy of policy);

impl Scoped for policy::Entity {
    fn scope(viewer: &Viewer) -> Condition {
        match viewer.principal().reach(Permission::OrganizationSettings) {
            Some(_) => Condition::all(),
            None => Condition::all().add(Expr::value(false)),
        }
    }
}

/// When the version after this one begins, of the same kind and place.
fn successor() -> SimpleExpr {
    Expr::cust(
        "(select min(n.effective_from) from policies n
            where n.tenant_id = policies.tenant_id and n.kind = policies.kind
                and n.location_id is not distinct from policies.location_id
                and n.effective_from > policies.effective_from)",
    )
}

/// The versions that have begun, without those that a later one has replaced.
fn in_force(now: chrono::DateTime<Utc>) -> Condition {
    Condition::all().add(policy::Column::EffectiveFrom.lte(now)).add(Expr::cust_with_values(
        "not exists (select from policies n
            where n.tenant_id = policies.tenant_id and n.kind = policies.kind
                and n.location_id is not distinct from policies.location_id
                and n.effective_from > policies.effective_from and n.effective_from <= $1)",
        [Value::from(now)],
    ))
}

/// The versions for a location and those for the whole organization.
fn at(location: Option<Id<location::Entity>>) -> Condition {
    let of_organization = policy::Column::LocationId.is_null();
    match location {
        Some(location) => Condition::any().add(of_organization).add(policy::Column::LocationId.eq(location)),
        None => Condition::all().add(of_organization),
    }
}

/// What a version says.
///
/// # Errors
///
/// `INTERNAL` when it does not say what its kind says.
fn read<T: DeserializeOwned>(terms: &Json) -> Result<T> {
    T::deserialize(terms).map_err(|_| Error::internal("a policy does not say what its kind says"))
}

/// For how long a broken glass stays open at a location, or nowhere in particular: as the location's policy says, else as the
/// organization's, else an hour and at most four (42 CFR 2.51).
///
/// # Errors
///
/// Those of the database.
pub async fn break_glass_terms(
    write: &Write,
    location: Option<Id<location::Entity>>,
) -> Result<BreakGlassTerms> {
    let condition =
        in_force(write.now()).add(policy::Column::Kind.eq(PolicyKind::BreakGlass)).add(at(location));
    let versions = write.find_all::<policy::Entity>(condition).await?;
    let nearest = versions.iter().max_by_key(|version| version.location_id.is_some());
    nearest.map_or_else(|| Ok(BreakGlassTerms::default()), |version| read(&version.terms))
}

#[ComplexObject]
impl Policy {
    /// What it says.
    async fn terms(&self) -> Result<PolicyTerms> {
        Ok(match self.kind {
            PolicyKind::MinorConsent => PolicyTerms::MinorConsent(MinorConsentPolicy::of(read(&self.terms)?)),
            PolicyKind::InternalUse => PolicyTerms::InternalUse(InternalUsePolicy::of(read(&self.terms)?)),
            PolicyKind::BreakGlass => PolicyTerms::BreakGlass(BreakGlassPolicy::of(read(&self.terms)?)),
        })
    }

    /// The location it is about; null when it is the whole organization's. A location's policy goes before that of the
    /// organization.
    async fn location(&self, ctx: &Context<'_>) -> Result<Option<Location>> {
        match self.location_id {
            Some(id) => ctx.load(id).await,
            None => Ok(None),
        }
    }

    /// From when it holds.
    async fn effective_from(&self) -> DateTime {
        self.effective_from.into()
    }

    /// Until when it holds, exclusively: when the next version for the same place begins. Null for the last version.
    async fn effective_until(&self) -> Option<DateTime> {
        self.effective_until.map(DateTime::from)
    }

    /// Whether it holds at this moment.
    async fn in_force(&self, ctx: &Context<'_>) -> Result<bool> {
        let now = ctx.viewer()?.asked_at();
        Ok(self.effective_from <= now && self.effective_until.is_none_or(|end| now < end))
    }

    /// When it was set.
    async fn created_at(&self) -> DateTime {
        self.created_at.into()
    }
}

/// What holds at this moment, whoever set it or nobody did.
#[derive(Clone, Debug, SimpleObject)]
pub struct PoliciesInForce {
    /// From which age minors consent alone (42 CFR 2.14). Nobody does when nothing was set.
    minor_consent: MinorConsentPolicy,
    /// Whether the program's own workforce may look without a consent (45 CFR 164.506). They may not when nothing was set.
    internal_use: InternalUsePolicy,
    /// For how long a broken glass stays open (42 CFR 2.51). An hour and at most four when nothing was set.
    break_glass: BreakGlassPolicy,
}

/// One for the organization and one for a location, of each kind.
const MOST_IN_FORCE: usize = 6;

/// What can be asked about policies.
#[derive(Default)]
pub struct PolicyQuery;

#[Object]
impl PolicyQuery {
    /// The versions of the organization's policies: those that hold, those that held and those that will.
    #[graphql(directive = requires::apply(Permission::OrganizationSettings.into()), guard = "Requires(Permission::OrganizationSettings)")]
    async fn policies(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "About what; all kinds when not stated.")] kind: Option<PolicyKind>,
        #[graphql(default, desc = "In which order of setting.")] order_by: Chronology,
        #[graphql(desc = "How many, 1 to 100; 25 when not stated.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on after.")] after: Option<Cursor>,
    ) -> Result<Option<Connection<Policy>>> {
        let condition = Condition::all().add_option(kind.map(|kind| policy::Column::Kind.eq(kind)));
        ctx.session().await?.page(&Page { first, after }, condition, order_by).await.map(Some)
    }

    /// What holds now for patients served at a location, or nowhere in particular: the location's policy, else the
    /// organization's, else what holds when nobody decided. Null when there is no such location.
    #[graphql(directive = requires::apply(Permission::OrganizationSettings.into()), guard = "Requires(Permission::OrganizationSettings)")]
    async fn policies_in_force(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The location; nowhere in particular when not stated.")] location_id: Option<
            Id<location::Entity>,
        >,
    ) -> Result<Option<PoliciesInForce>> {
        let session = ctx.session().await?;
        if let Some(id) = location_id
            && ctx.load::<Location>(id).await?.is_none()
        {
            return Ok(None);
        }
        let condition = in_force(ctx.viewer()?.asked_at()).add(at(location_id));
        let ids = session.ids_in_scope::<policy::Entity>(condition, MOST_IN_FORCE).await?;
        let versions: Vec<Policy> = session.load_many(ids).await?.into_values().collect();
        let nearest = |kind: PolicyKind| {
            let of_kind = versions.iter().filter(|version| version.kind == kind);
            of_kind.max_by_key(|version| version.location_id.is_some())
        };
        let minors = nearest(PolicyKind::MinorConsent).map(|version| read(&version.terms)).transpose()?;
        let internal = nearest(PolicyKind::InternalUse).map(|version| read(&version.terms)).transpose()?;
        let glass = nearest(PolicyKind::BreakGlass).map(|version| read(&version.terms)).transpose()?;
        Ok(Some(PoliciesInForce {
            minor_consent: MinorConsentPolicy::of(minors.unwrap_or_default()),
            internal_use: InternalUsePolicy::of(internal.unwrap_or_default()),
            break_glass: BreakGlassPolicy::of(glass.unwrap_or_default()),
        }))
    }
}
