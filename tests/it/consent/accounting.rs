//! The accounting of disclosures under both regimes, and who may read it.

use chrono::TimeDelta;
use entity::{Id, people::patient};
use serde_json::{Value, json};

use super::minors::{Family, IDENTITY, of};
use crate::support::{Actor, Answer, NOBODYS, Town};

const ACCOUNTING: &str = "query($id: ID!, $regime: AccountingRegime! = ALL, $from: DateTime, $to: DateTime) {
    accountingOfDisclosures(patientId: $id, regime: $regime, from: $from, to: $to) {
        totalCount nodes { detail { ... on DisclosureDetail { exception purpose occurredAt } ... on Withheld { reason } } } } }";

async fn asks(actor: &Actor, patient: Id<patient::Entity>, arguments: Value) -> Answer {
    let mut variables = of(patient);
    for (name, value) in arguments.as_object().into_iter().flatten() {
        variables[name] = value.clone();
    }
    actor.ask_with(ACCOUNTING, variables).await
}

/// The purposes of what is accounted for, newest first.
async fn told(actor: &Actor, patient: Id<patient::Entity>, arguments: Value) -> Vec<String> {
    let data = asks(actor, patient, arguments).await.ok();
    let list = &data["accountingOfDisclosures"];
    let nodes = list["nodes"].as_array().unwrap_or_else(|| panic!("{data}"));
    assert_eq!(list["totalCount"], nodes.len());
    let purpose =
        |node: &Value| node["detail"]["purpose"].as_str().unwrap_or_else(|| panic!("{node}")).to_owned();
    nodes.iter().map(purpose).collect()
}

/// A child about whom the parent was told by consent, and an emergency room without one.
async fn disclosed() -> Family {
    let family = Family::of(Town::with_part2_program().await).await;
    family.lets_the_parent_know(&family.own, family.child, "SUD").await;
    family.parent.ask_with(IDENTITY, of(family.child)).await.ok();
    family.town.tenant.tells_emergency_room(&family.clinician, family.child).await;
    family
}

#[tokio::test]
async fn consented_disclosures_are_accounted_for_three_years_and_those_by_exception_for_six() {
    let family = disclosed().await;
    let all = vec!["EMERGENCY".to_owned(), "PATIENT_REQUEST".to_owned()];
    let consented = vec!["PATIENT_REQUEST".to_owned()];
    let excepted = vec!["EMERGENCY".to_owned()];
    let day = TimeDelta::days(1);
    // Years of the calendar, from 2026-11-21: one of the first three and one of the next three has 366 days.
    let (three_years, six_years) = (TimeDelta::days(3 * 365 + 1), TimeDelta::days(6 * 365 + 2));
    let mut passed = TimeDelta::zero();
    for (age, part2, hipaa, both) in [
        (TimeDelta::zero(), &consented, &excepted, &all),
        (three_years, &consented, &excepted, &all),
        (three_years + day, &Vec::new(), &excepted, &excepted),
        (six_years, &Vec::new(), &excepted, &excepted),
        (six_years + day, &Vec::new(), &Vec::new(), &Vec::new()),
    ] {
        family.town.clock.advance(age - passed);
        passed = age;
        let own = family.signs_in_again(&family.own).await;
        let of_regime = |regime: &'static str| told(&own, family.child, json!({ "regime": regime }));
        assert_eq!(&of_regime("PART2").await, part2, "PART2 after {age}");
        assert_eq!(&of_regime("HIPAA").await, hipaa, "HIPAA after {age}");
        assert_eq!(&of_regime("ALL").await, both, "ALL after {age}");
    }
    assert_eq!(family.town.tenant.count("disclosures").await, 2, "nothing of it is ever deleted");
}

#[tokio::test]
async fn a_disclosure_by_exception_says_who_received_it_and_what_it_rests_on() {
    let family = disclosed().await;
    let document = "query($id: ID!) { accountingOfDisclosures(patientId: $id, regime: HIPAA) { nodes { detail { ... on DisclosureDetail {
        recipient { name affiliation } dataClasses description purpose exception notice { variant } consentCopy consent { id } } } } } }";

    let data = family.own.ask_with(document, of(family.child)).await.ok();

    let detail = &data["accountingOfDisclosures"]["nodes"][0]["detail"];
    assert_eq!(
        detail,
        &json!({
            "recipient": { "name": "Dr. Imani Wells", "affiliation": "St. Luke emergency room" },
            "dataClasses": ["GENERAL_PHI"],
            "description": "medication",
            "purpose": "EMERGENCY",
            "exception": "EMERGENCY",
            "notice": { "variant": 1 },
            "consentCopy": "No consent: disclosed in a bona fide medical emergency in which the patient's prior written consent \
                could not be obtained (42 CFR 2.51).",
            "consent": null,
        })
    );
}

#[tokio::test]
async fn the_accounting_can_be_narrowed_to_a_period() {
    let family = disclosed().await;
    let period = |from: &str, to: &str| json!({ "from": from, "to": to });

    let until = period("2026-11-01T00:00:00Z", "2026-11-21T08:00:00Z");
    assert_eq!(told(&family.own, family.child, until).await, Vec::<String>::new(), "the end is excluded");
    let from = period("2026-11-21T08:00:00Z", "2026-11-22T00:00:00Z");
    assert_eq!(told(&family.own, family.child, from).await.len(), 2, "the beginning is included");
    let backwards = period("2026-11-22T00:00:00Z", "2026-11-21T00:00:00Z");
    assert_eq!(asks(&family.own, family.child, backwards).await.refused(), "BAD_USER_INPUT");
}

#[tokio::test]
async fn the_patient_and_compliance_read_it_and_nobody_else_learns_how_much_left() {
    let family = disclosed().await;
    let compliance = family.town.tenant.compliance().await;
    for actor in [&family.own, &compliance] {
        assert_eq!(told(actor, family.child, json!({})).await.len(), 2);
    }

    // The authority of a parent does not reach records of a Part 2 program.
    assert_eq!(told(&family.parent, family.child, json!({})).await, Vec::<String>::new());
    let another = family.clinician.creates_patient_born("2012-01-01").await;
    let anothers_own = family.town.tenant.patient_user(another).await;
    let hidden = asks(&anothers_own, family.child, json!({})).await;
    let random = asks(&anothers_own, Id::new(NOBODYS), json!({})).await;
    assert_eq!(hidden.ok()["accountingOfDisclosures"], json!({ "totalCount": 0, "nodes": [] }));
    assert_eq!((&hidden.body, hidden.statements), (&random.body, random.statements));

    for role in ["PRACTITIONER", "ASSISTANT", "ADMIN", "OWNER", "BILLING", "FAMILY"] {
        let actor = family.town.tenant.with_role(role).await;
        assert_eq!(asks(&actor, family.child, json!({})).await.refused(), "FORBIDDEN", "{role}");
    }
    assert_eq!(asks(&family.clinician, family.child, json!({})).await.refused(), "FORBIDDEN");
    assert_eq!(asks(&family.town.anonymous(), family.child, json!({})).await.refused(), "UNAUTHENTICATED");

    let for_the_court = compliance.with_purpose("LEGAL_PROCEEDING");
    let data = asks(&for_the_court, family.child, json!({})).await.ok();
    let nodes = data["accountingOfDisclosures"]["nodes"].as_array().expect("nodes");
    let withheld = json!({ "detail": { "reason": "FORBIDDEN" } });
    assert_eq!(nodes, &vec![withheld.clone(), withheld], "compliance reads for the audit alone");
}

#[tokio::test]
async fn in_the_place_of_a_child_a_parent_reads_the_accounting() {
    let family = Family::of(Town::new().await).await;
    family.town.tenant.tells_emergency_room(&family.clinician, family.child).await;

    assert_eq!(told(&family.parent, family.child, json!({})).await, ["EMERGENCY"]);
}

#[tokio::test]
async fn the_patients_disclosures_hang_under_the_patient_for_those_who_may_read_them() {
    let family = disclosed().await;
    let document =
        "query($id: ID!) { patient(id: $id) { disclosures { totalCount nodes { detail { __typename } } } } }";
    for (actor, count) in [(&family.own, 2), (&family.clinician, 0), (&family.parent, 0)] {
        let data = actor.ask_with(document, of(family.child)).await.ok();
        let list = &data["patient"]["disclosures"];
        assert_eq!(list["totalCount"], count, "{data}");
        let nodes = list["nodes"].as_array().expect("nodes");
        assert!(nodes.iter().all(|node| node["detail"]["__typename"] == "DisclosureDetail"), "{data}");
        assert_eq!(nodes.len(), count);
    }
}
