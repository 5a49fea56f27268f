-- People: the encrypted vault of every human, and the parts they play.

create table phi.persons (
    given_name sealed,
    middle_name sealed,
    family_name sealed,
    preferred_name sealed,
    birth_date sealed,
    gender sealed,
    pronouns sealed,
    languages sealed,
    phone sealed,
    email sealed,
    address sealed,
    ssn sealed,
    emergency_contact sealed,
    merged_into_id uuid
);
select tenant_table('phi.persons');
select tenant_reference('phi.persons', 'merged_into_id', 'phi.persons');
select tenant_reference('users', 'person_id', 'phi.persons');

create table phi.person_tokens (
    person_id uuid not null,
    kind code not null check (kind in ('EMAIL', 'PHONE', 'SSN', 'NAME_PREFIX')),
    token blind_token not null
);
select tenant_table('phi.person_tokens', immutable => false, erasable => true);
select tenant_reference('phi.person_tokens', 'person_id', 'phi.persons');
create unique index person_tokens_key on phi.person_tokens (tenant_id, kind, token, person_id);

create table patients (
    display_code label not null check (display_code ~ '^[A-Z0-9]{4}-[A-Z0-9]{4}$'),
    status code not null default 'ACTIVE' check (status in ('ACTIVE', 'PAUSED', 'DISCHARGED', 'INACTIVE')),
    person_id uuid not null,
    organization_id uuid not null,
    location_id uuid,
    consent_epoch bigint not null default 0,
    restricted boolean not null default false,
    data_class code not null check (data_class in ('DIRECTORY', 'GENERAL_PHI', 'MENTAL_HEALTH', 'MINOR_CONFIDENTIAL', 'SUD'))
);
select tenant_table('patients');
select tenant_reference('patients', 'organization_id', 'organizations');
select tenant_reference('patients', 'location_id', 'locations');
select tenant_reference('patients', 'person_id', 'phi.persons', indexed => false);
create unique index patients_person_id_key on patients (tenant_id, person_id);
create unique index patients_display_code_key on patients (tenant_id, display_code);
create index patients_status_idx on patients (tenant_id, status, created_at desc, id desc);

create table practitioners (
    id uuid not null,
    user_id uuid,
    person_id uuid,
    kind code not null check (kind in ('PRACTITIONER', 'SPECIALIST', 'ASSISTANT')),
    status code not null default 'ACTIVE' check (status in ('ACTIVE', 'INACTIVE', 'SUSPENDED')),
    professional_name label not null,
    npi label check (npi ~ '^[0-9]{10}$'),
    department label,
    licensed_states text[] not null default '{}' check (array_position(licensed_states, null) is null),
    care_languages text[] not null default '{}' check (array_position(care_languages, null) is null),
    supervisor_id uuid,
    associate_supervisor_id uuid,
    constraint practitioners_not_own_supervisor check (supervisor_id <> id and associate_supervisor_id <> id)
);
select tenant_table('practitioners');
select tenant_reference('practitioners', 'person_id', 'phi.persons');
select tenant_reference('practitioners', 'supervisor_id', 'practitioners');
select tenant_reference('practitioners', 'associate_supervisor_id', 'practitioners');
select tenant_reference('practitioners', 'user_id', 'users', indexed => false);
create unique index practitioners_user_id_key on practitioners (tenant_id, user_id);

create table person_relationships (
    person_id uuid not null,
    related_person_id uuid not null,
    kind code not null check (kind in ('PARENT', 'GUARDIAN', 'SPOUSE', 'SIBLING', 'CHILD', 'FRIEND', 'SPONSOR', 'OTHER')),
    can_be_contacted boolean not null default false,
    is_emergency_contact boolean not null default false,
    legal_authority code not null default 'NONE'
        check (legal_authority in ('NONE', 'PARENT', 'GUARDIAN', 'LEGAL_REPRESENTATIVE')),
    verified_at timestamptz,
    ends_at timestamptz,
    constraint person_relationships_two_people check (person_id <> related_person_id)
);
select tenant_table('person_relationships');
select tenant_reference('person_relationships', 'person_id', 'phi.persons');
select tenant_reference('person_relationships', 'related_person_id', 'phi.persons');
create unique index person_relationships_pair_key on person_relationships
    (tenant_id, least(person_id, related_person_id), greatest(person_id, related_person_id));

create table care_team_members (
    patient_id uuid not null,
    practitioner_id uuid not null,
    role code not null check (role in ('PRIMARY', 'SUPERVISOR', 'COORDINATOR', 'ASSISTANT', 'INTAKE')),
    starts_at timestamptz not null,
    ends_at timestamptz,
    constraint care_team_members_period check (ends_at is null or ends_at > starts_at)
);
select tenant_table('care_team_members');
select tenant_reference('care_team_members', 'practitioner_id', 'practitioners');
select tenant_reference('care_team_members', 'patient_id', 'patients', indexed => false);
create index care_team_members_patient_id_idx on care_team_members (tenant_id, patient_id, created_at desc, id desc);
create unique index care_team_members_open_key on care_team_members (tenant_id, patient_id, practitioner_id)
    where ends_at is null and deleted_at is null;
