//! The operator's event sink, over HTTP.

use std::collections::VecDeque;

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use consentry::{config::EventSinkSettings, platform::event_sink};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::*;

const KEY: &[u8] = b"a key that both sides have, 32 B";

/// What a receiver got.
#[derive(Clone)]
struct Delivery {
    path: String,
    headers: HeaderMap,
    body: Bytes,
}

impl Delivery {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_else(|| panic!("no {name}"))
    }

    /// Whether it comes from who has the key, by the words of the specification and with none of our code.
    fn is_signed(&self) -> bool {
        let mut mac = Hmac::<Sha256>::new_from_slice(KEY).expect("a key");
        mac.update(self.header("webhook-id").as_bytes());
        mac.update(b".");
        mac.update(self.header("webhook-timestamp").as_bytes());
        mac.update(b".");
        mac.update(&self.body);
        let expected = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        self.header("webhook-signature") == expected
    }
}

/// Somebody who is told of events, and answers as scripted; then with 204.
#[derive(Clone, Default)]
struct Receiver {
    answers: Arc<Mutex<VecDeque<Answer>>>,
    got: Arc<Mutex<Vec<Delivery>>>,
    port: u16,
}

enum Answer {
    Status(u16),
    Elsewhere(&'static str),
    Silence,
}

impl Receiver {
    async fn open(answers: impl IntoIterator<Item = Answer>) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let receiver = Self {
            answers: Arc::new(Mutex::new(answers.into_iter().collect())),
            got: Arc::default(),
            port: listener.local_addr().expect("an address").port(),
        };
        let router = Router::new().fallback(receive).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        receiver
    }

    fn got(&self) -> Vec<Delivery> {
        self.got.lock().expect("no test panics with it").clone()
    }

    fn effects(&self) -> Effects {
        sink(&format!("http://127.0.0.1:{}/in", self.port))
    }
}

fn sink(url: &str) -> Effects {
    let secret = format!("whsec_{}", STANDARD.encode(KEY));
    let settings = EventSinkSettings { url: url.into(), secret: secret.into() };
    event_sink::effects(Some(&settings)).expect("a sink")
}

async fn receive(State(receiver): State<Receiver>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    // The town's own events are not what is looked at.
    if !body.windows(HAPPENED.len()).any(|part| part == HAPPENED.as_bytes()) {
        return StatusCode::NO_CONTENT.into_response();
    }
    receiver.got.lock().expect("no test panics with it").push(Delivery {
        path: uri.path().to_owned(),
        headers,
        body,
    });
    let answer = receiver.answers.lock().expect("no test panics with it").pop_front();
    match answer.unwrap_or(Answer::Status(204)) {
        Answer::Status(status) => StatusCode::from_u16(status).expect("a status").into_response(),
        Answer::Elsewhere(path) => {
            let mut response = StatusCode::TEMPORARY_REDIRECT.into_response();
            response.headers_mut().insert(header::LOCATION, HeaderValue::from_static(path));
            response
        }
        Answer::Silence => std::future::pending().await,
    }
}

#[tokio::test]
async fn the_sink_is_told_what_happened_by_ids_alone_and_can_tell_that_we_said_it() {
    let town = Town::new().await;
    let receiver = Receiver::open([]).await;
    let aggregate = emit_alone(&town).await;
    let relay = Running::start(&town, receiver.effects(), policy());
    stand(&town.tenant, aggregate, &["DONE"]).await;
    relay.stop().await;

    let [delivery] = &receiver.got()[..] else { panic!("one delivery") };
    let id = column(&town.tenant, aggregate, "id").await.expect("an id");
    let position = column(&town.tenant, aggregate, "position").await.expect("a position");
    let body: Value = serde_json::from_slice(&delivery.body).expect("JSON");
    assert_eq!(
        body,
        json!({
            "id": id,
            "type": HAPPENED,
            "timestamp": "2026-11-21T08:00:00.000000Z",
            "data": {
                "tenantId": town.tenant.id.to_string(),
                "aggregateKind": "PATIENT",
                "aggregateId": aggregate.to_string(),
                "position": position.parse::<i64>().expect("a number"),
            },
        })
    );
    assert!(delivery.is_signed());
    assert_eq!(delivery.path, "/in");
    assert_eq!(delivery.header("webhook-id"), id);
    assert_eq!(delivery.header("webhook-timestamp"), town_time(0));
    assert_eq!(delivery.header("content-type"), "application/json");
    let mut forged = delivery.clone();
    forged.body = Bytes::from(String::from_utf8_lossy(&delivery.body).replace("PATIENT", "CONSENT"));
    assert!(!forged.is_signed(), "otherwise a signature would say nothing");
}

/// So many seconds after the beginning, as a header.
fn town_time(seconds: i64) -> String {
    let dawn = chrono::DateTime::parse_from_rfc3339("2026-11-21T08:00:00Z").expect("a moment");
    (dawn.timestamp() + seconds).to_string()
}

#[tokio::test]
async fn a_repetition_has_the_id_of_the_first_and_a_time_and_signature_of_its_own() {
    let town = Town::new().await;
    let receiver = Receiver::open([Answer::Status(503), Answer::Status(429)]).await;
    let aggregate = emit_alone(&town).await;
    let relay = Running::start(&town, receiver.effects(), endless_leases());
    for attempts in 1..=3 {
        eventually("an attempt", async || receiver.got().len() == attempts).await;
        settled(&town.tenant).await;
        town.clock.advance(TimeDelta::seconds(10));
    }
    stand(&town.tenant, aggregate, &["DONE"]).await;
    relay.stop().await;

    let got = receiver.got();
    assert!(got.iter().all(Delivery::is_signed));
    assert!(got.iter().all(|delivery| delivery.header("webhook-id") == got[0].header("webhook-id")));
    let times: Vec<&str> = got.iter().map(|delivery| delivery.header("webhook-timestamp")).collect();
    assert_eq!(times, [town_time(0), town_time(10), town_time(20)]);
    assert!(got.iter().all(|delivery| delivery.body == got[0].body));
}

#[tokio::test]
async fn what_the_sink_answers_decides_whether_it_is_asked_again() {
    let town = Town::new().await;
    for (status, stands, failure) in [
        (200, "DONE", None),
        (400, "DEAD", Some("REFUSED")),
        (410, "DEAD", Some("GONE")),
        (401, "PENDING", Some("REFUSED")),
        (404, "PENDING", Some("REFUSED")),
        (408, "PENDING", Some("UNAVAILABLE")),
        (500, "PENDING", Some("UNAVAILABLE")),
    ] {
        let receiver = Receiver::open([Answer::Status(status)]).await;
        let aggregate = emit_alone(&town).await;
        let relay = Running::start(&town, receiver.effects(), policy());
        eventually("an attempt", async || receiver.got().len() == 1).await;
        settled(&town.tenant).await;
        relay.stop().await;
        assert_eq!(states(&town.tenant, aggregate).await, [stands], "{status}");
        assert_eq!(column(&town.tenant, aggregate, "last_failure").await.as_deref(), failure, "{status}");
        let rest = format!(
            "update outbox_events set status = 'SKIPPED', processed_at = now() where status in ('PENDING', 'DEAD') and tenant_id = '{}'",
            town.tenant.id
        );
        town.tenant.change(&rest).await;
    }
}

#[tokio::test]
async fn nobody_can_have_events_sent_elsewhere_by_an_answer() {
    let town = Town::new().await;
    let receiver = Receiver::open([Answer::Elsewhere("/elsewhere")]).await;
    let aggregate = emit_alone(&town).await;
    let relay = Running::start(&town, receiver.effects(), policy());
    eventually("an attempt", async || !receiver.got().is_empty()).await;
    settled(&town.tenant).await;
    relay.stop().await;
    let paths: Vec<String> = receiver.got().into_iter().map(|delivery| delivery.path).collect();
    assert_eq!(paths, ["/in"]);
    assert_eq!(states(&town.tenant, aggregate).await, ["PENDING"]);
}

#[tokio::test]
async fn a_sink_that_is_silent_or_not_there_or_no_tls_server_is_tried_again() {
    let town = Town::new().await;
    let silent = Receiver::open([Answer::Silence]).await;
    let plain = Receiver::open([]).await;
    // Nobody listens on a port that was just given back.
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let nobody = format!("http://{}/in", closed.local_addr().expect("an address"));
    drop(closed);
    let impatient = Policy { timeout: Duration::from_millis(100), ..policy() };
    for (effects, policy, failure) in [
        (silent.effects(), impatient, "TIMED_OUT"),
        (sink(&nobody), policy(), "UNREACHABLE"),
        (sink(&format!("https://127.0.0.1:{}/in", plain.port)), policy(), "UNREACHABLE"),
    ] {
        let aggregate = emit_alone(&town).await;
        let relay = Running::start(&town, effects, policy);
        settled(&town.tenant).await;
        relay.stop().await;
        assert_eq!(states(&town.tenant, aggregate).await, ["PENDING"], "{failure}");
        assert_eq!(column(&town.tenant, aggregate, "last_failure").await.as_deref(), Some(failure));
    }
    assert!(plain.got().is_empty());
}
