-- What a caller may use, and which features and documents are on.

create domain public.graphql_document as text check (octet_length(value) between 1 and 65536);
comment on domain public.graphql_document is 'A GraphQL document as it was sent; it holds no value of anybody, since values travel as variables';

-- One row for each user, and one for the tenant itself. Servers take points from it in portions and spend them by themselves.
create table usage_buckets (
    principal_id uuid not null,
    points bigint not null check (points >= 0),
    granted bigint not null check (granted >= 0),
    filled_at timestamptz not null
);
select tenant_table('usage_buckets', erasable => true);
create unique index usage_buckets_principal_id_key on usage_buckets (tenant_id, principal_id);
comment on table usage_buckets is 'What is left of what callers may spend';
comment on column usage_buckets.principal_id is 'The user, or the tenant for all of its users together';
comment on column usage_buckets.points is 'What was left at filled_at';
comment on column usage_buckets.granted is 'What the newest portion came to: the statement that takes it reads it from here';

create table trusted_documents (
    client_name label not null,
    name label not null,
    digest digest not null,
    body graphql_document not null
);
select tenant_table('trusted_documents', erasable => true);
create unique index trusted_documents_digest_key on trusted_documents (tenant_id, digest);
comment on table trusted_documents is 'Documents that clients may ask for by their SHA-256';

-- A tenant's rows go before those of the reserved tenant, which hold for all.
create table feature_flags (
    key dotted_key not null,
    enabled boolean not null,
    rollout_percentage integer not null check (rollout_percentage between 0 and 100),
    description label
);
select tenant_table('feature_flags', erasable => true);
create unique index feature_flags_key_key on feature_flags (tenant_id, key);
comment on table feature_flags is 'Which features are on, and for how many of the users';
