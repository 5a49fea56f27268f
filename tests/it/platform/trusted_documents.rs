//! Documents that clients ask for by their SHA-256.

use consentry::{
    http::router,
    kernel::limit::{CallerKind, DocumentMode, Policies},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::{Actor, Answer, Town};

const ROLES: &str = "query Roles { viewer { roles } }";
const PAGE: &str = "query Page($first: Int!) { locations(first: $first) { nodes { id } } }";

fn id_of(document: &str) -> String {
    Sha256::digest(document).iter().fold("sha256:".to_owned(), |id, byte| id + &format!("{byte:02x}"))
}

async fn upload(actor: &Actor, documents: &[&str]) -> Answer {
    let documents: Vec<Value> = documents.iter().map(|body| json!({ "body": body })).collect();
    let input = json!({ "clientName": "scheduling-app", "documents": documents });
    actor.mutate("uploadTrustedDocuments", input, "documents { documentId name clientName }").await
}

async fn by_id(actor: &Actor, document: &str, variables: Value) -> Answer {
    actor.send(json!({ "documentId": id_of(document), "variables": variables })).await
}

#[tokio::test]
async fn a_document_that_was_uploaded_is_executed_by_its_id_with_the_variables_of_the_request() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let documents =
        upload(&admin, &[ROLES, PAGE]).await.ok()["uploadTrustedDocuments"]["result"]["documents"].clone();
    assert_eq!(
        documents,
        json!([
            { "documentId": id_of(ROLES), "name": "Roles", "clientName": "scheduling-app" },
            { "documentId": id_of(PAGE), "name": "Page", "clientName": "scheduling-app" },
        ])
    );

    assert_eq!(by_id(&admin, ROLES, json!({})).await.ok()["viewer"]["roles"], json!(["ADMIN"]));
    let first = by_id(&admin, PAGE, json!({ "first": 5 })).await;
    first.ok();
    let extension = json!({ "extensions": { "documentId": id_of(PAGE) }, "variables": { "first": 5 } });
    let again = admin.send(extension).await;
    again.ok();
    assert_eq!(again.statements, 1, "a document that is known costs no statement");
    let wrong = by_id(&admin, PAGE, json!({ "first": "five" })).await;
    assert_eq!((wrong.refused(), wrong.status.as_u16()), ("GRAPHQL_VALIDATION_FAILED", 400));
    let sql = "select count(*) from audit_logs where operation = 'trusted_document.upload' and actor_id = $1";
    assert_eq!(town.tenant.scalar::<i64>(sql, admin.user().uuid()).await, Some(2), "each is recorded");
}

#[tokio::test]
async fn a_document_of_another_tenant_is_as_unknown_as_one_that_nobody_uploaded() {
    let town = Town::new().await;
    upload(&town.tenant.admin().await, &[ROLES]).await.ok();
    let neighbour = town.another_tenant("neighbour").await.clinician().await;
    let told = |answer: Answer| {
        let message = answer.body["errors"][0]["message"].clone();
        (answer.refused().to_owned(), answer.status, answer.statements, message)
    };

    let theirs = told(by_id(&neighbour, ROLES, json!({})).await);
    let nobodys = told(by_id(&neighbour, PAGE, json!({ "first": 1 })).await);
    assert_eq!(theirs, nobodys);
    assert_eq!((theirs.0.as_str(), theirs.1.as_u16()), ("PERSISTED_DOCUMENT_NOT_FOUND", 400));
    assert_eq!(by_id(&town.anonymous(), ROLES, json!({})).await.refused(), "PERSISTED_DOCUMENT_NOT_FOUND");
}

#[tokio::test]
async fn what_was_uploaded_before_stays_as_it_is_and_what_is_not_valid_is_refused_with_all_else() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    upload(&admin, &[ROLES]).await.ok();
    upload(&admin, &[ROLES, PAGE, ROLES]).await.ok();
    assert_eq!(town.tenant.count("trusted_documents").await, 2);

    let new = "query Other { viewer { purpose } }";
    for wrong in ["{ nothing }", "query {", "{ viewer { nothing } }"] {
        let complaint = upload(&admin, &[new, wrong]).await.complaint("uploadTrustedDocuments");
        assert_eq!(complaint["code"], "VALIDATION_FAILED", "{wrong}");
        assert_eq!(complaint["field"], json!(["documents", "1", "body"]), "{wrong}");
    }
    let input = json!({ "clientName": "x", "documents": [{ "body": new, "documentId": id_of(ROLES) }] });
    let mismatch = admin.mutate("uploadTrustedDocuments", input, "documents { id }").await;
    assert_eq!(mismatch.user_error("uploadTrustedDocuments"), "VALIDATION_FAILED");
    let clinician = town.tenant.clinician().await;
    assert_eq!(upload(&clinician, &[new]).await.refused(), "FORBIDDEN");
    assert_eq!(town.tenant.count("trusted_documents").await, 2);
}

#[tokio::test]
async fn a_document_that_was_removed_is_gone() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    upload(&admin, &[ROLES]).await.ok();
    let input = json!({ "documentId": id_of(ROLES) });

    let removed = admin.mutate("removeTrustedDocument", input.clone(), "documentId").await;

    assert_eq!(removed.ok()["removeTrustedDocument"]["result"]["documentId"], id_of(ROLES));
    assert_eq!(by_id(&admin, ROLES, json!({})).await.refused(), "PERSISTED_DOCUMENT_NOT_FOUND");
    let again = admin.mutate("removeTrustedDocument", input, "documentId").await;
    assert_eq!(again.user_error("removeTrustedDocument"), "NOT_FOUND");
}

#[tokio::test]
async fn where_documents_must_be_trusted_others_are_refused_whoever_wrote_them() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    upload(&admin, &[ROLES]).await.ok();
    let policies = Policies::default().with_documents(CallerKind::Staff, DocumentMode::Required);
    let strict = admin.at(router(town.app.with_policies(policies)));

    for untrusted in ["{ __typename }", "{ viewer { roles } }"] {
        let refused = strict.ask(untrusted).await;
        assert_eq!(
            (refused.refused(), refused.status.as_u16()),
            ("DOCUMENT_NOT_TRUSTED", 400),
            "{untrusted}"
        );
        assert!(refused.body.get("data").is_none());
    }
    let flags = town.tenant.count("feature_flags").await;
    let input = json!({ "key": "chat.new", "enabled": true });
    assert_eq!(strict.mutate("setFeatureFlag", input, "id").await.refused(), "DOCUMENT_NOT_TRUSTED");
    assert_eq!(town.tenant.count("feature_flags").await, flags);
    by_id(&strict, ROLES, json!({})).await.ok();
    strict.ask(ROLES).await.ok();
    let program = town.tenant.api_token(&strict, None, None).await;
    program.ask("{ __typename }").await.ok();
}

#[tokio::test]
async fn where_no_document_is_found_by_its_id_those_that_were_uploaded_are_not_either() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    upload(&admin, &[ROLES]).await.ok();
    let policies = Policies::default().with_documents(CallerKind::Staff, DocumentMode::Off);
    let off = admin.at(router(town.app.with_policies(policies)));

    assert_eq!(by_id(&off, ROLES, json!({})).await.refused(), "PERSISTED_DOCUMENT_NOT_FOUND");
    off.ask(ROLES).await.ok();
}

#[tokio::test]
async fn the_documents_of_the_console_are_known_to_everybody() {
    let town = Town::new().await;
    let (id, _) = built_in("signIn(");
    let variables = json!({ "input": { "organization": "town", "email": "a@b.example", "password": "no" } });
    let answer = town.anonymous().send(json!({ "documentId": id, "variables": variables })).await;
    assert_eq!(answer.ok()["signIn"]["userErrors"][0]["code"], "INVALID_CREDENTIALS");
}

#[tokio::test]
async fn an_id_that_is_none_and_a_request_that_names_two_documents_are_refused() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let upper = id_of(ROLES).to_uppercase().replace("SHA256", "sha256");
    for body in [
        json!({ "documentId": "roles" }),
        json!({ "documentId": "sha256:1234" }),
        json!({ "documentId": upper }),
        json!({ "documentId": id_of(ROLES), "query": ROLES }),
        json!({ "documentId": id_of(ROLES), "extensions": { "documentId": id_of(PAGE) } }),
        json!({ "extensions": { "documentId": 7 } }),
    ] {
        let answer = clinician.send(body.clone()).await;
        assert_eq!((answer.refused(), answer.status.as_u16()), ("BAD_REQUEST", 400), "{body}");
    }
}

/// A document that comes with the server, by a part of its text.
fn built_in(part: &str) -> (String, String) {
    let text = include_str!("../../../web/src/generated/persisted-documents.json");
    let manifest: std::collections::BTreeMap<String, String> =
        serde_json::from_str(text).expect("a manifest");
    manifest.into_iter().find(|(_, text)| text.contains(part)).expect("a document")
}
