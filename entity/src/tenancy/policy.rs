//! `policies`: rules that an organization sets for itself, in versions.

use async_graphql::Enum;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Id, table::classify, tenancy::location};

/// What a policy is about.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Enum,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PolicyKind {
    /// From which age minors consent alone, by state and service (42 CFR 2.14).
    MinorConsent,
    /// Whether the program's own workforce may look for treatment, payment and operations without a consent (45 CFR 164.506).
    InternalUse,
    /// For how long a broken glass stays open (42 CFR 2.51).
    BreakGlass,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "policies")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id<Entity>,
    pub kind: PolicyKind,
    pub location_id: Option<Id<location::Entity>>,
    pub effective_from: DateTime<Utc>,
    pub terms: Json,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<Uuid>,
}

classify! {
    table "policies", standard: immutable;
    operational: [Kind, LocationId, EffectiveFrom, Terms];
}
