-- How people prove who they are: invitations, passwords, one-time codes.

drop table recovery_codes, one_time_code_secrets, user_tokens;

drop index users_email_token_idx;
drop index users_email_token_key;
create unique index users_email_token_key on users (tenant_id, email_token);

alter table users
    drop column password_reset_requested_at,
    drop column one_time_code_since,
    drop column locked_until,
    drop column failed_sign_ins,
    drop column status_reason;
