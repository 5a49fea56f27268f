-- More than a thousand rows of each tenant in every table, written by the superuser: without triggers, and for all at once.
-- They are older than whatever people do in a test, so the newest pages hold rows that can be opened.
set session_replication_role = replica;

insert into tenants (id, slug)
select md5('tenant' || n)::uuid, 'tenant-' || n from generate_series(1, 7) n;

create temporary view many as
select t.id as tenant_id, n, timestamptz '2020-01-01' + n * interval '1 minute' as created_at,
    case when t.slug like 'tenant-%' then t.id::text else t.slug end || '-' || n as key
from tenants t cross join generate_series(1, 1100) n;

insert into organizations (tenant_id, id, created_at, kind, name, slug, time_zone)
select tenant_id, md5(key)::uuid, created_at, 'PARTNER', 'Organization', 'o-' || n, 'UTC' from many;

insert into locations (tenant_id, id, created_at, organization_id, kind, name, time_zone)
select tenant_id, md5(key)::uuid, created_at, tenant_id, 'HOUSE', 'House', 'UTC' from many;

insert into users (tenant_id, id, created_at, person_id, email_token)
select tenant_id, md5(key)::uuid, created_at, md5(key)::uuid, decode(md5(key), 'hex') from many;

insert into roles (tenant_id, id, created_at, key, name)
select tenant_id, md5(key)::uuid, created_at, 'R' || n, 'Role' from many;

insert into role_permissions (tenant_id, id, created_at, role_id, permission_key, reach)
select tenant_id, md5(key)::uuid, created_at, md5(key)::uuid, 'patient.read', 'OWN' from many;

insert into role_assignments (tenant_id, id, created_at, user_id, role_id)
select tenant_id, md5(key)::uuid, created_at, md5(key)::uuid, md5(key)::uuid from many;

insert into sessions (tenant_id, id, created_at, user_id, token_digest, expires_at, last_seen_at)
select tenant_id, md5(key)::uuid, created_at, md5(key)::uuid, sha256(key::bytea), now(), now() from many;

insert into sign_in_addresses (tenant_id, id, created_at, address_hash, attempts, last_attempt_at)
select tenant_id, md5(key)::uuid, created_at, sha256(key::bytea), array[now()], now() from many;

insert into access_tokens (tenant_id, id, created_at, user_id, kind, name, token_digest, expires_at)
select tenant_id, md5(key)::uuid, created_at, md5(key)::uuid, 'API', 'Token', sha256(key::bytea), now() from many;

insert into api_keys (tenant_id, id, created_at, organization_id, creator_id, name, secret_mac, scopes, purpose, expires_at)
select tenant_id, md5(key)::uuid, created_at, md5(key)::uuid, md5(key)::uuid, 'Key', sha256(key::bytea), '{membership.read}',
    'TREATMENT', now() from many;

insert into partner_clients (tenant_id, id, created_at, organization_id, creator_id, name, scopes, purpose, key_set)
select tenant_id, md5(key)::uuid, created_at, md5(key)::uuid, md5(key)::uuid, 'Client', '{membership.read}', 'TREATMENT',
    '{"keys": []}' from many;

insert into partner_assertions (tenant_id, id, created_at, partner_client_id, token_digest, expires_at)
select tenant_id, md5(key)::uuid, created_at, md5(key)::uuid, sha256(key::bytea), now() from many;
insert into user_tokens (tenant_id, id, created_at, user_id, kind, token_digest, expires_at)
select tenant_id, md5(key)::uuid, created_at, md5(key)::uuid, 'INVITATION', sha256(key::bytea), now() from many;

insert into one_time_code_secrets (tenant_id, id, created_at, user_id, secret)
select tenant_id, md5(key)::uuid, created_at, md5(key)::uuid, sha256(key::bytea) || sha256(key::bytea) from many;

insert into recovery_codes (tenant_id, id, created_at, user_id, code_mac)
select tenant_id, md5(key)::uuid, created_at, md5(key)::uuid, sha256(key::bytea) from many;

insert into phi.persons (tenant_id, id, created_at, given_name)
select tenant_id, md5(key)::uuid, created_at, sha256(key::bytea) || sha256(key::bytea) from many;

insert into phi.person_tokens (tenant_id, id, created_at, person_id, kind, token)
select tenant_id, md5(key)::uuid, created_at, md5(key)::uuid, 'NAME_PREFIX', substr(sha256(key::bytea), 1, 8) from many;

insert into patients (tenant_id, id, created_at, display_code, person_id, organization_id, data_class)
select tenant_id, md5(key)::uuid, created_at,
    upper(substr(md5('a' || key), 1, 4) || '-' || substr(md5('b' || key), 1, 4)), md5(key)::uuid, tenant_id, 'DIRECTORY'
from many on conflict do nothing;

insert into practitioners (tenant_id, id, created_at, user_id, kind, professional_name)
select tenant_id, md5(key)::uuid, created_at, md5(key)::uuid, 'PRACTITIONER', 'Practitioner' from many;

insert into person_relationships (tenant_id, id, created_at, person_id, related_person_id, kind)
select tenant_id, md5(key)::uuid, created_at, md5(key)::uuid, md5(key || 'sibling')::uuid, 'SIBLING' from many;

insert into care_team_members (tenant_id, id, created_at, patient_id, practitioner_id, role, starts_at)
select tenant_id, md5(key)::uuid, created_at, md5(key)::uuid, md5(key)::uuid, 'PRIMARY', created_at from many;

insert into consents (tenant_id, id, created_at, patient_id, kind, decision, status, purposes, expiry_kind, valid_from, signed_at,
    signer_capacity, signature_method, signer_person_id, data_class)
select tenant_id, md5(key)::uuid, created_at, md5(key)::uuid, 'TPO', 'PERMIT', 'PENDING_SIGNATURE', '{TREATMENT}', 'NONE', created_at,
    created_at, 'ONESELF', 'PAPER', md5(key)::uuid, 'GENERAL_PHI' from many;

insert into consent_scopes (tenant_id, id, created_at, consent_id, data_class)
select tenant_id, md5(key)::uuid, created_at, md5(key)::uuid, 'GENERAL_PHI' from many;

insert into consent_recipients (tenant_id, id, created_at, consent_id, kind, recipient_class)
select tenant_id, md5(key)::uuid, created_at, md5(key)::uuid, 'CLASS', 'TREATING_PROVIDERS' from many;

update consents set status = 'ACTIVE';

insert into disclosures (tenant_id, id, created_at, patient_id, occurred_at, recipient, data_classes, description, purpose,
    exception, notice_variant, consent_copy, channel, request_id)
select tenant_id, md5(key)::uuid, created_at, md5(key)::uuid, created_at, sealed, '{SUD}', sealed, 'TREATMENT', 'EMERGENCY', 1,
    sealed, 'FAX', 'request'
from many, lateral (select sha256(key::bytea) || sha256(key::bytea) as sealed) s;

insert into encryption_keys (tenant_id, id, created_at, purpose, person_id, key_version, wrapped)
select tenant_id, md5(key)::uuid, created_at, 'IDENTITY', md5(key)::uuid, 1, sha256(key::bytea) from many;

insert into audit_logs (tenant_id, id, created_at, occurred_at, actor_id, credential, action, operation, patient_id, data_class,
    decision, request_id, key_version, row_mac)
select tenant_id, md5(key)::uuid, created_at, created_at, md5(key)::uuid, 'SESSION', 'VIEW', 'patient.identity', md5(key)::uuid,
    'DIRECTORY', 'PERMIT', 'request', 1, sha256(key::bytea) from many;

insert into audit_links (tenant_id, id, created_at, position, key_version, link_mac)
select tenant_id, md5(key)::uuid, created_at, row_number() over (), 1, sha256(key::bytea) from many;

-- The trigger that gives events their place does not run either.
insert into outbox_events (tenant_id, id, created_at, occurred_at, event_type, aggregate_kind, aggregate_id, payload, status, position)
select tenant_id, md5(key)::uuid, created_at, created_at, 'patient.created', 'PATIENT', md5(key)::uuid, '{}', 'PENDING', n from many;

insert into idempotency_keys (tenant_id, id, created_at, actor_id, key, operation, request_mac, result_id, expires_at)
select tenant_id, md5(key)::uuid, created_at, md5(key)::uuid, key, 'patient.create', sha256(key::bytea), md5(key)::uuid, now()
from many;

drop view many;
analyze;
