-- Tenancy: who the customer is, and where it works.

create table tenants (
    id uuid primary key,
    slug slug not null unique,
    status code not null default 'ACTIVE' check (status in ('ACTIVE', 'SUSPENDED', 'CLOSED')),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table tenants is 'The only table that is readable before a tenant is set: no protected health information, no names.';
grant select on tenants to consentry_app, consentry_worker, consentry_sealer, consentry_readonly;

create table organizations (
    kind code not null check (kind in ('TENANT', 'DISTRICT', 'SCHOOL', 'PAYER', 'PARTNER')),
    parent_organization_id uuid,
    name label not null,
    slug slug not null,
    billing_tier code not null default 'BASIC' check (billing_tier in ('BASIC', 'PRO', 'ENTERPRISE')),
    time_zone time_zone not null,
    is_part2_program boolean not null default false,
    is_covered_entity boolean not null default true
);
select tenant_table('organizations');
select tenant_reference('organizations', 'parent_organization_id', 'organizations');
create unique index organizations_slug_key on organizations (tenant_id, slug);
alter table organizations add constraint organizations_root_is_tenant
    check ((kind = 'TENANT') = (id = tenant_id));

create table locations (
    organization_id uuid not null,
    kind code not null check (kind in ('PROPERTY', 'HOUSE', 'CLINIC')),
    parent_location_id uuid,
    name label not null,
    time_zone time_zone not null,
    part2_unit boolean not null default false
);
select tenant_table('locations');
select tenant_reference('locations', 'organization_id', 'organizations');
select tenant_reference('locations', 'parent_location_id', 'locations');
