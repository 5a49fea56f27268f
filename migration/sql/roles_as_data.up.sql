-- Roles as data: ranks, and roles that a tenant defines on top of others.

alter table roles
    add column rank smallint not null default 10 check (rank between 0 and 100),
    add column parent_role_id uuid,
    -- The role and all it is built upon, so that reading permissions climbs no tree.
    add column lineage uuid[] not null default '{}' check (array_position(lineage, null) is null and cardinality(lineage) <= 8),
    add constraint roles_not_own_parent check (parent_role_id <> id),
    add constraint roles_system_stand_alone check (not (is_system and parent_role_id is not null));
select tenant_reference('roles', 'parent_role_id', 'roles');
