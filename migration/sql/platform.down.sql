drop table idempotency_keys;
drop table outbox_events;
drop table audit_logs;
drop table encryption_keys;
drop domain wrapped_key;
