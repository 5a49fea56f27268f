//! Restrictions: what the patient forbade (42 CFR 2.26, 45 CFR 164.522(a)).

use entity::{Id, consent::consent, people::patient};
use serde_json::{Value, json};

use super::{files, revokes, status_of, terms};
use crate::support::{Actor, Town, id};

const RESTRICTED: &str = "RESTRICTED";

/// Files a restriction that forbids those who treat the patient `class`, for treatment.
async fn restricts(actor: &Actor, patient: Id<patient::Entity>, parts: Value) -> Id<consent::Entity> {
    let mut all = json!({ "kind": "RESTRICTION" });
    for (key, value) in parts.as_object().into_iter().flatten() {
        all[key] = value.clone();
    }
    let data = files(actor, patient, terms(all), json!({})).await.ok();
    assert_eq!(data["recordConsent"]["userErrors"], json!([]), "the restriction is filed");
    id(&data["recordConsent"]["result"]["id"])
}

#[tokio::test]
async fn a_restriction_of_identity_holds_in_a_part_2_program_too() {
    let town = Town::with_part2_program().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    clinician.records_consent(patient, json!({})).await;
    assert!(clinician.sees_identity_of(patient).await.is_ok());

    restricts(&clinician, patient, json!({ "scopes": [{ "dataClass": "DIRECTORY" }] })).await;

    assert_eq!(clinician.sees_identity_of(patient).await, Err(RESTRICTED.to_owned()));
    let search = clinician.ask(r#"{ patients(search: { namePrefix: "Okafor" }) { totalCount } }"#).await;
    assert_eq!(search.ok()["patients"]["totalCount"], 0, "search too");
    let explained = clinician
        .ask_with(
            "query($id: ID!) { explainAccess(patientId: $id) { ... on AccessExplanation { entries {
                isIdentity reason user { id } } } } }",
            json!({ "id": patient.to_string() }),
        )
        .await
        .ok();
    let entries = explained["explainAccess"]["entries"].as_array().expect("entries");
    let own = entries
        .iter()
        .find(|entry| entry["isIdentity"] == true && entry["user"]["id"] == clinician.user().to_string());
    assert_eq!(own.expect("an entry")["reason"], RESTRICTED, "what is explained is what is decided");
}

#[tokio::test]
async fn a_restriction_of_the_class_that_the_program_makes_of_identity_holds_as_well() {
    let town = Town::with_part2_program().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    clinician.records_consent(patient, json!({})).await;

    restricts(&clinician, patient, json!({ "scopes": [{ "dataClass": "SUD" }] })).await;

    assert_eq!(clinician.sees_identity_of(patient).await, Err(RESTRICTED.to_owned()));
}

#[tokio::test]
async fn whoever_signed_it_for_the_patient_a_restriction_holds() {
    let town = Town::new().await;
    for capacity in ["PARENT", "GUARDIAN", "MINOR"] {
        let clinician = town.tenant.clinician().await;
        let patient = clinician.creates_patient("Amara", "Okafor").await;
        clinician.records_consent(patient, json!({})).await;
        let restriction = restricts(&clinician, patient, json!({})).await;
        // The mutation takes neither of these yet: forms from elsewhere will bring them.
        signed_as(&town, restriction, capacity).await;

        assert_eq!(clinician.sees_identity_of(patient).await, Err(RESTRICTED.to_owned()), "{capacity}");
    }
}

/// Puts the capacity of the signer into the row, past the trigger that keeps what was signed.
async fn signed_as(town: &Town, consent: Id<consent::Entity>, capacity: &str) {
    let tenant = town.tenant.id;
    town.owner_runs(&format!(
        "begin; set local app.tenant_id = '{tenant}'; alter table consents disable trigger user;
        update consents set signer_capacity = '{capacity}' where id = '{consent}';
        alter table consents enable trigger user; commit"
    ))
    .await;
}

#[tokio::test]
async fn whom_a_restriction_binds_does_not_lift_it() {
    let town = Town::new().await;
    let (clinician, colleague) = (town.tenant.clinician().await, town.tenant.clinician().await);
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    clinician.records_consent(patient, json!({})).await;
    let place = json!({ "patientId": patient.to_string(), "practitionerId": colleague.practitioner().to_string(), "role": "PRIMARY" });
    clinician.mutate("assignCareTeam", place, "id").await.ok();
    let bound = json!({ "recipients": [{ "practitionerId": clinician.practitioner().to_string() }] });
    let restriction = restricts(&clinician, patient, bound).await;
    let lift = json!({
        "consentId": restriction.to_string(),
        "evidence": { "method": "VERBAL_DOCUMENTED", "reference": "folder 7" },
    });

    let answer = clinician.mutate("revokeConsent", lift.clone(), "id").await;

    assert_eq!(answer.user_error("revokeConsent"), "ACCESS_DENIED");
    assert_eq!(status_of(&town, &restriction.to_string()).await, "ACTIVE");
    assert_eq!(clinician.sees_identity_of(patient).await, Err(RESTRICTED.to_owned()));

    let data = colleague.mutate("revokeConsent", lift, "id").await.ok();
    assert_eq!(data["revokeConsent"]["userErrors"], json!([]), "somebody else files it");
    assert!(clinician.sees_identity_of(patient).await.is_ok());
}

#[tokio::test]
async fn the_patient_lifts_a_restriction_that_binds_all_who_treat() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    clinician.records_consent(patient, json!({})).await;
    let restriction = restricts(&clinician, patient, json!({})).await;

    revokes(&town.tenant.patient_user(patient).await, restriction).await.ok();

    assert!(clinician.sees_identity_of(patient).await.is_ok());
}
