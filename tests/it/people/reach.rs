//! Which patients exist for whom.

use chrono::TimeDelta;
use entity::{Id, people::patient};
use serde_json::{Value, json};

use super::{assigns, enters_nobody, ids_of};
use crate::support::{Actor, NOBODYS, Town};

/// Whether a patient exists for somebody: alone, in the list and in the count alike.
async fn has(actor: &Actor, patient: Id<patient::Entity>) -> bool {
    let query = "query($id: ID!) { patient(id: $id) { careTeam { totalCount nodes { patient { id } } } }
        patients { totalCount nodes { id careTeam { totalCount nodes { id } } } } }";
    let data = actor.ask_with(query, json!({ "id": patient.to_string() })).await.ok();
    let ids = ids_of(&data["patients"]);
    assert_eq!(data["patients"]["totalCount"], ids.len(), "the count is that of the list");
    let alone = &data["patient"];
    assert_eq!(!alone.is_null(), ids.contains(&patient.to_string()), "{data}");
    for team in
        data["patients"]["nodes"].as_array().expect("nodes").iter().chain([alone]).map(|one| &one["careTeam"])
    {
        let places = team["nodes"].as_array().map_or(0, Vec::len);
        assert_eq!(team["totalCount"].as_u64().unwrap_or_default(), places as u64, "{data}");
    }
    !alone.is_null()
}

#[tokio::test]
async fn clinicians_have_the_patients_they_treat_and_administrators_all_of_the_tenant() {
    let town = Town::new().await;
    let (clinician, colleague) = (town.tenant.clinician().await, town.tenant.clinician().await);
    let (one, two) = (enters_nobody(&clinician).await, enters_nobody(&colleague).await);
    let elsewhere = town.another_tenant("elsewhere").await;
    let (admin, stranger) = (town.tenant.admin().await, elsewhere.admin().await);

    assert!(has(&clinician, one).await && !has(&clinician, two).await);
    assert!(has(&colleague, two).await && !has(&colleague, one).await);
    assert!(has(&admin, one).await && has(&admin, two).await);
    assert!(!has(&stranger, one).await && !has(&stranger, two).await);
    assert!(!has(&admin, Id::new(NOBODYS)).await);
}

#[tokio::test]
async fn who_reaches_their_own_patients_and_is_no_practitioner_has_none() {
    let town = Town::new().await;
    let patient = enters_nobody(&town.tenant.clinician().await).await;
    for role in ["MANAGER", "BILLING", "PRACTITIONER"] {
        assert!(!has(&town.tenant.with_role(role).await, patient).await, "{role}");
    }
}

#[tokio::test]
async fn patients_have_themselves() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let (one, two) = (enters_nobody(&clinician).await, enters_nobody(&clinician).await);
    let own = town.tenant.patient_user(one).await;
    assert!(has(&own, one).await && !has(&own, two).await);
}

#[tokio::test]
async fn who_may_not_read_patients_may_not_ask_for_them() {
    let town = Town::new().await;
    let patient = enters_nobody(&town.tenant.clinician().await).await;
    let actor = town.tenant.with_role("FAMILY").await;
    let one = actor
        .ask_with("query($id: ID!) { patient(id: $id) { id } }", json!({ "id": patient.to_string() }))
        .await;
    assert_eq!(one.refused(), "FORBIDDEN");
    assert_eq!(actor.ask("{ patients { totalCount } }").await.refused(), "FORBIDDEN");
    assert_eq!(town.anonymous().ask("{ patients { totalCount } }").await.refused(), "UNAUTHENTICATED");
}

#[tokio::test]
async fn a_place_on_a_care_team_counts_within_its_period_alone() {
    let town = Town::new().await;
    let (clinician, colleague) = (town.tenant.clinician().await, town.tenant.clinician().await);
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    clinician.records_consent(patient, json!({})).await;
    let period = json!({ "startsAt": "2026-11-21T09:00:00Z", "endsAt": "2026-11-21T10:00:00Z" });
    assigns(&clinician, patient, colleague.practitioner(), period).await.ok();
    let moment = TimeDelta::milliseconds(1);

    for (advance, inside) in [
        (TimeDelta::hours(1) - moment, false),
        (moment, true),
        (TimeDelta::hours(1) - moment, true),
        (moment, false),
    ] {
        town.clock.advance(advance);
        assert_eq!(has(&colleague, patient).await, inside, "{advance} later");
        assert_eq!(
            colleague.ask("{ patients { totalCount } }").await.ok()["patients"]["totalCount"],
            i32::from(inside)
        );
        let written =
            super::updates(&colleague, patient, 0, json!({})).await.user_error("updatePatientIdentity");
        assert_eq!(written, if inside { "STALE_VERSION" } else { "NOT_FOUND" });
    }
    assert!(has(&clinician, patient).await, "an open place goes on");
}

#[tokio::test]
async fn a_place_whose_result_is_out_of_reach_is_given_and_not_shown() {
    let town = Town::new().await;
    let (clinician, colleague) = (town.tenant.clinician().await, town.tenant.clinician().await);
    let patient = enters_nobody(&clinician).await;
    let later = json!({ "startsAt": "2026-11-21T09:00:00Z" });
    let data = assigns(&clinician, patient, colleague.practitioner(), later).await.ok();
    assert_eq!(data["assignCareTeam"]["result"]["startsAt"], "2026-11-21T09:00:00Z");

    let query = "query($id: ID!) { patient(id: $id) { id } }";
    let data = colleague.ask_with(query, json!({ "id": patient.to_string() })).await.ok();
    assert_eq!(data["patient"], Value::Null);
}
