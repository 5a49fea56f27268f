-- Consent and 42 CFR Part 2, complete: who stands in for a patient, sharing with family, emergencies, approvals, notes kept
-- apart, policies, and what a decision has to know put together when it changes.

create domain public.consent_facts as text check (octet_length(value) <= 65536);
comment on domain public.consent_facts is 'What a decision has to know of a consent, as JSON with one-letter keys; timestamps in microseconds since 1970';
create domain public.device_name as text check (char_length(value) between 1 and 100 and btrim(value) <> '' and value !~ '[[:cntrl:]]');

alter table consents
    add column facts consent_facts,
    add column co_signed_at timestamptz,
    add column co_signer_capacity code check (co_signer_capacity in ('PARENT', 'GUARDIAN', 'LEGAL_REPRESENTATIVE', 'MINOR')),
    add column signed_copy sealed,
    add constraint consents_co_signature check (
        (co_signed_at is null) = (co_signer_capacity is null)
        and (co_signed_at is null or co_signer_person_id is not null)),
    add constraint consents_two_signers check (co_signer_person_id <> signer_person_id),
    add constraint consents_supersede_another check (supersedes_id <> id);
comment on column consents.facts is 'Kept by triggers, so that a decision on many patients reads one row for each consent';
comment on column consents.signed_copy is 'What was signed, in words that the signer can read (42 CFR 2.31, 2.32(b))';

alter table consent_recipients add column contact_kind code check (contact_kind in ('EMAIL', 'PHONE'));

-- Somebody of a patient's family signs in with a contact that was shared with, by a one-time code.
alter table users
    add column contact_token mac,
    drop constraint users_can_sign_in,
    add constraint users_can_sign_in check (
        email_token is not null or contact_token is not null or (issuer is not null and subject is not null));
create unique index users_contact_token_key on users (tenant_id, contact_token) where status <> 'DEACTIVATED';

-- Where two have to sign (42 CFR 2.14), what the first one signed is what the second one gets to sign. What a decision has to
-- know is derived, so it may be told anew.
create or replace function public.refuse_signed_change() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    free text[] := array['status', 'revocation_reason', 'data_class', 'facts', 'updated_at', 'updated_by', 'version'];
begin
    if old.status in ('DRAFT', 'PENDING_SIGNATURE') then
        if old.signed_at is null then
            return new;
        end if;
        if new.status = 'DRAFT' and old.status <> 'DRAFT' then
            raise exception 'what somebody signed is no draft again' using errcode = '55000';
        end if;
        free := free || array['co_signed_at', 'co_signer_person_id', 'co_signer_capacity', 'signed_copy'];
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
create or replace function public.refuse_late_part() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    perform from public.consents
    where tenant_id = new.tenant_id and id = new.consent_id
        and (status = 'DRAFT' or (status = 'PENDING_SIGNATURE' and signed_at is null))
    for share;
    if not found then
        raise exception 'nothing is added to what was signed' using errcode = '55000';
    end if;
    return new;
end
$$;

create function public.tell_consent_facts() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    micros constant numeric := 1000000;
begin
    -- Only the triggers of scopes and recipients empty it: the consent itself did not change.
    if tg_op = 'UPDATE' and new.facts is null and old.facts is not null then
        new.version := old.version;
        new.updated_at := old.updated_at;
        new.updated_by := old.updated_by;
    end if;
    new.facts := json_strip_nulls(json_build_object(
        'i', new.id, 'k', new.kind, 'd', new.decision, 's', new.status, 'p', new.purposes, 'e', new.expiry_kind,
        'x', (extract(epoch from new.expiry_event_at) * micros)::bigint,
        'f', (extract(epoch from new.valid_from) * micros)::bigint,
        't', (extract(epoch from new.valid_to) * micros)::bigint,
        'g', (extract(epoch from new.signed_at) * micros)::bigint,
        'c', new.signer_capacity, 'w', new.signer_person_id,
        'y', new.co_signer_capacity, 'z', new.co_signer_person_id,
        'n', (select json_agg(json_build_object('c', s.data_class, 'k', s.resource_kind,
                'f', (extract(epoch from s.covers_from) * micros)::bigint,
                't', (extract(epoch from s.covers_to) * micros)::bigint) order by s.id)
            from public.consent_scopes s where s.tenant_id = new.tenant_id and s.consent_id = new.id),
        'r', (select json_agg(json_build_object('k', r.kind, 'u', r.user_id, 'p', r.practitioner_id,
                'c', r.recipient_class, 'o', r.organization_id, 't', encode(r.contact_token, 'hex')) order by r.id)
            from public.consent_recipients r where r.tenant_id = new.tenant_id and r.consent_id = new.id)))::text;
    return new;
end
$$;
comment on function public.tell_consent_facts() is 'Trigger: puts together what a decision has to know of a consent. Its name comes after stamp_change, whose work it undoes where the consent itself did not change';
create trigger tell_facts before insert or update on consents for each row execute function tell_consent_facts();

create function public.tell_consents_of_parts() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    update public.consents set facts = null
    where (tenant_id, id) in (select distinct tenant_id, consent_id from added);
    return null;
end
$$;
comment on function public.tell_consents_of_parts() is 'Trigger: scopes and recipients reach the facts of their consent';
create trigger tell_consents after insert on consent_scopes
    referencing new table as added for each statement execute function tell_consents_of_parts();
create trigger tell_consents after insert on consent_recipients
    referencing new table as added for each statement execute function tell_consents_of_parts();
revoke all on function tell_consent_facts(), tell_consents_of_parts() from public;

-- Row-level security binds the owner too, so each tenant's consents are told for themselves.
do $$
declare
    tenant uuid;
begin
    for tenant in select id from public.tenants loop
        perform set_config('app.tenant_id', tenant::text, true);
        update public.consents set facts = '{}';
        update public.consents set facts = null;
    end loop;
    perform set_config('app.tenant_id', '', true);
end
$$;

-- In which state care is given: the age at which minors consent alone is a matter of state law (42 CFR 2.14).
alter table organizations add column state code check (state ~ '^[A-Z]{2}$');
alter table locations add column state code check (state ~ '^[A-Z]{2}$');

alter table person_relationships
    add column verified_by uuid,
    add column evidence_reference reference;
select tenant_reference('person_relationships', 'verified_by', 'users');

-- What the organization decided for itself, in versions: the newest that has begun holds.
create table policies (
    kind code not null check (kind in ('MINOR_CONSENT', 'INTERNAL_USE', 'BREAK_GLASS')),
    location_id uuid,
    effective_from timestamptz not null,
    terms jsonb not null check (jsonb_typeof(terms) = 'object' and octet_length(terms::text) <= 16384)
);
select tenant_table('policies', immutable => true);
select tenant_reference('policies', 'location_id', 'locations');
create unique index policies_key on policies (tenant_id, kind, location_id, effective_from) nulls not distinct;
comment on table policies is 'Rules that an organization sets for itself; each row is a version, typed for its kind in Rust';

-- A patient shares with somebody of the family, who proves the contact with a one-time code on each new device.
create table sharing_grants (
    patient_id uuid not null,
    consent_id uuid not null,
    contact_kind code not null check (contact_kind in ('EMAIL', 'PHONE')),
    contact_token mac not null,
    recipient_name sealed not null,
    user_id uuid,
    code_mac mac,
    code_expires_at timestamptz,
    code_attempts smallint not null default 0 check (code_attempts between 0 and 10),
    accepted_at timestamptz,
    expires_at timestamptz,
    last_used_at timestamptz,
    revoked_at timestamptz,
    revoked_by uuid,
    constraint sharing_grants_code check ((code_mac is null) = (code_expires_at is null)),
    constraint sharing_grants_accepted_by_somebody check (accepted_at is null or user_id is not null)
);
select tenant_table('sharing_grants');
select tenant_reference('sharing_grants', 'patient_id', 'patients', indexed => false);
create index sharing_grants_patient_id_idx on sharing_grants (tenant_id, patient_id, created_at desc, id desc);
select tenant_reference('sharing_grants', 'consent_id', 'consents');
select tenant_reference('sharing_grants', 'user_id', 'users');
select tenant_reference('sharing_grants', 'revoked_by', 'users');
create index sharing_grants_contact_idx on sharing_grants (tenant_id, contact_token);

create table sharing_devices (
    user_id uuid not null,
    name device_name not null,
    secret_mac mac not null,
    last_used_at timestamptz not null,
    revoked_at timestamptz
);
select tenant_table('sharing_devices');
select tenant_reference('sharing_devices', 'user_id', 'users');

-- Somebody broke the glass in a medical emergency (42 CFR 2.51).
create table break_glass_events (
    patient_id uuid not null,
    user_id uuid not null,
    session_id uuid not null,
    emergency_nature sealed not null,
    reason sealed not null,
    recipient_name sealed not null,
    recipient_affiliation sealed not null,
    data_classes text[] not null check (cardinality(data_classes) between 1 and 7
        and data_classes <@ array['DIRECTORY', 'GENERAL_PHI', 'FINANCIAL', 'MENTAL_HEALTH', 'SUD']),
    starts_at timestamptz not null,
    expires_at timestamptz not null,
    ended_at timestamptz,
    ended_by uuid,
    finding code check (finding in ('JUSTIFIED', 'NOT_JUSTIFIED')),
    reviewed_at timestamptz,
    reviewed_by uuid,
    review_note sealed,
    constraint break_glass_events_period check (expires_at > starts_at and expires_at <= starts_at + interval '240 minutes'),
    constraint break_glass_events_ended check (ended_at is null or ended_by is not null),
    constraint break_glass_events_reviewed check (
        (reviewed_at is null) = (finding is null) and (reviewed_at is null or reviewed_by is not null)),
    constraint break_glass_events_second_person check (reviewed_by <> user_id)
);
select tenant_table('break_glass_events');
select tenant_reference('break_glass_events', 'patient_id', 'patients', indexed => false);
create index break_glass_events_patient_id_idx on break_glass_events (tenant_id, patient_id, created_at desc, id desc);
select tenant_reference('break_glass_events', 'user_id', 'users');
select tenant_reference('break_glass_events', 'session_id', 'sessions');
select tenant_reference('break_glass_events', 'ended_by', 'users');
select tenant_reference('break_glass_events', 'reviewed_by', 'users');
create index break_glass_events_unreviewed_idx on break_glass_events (tenant_id, starts_at) where reviewed_at is null;

-- Audit, law and courts: what a look without the patient's consent rests on (42 CFR 2.53, 2.61 to 2.67; 45 CFR 164.512).
create table access_approvals (
    patient_id uuid not null,
    user_id uuid not null,
    purpose code not null check (purpose in ('AUDIT_EVALUATION', 'REQUIRED_BY_LAW', 'LEGAL_PROCEEDING')),
    data_classes text[] not null check (cardinality(data_classes) between 1 and 7
        and data_classes <@ array['DIRECTORY', 'GENERAL_PHI', 'FINANCIAL', 'MENTAL_HEALTH', 'SUD', 'MINOR_CONFIDENTIAL']),
    ticket reference not null,
    document_kind code not null check (document_kind in ('AUDIT_AGREEMENT', 'LEGAL_MANDATE', 'COURT_ORDER')),
    document_reference reference not null,
    approved_by uuid not null,
    valid_from timestamptz not null,
    valid_to timestamptz not null,
    revoked_at timestamptz,
    revoked_by uuid,
    constraint access_approvals_period check (valid_to > valid_from),
    constraint access_approvals_court_order check (purpose <> 'LEGAL_PROCEEDING' or document_kind = 'COURT_ORDER'),
    constraint access_approvals_second_person check (approved_by <> user_id),
    constraint access_approvals_revoked check (revoked_at is null or revoked_by is not null)
);
select tenant_table('access_approvals');
select tenant_reference('access_approvals', 'patient_id', 'patients', indexed => false);
create index access_approvals_patient_id_idx on access_approvals (tenant_id, patient_id, created_at desc, id desc);
select tenant_reference('access_approvals', 'user_id', 'users');
select tenant_reference('access_approvals', 'approved_by', 'users');
select tenant_reference('access_approvals', 'revoked_by', 'users');

-- Notes that are kept apart from the record, under keys of their own (42 CFR 2.11, 45 CFR 164.501).
create table protected_notes (
    patient_id uuid not null,
    author_id uuid not null,
    kind code not null check (kind in ('PSYCHOTHERAPY', 'SUD_COUNSELING')),
    occurred_at timestamptz not null,
    body sealed not null,
    data_class code not null check (data_class = case kind
        when 'PSYCHOTHERAPY' then 'PSYCHOTHERAPY_NOTE' else 'SUD_COUNSELING_NOTE' end)
);
select tenant_table('protected_notes');
select tenant_reference('protected_notes', 'patient_id', 'patients', indexed => false);
create index protected_notes_patient_id_idx on protected_notes (tenant_id, patient_id, created_at desc, id desc);
select tenant_reference('protected_notes', 'author_id', 'practitioners');

alter table disclosures
    add column recipient_user_id uuid,
    add column sharing_grant_id uuid,
    add column break_glass_event_id uuid;
select tenant_reference('disclosures', 'recipient_user_id', 'users');
select tenant_reference('disclosures', 'sharing_grant_id', 'sharing_grants');
select tenant_reference('disclosures', 'break_glass_event_id', 'break_glass_events');

revoke select on sharing_grants, sharing_devices, protected_notes from consentry_readonly;
