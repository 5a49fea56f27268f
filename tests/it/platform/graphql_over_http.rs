//! GraphQL over HTTP, as the audits of npm's `graphql-http` have it.

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
