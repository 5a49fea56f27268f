create index care_team_members_practitioner_id_idx on care_team_members (tenant_id, practitioner_id);
drop index care_team_members_caseload_idx;

alter domain code drop constraint code_check;
alter domain code add constraint code_check check (value ~ '^[A-Z][A-Z0-9_]{0,63}$');

-- No tenant is set while migrating, and the policy binds the owner too; the tables are locked until the transaction ends.
alter table audit_links no force row level security;
alter table audit_logs no force row level security;
alter table patients no force row level security;
alter table users no force row level security;
alter table consents no force row level security;
alter table audit_links add constraint audit_links_tenant_id_fkey foreign key (tenant_id) references tenants (id);

create index audit_logs_consent_id_idx on audit_logs (tenant_id, consent_id);
alter table audit_logs
    add constraint audit_logs_tenant_id_fkey foreign key (tenant_id) references tenants (id),
    add constraint audit_logs_patient_id_fkey foreign key (tenant_id, patient_id) references patients (tenant_id, id),
    add constraint audit_logs_actor_id_fkey foreign key (tenant_id, actor_id) references users (tenant_id, id),
    add constraint audit_logs_consent_id_fkey foreign key (tenant_id, consent_id) references consents (tenant_id, id);
alter table consents force row level security;
alter table users force row level security;
alter table patients force row level security;
alter table audit_logs force row level security;
alter table audit_links force row level security;
