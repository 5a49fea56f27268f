-- How people prove who they are: invitations, passwords, one-time codes.

alter table users
    add column status_reason label,
    add column failed_sign_ins smallint not null default 0 check (failed_sign_ins >= 0),
    add column locked_until timestamptz,
    add column one_time_code_since timestamptz,
    add column password_reset_requested_at timestamptz;

-- Whoever left keeps the token, for the record: the address is free for a new user all the same.
drop index users_email_token_key;
create unique index users_email_token_key on users (tenant_id, email_token) where status <> 'DEACTIVATED';
create index users_email_token_idx on users (tenant_id, email_token);

create table user_tokens (
    user_id uuid not null,
    kind code not null check (kind in ('INVITATION', 'PASSWORD_RESET')),
    token_digest digest not null,
    expires_at timestamptz not null,
    used_at timestamptz,
    revoked_at timestamptz
);
select tenant_table('user_tokens');
select tenant_reference('user_tokens', 'user_id', 'users');

-- Sealed under a key of the tenant, not of a person: what it protects is no record of anybody.
create table one_time_code_secrets (
    user_id uuid not null,
    secret wrapped_key not null,
    confirmed_at timestamptz,
    last_step bigint not null default 0 check (last_step >= 0)
);
select tenant_table('one_time_code_secrets', erasable => true);
select tenant_reference('one_time_code_secrets', 'user_id', 'users', indexed => false);
create unique index one_time_code_secrets_user_id_key on one_time_code_secrets (tenant_id, user_id);

create table recovery_codes (
    user_id uuid not null,
    code_mac mac not null,
    used_at timestamptz
);
select tenant_table('recovery_codes', erasable => true);
select tenant_reference('recovery_codes', 'user_id', 'users');

revoke select on user_tokens, one_time_code_secrets, recovery_codes from consentry_readonly;
