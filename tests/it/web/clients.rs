//! Four clients against the running server, each with people of its own.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use consentry::{
    identity::user_creation::{NewAssignment, NewPractitioner, NewUser},
    kernel::crypto::hash_password,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::support::{Server, Town, web};

const PASSWORD: &str = "a long walk by the river";

/// The file of each client under `web/tests/live/`, and how many tests it has at least.
const CLIENTS: [(&str, &str, usize); 4] = [
    ("urql", "urql.test.tsx", 6),
    ("tanstack", "tanstack.test.tsx", 8),
    ("apollo", "apollo.test.ts", 5),
    ("relay", "relay.test.ts", 4),
];

/// What Vitest reports.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    test_results: Vec<TestFile>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TestFile {
    name: String,
    /// What kept the whole file from running.
    message: String,
    assertion_results: Vec<TestCase>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TestCase {
    full_name: String,
    status: String,
    failure_messages: Vec<String>,
}

/// A clinician with five patients: the newest gave a consent, the one before revoked it, the others gave none.
async fn people(town: &Town, client: &str) -> Value {
    let email = format!("{client}@town.example");
    let clinician = town
        .tenant
        .user(NewUser {
            email: email.clone(),
            password_hash: Some(hash_password(&PASSWORD.into()).expect("a hash")),
            roles: vec![NewAssignment { role: "PRACTITIONER", ..Default::default() }],
            practitioner: Some(NewPractitioner::named("Dana Ruiz, LCSW")),
            ..Default::default()
        })
        .await;
    let mut patients = Vec::new();
    for given in ["Ines", "Tomas", "Ruth", "Jonah", "Amara"] {
        // Lists are in order of time, which stands still otherwise.
        town.clock.advance(TimeDelta::milliseconds(10));
        patients.push(clinician.creates_patient(given, "Okafor").await);
    }
    patients.reverse();
    let consent = clinician.records_consent(patients[0], json!({})).await;
    let revoked = clinician.records_consent(patients[1], json!({})).await;
    let input = json!({
        "consentId": revoked.to_string(),
        "evidence": { "method": "PAPER", "reference": "folder 7" },
    });
    clinician.mutate("revokeConsent", input, "id").await.ok();
    let patient = town.tenant.patient_user(patients[0]).await;
    json!({
        "clinician": clinician.token(),
        "credentials": { "organization": "town", "email": email, "password": PASSWORD },
        "patient": patient.token(),
        "patients": patients.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "consent": consent.to_string(),
        "name": "Amara Okafor",
    })
}

#[tokio::test]
async fn clients_of_four_libraries_read_names_and_reasons_page_change_and_are_refused() {
    let town = Town::of_today().await;
    let mut everybody = BTreeMap::new();
    for (client, ..) in CLIENTS {
        everybody.insert(client, people(&town, client).await);
    }
    let server = Server::start(&town, &[]).await;
    let endpoint = format!("http://{}/graphql", server.address);
    let told = json!({ "endpoint": endpoint, "people": everybody }).to_string();

    let vitest = web("vitest", |command| {
        command.args(["run", "tests/live", "--reporter=json", "--silent"]).env("CONSENTRY_TOWN", told);
    });
    let vitest = vitest.await;

    let report: Report = serde_json::from_str(&vitest.output)
        .unwrap_or_else(|error| panic!("{error}: {}\n{}", vitest.output, vitest.errors));
    let mut failures = Vec::new();
    let mut passed: BTreeMap<&str, usize> = BTreeMap::new();
    for file in &report.test_results {
        let name = file.name.rsplit('/').next().unwrap_or_default();
        failures.extend((!file.message.is_empty()).then(|| format!("{name}: {}", file.message)));
        for test in &file.assertion_results {
            if test.status == "passed" {
                *passed.entry(name).or_default() += 1;
            } else {
                let why = test.failure_messages.join("\n");
                failures.push(format!("{name}, {}: {} {why}", test.full_name, test.status));
            }
        }
    }
    assert!(failures.is_empty() && vitest.success, "{}\n{}", failures.join("\n\n"), vitest.errors);
    for (_, file, expected) in CLIENTS {
        let ran = passed.get(file).copied().unwrap_or_default();
        assert!(ran >= expected, "{ran} tests of {file} ran, which has {expected}");
    }
}
