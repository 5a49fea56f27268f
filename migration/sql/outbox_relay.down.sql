drop trigger take_turn on outbox_events;
alter table outbox_events reset (autovacuum_vacuum_scale_factor);
drop index outbox_events_turn_key;
drop index outbox_events_processed_idx;
drop index outbox_events_waiting_idx;
drop index outbox_events_position_key;
drop index outbox_events_due_idx;

alter table outbox_events
    drop constraint outbox_events_dead_has_failure,
    drop constraint outbox_events_leased,
    drop constraint outbox_events_processed,
    drop constraint outbox_events_status_check,
    drop constraint outbox_events_attempts_forgiven_check;
alter table outbox_events no force row level security;
update outbox_events set status = case status when 'WAITING' then 'PENDING' else 'DONE' end where status in ('WAITING', 'SKIPPED');
alter table outbox_events force row level security;
alter table outbox_events
    drop column last_failure,
    drop column attempts_forgiven,
    drop column leased_until,
    drop column occurred_at,
    drop column position,
    add column deleted_at timestamptz,
    add constraint outbox_events_status_check check (status in ('PENDING', 'DONE', 'DEAD'));
create index outbox_events_pending_idx on outbox_events (tenant_id, status, available_at, id);

revoke delete on outbox_events from consentry_worker;
comment on policy tenant_isolation on outbox_events is 'kept';

drop function public.take_turn();
drop function public.lock_aggregate(uuid, text, uuid);
