drop trigger encryption_keys_keep_roots on encryption_keys;
drop function refuse_root_key_loss();

drop trigger consents_keep_their_label on consents;
drop trigger patients_keep_their_label on patients;
drop function refuse_weaker_label();
drop trigger consent_recipients_come_before_the_signature on consent_recipients;
drop trigger consent_scopes_come_before_the_signature on consent_scopes;
drop function refuse_late_part();
drop trigger consents_keep_what_was_signed on consents;
drop function refuse_signed_change();

alter table idempotency_keys no force row level security;
delete from idempotency_keys;
alter table idempotency_keys force row level security;
alter table idempotency_keys alter column request_mac type digest;
alter table idempotency_keys rename column request_mac to request_digest;
grant select on idempotency_keys to consentry_readonly;
