//! What leaves the program is accounted for, and nothing else is; the notice goes with records of a Part 2 program.

use consentry::identity::user_creation::{NewAssignment, NewPractitioner, NewUser};
use entity::{Id, consent::sharing_grant, people::patient};
use serde_json::{Value, json};

use super::minors::{Family, IDENTITY, of};
use crate::support::{
    Actor, Town,
    family::{MOTHER, Relative, SHARED},
    id,
};

const NOTICE: &str = "42 CFR part 2 prohibits unauthorized use or disclosure of these records.";

/// What the accounting says, newest first.
async fn accounted(actor: &Actor, patient: Id<patient::Entity>) -> Vec<Value> {
    let document = "query($id: ID!) { accountingOfDisclosures(patientId: $id) { nodes { id detail { ... on DisclosureDetail {
        occurredAt recipient { name affiliation address organizationId } dataClasses description purpose exception
        notice { variant text } consentCopy channel requestId consent { id } } ... on Withheld { reason } } } } }";
    let data = actor.ask_with(document, of(patient)).await.ok();
    data["accountingOfDisclosures"]["nodes"].as_array().unwrap_or_else(|| panic!("{data}")).clone()
}

async fn rows(town: &Town) -> i64 {
    town.tenant.count("disclosures").await
}

#[tokio::test]
async fn a_look_from_within_the_patients_own_and_one_in_the_patients_place_are_no_disclosures() {
    let family = Family::of(Town::new().await).await;
    family.lets_those_who_treat_know(family.child).await;
    for (who, actor) in [
        ("staff", &family.clinician),
        ("the patient", &family.own),
        ("the parent, by authority", &family.parent),
    ] {
        let answer = actor.ask_with(IDENTITY, of(family.child)).await;
        assert_eq!(answer.ok()["patient"]["identity"]["fullName"], "Amara Okafor", "{who}");
        assert_eq!(answer.body.get("extensions"), None, "{who}");
        assert_eq!(answer.headers.get("x-part2-notice"), None, "{who}");
    }
    assert_eq!(rows(&family.town).await, 0);
}

#[tokio::test]
async fn a_refused_look_is_no_disclosure() {
    let family = Family::of(Town::with_part2_program().await).await;

    let answer = family.parent.ask_with(IDENTITY, of(family.child)).await;

    assert_eq!(answer.ok()["patient"]["identity"]["reason"], "ACCESS_DENIED");
    assert_eq!(answer.body.get("extensions"), None);
    assert_eq!(answer.headers.get("x-part2-notice"), None);
    assert_eq!(rows(&family.town).await, 0);
}

#[tokio::test]
async fn whatever_a_request_asks_of_a_patient_leaves_as_one_disclosure_that_says_all_that_the_law_asks_for() {
    let family = Family::of(Town::with_part2_program().await).await;
    let consent = family.lets_the_parent_know(&family.own, family.child, "SUD").await;
    let document = "query($id: ID!) { one: patient(id: $id) { identity { ... on PatientIdentity { fullName birthDate } } }
        other: patient(id: $id) { again: identity { ... on PatientIdentity { fullName languages } } } }";

    let answer =
        family.parent.with_request_id("a-look-of-the-parent").ask_with(document, of(family.child)).await;

    assert_eq!(answer.ok()["one"]["identity"]["fullName"], "Amara Okafor");
    let entries = accounted(&family.own, family.child).await;
    assert_eq!(entries.len(), 1, "{entries:?}");
    let mut detail = entries[0]["detail"].clone();
    let copy = detail["consentCopy"].take();
    let copy = copy.as_str().expect("a copy");
    assert!(copy.contains("substance use disorder") || copy.contains("Substance use disorder"), "{copy}");
    assert_eq!(
        detail,
        json!({
            "occurredAt": "2026-11-21T08:00:00Z",
            "recipient": {
                "name": "Chen Okafor", "affiliation": "parent of the patient", "address": null, "organizationId": null,
            },
            "dataClasses": ["SUD"],
            "description": "identity: substance use disorder records",
            "purpose": "PATIENT_REQUEST",
            "exception": null,
            "notice": { "variant": 2, "text": NOTICE },
            "consentCopy": null,
            "channel": "API",
            "requestId": "a-look-of-the-parent",
            "consent": { "id": consent },
        })
    );
    let sealed =
        "select bool_and(position('Okafor'::bytea in recipient) = 0) from disclosures where patient_id = $1";
    assert_eq!(family.town.tenant.scalar::<bool>(sealed, family.child.uuid()).await, Some(true));
}

#[tokio::test]
async fn two_patients_in_one_request_are_two_disclosures_in_as_many_statements_as_one() {
    let family = Family::of(Town::with_part2_program().await).await;
    family.lets_the_parent_know(&family.own, family.child, "SUD").await;
    let identities = "{ patients { nodes { identity { ... on PatientIdentity { fullName } ... on Withheld { reason } } } } }";
    let one = family.parent.ask(identities).await;
    assert_eq!(rows(&family.town).await, 1);
    let other = family.clinician.creates_patient_born("2011-02-03").await;
    family.stands_in_for(other).await;
    let others_own = family.town.tenant.patient_user(other).await;
    family.lets_the_parent_know(&others_own, other, "SUD").await;

    let two = family.parent.ask(identities).await;

    assert_eq!(rows(&family.town).await, 3);
    assert_eq!(two.statements, one.statements);
    let part2 = &two.body["extensions"]["part2"];
    assert_eq!(part2["disclosureIds"].as_array().map(Vec::len), Some(2), "{part2}");
    assert_eq!(part2["consentIds"].as_array().map(Vec::len), Some(2), "{part2}");
    assert_eq!(accounted(&others_own, other).await.len(), 1, "each has their own");
}

#[tokio::test]
async fn the_notice_and_the_scope_of_the_consent_go_with_records_of_a_part_2_program() {
    let family = Family::of(Town::with_part2_program().await).await;
    let consent = family.lets_the_parent_know(&family.own, family.child, "SUD").await;

    let answer = family.parent.ask_with(IDENTITY, of(family.child)).await;

    assert_eq!(answer.headers["x-part2-notice"], "2");
    let id = accounted(&family.own, family.child).await[0]["id"].clone();
    assert_eq!(
        answer.body["extensions"]["part2"],
        json!({
            "notice": { "variant": 2, "text": NOTICE },
            "consentScope": "The patient's consent allows the disclosure of substance use disorder records to a person whom it \
                names for what the patient asks for. It holds from 2026-11-21 08:00 UTC until 2030-12-31 00:00 UTC, and the \
                patient can revoke it at any time.",
            "consentIds": [consent],
            "disclosureIds": [id],
        })
    );

    let failing = "query($id: ID!) { patient(id: $id) { identity { ... on PatientIdentity { fullName } } } auditLogs { nodes { id } } }";
    let partly = family.parent.ask_with(failing, of(family.child)).await;
    assert_eq!(partly.refused(), "FORBIDDEN");
    assert_eq!(partly.body["data"]["patient"]["identity"]["fullName"], "Amara Okafor");
    assert_eq!(partly.headers["x-part2-notice"], "2", "an answer with an error beside the data has it too");
    assert_eq!(partly.body["extensions"]["part2"]["notice"]["text"], NOTICE);
    assert_eq!(
        rows(&family.town).await,
        2,
        "a field that fails makes no second disclosure of the same request"
    );
}

#[tokio::test]
async fn what_leaves_of_another_class_is_accounted_for_without_the_notice() {
    let family = Family::of(Town::new().await).await;
    let label = format!("update patients set data_class = 'MENTAL_HEALTH' where id = '{}'", family.child);
    family.town.tenant.change(&label).await;
    family.lets_the_parent_know(&family.own, family.child, "MENTAL_HEALTH").await;

    let answer = family.parent.ask_with(IDENTITY, of(family.child)).await;

    assert_eq!(answer.ok()["patient"]["identity"]["fullName"], "Amara Okafor");
    assert_eq!(answer.body.get("extensions"), None);
    assert_eq!(answer.headers.get("x-part2-notice"), None);
    let entries = accounted(&family.own, family.child).await;
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0]["detail"]["dataClasses"], json!(["MENTAL_HEALTH"]));
}

#[tokio::test]
async fn nothing_leaves_when_it_cannot_be_accounted_for() {
    let family = Family::of(Town::with_part2_program().await).await;
    family.lets_the_parent_know(&family.own, family.child, "SUD").await;
    let looks = "select count(*) from audit_logs where patient_id = $1 and operation = 'patient.identity' and decision = 'PERMIT'";
    let before: Option<i64> = family.town.tenant.scalar(looks, family.child.uuid()).await;
    family.town.owner_runs("revoke insert on disclosures from consentry_app").await;

    let answer = family.parent.ask_with(IDENTITY, of(family.child)).await;

    assert_eq!(answer.refused(), "UNAVAILABLE");
    assert_eq!(answer.body.get("data"), None);
    assert!(!answer.body.to_string().contains("Okafor"), "{}", answer.body);
    assert_eq!(answer.headers.get("x-part2-notice"), None);
    assert_eq!(rows(&family.town).await, 0);
    assert_eq!(family.town.tenant.scalar(looks, family.child.uuid()).await, before, "nobody saw anything");
    assert!(
        family.own.sees_identity_of(family.child).await.is_ok(),
        "what does not leave needs no accounting"
    );

    family.town.owner_runs("grant insert on disclosures to consentry_app").await;
    assert!(family.parent.sees_identity_of(family.child).await.is_ok());
    assert_eq!(rows(&family.town).await, 1);
}

#[tokio::test]
async fn nobody_changes_or_deletes_what_was_accounted_for() {
    let family = Family::of(Town::with_part2_program().await).await;
    family.lets_the_parent_know(&family.own, family.child, "SUD").await;
    family.parent.sees_identity_of(family.child).await.expect("the parent is told");

    for sql in
        ["update disclosures set purpose = 'TREATMENT'", "delete from disclosures", "truncate disclosures"]
    {
        let mut as_app = family.town.tenant.begin().await;
        sqlx::query(sql).execute(&mut *as_app).await.expect_err(sql);
        let mut as_owner = family.town.owner().begin().await.expect("a transaction");
        let tenant = format!("set local app.tenant_id = '{}'", family.town.tenant.id);
        sqlx::query(sqlx::AssertSqlSafe(tenant)).execute(&mut *as_owner).await.expect("a tenant");
        sqlx::query(sql).execute(&mut *as_owner).await.expect_err(sql);
    }

    assert_eq!(accounted(&family.own, family.child).await[0]["detail"]["purpose"], "PATIENT_REQUEST");
}

/// What the accounting says of the only disclosure: who received it, under which consent, and for what.
async fn only_recipient(actor: &Actor, patient: Id<patient::Entity>) -> Value {
    let entries = accounted(actor, patient).await;
    assert_eq!(entries.len(), 1, "{entries:?}");
    let detail = &entries[0]["detail"];
    json!([detail["recipient"], detail["consent"]["id"], detail["purpose"], detail["dataClasses"]])
}

#[tokio::test]
async fn what_the_family_sees_is_disclosed_to_whom_the_patient_shares_with() {
    let town = Town::with_part2_program().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let own = town.tenant.patient_user(patient).await;
    let parts = json!({ "scopes": [{ "dataClass": "DIRECTORY" }, { "dataClass": "SUD" }] });
    let consent = clinician.files_family_consent(patient, MOTHER, parts).await;
    let granted = clinician.grants(consent, MOTHER, json!({})).await.ok();
    let grant: Id<sharing_grant::Entity> = id(&granted["createSharingGrant"]["result"]["id"]);
    let mother = Relative::accepting(&town, &own, grant, MOTHER).await;

    let answer = mother.actor.ask(SHARED).await;

    assert_eq!(answer.ok()["sharedPatients"]["nodes"][0]["identity"]["fullName"], "Amara Okafor");
    assert_eq!(answer.headers["x-part2-notice"], "2");
    assert_eq!(answer.body["extensions"]["part2"]["consentIds"], json!([consent.to_string()]));
    let affiliation = "family or friend of the patient";
    let recipient = json!({ "name": "Ngozi Okafor", "affiliation": affiliation, "address": null, "organizationId": null });
    assert_eq!(
        only_recipient(&own, patient).await,
        json!([recipient, consent.to_string(), "PATIENT_REQUEST", ["SUD"]])
    );
    let sql = "select sharing_grant_id from disclosures where patient_id = $1";
    assert_eq!(town.tenant.scalar::<uuid::Uuid>(sql, patient.uuid()).await, Some(grant.uuid()));
}

#[tokio::test]
async fn what_a_partner_sees_is_disclosed_to_its_organization() {
    let town = Town::with_part2_program().await;
    let roles = ["PRACTITIONER", "ADMIN"].map(|role| NewAssignment { role, ..Default::default() });
    let practitioner = Some(NewPractitioner::named("Kim Adeyemi, LCSW"));
    let giver = town.tenant.user(NewUser { roles: roles.into(), practitioner, ..Default::default() }).await;
    let patient = giver.creates_patient("Amara", "Okafor").await;
    let own = town.tenant.patient_user(patient).await;
    let school = giver.enters_organization("SCHOOL", "north-high", None).await;
    let (_, key) = giver.gives_key(school, json!({ "scopes": ["phi.read", "sud.read"] })).await;
    let terms = json!({
        "kind": "REFERRAL_PARTNER", "scopes": [{ "dataClass": "SUD" }], "purposes": ["TREATMENT"],
        "recipients": [{ "organizationId": school.to_string() }], "expiry": { "date": "2027-02-01T00:00:00Z" },
    });
    let consent = giver.records_consent(patient, terms).await;

    let answer = key.ask(SHARED).await;

    assert_eq!(answer.ok()["sharedPatients"]["nodes"][0]["identity"]["fullName"], "Amara Okafor");
    assert_eq!(answer.headers["x-part2-notice"], "2");
    let recipient = json!({
        "name": "A partner", "affiliation": null, "address": null, "organizationId": school.to_string(),
    });
    assert_eq!(
        only_recipient(&own, patient).await,
        json!([recipient, consent.to_string(), "TREATMENT", ["SUD"]])
    );
}
