-- The outbox relay: turns within an aggregate, leases, reasons, and an end for events that were carried out.

create function public.lock_aggregate(tenant_id uuid, aggregate_kind text, aggregate_id uuid) returns void
language sql set search_path = pg_catalog, pg_temp
return pg_advisory_xact_lock(hashtextextended(tenant_id::text || '/' || aggregate_kind || '/' || aggregate_id::text, 0));
comment on function public.lock_aggregate(uuid, text, uuid) is
  'Holds the outbox of one aggregate until the end of the transaction: for whoever adds an event to it or ends one';
revoke all on function public.lock_aggregate(uuid, text, uuid) from public;
grant execute on function public.lock_aggregate(uuid, text, uuid) to consentry_app, consentry_worker;

-- Ids are made in the app, and the clocks of two servers differ; numbers given out at the insert can be committed the other way
-- round. With the aggregate held until the commit, positions rise in the order of commits, which is that of the changes.
-- A sequence would tell each tenant by its gaps how much the others write. Time does not, and it goes on where an aggregate
-- has no event left; a clock that was set back is made up for by those that are left, which are those of the last 30 days.
create function public.take_turn() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
    raise exception 'events are added at read committed: an older snapshot cannot see whose turn it is' using errcode = '25001';
  end if;
  perform public.lock_aggregate(new.tenant_id, new.aggregate_kind, new.aggregate_id);
  select
    greatest((extract(epoch from clock_timestamp()) * 1000000)::bigint, (
      select max(position) + 1 from public.outbox_events
      where tenant_id = new.tenant_id and aggregate_kind = new.aggregate_kind and aggregate_id = new.aggregate_id)),
    case when exists (
      select from public.outbox_events
      where tenant_id = new.tenant_id and aggregate_kind = new.aggregate_kind and aggregate_id = new.aggregate_id
        and status in ('PENDING', 'DEAD'))
    then 'WAITING' else 'PENDING' end
  into new.position, new.status;
  return new;
end
$$;
comment on function public.take_turn() is 'Trigger: gives a new event its place among those of its aggregate';
revoke all on function public.take_turn() from public;

-- Events that were carried out are erased after a time, so none is marked as deleted.
alter table outbox_events drop column deleted_at;
comment on policy tenant_isolation on outbox_events is 'erasable';
grant delete on outbox_events to consentry_worker;

alter table outbox_events
    add column position bigint,
    add column occurred_at timestamptz,
    add column leased_until timestamptz,
    add column attempts_forgiven integer not null default 0,
    add column last_failure code check (
        last_failure in ('REFUSED', 'GONE', 'UNAVAILABLE', 'UNREACHABLE', 'TIMED_OUT', 'PANICKED', 'LOST')),
    add constraint outbox_events_attempts_forgiven_check check (attempts_forgiven between 0 and attempts),
    drop constraint outbox_events_status_check,
    add constraint outbox_events_status_check check (status in ('WAITING', 'PENDING', 'DONE', 'DEAD', 'SKIPPED')),
    add constraint outbox_events_processed check ((processed_at is not null) = (status in ('DONE', 'SKIPPED'))),
    add constraint outbox_events_leased check (leased_until is null or status = 'PENDING'),
    add constraint outbox_events_dead_has_failure check (status <> 'DEAD' or last_failure is not null);
comment on column outbox_events.position is
    'The place among the events of the aggregate: microseconds of the database''s clock, or one more than the last. Never given out twice';

-- Events that are there already were never changed, so they are stored in the order in which they came.
-- No tenant is set while migrating, and the policy binds the owner too; the table is locked until the transaction ends.
alter table outbox_events no force row level security;
with placed as (
    select tenant_id, id, row_number() over aggregate as position,
        count(*) filter (where status <> 'DONE') over (aggregate rows between unbounded preceding and 1 preceding) > 0 as waits
    from outbox_events
    window aggregate as (partition by tenant_id, aggregate_kind, aggregate_id order by ctid)
)
update outbox_events e set
    occurred_at = created_at,
    position = placed.position,
    status = case when status = 'PENDING' and placed.waits then 'WAITING' else status end
from placed where e.tenant_id = placed.tenant_id and e.id = placed.id;
alter table outbox_events force row level security;
alter table outbox_events alter column occurred_at set not null, alter column position set not null;

drop index outbox_events_pending_idx;
create index outbox_events_due_idx on outbox_events (tenant_id, available_at, position) where status = 'PENDING';
create unique index outbox_events_position_key on outbox_events (tenant_id, aggregate_kind, aggregate_id, position);
create index outbox_events_waiting_idx on outbox_events (tenant_id, aggregate_kind, aggregate_id, position) where status = 'WAITING';
create index outbox_events_processed_idx on outbox_events (tenant_id, processed_at) where processed_at is not null;
create unique index outbox_events_turn_key on outbox_events (tenant_id, aggregate_kind, aggregate_id)
    where status in ('PENDING', 'DEAD');
comment on index outbox_events_turn_key is 'One event of an aggregate has its turn; those after it wait';

-- Each event is changed a few times within a moment: without this the relay would step over what is left of a fifth of the table.
alter table outbox_events set (autovacuum_vacuum_scale_factor = 0.02);

create trigger take_turn before insert on outbox_events for each row execute function public.take_turn();
