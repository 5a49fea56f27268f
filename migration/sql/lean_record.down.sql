alter domain code drop constraint code_check;
alter domain code add constraint code_check check (value ~ '^[A-Z][A-Z0-9_]{0,63}$');

alter table audit_links add constraint audit_links_tenant_id_fkey foreign key (tenant_id) references tenants (id);

create index audit_logs_consent_id_idx on audit_logs (tenant_id, consent_id);
alter table audit_logs
    add constraint audit_logs_tenant_id_fkey foreign key (tenant_id) references tenants (id),
    add constraint audit_logs_patient_id_fkey foreign key (tenant_id, patient_id) references patients (tenant_id, id),
    add constraint audit_logs_actor_id_fkey foreign key (tenant_id, actor_id) references users (tenant_id, id),
    add constraint audit_logs_consent_id_fkey foreign key (tenant_id, consent_id) references consents (tenant_id, id);
