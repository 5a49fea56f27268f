//! Programs that act for a user, and the purpose for which anybody acts.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use consentry::kernel::crypto::BearerToken;
use entity::{consent::purpose::Purpose, identity::permission::Permission};
use serde_json::{Value, json};

use super::{WHO_AM_I, let_in, permissions_of, turned_away};
use crate::support::{Actor, Town};

const PURPOSE_REQUIRED: &str = "PURPOSE_REQUIRED";

async fn purpose_of(actor: &Actor) -> Value {
    actor.ask("{ viewer { purpose } }").await.ok()["viewer"]["purpose"].clone()
}

#[tokio::test]
async fn scopes_narrow_what_a_program_may_do() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    clinician.records_consent(patient, json!({})).await;
    let scopes = [Permission::PatientRead];
    let program = town.tenant.api_token(&clinician, Some(&scopes), Some(Purpose::Treatment)).await;
    let patients = town.tenant.count("patients").await;

    let only = BTreeMap::from([("patient.read".to_owned(), "OWN".to_owned())]);
    assert_eq!(permissions_of(&program).await, only);
    assert_eq!(program.sees_identity_of(patient).await, Err("FORBIDDEN".to_owned()));
    let input = json!({ "identity": { "givenName": "Ben", "familyName": "Silva" } });
    assert_eq!(program.mutate("createPatient", input, "id").await.refused(), "FORBIDDEN");

    assert_eq!(town.tenant.count("patients").await, patients);
    assert!(clinician.sees_identity_of(patient).await.is_ok(), "the user may as before");
}

#[tokio::test]
async fn scopes_give_nothing_that_the_user_does_not_have() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let scopes = [Permission::PhiRead, Permission::ConsentManage, Permission::AuditRead];

    let program = town.tenant.api_token(&admin, Some(&scopes), None).await;

    let only = BTreeMap::from([("audit.read".to_owned(), "TENANT".to_owned())]);
    assert_eq!(permissions_of(&program).await, only);
    let free = town.tenant.api_token(&admin, None, None).await;
    assert_eq!(permissions_of(&free).await, permissions_of(&admin).await, "without scopes, all of it");
}

#[tokio::test]
async fn a_purpose_that_nobody_knows_is_an_error_that_lists_those_there_are() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;

    for purpose in ["CURIOSITY", "treatment", "", "TREATMENT, PAYMENT"] {
        let answer = clinician.with_purpose(purpose).ask(WHO_AM_I).await;
        assert_eq!((answer.refused(), answer.status.as_u16()), ("BAD_USER_INPUT", 400), "{purpose}");
        let sentence = answer.body["errors"][0]["message"].as_str().expect("a sentence");
        assert!(sentence.contains("TREATMENT") && !sentence.contains("CURIOSITY"), "{sentence}");
    }
}

#[tokio::test]
async fn a_purpose_that_the_role_does_not_act_for_opens_nothing_and_is_recorded() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    clinician.records_consent(patient, json!({})).await;

    for purpose in ["PAYMENT", "AUDIT_EVALUATION", "PATIENT_REQUEST", "EMERGENCY"] {
        let look = clinician.with_purpose(purpose).sees_identity_of(patient).await;
        assert_eq!(look, Err(PURPOSE_REQUIRED.to_owned()), "{purpose}");
    }

    let sql = "select array_agg(purpose::text order by id) from audit_logs
        where patient_id = $1 and reason = 'PURPOSE_REQUIRED'";
    let recorded: Option<Vec<String>> = town.tenant.scalar(sql, patient.uuid()).await;
    assert_eq!(recorded.unwrap_or_default(), ["PAYMENT", "AUDIT_EVALUATION", "PATIENT_REQUEST", "EMERGENCY"]);
    assert!(clinician.with_purpose("OPERATIONS").sees_identity_of(patient).await.is_ok());
    assert!(clinician.sees_identity_of(patient).await.is_ok(), "the role's own purpose without a header");
}

#[tokio::test]
async fn a_program_states_a_purpose_with_each_request() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    clinician.records_consent(patient, json!({})).await;
    let program = town.tenant.api_token(&clinician, None, None).await;

    assert_eq!(purpose_of(&program).await, Value::Null, "programs have no purpose of their own");
    assert_eq!(program.sees_identity_of(patient).await, Err(PURPOSE_REQUIRED.to_owned()));
    assert!(program.with_purpose("TREATMENT").sees_identity_of(patient).await.is_ok());
}

#[tokio::test]
async fn a_token_bound_to_a_purpose_serves_no_other() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    clinician.records_consent(patient, json!({})).await;
    let program = town.tenant.api_token(&clinician, None, Some(Purpose::Treatment)).await;

    assert_eq!(purpose_of(&program).await, "TREATMENT");
    assert!(program.sees_identity_of(patient).await.is_ok());
    assert!(program.with_purpose("TREATMENT").sees_identity_of(patient).await.is_ok());
    // The user's role acts for operations, and the consent allows it; the token does not.
    let other = program.with_purpose("OPERATIONS");
    assert_eq!(purpose_of(&other).await, Value::Null);
    assert_eq!(other.sees_identity_of(patient).await, Err(PURPOSE_REQUIRED.to_owned()));
}

#[tokio::test]
async fn a_revoked_token_is_turned_away_with_the_next_request() {
    let town = Town::new().await;
    let user = town.tenant.admin().await;
    let program = town.tenant.api_token(&user, None, None).await;
    let_in(&program.ask(WHO_AM_I).await);

    assert_eq!(town.tenant.change("update access_tokens set revoked_at = now()").await, 1);

    turned_away(&program.ask(WHO_AM_I).await);
    let_in(&user.ask(WHO_AM_I).await);
}

#[tokio::test]
async fn a_token_ends_on_its_day_and_a_deleted_one_is_none() {
    let town = Town::new().await;
    let user = town.tenant.admin().await;
    let program = town.tenant.api_token(&user, None, None).await;
    let deleted = town.tenant.api_token(&user, None, None).await;
    town.clock.advance(TimeDelta::days(30) - TimeDelta::milliseconds(1));
    let_in(&program.ask(WHO_AM_I).await);
    let_in(&deleted.ask(WHO_AM_I).await);

    let id = BearerToken::parse(deleted.token()).expect("a token").token_id();
    let sql = format!("update access_tokens set deleted_at = now() where id = '{id}'");
    assert_eq!(town.tenant.change(&sql).await, 1);
    turned_away(&deleted.ask(WHO_AM_I).await);

    let_in(&program.ask(WHO_AM_I).await);
    town.clock.advance(TimeDelta::milliseconds(1));
    turned_away(&program.ask(WHO_AM_I).await);
}

#[tokio::test]
async fn a_person_sees_their_own_tokens_and_ends_one_of_them() {
    let town = Town::new().await;
    let user = town.tenant.admin().await;
    let colleague = town.tenant.admin().await;
    let program =
        town.tenant.api_token(&user, Some(&[Permission::AuditRead]), Some(Purpose::Operations)).await;
    let other = town.tenant.api_token(&colleague, None, None).await;
    let of = async |actor: &Actor| {
        let tokens = "{ viewer { apiTokens { totalCount nodes { id name scopes purpose revokedAt } } } }";
        actor.ask(tokens).await.ok()["viewer"]["apiTokens"].clone()
    };

    let own = of(&user).await;
    assert_eq!(own["totalCount"], 1);
    let token = &own["nodes"][0];
    assert_eq!((&token["scopes"], &token["purpose"]), (&json!(["audit.read"]), &json!("OPERATIONS")));
    let theirs = of(&colleague).await["nodes"][0]["id"].clone();

    for (id, code) in [(&theirs, "NOT_FOUND"), (&json!(crate::support::NOBODYS), "NOT_FOUND")] {
        let answer = user.mutate("revokeApiToken", json!({ "apiTokenId": id }), "id").await;
        assert_eq!(answer.user_error("revokeApiToken"), code);
    }
    let_in(&other.ask(WHO_AM_I).await);
    let_in(&program.ask(WHO_AM_I).await);
    let input = json!({ "apiTokenId": token["id"] });
    let answer = user.mutate("revokeApiToken", input.clone(), "revokedAt").await.ok();
    assert!(answer["revokeApiToken"]["result"]["revokedAt"].is_string(), "{answer}");
    turned_away(&program.ask(WHO_AM_I).await);
    assert_eq!(
        user.mutate("revokeApiToken", input, "id").await.user_error("revokeApiToken"),
        "INVALID_STATE"
    );
}

#[tokio::test]
async fn when_a_token_was_last_used_is_known_to_the_minute_and_costs_no_statement_of_the_request() {
    let town = Town::new().await;
    let user = town.tenant.admin().await;
    let program = town.tenant.api_token(&user, None, None).await;
    let id = BearerToken::parse(program.token()).expect("a token").token_id();
    let stored = async || {
        let sql = "select concat(extract(epoch from last_used_at)::bigint, ' ', version) from access_tokens where id = $1";
        town.tenant.scalar::<String>(sql, id).await.expect("a token")
    };
    let moment = || town.app.clock().now().timestamp();
    assert_eq!(stored().await, " 1", "never used");

    let first = moment();
    let answer = program.ask("{ locations { totalCount } }").await;
    assert_eq!(answer.statements, user.ask("{ locations { totalCount } }").await.statements);
    assert_eq!(stored().await, format!("{first} 2"));
    town.clock.advance(TimeDelta::seconds(59));
    let_in(&program.ask(WHO_AM_I).await);
    assert_eq!(stored().await, format!("{first} 2"), "not again within a minute");
    town.clock.advance(TimeDelta::seconds(1));
    let_in(&program.ask(WHO_AM_I).await);
    assert_eq!(stored().await, format!("{} 3", moment()));

    turned_away(&program.with_token(&altered(program.token())).ask(WHO_AM_I).await);
    assert_eq!(stored().await, format!("{} 3", moment()), "who is turned away has not used it");
}

/// The token with another secret.
fn altered(token: &str) -> String {
    let last = if token.as_bytes()[60] == b'A' { "B" } else { "A" };
    format!("{}{last}{}", &token[..60], &token[61..])
}
