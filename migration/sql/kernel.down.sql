-- Roles stay: they are cluster-wide, and other databases use them. What they were granted here goes.
drop function
  public.tenant_scan(regclass, name, text[]), public.tenant_reference(regclass, name, regclass, boolean),
  public.tenant_partition(regclass), public.tenant_table(regclass, boolean, boolean),
  public.tenant_isolate(regclass, text), public.stamp_change(), public.refuse_change();

drop domain
  public.reference, public.time_zone, public.blind_token, public.mac, public.digest,
  public.slug, public.dotted_key, public.code, public.label, public.sealed;

do $$
begin
  if to_regclass('public.seaql_migrations') is not null then
    revoke select on public.seaql_migrations from consentry_app;
  end if;
end
$$;

revoke usage on schema public from consentry_app, consentry_worker, consentry_sealer, consentry_readonly;
drop schema phi;
