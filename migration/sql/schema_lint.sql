-- Every breach of the schema's conventions, one row (object, problem) each; no row means all is well.
-- Catalog reads only: the app role runs this when it starts, the tests run it on every migrated schema.
with listed as (
  select
    -- Tables that belong to no tenant. None holds protected health information.
    --   tenants            read before a tenant is set, to find the tenant of a request
    --   permissions        the catalogue of permissions, the same for all
    --   seaql_migrations   which migrations ran
    array['public.tenants', 'public.permissions', 'public.seaql_migrations'] as global_tables,
    -- Tenant tables with a shape of their own: held to key, isolation and grants, but not to the standard columns.
    array[]::text[] as plain_tables,
    -- Policies beside tenant_isolation: the worker and the sealer look for work of all tenants.
    array[
      'public.audit_logs sealer_scan_select consentry_sealer',
      'public.audit_heads sealer_scan_select consentry_sealer',
      'public.outbox_events worker_scan_select consentry_worker',
      'public.outbox_events worker_scan_update consentry_worker'
    ] as scans,
    array['consentry_app', 'consentry_worker', 'consentry_sealer', 'consentry_readonly'] as roles
),
runtime as materialized (
  select login as name, r.oid, r.rolsuper, r.rolbypassrls, r.rolcreaterole, r.rolcreatedb, r.rolreplication, r.rolinherit
  from listed, unnest(roles) login left join pg_roles r on r.rolname = login
),
extension_member as materialized (
  select classid, objid from pg_depend where deptype = 'e'
),
relation as materialized (
  select c.*, n.nspname, n.nspname || '.' || c.relname as object
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and c.relkind in ('r', 'p', 'v', 'm', 'f')
    and not exists (select from extension_member where classid = 'pg_class'::regclass and objid = c.oid)
),
stored as materialized (
  select * from relation where relkind in ('r', 'p') and nspname in ('public', 'phi')
),
tenant_table as materialized (
  select s.oid, s.object, s.nspname, s.relispartition, s.relrowsecurity, s.relforcerowsecurity,
    s.object = any (plain_tables) as plain,
    coalesce(key.attnum, 0::int2) as tenant_id,
    obj_description(policy.oid, 'pg_policy') as kind,
    policy.oid is not null and policy.polcmd = '*' and policy.polpermissive and policy.polroles = '{0}'
      and pg_get_expr(policy.polqual, s.oid) = $$(tenant_id = (current_setting('app.tenant_id'::text))::uuid)$$
      and pg_get_expr(policy.polwithcheck, s.oid) = $$(tenant_id = (current_setting('app.tenant_id'::text))::uuid)$$ as isolated
  from listed, stored s
    left join pg_attribute key on key.attrelid = s.oid and key.attname = 'tenant_id' and not key.attisdropped
    left join pg_policy policy on policy.polrelid = s.oid and policy.polname = 'tenant_isolation'
  where s.object <> all (global_tables)
),
standard as materialized (
  select t.*, array(
      select a.attnum from pg_attribute a join (values ('tenant_id', 1), ('created_at', 2), ('id', 3)) k (name, at) on k.name = a.attname
      where a.attrelid = t.oid and not a.attisdropped order by k.at) as keyset
  from tenant_table t where not plain and isolated
),
foreign_key as materialized (
  select f.*, s.object, t.tenant_id, r.nspname || '.' || r.relname as referenced,
    t.oid is not null as from_tenant, g.tenant_id as referenced_tenant_id
  from pg_constraint f
    join stored s on s.oid = f.conrelid
    join (select c.oid, nspname, relname from pg_class c join pg_namespace n on n.oid = relnamespace) r on r.oid = f.confrelid
    left join tenant_table t on t.oid = f.conrelid
    left join tenant_table g on g.oid = f.confrelid
  where f.contype = 'f' and f.conparentid = 0
),
index as materialized (
  select i.indrelid, i.indexrelid, i.indisunique, i.indisprimary, i.indisexclusion, i.indisvalid, i.indnkeyatts, i.indclass, i.indoption,
    i.indkey::int2[] as keys, pg_get_expr(i.indpred, i.indrelid) as predicate, s.object, c.relname as name
  from pg_index i join stored s on s.oid = i.indrelid join pg_class c on c.oid = i.indexrelid
),
relation_grant as materialized (
  select r.oid, r.object, r.nspname, r.relkind, acl.privilege_type as privilege, coalesce(g.name, 'everyone') as grantee
  from relation r, aclexplode(r.relacl) acl left join runtime g on g.oid = acl.grantee
  where acl.grantee = 0 or g.oid is not null
  union
  select r.oid, r.object, r.nspname, r.relkind, acl.privilege_type, coalesce(g.name, 'everyone')
  from relation r join pg_attribute a on a.attrelid = r.oid and a.attacl is not null, aclexplode(a.attacl) acl
    left join runtime g on g.oid = acl.grantee
  where acl.grantee = 0 or g.oid is not null
),
changes_refused as materialized (
  -- For each table, the bits of pg_trigger.tgtype that refuse_change guards: 8 delete, 16 update (both for each row), 32 truncate.
  select tgrelid, bit_or(tgtype & 56) as guarded
  from pg_trigger
  where tgfoid = to_regproc('public.refuse_change') and tgenabled in ('O', 'A') and tgqual is null
    and tgattr = '' and tgtype & 2 = 2 and (tgtype & 1 = 1 or tgtype & 32 = 32)
  group by tgrelid
),
guard as (
  -- Triggers that keep a promise about rows of one table: the function, the bits of pg_trigger.tgtype that it has to have
  -- (1 for each row, 2 before, 4 insert, 8 delete, 16 update), and the promise.
  select * from (values
    ('public.consents', 'public.refuse_consent_shortcut', 19, 'keeps states moving along their arrows'),
    ('public.consents', 'public.refuse_signed_change', 19, 'keeps what was signed'),
    ('public.consents', 'public.refuse_weaker_label', 19, 'keeps the label'),
    ('public.consent_scopes', 'public.refuse_late_part', 7, 'keeps parts from what was signed'),
    ('public.consent_recipients', 'public.refuse_late_part', 7, 'keeps parts from what was signed'),
    ('public.patients', 'public.refuse_weaker_label', 19, 'keeps the label'),
    ('public.encryption_keys', 'public.refuse_root_key_loss', 27, 'keeps the root key')
  ) g (object, function, bits, promise)
),
leakproof as materialized (
  -- An operator that could betray its operands is not tried before the policy, so an index led by its type does not help under it.
  select o.oid, coalesce(bool_and(p.proleakproof), false) as safe
  from pg_opclass o
    left join pg_amop a on a.amopfamily = o.opcfamily and a.amoppurpose = 's'
      and a.amoplefttype = o.opcintype and a.amoprighttype = o.opcintype
    left join pg_operator op on op.oid = a.amopopr
    left join pg_proc p on p.oid = op.oprcode
  where o.oid in (select unnest(indclass) from index)
  group by o.oid
)

-- Tables: key, isolation, policies.
select t.object, 'The primary key is not led by tenant_id.' as problem
from tenant_table t
where not exists (
  select from pg_constraint k where k.conrelid = t.oid and k.contype = 'p' and k.conkey[1] = t.tenant_id)

union all
select object, 'Row-level security is not enabled.' from tenant_table where not relrowsecurity
union all
select object, 'Row-level security is not forced, so the owner sees every tenant.' from tenant_table where not relforcerowsecurity
union all
select object, 'The policy tenant_isolation is missing or is not the standard one.' from tenant_table where not isolated

union all
select s.object, format('The policy %s is not listed for %s.', p.polname,
  case when p.polroles = '{0}' then 'everyone'
    else (select string_agg(rolname, ', ' order by rolname) from pg_roles where oid = any (p.polroles)) end)
from listed, stored s join pg_policy p on p.polrelid = s.oid
where p.polname <> 'tenant_isolation'
  and not (cardinality(p.polroles) = 1 and p.polroles <> '{0}'
    and s.object || ' ' || p.polname || ' ' || (select rolname from pg_roles where oid = p.polroles[1]) = any (scans))

union all
select object, 'This is a foreign table, which row-level security cannot guard.' from relation where relkind = 'f'

-- Foreign keys.
union all
select f.object, format('The foreign key %s does not carry the tenant: it has to lead with tenant_id on both sides.', f.conname)
from foreign_key f, listed
where f.referenced <> all (global_tables)
  and (f.conkey[1] = f.tenant_id and f.confkey[1] = f.referenced_tenant_id) is not true

union all
select f.object, format('The foreign key %s refers to tenants by another column than tenant_id.', f.conname)
from foreign_key f
where f.referenced = 'public.tenants' and f.conkey <> array[f.tenant_id]

union all
select f.object, format('The foreign key %s has no index to support it.', f.conname)
from foreign_key f
where not exists (
  select from index i
  where i.indrelid = f.conrelid and i.indisvalid and not i.indisexclusion
    and (i.predicate is null or i.predicate in (
      select format('(%I IS NOT NULL)', a.attname) from pg_attribute a where a.attrelid = f.conrelid and a.attnum = any (f.conkey)))
    and (
      (i.keys[0:cardinality(f.conkey) - 1] @> f.conkey and i.keys[0:cardinality(f.conkey) - 1] <@ f.conkey)
      or (i.keys[0] = f.tenant_id and i.keys[1:cardinality(f.conkey)] @> f.conkey and i.keys[1:cardinality(f.conkey)] <@ f.conkey)))

union all
select f.object, format('The foreign key %s sets columns to null or to their default, tenant_id among them.', f.conname)
from foreign_key f where f.confdeltype in ('n', 'd') or f.confupdtype in ('n', 'd')

union all
select f.object, format('The foreign key %s was never validated.', f.conname)
from foreign_key f where not f.convalidated

-- Indexes.
union all
select t.object, format('The index %s is unique or exclusive across tenants: it has to lead with tenant_id.', i.name)
from tenant_table t join index i on i.indrelid = t.oid
where (i.indisunique or i.indisexclusion) and i.keys[0] <> t.tenant_id

union all
select t.object, format('The index %s is led by %s, which row-level security keeps from being used.', i.name,
  coalesce(
    (select format('%I of type %s', a.attname, format_type(a.atttypid, a.atttypmod))
     from pg_attribute a where a.attrelid = t.oid and a.attnum = i.keys[lead.at] and a.attnum <> 0), 'an expression'))
from tenant_table t join index i on i.indrelid = t.oid,
  lateral (select case when i.keys[0] = t.tenant_id then 1 else 0 end as at) lead,
  leakproof l
where l.oid = i.indclass[lead.at] and lead.at < i.indnkeyatts and not i.indisexclusion
  and (not l.safe or (i.keys[lead.at] = 0 and not i.indisunique))

union all
select t.object, 'The keyset index (tenant_id, created_at desc, id desc) is missing.'
from standard t
where not exists (
  select from index i
  where i.indrelid = t.oid and i.indisvalid and i.predicate is null and i.indnkeyatts = 3 and i.indoption[1] = 3 and i.indoption[2] = 3
    and array[i.keys[0], i.keys[1], i.keys[2]] = t.keyset)

-- Columns.
union all
select t.object, format('The kind of the table is unknown: the comment on its policy says %s.', coalesce(quote_literal(t.kind), 'nothing'))
from standard t
where coalesce(t.kind, '') not in ('kept', 'immutable', 'erasable', 'immutable, erasable')

union all
select t.object, format('The standard column %s is missing, or is not %s%s.', c.name, c.type, case when c.required then ' not null' else '' end)
from standard t
  join (values
    ('tenant_id', 'uuid', true, '{kept,immutable,erasable,"immutable, erasable"}'::text[]),
    ('id', 'uuid', true, '{kept,immutable,erasable,"immutable, erasable"}'),
    ('created_at', 'timestamp with time zone', true, '{kept,immutable,erasable,"immutable, erasable"}'),
    ('created_by', 'uuid', false, '{kept,immutable,erasable,"immutable, erasable"}'),
    ('updated_at', 'timestamp with time zone', true, '{kept,erasable}'),
    ('updated_by', 'uuid', false, '{kept,erasable}'),
    ('version', 'integer', true, '{kept,erasable}'),
    ('deleted_at', 'timestamp with time zone', false, '{kept}')
  ) c (name, type, required, kinds) on t.kind = any (c.kinds)
where not exists (
  select from pg_attribute a
  where a.attrelid = t.oid and a.attname = c.name and not a.attisdropped
    and format_type(a.atttypid, a.atttypmod) = c.type and a.attnotnull = c.required)

union all
select s.object || '.' || a.attname, case
  when a.atttypid in ('text'::regtype, 'varchar'::regtype, 'bpchar'::regtype, 'name'::regtype, '"char"'::regtype)
    or e.typname = 'citext' then 'The column is bare text: it needs a domain that says what it holds.'
  else 'The column is an array of text without a check on what it holds.' end
from stored s
  join pg_attribute a on a.attrelid = s.oid and a.attnum > 0 and not a.attisdropped
  join pg_type e on e.oid = a.atttypid
where s.object <> 'public.seaql_migrations'
  and (
    a.atttypid in ('text'::regtype, 'varchar'::regtype, 'bpchar'::regtype, 'name'::regtype, '"char"'::regtype) or e.typname = 'citext'
    or (a.atttypid in ('text[]'::regtype, 'varchar[]'::regtype, 'bpchar[]'::regtype, 'name[]'::regtype, '"char"[]'::regtype)
      and not exists (select from pg_constraint c where c.conrelid = s.oid and c.contype = 'c' and a.attnum = any (c.conkey))))

-- Triggers.
union all
select t.object, format('The table is immutable, but nothing refuses %s.', g.what)
from standard t
  left join changes_refused r on r.tgrelid = t.oid
  join (values (8, 'delete'), (16, 'update'), (32, 'truncate')) g (bit, what) on coalesce(r.guarded, 0) & g.bit = 0
where t.kind like 'immutable%' and not (t.kind = 'immutable, erasable' and g.bit = 8)

union all
select t.object, 'The trigger stamp_change is missing: changes leave no time, author and version.'
from standard t
where t.kind in ('kept', 'erasable') and not exists (
  select from pg_trigger
  where tgrelid = t.oid and tgfoid = to_regproc('public.stamp_change') and tgenabled in ('O', 'A') and tgqual is null
    and tgattr = '' and tgtype & 19 = 19)

union all
select g.object, format('Nothing %s: the trigger with %s is missing.', g.promise, g.function)
from guard g
where not exists (
  select from pg_trigger
  where tgrelid = to_regclass(g.object) and tgfoid = to_regproc(g.function) and tgenabled in ('O', 'A') and tgqual is null
    and tgattr = '' and tgtype & g.bits = g.bits)

union all
select s.object, format('The trigger %s is switched off.', coalesce(
  -- A foreign key is held by triggers whose names are numbers.
  (select 'of the constraint ' || k.conname from pg_constraint k where k.oid = g.tgconstraint), g.tgname))
from stored s join pg_trigger g on g.tgrelid = s.oid
where g.tgenabled not in ('O', 'A')

-- Views and functions.
union all
select object, 'The view lacks security_invoker, so it reads as its owner.'
from relation
where relkind = 'v' and not exists (select from unnest(reloptions) o where o in ('security_invoker=true', 'security_invoker=on', 'security_invoker=1', 'security_invoker=yes'))
union all
select object, 'This is a materialised view, which row-level security cannot guard.' from relation where relkind = 'm'
union all
select format('%s.%s(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)), 'The function is SECURITY DEFINER.'
from pg_proc p join pg_namespace n on n.oid = p.pronamespace
where p.prosecdef and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  and not exists (select from extension_member where classid = 'pg_proc'::regclass and objid = p.oid)

-- Grants.
union all
select object, format('%s is granted to %s.', privilege, grantee)
from relation_grant where privilege in ('TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN') or grantee = 'everyone'
union all
select g.object, format('%s is granted to %s, but rows of this table are not %s.', g.privilege, g.grantee,
  case g.privilege when 'UPDATE' then 'changed' else 'erased' end)
from relation_grant g join standard t on t.oid = g.oid
where (g.privilege = 'UPDATE' and t.kind like 'immutable%') or (g.privilege = 'DELETE' and t.kind not like '%erasable')
union all
select g.object, format('%s is granted to %s on a partition: rows are reached through the parent.', g.privilege, g.grantee)
from relation_grant g join tenant_table t on t.oid = g.oid where t.relispartition
union all
select object, format('%s is granted to consentry_readonly, which may only read.', privilege)
from relation_grant where grantee = 'consentry_readonly' and privilege in ('INSERT', 'UPDATE', 'DELETE')
union all
select object, format('%s is granted to consentry_readonly in the schema phi.', privilege)
from relation_grant where grantee = 'consentry_readonly' and nspname = 'phi'
union all
select 'phi', format('%s on the schema phi is open to consentry_readonly.', p)
from runtime r, unnest(array['USAGE', 'CREATE']) p
where r.name = 'consentry_readonly' and r.oid is not null and has_schema_privilege(r.oid, to_regnamespace('phi')::oid, p)

-- Roles.
union all
select name, 'The role does not exist.' from runtime where oid is null
union all
select r.name, format('The role has %s.', a.what)
from runtime r, lateral (values
  (r.rolsuper, 'SUPERUSER'), (r.rolbypassrls, 'BYPASSRLS'), (r.rolcreaterole, 'CREATEROLE'), (r.rolcreatedb, 'CREATEDB'),
  (r.rolreplication, 'REPLICATION'), (r.rolinherit, 'INHERIT')) a (held, what)
where a.held
union all
select r.name, format('The role is a member of %s.', g.rolname)
from runtime r join pg_auth_members m on m.member = r.oid join pg_roles g on g.oid = m.roleid
union all
select distinct r.name, format('The role owns %s.', coalesce(case when d.classid = 'pg_database'::regclass then 'this database'
  else pg_describe_object(d.classid, d.objid, d.objsubid) end, 'something'))
from runtime r join pg_shdepend d on d.refclassid = 'pg_authid'::regclass and d.refobjid = r.oid and d.deptype = 'o'
where d.dbid = (select oid from pg_database where datname = current_database())
  or (d.dbid = 0 and d.classid = 'pg_database'::regclass and d.objid = (select oid from pg_database where datname = current_database()))
union all
select r.name, format('The role may create objects in the schema %s.', n.nspname)
from runtime r, pg_namespace n
where r.oid is not null and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and has_schema_privilege(r.oid, n.oid, 'CREATE')
union all
select r.name, 'The role may create schemas in this database.'
from runtime r where r.oid is not null and has_database_privilege(r.oid, current_database(), 'CREATE')

order by 1, 2
