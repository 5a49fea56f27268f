//! A revocation against readers who ask all the time: what counts is the order, which a counter tells and no clock.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use entity::{Id, people::patient};
use serde_json::json;
use tokio::{sync::Semaphore, task::JoinSet};

use super::revokes;
use crate::support::{Actor, Town};

const READERS: u32 = 64;
const ROUNDS: usize = 3;
const NOT_YET: u64 = u64::MAX;

/// What happens in a round, in the order of one counter.
struct Round {
    counter: AtomicU64,
    /// When the revocation was sent and when it was acknowledged, in numbers of the counter.
    sent: AtomicU64,
    acknowledged: AtomicU64,
    /// One for each name that a reader saw.
    names: Semaphore,
}

/// A look of a reader: the numbers before it was sent and after it was answered.
struct Look {
    began: u64,
    ended: u64,
    saw: Result<String, String>,
}

impl Round {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            counter: AtomicU64::new(0),
            sent: AtomicU64::new(NOT_YET),
            acknowledged: AtomicU64::new(NOT_YET),
            names: Semaphore::new(0),
        })
    }

    fn next(&self) -> u64 {
        self.counter.fetch_add(1, Ordering::SeqCst)
    }

    /// Looks again and again, and for the last time after the revocation was acknowledged.
    async fn read(self: Arc<Self>, reader: Actor, patient: Id<patient::Entity>) -> Vec<Look> {
        let mut looks = Vec::new();
        loop {
            let began = self.next();
            let Some(saw) = identity(&reader, patient).await else { continue };
            let ended = self.next();
            if saw.is_ok() {
                self.names.add_permits(1);
            }
            looks.push(Look { began, ended, saw });
            if began > self.acknowledged.load(Ordering::SeqCst) {
                return looks;
            }
        }
    }
}

/// The name or why it is withheld; `None` when the server was too busy to say.
async fn identity(reader: &Actor, patient: Id<patient::Entity>) -> Option<Result<String, String>> {
    let document = "query($id: ID!) { patient(id: $id) {
        identity { ... on PatientIdentity { fullName } ... on Withheld { reason } }
    } }";
    let answer = reader.ask_with(document, json!({ "id": patient.to_string() })).await;
    if answer.body.get("errors").is_some() {
        assert_eq!(answer.refused(), "UNAVAILABLE");
        return None;
    }
    let identity = &answer.body["data"]["patient"]["identity"];
    let text = |field: &str| identity[field].as_str().map(str::to_owned);
    Some(text("fullName").ok_or_else(|| text("reason").expect("a reason")))
}

#[tokio::test]
async fn no_request_that_began_after_a_revocation_was_acknowledged_shows_anything() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let patients_own = town.tenant.patient_user(patient).await;
    for _ in 0..ROUNDS {
        let consent = clinician.records_consent(patient, json!({})).await;
        let round = Round::new();
        let mut readers = JoinSet::new();
        for _ in 0..READERS {
            readers.spawn(Arc::clone(&round).read(clinician.clone(), patient));
        }
        // As many names as there are readers, so that most of them are amid a look.
        let seen = round.names.acquire_many(READERS).await.expect("names are seen");
        round.sent.store(round.next(), Ordering::SeqCst);
        revokes(&patients_own, consent).await.ok();
        round.acknowledged.store(round.next(), Ordering::SeqCst);
        drop(seen);

        let looks: Vec<Look> = readers.join_all().await.into_iter().flatten().collect();

        let sent = round.sent.load(Ordering::SeqCst);
        let acknowledged = round.acknowledged.load(Ordering::SeqCst);
        let before: Vec<&Look> = looks.iter().filter(|look| look.ended < sent).collect();
        let after: Vec<&Look> = looks.iter().filter(|look| look.began > acknowledged).collect();
        assert!(before.len() >= READERS as usize);
        for look in before {
            assert_eq!(look.saw.as_deref(), Ok("Amara Okafor"), "{} before {sent}", look.began);
        }
        assert!(after.len() >= READERS as usize, "each reader looked once more");
        for look in after {
            assert_eq!(
                look.saw.as_ref().map_err(String::as_str),
                Err("CONSENT_REVOKED"),
                "{} after {acknowledged}",
                look.began
            );
        }
    }
}
