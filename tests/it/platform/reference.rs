//! Which documents may be executed: the verdicts of this server beside those of graphql-js, the reference implementation.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use axum::{body::Body, http::Request};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::support::{Actor, Answer, Town, node};

/// Cases of `documents.graphql` in which this server says otherwise, each with the reason.
const DIFFERENCES: &[(&str, &str)] = &[(
    "accepted: a whole number written as a fraction",
    "to JavaScript 1.0 is 1; serde_json tells them apart, and async-graphql takes only the latter for an integer",
)];

/// A document with its verdict.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Case {
    rule: String,
    name: String,
    document: String,
    /// JSON as it stands in the file.
    variables: String,
    operation_name: Option<String>,
    /// Why graphql-js would not execute it.
    refusal: Option<String>,
}

impl Case {
    fn declared_accepted(&self) -> bool {
        match self.name.split_once(": ") {
            Some(("accepted", _)) => true,
            Some(("refused", _)) => false,
            _ => panic!("a case is accepted or refused: {}", self.name),
        }
    }

    /// Sends the case; the variables go as they were written, so that nothing is lost on the way.
    async fn sent_by(&self, actor: &Actor) -> Answer {
        let text = |text: &str| Value::from(text).to_string();
        let name = self.operation_name.as_deref().map_or_else(|| "null".to_owned(), text);
        let (query, variables) = (text(&self.document), &self.variables);
        let body = format!(r#"{{"query":{query},"operationName":{name},"variables":{variables}}}"#);
        let request = Request::post("/graphql")
            .header("content-type", "application/json")
            .header("accept", "application/graphql-response+json")
            .body(Body::from(body));
        actor.deliver(request.expect("a request")).await
    }
}

async fn cases() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = |path: &str| root.join(path).display().to_string();
    let told =
        node("verdicts.mjs", &[&path("schema.graphql"), &path("tests/it/platform/documents.graphql")]).await;
    serde_json::from_str(&told).expect("cases with verdicts")
}

/// Whether something was executed; what was not is refused for the document or its variables.
fn was_executed(answer: &Answer, case: &Case) -> bool {
    if answer.body.get("data").is_some() {
        return true;
    }
    let errors = answer.body["errors"].as_array().expect("errors");
    let mut codes = vec!["GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED"];
    if case.rule == "Cycles of fragments" {
        // What never ends is more than any limit.
        codes.push("DOCUMENT_LIMIT_EXCEEDED");
    }
    for error in errors {
        let code = error["extensions"]["code"].as_str().expect("a code");
        assert!(codes.contains(&code), "{}: {}", case.name, answer.body);
    }
    assert_eq!(answer.status, 400, "{}", case.name);
    false
}

#[tokio::test]
async fn documents_are_accepted_and_refused_as_the_reference_implementation_does() {
    let town = Town::new().await;
    let anonymous = town.anonymous();
    let mut wrong = Vec::new();
    let mut differing = BTreeSet::new();
    let mut verdicts: BTreeMap<String, BTreeSet<bool>> = BTreeMap::new();
    let cases = cases().await;
    for case in &cases {
        let expected = case.refusal.is_none();
        if case.declared_accepted() != expected {
            wrong.push(format!("{}, {}: graphql-js says {:?}", case.rule, case.name, case.refusal));
        }
        verdicts.entry(case.rule.clone()).or_default().insert(expected);
        let answer = case.sent_by(&anonymous).await;
        if was_executed(&answer, case) == expected {
            continue;
        }
        differing.insert(case.name.as_str());
        if !DIFFERENCES.iter().any(|(name, _)| *name == case.name) {
            wrong.push(format!(
                "{}, {}: graphql-js says {:?}, and this server {}",
                case.rule, case.name, case.refusal, answer.body
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for (name, reason) in DIFFERENCES {
        assert!(differing.contains(name), "{name}: no longer a difference ({reason})");
    }
    assert!(cases.len() >= 80, "the documents were read: {}", cases.len());
    for (rule, verdicts) in verdicts {
        assert_eq!(verdicts.len(), 2, "{rule}: a rule has a case that keeps it and one that breaks it");
    }
}

#[tokio::test]
async fn a_default_decides_what_is_skipped_unless_a_value_is_sent() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let document = "query($skip: Boolean! = true) { viewer { roles purpose @skip(if: $skip) } }";
    let whole = json!({ "viewer": { "roles": ["ADMIN"], "purpose": "OPERATIONS" } });
    let skipped = json!({ "viewer": { "roles": ["ADMIN"] } });
    for (variables, expected) in
        [(json!({}), &skipped), (json!({ "skip": false }), &whole), (json!({ "skip": true }), &skipped)]
    {
        assert_eq!(admin.ask_with(document, variables.clone()).await.ok(), *expected, "{variables}");
    }
}

#[tokio::test]
async fn faults_of_a_document_and_of_its_variables_are_told_with_their_places() {
    let town = Town::new().await;
    let anonymous = town.anonymous();
    let answer = anonymous.ask("{\n  viewer { nothing }\n  patient { id }\n}").await;
    let places: Vec<&Value> =
        answer.body["errors"].as_array().expect("errors").iter().map(|error| &error["locations"]).collect();
    assert_eq!(places, [&json!([{ "line": 2, "column": 12 }]), &json!([{ "line": 3, "column": 3 }])]);

    let document = "query($first: Int) { patients(first: $first) { totalCount } }";
    let answer = anonymous.ask_with(document, json!({ "first": "Okafor" })).await;
    assert_eq!((answer.refused(), answer.status.as_u16()), ("GRAPHQL_VALIDATION_FAILED", 400));
    assert_eq!(answer.body["errors"][0]["message"], "variable `$first` is no `Int`");
    assert_eq!(answer.body["errors"][0]["locations"], json!([{ "line": 1, "column": 7 }]));
    assert!(!answer.body.to_string().contains("Okafor"), "{}", answer.body);
}
