-- Evidence: the record of looks as a chain, and what vouches for the chain.

-- The reserved tenant: attempts that belong to nobody, and what the installation vouches for. Its slug ends in no user.
insert into tenants (id, slug) values ('00000000-0000-7000-8000-706c6174666f', 'platform') on conflict (id) do nothing;

-- With which session or token: a stolen one's looks can be told apart.
alter table audit_logs add column credential_id uuid;
-- The server does not say when a row was written, by whom and in which transaction: the database does.
revoke insert on audit_logs from consentry_app;
grant insert (tenant_id, id, occurred_at, actor_id, actor_role, credential, credential_id, action, operation,
    target_kind, target_id, patient_id, data_class, fields, decision, reason, purpose, consent_id, request_id, address_hash,
    user_agent_hash, key_version, row_mac) on audit_logs to consentry_app;

-- The sealer takes committed rows of all tenants in this order.
create index audit_logs_sealing_idx on audit_logs (xid, id);
select tenant_scan('audit_logs', 'consentry_sealer');

-- One link for each row of the record, by the row's id. No foreign key: a link has to outlive the row that somebody removed.
create table audit_links (
    position bigint not null check (position > 0),
    key_version integer not null,
    link_mac mac not null
);
select tenant_table('audit_links', immutable => true);
create unique index audit_links_position_key on audit_links (tenant_id, position);

-- Where the chain of a tenant stands. One row for each tenant, whose id it bears.
create table audit_heads (
    epoch integer not null check (epoch > 0),
    position bigint not null check (position >= 0),
    link_mac mac not null,
    sealed_xid xid8 not null,
    system_identifier bigint not null,
    checkpoint_sequence bigint not null
);
select tenant_table('audit_heads');
alter table audit_heads add constraint audit_heads_one_per_tenant check (id = tenant_id);
comment on column audit_heads.system_identifier is
    'The cluster whose transactions were sealed. Another one counts transactions anew, which begins another epoch';
comment on column audit_heads.sealed_xid is 'Whatever an earlier transaction wrote has its link';
comment on column audit_heads.checkpoint_sequence is 'The checkpoint that will hold this state';
select tenant_scan('audit_heads', 'consentry_sealer');

create domain signature as bytea check (octet_length(value) = 64);
comment on domain signature is 'An Ed25519 signature';

-- Signed states of all chains, rows of the reserved tenant; written to a file beside the database as well.
create table audit_checkpoints (
    sequence bigint not null check (sequence > 0),
    previous_digest digest,
    taken_at timestamptz not null,
    sealed_below xid8 not null,
    system_identifier bigint not null,
    heads jsonb not null check (jsonb_typeof(heads) = 'array'),
    restored jsonb check (jsonb_typeof(restored) = 'object'),
    key_version integer not null,
    signature signature not null,
    constraint audit_checkpoints_first check ((sequence = 1) = (previous_digest is null))
);
select tenant_table('audit_checkpoints', immutable => true);
create unique index audit_checkpoints_sequence_key on audit_checkpoints (tenant_id, sequence);

-- The server reads evidence and never writes it.
revoke insert, update on audit_links, audit_heads, audit_checkpoints from consentry_app;
grant select, insert on audit_links, audit_checkpoints to consentry_sealer;
grant select, insert, update on audit_heads to consentry_sealer;
