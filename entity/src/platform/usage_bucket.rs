//! `usage_buckets`: what is left of what callers may spend. Written by the kernel alone, outside of requests' transactions.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::{Id, table::classify};

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "usage_buckets")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id<Entity>,
    pub principal_id: Uuid,
    pub points: i64,
    pub granted: i64,
    pub filled_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<Uuid>,
    pub updated_at: DateTime<Utc>,
    pub updated_by: Option<Uuid>,
    pub version: i32,
}

classify! {
    table "usage_buckets", standard: erasable;
    operational: [PrincipalId, Points, Granted, FilledAt];
}
