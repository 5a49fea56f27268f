//! `outbox_events`: side effects to be carried out after the commit; ids only.

use async_graphql::Enum;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Id, table::classify};

/// Where an event stands.
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
pub enum OutboxStatus {
    /// Comes after another event of its aggregate that was not carried out yet.
    Waiting,
    /// Its turn: to be carried out, or being carried out.
    Pending,
    /// Carried out.
    Done,
    /// Given up; those after it wait until an operator tries it again or leaves it out.
    Dead,
    /// Left out by an operator.
    Skipped,
}

/// Why an attempt came to nothing. Never a text of somebody else.
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
pub enum OutboxFailure {
    /// The receiver does not want it.
    Refused,
    /// The receiver wants no events any more.
    Gone,
    /// The receiver answered that it cannot take it now.
    Unavailable,
    /// The receiver did not answer.
    Unreachable,
    /// It took too long.
    TimedOut,
    /// The effect panicked.
    Panicked,
    /// Whoever carried it out was never heard of again.
    Lost,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox_events")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id<Entity>,
    pub event_type: String,
    pub aggregate_kind: String,
    pub aggregate_id: Uuid,
    pub payload: Json,
    pub status: OutboxStatus,
    pub attempts: i32,
    pub available_at: DateTime<Utc>,
    pub processed_at: Option<DateTime<Utc>>,
    pub position: i64,
    pub occurred_at: DateTime<Utc>,
    pub leased_until: Option<DateTime<Utc>>,
    pub attempts_forgiven: i32,
    pub last_failure: Option<OutboxFailure>,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<Uuid>,
    pub updated_at: DateTime<Utc>,
    pub updated_by: Option<Uuid>,
    pub version: i32,
}

classify! {
    table "outbox_events", standard: erasable;
    operational: [
        EventType, AggregateKind, AggregateId, Payload, Status, Attempts, AvailableAt, ProcessedAt, Position, OccurredAt,
        LeasedUntil, AttemptsForgiven, LastFailure
    ];
}
