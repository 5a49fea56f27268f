-- Tokens of programs and partners.
do $$
begin
    alter table audit_logs drop constraint audit_logs_credential_check;
    alter table audit_logs add constraint audit_logs_credential_check check (
        credential in ('NONE', 'SESSION', 'API_TOKEN', 'OPERATOR'));
exception when check_violation then
    -- Rows of the record stay as they are, those of the credentials that go here too.
    alter table audit_logs drop constraint audit_logs_credential_check;
    alter table audit_logs add constraint audit_logs_credential_check check (
        credential in ('NONE', 'SESSION', 'API_TOKEN', 'OPERATOR')) not valid;
end
$$;
alter table organizations drop constraint organizations_not_own_parent;
drop table partner_assertions;
alter table access_tokens
    drop constraint access_tokens_partner,
    drop constraint access_tokens_used_once,
    drop constraint access_tokens_family,
    drop column used_at,
    drop column partner_client_id,
    drop column session_id,
    drop column family_id;
drop table partner_clients;
drop table api_keys;
