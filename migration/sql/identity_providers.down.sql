-- Identity providers of a tenant.

alter table audit_logs drop constraint audit_logs_credential_check;
alter table audit_logs add constraint audit_logs_credential_check
    check (credential in ('NONE', 'SESSION', 'API_TOKEN', 'OPERATOR'));
drop table federated_sign_ins;
drop table identity_providers;
drop domain provider_secret;
drop domain web_address;
