//! The checks of graphql-cop and the scenarios of the Damn Vulnerable GraphQL Application (DVGA): each is an attack of the
//! corpus, a test here, or has a reason why it finds nothing to hold on to.

use std::{
    collections::BTreeSet,
    io,
    sync::{Arc, Mutex},
};

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use consentry::http::router;
use serde_json::json;
use tower::ServiceExt;
use tracing_subscriber::fmt::MakeWriter;

use super::attacks;
use crate::{
    conventions::rows::{changed, rows_of},
    support::{Answer, Town},
};

/// Where a check or scenario is answered that is no attack of the corpus.
const ELSEWHERE: &[(&str, &str)] = &[
    ("graphql-cop: GET based Queries", "a_query_in_a_url_is_not_answered"),
    (
        "graphql-cop: Mutation support over GET methods",
        "a_mutation_in_a_url_changes_nothing_even_where_get_is_allowed",
    ),
    ("graphql-cop: GraphiQL", "no_page_is_served_to_a_browser"),
    ("graphql-cop: Introspection", "introspection_tells_what_the_published_schema_tells"),
    ("DVGA: GraphQL Introspection", "introspection_tells_what_the_published_schema_tells"),
    ("DVGA: GraphiQL Interface", "no_page_is_served_to_a_browser"),
    ("DVGA: GraphQL Field Suggestions", "a_wrong_name_is_not_put_right"),
    ("DVGA: Stored Cross Site Scripting", "markup_is_kept_as_text_and_never_sent_as_a_page"),
    ("DVGA: HTML Injection", "markup_is_kept_as_text_and_never_sent_as_a_page"),
    ("DVGA: Log spoofing / Log Injection", "what_a_caller_writes_does_not_reach_the_log"),
    ("DVGA: GraphQL Query Deny List Bypass", "a_harmless_name_opens_nothing"),
    // There is nothing to discover: the README says where the API is and what it is made of.
    ("DVGA: Discovering GraphQL", ""),
    ("DVGA: Fingerprinting GraphQL", ""),
];

const GRAPHQL_COP: [&str; 12] = [
    "Alias Overloading",
    "Batch Queries",
    "GET based Queries",
    "POST based Queries using urlencoded payloads",
    "GraphQL Tracing / Debug Modes",
    "Field Duplication",
    "Field Suggestions",
    "GraphiQL",
    "Introspection",
    "Directive Overloading",
    "Circular Query using Introspection",
    "Mutation support over GET methods",
];

const DVGA: [&str; 23] = [
    "Discovering GraphQL",
    "Fingerprinting GraphQL",
    "Batch Query Attack",
    "Deep Recursion Query Attack",
    "Resource Intensive Query Attack",
    "Field Duplication Attack",
    "Aliases based Attack",
    "circular fragments",
    "GraphQL Introspection",
    "GraphiQL Interface",
    "GraphQL Field Suggestions",
    "Server Side Request Forgery",
    "OS Command Injection #1",
    "OS Command Injection #2",
    "SQL Injection",
    "Stored Cross Site Scripting",
    "Log spoofing / Log Injection",
    "HTML Injection",
    "JWT Token Forge",
    "GraphQL Interface Protection Bypass",
    "GraphQL Query Deny List Bypass",
    "GraphQL Query Weak Password Protection",
    "Arbitrary File Write // Path Traversal",
];

#[test]
fn every_check_and_scenario_has_its_place() {
    let attacks = attacks::all();
    let mut known: BTreeSet<&str> = attacks.iter().filter_map(|attack| attack.known_from).collect();
    let source = include_str!("collections.rs");
    for (name, test) in ELSEWHERE {
        assert!(test.is_empty() || source.contains(&format!("async fn {test}(")), "{name}: {test}");
        known.insert(name);
    }
    let all = GRAPHQL_COP.map(|check| format!("graphql-cop: {check}")).into_iter();
    for name in all.chain(DVGA.map(|scenario| format!("DVGA: {scenario}"))) {
        assert!(known.contains(name.as_str()), "{name}");
    }
}

#[tokio::test]
async fn a_query_in_a_url_is_not_answered() {
    let town = Town::new().await;
    let request = Request::get("/graphql?query=%7B__typename%7D").body(Body::empty());

    let answer = town.anonymous().deliver(request.expect("a request")).await;

    assert_eq!((answer.status.as_u16(), answer.refused()), (405, "METHOD_NOT_ALLOWED"));
    assert!(answer.body.get("data").is_none(), "{}", answer.body);
}

#[tokio::test]
async fn a_mutation_in_a_url_changes_nothing_even_where_get_is_allowed() {
    let town = Town::new().await;
    let user = town.tenant.clinician().await;
    let router = router(town.app.allowing_get());
    let before = rows_of(&town.tenant, &[]).await;

    for query in [
        "mutation%7BsignOut%7Bresult%7BendedAt%7D%7D%7D",
        "mutation+M%7BsignOut%7Bresult%7BendedAt%7D%7D%7D&operationName=M",
        "query+Q%7B__typename%7D+mutation+M%7BsignOut%7Bresult%7BendedAt%7D%7D%7D&operationName=M",
    ] {
        let request = Request::get(format!("/graphql?query={query}"))
            .header(header::AUTHORIZATION, format!("Bearer {}", user.token()))
            .body(Body::empty());
        let response = router.clone().oneshot(request.expect("a request")).await.expect("an answer");
        assert_eq!(response.status().as_u16(), 405, "{query}");
        assert_eq!(response.headers()[header::ALLOW], "POST");
    }

    assert_eq!(changed(&before, &rows_of(&town.tenant, &[]).await), [""; 0]);
    user.ask("{viewer{roles}}").await.ok();
}

#[tokio::test]
async fn no_page_is_served_to_a_browser() {
    let town = Town::new().await;
    for path in ["/", "/graphiql", "/playground", "/console", "/explorer", "/altair", "/voyager", "/graphql"]
    {
        for method in [Method::GET, Method::POST] {
            let request = Request::builder()
                .method(&method)
                .uri(path)
                .header(header::ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8")
                .header(header::COOKIE, "env=graphiql:enable")
                .body(Body::empty());
            let answer = town.anonymous().deliver(request.expect("a request")).await;
            assert!([404, 405, 415].contains(&answer.status.as_u16()), "{method} {path}: {}", answer.status);
            assert_eq!(answer.headers[header::CONTENT_TYPE], "application/json; charset=utf-8", "{path}");
        }
    }
}

#[tokio::test]
async fn introspection_tells_what_the_published_schema_tells() {
    let town = Town::new().await;
    let published = include_str!("../../../schema.graphql");

    let data = town.anonymous().ask("{__schema{types{name kind fields{name}}}}").await.ok();

    let types = data["__schema"]["types"].as_array().expect("types");
    assert!(types.len() > 50, "types are told: {}", types.len());
    for told in types {
        let name = told["name"].as_str().expect("a name");
        let own = !name.starts_with("__") && !["Boolean", "Float", "ID", "Int", "String"].contains(&name);
        assert!(!own || published.contains(name), "{name} is not published");
        for field in told["fields"].as_array().into_iter().flatten().filter(|_| own) {
            let field = field["name"].as_str().expect("a name");
            assert!(published.contains(field), "{name}.{field} is not published");
        }
    }
}

#[tokio::test]
async fn a_wrong_name_is_not_put_right() {
    let town = Town::new().await;
    for (wrong, right) in [
        ("{vieweer{roles}}", "viewer"),
        ("{viewer{role}}", "roles"),
        ("{patients(frist:1){totalCount}}", "first"),
        ("{patients(orderBy:NEWEST){totalCount}}", "NEWEST_FIRST"),
        ("query($id:IDD){patient(id:$id){id}}", "ID "),
    ] {
        let answer = town.anonymous().ask(wrong).await;
        let errors = answer.body["errors"].as_array().expect("errors");
        for error in errors {
            let message = error["message"].as_str().expect("a message").to_lowercase();
            assert!(!message.contains("did you mean"), "{wrong}: {message}");
            let suggested = message
                .split(|c: char| !c.is_alphanumeric() && c != '_')
                .any(|word| word == right.to_lowercase());
            assert!(!suggested, "{wrong}: {message}");
        }
    }
}

#[tokio::test]
async fn markup_is_kept_as_text_and_never_sent_as_a_page() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let markup = "<script>alert(1)</script><h1>hello</h1>";
    let patient = clinician.creates_patient(markup, "Okafor").await;
    clinician.records_consent(patient, json!({})).await;

    assert_eq!(clinician.sees_identity_of(patient).await, Ok(format!("{markup} Okafor")));
    let document = "query($id:ID!){patient(id:$id){identity{... on PatientIdentity{fullName}}}}";
    let answer: Answer = clinician.ask_with(document, json!({ "id": patient.to_string() })).await;
    assert_eq!(answer.headers[header::CONTENT_TYPE], "application/graphql-response+json; charset=utf-8");
    assert_eq!(answer.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
}

#[tokio::test]
async fn a_harmless_name_opens_nothing() {
    let town = Town::new().await;
    for document in [
        "query viewer{patients{totalCount}}",
        "query __typename{viewer:patients{totalCount}}",
        "query Q{...V} fragment V on Query{patients{totalCount}}",
    ] {
        assert_eq!(town.anonymous().ask(document).await.refused(), "UNAUTHENTICATED", "{document}");
    }
}

#[tokio::test]
async fn what_a_caller_writes_does_not_reach_the_log() {
    let town = Town::new().await;
    let user = town.tenant.clinician().await;
    let log = Log::default();
    // For this thread alone, on which the server answers as well.
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone()).finish();
    let guard = tracing::subscriber::set_default(subscriber);
    tracing::info!("the log is read");

    let line = "x\nINFO consentry: spoofed";
    for document in [
        "query spoofed{viewer{roles}}",
        "query A{viewer{spoofed}}",
        "{viewer{roles} # spoofed\n}",
        "{spoofed",
    ] {
        user.send(json!({ "query": document, "operationName": line, "variables": { "spoofed": line } }))
            .await;
        user.send(json!({ "query": document, "variables": { "spoofed": line } })).await;
        user.with_purpose("spoofed").ask(document).await;
        user.with_token("spoofed").ask(document).await;
    }
    user.ask_with("query($id:ID!){patient(id:$id){id}}", json!({ "id": line })).await;
    drop(guard);

    let written = log.written();
    assert!(written.contains("the log is read"), "{written}");
    assert!(!written.contains("spoofed"), "{written}");
    assert!(!written.contains(user.token()), "{written}");
}

/// A log that a test can read.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn written(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().expect("nobody panicked")).into_owned()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("nobody panicked").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
