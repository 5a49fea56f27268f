//! Which organizations and locations are Part 2 programs, and in which state they give care (42 CFR 2.11, 2.14).

use chrono::TimeDelta;
use consentry::identity::user_creation::{NewAssignment, NewUser};
use entity::{Id, people::patient, tenancy::location};
use serde_json::{Value, json};

use crate::support::{Actor, Town, id};

async fn enters_at(clinician: &Actor, location: Id<location::Entity>, name: &str) -> Id<patient::Entity> {
    let input = json!({ "locationId": location.to_string(), "identity": { "givenName": name } });
    let data = clinician.mutate("createPatient", input, "id").await.ok();
    id(&data["createPatient"]["result"]["id"])
}

async fn flags_unit(actor: &Actor, location: Id<location::Entity>, flag: bool) -> Value {
    let input = json!({ "locationId": location.to_string(), "part2Unit": flag });
    actor.mutate("flagPart2Unit", input, "part2Unit").await.ok()["flagPart2Unit"].clone()
}

async fn flags_program(actor: &Actor, organization: uuid::Uuid, flag: bool) -> Value {
    let input = json!({ "organizationId": organization.to_string(), "isPart2Program": flag });
    actor.mutate("flagPart2Program", input, "isPart2Program").await.ok()["flagPart2Program"].clone()
}

/// The label of a patient's row, those of the consents, and the consent epoch.
async fn labels_of(town: &Town, patient: Id<patient::Entity>) -> (String, Vec<String>, i64) {
    let label = "select data_class::text from patients where id = $1";
    let consents = "select coalesce(array_agg(data_class::text), '{}') from consents where patient_id = $1";
    let epoch = "select consent_epoch from patients where id = $1";
    (
        town.tenant.scalar(label, patient.uuid()).await.expect("a patient"),
        town.tenant.scalar(consents, patient.uuid()).await.expect("consents"),
        town.tenant.scalar(epoch, patient.uuid()).await.expect("a patient"),
    )
}

const NO_SUD: &str = r#"{ "scopes": [{ "dataClass": "DIRECTORY" }] }"#;

#[tokio::test]
async fn a_patient_entered_before_the_flag_is_a_sud_patient_after_it_and_a_sibling_house_is_untouched() {
    let town = Town::new().await;
    let (admin, clinician) = (town.tenant.admin().await, town.tenant.clinician().await);
    let hill = town.tenant.location("House on the hill", false).await;
    let river = town.tenant.location("House by the river", false).await;
    let (amara, bruno) =
        (enters_at(&clinician, hill, "Amara").await, enters_at(&clinician, river, "Bruno").await);
    let terms: Value = serde_json::from_str(NO_SUD).expect("terms");
    clinician.records_consent(amara, terms.clone()).await;
    clinician.records_consent(bruno, terms).await;
    assert_eq!(clinician.sees_identity_of(amara).await, Ok("Amara".to_owned()));
    let (_, _, epoch) = labels_of(&town, amara).await;
    let before = labels_of(&town, bruno).await;

    let flagged = flags_unit(&admin, hill, true).await;

    assert_eq!(flagged, json!({ "result": { "part2Unit": true }, "userErrors": [] }));
    assert_eq!(labels_of(&town, amara).await, ("SUD".to_owned(), vec!["SUD".to_owned()], epoch + 1));
    assert_eq!(clinician.sees_identity_of(amara).await, Err("CONSENT_REQUIRED".to_owned()));
    assert_eq!(labels_of(&town, bruno).await, before);
    assert_eq!(clinician.sees_identity_of(bruno).await, Ok("Bruno".to_owned()));
    let sql = "select operation::text from audit_logs where target_id = $1";
    let operation: Option<String> = town.tenant.scalar(sql, hill.uuid()).await;
    assert_eq!(operation.as_deref(), Some("location.flag_part2"));
    let sql = "select event_type::text from outbox_events where aggregate_id = $1";
    let event: Option<String> = town.tenant.scalar(sql, hill.uuid()).await;
    assert_eq!(event.as_deref(), Some("location.part2_flagged"));
}

#[tokio::test]
async fn a_consent_that_lists_sud_goes_on_to_show_whom_the_flag_relabelled() {
    let town = Town::new().await;
    let (admin, clinician) = (town.tenant.admin().await, town.tenant.clinician().await);
    let hill = town.tenant.location("House on the hill", false).await;
    let amara = enters_at(&clinician, hill, "Amara").await;
    clinician.records_consent(amara, json!({})).await;

    flags_unit(&admin, hill, true).await;

    assert_eq!(clinician.sees_identity_of(amara).await, Ok("Amara".to_owned()));
}

#[tokio::test]
async fn what_is_part_of_a_part2_unit_is_covered_and_what_it_is_part_of_is_not() {
    let town = Town::new().await;
    let (admin, clinician) = (town.tenant.admin().await, town.tenant.clinician().await);
    let campus = town.tenant.location("Campus", false).await;
    let house = town.tenant.location("House on campus", false).await;
    let room = town.tenant.location("Annex of the house", false).await;
    for (child, parent) in [(house, campus), (room, house)] {
        let moved = format!("update locations set parent_location_id = '{parent}' where id = '{child}'");
        assert_eq!(town.tenant.change(&moved).await, 1);
    }
    let above = enters_at(&clinician, campus, "Amara").await;
    let within = enters_at(&clinician, house, "Bruno").await;
    let beneath = enters_at(&clinician, room, "Chen").await;

    flags_unit(&admin, house, true).await;

    assert_eq!(labels_of(&town, above).await.0, "DIRECTORY");
    assert_eq!(labels_of(&town, within).await.0, "SUD");
    assert_eq!(labels_of(&town, beneath).await.0, "SUD");
}

#[tokio::test]
async fn a_program_covers_whoever_is_served_by_it_and_the_tenants_own_everybody() {
    let town = Town::new().await;
    let (admin, clinician) = (town.tenant.admin().await, town.tenant.clinician().await);
    let lodge = admin.enters_organization("PARTNER", "lodge", None).await;
    let of_lodge = town.tenant.location("House of the lodge", false).await;
    let moved = format!("update locations set organization_id = '{lodge}' where id = '{of_lodge}'");
    assert_eq!(town.tenant.change(&moved).await, 1);
    let there = enters_at(&clinician, of_lodge, "Amara").await;
    let nowhere = clinician.creates_patient("Bruno", "Silva").await;
    let neighbour = town.another_tenant("village").await;
    let foreign = neighbour.clinician().await.creates_patient("Chen", "Li").await;

    flags_program(&admin, lodge.uuid(), true).await;
    assert_eq!(labels_of(&town, there).await.0, "SUD");
    assert_eq!(labels_of(&town, nowhere).await.0, "DIRECTORY");

    flags_program(&admin, town.tenant.id, true).await;
    assert_eq!(labels_of(&town, nowhere).await.0, "SUD");
    let sql = "select data_class::text from patients where id = $1";
    let label: Option<String> = neighbour.scalar(sql, foreign.uuid()).await;
    assert_eq!(label.as_deref(), Some("DIRECTORY"), "another tenant's patients are its own");
}

#[tokio::test]
async fn what_is_no_part2_unit_any_more_labels_those_otherwise_who_are_entered_afterwards() {
    let town = Town::new().await;
    let (admin, clinician) = (town.tenant.admin().await, town.tenant.clinician().await);
    let hill = town.tenant.location("House on the hill", true).await;
    let before = enters_at(&clinician, hill, "Amara").await;
    assert_eq!(labels_of(&town, before).await.0, "SUD");

    let flagged = flags_unit(&admin, hill, false).await;

    assert_eq!(flagged["result"]["part2Unit"], false);
    assert_eq!(labels_of(&town, before).await.0, "SUD", "a label does not become less strict");
    let after = enters_at(&clinician, hill, "Bruno").await;
    assert_eq!(labels_of(&town, after).await.0, "DIRECTORY");
}

#[tokio::test]
async fn without_a_fresh_proof_nothing_is_flagged_and_nobody_relabelled() {
    let town = Town::new().await;
    let (admin, clinician) = (town.tenant.admin().await, town.tenant.clinician().await);
    let hill = town.tenant.location("House on the hill", false).await;
    let amara = enters_at(&clinician, hill, "Amara").await;
    let before = labels_of(&town, amara).await;
    town.clock.advance(TimeDelta::minutes(6));

    let unit = json!({ "locationId": hill.to_string(), "part2Unit": true });
    let program = json!({ "organizationId": town.tenant.id.to_string(), "isPart2Program": true });
    for (mutation, input) in [("flagPart2Unit", unit), ("flagPart2Program", program)] {
        assert_eq!(admin.mutate(mutation, input, "id").await.refused(), "REAUTH_REQUIRED");
    }

    assert_eq!(labels_of(&town, amara).await, before);
    let sql = "select part2_unit from locations where id = $1";
    assert_eq!(town.tenant.scalar(sql, hill.uuid()).await, Some(false));
}

#[tokio::test]
async fn a_manager_flags_their_own_house_and_no_other() {
    let town = Town::new().await;
    let hill = town.tenant.location("House on the hill", false).await;
    let river = town.tenant.location("House by the river", false).await;
    let role = NewAssignment { role: "MANAGER", location_id: Some(hill), ..Default::default() };
    let manager = town.tenant.user(NewUser { roles: vec![role], ..Default::default() }).await;

    assert_eq!(flags_unit(&manager, hill, true).await["userErrors"], json!([]));
    assert_eq!(flags_unit(&manager, river, true).await["userErrors"][0]["code"], "NOT_FOUND");
    let sql = "select part2_unit from locations where id = $1";
    assert_eq!(town.tenant.scalar(sql, river.uuid()).await, Some(false));
}

/// Otherwise somebody entered at the same moment would be no SUD patient of a SUD program.
#[tokio::test]
async fn a_patient_who_is_entered_while_the_flag_is_set_waits_for_it() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let hill = town.tenant.location("House on the hill", false).await;
    // What `flagPart2Unit` does, stopped before its commit.
    let mut flagging = town.tenant.begin().await;
    let lock = format!("select id from organizations where id = '{}' for no key update", town.tenant.id);
    sqlx::query(sqlx::AssertSqlSafe(lock)).execute(&mut *flagging).await.expect("the lock");
    let flag = format!("update locations set part2_unit = true where id = '{hill}'");
    sqlx::query(sqlx::AssertSqlSafe(flag)).execute(&mut *flagging).await.expect("the flag");

    let entering = tokio::spawn(async move { enters_at(&clinician, hill, "Amara").await });
    let mut waits = false;
    while !waits && !entering.is_finished() {
        let blocked = "select exists (
            select from pg_locks where not granted and pg_backend_pid() = any(pg_blocking_pids(pid)))";
        waits = sqlx::query_scalar(blocked).fetch_one(&mut *flagging).await.expect("the locks are read");
        tokio::task::yield_now().await;
    }
    assert!(waits, "whoever enters a patient waits");
    flagging.commit().await.expect("the flag is committed");

    let patient = entering.await.expect("the patient is entered");
    assert_eq!(labels_of(&town, patient).await.0, "SUD");
}

#[tokio::test]
async fn the_state_of_care_comes_back_as_it_was_set_until_it_is_taken_back() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let hill = town.tenant.location("House on the hill", false).await;
    let own = town.tenant.id.to_string();

    for state in [json!("IL"), Value::Null] {
        let input = json!({ "locationId": hill.to_string(), "state": state });
        let data = admin.mutate("setLocationState", input, "state").await.ok();
        assert_eq!(data["setLocationState"], json!({ "result": { "state": state }, "userErrors": [] }));
        let input = json!({ "organizationId": own, "state": state });
        let data = admin.mutate("setOrganizationState", input, "state").await.ok();
        assert_eq!(data["setOrganizationState"], json!({ "result": { "state": state }, "userErrors": [] }));
    }
    let input = json!({ "kind": "PARTNER", "name": "The lodge", "slug": "lodge", "state": "WI" });
    let data = admin.mutate("createOrganization", input, "state isPart2Program").await.ok();
    assert_eq!(data["createOrganization"]["result"], json!({ "state": "WI", "isPart2Program": false }));
}

#[tokio::test]
async fn what_is_no_state_is_refused_and_changes_nothing() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let hill = town.tenant.location("House on the hill", false).await;
    for state in ["", "I", "il", "ILL", "Ü"] {
        let input = json!({ "locationId": hill.to_string(), "state": state });
        let complaint = admin.mutate("setLocationState", input, "id").await.complaint("setLocationState");
        assert_eq!(
            (&complaint["code"], &complaint["field"]),
            (&json!("VALIDATION_FAILED"), &json!(["state"]))
        );
    }
    let sql = "select state::text from locations where id = $1 and state is not null";
    assert_eq!(town.tenant.scalar::<String>(sql, hill.uuid()).await, None);
}
