-- Platform: keys, evidence and side effects.

create domain wrapped_key as bytea check (octet_length(value) between 32 and 512);

create table encryption_keys (
    purpose code not null check (purpose in ('ROOT', 'IDENTITY', 'CLINICAL', 'PROTECTED_NOTE')),
    person_id uuid,
    key_version integer not null check (key_version > 0),
    wrapped wrapped_key not null,
    state code not null default 'ACTIVE' check (state in ('ACTIVE', 'RETIRED')),
    constraint encryption_keys_owner check ((purpose = 'ROOT') = (person_id is null))
);
select tenant_table('encryption_keys', erasable => true);
revoke select on encryption_keys from consentry_readonly;
select tenant_reference('encryption_keys', 'person_id', 'phi.persons');
create unique index encryption_keys_version_key on encryption_keys
    (tenant_id, purpose, person_id, key_version) nulls not distinct;

create table audit_logs (
    occurred_at timestamptz not null,
    actor_id uuid,
    actor_role code,
    credential code not null check (credential in ('NONE', 'SESSION', 'API_TOKEN', 'OPERATOR')),
    action code not null check (action in ('VIEW', 'SEARCH', 'EXPORT', 'DISCLOSE', 'WRITE', 'SIGN_IN', 'SIGN_OUT')),
    operation dotted_key not null,
    target_kind code,
    target_id uuid,
    patient_id uuid,
    data_class code,
    fields text[] not null default '{}' check (array_position(fields, null) is null),
    decision code not null check (decision in ('PERMIT', 'DENY')),
    reason code,
    purpose code,
    consent_id uuid,
    request_id reference not null,
    address_hash mac,
    user_agent_hash mac,
    key_version integer not null,
    row_mac mac not null,
    xid xid8 not null default pg_current_xact_id(),
    constraint audit_logs_denial_has_reason check ((decision = 'DENY') = (reason is not null))
);
select tenant_table('audit_logs', immutable => true);
select tenant_reference('audit_logs', 'patient_id', 'patients', indexed => false);
create index audit_logs_patient_id_idx on audit_logs (tenant_id, patient_id, created_at desc, id desc);
select tenant_reference('audit_logs', 'actor_id', 'users', indexed => false);
create index audit_logs_actor_id_idx on audit_logs (tenant_id, actor_id, created_at desc, id desc);
select tenant_reference('audit_logs', 'consent_id', 'consents');

create table outbox_events (
    event_type dotted_key not null,
    aggregate_kind code not null,
    aggregate_id uuid not null,
    payload jsonb not null check (jsonb_typeof(payload) = 'object'),
    status code not null default 'PENDING' check (status in ('PENDING', 'DONE', 'DEAD')),
    attempts integer not null default 0 check (attempts >= 0),
    available_at timestamptz not null default now(),
    processed_at timestamptz
);
select tenant_table('outbox_events');
select tenant_scan('outbox_events', 'consentry_worker', '{select,update}');
create index outbox_events_pending_idx on outbox_events (tenant_id, status, available_at, id);

create table idempotency_keys (
    actor_id uuid not null,
    key reference not null,
    operation dotted_key not null,
    request_digest digest not null,
    result_id uuid not null,
    expires_at timestamptz not null
);
select tenant_table('idempotency_keys', immutable => false, erasable => true);
select tenant_reference('idempotency_keys', 'actor_id', 'users');
create unique index idempotency_keys_key on idempotency_keys (tenant_id, actor_id, key);
