//! What fails.

use std::{
    thread,
    time::{Duration, Instant},
};

use serde_json::json;

use super::{Patient, People, consent, version};
use crate::canaries::conversation::{Audience, Conversation, code};
use Audience::MayNot;

/// The database refuses, is slow, and is not to be had.
pub async fn fail(talk: &mut Conversation, people: &People, patient: &Patient) {
    let token = &people.clinician;
    let failures = [
        (
            "alter table phi.persons add constraint refused check (version < 0) not valid",
            "alter table phi.persons drop constraint refused",
            "INTERNAL",
        ),
        (
            "create function public.slow() returns trigger language plpgsql as 'begin perform pg_sleep(8); return new; end';
            create trigger slow before update on phi.persons for each row execute function public.slow()",
            "drop trigger slow on phi.persons; drop function public.slow()",
            "UNAVAILABLE",
        ),
        (
            "alter table phi.person_tokens rename to misplaced",
            "alter table phi.misplaced rename to person_tokens",
            "INTERNAL",
        ),
    ];
    for (breaks, mends, expected) in failures {
        talk.installation.superuser_runs(breaks).await;
        let identity = talk.planted.identity();
        let input = json!({ "patientId": patient.id, "expectedVersion": version(talk, token, &patient.id), "identity": identity });
        let failed = talk.mutate(token, MayNot, "updatePatientIdentity", &input);
        let literally = talk.mutate_literally(token, MayNot, "updatePatientIdentity", &input);
        talk.installation.superuser_runs(mends).await;
        assert_eq!((code(&failed), code(&literally)), (expected, expected), "{breaks}: {failed} {literally}");
    }

    // What is gated is readable to SQL: an error about its row could quote it.
    talk.installation
        .superuser_runs("alter table consents add constraint refused check (version < 0) not valid")
        .await;
    for _ in 0..2 {
        let input = consent(talk, &patient.id, true);
        let failed = talk.mutate(token, MayNot, "recordConsent", &input);
        assert_eq!(code(&failed), "INTERNAL", "{failed}");
    }
    talk.installation.superuser_runs("alter table consents drop constraint refused").await;

    let mut holder = talk.installation.superuser().await;
    sqlx::raw_sql("begin; lock table phi.persons in access exclusive mode")
        .execute(&mut holder)
        .await
        .expect("it is held");
    let identity = talk.planted.identity();
    let input = json!({ "patientId": patient.id, "expectedVersion": 1, "identity": identity });
    let failed = talk.mutate(token, MayNot, "createPatient", &json!({ "identity": input["identity"] }));
    assert_eq!(code(&failed), "UNAVAILABLE", "{failed}");
    sqlx::raw_sql("rollback").execute(&mut holder).await.expect("it is let go");
}

/// The server and PostgreSQL are killed while patients are entered, and come back.
pub fn crash(talk: &mut Conversation, people: &People) {
    for postgresql_too in [false, true] {
        let bodies: Vec<String> = (0..12)
            .map(|_| {
                let identity = talk.planted.identity();
                let document = "mutation($input: CreatePatientInput!) { createPatient(input: $input) { result { id } } }";
                json!({ "query": document, "variables": { "input": { "identity": identity } } }).to_string()
            })
            .collect();
        let bearer = format!("Bearer {}", people.clinician);
        let headers = [("Content-Type", "application/json"), ("Authorization", bearer.as_str())];
        let (installation, others) = (&talk.installation, &mut talk.others);
        // The first half is answered; of the second, nobody knows how far it came.
        let (answered, cut) = bodies.split_at(6);
        for body in answered {
            others.extend(installation.send("POST", "/graphql", &headers, body.as_bytes()));
        }
        let answers = thread::scope(|scope| {
            let sent: Vec<_> = cut
                .iter()
                .map(|body| scope.spawn(|| installation.send("POST", "/graphql", &headers, body.as_bytes())))
                .collect();
            thread::sleep(Duration::from_millis(15));
            if postgresql_too {
                installation.kill_postgresql();
            }
            installation.kill_server();
            sent.into_iter().flat_map(|sent| sent.join().expect("an answer or none")).collect::<Vec<u8>>()
        });
        others.extend(answers);
        talk.installation.start();
        let back = talk.ask(&people.clinician, MayNot, "{ patients { totalCount } }", json!({}));
        assert!(back["data"]["patients"]["totalCount"].is_number(), "it is back: {back}");
    }
}

/// Waits until the sink was told of a patient who was entered.
pub fn wait_for_events(talk: &Conversation) {
    let begun = Instant::now();
    while !String::from_utf8_lossy(&talk.installation.events()).contains("patient.created") {
        assert!(begun.elapsed() < Duration::from_secs(60), "the sink is told of nothing");
        thread::sleep(Duration::from_millis(100));
    }
}
