alter table roles
    drop column lineage,
    drop column parent_role_id,
    drop column rank;
