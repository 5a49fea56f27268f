//! What surrounds every answer: the request id, and that nothing is kept on the way.

use axum::{body::Body, http::Request};
use serde_json::json;

use crate::support::{Answer, Town};

fn request_id(answer: &Answer) -> &str {
    answer.headers["x-request-id"].to_str().expect("text")
}

#[tokio::test]
async fn the_callers_request_id_stands_in_the_answer_its_errors_and_the_record() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let caller = clinician.with_request_id("clinic.7_look-42");

    let _ = caller.sees_identity_of(patient).await;
    let refused = caller.ask("{ auditLogs { totalCount } }").await;
    let unbelieved = caller.with_token("cst_").ask("{ viewer { roles } }").await;
    let unread = caller.ask("{").await;
    let invalid = caller.ask("{ nothing }").await;

    for answer in [&refused, &unbelieved, &unread, &invalid] {
        assert_eq!(request_id(answer), "clinic.7_look-42");
        assert_eq!(
            answer.body["errors"][0]["extensions"]["requestId"], "clinic.7_look-42",
            "{}",
            answer.body
        );
    }
    let sql = "select count(*) from audit_logs where patient_id = $1 and request_id = 'clinic.7_look-42'";
    assert_eq!(town.tenant.scalar(sql, patient.uuid()).await, Some(1_i64));
}

#[tokio::test]
async fn who_brings_no_request_id_is_given_one_of_our_own_each_time() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let document = "query($id: ID!) { patient(id: $id) { identity { __typename } } }";

    let first = clinician.ask_with(document, json!({ "id": patient.to_string() })).await;
    let second = clinician.ask("{ auditLogs { totalCount } }").await;

    assert_ne!(request_id(&first), request_id(&second));
    assert!(request_id(&first).parse::<uuid::Uuid>().is_ok());
    assert_eq!(second.body["errors"][0]["extensions"]["requestId"], request_id(&second));
    let sql =
        "select request_id::text from audit_logs where patient_id = $1 and operation = 'patient.identity'";
    let recorded: Option<String> = town.tenant.scalar(sql, patient.uuid()).await;
    assert_eq!(recorded.as_deref(), Some(request_id(&first)));
}

#[tokio::test]
async fn a_request_id_that_could_be_read_as_something_else_is_replaced() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let long = "a".repeat(65);

    for id in ["", "two words", "<script>", "a\tb", "ünicode", "a\"b", "a'b", "a/b", long.as_str()] {
        let answer =
            admin.with_request_id(id).ask("{ accessHistory(patientId: \"x\") { totalCount } }").await;
        assert!(request_id(&answer).parse::<uuid::Uuid>().is_ok(), "{id}: {}", request_id(&answer));
        assert_eq!(answer.body["errors"][0]["extensions"]["requestId"], request_id(&answer));
    }
    let kept = admin.with_request_id(&long[..64]).ask("{ viewer { roles } }").await;
    assert_eq!(request_id(&kept), &long[..64]);
}

#[tokio::test]
async fn no_answer_is_kept_on_the_way() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let get = |path: &str| Request::get(path).body(Body::empty()).expect("a request");
    let plain = Request::post("/graphql").header("content-type", "text/plain").body(Body::from("{}"));
    let new_patient = json!({ "identity": { "givenName": "Amara", "familyName": "Okafor" } });
    let answers = [
        ("an answer", 200, admin.ask("{ viewer { roles } }").await),
        ("nobody's", 200, town.anonymous().ask("{ viewer { roles } }").await),
        ("a mutation", 200, admin.mutate("createPatient", new_patient, "id").await),
        ("a bad token", 401, admin.with_token("cst_").ask("{ viewer { roles } }").await),
        ("a bad purpose", 400, admin.with_purpose("CURIOSITY").ask("{ viewer { roles } }").await),
        ("no GraphQL", 400, admin.ask("{").await),
        ("an unknown field", 400, admin.ask("{ nothing }").await),
        ("a GET", 405, admin.deliver(get("/graphql?query=viewer")).await),
        ("another type", 415, admin.deliver(plain.expect("a request")).await),
        ("an unknown path", 404, admin.deliver(get("/patients")).await),
        ("alive", 200, admin.deliver(get("/healthz")).await),
        ("ready", 200, admin.deliver(get("/readyz")).await),
    ];

    for (what, status, answer) in answers {
        assert_eq!(answer.status.as_u16(), status, "{what}: {}", answer.body);
        assert_eq!(answer.headers["cache-control"], "no-store, private", "{what}");
        assert_eq!(answer.headers["pragma"], "no-cache", "{what}");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff", "{what}");
        assert!(!request_id(&answer).is_empty(), "{what}");
    }
}
