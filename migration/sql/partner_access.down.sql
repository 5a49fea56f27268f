-- Tokens of programs and partners. Rows of the record that name such a credential stay as they are and are not checked again.
alter table audit_logs
    drop constraint audit_logs_credential_check,
    add constraint audit_logs_credential_check check (
        credential in ('NONE', 'SESSION', 'API_TOKEN', 'OPERATOR')) not valid;
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
