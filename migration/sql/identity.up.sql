-- Identity: who calls, and what they may do.

create domain password_hash as text check (value like '$argon2id$%' and length(value) <= 255);

create table permissions (
    key dotted_key primary key,
    description label not null
);
comment on table permissions is 'The catalogue of permissions: the same for every tenant, written by migrations alone.';
grant select on permissions to consentry_app, consentry_readonly;

create table users (
    person_id uuid,
    status code not null default 'ACTIVE' check (status in ('INVITED', 'ACTIVE', 'SUSPENDED', 'DEACTIVATED')),
    email_token blind_token,
    password_hash password_hash,
    issuer reference,
    subject reference,
    last_sign_in_at timestamptz,
    constraint users_can_sign_in check (email_token is not null or (issuer is not null and subject is not null))
);
select tenant_table('users');
create unique index users_email_token_key on users (tenant_id, email_token);
create unique index users_issuer_subject_key on users (tenant_id, issuer, subject);

create table roles (
    key code not null,
    name label not null,
    is_system boolean not null default false
);
select tenant_table('roles');
create unique index roles_key_key on roles (tenant_id, key);

create table role_permissions (
    role_id uuid not null,
    permission_key dotted_key not null references permissions (key),
    reach code not null check (reach in ('ONESELF', 'OWN', 'TENANT'))
);
select tenant_table('role_permissions');
select tenant_reference('role_permissions', 'role_id', 'roles');
create unique index role_permissions_key on role_permissions (tenant_id, role_id, permission_key);
create index role_permissions_permission_key on role_permissions (permission_key);

create table role_assignments (
    user_id uuid not null,
    role_id uuid not null,
    location_id uuid,
    expires_at timestamptz
);
select tenant_table('role_assignments');
select tenant_reference('role_assignments', 'user_id', 'users');
select tenant_reference('role_assignments', 'role_id', 'roles');
select tenant_reference('role_assignments', 'location_id', 'locations');

create table sessions (
    user_id uuid not null,
    token_digest digest not null,
    expires_at timestamptz not null,
    ended_at timestamptz,
    address_hash mac,
    user_agent_hash mac
);
select tenant_table('sessions');
select tenant_reference('sessions', 'user_id', 'users');

create table access_tokens (
    user_id uuid not null,
    kind code not null check (kind in ('ACCESS', 'REFRESH', 'API')),
    name label not null,
    token_digest digest not null,
    scopes text[] check (array_position(scopes, null) is null and cardinality(scopes) between 1 and 100),
    purpose code,
    organization_id uuid,
    expires_at timestamptz not null,
    last_used_at timestamptz,
    revoked_at timestamptz
);
select tenant_table('access_tokens');
select tenant_reference('access_tokens', 'user_id', 'users');
select tenant_reference('access_tokens', 'organization_id', 'organizations');

revoke select on users, sessions, access_tokens from consentry_readonly;
