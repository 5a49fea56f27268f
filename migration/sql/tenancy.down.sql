drop table locations;
drop table organizations;
drop table tenants;
