-- The reserved tenant stays: what was recorded for it cannot be removed.
drop table audit_checkpoints;
drop domain signature;
drop table audit_heads;
drop table audit_links;
drop policy sealer_scan_select on audit_logs;
revoke select on audit_logs from consentry_sealer;
drop index audit_logs_sealing_idx;
