//! How the server stops: nobody who was let in goes away empty-handed, and nothing is half done.

use std::{io::Write, time::Duration};

use serde_json::json;

use super::gate;
use crate::support::{Received, Request, Server, Town, connect};

/// Returns when the server takes no more connections.
async fn refuses_connections(server: &Server) {
    while connect(server.address).is_ok() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_request_that_is_open_at_the_signal_is_answered_and_the_server_ends_well() {
    let town = Town::of_today().await;
    let clinician = town.tenant.clinician().await;
    let server = Server::start(&town, &[]).await;
    let mut idle = server.connect();
    idle.write_all(Request::get("/healthz").bytes().as_bytes()).expect("sent");
    assert_eq!(Received::read(&mut idle).status, 200);
    let request =
        Request::document(&clinician, "{ viewer { roles } }", json!({})).with("expect", "100-continue");
    let mut open = server.connect();
    open.write_all(request.head().as_bytes()).expect("sent");
    assert_eq!(Received::read(&mut open).status, 100, "the server waits for the body");

    server.signal("TERM");
    refuses_connections(&server).await;
    assert_eq!(Received::read(&mut idle).status, 0, "a connection without a request is closed");
    open.write_all(request.body().as_bytes()).expect("sent");

    let answer = Received::read(&mut open);
    assert_eq!(
        (answer.status, answer.json()),
        (200, json!({ "data": { "viewer": { "roles": ["PRACTITIONER"] } } }))
    );
    assert!(answer.head.contains("\r\nconnection: close\r\n"), "{}", answer.head);
    assert!(server.ended().await.success());
}

#[tokio::test]
async fn a_mutation_whose_client_hung_up_before_the_signal_is_committed_with_its_record() {
    let town = Town::of_today().await;
    let clinician = town.tenant.clinician().await;
    let server = Server::start(&town, &[]).await;
    let mut gate = gate(&town, "patients").await;
    let entries = town.tenant.count("audit_logs").await;
    let request = Request::document(
        &clinician,
        "mutation { createPatient(input: { identity: { givenName: \"Amara\", familyName: \"Okafor\" } }) { result { id } } }",
        json!({}),
    );
    let mut client = server.connect();
    client.write_all(request.bytes().as_bytes()).expect("sent");
    gate.reached().await;

    drop(client);
    server.signal("TERM");
    refuses_connections(&server).await;
    assert_eq!(town.tenant.count("patients").await, 0, "it is under way");
    gate.open().await;

    assert!(server.ended().await.success());
    assert_eq!(town.tenant.count("patients").await, 1);
    assert!(town.tenant.count("audit_logs").await > entries);
}

#[tokio::test]
async fn during_the_delay_the_server_says_that_it_leaves_and_still_answers() {
    let town = Town::of_today().await;
    let clinician = town.tenant.clinician().await;
    let server = Server::start(&town, &[("CONSENTRY_DRAIN_DELAY", "300")]).await;
    assert_eq!(server.send(&Request::get("/readyz")).status, 200);

    server.signal("TERM");
    let unready = loop {
        let answer = server.send(&Request::get("/readyz"));
        if answer.status != 200 {
            break answer;
        }
    };
    assert_eq!(unready.json(), json!({ "status": "unavailable", "reason": "draining" }));
    assert_eq!(server.send(&Request::get("/healthz")).status, 200);
    let answer = server.send(&Request::document(&clinician, "{ viewer { roles } }", json!({})));
    assert_eq!(answer.status, 200);
    assert!(answer.head.contains("\r\nconnection: close\r\n"), "the next request should go elsewhere");

    server.signal("TERM");
    assert!(server.ended().await.success(), "a second signal ends the delay");
}

#[tokio::test]
async fn a_second_signal_does_not_wait_for_open_requests() {
    let town = Town::of_today().await;
    let clinician = town.tenant.clinician().await;
    let server = Server::start(&town, &[]).await;
    let request =
        Request::document(&clinician, "{ viewer { roles } }", json!({})).with("expect", "100-continue");
    let mut open = server.connect();
    open.write_all(request.head().as_bytes()).expect("sent");
    assert_eq!(Received::read(&mut open).status, 100);

    server.signal("TERM");
    refuses_connections(&server).await;
    server.signal("INT");

    assert_eq!(Received::read(&mut open).status, 0, "it is given up");
    assert!(server.ended().await.success());
}
