-- Sessions: idle time, rotation, proof that is fresh; and how often an address may try to sign in.

alter table sessions
    -- Nobody knows when a session of before was used last, so it begins to be idle now.
    add column last_seen_at timestamptz not null default now(),
    add column idle_seconds integer default 900,
    -- When it is over unless somebody uses it before: a moment, so that a filter only has to compare it.
    add column idle_at timestamptz default now() + interval '16 minutes',
    add column proved_at timestamptz,
    add constraint sessions_idle_seconds check (idle_seconds between 60 and 86400),
    add constraint sessions_idle check ((idle_seconds is null) = (idle_at is null));
alter table sessions
    alter column last_seen_at drop default,
    alter column idle_seconds drop default,
    alter column idle_at drop default;

create table sign_in_addresses (
    address_hash mac not null,
    attempts timestamptz[] not null
        check (array_position(attempts, null) is null and cardinality(attempts) between 1 and 1000),
    last_attempt_at timestamptz not null
);
select tenant_table('sign_in_addresses', erasable => true);
create unique index sign_in_addresses_address_hash_key on sign_in_addresses (tenant_id, address_hash);
create index sign_in_addresses_last_attempt_at_idx on sign_in_addresses (tenant_id, last_attempt_at);
revoke select on sign_in_addresses from consentry_readonly;
comment on table sign_in_addresses is
    'Attempts to sign in of the last minutes, by address; all of them belong to the reserved tenant';
