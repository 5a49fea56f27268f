//! Callers who write and look at the same time, over HTTP, and note each answer.

use std::{
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use reqwest::Client;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{
    Shared,
    chance::Chance,
    installation::Installation,
    ledger::{Creation, Filing, Ledger, Look, Revocation},
};

/// How many ask at the same time.
const CALLERS: u64 = 6;
/// A server that is ready answers a request that is sent again within this time.
const PATIENCE: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(50);

const IDENTITY: &str =
    "id identity { __typename ... on PatientIdentity { fullName } ... on Withheld { reason } }";

/// Everybody who calls.
pub struct Callers {
    caller: Caller,
    name: &'static str,
    at_work: JoinSet<()>,
    stopping: Arc<AtomicBool>,
}

/// One clinician at one of several terminals.
#[derive(Clone)]
struct Caller {
    http: Client,
    url: String,
    token: String,
    ledger: Shared<Ledger>,
}

impl Callers {
    pub fn new(installation: &Installation, name: &'static str) -> Self {
        let caller = Caller {
            http: installation.http.clone(),
            url: format!("{}/graphql", installation.url),
            token: installation.token("CLINICIAN"),
            ledger: Arc::new(Mutex::new(Ledger::default())),
        };
        Self { caller, name, at_work: JoinSet::new(), stopping: Arc::default() }
    }

    /// What they know so far.
    pub fn ledger(&self) -> Ledger {
        self.caller.ledger().clone()
    }

    /// Lets all of them ask one thing after the other.
    pub fn begin(&mut self, round: u64, chance: &mut Chance) {
        self.stopping.store(false, Ordering::Relaxed);
        for number in 0..CALLERS {
            let (caller, stopping, mut chance) = (self.caller.clone(), self.stopping.clone(), chance.fork());
            let name = format!("{}-{round}-{number}", self.name);
            self.at_work.spawn(async move {
                for turn in 1_u64.. {
                    if stopping.load(Ordering::Relaxed) {
                        return;
                    }
                    caller.ask_something(&format!("{name}-{turn}"), &mut chance).await;
                }
            });
        }
    }

    /// Returns when all of them have their last answer, or know that they get none.
    pub async fn stop(&mut self) {
        self.stopping.store(true, Ordering::Relaxed);
        while let Some(ended) = self.at_work.join_next().await {
            ended.expect("a caller does not panic");
        }
    }

    /// Sends everything again that was not acknowledged, under its idempotency key, until it is.
    pub async fn ask_again(&self) {
        let begun = Instant::now();
        for attempt in 2_u64.. {
            let open = self.caller.unacknowledged();
            if open.is_empty() {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "not acknowledged after {attempt} attempts: {open:?}");
            self.caller.ledger().asked_again += open.len() as u64;
            for todo in open {
                self.caller.attempt(todo, attempt).await;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// Something to write, by its place in the ledger.
#[derive(Clone, Copy, Debug)]
enum ToDo {
    Create(usize),
    File(usize),
    Revoke(usize),
}

impl Caller {
    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().expect("nobody panics while writing")
    }

    fn unacknowledged(&self) -> Vec<ToDo> {
        let ledger = self.ledger();
        let creations =
            ledger.creations.iter().enumerate().filter(|(_, creation)| creation.patient.is_none());
        let filings = ledger.filings.iter().enumerate();
        let open = filings.clone().filter(|(_, filing)| filing.consent.is_none());
        let revoked = filings.filter(|(_, filing)| {
            filing.revocation.as_ref().is_some_and(|revocation| !revocation.acknowledged)
        });
        let creations = creations.map(|(place, _)| ToDo::Create(place));
        let filings = open.map(|(place, _)| ToDo::File(place));
        creations.chain(filings).chain(revoked.map(|(place, _)| ToDo::Revoke(place))).collect()
    }

    async fn ask_something(&self, name: &str, chance: &mut Chance) {
        let key = name.to_owned();
        let known = self.ledger().patients();
        let patient = chance.one_of(&known).copied();
        match (chance.between(1, 100), patient) {
            (1..=30, _) | (_, None) => {
                let place = {
                    let mut ledger = self.ledger();
                    ledger.creations.push(Creation { key, patient: None });
                    ledger.creations.len() - 1
                };
                self.attempt(ToDo::Create(place), 1).await;
            }
            (31..=50, Some(patient)) => {
                let place = {
                    let mut ledger = self.ledger();
                    ledger.filings.push(Filing { key, patient, consent: None, revocation: None });
                    ledger.filings.len() - 1
                };
                self.attempt(ToDo::File(place), 1).await;
            }
            (51..=60, Some(_)) => {
                let place = {
                    let mut ledger = self.ledger();
                    let place = chance.one_of(&ledger.revocable()).copied();
                    if let Some(place) = place {
                        ledger.filings[place].revocation = Some(Revocation { key, acknowledged: false });
                    }
                    place
                };
                if let Some(place) = place {
                    self.attempt(ToDo::Revoke(place), 1).await;
                }
            }
            (61..=70, _) => {
                let document = format!("{{ patients(first: 5) {{ nodes {{ {IDENTITY} }} }} }}");
                self.ask(name, json!({ "query": document })).await;
            }
            (_, Some(patient)) => {
                let document = format!("query($id: ID!) {{ patient(id: $id) {{ {IDENTITY} }} }}");
                self.ask(name, json!({ "query": document, "variables": { "id": patient } })).await;
            }
        }
    }

    async fn attempt(&self, todo: ToDo, attempt: u64) {
        match todo {
            ToDo::Create(place) => {
                let key = self.ledger().creations[place].key.clone();
                let input = json!({
                    "identity": { "givenName": "Amara", "familyName": "Okafor" },
                    "idempotencyKey": key,
                });
                let id = self.mutate("createPatient", &key, attempt, input, IDENTITY).await.ok();
                self.ledger().creations[place].patient = id.flatten();
            }
            ToDo::File(place) => {
                let (key, patient) = {
                    let filing = &self.ledger().filings[place];
                    (filing.key.clone(), filing.patient)
                };
                let id = self.mutate("recordConsent", &key, attempt, form(patient, &key), "id").await.ok();
                self.ledger().filings[place].consent = id.flatten();
            }
            ToDo::Revoke(place) => {
                let (consent, revocation) = {
                    let filing = &self.ledger().filings[place];
                    (filing.consent, filing.revocation.clone())
                };
                let key = revocation.expect("a revocation").key;
                let evidence = json!({ "method": "PAPER", "reference": "cabinet 3" });
                let input = json!({ "consentId": consent, "evidence": evidence });
                let acknowledged = match self.mutate("revokeConsent", &key, attempt, input, "id").await {
                    Ok(id) => id.is_some(),
                    // An earlier attempt was carried out, and its answer did not arrive.
                    Err(code) => code == "INVALID_STATE" && attempt > 1,
                };
                if let Some(revocation) = &mut self.ledger().filings[place].revocation {
                    revocation.acknowledged = acknowledged;
                }
            }
        }
    }

    /// The id of the result when it was acknowledged; the code of a user error.
    async fn mutate(
        &self,
        mutation: &str,
        key: &str,
        attempt: u64,
        input: Value,
        result: &str,
    ) -> Result<Option<Uuid>, String> {
        let (first, rest) = mutation.split_at(1);
        let document = format!(
            "mutation($input: {}{rest}Input!) {{ {mutation}(input: $input) {{ result {{ {result} }} userErrors {{ code message }} }} }}",
            first.to_uppercase(),
        );
        let body = json!({ "query": document, "variables": { "input": input } });
        let Some(answer) = self.ask(&format!("{key}.{attempt}"), body).await else { return Ok(None) };
        let payload = &answer["data"][mutation];
        if let Some(code) = payload["userErrors"][0]["code"].as_str() {
            assert!(mutation == "revokeConsent" && attempt > 1, "{mutation}, attempt {attempt}: {answer}");
            return Err(code.to_owned());
        }
        Ok(payload["result"]["id"].as_str().and_then(|id| id.parse().ok()))
    }

    /// The answer, if one arrived. What it shows of patients is noted, and so is what went wrong.
    async fn ask(&self, request: &str, body: Value) -> Option<Value> {
        let sent = self
            .http
            .post(&self.url)
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .header("x-request-id", request)
            .body(body.to_string())
            .send()
            .await;
        let Ok(answer) = sent else {
            self.ledger().failed("no answer");
            tokio::time::sleep(PAUSE).await;
            return None;
        };
        assert_eq!(answer.headers()["x-request-id"], request, "an answer tells its request");
        let Ok(bytes) = answer.bytes().await else {
            self.ledger().failed("half an answer");
            return None;
        };
        let answer: Value = serde_json::from_slice(&bytes).expect("an answer is JSON");
        let mut ledger = self.ledger();
        for error in answer["errors"].as_array().into_iter().flatten() {
            ledger.failed(error["extensions"]["code"].as_str().unwrap_or("no code"));
        }
        note_looks(&mut ledger, request, &answer);
        Some(answer)
    }
}

/// Notes each patient of an answer whose identity is shown or withheld.
fn note_looks(ledger: &mut Ledger, request: &str, answer: &Value) {
    match answer {
        Value::Object(fields) => {
            let patient = fields.get("id").and_then(|id| id.as_str()?.parse().ok());
            let identity = fields.get("identity").filter(|identity| identity.is_object());
            if let Some((patient, identity)) = patient.zip(identity) {
                let shown = identity["__typename"] == "PatientIdentity";
                ledger.looks.push(Look { request: request.to_owned(), patient, shown });
            }
            fields.values().for_each(|value| note_looks(ledger, request, value));
        }
        Value::Array(values) => values.iter().for_each(|value| note_looks(ledger, request, value)),
        _ => {}
    }
}

fn form(patient: Uuid, key: &str) -> Value {
    json!({
        "patientId": patient,
        "idempotencyKey": key,
        "terms": {
            "kind": "TPO",
            "scopes": [{ "dataClass": "DIRECTORY" }, { "dataClass": "GENERAL_PHI" }, { "dataClass": "SUD" }],
            "recipients": [{ "recipientClass": "TREATING_PROVIDERS" }],
            "purposes": ["TREATMENT", "PAYMENT", "OPERATIONS"],
            "expiry": { "never": true },
            "redisclosureStatement": true,
            "refusalConsequences": true,
        },
        "signedAt": "2025-01-20T09:00:00Z",
        "signatureMethod": "PAPER",
        "signerCapacity": "SELF",
        "evidenceReference": "cabinet 3, folder 12",
    })
}
