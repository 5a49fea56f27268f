-- Integrity: what a bug in the server, or a person in its role, must not be able to change or to learn.

-- A key under which a mutation happens once was bound to its input by a plain digest, which whoever knows a name can find
-- a birth date with. Those that are there go: for a day, a mutation sent again may happen again.
alter table idempotency_keys no force row level security;
delete from idempotency_keys;
alter table idempotency_keys force row level security;
alter table idempotency_keys rename column request_digest to request_mac;
alter table idempotency_keys alter column request_mac type mac;
revoke select on idempotency_keys from consentry_readonly;

-- What was signed does not change. The states still move along their arrows (refuse_consent_shortcut); a revocation is written
-- with the move to REVOKED, and the patient's words alone are sealed anew when keys are rotated.
create function refuse_signed_change() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
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
comment on function refuse_signed_change() is 'Trigger: keeps what a consent says from the moment it is signed';
create trigger consents_keep_what_was_signed before update on consents
    for each row execute function refuse_signed_change();

-- The lock makes a part that is added and a signature that is given at the same moment wait for each other.
create function refuse_late_part() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
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
comment on function refuse_late_part() is 'Trigger: a consent gets its scopes and recipients before it is signed';
create trigger consent_scopes_come_before_the_signature before insert on consent_scopes
    for each row execute function refuse_late_part();
create trigger consent_recipients_come_before_the_signature before insert on consent_recipients
    for each row execute function refuse_late_part();

-- The classes in the order of entity::DataClass. A row that was labelled stays at least as strict.
create function refuse_weaker_label() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    classes constant text[] := array['DEIDENTIFIED', 'DIRECTORY', 'GENERAL_PHI', 'FINANCIAL', 'MENTAL_HEALTH',
        'MINOR_CONFIDENTIAL', 'SUD', 'PSYCHOTHERAPY_NOTE', 'SUD_COUNSELING_NOTE'];
begin
    if array_position(classes, new.data_class::text) >= array_position(classes, old.data_class::text) then
        return new;
    end if;
    raise exception 'a label does not become less strict' using errcode = '55000';
end
$$;
comment on function refuse_weaker_label() is 'Trigger: the label of a row moves to a stricter class alone';
create trigger patients_keep_their_label before update on patients
    for each row execute function refuse_weaker_label();
create trigger consents_keep_their_label before update on consents
    for each row execute function refuse_weaker_label();
revoke all on function refuse_signed_change(), refuse_late_part(), refuse_weaker_label() from public;

-- Without its root key everything that a tenant sealed is lost. Data keys of a person are erased with the person.
create function refuse_root_key_loss() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if tg_op = 'DELETE' then
        if old.purpose = 'ROOT' then
            raise exception 'a root key is retired, not erased' using errcode = '55000';
        end if;
        return old;
    end if;
    if old.purpose = 'ROOT' and (new.purpose, new.key_version) is distinct from (old.purpose, old.key_version) then
        raise exception 'a root key keeps its purpose and version' using errcode = '55000';
    end if;
    return new;
end
$$;
comment on function refuse_root_key_loss() is 'Trigger: a tenant''s root key is never erased, nor made a key of something else';
create trigger encryption_keys_keep_roots before update or delete on encryption_keys
    for each row execute function refuse_root_key_loss();
revoke all on function refuse_root_key_loss() from public;
