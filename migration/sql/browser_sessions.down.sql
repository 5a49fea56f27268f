-- Sessions: idle time, rotation, proof that is fresh; and how often an address may try to sign in.
drop table sign_in_addresses;
alter table sessions drop column last_seen_at, drop column idle_seconds, drop column idle_at, drop column proved_at;
