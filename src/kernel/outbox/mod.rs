//! The outbox: what has to happen after a commit, happens, in order, and at least once.
//!
//! A mutation writes its events with [`Write::emit`](super::write::Write::emit), in its own transaction. The
//! [`relay`](relay()) carries them out afterwards.
//!
//! - **Order**: of the events of one aggregate, one has its turn and those after it wait. The database sees to that: a
//!   trigger gives out turns while it holds the aggregate, and a unique index allows one turn. Between aggregates there
//!   is no order.
//! - **At least once**: who takes an event holds it until a moment, under a number that no other attempt has. The effect
//!   happens outside of any transaction; it counts only if the number is still the newest. A process that was killed in
//!   between leaves an event that somebody else takes when its time is over, so an effect can happen twice: it tells
//!   repetitions apart by the event's id.
//! - **Giving up**: an event that fails too often, or that the receiver does not want, is `DEAD`. Those after it wait:
//!   whoever was never told of the first change must not be told of the second. An operator tries it again or leaves it
//!   out (`consentry outbox`); other aggregates do not wait.
//! - **Fairness**: tenants share the places of a relay ([`share`]); one with a million events delays no other.

mod delayed;
mod due;
mod effect;
mod housekeeping;
mod lease;
mod policy;
mod redrive;
mod relay;
mod share;

use chrono::{DateTime, Utc};
use entity::{
    Id,
    platform::outbox_event::{self, OutboxFailure},
};
use sea_orm::FromQueryResult;
use uuid::Uuid;

pub use effect::{Effect, Effects, Failure};
pub use policy::Policy;
pub use redrive::{DeadEvent, dead_events, redrive, skip};
pub use relay::{Relay, relay};

/// What events are about, and the tables that it stands in: `consentry verify` looks for events about rows that are not
/// there. A test holds every kind that is emitted to this list.
pub const AGGREGATES: &[(&str, &str)] = &[
    ("ACCESS_APPROVAL", "access_approvals"),
    ("API_KEY", "api_keys"),
    ("BREAK_GLASS_EVENT", "break_glass_events"),
    // Of its own, since what comes later must not wait for its day.
    ("BREAK_GLASS_REVIEW", "break_glass_events"),
    ("CONSENT", "consents"),
    ("IDENTITY_PROVIDER", "identity_providers"),
    ("LOCATION", "locations"),
    ("ORGANIZATION", "organizations"),
    ("PARTNER_CLIENT", "partner_clients"),
    ("PATIENT", "patients"),
    ("POLICY", "policies"),
    ("PROTECTED_NOTE", "protected_notes"),
    ("ROLE", "roles"),
    ("SHARING_GRANT", "sharing_grants"),
    ("USER", "users"),
];

/// An event, as an effect gets it.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Event {
    /// The tenant.
    pub tenant_id: Uuid,
    /// The event; the same in every attempt.
    pub id: Id<outbox_event::Entity>,
    /// What happened: `consent.revoked`.
    pub event_type: String,
    /// To what.
    pub aggregate_kind: String,
    /// To which row.
    pub aggregate_id: Uuid,
    /// Further ids.
    pub payload: sea_orm::JsonValue,
    /// Rises with each event of the aggregate; not by one.
    pub position: i64,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// When this attempt began.
    pub attempted_at: DateTime<Utc>,
    /// Which attempt this is, from 1: its fencing token.
    #[sea_orm(from_alias = "attempts")]
    pub attempt: i32,
    /// Attempts before an operator had it tried again.
    pub attempts_forgiven: i32,
}

/// What came of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Done,
    Again { at: DateTime<Utc>, failure: OutboxFailure },
    Dead { failure: OutboxFailure },
}
