-- Identity providers of a tenant: who else may say who somebody is.

create domain web_address as text check (octet_length(value) <= 500 and value ~ '^https?://[!-~]+$');
comment on domain web_address is 'A URL with https, or http on a machine of one''s own, in plain ASCII';

create domain provider_secret as bytea check (octet_length(value) between 35 and 634);
comment on domain provider_secret is 'What the server says to an identity provider, 1 to 600 bytes sealed under a key of the tenant';

create table identity_providers (
    key slug not null,
    name label not null,
    issuer web_address not null check (octet_length(issuer) <= 200),
    client_id reference,
    client_secret provider_secret,
    -- Whom a token has to be made for, to be taken as a bearer token.
    audiences text[] not null default '{}' check (array_position(audiences, null) is null and cardinality(audiences) <= 10),
    algorithms text[] not null
        check (cardinality(algorithms) between 1 and 6 and algorithms <@ array['RS256', 'RS384', 'PS256', 'ES256', 'ES384', 'EDDSA']),
    -- Where its keys are; where its configuration says, when this is not stated.
    key_set_url web_address,
    subject_claim reference not null default 'sub',
    status code not null default 'ACTIVE' check (status in ('ACTIVE', 'DISABLED')),
    constraint identity_providers_secret_of_client check (client_secret is null or client_id is not null),
    constraint identity_providers_serves check (client_id is not null or cardinality(audiences) > 0)
);
select tenant_table('identity_providers');
create unique index identity_providers_key_key on identity_providers (tenant_id, key);
create unique index identity_providers_issuer_key on identity_providers (tenant_id, issuer);
revoke select on identity_providers from consentry_readonly;

-- The id is that of the attempt, so that no attempt opens two sessions.
create table federated_sign_ins (
    provider_id uuid not null,
    session_id uuid not null
);
select tenant_table('federated_sign_ins', immutable => true, erasable => true);
select tenant_reference('federated_sign_ins', 'provider_id', 'identity_providers');
select tenant_reference('federated_sign_ins', 'session_id', 'sessions');

alter table audit_logs
    drop constraint audit_logs_credential_check,
    add constraint audit_logs_credential_check check (
        credential in ('NONE', 'SESSION', 'API_TOKEN', 'OPERATOR', 'ACCESS_TOKEN', 'API_KEY', 'SIGNED_TOKEN'));
