//! What was signed does not change, whoever sends the statement.

use serde_json::json;
use sqlx::AssertSqlSafe;

use super::{drafts, revokes, status_of};
use crate::support::{Tenant, Town};

const REFUSED: Option<&str> = Some("55000");

/// Runs a statement as the app's role; returns the SQLSTATE of its refusal.
async fn refusal(tenant: &Tenant, sql: &str) -> Option<String> {
    let mut transaction = tenant.begin().await;
    match sqlx::query(AssertSqlSafe(sql.to_owned())).execute(&mut *transaction).await {
        Ok(done) => {
            assert!(done.rows_affected() > 0, "nothing was changed: {sql}");
            transaction.commit().await.expect("the statement is committed");
            None
        }
        Err(error) => error.as_database_error().and_then(|error| error.code()).map(Into::into),
    }
}

/// A digest of a consent with its parts.
async fn digest(tenant: &Tenant, consent: &str) -> String {
    let sql = "select md5((select c::text from consents c where c.id = $1)
        || (select string_agg(s::text, '|' order by id) from consent_scopes s where consent_id = $1)
        || (select string_agg(r::text, '|' order by id) from consent_recipients r where consent_id = $1))";
    tenant.scalar(sql, consent.parse().expect("an id")).await.expect("a consent")
}

fn parts_of(tenant: &Tenant, consent: &str) -> [String; 2] {
    let id = tenant.id;
    [
        format!(
            "insert into consent_scopes (tenant_id, id, consent_id, data_class)
            values ('{id}', gen_random_uuid(), '{consent}', 'PSYCHOTHERAPY_NOTE')"
        ),
        format!(
            "insert into consent_recipients (tenant_id, id, consent_id, kind, recipient_class)
            values ('{id}', gen_random_uuid(), '{consent}', 'CLASS', 'PROGRAM_WORKFORCE')"
        ),
    ]
}

#[tokio::test]
async fn nothing_that_was_signed_changes_and_nothing_is_added_to_it() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let terms = json!({ "expiry": { "date": "2027-11-21T08:00:00Z" } });
    let consent = clinician.records_consent(patient, terms).await.to_string();
    let before = digest(&town.tenant, &consent).await;

    for change in [
        "valid_to = valid_to + interval '10 years'",
        "valid_from = valid_from - interval '10 years'",
        "expiry_event = 'never'",
        "signer_capacity = 'LEGAL_REPRESENTATIVE'",
        "signer_person_id = null",
        "evidence_reference = 'elsewhere'",
        "redisclosure_statement = false",
        "refusal_consequences = false",
        "data_class = 'GENERAL_PHI', deleted_at = now()",
        "purposes = '{RESEARCH}'",
        "signed_at = signed_at - interval '1 day'",
        "revocation_method = 'PAPER'",
        "revocation_evidence_reference = 'folder 7'",
        "revoked_by = updated_by, revocation_evidence_reference = 'folder 7'",
        "status = 'EXPIRED', valid_to = valid_to + interval '1 day'",
        "supersedes_id = id",
        "signed_copy = null",
        "co_signed_at = signed_at, co_signer_capacity = 'PARENT', co_signer_person_id = gen_random_uuid()",
        "discloser_organization_id = null",
    ] {
        let sql = format!("update consents set {change} where id = '{consent}'");
        assert_eq!(refusal(&town.tenant, &sql).await.as_deref(), REFUSED, "{change}");
    }
    for part in parts_of(&town.tenant, &consent) {
        assert_eq!(refusal(&town.tenant, &part).await.as_deref(), REFUSED, "{part}");
    }
    assert_eq!(digest(&town.tenant, &consent).await, before);
    assert!(clinician.sees_identity_of(patient).await.is_ok());

    let patients_own = town.tenant.patient_user(patient).await;
    revokes(&patients_own, &consent).await.ok();
    for change in
        ["revoked_at = revoked_at - interval '1 day'", "revocation_method = 'PAPER'", "revoked_by = null"]
    {
        let sql = format!("update consents set {change} where id = '{consent}'");
        assert_eq!(refusal(&town.tenant, &sql).await.as_deref(), REFUSED, "{change}");
    }
    for part in parts_of(&town.tenant, &consent) {
        assert_eq!(refusal(&town.tenant, &part).await.as_deref(), REFUSED, "{part}");
    }
}

#[tokio::test]
async fn a_draft_changes_until_it_is_signed() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let (consent, _) = drafts(&clinician, patient, json!({})).await;

    let change = format!("update consents set redisclosure_statement = false where id = '{consent}'");
    assert_eq!(refusal(&town.tenant, &change).await, None);
    for part in parts_of(&town.tenant, &consent) {
        assert_eq!(refusal(&town.tenant, &part).await, None, "{part}");
    }
    assert_eq!(status_of(&town, &consent).await, "PENDING_SIGNATURE");
}

#[tokio::test]
async fn an_event_that_ends_a_consent_is_recorded_once() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let terms = json!({ "expiry": { "event": "end of treatment" } });
    let consent = clinician.records_consent(patient, terms).await;
    let set = |value: &str| format!("update consents set expiry_event_at = {value} where id = '{consent}'");

    assert_eq!(refusal(&town.tenant, &set("'2026-11-21T08:00:00Z'")).await, None);

    for value in ["null", "'2030-01-01T00:00:00Z'"] {
        assert_eq!(refusal(&town.tenant, &set(value)).await.as_deref(), REFUSED, "{value}");
    }
    assert_eq!(clinician.sees_identity_of(patient).await, Err("CONSENT_EXPIRED".to_owned()));
}

#[tokio::test]
async fn a_label_grows_stricter_and_never_less_strict() {
    let town = Town::with_part2_program().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let consent = clinician.records_consent(patient, json!({})).await;
    let label = |table: &str, class: &str| format!("update {table} set data_class = '{class}'");

    for (table, class) in
        [("patients", "DIRECTORY"), ("patients", "MENTAL_HEALTH"), ("consents", "GENERAL_PHI")]
    {
        assert_eq!(refusal(&town.tenant, &label(table, class)).await.as_deref(), REFUSED, "{table} {class}");
    }
    for (table, id) in [("patients", patient.uuid()), ("consents", consent.uuid())] {
        let sql = format!("select data_class::text from {table} where id = $1");
        assert_eq!(town.tenant.scalar::<String>(&sql, id).await.as_deref(), Some("SUD"), "{table}");
    }

    let plain = Town::new().await;
    plain.tenant.clinician().await.creates_patient("Amara", "Okafor").await;
    for class in ["MENTAL_HEALTH", "MINOR_CONFIDENTIAL", "SUD"] {
        assert_eq!(refusal(&plain.tenant, &label("patients", class)).await, None, "{class}");
    }
}

#[tokio::test]
async fn a_consent_that_is_filed_is_signed_when_all_its_parts_are_there() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;

    let consent = clinician.records_consent(patient, json!({})).await;

    assert_eq!(status_of(&town, &consent.to_string()).await, "ACTIVE");
    let sql = "select count(*) from consent_scopes where consent_id = $1";
    assert_eq!(town.tenant.scalar::<i64>(sql, consent.uuid()).await, Some(3));
}

#[tokio::test]
async fn a_part_that_is_added_and_a_signature_wait_for_each_other() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let (consent, _) = drafts(&clinician, patient, json!({})).await;
    let [scope, _] = parts_of(&town.tenant, &consent);
    let sign = format!("select 1 from consents where id = '{consent}' for no key update nowait");

    let mut adding = town.tenant.begin().await;
    sqlx::query(AssertSqlSafe(scope.clone())).execute(&mut *adding).await.expect("a part is added");
    assert_eq!(refusal(&town.tenant, &sign).await.as_deref(), Some("55P03"), "the row is held");
    adding.rollback().await.expect("the part is taken back");

    let mut signing = town.tenant.begin().await;
    sqlx::query(AssertSqlSafe(sign)).execute(&mut *signing).await.expect("the row is held");
    let mut adding = town.tenant.begin().await;
    sqlx::query("set local lock_timeout = '20ms'").execute(&mut *adding).await.expect("a setting");
    let added = sqlx::query(AssertSqlSafe(scope)).execute(&mut *adding).await;
    let error = added.expect_err("whoever adds waits for the signature");
    assert_eq!(error.as_database_error().and_then(|error| error.code()).as_deref(), Some("55P03"));
    signing.rollback().await.expect("nobody signed");
}
