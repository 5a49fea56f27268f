-- The reserved tenant stays: what was recorded for it cannot be removed.
drop table audit_checkpoints;
drop domain signature;
drop table audit_heads;
drop table audit_links;
drop policy sealer_scan_select on audit_logs;
revoke select on audit_logs from consentry_sealer;
drop index audit_logs_sealing_idx;
alter table audit_logs drop column credential_id;
revoke insert (tenant_id, id, occurred_at, actor_id, actor_role, credential, action, operation, target_kind, target_id,
    patient_id, data_class, fields, decision, reason, purpose, consent_id, request_id, address_hash, user_agent_hash,
    key_version, row_mac) on audit_logs from consentry_app;
grant insert on audit_logs to consentry_app;
