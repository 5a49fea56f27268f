-- Tokens of programs and partners.

-- Pairs of access and refresh tokens belong to a family that began with a session and ends with it. What a partner's client
-- was given is bound to its organization, a purpose and scopes.
alter table access_tokens
    add column family_id uuid,
    add column session_id uuid,
    add column partner_client_id uuid,
    add column used_at timestamptz,
    add constraint access_tokens_family check (
        (family_id is null) = (session_id is null)
        and case kind
            when 'REFRESH' then family_id is not null
            when 'ACCESS' then (family_id is null) = (partner_client_id is not null)
            else family_id is null
        end),
    add constraint access_tokens_used_once check (used_at is null or kind = 'REFRESH'),
    add constraint access_tokens_partner check (
        (partner_client_id is null) = (organization_id is null)
        and (organization_id is null or (kind = 'ACCESS' and purpose is not null and scopes is not null)));
select tenant_reference('access_tokens', 'family_id', 'access_tokens');
select tenant_reference('access_tokens', 'session_id', 'sessions');

-- Long-lived credentials of partner organizations. The code over the secret is keyed, so that who reads the table cannot even
-- check a guess.
create table api_keys (
    organization_id uuid not null,
    creator_id uuid not null,
    replaces_id uuid,
    name label not null,
    secret_mac mac not null,
    scopes text[] not null check (array_position(scopes, null) is null and cardinality(scopes) between 1 and 100),
    purpose code not null,
    expires_at timestamptz not null,
    last_used_at timestamptz,
    revoked_at timestamptz
);
select tenant_table('api_keys');
alter table api_keys add constraint api_keys_replace_another check (replaces_id <> id);
select tenant_reference('api_keys', 'organization_id', 'organizations');
select tenant_reference('api_keys', 'creator_id', 'users');
select tenant_reference('api_keys', 'replaces_id', 'api_keys', indexed => false);
-- A key is replaced once.
create unique index api_keys_replaces_id_key on api_keys (tenant_id, replaces_id);

-- Programs of partner organizations that prove who they are with a key of their own and are given access for minutes.
create table partner_clients (
    organization_id uuid not null,
    creator_id uuid not null,
    name label not null,
    scopes text[] not null check (array_position(scopes, null) is null and cardinality(scopes) between 1 and 100),
    purpose code not null,
    key_set jsonb not null check (jsonb_typeof(key_set -> 'keys') = 'array' and octet_length(key_set::text) <= 65536),
    last_used_at timestamptz,
    revoked_at timestamptz
);
select tenant_table('partner_clients');
select tenant_reference('partner_clients', 'organization_id', 'organizations');
select tenant_reference('partner_clients', 'creator_id', 'users');
select tenant_reference('access_tokens', 'partner_client_id', 'partner_clients');

-- Assertions that were taken, until they expire: none is taken twice.
create table partner_assertions (
    partner_client_id uuid not null,
    token_digest digest not null,
    expires_at timestamptz not null
);
select tenant_table('partner_assertions', immutable => true, erasable => true);
select tenant_reference('partner_assertions', 'partner_client_id', 'partner_clients', indexed => false);
create unique index partner_assertions_key on partner_assertions (tenant_id, partner_client_id, token_digest);

revoke select on api_keys, partner_clients, partner_assertions from consentry_readonly;

alter table organizations add constraint organizations_not_own_parent check (parent_organization_id <> id);

alter table audit_logs
    drop constraint audit_logs_credential_check,
    add constraint audit_logs_credential_check check (
        credential in ('NONE', 'SESSION', 'API_TOKEN', 'OPERATOR', 'ACCESS_TOKEN', 'API_KEY'));
