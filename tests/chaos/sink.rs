//! The receiver of events: slow now and then, and now and then it has no time.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, body::Bytes, extract::State, http::StatusCode, routing::post};
use serde_json::Value;
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::{Shared, chance::Chance};

/// Of so many deliveries one is answered with 503.
const BUSY: u64 = 20;
/// A delivery takes up to this, in milliseconds.
const SLOW: u64 = 30;

/// What arrived.
pub struct Sink {
    /// Where to post to.
    pub url: String,
    received: Shared<Received>,
}

struct Received {
    chance: Chance,
    deliveries: u64,
    /// Accepted ones.
    events: BTreeSet<Uuid>,
    /// The newest position of each aggregate.
    positions: BTreeMap<String, i64>,
    out_of_order: Vec<String>,
}

impl Sink {
    pub async fn start(chance: Chance) -> Self {
        let received = Arc::new(Mutex::new(Received {
            chance,
            deliveries: 0,
            events: BTreeSet::new(),
            positions: BTreeMap::new(),
            out_of_order: Vec::new(),
        }));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/events", listener.local_addr().expect("its address"));
        let router = Router::new().route("/events", post(receive)).with_state(received.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, received }
    }

    /// The events that were accepted.
    pub fn events(&self) -> BTreeSet<Uuid> {
        self.received.lock().expect("no panic").events.clone()
    }

    /// Deliveries that came after a later event of their aggregate.
    pub fn out_of_order(&self) -> Vec<String> {
        self.received.lock().expect("no panic").out_of_order.clone()
    }
}

impl fmt::Display for Sink {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let received = self.received.lock().expect("no panic");
        write!(formatter, "{} deliveries of {} events", received.deliveries, received.events.len())
    }
}

async fn receive(State(received): State<Shared<Received>>, body: Bytes) -> StatusCode {
    let message: Value = serde_json::from_slice(&body).expect("an event is JSON");
    let (pause, busy) = {
        let mut received = received.lock().expect("no panic");
        received.note(&message);
        (received.chance.between(0, SLOW), received.chance.one_in(BUSY))
    };
    tokio::time::sleep(Duration::from_millis(pause)).await;
    if busy {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    let id = message["id"].as_str().and_then(|id| id.parse().ok()).expect("an event has an id");
    received.lock().expect("no panic").events.insert(id);
    StatusCode::NO_CONTENT
}

impl Received {
    fn note(&mut self, message: &Value) {
        self.deliveries += 1;
        let data = &message["data"];
        let position = data["position"].as_i64().expect("a position");
        let aggregate = format!("{}/{}", data["aggregateKind"], data["aggregateId"]);
        let newest = self.positions.entry(aggregate).or_insert(position);
        if position < *newest {
            self.out_of_order.push(format!("{message} after position {newest}"));
        }
        *newest = position.max(*newest);
    }
}
