//! Platform: keys, evidence and side effects.

pub mod audit_checkpoint;
pub mod audit_head;
pub mod audit_link;
pub mod audit_log;
pub mod encryption_key;
pub mod feature_flag;
pub mod idempotency_key;
pub mod outbox_event;
pub mod trusted_document;
pub mod usage_bucket;
