//! Platform: keys, evidence and side effects.

pub mod audit_log;
pub mod event_sink;

use async_graphql::MergedObject;

/// What can be asked about the platform.
#[derive(Default, MergedObject)]
pub struct PlatformQuery(audit_log::AuditLogQuery);
