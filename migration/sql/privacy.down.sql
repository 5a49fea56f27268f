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
create or replace function public.refuse_late_part() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    perform from public.consents
    where tenant_id = new.tenant_id and id = new.consent_id and status in ('DRAFT', 'PENDING_SIGNATURE')
    for share;
    if not found then
        raise exception 'nothing is added to what was signed' using errcode = '55000';
    end if;
    return new;
end
$$;
create or replace function public.refuse_signed_change() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    free text[] := array['status', 'revocation_reason', 'data_class', 'updated_at', 'updated_by', 'version'];
begin
    if old.status in ('DRAFT', 'PENDING_SIGNATURE') then
        return new;
    end if;
    if old.status = 'ACTIVE' and new.status = 'REVOKED' then
        free := free || array['revoked_at', 'revoked_by', 'revocation_method', 'revocation_evidence_reference'];
    end if;
    if old.expiry_event_at is null then
        free := free || 'expiry_event_at'::text;
    end if;
    if to_jsonb(old) - free is distinct from to_jsonb(new) - free then
        raise exception 'what was signed does not change' using errcode = '55000';
    end if;
    return new;
end
$$;
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
