-- Everything of a database's catalog that a migration can make, one line each.
with namespace as (
  select oid, nspname, nspacl, nspowner from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'
),
relation as (
  select c.*, n.nspname || '.' || c.relname as path from pg_class c join namespace n on n.oid = c.relnamespace
)
select format('schema %s owner %s grants %s comment %s', nspname, nspowner::regrole,
    array(select unnest(nspacl)::text order by 1), obj_description(oid, 'pg_namespace')) as line
from namespace
union all
select format('%s %s owner %s security %s %s persistence %s options %s grants %s comment %s%s',
    case relkind when 'r' then 'table' when 'p' then 'table' when 'v' then 'view' when 'm' then 'view' when 'S' then 'sequence' else 'relation' end,
    path, relowner::regrole, relrowsecurity, relforcerowsecurity, relpersistence, reloptions,
    array(select unnest(relacl)::text order by 1), obj_description(oid, 'pg_class'),
    case when relkind in ('v', 'm') then pg_get_viewdef(oid) else '' end)
from relation where relkind <> 'i' and relkind <> 'I' and relkind <> 'c'
union all
select format('column %s.%s at %s type %s required %s default %s identity %s generated %s collation %s grants %s comment %s',
    r.path, a.attname, a.attnum, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid),
    a.attidentity, a.attgenerated, a.attcollation::regcollation,
    array(select unnest(a.attacl)::text order by 1), col_description(r.oid, a.attnum))
from relation r
  join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
  left join pg_attrdef d on d.adrelid = r.oid and d.adnum = a.attnum
where r.relkind in ('r', 'p', 'v', 'm', 'f')
union all
select format('constraint %s on %s %s validated %s comment %s', c.conname,
    coalesce((select path from relation where oid = c.conrelid), nullif(c.contypid, 0)::regtype::text),
    pg_get_constraintdef(c.oid), c.convalidated, obj_description(c.oid, 'pg_constraint'))
from pg_constraint c join namespace n on n.oid = c.connamespace
union all
select format('index %s valid %s comment %s', pg_get_indexdef(i.indexrelid), i.indisvalid, obj_description(i.indexrelid, 'pg_class'))
from pg_index i join relation r on r.oid = i.indrelid
union all
select format('policy %s on %s permissive %s command %s roles %s using %s check %s comment %s', p.polname, r.path,
    p.polpermissive, p.polcmd, array(select unnest(p.polroles)::regrole::text order by 1),
    pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid), obj_description(p.oid, 'pg_policy'))
from pg_policy p join relation r on r.oid = p.polrelid
union all
select format('trigger %s enabled %s comment %s', pg_get_triggerdef(t.oid), t.tgenabled, obj_description(t.oid, 'pg_trigger'))
from pg_trigger t join relation r on r.oid = t.tgrelid where not t.tgisinternal
union all
select format('function %s owner %s grants %s comment %s', pg_get_functiondef(p.oid), p.proowner::regrole,
    array(select unnest(p.proacl)::text order by 1), obj_description(p.oid, 'pg_proc'))
from pg_proc p join namespace n on n.oid = p.pronamespace where p.prokind in ('f', 'p')
union all
select format('%s %s.%s owner %s base %s required %s default %s labels %s grants %s comment %s',
    case t.typtype when 'd' then 'domain' when 'e' then 'enum' else 'type' end, n.nspname, t.typname, t.typowner::regrole,
    format_type(nullif(t.typbasetype, 0), t.typtypmod), t.typnotnull, t.typdefault,
    array(select enumlabel::text from pg_enum where enumtypid = t.oid order by enumsortorder),
    array(select unnest(t.typacl)::text order by 1), obj_description(t.oid, 'pg_type'))
from pg_type t join namespace n on n.oid = t.typnamespace
where t.typtype in ('d', 'e') or t.typtype = 'c' and exists (select from pg_class where oid = t.typrelid and relkind = 'c')
union all
select format('extension %s %s', extname, extversion) from pg_extension
union all
select format('default grants of %s in %s for %s: %s', defaclrole::regrole, defaclnamespace::regnamespace, defaclobjtype,
    array(select unnest(defaclacl)::text order by 1))
from pg_default_acl
order by 1
