//! Which data a consent covers, when, and for what purpose.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{detail, refusals_of};
use crate::support::Town;

fn required() -> Result<String, String> {
    Err("CONSENT_REQUIRED".to_owned())
}

#[tokio::test]
async fn a_consent_covers_the_classes_it_lists_and_no_other() {
    let plain = Town::new().await;
    let program = Town::with_part2_program().await;
    let classes = ["DIRECTORY", "GENERAL_PHI", "FINANCIAL", "MENTAL_HEALTH", "SUD", "MINOR_CONFIDENTIAL"];

    for (town, identity) in [(&plain, "DIRECTORY"), (&program, "SUD")] {
        let clinician = town.tenant.clinician().await;
        for class in classes {
            let patient = clinician.creates_patient("Amara", "Okafor").await;
            clinician.records_consent(patient, json!({ "scopes": [{ "dataClass": class }] })).await;
            let seen = clinician.sees_identity_of(patient).await;
            let expected = if class == identity { Ok("Amara Okafor".to_owned()) } else { required() };
            assert_eq!(seen, expected, "{class} in a house where identity is {identity}");
        }
    }
}

#[tokio::test]
async fn a_scope_holds_within_its_window() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let window = json!({ "scopes": [{
        "dataClass": "DIRECTORY", "coversFrom": "2026-11-21T09:00:00Z", "coversTo": "2026-11-21T10:00:00Z",
    }] });
    clinician.records_consent(patient, window).await;
    let moment = TimeDelta::milliseconds(1);

    assert_eq!(clinician.sees_identity_of(patient).await, required(), "before it begins");
    town.clock.advance(TimeDelta::hours(1) - moment);
    assert_eq!(clinician.sees_identity_of(patient).await, required(), "a millisecond before");
    town.clock.advance(moment);
    assert!(clinician.sees_identity_of(patient).await.is_ok(), "the beginning is inclusive");
    town.clock.advance(TimeDelta::hours(1) - moment);
    assert!(clinician.sees_identity_of(patient).await.is_ok(), "a millisecond before the end");
    town.clock.advance(moment);
    assert_eq!(clinician.sees_identity_of(patient).await, required(), "the end is exclusive");
}

#[tokio::test]
async fn of_two_windows_of_one_class_either_opens() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let windows = json!({ "scopes": [
        { "dataClass": "DIRECTORY", "coversTo": "2026-11-21T09:00:00Z" },
        { "dataClass": "DIRECTORY", "coversFrom": "2026-11-21T10:00:00Z" },
    ] });
    clinician.records_consent(patient, windows).await;

    assert!(clinician.sees_identity_of(patient).await.is_ok());
    town.clock.advance(TimeDelta::minutes(90));
    assert_eq!(clinician.sees_identity_of(patient).await, required());
    town.clock.advance(TimeDelta::minutes(90));
    assert!(clinician.sees_identity_of(patient).await.is_ok());
}

#[tokio::test]
async fn a_consent_holds_from_its_beginning() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    clinician.records_consent(patient, json!({ "validFrom": "2026-11-21T08:30:00Z" })).await;

    assert_eq!(clinician.sees_identity_of(patient).await, required());
    town.clock.advance(TimeDelta::minutes(30));
    assert!(clinician.sees_identity_of(patient).await.is_ok());
}

#[tokio::test]
async fn a_consent_that_an_event_ends_holds_until_the_event_is_recorded() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let consent =
        clinician.records_consent(patient, json!({ "expiry": { "event": "end of treatment" } })).await;
    assert!(clinician.sees_identity_of(patient).await.is_ok());

    let recorded =
        format!("update consents set expiry_event_at = '2026-11-21T08:00:00Z' where id = '{consent}'");
    assert_eq!(town.tenant.change(&recorded).await, 1);

    assert_eq!(clinician.sees_identity_of(patient).await, Err("CONSENT_EXPIRED".to_owned()));
    let query = "query($id: ID!) { consents(patientId: $id) { nodes { detail { ... on ConsentDetail { status inForce } } } } }";
    let data = clinician.ask_with(query, json!({ "id": patient.to_string() })).await.ok();
    assert_eq!(
        data["consents"]["nodes"][0]["detail"],
        json!({ "status": "ACTIVE", "inForce": false }),
        "what is shown as in force is what the decision counts"
    );
}

#[tokio::test]
async fn a_consent_opens_for_its_purposes_alone() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    clinician.records_consent(patient, json!({ "purposes": ["OPERATIONS"] })).await;

    assert_eq!(clinician.sees_identity_of(patient).await, required(), "treatment is the default");
    assert!(clinician.with_purpose("OPERATIONS").sees_identity_of(patient).await.is_ok());
    assert_eq!(clinician.with_purpose("RESEARCH").sees_identity_of(patient).await, required());
    assert_eq!(
        clinician.with_purpose("PAYMENT").sees_identity_of(patient).await,
        Err("PURPOSE_REQUIRED".to_owned()),
        "a purpose that the role does not have"
    );
    assert_eq!(
        refusals_of(&town, patient).await,
        ["CONSENT_REQUIRED", "CONSENT_REQUIRED", "PURPOSE_REQUIRED"]
    );
}

#[tokio::test]
async fn a_restriction_holds_for_its_classes_and_purposes_alone() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    clinician.records_consent(patient, json!({})).await;
    let restricts = |class: &str, purpose: &str| -> Value {
        json!({ "kind": "RESTRICTION", "scopes": [{ "dataClass": class }], "purposes": [purpose] })
    };
    clinician.records_consent(patient, restricts("SUD", "TREATMENT")).await;
    clinician.records_consent(patient, restricts("DIRECTORY", "OPERATIONS")).await;

    assert!(clinician.sees_identity_of(patient).await.is_ok());
    assert_eq!(
        clinician.with_purpose("OPERATIONS").sees_identity_of(patient).await,
        Err("RESTRICTED".to_owned())
    );
}

#[tokio::test]
async fn a_consent_to_notes_opens_nothing_else() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let dated = json!({ "date": "2027-01-01T00:00:00Z" });
    for (kind, class) in
        [("SUD_COUNSELING_NOTES", "SUD_COUNSELING_NOTE"), ("PSYCHOTHERAPY_NOTES", "PSYCHOTHERAPY_NOTE")]
    {
        let notes = json!({ "kind": kind, "scopes": [{ "dataClass": class }], "expiry": dated });
        clinician.records_consent(patient, notes).await;
    }

    assert_eq!(clinician.sees_identity_of(patient).await, required());
}

#[tokio::test]
async fn of_an_expired_and_a_revoked_consent_the_expired_one_is_named() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let revoked = clinician.records_consent(patient, json!({})).await;
    clinician.records_consent(patient, json!({ "expiry": { "date": "2026-11-21T09:00:00Z" } })).await;
    super::revokes(&town.tenant.patient_user(patient).await, revoked).await.ok();
    town.clock.advance(TimeDelta::hours(2));

    assert_eq!(clinician.sees_identity_of(patient).await, Err("CONSENT_EXPIRED".to_owned()));
}

#[tokio::test]
async fn a_scope_of_one_kind_of_resource_permits_nothing_and_forbids_all_of_its_class() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let narrowed = json!([{ "dataClass": "DIRECTORY", "resourceKind": "ADDRESS" }]);

    let permit = clinician.records_consent(patient, json!({ "scopes": narrowed })).await;
    assert_eq!(clinician.sees_identity_of(patient).await, required());
    let said = detail(&clinician, patient, &permit.to_string(), "scopes { dataClass resourceKind }").await;
    assert_eq!(said["scopes"], narrowed);

    clinician.records_consent(patient, json!({})).await;
    assert!(clinician.sees_identity_of(patient).await.is_ok());
    clinician.records_consent(patient, json!({ "kind": "RESTRICTION", "scopes": narrowed })).await;
    assert_eq!(clinician.sees_identity_of(patient).await, Err("RESTRICTED".to_owned()));
}
