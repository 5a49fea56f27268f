drop table access_tokens;
drop table sessions;
drop table role_assignments;
drop table role_permissions;
drop table roles;
drop table users;
drop table permissions;
drop domain password_hash;
