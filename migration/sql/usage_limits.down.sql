-- What a caller may use, and which features and documents are on.
drop table feature_flags;
drop table trusted_documents;
drop table usage_buckets;
drop domain public.graphql_document;
