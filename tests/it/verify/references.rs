//! What points nowhere, and what lacks what belongs beside it.

use super::{known, meddle, verify};
use crate::support::Town;

/// Somebody who passes every key and trigger by does this, and the line of references says that.
const BREACHES: &[(&str, &str)] = &[
    ("delete from users where person_id is not null", "sessions.user_id points to nothing in users"),
    ("delete from phi.persons", "patients.person_id points to nothing in phi.persons"),
    ("delete from consents", "consent_scopes.consent_id points to nothing in consents"),
    ("update patients set organization_id = gen_random_uuid()", "patients.organization_id points to nothing in organizations"),
    ("update patients set created_by = gen_random_uuid()", "patients.created_by points to nothing in users"),
    ("update phi.persons set updated_by = gen_random_uuid()", "phi.persons.updated_by points to nothing in users"),
    (
        "update audit_logs set credential_id = gen_random_uuid() where credential_id is not null",
        "audit_logs.credential_id points to nothing in sessions or access_tokens or api_keys",
    ),
    ("delete from consent_scopes", "consents: the consent covers no data"),
    ("delete from consent_recipients", "consents: the consent names nobody"),
    (
        "delete from encryption_keys where purpose = 'CLINICAL'",
        "patients: the patient's person has no active key for records of care",
    ),
    (
        "insert into encryption_keys (tenant_id, id, purpose, person_id, key_version, wrapped, state)
            select tenant_id, gen_random_uuid(), purpose, person_id, 2, wrapped, state from encryption_keys
            where purpose = 'IDENTITY'",
        "encryption_keys: there is another active key of the same person and purpose",
    ),
    (
        "with stranger as (
            insert into phi.persons (tenant_id, id) select tenant_id, gen_random_uuid() from patients returning tenant_id, id)
        insert into encryption_keys (tenant_id, id, purpose, person_id, key_version, wrapped)
            select tenant_id, gen_random_uuid(), 'IDENTITY', id, 1, sha256('a key') || sha256('more') from stranger",
        "phi.persons: nobody is this person",
    ),
    (
        "alter table organizations add column stray_id uuid",
        "this version does not know what organizations.stray_id points to",
    ),
];

#[tokio::test]
async fn whatever_points_nowhere_or_stands_alone_is_named() {
    for (breach, problem) in BREACHES {
        let town = Town::new().await;
        known(&town).await;
        meddle(&town, breach).await;
        let verdict = verify(&town, &[]).await;
        assert!(verdict.line("references").contains(problem), "{breach}: {}", verdict.text);
        verdict.names("references", problem);
    }
}

#[tokio::test]
async fn triggers_that_were_switched_off_are_named_also_those_that_hold_a_foreign_key() {
    let town = Town::new().await;
    meddle(&town, "alter table care_team_members disable trigger all").await;

    let verdict = verify(&town, &[]).await;

    verdict
        .names("schema", "The trigger of the constraint care_team_members_patient_id_fkey is switched off.");
    verdict.names("schema", "public.care_team_members: The trigger stamp_change is switched off.");
}
