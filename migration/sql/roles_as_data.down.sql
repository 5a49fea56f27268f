drop index role_assignments_key;
drop index person_relationships_authority_idx;
create index role_assignments_role_id_idx on role_assignments (tenant_id, role_id);
drop index role_assignments_holders_idx;
drop index role_permissions_key;
create unique index role_permissions_key on role_permissions (tenant_id, role_id, permission_key);
drop index roles_key_key;
create unique index roles_key_key on roles (tenant_id, key);
drop trigger derive_roles_on_update on role_permissions;
drop trigger derive_roles_on_insert on role_permissions;
drop function derive_roles_of_permissions();
drop trigger derive_built_upon on roles;
drop function derive_built_upon();
drop trigger derive_role on roles;
drop function derive_role();
alter table roles
    drop column granted,
    drop column lineage,
    drop column system_key,
    drop column parent_role_id,
    drop column rank;
drop domain permission_list;
