//! Platform: keys, evidence, side effects, and what callers may use.

pub mod audit_log;
pub mod event_sink;
pub mod feature_flag;
pub mod rate_limit;
pub mod trusted_document;

use async_graphql::MergedObject;

/// What can be asked about the platform.
#[derive(Default, MergedObject)]
pub struct PlatformQuery(
    audit_log::AuditLogQuery,
    feature_flag::FeatureFlagQuery,
    rate_limit::RateLimitQuery,
    trusted_document::TrustedDocumentQuery,
);

/// What can be changed about the platform.
#[derive(Default, MergedObject)]
pub struct PlatformMutation(feature_flag::FeatureFlagMutation, trusted_document::TrustedDocumentMutation);
