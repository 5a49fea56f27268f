//! Search over encrypted identity.

use chrono::TimeDelta;
use entity::{Id, people::patient};
use serde_json::{Value, json};

use super::{assigns, enters, field, ids_of, updates, version_of};
use crate::support::{Actor, Answer, Town};

const QUERY: &str = "query($search: PatientSearch!) { patients(search: $search, first: 100) {
    totalCount nodes { id } pageInfo { hasNextPage } } }";

async fn searches(actor: &Actor, search: Value) -> Answer {
    actor.ask_with(QUERY, json!({ "search": search })).await
}

/// Who is found, with the promise that the total says the same.
async fn finds(actor: &Actor, search: Value) -> Vec<String> {
    let data = searches(actor, search).await.ok();
    let mut ids = ids_of(&data["patients"]);
    assert_eq!(data["patients"]["totalCount"], ids.len(), "{data}");
    ids.sort();
    ids
}

/// Enters a patient whose consent covers a search.
async fn enters_consented(actor: &Actor, identity: Value) -> Id<patient::Entity> {
    let patient = enters(actor, identity).await;
    actor.records_consent(patient, json!({})).await;
    patient
}

/// The recorded searches about a patient: the decisions in the order of writing.
async fn searches_of(town: &Town, patient: Id<patient::Entity>) -> Vec<String> {
    let sql = "select coalesce(array_agg(decision || coalesce(' ' || reason, '') order by id), '{}')
        from audit_logs where patient_id = $1 and action = 'SEARCH' and operation = 'patient.search'";
    town.tenant.scalar(sql, patient.uuid()).await.expect("an array")
}

#[tokio::test]
async fn an_email_address_is_found_whole_whatever_its_case() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let amara = enters_consented(&clinician, json!({ "email": "Amara.Okafor@Town.example" })).await;
    enters_consented(&clinician, json!({ "email": "amara@town.example" })).await;

    for email in ["Amara.Okafor@Town.example", "amara.okafor@town.example", " AMARA.OKAFOR@TOWN.EXAMPLE "] {
        assert_eq!(finds(&clinician, json!({ "email": email })).await, [amara.to_string()], "{email}");
    }
    for email in ["amara.okafor@town.exampl", "okafor@town.example", "%@town.example"] {
        assert!(finds(&clinician, json!({ "email": email })).await.is_empty(), "{email}");
    }
}

#[tokio::test]
async fn a_phone_number_is_found_in_any_format() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let amara = enters_consented(&clinician, json!({ "phone": "(415) 555-2671" })).await;
    enters_consented(&clinician, json!({ "phone": "415 555 2672" })).await;

    for phone in ["4155552671", "+1 415 555 2671", "415.555.2671", "1-415-555-2671"] {
        assert_eq!(finds(&clinician, json!({ "phone": phone })).await, [amara.to_string()], "{phone}");
    }
}

#[tokio::test]
async fn a_name_is_found_by_the_beginnings_of_its_parts_whatever_case_and_accents() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let jose =
        enters_consented(&clinician, json!({ "givenName": "José", "familyName": "García-López" })).await;
    enters_consented(&clinician, json!({ "givenName": "Joanna", "familyName": "Lopatin" })).await;

    for name in ["jos", "JOSÉ", "Jose", "garc", "LÓPE", "lop jos", "García López"] {
        assert_eq!(finds(&clinician, json!({ "namePrefix": name })).await, [jose.to_string()], "{name}");
    }
    for name in ["ose", "jo", "josef", "jos smith"] {
        assert!(finds(&clinician, json!({ "namePrefix": name })).await.is_empty(), "{name}");
    }
    assert_eq!(finds(&clinician, json!({ "namePrefix": "lop" })).await.len(), 2);
}

#[tokio::test]
async fn a_search_follows_a_changed_identity() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let identity = json!({ "givenName": "Amara", "familyName": "Okafor", "email": "a@town.example", "phone": "4155552671" });
    let patient = enters_consented(&clinician, identity).await;
    let found = [patient.to_string()];

    let change = json!({ "familyName": "Brandt", "email": "b@town.example", "phone": null });
    updates(&clinician, patient, version_of(&town.tenant, patient).await, change).await.ok();

    assert_eq!(
        finds(&clinician, json!({ "namePrefix": "amara bra" })).await,
        found,
        "the name that was left out stays"
    );
    assert_eq!(finds(&clinician, json!({ "email": "b@town.example" })).await, found);
    for gone in [
        json!({ "namePrefix": "okafor" }),
        json!({ "email": "a@town.example" }),
        json!({ "phone": "4155552671" }),
    ] {
        assert!(finds(&clinician, gone.clone()).await.is_empty(), "{gone}");
    }
}

#[tokio::test]
async fn who_may_not_search_protected_data_learns_nothing() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = enters_consented(&clinician, json!({ "email": "amara@town.example" })).await;

    for role in ["ADMIN", "MANAGER", "BILLING", "HOUSE_STAFF"] {
        let actor = town.tenant.practitioner(role, "Robin Vale").await;
        let rows = town.tenant.count("audit_logs").await;
        for email in ["amara@town.example", "nobody@town.example"] {
            let answer = searches(&actor, json!({ "email": email })).await;
            assert_eq!(answer.refused(), "FORBIDDEN", "{role}");
            assert!(
                answer.body["errors"][0]["message"].as_str().is_some_and(|text| text.contains("phi.search"))
            );
        }
        assert_eq!(town.tenant.count("audit_logs").await, rows);
    }
    assert!(searches_of(&town, patient).await.is_empty());
}

#[tokio::test]
async fn patients_without_consent_are_not_found_and_do_not_move_the_total() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let identity = json!({ "givenName": "Amara", "familyName": "Okafor", "email": "a@town.example" });
    let consented = enters_consented(&clinician, identity.clone()).await;
    let unconsented = enters(&clinician, identity).await;
    let other = enters(&clinician, json!({ "givenName": "Noah", "familyName": "Brandt" })).await;

    assert_eq!(finds(&clinician, json!({ "email": "a@town.example" })).await, [consented.to_string()]);

    assert_eq!(searches_of(&town, consented).await, ["PERMIT"]);
    assert_eq!(
        searches_of(&town, unconsented).await,
        ["DENY CONSENT_REQUIRED"],
        "refused candidates are recorded too"
    );
    assert!(searches_of(&town, other).await.is_empty(), "who is no candidate is not looked at");
    let (nobody, hidden) = (json!({ "namePrefix": "zelda" }), json!({ "namePrefix": "noah" }));
    let answers = [searches(&clinician, nobody).await.ok(), searches(&clinician, hidden).await.ok()];
    assert_eq!(answers[0], answers[1], "nobody of this name, or nobody who consented");
    assert_eq!(searches_of(&town, other).await, ["DENY CONSENT_REQUIRED"]);
}

#[tokio::test]
async fn a_patient_is_found_until_the_consent_ends() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = enters(&clinician, json!({ "givenName": "Amara" })).await;
    let consent =
        clinician.records_consent(patient, json!({ "expiry": { "date": "2026-11-21T09:00:00Z" } })).await;
    let search = || json!({ "namePrefix": "amara" });
    assert_eq!(finds(&clinician, search()).await.len(), 1);
    town.clock.advance(TimeDelta::hours(1));
    assert!(finds(&clinician, search()).await.is_empty(), "{consent} has ended");
    assert_eq!(searches_of(&town, patient).await, ["PERMIT", "DENY CONSENT_EXPIRED"]);
}

#[tokio::test]
async fn candidates_are_those_within_reach() {
    let town = Town::new().await;
    let (clinician, colleague) = (town.tenant.clinician().await, town.tenant.clinician().await);
    let patient = enters_consented(&clinician, json!({ "givenName": "Amara" })).await;
    let search = || json!({ "namePrefix": "amara" });

    assert!(finds(&colleague, search()).await.is_empty());
    assert!(searches_of(&town, patient).await.is_empty(), "who is out of reach is no candidate");
    assigns(&clinician, patient, colleague.practitioner(), json!({})).await.ok();
    assert_eq!(finds(&colleague, search()).await, [patient.to_string()]);

    let stranger = town.another_tenant("elsewhere").await.clinician().await;
    assert!(finds(&stranger, search()).await.is_empty());
}

#[tokio::test]
async fn a_search_and_a_filter_must_both_hold() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let paused = enters_consented(&clinician, json!({ "givenName": "Amara" })).await;
    enters_consented(&clinician, json!({ "givenName": "Amara" })).await;
    town.tenant.change(&format!("update patients set status = 'PAUSED' where id = '{paused}'")).await;

    let query = "{ patients(search: { namePrefix: \"amara\" }, filter: { status: { eq: PAUSED } }) { totalCount nodes { id } } }";
    let data = clinician.ask(query).await.ok();

    assert_eq!(data["patients"], json!({ "totalCount": 1, "nodes": [{ "id": paused.to_string() }] }));
}

#[tokio::test]
async fn what_cannot_be_searched_is_refused() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    for search in [
        json!({ "email": "amara" }),
        json!({ "email": "" }),
        json!({ "phone": "911" }),
        json!({ "phone": "not a number" }),
        json!({ "namePrefix": "" }),
        json!({ "namePrefix": " - " }),
    ] {
        assert_eq!(searches(&clinician, search.clone()).await.refused(), "BAD_USER_INPUT", "{search}");
    }
}

#[tokio::test]
async fn a_search_with_more_than_500_candidates_is_too_broad() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let first = enters_consented(&clinician, json!({ "email": "shared@town.example" })).await;
    let search = || json!({ "email": "shared@town.example" });
    copies(&town, &clinician, first, 499).await;

    assert_eq!(finds(&clinician, search()).await, [first.to_string()]);
    copies(&town, &clinician, first, 1).await;
    let rows = town.tenant.count("audit_logs").await;
    let answer = searches(&clinician, search()).await;

    assert_eq!(answer.refused(), "SEARCH_TOO_BROAD");
    assert!(!answer.body.to_string().contains(&first.to_string()));
    assert_eq!(town.tenant.count("audit_logs").await, rows, "nobody was looked at");
}

/// Adds patients with the search tokens of another, treated by a clinician, without consents.
async fn copies(town: &Town, clinician: &Actor, of: Id<patient::Entity>, number: u32) {
    let tenant = town.tenant.id;
    let practitioner = clinician.practitioner();
    let sql = format!(
        "with new as materialized (
            select gen_random_uuid() as person, gen_random_uuid() as patient from generate_series(1, {number})
        ), people as (
            insert into phi.persons (tenant_id, id) select '{tenant}', person from new
        ), chosen as (
            insert into patients (tenant_id, id, person_id, organization_id, display_code, data_class)
            select '{tenant}', patient, person, '{tenant}',
                upper(substr(patient::text, 1, 4) || '-' || substr(patient::text, 5, 4)), 'DIRECTORY' from new
        ), team as (
            insert into care_team_members (tenant_id, id, patient_id, practitioner_id, role, starts_at)
            select '{tenant}', gen_random_uuid(), patient, '{practitioner}', 'PRIMARY', '2026-11-21T08:00:00Z' from new
        )
        insert into phi.person_tokens (tenant_id, id, person_id, kind, token)
        select '{tenant}', gen_random_uuid(), person, kind, token from new, phi.person_tokens
        where person_id = (select person_id from patients where id = '{of}')"
    );
    assert_eq!(town.tenant.change(&sql).await, u64::from(number));
}

#[tokio::test]
async fn who_shares_a_token_by_chance_is_not_found() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let amara = enters_consented(&clinician, json!({ "givenName": "Amara", "familyName": "Okafor" })).await;
    let zelda = enters_consented(&clinician, json!({ "givenName": "Zelda", "familyName": "Brandt" })).await;
    let collide = format!(
        "insert into phi.person_tokens (tenant_id, id, person_id, kind, token)
        select tenant_id, gen_random_uuid(), (select person_id from patients where id = '{amara}'), kind, token
        from phi.person_tokens where person_id = (select person_id from patients where id = '{zelda}')"
    );
    assert!(town.tenant.change(&collide).await > 0);

    assert_eq!(finds(&clinician, json!({ "namePrefix": "zelda" })).await, [zelda.to_string()]);
    assert_eq!(finds(&clinician, json!({ "namePrefix": "okafor" })).await, [amara.to_string()]);
    assert_eq!(searches_of(&town, amara).await, ["PERMIT", "PERMIT"], "the look at a candidate is recorded");
}

#[tokio::test]
async fn an_identifier_that_is_no_identifier_is_not_stored() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = enters_consented(&clinician, json!({ "email": "amara@town.example" })).await;
    let version = version_of(&town.tenant, patient).await;

    let complaint = updates(&clinician, patient, version, json!({ "email": "amara" }))
        .await
        .complaint("updatePatientIdentity");

    assert_eq!(field(&complaint), "identity.email");
    assert_eq!(finds(&clinician, json!({ "email": "amara@town.example" })).await, [patient.to_string()]);
}

#[tokio::test]
async fn who_may_not_see_sud_records_does_not_find_people_by_them() {
    let town = Town::with_part2_program().await;
    let clinician = town.tenant.clinician().await;
    let amara = enters_consented(&clinician, json!({ "givenName": "Amara", "familyName": "Okafor" })).await;
    let specialist = town.tenant.practitioner("SPECIALIST", "Robin Vale").await;
    assigns(&clinician, amara, specialist.practitioner(), json!({})).await.ok();

    assert_eq!(specialist.sees_identity_of(amara).await, Err("FORBIDDEN".to_owned()));
    assert!(finds(&specialist, json!({ "namePrefix": "okafor" })).await.is_empty());
    assert_eq!(searches_of(&town, amara).await, ["DENY FORBIDDEN"]);
    assert_eq!(finds(&clinician, json!({ "namePrefix": "okafor" })).await, [amara.to_string()]);
}
