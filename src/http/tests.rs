mod fake;
mod pages;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, StatusCode};
use secrecy::ExposeSecret;
use serde_json::json;
use tower::ServiceExt;

use self::fake::{Fake, GRAPHQL, JSON, endless, request, stalling};
use super::guard::{Documents, Limits};
use super::{Outcome, Site, Statistics, router};

const TYPENAME: &str = r#"{"query":"{__typename}"}"#;

#[tokio::test]
async fn an_operation_is_answered_with_its_data_in_the_order_it_was_asked() {
    let document = r#"{ z: echo(text: "1") a: echo(text: "2") }"#;
    let reply = Fake::default().ask(document).await;
    assert_eq!(reply.status, StatusCode::OK);
    assert_eq!(reply.text, r#"{"data":{"z":"1","a":"2"}}"#);
    assert_eq!(reply.statistics, Some(Statistics { statements: 3 }));
    assert_eq!(reply.header("retry-after"), "7");
}

#[tokio::test]
async fn variables_and_the_operation_name_reach_the_engine() {
    let body = json!({
        "query": "query A { __typename } query B($text: String!) { echo(text: $text) }",
        "operationName": "B",
        "variables": { "text": "{[(" },
        "unknown": [],
    });
    let reply = Fake::default().post(&[JSON], body.to_string()).await;
    assert_eq!(reply.body, json!({ "data": { "echo": "{[(" } }));
}

#[tokio::test]
async fn every_answer_bears_the_headers_that_none_may_lack() {
    let fake = Fake::default();
    let replies = [
        fake.ask("{__typename}").await,
        fake.ask("{").await,
        fake.get("/graphql").await,
        fake.get("/healthz").await,
        fake.get("/readyz").await,
        fake.get("/nowhere").await,
        fake.post(&[], "").await,
    ];
    for reply in replies {
        assert_eq!(reply.header("cache-control"), "no-store, private");
        assert_eq!(reply.header("pragma"), "no-cache");
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        assert_eq!(reply.header("x-request-id"), "made-here");
    }
}

#[tokio::test]
async fn a_request_id_is_kept_if_it_is_one_and_made_if_not() {
    for (sent, kept) in [
        ("Trace-1.a_b", true),
        (&*"x".repeat(64), true),
        (&*"x".repeat(65), false),
        ("", false),
        ("a b", false),
        ("a\"b", false),
    ] {
        let headers = [JSON, ("x-request-id", sent)];
        let reply = Fake::default().post(&headers, r#"{"query":"{"}"#).await;
        let id = if kept { sent } else { "made-here" };
        assert_eq!(reply.header("x-request-id"), id);
        assert_eq!(reply.body["errors"][0]["extensions"]["requestId"], id);
    }
}

#[tokio::test]
async fn the_engine_learns_what_the_transport_knows_of_the_caller() {
    let fake = Fake::default();
    let agent = "a".repeat(1_000);
    let headers =
        [JSON, ("authorization", "Bearer t"), ("x-purpose-of-use", "TREATMENT"), ("user-agent", &agent)];
    let mut sent = request(Method::POST, "/graphql", &headers, TYPENAME);
    sent.extensions_mut().insert(ConnectInfo(std::net::SocketAddr::from(([192, 0, 2, 1], 4711))));
    fake.send(sent).await;
    let caller = fake.caller.lock().expect("nothing panicked").clone().expect("the engine was asked");
    assert_eq!(caller.authorization.as_deref(), Some("Bearer t"));
    assert_eq!(caller.purpose.as_deref(), Some("TREATMENT"));
    assert_eq!(caller.user_agent.as_deref().map(str::len), Some(256));
    assert_eq!(caller.peer, Some([192, 0, 2, 1].into()));
    assert!(!format!("{caller:?}").contains("Bearer"));
}

#[tokio::test]
async fn the_engine_learns_of_the_session_in_a_cookie_and_whose_page_sent_it() {
    let fake = Fake::default();
    let headers = [
        JSON,
        ("cookie", "a=b; __Host-consentry=cst_x"),
        ("x-csrf-token", "secret"),
        ("sec-fetch-site", "cross-site"),
    ];
    fake.post(&headers, TYPENAME).await;
    let caller = fake.caller.lock().expect("nothing panicked").clone().expect("the engine was asked");
    let cookie = caller.cookie.as_ref().expect("a cookie");
    assert_eq!((cookie.token.expose_secret(), cookie.csrf.as_deref()), ("cst_x", Some("secret")));
    assert_eq!(cookie.site, Site::Other);
    assert!(!format!("{caller:?}").contains("cst_x") && !format!("{caller:?}").contains("secret"));
}

#[tokio::test]
async fn credentials_that_stand_twice_are_refused() {
    let headers = [JSON, ("authorization", "Bearer a"), ("authorization", "Bearer b")];
    let reply = Fake::default().post(&headers, TYPENAME).await;
    assert_eq!((reply.status, reply.code()), (StatusCode::BAD_REQUEST, "BAD_REQUEST"));
}

#[tokio::test]
async fn what_was_not_executed_has_no_data_and_what_failed_midway_has() {
    let fake = Fake::default();
    for document in ["{", "{nowhere}", "{a{a{a}}", "query($id: ID!){__typename}"] {
        let reply = fake.ask(document).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{document}");
        assert_eq!(reply.body.get("data"), None, "{document}");
        let plain = fake.post(&[JSON], json!({ "query": document }).to_string()).await;
        assert_eq!(plain.status, StatusCode::OK, "{document}");
    }
    let reply = fake.ask("{ failing }").await;
    assert_eq!(reply.status, StatusCode::OK);
    assert!(reply.body["data"].is_null());
    assert_eq!(reply.body["errors"][0]["extensions"]["requestId"], "made-here");
}

#[tokio::test]
async fn the_engine_may_say_how_a_request_ended() {
    let fake = Fake { outcome: Some(Outcome::Unauthenticated), ..Fake::default() };
    assert_eq!(fake.post(&[JSON], TYPENAME).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_document_with_a_thousand_faults_is_answered_with_some_of_them() {
    let faults = "nowhere ".repeat(1_000);
    let reply = Fake::default().ask(&format!("{{ ... on Query {{ __typename @x {faults} }} }}")).await;
    assert_eq!(reply.code(), "DOCUMENT_LIMIT_EXCEEDED");
    let arguments: String = (0..400).map(|number| format!("n{number}:1 ")).collect();
    let reply = Fake::default().ask(&format!("{{ echo(text: \"\" {arguments}) }}")).await;
    assert_eq!(reply.body["errors"].as_array().map(Vec::len), Some(50));
}

#[tokio::test]
async fn attacks_are_refused_with_their_code() {
    let fake = Fake::default();
    let body = json!({ "query": format!("{{a(x:{}", "[".repeat(8_000)) }).to_string();
    let reply = fake.post(&[JSON, GRAPHQL], body).await;
    assert_eq!((reply.status, reply.code()), (StatusCode::BAD_REQUEST, "DOCUMENT_LIMIT_EXCEEDED"));
    let reply = fake.post(&[JSON], format!("[{TYPENAME},{TYPENAME}]")).await;
    assert_eq!((reply.status, reply.code()), (StatusCode::BAD_REQUEST, "BAD_REQUEST"));
    let reply = fake.post(&[JSON], r#"{"query"#).await;
    assert_eq!((reply.status, reply.code()), (StatusCode::BAD_REQUEST, "BAD_REQUEST"));
}

#[tokio::test]
async fn a_body_over_the_cap_is_refused_before_it_is_read() {
    let fake = Fake::default();
    let reply = fake.post(&[JSON], "x".repeat(65_537)).await;
    assert_eq!((reply.status, reply.code()), (StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE"));
    let taken = Arc::new(Mutex::new(0));
    let reply = fake.post(&[JSON], endless(taken.clone())).await;
    assert_eq!((reply.status, reply.code()), (StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE"));
    assert!(*taken.lock().expect("nothing panicked") <= 66);
}

#[tokio::test]
async fn only_json_is_read() {
    let fake = Fake::default();
    for accepted in
        ["application/json", "Application/JSON;charset=UTF-8", "application/json; charset=\"utf-8\""]
    {
        let reply = fake.post(&[("content-type", accepted)], TYPENAME).await;
        assert_eq!(reply.status, StatusCode::OK, "{accepted}");
    }
    let form = "application/x-www-form-urlencoded";
    for refused in ["text/plain", form, "application/json; charset=utf-16", "application/jsonp", ""] {
        let reply = fake.post(&[("content-type", refused)], TYPENAME).await;
        assert_eq!(reply.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{refused}");
        assert_eq!(reply.code(), "UNSUPPORTED_MEDIA_TYPE");
    }
    let reply = fake.post(&[JSON, ("content-encoding", "gzip")], TYPENAME).await;
    assert_eq!(reply.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn a_body_that_does_not_arrive_is_not_waited_for() {
    let limits = Limits { body_time: Duration::from_millis(20), ..Limits::default() };
    let fake = Fake::default();
    let documents = Arc::new(Documents::new(limits, &fake.schema.sdl()));
    let fake = Fake { documents, ..fake };
    let reply = fake.post(&[JSON], Body::from_stream(stalling())).await;
    assert_eq!((reply.status, reply.code()), (StatusCode::REQUEST_TIMEOUT, "REQUEST_TIMEOUT"));
    assert_eq!(reply.header("connection"), "close");
    assert!(fake.caller.lock().expect("nothing panicked").is_none(), "nobody was believed");
}

#[tokio::test]
async fn the_media_type_of_the_answer_is_negotiated() {
    let (graphql, plain) = ("application/graphql-response+json", "application/json");
    for (accept, expected) in [
        ("*/*", plain),
        ("application/*", plain),
        ("text/html, */*;q=0.1", plain),
        ("application/graphql-response+json, application/json", graphql),
        ("application/graphql-response+json; charset=utf-8, application/json; charset=utf-8", graphql),
        ("application/json, application/graphql-response+json;q=0.9", plain),
        ("application/graphql-response+json, */*", graphql),
        ("application/json, */*", plain),
        ("application/json;q=0, */*", graphql),
    ] {
        let reply = Fake::default().post(&[JSON, ("accept", accept)], TYPENAME).await;
        assert_eq!(reply.status, StatusCode::OK, "{accept}");
        assert_eq!(reply.header("content-type"), format!("{expected}; charset=utf-8"), "{accept}");
    }
    let reply = Fake::default().post(&[JSON, ("accept", "text/html")], TYPENAME).await;
    assert_eq!((reply.status, reply.code()), (StatusCode::NOT_ACCEPTABLE, "NOT_ACCEPTABLE"));
}

#[tokio::test]
async fn get_is_off_unless_the_engine_allows_it() {
    let reply = Fake::default().get("/graphql?query=%7B__typename%7D").await;
    assert_eq!((reply.status, reply.code()), (StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED"));
    assert_eq!(reply.header("allow"), "POST");
}

#[tokio::test]
async fn get_answers_queries_and_nothing_else() {
    let fake = Fake { allow_get: true, ..Fake::default() };
    let variables = "variables=%7B%22t%22%3A%22a+b%22%7D";
    let reply = fake.get(&format!("/graphql?query=query($t:String!)%7Becho(text:$t)%7D&{variables}")).await;
    assert_eq!(reply.body, json!({ "data": { "echo": "a b" } }));
    for mutation in [
        "query=mutation%7Bcount%7D",
        "query=mutation+M%7Bcount%7D",
        "query=mutation+M%7Bcount%7D+query+Q%7B__typename%7D&operationName=M",
        "query=mutation+M%7Bcount%7D+query+Q%7B__typename%7D&operationName=",
        "query=mutation%7Bcount%7D&operationName=Q",
    ] {
        let reply = fake.get(&format!("/graphql?{mutation}")).await;
        assert_eq!(reply.status, StatusCode::METHOD_NOT_ALLOWED, "{mutation}");
        assert_eq!(reply.header("allow"), "POST");
    }
    assert_eq!(*fake.counted.lock().expect("nothing panicked"), 0);
    for malformed in ["", "query=%7", "query=%ff", "query=a&query=b", "query=%7Ba%7D&variables=x"] {
        let reply = fake.get(&format!("/graphql?{malformed}")).await;
        assert_eq!((reply.status, reply.code()), (StatusCode::BAD_REQUEST, "BAD_REQUEST"), "{malformed}");
    }
}

#[tokio::test]
async fn other_methods_and_paths_are_answered_in_json() {
    let fake = Fake::default();
    for (method, path, allow) in [
        (Method::PUT, "/graphql", "POST"),
        (Method::OPTIONS, "/graphql", "POST"),
        (Method::POST, "/healthz", "GET"),
    ] {
        let reply = fake.send(request(method, path, &[], Body::empty())).await;
        assert_eq!((reply.status, reply.code()), (StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED"));
        assert_eq!(reply.header("allow"), allow);
    }
    let reply = fake.get("/nowhere").await;
    assert_eq!((reply.status, reply.code()), (StatusCode::NOT_FOUND, "NOT_FOUND"));
}

#[tokio::test]
async fn a_panic_is_answered_as_internal_with_the_request_id() {
    let reply = Fake::default().ask("{ panicking }").await;
    assert_eq!((reply.status, reply.code()), (StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL"));
    assert_eq!(reply.body["errors"][0]["extensions"]["requestId"], "made-here");
    assert!(!reply.text.contains("gave up"));
}

#[tokio::test]
async fn a_client_that_hangs_up_does_not_stop_its_mutation() {
    let fake = Fake::default();
    let sent = request(Method::POST, "/graphql", &[JSON], r#"{"query":"mutation{count}"}"#);
    let hung_up = tokio::time::timeout(Duration::from_millis(10), router(fake.clone()).oneshot(sent)).await;
    assert!(hung_up.is_err(), "the client was to leave first");
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(*fake.counted.lock().expect("nothing panicked"), 1);
}

#[tokio::test]
async fn readiness_is_the_engines_to_say_and_liveness_is_not() {
    let fake = Fake { unready: Some("The database does not answer.".to_owned()), ..Fake::default() };
    let reply = fake.get("/readyz").await;
    assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(reply.body, json!({ "status": "unavailable", "reason": "The database does not answer." }));
    assert_eq!(fake.get("/healthz").await.status, StatusCode::OK);
    assert_eq!(Fake::default().get("/readyz").await.body, json!({ "status": "ready" }));
}
