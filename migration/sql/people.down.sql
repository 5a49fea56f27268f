drop table care_team_members;
drop table person_relationships;
drop table practitioners;
drop table patients;
drop table phi.person_tokens;
drop index users_person_id_idx;
alter table users drop constraint users_person_id_fkey;
drop table phi.persons;
