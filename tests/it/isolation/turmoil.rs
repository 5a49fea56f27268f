//! Callers of many tenants at once who go away at random moments, and what must hold of the answers that arrived.

use std::{
    collections::{BTreeMap, BTreeSet},
    future::poll_fn,
    net::SocketAddr,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::Poll,
};

use axum::{
    body::{Body, to_bytes},
    http::Request,
};
use consentry::{
    http::{Asked, Caller, Engine, guard::read_parameters},
    kernel::app::App,
};
use serde_json::{Value, json};
use sqlx::PgPool;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};
use tower::ServiceExt;

use super::tables;
use crate::support::{Actor, Tenant, Town};

/// How many ask at the same time.
const CALLERS: u64 = 12;

const WHO: &str = "{ viewer { user { id } } patients(first: 3) { nodes { id } } }";
const LOOK: &str = "{ patients(first: 1, orderBy: OLDEST_FIRST) { nodes { id identity { __typename } } } }";
const CREATE: &str = "mutation { createPatient(input: { identity: { givenName: \"Amara\" } }) { result { id } userErrors { code } } }";

/// Where requests go.
pub enum Way {
    /// To the engine itself: whoever goes away drops the work.
    Engine(App),
    /// To the router, as a server does it: whoever goes away leaves the work running.
    Router(axum::Router),
    /// Over TCP.
    Network(SocketAddr),
}

impl Way {
    /// How often a request is waited for, about.
    const fn waits(&self) -> usize {
        match self {
            Self::Engine(_) => 8,
            Self::Router(_) => 3,
            Self::Network(_) => 6,
        }
    }
}

/// Somebody of each tenant.
pub struct Turmoil {
    people: Vec<(Tenant, Actor)>,
    seed: u64,
}

/// An answer that arrived.
pub struct Arrived {
    person: usize,
    request_id: String,
    document: &'static str,
    data: Value,
}

impl Turmoil {
    pub async fn new(town: &Town, tenants: usize, seed: u64) -> Arc<Self> {
        let mut people = Vec::new();
        for number in 0..tenants {
            let slug = format!("tenant-{number}").leak();
            let tenant = town.another_tenant(slug).await;
            let clinician = tenant.clinician().await;
            clinician.creates_patient("Ben", "Okafor").await;
            people.push((tenant, clinician));
        }
        Arc::new(Self { people, seed })
    }

    /// Asks as many times, each time as somebody at random who goes away at a random moment, or stays.
    pub async fn run(self: &Arc<Self>, way: Way, name: &'static str, requests: u64) -> Vec<Arrived> {
        let (way, next) = (Arc::new(way), Arc::new(AtomicU64::new(0)));
        let mut callers = JoinSet::new();
        for _ in 0..CALLERS {
            let (turmoil, way, next) = (self.clone(), way.clone(), next.clone());
            callers.spawn(async move {
                let mut arrived = Vec::new();
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= requests {
                        return arrived;
                    }
                    arrived.extend(turmoil.request(&way, name, number).await);
                }
            });
        }
        callers.join_all().await.into_iter().flatten().collect()
    }

    async fn request(&self, way: &Way, name: &str, number: u64) -> Option<Arrived> {
        let mut random = Random(self.seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let person = random.below(self.people.len());
        let document = match random.below(18) {
            0 => CREATE,
            1..=3 => LOOK,
            _ => WHO,
        };
        let stays = random.below(12) == 0;
        let patience = if stays { usize::MAX } else { random.below(way.waits()) };
        let request_id = format!("{name}-{number}");
        let token = self.people[person].1.token();
        let body = match way {
            Way::Engine(app) => {
                let caller = Caller {
                    authorization: Some(format!("Bearer {token}")),
                    request_id: request_id.clone(),
                    ..Caller::default()
                };
                let answer = app.answer(caller, asked(app, document));
                let answer = patient_for(patience, answer).await?;
                serde_json::to_value(&answer.response).expect("JSON")
            }
            Way::Router(router) => {
                let request = Request::post("/graphql")
                    .header("content-type", "application/json")
                    .header("authorization", format!("Bearer {token}"))
                    .header("x-request-id", &request_id)
                    .body(Body::from(json!({ "query": document }).to_string()))
                    .expect("a request");
                let answer =
                    patient_for(patience, router.clone().oneshot(request)).await?.expect("an answer");
                let bytes = to_bytes(answer.into_body(), usize::MAX).await.expect("a body");
                serde_json::from_slice(&bytes).expect("JSON")
            }
            Way::Network(address) => {
                let body = json!({ "query": document }).to_string();
                let request = format!(
                    "POST /graphql HTTP/1.1\r\nhost: town\r\ncontent-type: application/json\r\nconnection: close\r\n\
                     authorization: Bearer {token}\r\nx-request-id: {request_id}\r\ncontent-length: {}\r\n\r\n{body}",
                    body.len()
                );
                patient_for(patience, over_tcp(*address, request)).await?
            }
        };
        // An error promises nothing.
        let data = body.get("data").filter(|_| body.get("errors").is_none())?.clone();
        Some(Arrived { person, request_id, document, data })
    }

    /// No answer told of another tenant, whatever was promised is there with its record, and nothing was written in the
    /// name of somebody of another tenant.
    pub async fn assert_sound(&self, arrived: &[Arrived]) {
        let mut foreign = Vec::new();
        let mut lost = Vec::new();
        let mut by_person: BTreeMap<usize, Vec<&Arrived>> = BTreeMap::new();
        for answer in arrived {
            by_person.entry(answer.person).or_default().push(answer);
        }
        for (person, answers) in by_person {
            let (tenant, clinician) = &self.people[person];
            let (patients, records) = Self::kept(tenant).await;
            for answer in answers {
                let Arrived { request_id, document, data, .. } = answer;
                let asked = format!("{request_id} of tenant {person}: {data}");
                let listed = data["patients"]["nodes"].as_array().into_iter().flatten();
                let made = data["createPatient"]["result"]["id"].as_str();
                if listed.clone().any(|node| !patients.contains(node["id"].as_str().unwrap_or_default())) {
                    foreign.push(asked.clone());
                }
                match *document {
                    WHO => {
                        let viewer = &data["viewer"];
                        let own = json!({ "user": { "id": clinician.user().to_string() } });
                        if *viewer != own {
                            foreign.push(asked);
                        }
                    }
                    LOOK if !records.contains(&(request_id.clone(), "VIEW".to_owned())) => lost.push(asked),
                    CREATE => {
                        let kept = made.is_some_and(|id| patients.contains(id));
                        if !kept || !records.contains(&(request_id.clone(), "WRITE".to_owned())) {
                            lost.push(asked);
                        }
                    }
                    _ => {}
                }
            }
            for table in tables() {
                let strangers = format!(
                    "select count(*) from {table} where tenant_id = $1
                        and created_by is not null and created_by not in (select id from users)"
                );
                let strangers: Option<i64> = tenant.scalar(&strangers, tenant.id).await;
                assert_eq!(strangers, Some(0), "{table} of tenant {person}, seed {:#x}", self.seed);
            }
        }
        assert_eq!(foreign, Vec::<String>::new(), "seed {:#x}", self.seed);
        assert_eq!(lost, Vec::<String>::new(), "seed {:#x}", self.seed);
        for document in [WHO, LOOK, CREATE] {
            let count = arrived.iter().filter(|answer| answer.document == document).count();
            assert!(count * 60 >= arrived.len(), "{count} of {} arrived: {document}", arrived.len());
        }
    }

    /// The patients of a tenant, and which request left which kind of record.
    async fn kept(tenant: &Tenant) -> (BTreeSet<String>, BTreeSet<(String, String)>) {
        let mut transaction = tenant.begin().await;
        let patients: Vec<String> = sqlx::query_scalar("select id::text from patients where tenant_id = $1")
            .bind(tenant.id)
            .fetch_all(&mut *transaction)
            .await
            .expect("patients are read");
        let records: Vec<(String, String)> =
            sqlx::query_as("select request_id::text, action::text from audit_logs where tenant_id = $1")
                .bind(tenant.id)
                .fetch_all(&mut *transaction)
                .await
                .expect("the record is read");
        (patients.into_iter().collect(), records.into_iter().collect())
    }
}

/// So many connections of a pool can be had at once, each has a session of its own that works, and none has a tenant or
/// another transaction than this one.
pub async fn assert_whole(pool: &PgPool, connections: u32) {
    let mut held = Vec::new();
    let mut processes = BTreeSet::new();
    for _ in 0..connections {
        // Begins only where no transaction is left: in one, the isolation could not be changed any more.
        let begin = "begin isolation level serializable";
        let mut transaction = pool.begin_with(begin).await.expect("every connection comes back");
        let (process, tenant, isolation): (i32, String, String) = sqlx::query_as(
            "select pg_backend_pid(), coalesce(current_setting('app.tenant_id', true), ''),
                current_setting('transaction_isolation')",
        )
        .persistent(false)
        .fetch_one(&mut *transaction)
        .await
        .expect("the connection works");
        assert_eq!(
            (tenant.as_str(), isolation.as_str()),
            ("", "serializable"),
            "nothing of a request is left"
        );
        processes.insert(process);
        held.push(transaction);
    }
    assert_eq!(processes.len(), held.len());
}

/// Polls a future as often as there is patience for, then drops it where it stands.
async fn patient_for<F: Future>(patience: usize, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut left = patience;
    poll_fn(|context| match (future.as_mut().poll(context), left) {
        (Poll::Ready(output), _) => Poll::Ready(Some(output)),
        (Poll::Pending, 0) => Poll::Ready(None),
        (Poll::Pending, _) => {
            left -= 1;
            Poll::Pending
        }
    })
    .await
}

async fn over_tcp(address: SocketAddr, request: String) -> Value {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all(request.as_bytes()).await.expect("the request is sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("an answer");
    let body = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("a body") + 4;
    serde_json::from_slice(&answer[body..]).expect("JSON")
}

/// SplitMix64: the same numbers in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let bound = u64::try_from(bound).expect("a bound");
        usize::try_from((mixed ^ (mixed >> 31)) % bound).expect("it fits")
    }
}

/// A document as the transport hands it on.
fn asked(app: &App, document: &str) -> Asked {
    let known = app.documents();
    let parameters = read_parameters(Some(document.to_owned()), None, None, None, known.limits());
    let parsed = known.parse(document).expect("the document is valid");
    let checked = known.request(parsed, parameters.expect("a request")).expect("it may be executed");
    Asked::Document(Box::new(checked))
}
