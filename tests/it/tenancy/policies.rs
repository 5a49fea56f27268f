//! What an organization decides for itself: minors, its workforce, and how long a broken glass stays open.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Actor, NOBODYS, Town, id};

const VERSION: &str = "id kind inForce effectiveFrom effectiveUntil location { id }
    terms { ... on MinorConsentPolicy { ageOfMajority } ... on InternalUsePolicy { withoutConsent }
        ... on BreakGlassPolicy { defaultMinutes longestMinutes } }";

async fn holds(actor: &Actor, location: Option<String>) -> Value {
    let document = "query($location: ID) { policiesInForce(locationId: $location) {
        minorConsent { ageOfMajority majorities { state age } rules { state service minimumAge parentalConsent } }
        internalUse { withoutConsent }
        breakGlass { defaultMinutes longestMinutes }
    } }";
    actor.ask_with(document, json!({ "location": location })).await.ok()["policiesInForce"].clone()
}

async fn versions(actor: &Actor) -> Vec<Value> {
    let document = format!("{{ policies(orderBy: OLDEST_FIRST) {{ nodes {{ {VERSION} }} }} }}");
    actor.ask(&document).await.ok()["policies"]["nodes"].as_array().expect("a list").clone()
}

#[tokio::test]
async fn what_nobody_decided_is_decided_as_strictly_as_can_be() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;

    assert_eq!(
        holds(&admin, None).await,
        json!({
            "minorConsent": { "ageOfMajority": 18, "majorities": [], "rules": [] },
            "internalUse": { "withoutConsent": false },
            "breakGlass": { "defaultMinutes": 60, "longestMinutes": 240 },
        })
    );
    assert_eq!(versions(&admin).await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_policy_comes_back_as_it_was_set_and_stands_in_the_record() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let rules = json!([
        { "state": "IL", "service": "MENTAL_HEALTH", "minimumAge": 12, "parentalConsent": false },
        { "state": "IL", "service": "SUD", "minimumAge": 12, "parentalConsent": true },
    ]);
    let input = json!({ "ageOfMajority": 18, "majorities": [{ "state": "NE", "age": 19 }], "rules": rules });

    let data = admin.mutate("setMinorConsentPolicy", input, VERSION).await.ok();

    let version = &data["setMinorConsentPolicy"]["result"];
    assert_eq!(
        *version,
        json!({
            "id": version["id"], "kind": "MINOR_CONSENT", "inForce": true, "effectiveFrom": "2026-11-21T08:00:00Z",
            "effectiveUntil": null, "location": null, "terms": { "ageOfMajority": 18 },
        })
    );
    let now = holds(&admin, None).await;
    assert_eq!(now["minorConsent"]["majorities"], json!([{ "state": "NE", "age": 19 }]));
    assert_eq!(now["minorConsent"]["rules"], rules);
    let set = id::<()>(&version["id"]).uuid();
    let sql = "select operation::text from audit_logs where target_id = $1";
    assert_eq!(town.tenant.scalar::<String>(sql, set).await.as_deref(), Some("policy.set"));
    let sql = "select event_type::text from outbox_events where aggregate_id = $1";
    assert_eq!(town.tenant.scalar::<String>(sql, set).await.as_deref(), Some("policy.set"));
}

#[tokio::test]
async fn a_version_holds_from_its_moment_until_the_next_one_begins() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let first = json!({ "defaultMinutes": 30, "longestMinutes": 60 });
    admin.mutate("setBreakGlassPolicy", first, "id").await.ok();
    let second =
        json!({ "defaultMinutes": 45, "longestMinutes": 120, "effectiveFrom": "2026-11-21T09:00:00Z" });
    let data = admin.mutate("setBreakGlassPolicy", second, VERSION).await.ok();
    assert_eq!(data["setBreakGlassPolicy"]["result"]["inForce"], false, "not yet");

    let minutes = |holds: &Value| holds["breakGlass"]["longestMinutes"].clone();
    assert_eq!(minutes(&holds(&admin, None).await), 60);
    assert_eq!(versions(&admin).await[0]["effectiveUntil"], "2026-11-21T09:00:00Z");

    town.clock.advance(TimeDelta::hours(1) - TimeDelta::microseconds(1));
    assert_eq!(minutes(&holds(&admin, None).await), 60);
    town.clock.advance(TimeDelta::microseconds(1));
    assert_eq!(minutes(&holds(&admin, None).await), 120);
    let in_force: Vec<Value> = versions(&admin).await.iter().map(|one| one["inForce"].clone()).collect();
    assert_eq!(in_force, [json!(false), json!(true)]);
}

#[tokio::test]
async fn the_policy_of_a_location_goes_before_that_of_the_organization() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let hill = town.tenant.location("House on the hill", false).await;
    let river = town.tenant.location("Clinic by the river", false).await;
    let of_hill = json!({ "locationId": hill.to_string(), "defaultMinutes": 10, "longestMinutes": 20 });
    admin.mutate("setBreakGlassPolicy", of_hill, "id").await.ok();
    let of_all = json!({ "defaultMinutes": 30, "longestMinutes": 60 });
    admin.mutate("setBreakGlassPolicy", of_all, "id").await.ok();

    let minutes = |holds: &Value| holds["breakGlass"]["longestMinutes"].clone();
    assert_eq!(minutes(&holds(&admin, Some(hill.to_string())).await), 20);
    assert_eq!(minutes(&holds(&admin, Some(river.to_string())).await), 60);
    assert_eq!(minutes(&holds(&admin, None).await), 60);
    assert_eq!(holds(&admin, Some(NOBODYS.to_string())).await, Value::Null);
}

#[tokio::test]
async fn what_breaks_a_rule_of_a_policy_is_named_by_its_field_and_sets_nothing() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let foreign = town.another_tenant("village").await.location("Barn", false).await;
    admin.mutate("setInternalUsePolicy", json!({ "withoutConsent": false }), "id").await.ok();
    let rule = |state: &str, service: &str, age: i32| json!({ "state": state, "service": service, "minimumAge": age, "parentalConsent": false });
    let minors = "setMinorConsentPolicy";
    let glass = "setBreakGlassPolicy";
    let before = (town.tenant.count("policies").await, town.tenant.count("outbox_events").await);

    for (mutation, input, code, field) in [
        (minors, json!({ "ageOfMajority": 17 }), "VALIDATION_FAILED", vec!["ageOfMajority"]),
        (minors, json!({ "ageOfMajority": 22 }), "VALIDATION_FAILED", vec!["ageOfMajority"]),
        (
            minors,
            json!({ "majorities": [{ "state": "Ne", "age": 19 }] }),
            "VALIDATION_FAILED",
            vec!["majorities", "state"],
        ),
        (
            minors,
            json!({ "majorities": [{ "state": "NE", "age": 19 }, { "state": "NE", "age": 18 }] }),
            "VALIDATION_FAILED",
            vec!["majorities", "state"],
        ),
        (
            minors,
            json!({ "majorities": [{ "state": "NE", "age": 16 }] }),
            "VALIDATION_FAILED",
            vec!["majorities", "age"],
        ),
        (minors, json!({ "rules": [rule("ILL", "SUD", 12)] }), "VALIDATION_FAILED", vec!["rules", "state"]),
        (
            minors,
            json!({ "rules": [rule("IL", "PSYCHOTHERAPY_NOTE", 12)] }),
            "VALIDATION_FAILED",
            vec!["rules", "service"],
        ),
        (
            minors,
            json!({ "rules": [rule("IL", "SUD", 12), rule("IL", "SUD", 14)] }),
            "VALIDATION_FAILED",
            vec!["rules", "service"],
        ),
        (
            minors,
            json!({ "rules": [rule("IL", "SUD", 9)] }),
            "VALIDATION_FAILED",
            vec!["rules", "minimumAge"],
        ),
        (
            minors,
            json!({ "rules": [rule("IL", "SUD", 18)] }),
            "VALIDATION_FAILED",
            vec!["rules", "minimumAge"],
        ),
        (
            glass,
            json!({ "defaultMinutes": 0, "longestMinutes": 60 }),
            "VALIDATION_FAILED",
            vec!["defaultMinutes"],
        ),
        (
            glass,
            json!({ "defaultMinutes": 60, "longestMinutes": 241 }),
            "VALIDATION_FAILED",
            vec!["longestMinutes"],
        ),
        (
            glass,
            json!({ "defaultMinutes": 61, "longestMinutes": 60 }),
            "VALIDATION_FAILED",
            vec!["defaultMinutes"],
        ),
        (
            glass,
            json!({ "defaultMinutes": 60, "longestMinutes": 60, "effectiveFrom": "2026-11-21T07:59:59Z" }),
            "VALIDATION_FAILED",
            vec!["effectiveFrom"],
        ),
        (
            glass,
            json!({ "defaultMinutes": 60, "longestMinutes": 60, "locationId": foreign.to_string() }),
            "NOT_FOUND",
            vec!["locationId"],
        ),
        ("setInternalUsePolicy", json!({ "withoutConsent": true }), "ALREADY_EXISTS", vec!["effectiveFrom"]),
    ] {
        let complaint = admin.mutate(mutation, input.clone(), "id").await.complaint(mutation);
        assert_eq!((&complaint["code"], &complaint["field"]), (&json!(code), &json!(field)), "{input}");
    }
    assert_eq!((town.tenant.count("policies").await, town.tenant.count("outbox_events").await), before);
}

#[tokio::test]
async fn the_workforce_looks_without_a_consent_only_where_and_once_the_organization_says_so() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let clinician = town.tenant.clinician().await;
    let hill = town.tenant.location("House on the hill", false).await;
    let input = json!({ "locationId": hill.to_string(), "identity": { "givenName": "Amara" } });
    let data = clinician.mutate("createPatient", input, "id").await.ok();
    let there = id(&data["createPatient"]["result"]["id"]);
    let elsewhere = clinician.creates_patient("Bruno", "Silva").await;
    assert_eq!(clinician.sees_identity_of(there).await, Err("CONSENT_REQUIRED".to_owned()));

    let later = json!({
        "locationId": hill.to_string(), "withoutConsent": true, "effectiveFrom": "2026-11-21T09:00:00Z",
    });
    admin.mutate("setInternalUsePolicy", later, "id").await.ok();
    assert_eq!(clinician.sees_identity_of(there).await, Err("CONSENT_REQUIRED".to_owned()), "not yet");

    town.clock.advance(TimeDelta::hours(1));
    assert_eq!(clinician.sees_identity_of(there).await, Ok("Amara".to_owned()));
    assert_eq!(clinician.sees_identity_of(elsewhere).await, Err("CONSENT_REQUIRED".to_owned()));
    let stranger = town.tenant.clinician().await;
    let query = "query($id: ID!) { patient(id: $id) { id } }";
    let answer = stranger.ask_with(query, json!({ "id": there.to_string() })).await.ok();
    assert_eq!(answer["patient"], Value::Null, "a relationship is still needed");
}

#[tokio::test]
async fn policies_are_those_of_ones_own_organization_and_for_those_who_keep_its_settings() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let neighbour = town.another_tenant("village").await.admin().await;
    admin.mutate("setInternalUsePolicy", json!({ "withoutConsent": true }), "id").await.ok();

    assert_eq!(versions(&neighbour).await, Vec::<Value>::new());
    assert_eq!(holds(&neighbour, None).await["internalUse"]["withoutConsent"], false);
    let clinician = town.tenant.clinician().await;
    assert_eq!(clinician.ask("{ policies { totalCount } }").await.refused(), "FORBIDDEN");
    let before = town.tenant.count("policies").await;
    let refused = clinician.mutate("setInternalUsePolicy", json!({ "withoutConsent": true }), "id").await;
    assert_eq!(refused.refused(), "FORBIDDEN");
    assert_eq!(town.tenant.count("policies").await, before);
}
