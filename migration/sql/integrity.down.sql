alter table idempotency_keys no force row level security;
delete from idempotency_keys;
alter table idempotency_keys force row level security;
alter table idempotency_keys alter column request_mac type digest;
alter table idempotency_keys rename column request_mac to request_digest;
grant select on idempotency_keys to consentry_readonly;
