//! Entering a patient.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use entity::{Id, people::patient};
use serde_json::{Value, json};

use super::{counts, enters_nobody, field};
use crate::support::{Actor, Answer, NOBODYS, Tenant, Town, id};

/// Everything that a patient's entry writes.
const WRITTEN: [&str; 7] = [
    "patients",
    "phi.persons",
    "phi.person_tokens",
    "encryption_keys",
    "care_team_members",
    "outbox_events",
    "idempotency_keys",
];

async fn creates(actor: &Actor, input: Value) -> Answer {
    actor.mutate("createPatient", input, "id").await
}

fn created(answer: &Answer) -> Id<patient::Entity> {
    id(&answer.ok()["createPatient"]["result"]["id"])
}

async fn class_of(tenant: &Tenant, patient: Id<patient::Entity>) -> String {
    let sql = "select data_class::text from patients where id = $1";
    tenant.scalar(sql, patient.uuid()).await.expect("a patient")
}

#[tokio::test]
async fn a_clinician_who_enters_a_patient_joins_the_care_team_as_intake() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;

    let result = "id displayCode status version consentEpoch createdAt location { id }
        careTeam { totalCount nodes { role startsAt endsAt practitioner { id } patient { id } } }";
    let input = json!({ "identity": { "givenName": "Amara", "familyName": "Okafor" } });
    let data = clinician.mutate("createPatient", input, result).await.ok();

    let patient = &data["createPatient"]["result"];
    assert_eq!(data["createPatient"]["userErrors"], json!([]));
    assert_eq!(patient["status"], "ACTIVE");
    assert_eq!(patient["location"], Value::Null);
    assert_eq!(
        patient["careTeam"],
        json!({ "totalCount": 1, "nodes": [{
            "role": "INTAKE",
            "startsAt": "2026-11-21T08:00:00Z",
            "endsAt": null,
            "practitioner": { "id": clinician.practitioner().to_string() },
            "patient": { "id": patient["id"] },
        }] })
    );
}

#[tokio::test]
async fn an_administrator_enters_a_patient_without_identity_and_treats_nobody() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;

    let result = "id identity { ... on Withheld { reason } } careTeam { totalCount }";
    let data = admin.mutate("createPatient", json!({}), result).await.ok();

    let patient = &data["createPatient"]["result"];
    assert_eq!(patient["identity"]["reason"], "FORBIDDEN");
    assert_eq!(patient["careTeam"]["totalCount"], 0);
    assert_eq!(town.tenant.count("phi.person_tokens").await, 0);
}

#[tokio::test]
async fn who_may_not_write_protected_data_enters_no_identity_and_nothing_remains() {
    let town = Town::new().await;
    let input = json!({ "identity": { "givenName": "Amara" }, "idempotencyKey": "first" });
    for role in ["ADMIN", "OWNER", "MANAGER", "HOUSE_STAFF"] {
        let actor = town.tenant.practitioner(role, "Robin Vale").await;
        let before = counts(&town.tenant, WRITTEN).await;

        let answer = creates(&actor, input.clone()).await;

        assert_eq!(answer.refused(), "FORBIDDEN", "{role}");
        assert!(answer.body["errors"][0]["message"].as_str().is_some_and(|text| text.contains("phi.write")));
        assert_eq!(counts(&town.tenant, WRITTEN).await, before, "{role}");
    }
}

#[tokio::test]
async fn who_may_not_write_patients_enters_none() {
    let town = Town::new().await;
    for role in ["COMPLIANCE", "BILLING", "SPECIALIST", "FAMILY", "PATIENT"] {
        let actor = town.tenant.with_role(role).await;
        let before = counts(&town.tenant, WRITTEN).await;
        assert_eq!(creates(&actor, json!({})).await.refused(), "FORBIDDEN", "{role}");
        assert_eq!(counts(&town.tenant, WRITTEN).await, before, "{role}");
    }
}

#[tokio::test]
async fn a_patient_whose_identity_breaks_a_rule_is_not_entered() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let before = counts(&town.tenant, WRITTEN).await;

    let input = json!({ "identity": { "givenName": "Amara", "ssn": "12" }, "idempotencyKey": "first" });
    let complaint = creates(&clinician, input).await.complaint("createPatient");

    assert_eq!(
        (complaint["code"].as_str(), field(&complaint).as_str()),
        (Some("VALIDATION_FAILED"), "identity.ssn")
    );
    assert_eq!(counts(&town.tenant, WRITTEN).await, before);
}

#[tokio::test]
async fn the_same_key_and_input_enter_a_patient_once() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let input = json!({ "identity": { "givenName": "Amara", "email": "amara@town.example" }, "idempotencyKey": "intake 7" });
    let first = created(&creates(&clinician, input.clone()).await);
    let before = counts(&town.tenant, WRITTEN).await;

    assert_eq!(created(&creates(&clinician, input.clone()).await), first);
    let again = town.tenant.another_session(&clinician).await;
    assert_eq!(created(&creates(&again, input).await), first, "in another session of the user");

    assert_eq!(counts(&town.tenant, WRITTEN).await, before, "a replay writes nothing");
}

#[tokio::test]
async fn a_key_that_came_with_other_input_is_a_conflict() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let location = town.tenant.location("North House", false).await;
    creates(&clinician, json!({ "identity": { "givenName": "Amara" }, "idempotencyKey": "intake 7" }))
        .await
        .ok();
    let before = counts(&town.tenant, WRITTEN).await;

    for other in [
        json!({}),
        json!({ "identity": { "givenName": "Amari" } }),
        json!({ "identity": { "givenName": "Amara" }, "locationId": location.to_string() }),
    ] {
        let mut input = other.clone();
        input["idempotencyKey"] = json!("intake 7");
        let complaint = creates(&clinician, input).await.complaint("createPatient");
        assert_eq!(complaint["code"], "IDEMPOTENCY_CONFLICT", "{other}");
        assert_eq!(field(&complaint), "idempotencyKey");
    }
    assert_eq!(counts(&town.tenant, WRITTEN).await, before);
}

#[tokio::test]
async fn a_key_belongs_to_the_user_who_chose_it() {
    let town = Town::new().await;
    let (one, two) = (town.tenant.clinician().await, town.tenant.clinician().await);
    let elsewhere = town.another_tenant("elsewhere").await.clinician().await;
    let mut patients = BTreeSet::new();
    for actor in [&one, &two, &elsewhere] {
        patients.insert(created(&creates(actor, json!({ "idempotencyKey": "1" })).await).to_string());
    }
    assert_eq!(patients.len(), 3);
}

#[tokio::test]
async fn a_key_is_forgotten_after_24_hours() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let program = town.tenant.api_token(&clinician, None, None).await;
    let input = json!({ "idempotencyKey": "intake 7" });
    let first = created(&creates(&program, input.clone()).await);
    let moment = TimeDelta::milliseconds(1);

    town.clock.advance(TimeDelta::hours(24) - moment);
    assert_eq!(created(&creates(&program, input.clone()).await), first, "a millisecond before");
    town.clock.advance(moment);
    let second = created(&creates(&program, input.clone()).await);
    assert_ne!(second, first);
    assert_eq!(created(&creates(&program, input).await), second, "the key holds again");
}

#[tokio::test]
async fn a_key_has_1_to_200_printable_characters() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let before = counts(&town.tenant, WRITTEN).await;
    for key in [String::new(), "k".repeat(201), "a\nb".to_owned()] {
        let complaint =
            creates(&clinician, json!({ "idempotencyKey": key })).await.complaint("createPatient");
        assert_eq!(
            (complaint["code"].as_str(), field(&complaint).as_str()),
            (Some("VALIDATION_FAILED"), "idempotencyKey")
        );
    }
    assert_eq!(counts(&town.tenant, WRITTEN).await, before);
    created(&creates(&clinician, json!({ "idempotencyKey": "é".repeat(200) })).await);
}

#[tokio::test]
async fn a_patient_of_a_part_2_unit_is_a_sud_record() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    for (part2, class) in [(true, "SUD"), (false, "DIRECTORY")] {
        let location = town.tenant.location("North House", part2).await;
        let input = json!({ "locationId": location.to_string() });
        let data = clinician.mutate("createPatient", input, "id location { id }").await.ok();
        let patient = &data["createPatient"]["result"];
        assert_eq!(patient["location"]["id"], location.to_string());
        assert_eq!(class_of(&town.tenant, id(&patient["id"])).await, class);
    }
}

#[tokio::test]
async fn every_patient_of_a_part_2_program_is_a_sud_record() {
    let town = Town::with_part2_program().await;
    let clinician = town.tenant.clinician().await;
    let patient = enters_nobody(&clinician).await;
    assert_eq!(class_of(&town.tenant, patient).await, "SUD");
}

#[tokio::test]
async fn a_location_of_nobody_is_the_same_as_one_of_another_tenant() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let theirs = town.another_tenant("elsewhere").await.location("North House", false).await;
    let before = counts(&town.tenant, WRITTEN).await;

    let mut complaints = Vec::new();
    for location in [NOBODYS.to_string(), theirs.to_string()] {
        complaints
            .push(creates(&clinician, json!({ "locationId": location })).await.complaint("createPatient"));
    }

    assert_eq!(complaints[0], complaints[1]);
    assert_eq!(
        (complaints[0]["code"].as_str(), field(&complaints[0]).as_str()),
        (Some("NOT_FOUND"), "locationId")
    );
    assert_eq!(counts(&town.tenant, WRITTEN).await, before);
}

#[tokio::test]
async fn a_display_code_is_two_groups_of_four_and_of_one_patient() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let mut codes = BTreeSet::new();
    for _ in 0..40 {
        let data = admin.mutate("createPatient", json!({}), "displayCode").await.ok();
        codes.insert(data["createPatient"]["result"]["displayCode"].as_str().expect("a code").to_owned());
    }
    assert_eq!(codes.len(), 40);
    let readable = |group: &str| {
        group.len() == 4 && group.chars().all(|letter| "23456789ABCDEFGHJKLMNPQRSTUVWXYZ".contains(letter))
    };
    for code in codes {
        assert!(code.split_once('-').is_some_and(|(one, two)| readable(one) && readable(two)), "{code}");
    }
}

#[tokio::test]
async fn identity_that_the_decision_refuses_is_not_written_and_nothing_remains_but_the_refusal() {
    let town = Town::new().await;
    let actor = town.tenant.with_role("ASSISTANT").await;
    let before = counts(&town.tenant, WRITTEN).await;
    let recorded = town.tenant.count("audit_logs").await;

    let complaint =
        creates(&actor, json!({ "identity": { "givenName": "Amara" } })).await.complaint("createPatient");

    assert_eq!((complaint["code"].as_str(), field(&complaint).as_str()), (Some("ACCESS_DENIED"), "identity"));
    assert_eq!(counts(&town.tenant, WRITTEN).await, before);
    assert_eq!(town.tenant.count("audit_logs").await, recorded + 1);
}

#[tokio::test]
async fn a_patient_is_labelled_by_all_that_stands_above_the_location() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let enters_at = async |location: &str| {
        let data = clinician.mutate("createPatient", json!({ "locationId": location }), "id").await.ok();
        class_of(&town.tenant, id(&data["createPatient"]["result"]["id"])).await
    };
    let (clinic, house) = (
        town.tenant.location("North Clinic", true).await.to_string(),
        town.tenant.location("North House", false).await.to_string(),
    );
    assert_eq!(enters_at(&house).await, "DIRECTORY");

    let beneath = format!("update locations set parent_location_id = '{clinic}' where id = '{house}'");
    assert_eq!(town.tenant.change(&beneath).await, 1);
    assert_eq!(enters_at(&house).await, "SUD", "a unit of a Part 2 unit");

    // A program beneath the tenant, with a branch that says nothing of itself.
    let (tenant, program, branch) = (town.tenant.id, town.app.ids().next(), town.app.ids().next());
    let organizations = format!(
        "insert into organizations (tenant_id, id, kind, parent_organization_id, name, slug, time_zone, is_part2_program)
        values ('{tenant}', '{program}', 'PARTNER', '{tenant}', 'Program', 'program', 'UTC', true),
            ('{tenant}', '{branch}', 'PARTNER', '{program}', 'Branch', 'branch', 'UTC', false)"
    );
    assert_eq!(town.tenant.change(&organizations).await, 2);
    let office = town.tenant.location("Branch Office", false).await.to_string();
    let moved = format!("update locations set organization_id = '{branch}' where id = '{office}'");
    assert_eq!(town.tenant.change(&moved).await, 1);
    assert_eq!(enters_at(&office).await, "SUD", "a branch of a Part 2 program");
}

#[tokio::test]
async fn a_patient_of_another_organization_in_a_part_2_tenant_is_a_sud_record() {
    let town = Town::with_part2_program().await;
    let clinician = town.tenant.clinician().await;
    let (tenant, school) = (town.tenant.id, town.app.ids().next());
    let organization = format!(
        "insert into organizations (tenant_id, id, kind, name, slug, time_zone)
        values ('{tenant}', '{school}', 'SCHOOL', 'School', 'school', 'UTC')"
    );
    assert_eq!(town.tenant.change(&organization).await, 1);
    let office = town.tenant.location("School Office", false).await.to_string();
    let moved = format!("update locations set organization_id = '{school}' where id = '{office}'");
    assert_eq!(town.tenant.change(&moved).await, 1);

    let data = clinician.mutate("createPatient", json!({ "locationId": office }), "id").await.ok();

    assert_eq!(class_of(&town.tenant, id(&data["createPatient"]["result"]["id"])).await, "SUD");
}

#[tokio::test]
async fn a_mutation_that_is_selected_twice_is_refused_and_runs_not_even_once() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let before = counts(&town.tenant, WRITTEN).await;

    for document in [
        "mutation($i: CreatePatientInput!) { createPatient(input: $i) { result { id } } ...F }
            fragment F on Mutation { createPatient(input: $i) { userErrors { code } } }",
        "mutation($i: CreatePatientInput!) { createPatient(input: $i) { result { id } }
            createPatient(input: $i) { userErrors { code } } }",
    ] {
        let answer = clinician.ask_with(document, json!({ "i": {} })).await;
        assert_eq!(answer.refused(), "DOCUMENT_LIMIT_EXCEEDED", "{document}");
    }

    assert_eq!(counts(&town.tenant, WRITTEN).await, before);
    let aliased = "mutation($i: CreatePatientInput!) { createPatient(input: $i) { result { id } }
        other: createPatient(input: $i) { result { id } } }";
    let data = clinician.ask_with(aliased, json!({ "i": {} })).await.ok();
    assert_ne!(
        data["createPatient"]["result"]["id"], data["other"]["result"]["id"],
        "two patients are two keys"
    );
}
