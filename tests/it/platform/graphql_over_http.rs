//! GraphQL over HTTP, as the audits of npm's `graphql-http` have it.

use std::{fs, path::Path};

use consentry::http::router;
use serde::Deserialize;

use crate::support::{Town, Wire, node};

#[derive(Deserialize)]
struct Audit {
    id: String,
    name: String,
    status: String,
    reason: Option<String>,
}

async fn audits(router: axum::Router) -> Vec<Audit> {
    let wire = Wire::serve(router).await;
    let printed = node("audits.mjs", &[&wire.url()]).await;
    let audits: Vec<Audit> = serde_json::from_str(&printed).expect("results of audits");
    assert_eq!(audits.len(), 61);
    audits
}

/// The ids, names and reasons of what is not as it should be.
fn remarks(audits: &[Audit]) -> Vec<String> {
    let remarked = audits.iter().filter(|audit| audit.status != "ok");
    remarked
        .map(|audit| {
            let reason = audit.reason.as_deref().unwrap_or_default();
            format!("{} {} {}: {reason}", audit.status, audit.id, audit.name)
        })
        .collect()
}

#[tokio::test]
async fn all_audits_pass_where_get_is_allowed() {
    let town = Town::new().await;
    let audits = audits(router(town.app.allowing_get())).await;
    assert_eq!(remarks(&audits), [""; 0]);
}

#[tokio::test]
async fn all_audits_but_what_may_be_asked_with_get_pass_as_it_is_served() {
    let town = Town::new().await;
    let audits = audits(router(town.app.clone())).await;
    // A server may answer GET, and this one does not unless it is told to: a URL ends up in logs and histories.
    let get_is_off = [
        "notice 5A70 MAY accept application/x-www-form-urlencoded formatted GET requests: \
         Response status code is not 200",
        "notice D6D5 MAY allow URL-encoded JSON string {variables} parameter in GETs \
         when accepting application/graphql-response+json: Response status code is not 200",
        "notice 6A70 MAY allow URL-encoded JSON string {variables} parameter in GETs \
         when accepting application/json: Response status code is not 200",
    ];
    assert_eq!(remarks(&audits), get_is_off);
}

/// Sources that name a status which is no answer of ours, and why.
const STATUSES_OF_OTHERS: [(&str, &str); 4] = [
    ("src/platform/event_sink.rs", "reads what the operator's event sink answered, and answers nobody"),
    ("src/kernel/federation/outside.rs", "reads what an identity provider answered, and answers nobody"),
    ("src/identity/federation/exchange.rs", "reads what an identity provider answered, and answers nobody"),
    (
        "src/http/federation.rs",
        "sends browsers on their way with redirects and sentences, which are no GraphQL",
    ),
];

#[test]
fn every_status_leaves_through_the_one_table() {
    let mut strays = Vec::new();
    stray_statuses(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut strays);
    for (listed, reason) in STATUSES_OF_OTHERS {
        let count = strays.len();
        strays.retain(|named| !named.ends_with(listed));
        assert_eq!(strays.len() + 1, count, "{listed} is listed as one that {reason}");
    }
    assert_eq!(strays, [""; 0], "say it with `Outcome`, whose statuses stand in src/http/refusal.rs");
}

/// The sources that name a status, besides the table and tests.
fn stray_statuses(directory: &Path, strays: &mut Vec<String>) {
    for entry in fs::read_dir(directory).expect("a folder").flatten() {
        let path = entry.path();
        let named = path.display().to_string();
        if path.is_dir() {
            stray_statuses(&path, strays);
        } else if !named.contains("tests") && !named.ends_with("src/http/refusal.rs") {
            let source = fs::read_to_string(&path).unwrap_or_default();
            strays.extend(source.contains("StatusCode::").then_some(named));
        }
    }
}
