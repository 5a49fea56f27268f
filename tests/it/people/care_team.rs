//! Places on care teams.

use chrono::TimeDelta;
use consentry::identity::user_creation::{NewAssignment, NewPractitioner, NewUser};
use entity::{Id, people::patient};
use serde_json::{Value, json};

use super::{assigns, counts, enters_nobody, field};
use crate::support::{NOBODYS, Tenant, Town};

/// What an assignment writes.
const WRITTEN: [&str; 2] = ["care_team_members", "outbox_events"];

async fn epoch_of(tenant: &Tenant, patient: Id<patient::Entity>) -> i64 {
    let sql = "select consent_epoch from patients where id = $1";
    tenant.scalar(sql, patient.uuid()).await.expect("a patient")
}

#[tokio::test]
async fn a_place_on_the_care_team_gives_the_practitioner_the_patient() {
    let town = Town::new().await;
    let (clinician, colleague) = (town.tenant.clinician().await, town.tenant.clinician().await);
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    clinician.records_consent(patient, json!({})).await;
    let query = "query($id: ID!) { patient(id: $id) { id } }";
    let variables = json!({ "id": patient.to_string() });
    assert_eq!(colleague.ask_with(query, variables.clone()).await.ok()["patient"], Value::Null);

    let data = assigns(&clinician, patient, colleague.practitioner(), json!({})).await.ok();

    assert_eq!(data["assignCareTeam"]["userErrors"], json!([]));
    let place = &data["assignCareTeam"]["result"];
    assert_eq!(place["role"], "COORDINATOR");
    assert_eq!((&place["startsAt"], &place["endsAt"]), (&json!("2026-11-21T08:00:00Z"), &Value::Null));
    assert_eq!(colleague.ask_with(query, variables).await.ok()["patient"]["id"], patient.to_string());
    assert_eq!(colleague.sees_identity_of(patient).await, Ok("Amara Okafor".to_owned()));
}

#[tokio::test]
async fn a_place_that_an_administrator_gives_is_the_relationship_that_roles_never_are() {
    let town = Town::new().await;
    let (admin, clinician) = (town.tenant.admin().await, town.tenant.clinician().await);
    let patient = enters_nobody(&admin).await;

    assigns(&admin, patient, clinician.practitioner(), json!({ "role": "PRIMARY" })).await.ok();

    let written = super::updates(
        &clinician,
        patient,
        super::version_of(&town.tenant, patient).await,
        json!({ "givenName": "Amara" }),
    )
    .await;
    assert_eq!(written.ok()["updatePatientIdentity"]["userErrors"], json!([]));
    assert_eq!(admin.sees_identity_of(patient).await, Err("FORBIDDEN".to_owned()));
}

#[tokio::test]
async fn an_assignment_moves_the_consent_epoch_and_tells_others_ids_alone() {
    let town = Town::new().await;
    let (clinician, colleague) = (town.tenant.clinician().await, town.tenant.clinician().await);
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let epoch = epoch_of(&town.tenant, patient).await;

    assigns(&clinician, patient, colleague.practitioner(), json!({})).await.ok();

    assert_eq!(epoch_of(&town.tenant, patient).await, epoch + 1);
    let sql = "select coalesce(array_agg(aggregate_kind || ' ' || payload::text), '{}') from outbox_events
        where aggregate_id = $1 and event_type = 'care_team.assigned'";
    let events: Vec<String> = town.tenant.scalar(sql, patient.uuid()).await.expect("an array");
    assert_eq!(events, [format!("PATIENT {{\"id\": \"{patient}\"}}")]);
    let sql = "select count(*) from audit_logs where patient_id = $1 and operation = 'care_team.assign' and action = 'WRITE'";
    assert_eq!(town.tenant.scalar::<i64>(sql, patient.uuid()).await, Some(1));
}

#[tokio::test]
async fn an_open_place_is_given_once() {
    let town = Town::new().await;
    let (clinician, colleague) = (town.tenant.clinician().await, town.tenant.clinician().await);
    let patient = enters_nobody(&clinician).await;
    assigns(&clinician, patient, colleague.practitioner(), json!({})).await.ok();
    let (before, epoch) = (counts(&town.tenant, WRITTEN).await, epoch_of(&town.tenant, patient).await);

    for practitioner in [colleague.practitioner(), clinician.practitioner()] {
        let complaint = assigns(&clinician, patient, practitioner, json!({ "role": "PRIMARY" }))
            .await
            .complaint("assignCareTeam");
        assert_eq!(
            (complaint["code"].as_str(), field(&complaint).as_str()),
            (Some("ALREADY_EXISTS"), "practitionerId")
        );
    }

    assert_eq!(counts(&town.tenant, WRITTEN).await, before);
    assert_eq!(epoch_of(&town.tenant, patient).await, epoch);
}

#[tokio::test]
async fn of_two_assignments_at_once_one_is_made() {
    let town = Town::new().await;
    let (clinician, colleague) = (town.tenant.clinician().await, town.tenant.clinician().await);
    let patient = enters_nobody(&clinician).await;

    let place = || assigns(&clinician, patient, colleague.practitioner(), json!({}));
    let (one, two) = tokio::join!(place(), place());

    let refused = [&one, &two].map(|answer| answer.ok()["assignCareTeam"]["result"].is_null());
    assert_ne!(refused[0], refused[1]);
    let loser = if refused[0] { one } else { two };
    assert_eq!(loser.user_error("assignCareTeam"), "ALREADY_EXISTS");
    assert_eq!(town.tenant.count("care_team_members").await, 2);
}

#[tokio::test]
async fn a_place_ends_after_it_begins() {
    let town = Town::new().await;
    let (clinician, colleague) = (town.tenant.clinician().await, town.tenant.clinician().await);
    let patient = enters_nobody(&clinician).await;
    let (before, epoch) = (counts(&town.tenant, WRITTEN).await, epoch_of(&town.tenant, patient).await);

    for (starts, ends) in [
        (json!("2026-11-21T10:00:00Z"), "2026-11-21T09:00:00Z"),
        (json!("2026-11-21T10:00:00Z"), "2026-11-21T10:00:00Z"),
        (json!("2026-11-21T10:00:00Z"), "2026-11-21T11:00:00+01:00"),
        (Value::Null, "2026-11-21T08:00:00Z"),
    ] {
        let parts = json!({ "startsAt": starts, "endsAt": ends });
        let complaint =
            assigns(&clinician, patient, colleague.practitioner(), parts).await.complaint("assignCareTeam");
        assert_eq!(
            (complaint["code"].as_str(), field(&complaint).as_str()),
            (Some("VALIDATION_FAILED"), "endsAt")
        );
    }

    assert_eq!(counts(&town.tenant, WRITTEN).await, before);
    assert_eq!(epoch_of(&town.tenant, patient).await, epoch);
}

#[tokio::test]
async fn who_does_not_work_gets_no_place() {
    let town = Town::new().await;
    let (clinician, colleague) = (town.tenant.clinician().await, town.tenant.clinician().await);
    let patient = enters_nobody(&clinician).await;
    let before = counts(&town.tenant, WRITTEN).await;

    for status in ["INACTIVE", "SUSPENDED"] {
        let practitioner = colleague.practitioner();
        let sql = format!("update practitioners set status = '{status}' where id = '{practitioner}'");
        assert_eq!(town.tenant.change(&sql).await, 1);
        let complaint =
            assigns(&clinician, patient, practitioner, json!({})).await.complaint("assignCareTeam");
        assert_eq!((complaint["code"].as_str(), field(&complaint).as_str()), (Some("INVALID_STATE"), ""));
    }
    assert_eq!(counts(&town.tenant, WRITTEN).await, before);
}

#[tokio::test]
async fn a_patient_out_of_reach_is_the_same_as_none() {
    let town = Town::new().await;
    let (clinician, colleague) = (town.tenant.clinician().await, town.tenant.clinician().await);
    let elsewhere = town.another_tenant("elsewhere").await;
    let theirs = enters_nobody(&elsewhere.admin().await).await;
    let patient = enters_nobody(&clinician).await;
    let (before, epoch) = (counts(&town.tenant, WRITTEN).await, epoch_of(&town.tenant, patient).await);

    for wanted in [patient.to_string(), theirs.to_string(), NOBODYS.to_string()] {
        let complaint = assigns(&colleague, wanted, colleague.practitioner(), json!({}))
            .await
            .complaint("assignCareTeam");
        assert_eq!(
            complaint,
            json!({ "code": "NOT_FOUND", "field": ["patientId"], "message": "there is no such patient" })
        );
    }

    assert_eq!(counts(&town.tenant, WRITTEN).await, before, "nobody lets themselves in");
    assert_eq!(epoch_of(&town.tenant, patient).await, epoch);
}

#[tokio::test]
async fn a_practitioner_of_another_tenant_is_the_same_as_none() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let stranger = town.another_tenant("elsewhere").await.clinician().await;
    let patient = enters_nobody(&clinician).await;
    let before = counts(&town.tenant, WRITTEN).await;

    for practitioner in [stranger.practitioner().to_string(), NOBODYS.to_string()] {
        let complaint =
            assigns(&clinician, patient, practitioner, json!({})).await.complaint("assignCareTeam");
        assert_eq!(
            (complaint["code"].as_str(), field(&complaint).as_str()),
            (Some("NOT_FOUND"), "practitionerId")
        );
    }
    assert_eq!(counts(&town.tenant, WRITTEN).await, before);
}

#[tokio::test]
async fn who_may_not_write_patients_gives_no_place() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = enters_nobody(&clinician).await;
    for role in ["COMPLIANCE", "BILLING", "SPECIALIST", "PATIENT"] {
        let actor = town.tenant.practitioner(role, "Robin Vale").await;
        let before = counts(&town.tenant, WRITTEN).await;
        let answer = assigns(&actor, patient, actor.practitioner(), json!({})).await;
        assert_eq!(answer.refused(), "FORBIDDEN", "{role}");
        assert_eq!(counts(&town.tenant, WRITTEN).await, before, "{role}");
    }
}

#[tokio::test]
async fn who_left_a_care_team_can_come_back() {
    let town = Town::new().await;
    let (clinician, colleague) = (town.tenant.clinician().await, town.tenant.clinician().await);
    let patient = enters_nobody(&clinician).await;
    let until = json!({ "endsAt": "2026-11-21T09:00:00Z" });
    assigns(&clinician, patient, colleague.practitioner(), until).await.ok();
    town.clock.advance(TimeDelta::hours(2));

    let data = assigns(&clinician, patient, colleague.practitioner(), json!({})).await.ok();

    assert_eq!(data["assignCareTeam"]["userErrors"], json!([]));
    assert_eq!(town.tenant.count("care_team_members").await, 3);
}

#[tokio::test]
async fn who_reads_all_patients_but_writes_only_those_they_treat_lets_themselves_in_nowhere() {
    let town = Town::new().await;
    let patient = enters_nobody(&town.tenant.clinician().await).await;
    let both = town
        .tenant
        .user(NewUser {
            roles: ["COMPLIANCE", "PRACTITIONER"]
                .map(|role| NewAssignment { role, ..Default::default() })
                .into(),
            practitioner: Some(NewPractitioner::named("Kim Adeyemi, LCSW")),
            ..Default::default()
        })
        .await;
    let query = "query($id: ID!) { patient(id: $id) { id } }";
    let data = both.ask_with(query, json!({ "id": patient.to_string() })).await.ok();
    assert_eq!(data["patient"]["id"], patient.to_string(), "in reach for reading");
    let (before, epoch) = (counts(&town.tenant, WRITTEN).await, epoch_of(&town.tenant, patient).await);

    let complaint = assigns(&both, patient, both.practitioner(), json!({})).await.complaint("assignCareTeam");

    assert_eq!((complaint["code"].as_str(), field(&complaint).as_str()), (Some("NOT_FOUND"), "patientId"));
    assert_eq!(counts(&town.tenant, WRITTEN).await, before);
    assert_eq!(epoch_of(&town.tenant, patient).await, epoch);
}
