//! What the server tells of itself: enough to see how it does, and nothing of anybody.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener},
    sync::{Arc, Mutex},
};

use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::any_value::Value as Attribute,
    trace::v1::{Span, span::SpanKind},
};
use prost::Message;
use serde_json::json;

use crate::support::{Received, Request, Server, Town, connect};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const CALLER: &str = "b7ad6b7169203331";

/// Requests of all kinds. Returns what must be told nowhere.
async fn scenario(town: &Town, server: &Server) -> Vec<String> {
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Canaria", "Zwitscher").await;
    let send = |request: Request| server.send(&request);
    let ask = |document: &str, variables| {
        Request::document(&clinician, document, variables)
            .with("traceparent", &format!("00-{TRACE}-{CALLER}-01"))
            .with("tracestate", "vendor=canarystate")
            .with("user-agent", "canaryagent/1")
    };
    let look =
        "query CanaryLook($canary: ID!) { canaryAlias: patient(id: $canary) { identity { __typename } } }";
    let change = "mutation CanaryChange($given: String!) { createPatient(input: { identity: { givenName: $given, familyName: \"Zwitscher\" } }) { result { id } } }";
    let sign_in = "mutation { signIn(input: { organization: \"canaryorg\", email: \"canary@town.example\", password: \"canarypassword\" }) { userErrors { code } } }";
    assert_eq!(
        send(ask(look, json!({ "canary": patient.to_string() })).with("x-request-id", "look-1")).status,
        200
    );
    assert_eq!(send(ask(change, json!({ "given": "Canaria" })).with("x-request-id", "change-1")).status, 200);
    assert_eq!(send(ask(sign_in, json!({}))).status, 200);
    assert_eq!(send(ask("{ canaryField }", json!({}))).status, 200);
    assert_eq!(send(ask("{ canary", json!({}))).status, 200);
    assert_eq!(send(ask(&format!("{{ canary{} }}", "x".repeat(300)), json!({}))).status, 200);
    let unbelieved = clinician.with_token("cst_canarytoken");
    assert_eq!(send(Request::document(&unbelieved, "{ canary: __typename }", json!({}))).status, 401);
    assert_eq!(send(Request::get("/canarypath?canary=1")).status, 404);
    assert_eq!(send(Request::get("/readyz")).status, 200);
    let mut secrets: Vec<String> =
        ["canar", "zwitscher", "town", "traceparent", "vendor="].map(str::to_owned).into();
    secrets.extend(
        [clinician.token(), &patient.to_string(), &clinician.user().to_string()].map(str::to_lowercase),
    );
    secrets.push(town.tenant.id.to_string());
    secrets
}

#[track_caller]
fn tells_nothing_of(secrets: &[String], told: &str) {
    let told = told.to_lowercase();
    for secret in secrets {
        assert!(!told.contains(secret), "{secret}: {told}");
    }
}

fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port")
}

fn scrape(address: SocketAddr) -> Received {
    let mut stream = connect(address).expect("the metrics are answered");
    stream.write_all(Request::get("/metrics").bytes().as_bytes()).expect("sent");
    Received::read(&mut stream)
}

#[tokio::test]
async fn metrics_count_what_happened_each_with_an_explanation_and_without_a_name() {
    let town = Town::of_today().await;
    let address = free_address();
    let server = Server::start(&town, &[("CONSENTRY_METRICS_LISTEN", &address.to_string())]).await;

    let secrets = scenario(&town, &server).await;
    let answer = scrape(address);

    assert!(
        answer.head.contains("\r\ncontent-type: text/plain; version=0.0.4; charset=utf-8\r\n"),
        "{}",
        answer.head
    );
    let text = &answer.body;
    tells_nothing_of(&secrets, text);
    for expected in [
        "consentry_build_info{version=\"0.1.0\"} 1",
        "consentry_http_requests_total{route=\"/graphql\",status=\"200\"} 6",
        "consentry_http_requests_total{route=\"/graphql\",status=\"401\"} 1",
        "consentry_http_requests_total{route=\"other\",status=\"404\"} 1",
        "consentry_http_request_duration_seconds_count{route=\"/graphql\"} 7",
        "consentry_http_requests_in_flight 0",
        "consentry_operations_in_flight 0",
        "consentry_operations_total{type=\"query\",code=\"OK\"} 1",
        "consentry_operations_total{type=\"mutation\",code=\"OK\"} 2",
        "consentry_guard_refusals_total{code=\"GRAPHQL_VALIDATION_FAILED\"} 1",
        "consentry_operations_total{type=\"query\",code=\"UNAUTHENTICATED\"} 1",
        "consentry_guard_refusals_total{code=\"GRAPHQL_PARSE_FAILED\"} 1",
        "consentry_guard_refusals_total{code=\"DOCUMENT_LIMIT_EXCEEDED\"} 1",
        "consentry_decisions_total{action=\"VIEW\",class=\"DIRECTORY\",reason=\"CONSENT_REQUIRED\"} 1",
        "consentry_sign_ins_total{outcome=\"refused\"} 1",
        "consentry_pool_connections_max 16",
    ] {
        assert!(text.lines().any(|line| line == expected), "{expected}\n{text}");
    }
    for state in ["idle", "busy"] {
        let begins = format!("consentry_pool_connections{{state=\"{state}\"}} ");
        assert!(text.lines().any(|line| line.starts_with(&begins)), "{begins}\n{text}");
    }
    let rows = text.lines().find_map(|line| line.strip_prefix("consentry_audit_rows_written_total "));
    assert!(rows.and_then(|rows| rows.parse().ok()).is_some_and(|rows: u64| rows >= 2), "{rows:?}");

    let words = |prefix: &str| -> BTreeSet<&str> {
        text.lines().filter_map(|line| line.strip_prefix(prefix)?.split(' ').next()).collect()
    };
    assert_eq!(words("# TYPE "), words("# HELP "), "every metric is explained");
    assert!(words("# TYPE ").iter().all(|name| name.starts_with("consentry_")));
    assert_eq!(server.send(&Request::get("/metrics")).status, 404, "the API does not answer them");
}

#[tokio::test]
async fn the_log_has_one_line_for_each_request_and_names_nobody() {
    let town = Town::of_today().await;
    let server = Server::start(&town, &[("CONSENTRY_LOG_FORMAT", "json")]).await;

    let secrets = scenario(&town, &server).await;

    let log = server.log();
    tells_nothing_of(&secrets, &log);
    let lines: Vec<serde_json::Value> =
        log.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect();
    let answered = lines.iter().filter(|line| line["fields"]["message"] == "answered");
    let answered: Vec<_> = answered.map(|line| &line["fields"]).collect();
    assert_eq!(answered.len(), 7, "the documents, and not the probes: {log}");
    let look = answered.iter().find(|line| line["request_id"] == "look-1").expect("the look");
    assert_eq!(
        (&look["status"], &look["operation"], &look["code"]),
        (&json!(200), &json!("query"), &json!(null))
    );
    assert!(look["statements"].is_u64() && look["milliseconds"].is_f64(), "{look}");
}

/// A collector that keeps what it is sent.
struct Collector {
    address: SocketAddr,
    batches: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Collector {
    fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a listener");
        let address = listener.local_addr().expect("an address");
        let batches = Arc::<Mutex<Vec<Vec<u8>>>>::default();
        let kept = batches.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = BufReader::new(stream.expect("a connection"));
                let kept = kept.clone();
                std::thread::spawn(move || while Self::receive(&mut stream, &kept) {});
            }
        });
        Self { address, batches }
    }

    fn receive(stream: &mut BufReader<std::net::TcpStream>, kept: &Mutex<Vec<Vec<u8>>>) -> bool {
        let (mut head, mut length) = (String::new(), 0);
        while !head.ends_with("\r\n\r\n") {
            let begun = head.len();
            if stream.read_line(&mut head).unwrap_or_default() == 0 {
                return false;
            }
            let line = head[begun..].to_lowercase();
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().expect("a length");
            }
        }
        assert!(head.starts_with("POST /v1/traces HTTP/1.1\r\n"), "{head}");
        let mut body = vec![0; length];
        stream.read_exact(&mut body).expect("a whole batch");
        kept.lock().expect("no thread panics with the lock").push(body);
        stream.get_mut().write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").is_ok()
    }
}

#[tokio::test]
async fn traces_show_the_course_of_every_request_and_nothing_of_what_was_asked() {
    let town = Town::of_today().await;
    let collector = Collector::open();
    let endpoint = format!("http://{}", collector.address);
    let server = Server::start(&town, &[("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint)]).await;

    let secrets = scenario(&town, &server).await;
    server.signal("TERM");
    assert!(server.ended().await.success());

    let batches = collector.batches.lock().expect("no thread panicked").clone();
    for batch in &batches {
        tells_nothing_of(&secrets, &String::from_utf8_lossy(batch));
    }
    let spans: Vec<Span> = batches
        .iter()
        .flat_map(|batch| {
            ExportTraceServiceRequest::decode(&batch[..]).expect("a batch of spans").resource_spans
        })
        .flat_map(|resource| resource.scope_spans)
        .flat_map(|scope| scope.spans)
        .collect();
    let requests: Vec<&Span> = spans.iter().filter(|span| span.name == "request").collect();
    assert_eq!(requests.len(), 9, "one for each request");
    let known: BTreeSet<&str> = [
        "http.request.method",
        "http.route",
        "http.response.status_code",
        "graphql.operation.type",
        "consentry.request_id",
        "consentry.error_code",
        "consentry.statements",
    ]
    .into();
    for span in &spans {
        assert!(span.events.is_empty() && span.trace_state.is_empty(), "{span:?}");
        let keys: BTreeSet<&str> = span.attributes.iter().map(|attribute| attribute.key.as_str()).collect();
        assert!(keys.is_subset(&known), "{keys:?}");
    }

    let change = request(&requests, "change-1");
    assert_eq!(change.kind, SpanKind::Server as i32);
    assert_eq!(
        (hexadecimal(&change.trace_id), hexadecimal(&change.parent_span_id)),
        (TRACE.into(), CALLER.into())
    );
    let told = attributes(change);
    assert_eq!(told["http.request.method"], "POST");
    assert_eq!(told["http.route"], "/graphql");
    assert_eq!(told["http.response.status_code"], "200");
    assert_eq!(told["graphql.operation.type"], "mutation");
    let children = |parent: &Span| -> Vec<&Span> {
        spans
            .iter()
            .filter(|span| span.parent_span_id == parent.span_id && span.trace_id == parent.trace_id)
            .collect()
    };
    let names = |spans: &[&Span]| -> Vec<String> { spans.iter().map(|span| span.name.clone()).collect() };
    let steps = children(change);
    assert_eq!(names(&steps), ["authenticate", "execute", "record"]);
    assert_eq!(names(&children(steps[1])), ["commit"]);
    let unbelieved =
        requests.iter().map(|span| attributes(span)).find(|told| told["http.response.status_code"] == "401");
    assert_eq!(unbelieved.expect("the one without a good token")["consentry.error_code"], "UNAUTHENTICATED");
}

#[tokio::test]
async fn a_collector_that_does_not_answer_keeps_nobody_waiting() {
    let town = Town::of_today().await;
    let endpoint = format!("http://user:collectorpassword@{}", free_address());
    let server = Server::start(&town, &[("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint)]).await;
    let clinician = town.tenant.clinician().await;

    let answer = server.send(&Request::document(&clinician, "{ viewer { roles } }", json!({})));

    assert_eq!(answer.status, 200);
    server.signal("TERM");
    let log = server.log_at_the_end().await;
    assert!(log.contains("the collector of traces does not answer"), "{log}");
    assert!(!log.contains("collectorpassword"), "{log}");
}

fn request<'s>(requests: &[&'s Span], id: &str) -> &'s Span {
    requests.iter().find(|span| attributes(span)["consentry.request_id"] == id).expect(id)
}

fn attributes(span: &Span) -> BTreeMap<&str, String> {
    let told = span.attributes.iter().map(|attribute| {
        let value = match attribute.value.as_ref().and_then(|value| value.value.as_ref()) {
            Some(Attribute::StringValue(text)) => text.clone(),
            Some(Attribute::IntValue(number)) => number.to_string(),
            other => panic!("{}: {other:?}", attribute.key),
        };
        (attribute.key.as_str(), value)
    });
    told.collect()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
