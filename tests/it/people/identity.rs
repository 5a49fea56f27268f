//! Who a patient is: the vault.

use entity::{Id, people::patient};
use serde_json::{Value, json};

use super::{counts, enters, enters_nobody, field, updates, version_of};
use crate::support::{Actor, NOBODYS, Town};

const WHOLE: &str = "query($id: ID!) { patient(id: $id) { identity { ... on PatientIdentity {
    fullName givenName middleName familyName preferredName birthDate gender pronouns languages phone email ssnLast4
    address { line1 line2 city state postalCode } emergencyContact { name phone relationship } } } } }";

/// An identity without a gap, as it is entered.
pub(super) fn whole() -> Value {
    json!({
        "givenName": "Amara", "middleName": "Ngozi", "familyName": "Okafor", "preferredName": "Mara",
        "birthDate": "1984-02-29", "gender": "woman", "pronouns": "she/her", "languages": ["Igbo", "English"],
        "phone": "(415) 555-2671", "email": "Amara@Town.example", "ssn": "123-45-6789",
        "address": { "line1": "12 Elm Street", "line2": "Apt 4", "city": "Salem", "state": "MA", "postalCode": "01970-1234" },
        "emergencyContact": { "name": "Chidi Okafor", "phone": "415 555 2672", "relationship": "brother" },
    })
}

/// An identity, as a permitted look shows it.
pub(super) async fn identity_of(actor: &Actor, patient: Id<patient::Entity>) -> Value {
    actor.ask_with(WHOLE, json!({ "id": patient.to_string() })).await.ok()["patient"]["identity"].clone()
}

/// A clinician with a patient whose identity has no gap and whose consent lets the clinician see it.
pub(super) async fn entered(town: &Town) -> (Actor, Id<patient::Entity>) {
    let clinician = town.tenant.clinician().await;
    let patient = enters(&clinician, whole()).await;
    clinician.records_consent(patient, json!({})).await;
    (clinician, patient)
}

#[tokio::test]
async fn an_identity_comes_back_as_it_was_entered_but_for_normal_forms() {
    let town = Town::new().await;
    let (clinician, patient) = entered(&town).await;

    let mut expected = whole();
    expected.as_object_mut().expect("an object").remove("ssn");
    expected["fullName"] = json!("Amara Ngozi Okafor");
    expected["ssnLast4"] = json!("6789");
    expected["phone"] = json!("+14155552671");
    assert_eq!(identity_of(&clinician, patient).await, expected);
}

/// 45 CFR 164.502(b).
#[tokio::test]
async fn a_purpose_other_than_treatment_shows_what_it_needs_and_names_what_it_leaves_out() {
    const OMITTED: &str =
        "query($id: ID!) { patient(id: $id) { identity { ... on PatientIdentity { omitted } } } }";
    let town = Town::new().await;
    let (clinician, patient) = entered(&town).await;
    let all = identity_of(&clinician, patient).await;
    let omitted = |actor: Actor| async move {
        let data = actor.ask_with(OMITTED, json!({ "id": patient.to_string() })).await.ok();
        data["patient"]["identity"]["omitted"].clone()
    };
    assert_eq!(omitted(clinician.with_purpose("TREATMENT")).await, json!([]));

    let manager = clinician.with_purpose("OPERATIONS");
    let taken = ["birthDate", "gender", "address", "ssnLast4", "emergencyContact"];
    assert_eq!(omitted(manager.clone()).await, json!(taken));
    let mut needed = all.clone();
    for field in taken {
        needed[field] = Value::Null;
    }
    assert_eq!(identity_of(&manager, patient).await, needed);

    let own = town.tenant.patient_user(patient).await;
    assert_eq!(identity_of(&own, patient).await, all, "the patient sees it all");
}

#[tokio::test]
async fn what_is_left_out_stays_and_null_clears() {
    let town = Town::new().await;
    let (clinician, patient) = entered(&town).await;
    let before = identity_of(&clinician, patient).await;
    let version = version_of(&town.tenant, patient).await;

    let data = updates(&clinician, patient, version, json!({})).await.ok();
    assert_eq!(data["updatePatientIdentity"]["result"]["version"], version + 1);
    assert_eq!(identity_of(&clinician, patient).await, before, "nothing was stated");

    let change = json!({ "middleName": null, "familyName": "Brandt", "languages": null, "address": null, "ssn": null });
    updates(&clinician, patient, version + 1, change).await.ok();
    let mut expected = before;
    for (name, value) in [
        ("middleName", Value::Null),
        ("familyName", json!("Brandt")),
        ("fullName", json!("Amara Brandt")),
        ("languages", json!([])),
        ("address", Value::Null),
        ("ssnLast4", Value::Null),
    ] {
        expected[name] = value;
    }
    assert_eq!(identity_of(&clinician, patient).await, expected);
}

#[tokio::test]
async fn an_older_version_is_stale_and_changes_nothing() {
    let town = Town::new().await;
    let (clinician, patient) = entered(&town).await;
    let version = version_of(&town.tenant, patient).await;
    updates(&clinician, patient, version, json!({ "givenName": "Amari" })).await.ok();
    let (before, events) = (identity_of(&clinician, patient).await, town.tenant.count("outbox_events").await);

    for stale in [version, version + 2, 0, -1, i32::MAX] {
        let answer = updates(&clinician, patient, stale, json!({ "givenName": "Zelda" })).await;
        let complaint = answer.complaint("updatePatientIdentity");
        assert_eq!(complaint["code"], "STALE_VERSION", "{stale}");
        assert_eq!(field(&complaint), "expectedVersion");
    }

    assert_eq!(identity_of(&clinician, patient).await, before);
    assert_eq!(version_of(&town.tenant, patient).await, version + 1);
    assert_eq!(town.tenant.count("outbox_events").await, events);
}

#[tokio::test]
async fn of_two_updates_with_one_version_one_wins() {
    let town = Town::new().await;
    let (clinician, patient) = entered(&town).await;
    let version = version_of(&town.tenant, patient).await;

    let (one, two) = tokio::join!(
        updates(&clinician, patient, version, json!({ "givenName": "Amari" })),
        updates(&clinician, patient, version, json!({ "givenName": "Amira" })),
    );

    let lost = [&one, &two].map(|answer| answer.ok()["updatePatientIdentity"]["result"].is_null());
    let (name, loser) = if lost[0] { ("Amira", one) } else { ("Amari", two) };
    assert_ne!(lost[0], lost[1]);
    assert_eq!(loser.user_error("updatePatientIdentity"), "STALE_VERSION");
    assert_eq!(identity_of(&clinician, patient).await["givenName"], name);
    assert_eq!(version_of(&town.tenant, patient).await, version + 1);
}

#[tokio::test]
async fn each_field_has_its_rule_and_its_path() {
    let town = Town::new().await;
    let (clinician, patient) = entered(&town).await;
    let (before, version) = (identity_of(&clinician, patient).await, version_of(&town.tenant, patient).await);
    let tables = ["audit_logs", "outbox_events", "phi.person_tokens"];
    let rows = counts(&town.tenant, tables).await;
    let long = "x".repeat(101);
    let address = |part: &str, value: Value| {
        let mut address = whole()["address"].clone();
        address[part] = value;
        json!({ "address": address })
    };
    let contact = |part: &str, value: &str| {
        let mut contact = whole()["emergencyContact"].clone();
        contact[part] = json!(value);
        json!({ "emergencyContact": contact })
    };
    let languages: Vec<String> = (0..21).map(|number| format!("language {number}")).collect();
    let cases = [
        ("givenName", json!({ "givenName": long })),
        ("givenName", json!({ "givenName": " " })),
        ("middleName", json!({ "middleName": "a\u{7}b" })),
        ("familyName", json!({ "familyName": "" })),
        ("preferredName", json!({ "preferredName": long })),
        ("gender", json!({ "gender": long })),
        ("pronouns", json!({ "pronouns": "a\nb" })),
        ("birthDate", json!({ "birthDate": "2026-11-22" })),
        ("birthDate", json!({ "birthDate": "1899-12-31" })),
        ("languages", json!({ "languages": languages })),
        ("languages", json!({ "languages": [""] })),
        ("phone", json!({ "phone": "911" })),
        ("email", json!({ "email": "amara" })),
        ("email", json!({ "email": format!("{long}@town.example") })),
        ("ssn", json!({ "ssn": "123-45-678" })),
        ("ssn", json!({ "ssn": "000-12-3456" })),
        ("address.line1", address("line1", json!(""))),
        ("address.line2", address("line2", json!(long))),
        ("address.city", address("city", json!("\u{7}"))),
        ("address.state", address("state", json!("ma"))),
        ("address.state", address("state", json!("MAS"))),
        ("address.postalCode", address("postalCode", json!("1970"))),
        ("address.postalCode", address("postalCode", json!("01970-12"))),
        ("emergencyContact.name", contact("name", "")),
        ("emergencyContact.phone", contact("phone", &long)),
        ("emergencyContact.relationship", contact("relationship", " ")),
    ];

    for (path, mut identity) in cases {
        identity["preferredName"] = identity.get("preferredName").cloned().unwrap_or(json!("Zelda"));
        let complaint =
            updates(&clinician, patient, version, identity.clone()).await.complaint("updatePatientIdentity");
        assert_eq!(complaint["code"], "VALIDATION_FAILED", "{identity}");
        assert_eq!(field(&complaint), format!("identity.{path}"), "{identity}");
    }

    assert_eq!(counts(&town.tenant, tables).await, rows);
    assert_eq!(identity_of(&clinician, patient).await, before);
    assert_eq!(version_of(&town.tenant, patient).await, version);
}

#[tokio::test]
async fn the_first_and_the_last_possible_day_of_birth_are_taken() {
    let town = Town::new().await;
    let (clinician, patient) = entered(&town).await;
    for day in ["1900-01-01", "2026-11-21"] {
        let version = version_of(&town.tenant, patient).await;
        updates(&clinician, patient, version, json!({ "birthDate": day })).await.ok();
        assert_eq!(identity_of(&clinician, patient).await["birthDate"], day);
    }
}

#[tokio::test]
async fn a_social_security_number_is_kept_in_digits_however_they_are_typed() {
    let town = Town::new().await;
    let (clinician, patient) = entered(&town).await;
    for (typed, last) in [("123 45 6788", "6788"), ("123456787", "6787")] {
        let version = version_of(&town.tenant, patient).await;
        let data = updates(&clinician, patient, version, json!({ "ssn": typed })).await.ok();
        assert_eq!(data["updatePatientIdentity"]["userErrors"], json!([]), "{typed}");
        assert_eq!(identity_of(&clinician, patient).await["ssnLast4"], last);
    }
}

#[tokio::test]
async fn a_patient_of_others_is_the_same_as_none() {
    let town = Town::new().await;
    let (clinician, patient) = entered(&town).await;
    let colleague = town.tenant.clinician().await;
    let stranger = town.another_tenant("elsewhere").await.clinician().await;
    let before = identity_of(&clinician, patient).await;
    let version = version_of(&town.tenant, patient).await;

    for (actor, wanted) in [(&colleague, patient.uuid()), (&stranger, patient.uuid()), (&colleague, NOBODYS)]
    {
        let complaint = updates(actor, wanted, version, json!({ "givenName": "Zelda" }))
            .await
            .complaint("updatePatientIdentity");
        assert_eq!(
            complaint,
            json!({ "code": "NOT_FOUND", "field": ["patientId"], "message": "there is no such patient" })
        );
    }

    assert_eq!(identity_of(&clinician, patient).await, before);
    assert_eq!(version_of(&town.tenant, patient).await, version);
}

#[tokio::test]
async fn who_may_not_write_protected_data_changes_no_identity() {
    let town = Town::new().await;
    let (clinician, patient) = entered(&town).await;
    let (before, version) = (identity_of(&clinician, patient).await, version_of(&town.tenant, patient).await);
    for role in ["ADMIN", "COMPLIANCE", "MANAGER"] {
        let actor = town.tenant.with_role(role).await;
        let answer = updates(&actor, patient, version, json!({ "givenName": "Zelda" })).await;
        assert_eq!(answer.refused(), "FORBIDDEN", "{role}");
    }
    assert_eq!(identity_of(&clinician, patient).await, before);
}

#[tokio::test]
async fn what_a_change_returns_passes_the_gates_again() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = enters_nobody(&clinician).await;
    let input = json!({ "patientId": patient.to_string(), "expectedVersion": 1, "identity": { "givenName": "Amara" } });

    let result = "identity { ... on PatientIdentity { fullName } ... on Withheld { reason } }";
    let data = clinician.mutate("updatePatientIdentity", input, result).await.ok();

    assert_eq!(data["updatePatientIdentity"]["result"]["identity"], json!({ "reason": "CONSENT_REQUIRED" }));
    let own = town.tenant.patient_user(patient).await;
    assert_eq!(own.sees_identity_of(patient).await, Ok("Amara".to_owned()), "the change was made");
}

#[tokio::test]
async fn patients_change_their_own_identity() {
    let town = Town::new().await;
    let (_, patient) = entered(&town).await;
    let own = town.tenant.patient_user(patient).await;
    let version = version_of(&town.tenant, patient).await;

    updates(&own, patient, version, json!({ "pronouns": "they/them" })).await.ok();

    assert_eq!(identity_of(&own, patient).await["pronouns"], "they/them");
}
