//! `partner_assertions`: what clients of partners proved themselves with, until it expires; none is taken twice.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::{Id, identity::partner_client, table::classify};

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "partner_assertions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id<Entity>,
    pub partner_client_id: Id<partner_client::Entity>,
    pub token_digest: Vec<u8>,
    pub expires_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<Uuid>,
}

classify! {
    table "partner_assertions", standard: immutable;
    operational: [PartnerClientId, TokenDigest, ExpiresAt];
}
