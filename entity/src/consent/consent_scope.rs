//! `consent_scopes`: which data a consent covers.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::{DataClass, Gate, Id, consent::consent, table::classify};

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "consent_scopes")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id<Entity>,
    pub consent_id: Id<consent::Entity>,
    pub data_class: Gate<columns::DataClass, DataClass>,
    pub resource_kind: Option<Gate<columns::ResourceKind, String>>,
    pub covers_from: Option<Gate<columns::CoversFrom, DateTime<Utc>>>,
    pub covers_to: Option<Gate<columns::CoversTo, DateTime<Utc>>>,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<Uuid>,
}

classify! {
    table "consent_scopes", standard: immutable;
    operational: [ConsentId];
    gates: {
        /// The column `data_class`.
        DataClass = "data_class": GeneralPhi,
        /// The column `resource_kind`.
        ResourceKind = "resource_kind": GeneralPhi,
        /// The column `covers_from`.
        CoversFrom = "covers_from": GeneralPhi,
        /// The column `covers_to`.
        CoversTo = "covers_to": GeneralPhi,
    };
}
