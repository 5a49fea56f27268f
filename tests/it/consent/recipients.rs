//! Whom a consent names.

use entity::{Id, people::patient};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{epoch_of, files, revokes, terms};
use crate::support::{Actor, NOBODYS, Town, id};

const REQUIRED: &str = "CONSENT_REQUIRED";

/// A patient with a care team of two, neither of whom has a consent.
async fn patient_with_two() -> (Town, Actor, Actor, Id<patient::Entity>) {
    let town = Town::new().await;
    let first = town.tenant.clinician().await;
    let second = town.tenant.practitioner("SUPERVISOR", "Robin Castillo, PhD").await;
    let patient = first.creates_patient("Amara", "Okafor").await;
    let place = json!({
        "patientId": patient.to_string(), "practitionerId": second.practitioner().to_string(), "role": "SUPERVISOR",
    });
    first.mutate("assignCareTeam", place, "id").await.ok();
    (town, first, second, patient)
}

async fn refuses(actor: &Actor, patient: Id<patient::Entity>, why: &str) {
    assert_eq!(actor.sees_identity_of(patient).await, Err(REQUIRED.to_owned()), "{why}");
}

#[tokio::test]
async fn a_consent_for_one_practitioner_opens_nothing_to_a_colleague() {
    let (_town, first, second, patient) = patient_with_two().await;
    let named = json!({ "recipients": [{ "practitionerId": first.practitioner().to_string() }] });
    first.records_consent(patient, named).await;

    assert!(first.sees_identity_of(patient).await.is_ok());
    refuses(&second, patient, "not named").await;
}

#[tokio::test]
async fn a_consent_for_one_user_opens_nothing_to_a_colleague() {
    let (_town, first, second, patient) = patient_with_two().await;
    let named = json!({ "recipients": [{ "userId": second.user().to_string() }] });
    first.records_consent(patient, named).await;

    assert!(second.sees_identity_of(patient).await.is_ok());
    refuses(&first, patient, "not named").await;
}

#[tokio::test]
async fn treating_providers_are_those_on_the_care_team_now() {
    let (town, first, second, patient) = patient_with_two().await;
    first
        .records_consent(patient, json!({ "recipients": [{ "recipientClass": "TREATING_PROVIDERS" }] }))
        .await;
    assert!(first.sees_identity_of(patient).await.is_ok());
    assert!(second.sees_identity_of(patient).await.is_ok());

    let ended = format!(
        "update care_team_members set ends_at = starts_at + interval '1 microsecond' where practitioner_id = '{}'",
        second.practitioner()
    );
    assert_eq!(town.tenant.change(&ended).await, 1);
    town.clock.advance(chrono::TimeDelta::milliseconds(1));

    assert!(first.sees_identity_of(patient).await.is_ok());
    let query = "query($id: ID!) { patient(id: $id) { id } }";
    let data = second.ask_with(query, json!({ "id": patient.to_string() })).await.ok();
    assert_eq!(data["patient"], json!(null), "whoever left the team has no relationship");
}

#[tokio::test]
async fn the_programs_workforce_is_named_as_a_class_and_still_needs_a_relationship() {
    let (town, first, second, patient) = patient_with_two().await;
    first
        .records_consent(patient, json!({ "recipients": [{ "recipientClass": "PROGRAM_WORKFORCE" }] }))
        .await;

    assert!(first.sees_identity_of(patient).await.is_ok());
    assert!(second.sees_identity_of(patient).await.is_ok());
    let admin = town.tenant.admin().await;
    assert_eq!(admin.sees_identity_of(patient).await, Err("FORBIDDEN".to_owned()), "no relationship");
}

#[tokio::test]
async fn health_plans_are_nobody_who_works_here() {
    let (_town, first, second, patient) = patient_with_two().await;
    first.records_consent(patient, json!({ "recipients": [{ "recipientClass": "HEALTH_PLANS" }] })).await;

    refuses(&first, patient, "no health plan").await;
    refuses(&second, patient, "no health plan").await;
}

#[tokio::test]
async fn a_consent_for_the_organization_covers_those_who_treat_there_and_no_other_organization() {
    let (town, first, second, patient) = patient_with_two().await;
    let partner = Uuid::from_u128(0x0192_6b3e_7d4c_7a50_8f2e_5b1c_9d0a_6e78);
    let insert = format!(
        "insert into organizations (tenant_id, id, kind, name, slug, time_zone)
        values ('{}', '{partner}', 'PARTNER', 'Harbor School', 'harbor', 'America/New_York')",
        town.tenant.id
    );
    assert_eq!(town.tenant.change(&insert).await, 1);

    first
        .records_consent(patient, json!({ "recipients": [{ "organizationId": partner.to_string() }] }))
        .await;
    refuses(&first, patient, "another organization").await;

    first
        .records_consent(patient, json!({ "recipients": [{ "organizationId": town.tenant.id.to_string() }] }))
        .await;
    assert!(first.sees_identity_of(patient).await.is_ok());
    assert!(second.sees_identity_of(patient).await.is_ok());
}

#[tokio::test]
async fn a_restriction_binds_whom_it_names_and_nobody_else() {
    let (town, first, second, patient) = patient_with_two().await;
    first.records_consent(patient, json!({})).await;
    let named = json!({
        "kind": "RESTRICTION", "recipients": [{ "practitionerId": second.practitioner().to_string() }],
    });
    let restriction = first.records_consent(patient, named).await;

    assert!(first.sees_identity_of(patient).await.is_ok());
    assert_eq!(second.sees_identity_of(patient).await, Err("RESTRICTED".to_owned()));

    revokes(&town.tenant.patient_user(patient).await, restriction).await.ok();
    assert!(second.sees_identity_of(patient).await.is_ok());
}

#[tokio::test]
async fn naming_a_recipient_is_no_relationship() {
    let (town, first, _second, patient) = patient_with_two().await;
    let stranger = town.tenant.clinician().await;
    let named = json!({ "recipients": [{ "userId": stranger.user().to_string() }, { "practitionerId": stranger.practitioner().to_string() }] });
    first.records_consent(patient, named).await;

    let query = "query($id: ID!) { patient(id: $id) { id } patients { totalCount } }";
    let data = stranger.ask_with(query, json!({ "id": patient.to_string() })).await.ok();
    assert_eq!(data, json!({ "patient": null, "patients": { "totalCount": 0 } }));
}

#[tokio::test]
async fn somebody_of_another_tenant_cannot_be_named_and_answers_as_a_random_id() {
    let (town, first, _second, patient) = patient_with_two().await;
    let elsewhere = town.another_tenant("elsewhere").await;
    let outsider = elsewhere.clinician().await;
    let epoch = epoch_of(&town, patient).await;
    let foreign = [
        ("userId", outsider.user().to_string()),
        ("practitionerId", outsider.practitioner().to_string()),
        ("organizationId", elsewhere.id.to_string()),
    ];

    for (kind, theirs) in foreign {
        let naming = |id: String| -> Value { terms(json!({ "recipients": [{ kind: id }] })) };
        let guessed = files(&first, patient, naming(theirs), json!({})).await;
        let random = files(&first, patient, naming(NOBODYS.to_string()), json!({})).await;
        assert_eq!(guessed.user_error("recordConsent"), "NOT_FOUND", "{kind}");
        assert_eq!(guessed.body, random.body, "{kind}");
    }
    assert_eq!(town.tenant.count("consents").await, 0);
    assert_eq!(epoch_of(&town, patient).await, epoch);
}

#[tokio::test]
async fn a_recipient_is_named_in_exactly_one_way() {
    let (town, first, _second, patient) = patient_with_two().await;
    let both = json!({ "userId": first.user().to_string(), "recipientClass": "TREATING_PROVIDERS" });

    for recipient in [json!({}), both] {
        let answer = files(&first, patient, terms(json!({ "recipients": [recipient] })), json!({})).await;
        assert_eq!(answer.refused(), "GRAPHQL_VALIDATION_FAILED", "{recipient}");
    }
    assert_eq!(town.tenant.count("consents").await, 0);
}

#[tokio::test]
async fn the_recipients_of_a_consent_are_shown_as_they_were_named() {
    let (town, first, second, patient) = patient_with_two().await;
    let all = json!({ "recipients": [
        { "userId": second.user().to_string() },
        { "practitionerId": first.practitioner().to_string() },
        { "recipientClass": "HEALTH_PLANS" },
        { "organizationId": town.tenant.id.to_string() },
    ] });
    first.records_consent(patient, all).await;

    let data = first
        .ask_with(
            "query($id: ID!) { consents(patientId: $id) { nodes { detail { ... on ConsentDetail { recipients {
                kind recipientClass userId organizationId practitioner { id } } } } } } }",
            json!({ "id": patient.to_string() }),
        )
        .await
        .ok();

    let recipients =
        data["consents"]["nodes"][0]["detail"]["recipients"].as_array().expect("recipients").clone();
    let of = |kind: &str| recipients.iter().find(|recipient| recipient["kind"] == kind).expect(kind).clone();
    assert_eq!(recipients.len(), 4);
    assert_eq!(id(&of("USER")["userId"]), second.user());
    assert_eq!(id(&of("PRACTITIONER")["practitioner"]["id"]), first.practitioner());
    assert_eq!(of("CLASS")["recipientClass"], "HEALTH_PLANS");
    assert_eq!(of("ORGANIZATION")["organizationId"], town.tenant.id.to_string());
}
