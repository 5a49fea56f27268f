//! How many SQL statements a query needs does not depend on how many rows it shows.

use entity::{Id, people::patient};
use serde_json::json;

use crate::support::{Actor, Town};

/// How many parents the queries are asked with; the last is the largest page.
const PARENTS: [usize; 3] = [5, 50, 100];

struct Scene {
    town: Town,
    clinician: Actor,
    patients: Vec<Id<patient::Entity>>,
}

impl Scene {
    async fn new(consented: bool) -> Self {
        let town = Town::new().await;
        let clinician = town.tenant.clinician().await;
        let mut patients = Vec::new();
        for number in 0..PARENTS[2] {
            let patient = clinician.creates_patient("Amara", &format!("Okafor{number}")).await;
            if consented {
                clinician.records_consent(patient, json!({})).await;
            }
            patients.push(patient);
        }
        Self { town, clinician, patients }
    }
}

/// Asks for pages of all sizes; `marker` stands in the answer once for each parent at the least.
async fn assert_statements(actor: &Actor, expected: u32, document: impl Fn(usize) -> String, marker: &str) {
    for parents in PARENTS {
        let document = document(parents);
        let answer = actor.ask(&document).await;
        let data = answer.ok().to_string();
        let rows = data.matches(marker).count();
        assert!(rows >= parents, "{rows} × {marker} for {parents} parents: {document}");
        assert_eq!(answer.statements, expected, "{parents} parents: {document}");
    }
}

fn patients(first: usize, selection: &str) -> String {
    format!("{{ patients(first: {first}) {{ nodes {{ {selection} }} }} }}")
}

#[tokio::test]
async fn statements_of_pages_and_what_hangs_under_them_do_not_grow_with_the_page() {
    let scene = Scene::new(true).await;
    let Scene { town, clinician, patients: all } = &scene;
    let patient = all[0];

    // The row; the page; the page and its count.
    let answer = clinician.ask(&format!("{{ patient(id: \"{patient}\") {{ displayCode }} }}")).await;
    assert_eq!(answer.ok()["patient"]["displayCode"].as_str().map(str::len), Some(9));
    assert_eq!(answer.statements, 1);
    assert_statements(clinician, 1, |first| patients(first, "displayCode status"), "displayCode").await;
    let counted =
        |first| format!("{{ patients(first: {first}) {{ totalCount edges {{ cursor node {{ id }} }} }} }}");
    assert_statements(clinician, 2, counted, "cursor").await;

    // Patients, facts, vaults, the record.
    let identity = "identity { ... on PatientIdentity { fullName } ... on Withheld { reason } }";
    assert_statements(clinician, 4, |first| patients(first, identity), "fullName").await;

    // Patients, places on the team, practitioners; and the same with a count for each patient.
    let team = "careTeam { nodes { practitioner { professionalName } } }";
    assert_statements(clinician, 3, |first| patients(first, team), "professionalName").await;
    let team = "careTeam { totalCount nodes { practitioner { professionalName } } }";
    assert_statements(clinician, 4, |first| patients(first, team), "professionalName").await;

    // Patients, consents, facts, scopes, recipients, the record.
    let detail = "consents { nodes { detail { ... on ConsentDetail { inForce scopes { dataClass } recipients { recipientClass } } } } }";
    assert_statements(clinician, 6, |first| patients(first, detail), "inForce").await;

    // All of it at once: each statement stands for all rows of its level, and facts are read once.
    let everything = format!("{identity} {team} {detail}");
    assert_statements(clinician, 10, |first| patients(first, &everything), "inForce").await;

    // Entries about one patient, and about many: the page, facts, the record.
    for _ in 0..PARENTS[2] {
        assert!(clinician.sees_identity_of(patient).await.is_ok());
    }
    let subject = "nodes { subject { ... on AuditSubject { decision } } }";
    let history =
        |first| format!("{{ accessHistory(patientId: \"{patient}\", first: {first}) {{ {subject} }} }}");
    assert_statements(clinician, 3, history, "decision").await;
    let compliance = town.tenant.compliance().await;
    let looks = format!("{{ auditLogs(filter: {{ action: VIEW }}, first: 100) {{ {subject} }} }}");
    assert_eq!(compliance.ask(&looks).await.statements, 3);
    assert!(clinician.ask(&patients(100, identity)).await.ok().to_string().contains("fullName"));
    let logs = |first| format!("{{ auditLogs(filter: {{ action: VIEW }}, first: {first}) {{ {subject} }} }}");
    assert_statements(&compliance, 3, logs, "decision").await;
}

#[tokio::test]
async fn refusals_cost_no_more_statements_than_values() {
    let scene = Scene::new(false).await;
    // Patients, facts, the record; no vault is opened.
    let identity = "identity { ... on PatientIdentity { fullName } ... on Withheld { reason } }";
    assert_statements(&scene.clinician, 3, |first| patients(first, identity), "CONSENT_REQUIRED").await;
    assert_eq!(scene.patients.len(), PARENTS[2]);
    assert!(scene.town.tenant.count("audit_logs").await >= 155, "every refusal is recorded");
}
