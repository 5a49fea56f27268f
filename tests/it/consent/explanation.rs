//! `explainAccess`: the same decision, asked for everyone concerned.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use entity::{Id, people::patient};
use serde_json::{Value, json};

use super::refusals_of;
use crate::support::{Actor, Answer, NOBODYS, Town, id};

const QUERY: &str = "query($id: ID!) { explainAccess(patientId: $id) { __typename
    ... on Withheld { reason }
    ... on AccessExplanation { entries { dataClass isIdentity purpose decision reason user { id } viaConsent { id } } } } }";

async fn explains(actor: &Actor, patient: Id<patient::Entity>) -> Answer {
    actor.ask_with(QUERY, json!({ "id": patient.to_string() })).await
}

async fn entries(actor: &Actor, patient: Id<patient::Entity>) -> Vec<Value> {
    let data = explains(actor, patient).await.ok();
    data["explainAccess"]["entries"].as_array().unwrap_or_else(|| panic!("{data}")).clone()
}

/// What the explanation says of identity, by user: `PERMIT`, or the reason.
async fn of_identity(actor: &Actor, patient: Id<patient::Entity>) -> BTreeMap<String, String> {
    let said = |entry: &Value| {
        let answer = entry["reason"].as_str().or(entry["decision"].as_str()).expect("an answer");
        (entry["user"]["id"].as_str().expect("a user").to_owned(), answer.to_owned())
    };
    entries(actor, patient).await.iter().filter(|entry| entry["isIdentity"] == true).map(said).collect()
}

/// What looking really gives.
async fn really(actor: &Actor, patient: Id<patient::Entity>) -> String {
    actor.sees_identity_of(patient).await.map_or_else(|reason| reason, |_| "PERMIT".to_owned())
}

/// Everyone who can be concerned: the patient, two on the team, one of whom is restricted, one who is named but is
/// not on the team, and compliance, who asks.
struct Concerned {
    town: Town,
    patient: Id<patient::Entity>,
    on_the_team: Actor,
    also_on_the_team: Actor,
    looking: Vec<Actor>,
}

async fn concerned(town: Town) -> Concerned {
    let on_the_team = town.tenant.clinician().await;
    let also_on_the_team = town.tenant.practitioner("ASSISTANT", "Jules Park").await;
    let patient = on_the_team.creates_patient("Amara", "Okafor").await;
    let place = json!({
        "patientId": patient.to_string(), "practitionerId": also_on_the_team.practitioner().to_string(), "role": "ASSISTANT",
    });
    on_the_team.mutate("assignCareTeam", place, "id").await.ok();
    let compliance = town.tenant.compliance().await;
    let looking = vec![
        on_the_team.clone(),
        also_on_the_team.clone(),
        compliance,
        town.tenant.patient_user(patient).await,
    ];
    Concerned { town, patient, on_the_team, also_on_the_team, looking }
}

impl Concerned {
    /// Every principal concerned sees exactly what the explanation says they see.
    async fn agree(&self, situation: &str) {
        let said = of_identity(&self.looking[2], self.patient).await;
        assert!(said.len() >= self.looking.len(), "{situation}: {said:?}");
        for actor in &self.looking {
            let user = actor.user().to_string();
            let expected = said.get(&user).unwrap_or_else(|| panic!("{situation}: {user} is not explained"));
            assert_eq!(&really(actor, self.patient).await, expected, "{situation}");
        }
    }

    async fn files(&self, terms: Value) {
        self.on_the_team.records_consent(self.patient, terms).await;
    }
}

#[tokio::test]
async fn the_explanation_says_what_looking_really_gives_in_every_situation() {
    let everyone = concerned(Town::new().await).await;
    everyone.agree("no consent").await;

    let only = json!([{ "practitionerId": everyone.on_the_team.practitioner().to_string() }]);
    everyone.files(json!({ "recipients": only, "expiry": { "date": "2026-11-21T09:00:00Z" } })).await;
    everyone.agree("one is named").await;
    everyone.files(json!({ "scopes": [{ "dataClass": "SUD" }] })).await;
    everyone.agree("another class is covered").await;
    everyone.files(json!({ "purposes": ["PAYMENT"] })).await;
    everyone.agree("for another purpose").await;

    everyone.town.clock.advance(TimeDelta::hours(1));
    everyone.agree("the consent ended").await;
    everyone.files(json!({})).await;
    everyone.agree("all who treat").await;
    let other = json!([{ "userId": everyone.also_on_the_team.user().to_string() }]);
    everyone.files(json!({ "kind": "RESTRICTION", "recipients": other })).await;
    everyone.agree("one is restricted").await;

    let said = of_identity(&everyone.looking[2], everyone.patient).await;
    let of = |actor: &Actor| said[&actor.user().to_string()].clone();
    let answers: Vec<String> = everyone.looking.iter().map(of).collect();
    assert_eq!(answers, ["PERMIT", "RESTRICTED", "FORBIDDEN", "PERMIT"]);
}

#[tokio::test]
async fn in_a_part_2_program_the_explanation_of_identity_is_that_of_sud() {
    let everyone = concerned(Town::with_part2_program().await).await;
    everyone.files(json!({ "scopes": [{ "dataClass": "SUD" }] })).await;

    everyone.agree("SUD is covered").await;

    let all = entries(&everyone.on_the_team, everyone.patient).await;
    let identity: Vec<&Value> = all.iter().filter(|entry| entry["isIdentity"] == true).collect();
    assert!(identity.iter().all(|entry| entry["dataClass"] == "SUD"));
    let said = of_identity(&everyone.on_the_team, everyone.patient).await;
    assert_eq!(
        said[&everyone.also_on_the_team.user().to_string()],
        "FORBIDDEN",
        "assistants do not read SUD"
    );
}

#[tokio::test]
async fn the_explanation_names_the_consent_that_permits_and_the_purpose_assumed() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let consent = clinician.records_consent(patient, json!({})).await;

    let all = entries(&clinician, patient).await;

    let of = |class: &str| {
        let mine =
            |entry: &&Value| entry["dataClass"] == class && id(&entry["user"]["id"]) == clinician.user();
        all.iter().find(mine).unwrap_or_else(|| panic!("{class}")).clone()
    };
    for class in ["DIRECTORY", "GENERAL_PHI", "SUD"] {
        let entry = of(class);
        assert_eq!((&entry["decision"], &entry["reason"]), (&json!("PERMIT"), &json!(null)), "{class}");
        assert_eq!(id(&entry["viaConsent"]["id"]), consent, "{class}");
        assert_eq!(entry["purpose"], "TREATMENT", "{class}");
    }
    for (class, reason) in [
        ("MENTAL_HEALTH", "CONSENT_REQUIRED"),
        ("FINANCIAL", "FORBIDDEN"),
        ("PSYCHOTHERAPY_NOTE", "SEPARATE_CONSENT_REQUIRED"),
        ("SUD_COUNSELING_NOTE", "SEPARATE_CONSENT_REQUIRED"),
    ] {
        let entry = of(class);
        assert_eq!((&entry["decision"], &entry["reason"]), (&json!("DENY"), &json!(reason)), "{class}");
        assert_eq!(entry["viaConsent"], json!(null), "{class}");
    }
}

#[tokio::test]
async fn those_whom_nothing_connects_with_the_patient_are_not_explained() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let named = town.tenant.clinician().await;
    let stranger = town.tenant.clinician().await;
    let recipients = json!({ "recipients": [{ "userId": named.user().to_string() }] });
    clinician.records_consent(patient, recipients).await;

    let said = of_identity(&clinician, patient).await;

    assert_eq!(
        said.get(&named.user().to_string()).map(String::as_str),
        Some("FORBIDDEN"),
        "named, not related"
    );
    assert_eq!(said.get(&stranger.user().to_string()), None);
    assert_eq!(said.len(), 2);
}

#[tokio::test]
async fn the_explanation_is_refused_to_those_without_the_relationship() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let somebodys_own = town.tenant.patient_user(clinician.creates_patient("Bruno", "Silva").await).await;
    let stranger = town.tenant.clinician().await;

    for actor in [&stranger, &somebodys_own] {
        let hidden = explains(actor, patient).await;
        let random = explains(actor, Id::new(NOBODYS)).await;
        assert_eq!(hidden.ok()["explainAccess"], json!(null));
        assert_eq!((&hidden.body, hidden.statements), (&random.body, random.statements));
    }
    for role in ["ADMIN", "OWNER", "BILLING", "SPECIALIST", "FAMILY"] {
        assert_eq!(
            explains(&town.tenant.with_role(role).await, patient).await.refused(),
            "FORBIDDEN",
            "{role}"
        );
    }
    assert_eq!(explains(&town.anonymous(), patient).await.refused(), "UNAUTHENTICATED");
    assert_eq!(refusals_of(&town, patient).await, [""; 0]);

    let compliance = town.tenant.compliance().await;
    let for_the_court = explains(&compliance.with_purpose("LEGAL_PROCEEDING"), patient).await.ok();
    assert_eq!(for_the_court["explainAccess"], json!({ "__typename": "Withheld", "reason": "FORBIDDEN" }));
    assert_eq!(refusals_of(&town, patient).await, ["FORBIDDEN"], "compliance looks for the audit alone");
    assert_eq!(explains(&compliance, patient).await.ok()["explainAccess"]["__typename"], "AccessExplanation");
}

#[tokio::test]
async fn asking_for_an_explanation_is_itself_recorded() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;

    entries(&clinician, patient).await;

    let sql = "select count(*) from audit_logs where patient_id = $1 and operation = 'consent.explain_access'
        and action = 'VIEW' and decision = 'PERMIT' and data_class = 'GENERAL_PHI'";
    assert_eq!(town.tenant.scalar::<i64>(sql, patient.uuid()).await, Some(1));
    let looks = "select count(*) from audit_logs where patient_id = $1 and action = 'VIEW'";
    assert_eq!(town.tenant.scalar::<i64>(looks, patient.uuid()).await, Some(1), "explaining is not looking");
}
