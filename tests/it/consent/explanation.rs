//! `explainAccess`: the same decision, asked for everyone concerned.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use consentry::{
    identity::user_creation::{NewAssignment, NewUser},
    kernel::crypto::BearerToken,
};
use entity::{Id, people::patient};
use serde_json::{Value, json};

use super::{minors::Family, refusals_of};
use crate::support::{Actor, Answer, NOBODYS, Town, id};

const QUERY: &str = "query($id: ID!) { explainAccess(patientId: $id) { __typename
    ... on Withheld { reason }
    ... on AccessExplanation { entries { dataClass isIdentity purpose decision reason ground until user { id }
        organization { id name } viaConsent { id } } } } }";

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
    let entries = entries(actor, patient).await;
    let of_users =
        entries.iter().filter(|entry| entry["isIdentity"] == true && entry["organization"].is_null());
    of_users.map(said).collect()
}

/// What the explanation says of identity of one user: the answer, what it rests on, and until when.
async fn explained(actor: &Actor, patient: Id<patient::Entity>, user: &Actor) -> [Value; 3] {
    let entries = entries(actor, patient).await;
    let about =
        |entry: &&Value| entry["isIdentity"] == true && entry["user"]["id"] == user.user().to_string();
    let entry = entries.iter().find(about).unwrap_or_else(|| panic!("{entries:?}")).clone();
    let answer = if entry["decision"] == "PERMIT" { &entry["decision"] } else { &entry["reason"] };
    [answer.clone(), entry["ground"].clone(), entry["until"].clone()]
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

#[tokio::test]
async fn whoever_stands_in_supervises_or_holds_an_approval_is_explained_as_they_really_look() {
    let family = Family::of(Town::new().await).await;
    let town = &family.town;
    family.lets_those_who_treat_know(family.child).await;
    let supervisor = town.tenant.practitioner("SUPERVISOR", "Sam Osei").await;
    let supervises = format!(
        "update practitioners set supervisor_id = '{}' where id = '{}'",
        supervisor.practitioner(),
        family.clinician.practitioner()
    );
    town.tenant.change(&supervises).await;
    let (auditor, compliance) = (town.tenant.compliance().await, town.tenant.compliance().await);
    let approval = format!(
        "insert into access_approvals (tenant_id, id, patient_id, user_id, purpose, data_classes, ticket, document_kind,
            document_reference, approved_by, valid_from, valid_to)
        values ('{}', gen_random_uuid(), '{}', '{}', 'AUDIT_EVALUATION', '{{DIRECTORY}}', 'T-1', 'AUDIT_AGREEMENT', 'file 1', '{}',
            '2026-11-01', '2026-12-01')",
        town.tenant.id,
        family.child,
        auditor.user(),
        compliance.user()
    );
    town.tenant.change(&approval).await;

    for (who, actor, ground, until) in [
        ("the patient", &family.own, "SELF", json!(null)),
        ("the parent", &family.parent, "LEGAL_AUTHORITY", json!(null)),
        ("the clinician", &family.clinician, "CONSENT", json!("2027-05-01T00:00:00Z")),
        ("who supervises", &supervisor, "CONSENT", json!("2027-05-01T00:00:00Z")),
        ("the auditor", &auditor, "APPROVAL", json!("2026-12-01T00:00:00Z")),
    ] {
        assert_eq!(
            explained(&compliance, family.child, actor).await,
            [json!("PERMIT"), json!(ground), until],
            "{who}"
        );
        assert!(actor.sees_identity_of(family.child).await.is_ok(), "{who}");
    }
    let refused = really(&compliance, family.child).await;
    assert_eq!(
        explained(&compliance, family.child, &compliance).await,
        [json!(refused), json!(null), json!(null)],
        "who approved it sees nothing by it"
    );
}

#[tokio::test]
async fn what_was_given_for_a_time_is_explained_until_that_time_alone() {
    let family = Family::of(Town::with_part2_program().await).await;
    let town = &family.town;
    let consent = family.lets_the_parent_know(&family.own, family.child, "SUD").await;
    let stranger = town.tenant.clinician().await;
    let session = BearerToken::parse(stranger.token()).expect("a token").token_id();
    let sealed = "decode(repeat('00', 40), 'hex')";
    let broken = format!(
        "insert into break_glass_events (tenant_id, id, patient_id, user_id, session_id, emergency_nature, reason,
            recipient_name, recipient_affiliation, data_classes, starts_at, expires_at)
        values ('{}', gen_random_uuid(), '{}', '{}', '{session}', {sealed}, {sealed}, {sealed}, {sealed}, '{{DIRECTORY,SUD}}',
            '2026-11-21 08:00Z', '2026-11-21 09:00Z')",
        town.tenant.id,
        family.child,
        stranger.user()
    );
    town.tenant.change(&broken).await;

    assert_eq!(
        explained(&family.own, family.child, &stranger).await,
        [json!("PERMIT"), json!("EMERGENCY"), json!("2026-11-21T09:00:00Z")]
    );
    assert_eq!(
        explained(&family.own, family.child, &family.parent).await,
        [json!("PERMIT"), json!("CONSENT"), json!("2030-12-31T00:00:00Z")],
        "by consent {consent}"
    );
    assert!(family.parent.sees_identity_of(family.child).await.is_ok());

    town.clock.advance(TimeDelta::hours(1));
    let said = of_identity(&family.own, family.child).await;
    assert_eq!(
        said.get(&stranger.user().to_string()),
        None,
        "the glass is whole again, and nothing else connects them"
    );
}

#[tokio::test]
async fn a_partner_that_a_consent_names_is_explained_by_its_organization_and_purpose() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let role = |role| NewAssignment { role, ..Default::default() };
    let roles = vec![role("ADMIN"), role("PRACTITIONER")];
    let giver = town.tenant.user(NewUser { roles, ..Default::default() }).await;
    let district = giver.enters_organization("DISTRICT", "north", None).await;
    let school = giver.enters_organization("SCHOOL", "north-high", Some(district)).await;
    let other = giver.enters_organization("SCHOOL", "south-high", None).await;
    let scopes = json!({ "scopes": ["phi.read"] });
    for organization in [school, other] {
        giver.gives_key(organization, scopes.clone()).await;
    }
    giver.gives_key(school, json!({ "scopes": ["membership.read"] })).await;
    let terms = json!({
        "kind": "REFERRAL_PARTNER", "scopes": [{ "dataClass": "DIRECTORY" }], "purposes": ["TREATMENT"],
        "recipients": [{ "organizationId": district.to_string() }], "expiry": { "date": "2027-05-01T00:00:00Z" },
    });
    let consent = clinician.records_consent(patient, terms).await;

    let all = entries(&clinician, patient).await;

    let partners: Vec<&Value> = all.iter().filter(|entry| !entry["organization"].is_null()).collect();
    let named =
        |entry: &&Value| entry["organization"] == json!({ "id": school.to_string(), "name": "A partner" });
    assert!(partners.iter().all(named), "the school beneath alone, and once: {partners:?}");
    let of = |class: &str| {
        let mut of_class = partners.iter().filter(|entry| entry["dataClass"] == class);
        let entry = of_class.next().unwrap_or_else(|| panic!("{class}"));
        assert!(of_class.next().is_none(), "what its keys can see together");
        json!([
            entry["purpose"],
            entry["decision"],
            entry["reason"],
            entry["ground"],
            entry["until"],
            entry["viaConsent"]["id"]
        ])
    };
    let until = "2027-05-01T00:00:00Z";
    assert_eq!(of("DIRECTORY"), json!(["TREATMENT", "PERMIT", null, "CONSENT", until, consent.to_string()]));
    assert_eq!(of("GENERAL_PHI"), json!(["TREATMENT", "DENY", "CONSENT_REQUIRED", null, null, null]));
    assert_eq!(of("SUD"), json!(["TREATMENT", "DENY", "FORBIDDEN", null, null, null]));
}
