-- Integrity: what a bug in the server, or a person in its role, must not be able to change or to learn.

-- A key under which a mutation happens once was bound to its input by a plain digest, which whoever knows a name can find
-- a birth date with. Those that are there go: for a day, a mutation sent again may happen again.
alter table idempotency_keys no force row level security;
delete from idempotency_keys;
alter table idempotency_keys force row level security;
alter table idempotency_keys rename column request_digest to request_mac;
alter table idempotency_keys alter column request_mac type mac;
revoke select on idempotency_keys from consentry_readonly;
