//! `trusted_documents`: documents that clients may ask for by their SHA-256.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::{Id, table::classify};

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "trusted_documents")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id<Entity>,
    pub client_name: String,
    pub name: String,
    pub digest: Vec<u8>,
    pub body: String,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<Uuid>,
    pub updated_at: DateTime<Utc>,
    pub updated_by: Option<Uuid>,
    pub version: i32,
}

classify! {
    table "trusted_documents", standard: erasable;
    operational: [ClientName, Name, Digest, Body];
}
