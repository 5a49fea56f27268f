//! The tenant's record: who reads it, and how it is searched.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::nodes;
use crate::support::{Actor, NOBODYS, Town};

const SUBJECT: &str =
    "subject { ... on AuditSubject { decision reason dataClass fields purpose viaConsent { id } }
    ... on Withheld { withheld: reason } }";

async fn found(actor: &Actor, filter: Value) -> Vec<Value> {
    let document = "query($filter: AuditLogFilter) { auditLogs(filter: $filter, first: 100) {
        totalCount nodes { action operation requestId actor { id } patient { id } occurredAt } } }";
    nodes(actor, document, json!({ "filter": filter }), "auditLogs").await
}

#[tokio::test]
async fn administrators_see_that_somebody_looked_and_not_at_what() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let admin = town.tenant.admin().await;
    let document = format!(
        "query($id: ID!) {{ auditLogs(filter: {{ patientId: $id }}) {{ nodes {{ action operation actor {{ id }} {SUBJECT} }} }} }}"
    );

    let entries = nodes(&admin, &document, json!({ "id": patient.to_string() }), "auditLogs").await;

    assert!(!entries.is_empty());
    for entry in entries {
        assert_eq!(entry["actor"]["id"], clinician.user().to_string());
        assert_eq!(entry["subject"], json!({ "withheld": "FORBIDDEN" }), "{entry}");
    }
    let sql = "select count(*) from audit_logs where patient_id = $1 and reason = 'FORBIDDEN'
        and actor_role = 'ADMIN' and operation = 'audit.subject'";
    assert_eq!(town.tenant.scalar(sql, patient.uuid()).await, Some(1_i64), "the attempt is recorded, once");
}

#[tokio::test]
async fn compliance_sees_what_was_looked_at_and_why_it_was_refused() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    clinician.sees_identity_of(patient).await.expect_err("there is no consent");
    let consent = clinician.records_consent(patient, json!({})).await;
    clinician.sees_identity_of(patient).await.expect("there is a consent");
    let compliance = town.tenant.compliance().await;
    let document = format!(
        "query($id: ID!) {{ auditLogs(filter: {{ patientId: $id, action: VIEW }}) {{ nodes {{ operation {SUBJECT} }} }} }}"
    );

    let entries = nodes(&compliance, &document, json!({ "id": patient.to_string() }), "auditLogs").await;

    let looks: Vec<&Value> = entries
        .iter()
        .filter(|entry| entry["operation"] == "patient.identity")
        .map(|entry| &entry["subject"])
        .collect();
    let look = |decision: &str, reason: Value, consent: Value| {
        json!({
            "decision": decision, "reason": reason, "dataClass": "DIRECTORY", "purpose": "TREATMENT",
            "fields": ["identity"], "viaConsent": consent,
        })
    };
    let permitted = look("PERMIT", Value::Null, json!({ "id": consent.to_string() }));
    let refused = look("DENY", json!("CONSENT_REQUIRED"), Value::Null);
    assert_eq!(looks, [&permitted, &refused], "newest first");
}

#[tokio::test]
async fn who_may_not_read_the_record_gets_nothing_of_it() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let patients_own = town.tenant.patient_user(patient).await;
    let before = town.tenant.count("audit_logs").await;

    for actor in [&clinician, &patients_own] {
        assert_eq!(actor.ask("{ auditLogs { totalCount } }").await.refused(), "FORBIDDEN");
    }
    assert_eq!(town.anonymous().ask("{ auditLogs { totalCount } }").await.refused(), "UNAUTHENTICATED");

    assert_eq!(town.tenant.count("audit_logs").await, before);
}

#[tokio::test]
async fn the_record_of_another_tenant_is_not_there() {
    let town = Town::new().await;
    let village = town.another_tenant("village").await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let officer = village.compliance().await;

    let by_patient = found(&officer, json!({ "patientId": patient.to_string() })).await;
    let by_actor = found(&officer, json!({ "actorId": clinician.user().to_string() })).await;
    let by_nobody = found(&officer, json!({ "actorId": NOBODYS.to_string() })).await;

    assert!(by_patient.is_empty() && by_actor.is_empty() && by_nobody.is_empty());
    let all = found(&officer, json!(null)).await;
    assert_eq!(all.len() as i64, village.count("audit_logs").await);
}

#[tokio::test]
async fn entries_are_found_by_request_action_actor_and_period_together() {
    let town = Town::new().await;
    let first = town.tenant.clinician().await;
    let second = town.tenant.clinician().await;
    let amara = first.creates_patient("Amara", "Okafor").await;
    town.clock.advance(TimeDelta::minutes(10));
    let bruno = second.creates_patient("Bruno", "Silva").await;
    town.clock.advance(TimeDelta::minutes(10));
    let _ = first.with_request_id("look-1").sees_identity_of(amara).await;
    let _ = second.with_request_id("look-2").sees_identity_of(bruno).await;
    let officer = town.tenant.compliance().await;
    let of_user = |actor: &Actor| actor.user().to_string();

    let entries = found(&officer, json!({ "requestId": "look-1" })).await;
    assert_eq!(
        entries,
        [json!({
            "action": "VIEW", "operation": "patient.identity", "requestId": "look-1",
            "actor": { "id": of_user(&first) }, "patient": { "id": amara.to_string() },
            "occurredAt": "2026-11-21T08:20:00Z",
        })]
    );
    assert!(found(&officer, json!({ "requestId": "look" })).await.is_empty(), "whole ids alone");

    let by_second = found(&officer, json!({ "actorId": of_user(&second) })).await;
    assert!(!by_second.is_empty() && by_second.iter().all(|entry| entry["actor"]["id"] == of_user(&second)));
    let writes = found(&officer, json!({ "action": "WRITE" })).await;
    assert!(!writes.is_empty() && writes.iter().all(|entry| entry["action"] == "WRITE"));

    // `from` is within the period, `to` is not.
    let period = json!({ "from": "2026-11-21T08:10:00Z", "to": "2026-11-21T08:20:00Z" });
    let within = found(&officer, period).await;
    assert!(!within.is_empty() && within.iter().all(|entry| entry["occurredAt"] == "2026-11-21T08:10:00Z"));
    let reversed = json!({ "from": "2026-11-21T08:20:00Z", "to": "2026-11-21T08:10:00Z" });
    assert!(found(&officer, reversed).await.is_empty());

    let together = json!({ "actorId": of_user(&first), "action": "VIEW", "patientId": bruno.to_string() });
    assert!(found(&officer, together).await.is_empty(), "all conditions must hold");
}

#[tokio::test]
async fn the_record_is_walked_page_by_page_without_gaps() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    clinician.creates_patient("Amara", "Okafor").await;
    let admin = town.tenant.admin().await;
    let document = "query($after: Cursor) { auditLogs(first: 2, after: $after) {
        nodes { id } pageInfo { hasNextPage endCursor } } }";
    let (mut seen, mut after) = (Vec::new(), Value::Null);
    loop {
        let data = admin.ask_with(document, json!({ "after": after })).await.ok();
        let list = &data["auditLogs"];
        seen.extend(list["nodes"].as_array().expect("a list").iter().map(|node| node["id"].to_string()));
        if list["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = list["pageInfo"]["endCursor"].clone();
    }

    assert_eq!(seen.len() as i64, town.tenant.count("audit_logs").await);
    let distinct: std::collections::BTreeSet<&String> = seen.iter().collect();
    assert_eq!(distinct.len(), seen.len());
}
