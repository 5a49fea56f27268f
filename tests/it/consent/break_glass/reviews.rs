//! Broken glasses are reviewed by somebody else, and told to the patient.

use super::*;

async fn reviews(actor: &Actor, event: Uuid, finding: &str) -> Answer {
    let input =
        json!({ "eventId": event.to_string(), "finding": finding, "note": "the ambulance confirmed it" });
    actor.mutate("reviewBreakGlass", input, "id reviewedAt").await
}

/// Where the event of an overdue review stands, and when it is due.
async fn alert(town: &Town, event: Uuid) -> String {
    let sql = "select concat_ws(' ', status, to_char(available_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI'))
        from outbox_events where aggregate_id = $1 and event_type = 'break_glass.review_overdue'";
    town.tenant.scalar(sql, event).await.expect("an event")
}

async fn events_of(town: &Town, event: Uuid) -> Vec<String> {
    let sql = "select array_agg(event_type::text order by position) from outbox_events
        where aggregate_id = $1 and aggregate_kind = 'BREAK_GLASS_EVENT'";
    town.tenant.scalar(sql, event).await.expect("events")
}

#[tokio::test]
async fn a_review_closes_what_is_open_and_is_said_once() {
    let (town, _, patient, stranger) = scene().await;
    let compliance = town.tenant.compliance().await;
    let event = broke(&stranger, patient, json!({})).await;
    assert_eq!(alert(&town, event).await, "PENDING 2026-11-24 08:00", "72 hours later, if nobody reviews it");

    let reviewed = reviews(&compliance, event, "JUSTIFIED").await.ok();
    assert_eq!(reviewed["reviewBreakGlass"]["result"]["reviewedAt"], "2026-11-21T08:00:00Z");

    assert_eq!(sees(&stranger, patient).await, "NOBODY", "it is closed");
    assert_eq!(alert(&town, event).await, "SKIPPED 2026-11-24 08:00", "nobody is told that it is overdue");
    assert_eq!(events_of(&town, event).await, ["break_glass.invoked", "break_glass.reviewed"]);
    let again = reviews(&compliance, event, "NOT_JUSTIFIED").await;
    assert_eq!(again.user_error("reviewBreakGlass"), "INVALID_STATE");
    let sql = "select finding::text from break_glass_events where id = $1";
    assert_eq!(town.tenant.scalar::<String>(sql, event).await.as_deref(), Some("JUSTIFIED"));
}

#[tokio::test]
async fn what_was_not_justified_is_told_as_an_event_of_its_own() {
    let (town, _, patient, stranger) = scene().await;
    let event = broke(&stranger, patient, json!({})).await;
    town.clock.advance(TimeDelta::hours(2));

    reviews(&town.tenant.compliance().await, event, "NOT_JUSTIFIED").await.ok();

    let expected = ["break_glass.invoked", "break_glass.reviewed", "break_glass.not_justified"];
    assert_eq!(events_of(&town, event).await, expected);
    let sql = "select ended_by is null from break_glass_events where id = $1";
    assert_eq!(town.tenant.scalar::<bool>(sql, event).await, Some(true), "it had run out by itself");
}

#[tokio::test]
async fn nobody_reviews_an_emergency_of_their_own() {
    let (town, _, patient, _) = scene().await;
    let both = with_roles(&town, &["PRACTITIONER", "COMPLIANCE"]).await;
    let event = broke(&both, patient, json!({})).await;

    let own = reviews(&both.with_purpose("AUDIT_EVALUATION"), event, "JUSTIFIED").await;
    assert_eq!(own.user_error("reviewBreakGlass"), "SEPARATION_OF_DUTIES");
    let sql = format!(
        "update break_glass_events set finding = 'JUSTIFIED', reviewed_at = now(), reviewed_by = user_id where id = '{event}'"
    );
    let mut transaction = town.tenant.begin().await;
    let forced = sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut *transaction).await;
    assert!(forced.is_err(), "the database refuses it too");
    drop(transaction);

    let colleague = with_roles(&town, &["PRACTITIONER", "COMPLIANCE"]).await;
    reviews(&colleague.with_purpose("AUDIT_EVALUATION"), event, "JUSTIFIED").await.ok();
    let sql = "select reviewed_by from break_glass_events where id = $1";
    assert_eq!(town.tenant.scalar(sql, event).await, Some(colleague.user().uuid()));
}

#[tokio::test]
async fn those_who_do_not_review_review_nothing() {
    let (town, clinician, patient, stranger) = scene().await;
    let event = broke(&stranger, patient, json!({})).await;
    for actor in [&clinician, &stranger, &town.tenant.admin().await] {
        assert_eq!(reviews(actor, event, "JUSTIFIED").await.refused(), "FORBIDDEN");
    }
    let input = json!({ "eventId": event.to_string(), "finding": "JUSTIFIED", "note": " " });
    let silent = town.tenant.compliance().await.mutate("reviewBreakGlass", input, "id").await;
    assert_eq!(silent.user_error("reviewBreakGlass"), "VALIDATION_FAILED");
    let sql = "select reviewed_at is null from break_glass_events where id = $1";
    assert_eq!(town.tenant.scalar::<bool>(sql, event).await, Some(true));
}

const LIST: &str = "query($filter: BreakGlassEventFilter) { breakGlassEvents(filter: $filter) { totalCount nodes { id
    detail { ... on BreakGlassDetail { emergencyNature reason recipientName recipientAffiliation dataClasses finding findingNote }
        ... on Withheld { reasonOfWithheld: reason } } } } }";

async fn listed(actor: &Actor, filter: Value) -> Vec<Value> {
    let data = actor.ask_with(LIST, json!({ "filter": filter })).await.ok();
    let nodes = data["breakGlassEvents"]["nodes"].as_array().expect("nodes").clone();
    assert_eq!(data["breakGlassEvents"]["totalCount"], nodes.len(), "the count is that of the list");
    nodes
}

#[tokio::test]
async fn compliance_reads_all_emergencies_the_patient_their_own_and_whoever_broke_the_glass_that_they_did() {
    let (town, clinician, patient, stranger) = scene().await;
    let other = clinician.creates_patient("Bruno", "Silva").await;
    let event = broke(&stranger, patient, json!({})).await;
    broke(&clinician, other, json!({})).await;
    let compliance = town.tenant.compliance().await;
    reviews(&compliance, event, "JUSTIFIED").await.ok();

    assert_eq!(listed(&compliance, Value::Null).await.len(), 2);
    let of_patient = listed(&compliance, json!({ "patientId": patient.to_string() })).await;
    let said = json!({
        "emergencyNature": "found unconscious in the kitchen",
        "reason": "nobody else knows who she is and what she takes",
        "recipientName": "Dr. Quill",
        "recipientAffiliation": "Mercy Hospital",
        "dataClasses": ["DIRECTORY"],
        "finding": "JUSTIFIED",
        "findingNote": "the ambulance confirmed it",
    });
    assert_eq!(of_patient, [json!({ "id": event.to_string(), "detail": said })]);
    assert_eq!(listed(&compliance, json!({ "unreviewed": true })).await.len(), 1);
    assert_eq!(listed(&compliance, json!({ "unreviewed": false })).await.len(), 1);

    let own = listed(&town.tenant.patient_user(patient).await, Value::Null).await;
    let mut to_patient = said.clone();
    to_patient["findingNote"] = Value::Null;
    assert_eq!(own, [json!({ "id": event.to_string(), "detail": to_patient })]);

    let invokers = listed(&stranger, Value::Null).await;
    let withheld = json!({ "reasonOfWithheld": "FORBIDDEN" });
    assert_eq!(invokers, [json!({ "id": event.to_string(), "detail": withheld })]);
    assert_eq!(listed(&town.tenant.clinician().await, Value::Null).await, [Value::Null; 0]);
    let admin = town.tenant.admin().await;
    assert_eq!(admin.ask("{ breakGlassEvents { totalCount } }").await.refused(), "FORBIDDEN");
}
