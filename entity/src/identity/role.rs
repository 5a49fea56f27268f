//! `roles`: named sets of permissions.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::{Id, table::classify};

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "roles")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id<Entity>,
    pub key: String,
    pub name: String,
    pub is_system: bool,
    pub rank: i16,
    pub parent_role_id: Option<Id<Entity>>,
    pub system_key: Option<String>,
    pub lineage: Vec<Uuid>,
    pub granted: Option<String>,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<Uuid>,
    pub updated_at: DateTime<Utc>,
    pub updated_by: Option<Uuid>,
    pub version: i32,
    pub deleted_at: Option<DateTime<Utc>>,
}

classify! {
    table "roles", standard: mutable;
    operational: [Key, Name, IsSystem, Rank, ParentRoleId, SystemKey, Lineage, Granted];
}
