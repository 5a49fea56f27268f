-- Identity providers of a tenant.
do $$
begin
    alter table audit_logs drop constraint audit_logs_credential_check;
    alter table audit_logs add constraint audit_logs_credential_check check (
        credential in ('NONE', 'SESSION', 'API_TOKEN', 'OPERATOR', 'ACCESS_TOKEN', 'API_KEY'));
exception when check_violation then
    -- Rows of the record stay as they are, those of the credential that goes here too.
    alter table audit_logs drop constraint audit_logs_credential_check;
    alter table audit_logs add constraint audit_logs_credential_check check (
        credential in ('NONE', 'SESSION', 'API_TOKEN', 'OPERATOR', 'ACCESS_TOKEN', 'API_KEY')) not valid;
end
$$;
drop table federated_sign_ins;
drop table identity_providers;
drop domain provider_secret;
drop domain web_address;
