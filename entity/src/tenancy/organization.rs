//! `organizations`: every organization a tenant knows; the root is the tenant itself.

use async_graphql::Enum;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Id, table::classify};

/// What an organization is to the tenant.
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
pub enum OrganizationKind {
    /// The tenant itself: the root.
    Tenant,
    /// A school district.
    District,
    /// A school.
    School,
    /// A health plan or another payer.
    Payer,
    /// Another partner.
    Partner,
}

/// What the tenant pays for.
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
pub enum BillingTier {
    /// The smallest plan.
    Basic,
    /// The middle plan.
    Pro,
    /// The largest plan.
    Enterprise,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organizations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id<Entity>,
    pub kind: OrganizationKind,
    pub parent_organization_id: Option<Id<Entity>>,
    pub name: String,
    pub slug: String,
    pub billing_tier: BillingTier,
    pub time_zone: String,
    pub is_part2_program: bool,
    pub is_covered_entity: bool,
    pub state: Option<String>,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<Uuid>,
    pub updated_at: DateTime<Utc>,
    pub updated_by: Option<Uuid>,
    pub version: i32,
    pub deleted_at: Option<DateTime<Utc>>,
}

classify! {
    table "organizations", standard: mutable;
    operational: [Kind, ParentOrganizationId, Name, Slug, BillingTier, TimeZone, IsPart2Program, IsCoveredEntity, State];
}
