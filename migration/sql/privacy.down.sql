alter table disclosures
    drop column break_glass_event_id,
    drop column sharing_grant_id,
    drop column recipient_user_id;
drop table protected_notes;
drop table access_approvals;
drop table break_glass_events;
drop table sharing_devices;
drop table sharing_grants;
drop table policies;
alter table person_relationships
    drop column evidence_reference,
    drop column verified_by;
alter table locations drop column state;
alter table organizations drop column state;
drop trigger tell_consents on consent_recipients;
drop trigger tell_consents on consent_scopes;
drop function tell_consents_of_parts();
drop trigger tell_facts on consents;
drop function tell_consent_facts();
drop index users_contact_token_key;
alter table users
    drop constraint users_can_sign_in,
    drop column contact_token,
    add constraint users_can_sign_in check (email_token is not null or (issuer is not null and subject is not null));
alter table consent_recipients drop column contact_kind;
alter table consents
    drop constraint consents_supersede_another,
    drop constraint consents_two_signers,
    drop constraint consents_co_signature,
    drop column signed_copy,
    drop column co_signer_capacity,
    drop column co_signed_at,
    drop column facts;
drop domain device_name;
drop domain consent_facts;
