//! Consent.

mod acceptance;
mod acceptance_record;
mod accounting;
mod approvals;
mod break_glass;
mod completeness;
mod disclosures;
mod explanation;
mod family;
mod family_devices;
mod life_cycle;
mod minors;
mod partners;
mod race;
mod recipients;
mod restrictions;
mod revocation;
mod scopes;
mod signatures;
mod signed_copy;
mod signed_terms;
mod states;
mod succession;

use entity::{Id, people::patient};
use serde_json::{Value, json};

use crate::support::{Actor, Answer, Town};

/// The reasons recorded for refused looks and writes about a patient, in the order of writing.
async fn refusals_of(town: &Town, patient: Id<patient::Entity>) -> Vec<String> {
    let sql = "select coalesce(array_agg(reason::text order by id), '{}') from audit_logs
        where patient_id = $1 and decision = 'DENY'";
    town.tenant.scalar(sql, patient.uuid()).await.expect("an array")
}

/// Terms of a consent for those who treat the patient, with parts replaced.
fn terms(parts: Value) -> Value {
    let mut all = json!({
        "kind": "TPO",
        "scopes": [{ "dataClass": "DIRECTORY" }],
        "recipients": [{ "recipientClass": "TREATING_PROVIDERS" }],
        "purposes": ["TREATMENT"],
        "expiry": { "never": true },
        "redisclosureStatement": true,
        "refusalConsequences": true,
    });
    for (key, value) in parts.as_object().into_iter().flatten() {
        all[key] = value.clone();
    }
    all
}

/// Drafts a consent: its id and version.
async fn drafts(actor: &Actor, patient: Id<patient::Entity>, parts: Value) -> (String, i64) {
    let input = json!({ "patientId": patient.to_string(), "terms": terms(parts) });
    let data = actor.mutate("draftConsent", input, "id version").await.ok();
    assert_eq!(data["draftConsent"]["userErrors"], json!([]), "the consent is drafted");
    let result = &data["draftConsent"]["result"];
    (result["id"].as_str().expect("an id").to_owned(), result["version"].as_i64().expect("a version"))
}

async fn signs(actor: &Actor, consent: &str, version: i64) -> Answer {
    actor
        .mutate("signConsent", json!({ "consentId": consent, "expectedVersion": version }), "id version")
        .await
}

async fn revokes(actor: &Actor, consent: impl ToString) -> Answer {
    actor.mutate("revokeConsent", json!({ "consentId": consent.to_string() }), "id version").await
}

/// Files a consent on paper, with parts of its input replaced.
async fn files(actor: &Actor, patient: Id<patient::Entity>, terms: Value, parts: Value) -> Answer {
    let mut input = json!({
        "patientId": patient.to_string(),
        "terms": terms,
        "signedAt": "2026-11-20T09:00:00Z",
        "signatureMethod": "PAPER",
        "signerCapacity": "SELF",
        "evidenceReference": "cabinet 3, folder 12",
    });
    for (key, value) in parts.as_object().into_iter().flatten() {
        input[key] = value.clone();
    }
    actor.mutate("recordConsent", input, "id version").await
}

/// What is wrong with an incomplete form, each with the code and the path of its own.
fn complaints(answer: &Answer, mutation: &str) -> Vec<Value> {
    let data = answer.ok();
    assert!(data[mutation]["result"].is_null(), "a refused mutation has no result: {data}");
    data[mutation]["userErrors"].as_array().expect("user errors").clone()
}

/// What a consent says: `fields` of its detail.
async fn detail(actor: &Actor, patient: Id<patient::Entity>, consent: &str, fields: &str) -> Value {
    let query = format!(
        "query($id: ID!) {{ consents(patientId: $id) {{ nodes {{ id detail {{ ... on ConsentDetail {{ {fields} }} }} }} }} }}"
    );
    let data = actor.ask_with(&query, json!({ "id": patient.to_string() })).await.ok();
    let nodes = data["consents"]["nodes"].as_array().expect("consents").clone();
    let node = nodes.into_iter().find(|node| node["id"] == consent).expect("the consent");
    node["detail"].clone()
}

/// A digest of a consent's row.
async fn row_of(town: &Town, consent: &str) -> String {
    let sql = "select md5(c::text) from consents c where id = $1";
    town.tenant.scalar(sql, consent.parse().expect("an id")).await.expect("a consent")
}

/// The id in the result of a mutation that went well.
#[track_caller]
fn written(answer: &Answer, mutation: &str) -> (String, i64) {
    let data = answer.ok();
    assert_eq!(data[mutation]["userErrors"], json!([]), "{mutation} goes well");
    let result = &data[mutation]["result"];
    (result["id"].as_str().expect("an id").to_owned(), result["version"].as_i64().unwrap_or_default())
}

/// Where a consent stands, as its row says.
async fn status_of(town: &Town, consent: &str) -> String {
    let sql = "select status::text from consents where id = $1";
    town.tenant.scalar(sql, consent.parse().expect("an id")).await.expect("a consent")
}

/// The patient's consent epoch.
async fn epoch_of(town: &Town, patient: Id<patient::Entity>) -> i64 {
    let sql = "select consent_epoch from patients where id = $1";
    town.tenant.scalar(sql, patient.uuid()).await.expect("a patient")
}
