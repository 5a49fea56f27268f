-- Consent: what the patient allowed or forbade, and what left the program.

create table consents (
    patient_id uuid not null,
    kind code not null check (kind in ('TPO', 'SPECIFIC', 'FAMILY_SHARING', 'REFERRAL_PARTNER',
        'SUD_COUNSELING_NOTES', 'PSYCHOTHERAPY_NOTES', 'LEGAL_PROCEEDING', 'RESEARCH', 'RESTRICTION')),
    decision code not null check (decision in ('PERMIT', 'DENY')),
    status code not null default 'DRAFT' check (status in ('DRAFT', 'PENDING_SIGNATURE', 'ACTIVE', 'REVOKED',
        'EXPIRED', 'REJECTED', 'SUPERSEDED')),
    purposes text[] not null default '{}' check (purposes <@ array['TREATMENT', 'PAYMENT', 'OPERATIONS',
        'PATIENT_REQUEST', 'EMERGENCY', 'RESEARCH', 'PUBLIC_HEALTH', 'AUDIT_EVALUATION', 'LEGAL_PROCEEDING',
        'REQUIRED_BY_LAW']),
    expiry_kind code not null check (expiry_kind in ('DATE', 'EVENT', 'NONE')),
    expiry_event label,
    expiry_event_at timestamptz,
    valid_from timestamptz not null,
    valid_to timestamptz,
    discloser_organization_id uuid,
    signed_at timestamptz,
    signer_person_id uuid,
    signer_capacity code check (signer_capacity in ('ONESELF', 'PARENT', 'GUARDIAN', 'LEGAL_REPRESENTATIVE', 'MINOR')),
    co_signer_person_id uuid,
    signature_method code check (signature_method in ('ELECTRONIC', 'PAPER', 'VERBAL_DOCUMENTED')),
    evidence_reference reference,
    redisclosure_statement boolean not null default false,
    refusal_consequences boolean not null default false,
    revoked_at timestamptz,
    revoked_by uuid,
    revocation_method code check (revocation_method in ('ELECTRONIC', 'PAPER', 'VERBAL_DOCUMENTED')),
    revocation_evidence_reference reference,
    revocation_reason sealed,
    supersedes_id uuid,
    data_class code not null check (data_class in ('GENERAL_PHI', 'MENTAL_HEALTH', 'MINOR_CONFIDENTIAL', 'SUD')),
    constraint consents_restriction_denies check ((kind = 'RESTRICTION') = (decision = 'DENY')),
    constraint consents_period check (valid_to is null or valid_to > valid_from),
    constraint consents_expiry check (case expiry_kind
        when 'DATE' then valid_to is not null
        when 'EVENT' then expiry_event is not null
        else valid_to is null end),
    constraint consents_active_is_signed check (status not in ('ACTIVE', 'REVOKED', 'EXPIRED', 'SUPERSEDED')
        or (signed_at is not null and signer_capacity is not null and signature_method is not null
            and (signer_person_id is not null or evidence_reference is not null))),
    constraint consents_revoked_has_time check ((status = 'REVOKED') = (revoked_at is not null))
);
select tenant_table('consents');
select tenant_reference('consents', 'patient_id', 'patients', indexed => false);
create index consents_patient_id_idx on consents (tenant_id, patient_id, created_at desc, id desc);
select tenant_reference('consents', 'discloser_organization_id', 'organizations');
select tenant_reference('consents', 'signer_person_id', 'phi.persons');
select tenant_reference('consents', 'co_signer_person_id', 'phi.persons');
select tenant_reference('consents', 'revoked_by', 'users');
select tenant_reference('consents', 'supersedes_id', 'consents');

create function refuse_consent_shortcut() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
    if old.status is distinct from new.status and not (
        (old.status = 'DRAFT' and new.status in ('PENDING_SIGNATURE', 'ACTIVE', 'REJECTED'))
        or (old.status = 'PENDING_SIGNATURE' and new.status in ('DRAFT', 'ACTIVE', 'REJECTED'))
        or (old.status = 'ACTIVE' and new.status in ('REVOKED', 'EXPIRED', 'SUPERSEDED'))) then
        raise exception 'a consent does not go from % to %', old.status, new.status using errcode = '55000';
    end if;
    if old.status not in ('DRAFT', 'PENDING_SIGNATURE')
        and (old.kind, old.decision, old.purposes, old.patient_id, old.valid_from, old.signed_at, old.expiry_kind)
            is distinct from
            (new.kind, new.decision, new.purposes, new.patient_id, new.valid_from, new.signed_at, new.expiry_kind) then
        raise exception 'what was signed does not change' using errcode = '55000';
    end if;
    return new;
end $$;
create trigger consents_move_along_arrows before update on consents
    for each row execute function refuse_consent_shortcut();

create table consent_scopes (
    consent_id uuid not null,
    data_class code not null check (data_class in ('DIRECTORY', 'GENERAL_PHI', 'MENTAL_HEALTH', 'SUD',
        'PSYCHOTHERAPY_NOTE', 'SUD_COUNSELING_NOTE', 'MINOR_CONFIDENTIAL', 'FINANCIAL')),
    resource_kind code,
    covers_from timestamptz,
    covers_to timestamptz,
    constraint consent_scopes_period check (covers_to is null or covers_from is null or covers_to > covers_from)
);
select tenant_table('consent_scopes', immutable => true);
select tenant_reference('consent_scopes', 'consent_id', 'consents');

create table consent_recipients (
    consent_id uuid not null,
    kind code not null check (kind in ('USER', 'PRACTITIONER', 'CLASS', 'ORGANIZATION', 'CONTACT', 'INTERMEDIARY')),
    user_id uuid,
    practitioner_id uuid,
    recipient_class code check (recipient_class in ('TREATING_PROVIDERS', 'HEALTH_PLANS', 'PROGRAM_WORKFORCE')),
    organization_id uuid,
    contact_token mac,
    intermediary_name label,
    constraint consent_recipients_fits_kind check (case kind
        when 'USER' then user_id is not null
        when 'PRACTITIONER' then practitioner_id is not null
        when 'CLASS' then recipient_class is not null
        when 'ORGANIZATION' then organization_id is not null
        when 'CONTACT' then contact_token is not null
        else intermediary_name is not null and recipient_class is not null end)
);
select tenant_table('consent_recipients', immutable => true);
select tenant_reference('consent_recipients', 'consent_id', 'consents');
select tenant_reference('consent_recipients', 'user_id', 'users');
select tenant_reference('consent_recipients', 'practitioner_id', 'practitioners');
select tenant_reference('consent_recipients', 'organization_id', 'organizations');

create table disclosures (
    patient_id uuid not null,
    occurred_at timestamptz not null,
    recipient_organization_id uuid,
    recipient sealed not null,
    data_classes text[] not null check (cardinality(data_classes) > 0),
    description sealed not null,
    purpose code not null,
    consent_id uuid,
    exception code,
    notice_variant smallint not null check (notice_variant in (1, 2)),
    consent_copy sealed not null,
    channel code not null,
    request_id reference not null,
    actor_id uuid,
    constraint disclosures_has_ground check ((consent_id is null) <> (exception is null))
);
select tenant_table('disclosures', immutable => true);
select tenant_reference('disclosures', 'patient_id', 'patients', indexed => false);
create index disclosures_patient_id_idx on disclosures (tenant_id, patient_id, created_at desc, id desc);
select tenant_reference('disclosures', 'recipient_organization_id', 'organizations');
select tenant_reference('disclosures', 'consent_id', 'consents');
select tenant_reference('disclosures', 'actor_id', 'users');
