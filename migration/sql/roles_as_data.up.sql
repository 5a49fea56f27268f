-- Roles as data: ranks, and roles that a tenant builds upon others.

create domain public.permission_list as text check (octet_length(value) <= 16384);
comment on domain public.permission_list is 'Permissions and how far each reaches, for reading at once: patient.read OWN,phi.read OWN';

alter table roles
    add column rank smallint not null default 10 check (rank between 0 and 100),
    add column parent_role_id uuid,
    add column system_key code,
    add column lineage uuid[] not null default '{}'
        check (array_position(lineage, null) is null and cardinality(lineage) <= 8),
    add column granted permission_list,
    add constraint roles_not_own_parent check (parent_role_id <> id);
select tenant_reference('roles', 'parent_role_id', 'roles');
comment on column roles.system_key is 'The role of the system that it is built upon, whose purposes of use it has; kept by a trigger';
comment on column roles.lineage is 'The role and all that it is built upon; kept by a trigger';
comment on column roles.granted is 'What the role permits by itself and by its lineage; kept by triggers, so that a request reads one row for each role';

-- What a role permits is asked by every request and changed some times a year, so it is put together when it changes.
create function public.derive_role() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  parent record;
begin
  new.lineage := array[new.id];
  new.system_key := case when new.is_system then new.key end;
  if new.parent_role_id is not null then
    -- Of two that would make a circle together, the second waits here and then sees the first.
    perform pg_advisory_xact_lock(hashtextextended('roles ' || new.tenant_id::text, 0));
    select lineage, system_key into parent from public.roles
    where tenant_id = new.tenant_id and id = new.parent_role_id;
    if new.id = any(parent.lineage) then
      raise exception 'a role cannot be built upon itself' using errcode = '23514', constraint = 'roles_no_circle';
    end if;
    new.lineage := new.lineage || parent.lineage;
    new.system_key := parent.system_key;
  end if;
  select string_agg(permission_key || ' ' || reach, ',' order by permission_key) into new.granted
  from (
    select distinct on (permission_key) permission_key::text, reach::text
    from public.role_permissions
    where tenant_id = new.tenant_id and role_id = any(new.lineage) and deleted_at is null
    order by permission_key, array_position(array['TENANT', 'OWN', 'ONESELF'], reach::text)
  ) widest;
  return new;
end
$$;
comment on function public.derive_role() is 'Trigger: puts together what a role is built upon and what it permits';
create trigger derive_role before insert or update on roles for each row execute function derive_role();

create function public.derive_built_upon() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if (new.lineage, new.granted, new.system_key) is distinct from (old.lineage, old.granted, old.system_key) then
    update public.roles set name = name where tenant_id = new.tenant_id and parent_role_id = new.id;
  end if;
  return null;
end
$$;
comment on function public.derive_built_upon() is 'Trigger: a change of a role reaches the roles that are built upon it';
create trigger derive_built_upon after update on roles for each row execute function derive_built_upon();

create function public.derive_roles_of_permissions() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  update public.roles set name = name
  where (tenant_id, id) in (select distinct tenant_id, role_id from changed);
  return null;
end
$$;
comment on function public.derive_roles_of_permissions() is 'Trigger: a change of permissions reaches the roles that grant them';
create trigger derive_roles_on_insert after insert on role_permissions
    referencing new table as changed for each statement execute function derive_roles_of_permissions();
create trigger derive_roles_on_update after update on role_permissions
    referencing new table as changed for each statement execute function derive_roles_of_permissions();

-- What a role no longer permits stays as a deleted row, and may come back as a new one; so may a role's key.
drop index roles_key_key;
create unique index roles_key_key on roles (tenant_id, key) where deleted_at is null;
drop index role_permissions_key;
create unique index role_permissions_key on role_permissions (tenant_id, role_id, permission_key) where deleted_at is null;

create index role_assignments_holders_idx on role_assignments (tenant_id, role_id, user_id);
drop index role_assignments_role_id_idx;

-- Legal authority is asked from the side of whoever has it.
create index person_relationships_authority_idx on person_relationships (tenant_id, related_person_id, person_id)
    where legal_authority <> 'NONE' and verified_at is not null and deleted_at is null;

create unique index role_assignments_key on role_assignments (tenant_id, user_id, role_id, location_id)
    nulls not distinct where deleted_at is null;
