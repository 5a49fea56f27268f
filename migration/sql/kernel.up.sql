-- The kernel: roles, domains, the schema `phi`, and the functions that make a table a tenant table.
-- Nothing here is SECURITY DEFINER. The helpers run as the owner while migrating; every function pins its search_path.

-- Roles are cluster-wide and shared by every database of the cluster, so they are created only when absent, and never dropped.
-- Another database may be migrating at this moment: losing that race is fine. Passwords are given by whoever runs the cluster.
do $$
declare
  login name;
begin
  foreach login in array array['consentry_app', 'consentry_worker', 'consentry_sealer', 'consentry_readonly'] loop
    if to_regrole(login) is null then
      begin
        execute format('create role %I login nosuperuser nobypassrls nocreatedb nocreaterole noreplication noinherit', login);
      exception when duplicate_object or unique_violation then
        null;
      end;
    end if;
  end loop;
end
$$;

create schema phi;
comment on schema phi is 'Identities and other protected rows that the readonly role must never reach';

revoke create on schema public from public;
grant usage on schema public to consentry_app, consentry_worker, consentry_sealer, consentry_readonly;
grant usage on schema phi to consentry_app, consentry_worker;

-- The server looks for pending migrations as the app. (The table is absent when this file is run by hand.)
do $$
begin
  if to_regclass('public.seaql_migrations') is not null then
    grant select on public.seaql_migrations to consentry_app;
  end if;
end
$$;

create domain public.sealed as bytea check (octet_length(value) >= 34);
comment on domain public.sealed is 'Ciphertext: version, algorithm, key version and nonce (18 bytes), then the ciphertext and its tag (16 bytes)';

create domain public.label as text check (char_length(value) between 1 and 200 and btrim(value) <> '');
comment on domain public.label is 'A short human-readable name that identifies no person, 1 to 200 characters, not blank';

create domain public.code as text check (value ~ '^[A-Z][A-Z0-9_]{0,63}$');
comment on domain public.code is 'A name from a closed list, as an enum value of the API is spelled: ACTIVE, IN_PERSON';

create domain public.dotted_key as text check (char_length(value) <= 100 and value ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$');
comment on domain public.dotted_key is 'A lower-case key, its parts joined by dots: patient.read, phi.ssn.read, owner';

create domain public.slug as text check (value ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$');
comment on domain public.slug is 'A name fit for a URL or a host name: lower-case letters, digits and inner hyphens, at most 63';

create domain public.digest as bytea check (octet_length(value) = 32);
comment on domain public.digest is 'A SHA-256 digest of something that cannot be guessed, such as a random token or a file';

create domain public.mac as bytea check (octet_length(value) = 32);
comment on domain public.mac is 'An HMAC-SHA256 under a tenant key: for what could be guessed, such as an address, and for evidence';

create domain public.blind_token as bytea check (octet_length(value) between 4 and 16);
comment on domain public.blind_token is 'A search token: a keyed hash of a normalised value, cut short when the value has few possibilities';

create domain public.time_zone as text check (char_length(value) <= 64 and value ~ '^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}$');
comment on domain public.time_zone is 'A time zone by its IANA name: America/New_York, UTC';

create domain public.reference as text check (char_length(value) between 1 and 200 and value !~ '[[:cntrl:]]');
comment on domain public.reference is 'A name given elsewhere, kept as it came: a request id, an id in another system';

create function public.refuse_change() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception '%.% is immutable: % is refused', tg_table_schema, tg_table_name, lower(tg_op)
    using errcode = '55000', hint = 'Record a correction as a new row.';
end
$$;
comment on function public.refuse_change() is 'Trigger: refuses the statement, whoever sends it';

create function public.stamp_change() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if (new.tenant_id, new.id, new.created_at) is distinct from (old.tenant_id, old.id, old.created_at)
     or new.created_by is distinct from old.created_by then
    raise exception '%.% keeps its tenant_id, id, created_at and created_by', tg_table_schema, tg_table_name
      using errcode = '55000';
  end if;
  new.updated_at := now();
  new.updated_by := nullif(current_setting('app.actor_id', true), '')::uuid;
  new.version := old.version + 1;
  return new;
end
$$;
comment on function public.stamp_change() is 'Trigger: says when, by whom and how often a row was changed; keeps its identity and origin';

-- What is common to a tenant table and to a partition of one. The policy is bare on purpose: without a tenant it fails loudly.
create function public.tenant_isolate(target regclass, kind text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  execute format('alter table %s enable row level security, force row level security', target);
  execute format(
    'create policy tenant_isolation on %s to public'
    ' using (tenant_id = current_setting(''app.tenant_id'')::uuid)'
    ' with check (tenant_id = current_setting(''app.tenant_id'')::uuid)', target);
  execute format('comment on policy tenant_isolation on %s is %L', target, kind);
  if kind like 'immutable%' then
    execute format('create trigger refuse_truncate before truncate on %s execute function public.refuse_change()', target);
  end if;
end
$$;
comment on function public.tenant_isolate(regclass, text) is
  'Row-level security for a tenant table or a partition of one. The comment on its policy says its kind, and the schema lint holds the table to it';

create function public.tenant_table(target regclass, immutable boolean default false, erasable boolean default false)
returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  table_name name := (select relname from pg_class where oid = target);
  protected boolean := (select relnamespace = 'phi'::regnamespace from pg_class where oid = target);
  column_name text;
begin
  -- A partitioned table has to name its partition key before it comes here.
  foreach column_name in array array['tenant_id', 'id'] loop
    if not exists (select from pg_attribute where attrelid = target and attname = column_name) then
      execute format('alter table %s add column %I uuid not null', target, column_name);
    end if;
  end loop;

  execute format(
    'alter table %1$s'
    ' add column created_at timestamptz not null default now(),'
    ' add column created_by uuid default nullif(current_setting(''app.actor_id'', true), '''')::uuid,'
    ' add constraint %2$I primary key (tenant_id, id),'
    ' add constraint %3$I foreign key (tenant_id) references public.tenants (id)',
    target, table_name || '_pkey', table_name || '_tenant_id_fkey');
  execute format('create index %I on %s (tenant_id, created_at desc, id desc)', table_name || '_keyset_idx', target);

  if immutable then
    execute format(
      'create trigger refuse_update before update on %s for each row execute function public.refuse_change()', target);
    if not erasable then
      execute format(
        'create trigger refuse_delete before delete on %s for each row execute function public.refuse_change()', target);
    end if;
  else
    execute format(
      'alter table %s'
      ' add column updated_at timestamptz not null default now(),'
      ' add column updated_by uuid default nullif(current_setting(''app.actor_id'', true), '''')::uuid,'
      ' add column version integer not null default 1', target);
    if not erasable then
      execute format('alter table %s add column deleted_at timestamptz', target);
    end if;
    execute format(
      'create trigger stamp_change before update on %s for each row execute function public.stamp_change()', target);
  end if;

  perform public.tenant_isolate(target, case
    when immutable and erasable then 'immutable, erasable'
    when immutable then 'immutable'
    when erasable then 'erasable'
    else 'kept'
  end);

  execute format('grant select, insert on %s to consentry_app', target);
  if not immutable then
    execute format('grant update on %s to consentry_app', target);
  end if;
  if erasable then
    execute format('grant delete on %s to consentry_app', target);
  end if;
  if not protected then
    execute format('grant select on %s to consentry_readonly', target);
  end if;
end
$$;
comment on function public.tenant_table(regclass, boolean, boolean) is
  'Makes a new table a tenant table: standard columns, key, row-level security, triggers, index and grants. Rows of an immutable table are never updated nor deleted; those of an erasable one are deleted for good instead of marked';

create function public.tenant_partition(target regclass) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  kind text := (
    select obj_description(policy.oid, 'pg_policy')
    from pg_inherits join pg_policy policy on policy.polrelid = inhparent and policy.polname = 'tenant_isolation'
    where inhrelid = target);
begin
  if kind is null then
    raise exception '% is no partition of a tenant table', target using errcode = '42809';
  end if;
  perform public.tenant_isolate(target, kind);
end
$$;
comment on function public.tenant_partition(regclass) is
  'Gives a partition the row-level security and the truncate trigger that it does not inherit. It gets no grants: rows are reached through the parent';

-- PostgreSQL checks the rows that are there with a query as the owner, which forced row-level security would stop (no tenant is set) or
-- narrow to one tenant. So force is lifted while the key is added; nobody sees that, the tables being locked until the transaction ends.
create function public.tenant_reference(
  target regclass, column_name name, referenced regclass, indexed boolean default true) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  stem text := (select relname from pg_class where oid = target) || '_' || column_name;
  forced regclass[] := array(
    select oid::regclass from pg_class
    where relforcerowsecurity and oid in (
      select target union select referenced
      union select inhrelid from pg_inherits where inhparent in (target, referenced)));
  held regclass;
begin
  if octet_length(stem) > 58 then
    raise exception 'the names made from % are longer than a name can be', stem using errcode = '42622';
  end if;
  foreach held in array forced loop
    execute format('alter table %s no force row level security', held);
  end loop;
  execute format(
    'alter table %s add constraint %I foreign key (tenant_id, %I) references %s (tenant_id, id)',
    target, stem || '_fkey', column_name, referenced);
  foreach held in array forced loop
    execute format('alter table %s force row level security', held);
  end loop;
  if indexed then
    execute format('create index %I on %s (tenant_id, %I)', stem || '_idx', target, column_name);
  end if;
end
$$;
comment on function public.tenant_reference(regclass, name, regclass, boolean) is
  'Points a column at a row of the same tenant: the key <table>_<column>_fkey and, unless an index of another shape is made by hand, the index <table>_<column>_idx';

create function public.tenant_scan(target regclass, scanner name, commands text[] default '{select}') returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  command text;
begin
  if scanner not in ('consentry_worker', 'consentry_sealer') then
    raise exception '% may not see beyond one tenant', scanner using errcode = '42501';
  end if;
  foreach command in array commands loop
    if command not in ('select', 'update', 'delete') then
      raise exception 'a scan cannot %', command using errcode = '22023';
    end if;
    execute format(
      'create policy %I on %s for %s to %I using (true) %s',
      format('%s_scan_%s', substr(scanner, 11), command), target, command, scanner,
      case command when 'update' then 'with check (true)' else '' end);
    execute format('grant %s on %s to %I', command, target, scanner);
  end loop;
end
$$;
comment on function public.tenant_scan(regclass, name, text[]) is
  'Lets the worker or the sealer see a table of all tenants, by the policies <role>_scan_<command>; schema_lint.sql has to list each of them';

revoke all on function
  public.refuse_change(), public.stamp_change(), public.tenant_isolate(regclass, text),
  public.tenant_table(regclass, boolean, boolean), public.tenant_partition(regclass),
  public.tenant_reference(regclass, name, regclass, boolean), public.tenant_scan(regclass, name, text[])
from public;
