//! `federated_sign_ins`: sessions that an identity provider vouched for. The id is that of the attempt.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::{
    Id,
    identity::{identity_provider, session},
    table::classify,
};

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "federated_sign_ins")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id<Entity>,
    pub provider_id: Id<identity_provider::Entity>,
    pub session_id: Id<session::Entity>,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<Uuid>,
}

classify! {
    table "federated_sign_ins", standard: immutable;
    operational: [ProviderId, SessionId];
}
