//! Rows that need others beside them, which no key of the database can ask for.

/// The table `t` whose rows are looked at, what is wrong with a row, and the condition under which it is.
type Rule = (&'static str, &'static str, &'static str);

/// Each breaks when its condition holds for any row.
pub(super) const RULES: &[Rule] = &[
    (
        "phi.persons",
        "the person has no active key for their identity",
        "not exists (select from encryption_keys k
            where k.tenant_id = t.tenant_id and k.person_id = t.id and k.purpose = 'IDENTITY' and k.state = 'ACTIVE')",
    ),
    (
        "patients",
        "the patient''s person has no active key for records of care",
        "not exists (select from encryption_keys k
            where k.tenant_id = t.tenant_id and k.person_id = t.person_id and k.purpose = 'CLINICAL'
                and k.state = 'ACTIVE')",
    ),
    (
        "encryption_keys",
        "there is another active key of the same person and purpose",
        "t.state = 'ACTIVE' and exists (select from encryption_keys k
            where k.tenant_id = t.tenant_id and k.purpose = t.purpose and k.person_id = t.person_id
                and k.state = 'ACTIVE' and k.id <> t.id)",
    ),
    (
        "phi.persons",
        "nobody is this person: no patient, user, practitioner or relation",
        "not exists (select from patients o where o.tenant_id = t.tenant_id and o.person_id = t.id)
        and not exists (select from users o where o.tenant_id = t.tenant_id and o.person_id = t.id)
        and not exists (select from practitioners o where o.tenant_id = t.tenant_id and o.person_id = t.id)
        and not exists (select from person_relationships o
            where o.tenant_id = t.tenant_id and (o.person_id = t.id or o.related_person_id = t.id))
        and t.merged_into_id is null",
    ),
    (
        "consents",
        "the consent covers no data",
        "not exists (select from consent_scopes o where o.tenant_id = t.tenant_id and o.consent_id = t.id)",
    ),
    (
        "consents",
        "the consent names nobody",
        "not exists (select from consent_recipients o where o.tenant_id = t.tenant_id and o.consent_id = t.id)",
    ),
];

/// A statement of `id` and `problem`; `$1` is the tenant.
pub(super) fn statement((table, problem, condition): &Rule) -> String {
    format!(
        "select t.id::text as id, '{table}: {problem}' as problem from {table} t where t.tenant_id = $1 and ({condition})"
    )
}
