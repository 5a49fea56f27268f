//! Codes of an authenticator app besides the password.

use chrono::TimeDelta;
use consentry::kernel::{clock::Clock, crypto::OneTimeCodeSecret};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    EMAIL, PASSWORD, WHO_AM_I, events_of, keyholder, let_in, row_of, signs_in, token_of, with_password,
};
use crate::support::{Actor, Answer, Tenant, Town};

const WRONG: &str = "a long walk by the lake";

async fn begins(actor: &Actor, password: &str) -> Answer {
    actor.mutate("beginOneTimeCodeEnrolment", json!({ "password": password }), "uri").await
}

async fn confirms(actor: &Actor, code: &str) -> Answer {
    actor.mutate("confirmOneTimeCodeEnrolment", json!({ "oneTimeCode": code }), "codes").await
}

async fn signs_in_with(town: &Town, code: Option<&str>) -> Answer {
    let input = json!({ "organization": "town", "email": EMAIL, "password": PASSWORD, "oneTimeCode": code });
    town.anonymous().mutate("signIn", input, "token expiresAt").await
}

/// What an authenticator app makes of an address.
fn app_of(uri: &Value) -> OneTimeCodeSecret {
    let uri = uri.as_str().expect("an address");
    assert!(uri.starts_with("otpauth://totp/Consentry:town?"), "{uri}");
    let secret = uri.split(['?', '&']).find_map(|part| part.strip_prefix("secret=")).expect("a secret");
    let bytes = data_encoding::BASE32_NOPAD.decode(secret.as_bytes()).expect("base32");
    OneTimeCodeSecret::from_bytes(&bytes).expect("a secret")
}

/// Adds an app; returns it with the recovery codes. Its first code is used up.
async fn enrolled(town: &Town, user: &Actor) -> (OneTimeCodeSecret, Vec<String>) {
    let begun = begins(user, PASSWORD).await.ok();
    let app = app_of(&begun["beginOneTimeCodeEnrolment"]["result"]["uri"]);
    let confirmed = confirms(user, &app.code(town.clock.now())).await.ok();
    let codes = &confirmed["confirmOneTimeCodeEnrolment"]["result"]["codes"];
    let codes = codes.as_array().unwrap_or_else(|| panic!("{confirmed}"));
    (app, codes.iter().map(|code| code.as_str().expect("text").to_owned()).collect())
}

async fn failures(tenant: &Tenant, user: Uuid) -> i16 {
    tenant.scalar("select failed_sign_ins from users where id = $1", user).await.expect("a number")
}

#[tokio::test]
async fn an_app_counts_once_it_was_confirmed_and_then_the_password_alone_is_not_enough() {
    let town = Town::new().await;
    let user = keyholder(&town.tenant).await;
    let begun = begins(&user, PASSWORD).await.ok();
    let app = app_of(&begun["beginOneTimeCodeEnrolment"]["result"]["uri"]);
    token_of(&signs_in_with(&town, None).await);
    let has =
        async || user.ask("{ viewer { user { hasOneTimeCode } } }").await.ok()["viewer"]["user"].clone();
    assert_eq!(has().await, json!({ "hasOneTimeCode": false }));

    let confirmed = confirms(&user, &app.code(town.clock.now())).await.ok();

    let codes =
        confirmed["confirmOneTimeCodeEnrolment"]["result"]["codes"].as_array().expect("codes").clone();
    assert_eq!(codes.len(), 10);
    assert_eq!(has().await, json!({ "hasOneTimeCode": true }));
    let sessions = town.tenant.count("sessions").await;
    let alone = signs_in_with(&town, None).await;
    assert_eq!(alone.user_error("signIn"), "ONE_TIME_CODE_REQUIRED");
    assert_eq!(alone.complaint("signIn")["field"], json!(["oneTimeCode"]));
    assert_eq!(town.tenant.count("sessions").await, sessions);
    town.clock.advance(TimeDelta::seconds(30));
    let token = token_of(&signs_in_with(&town, Some(&app.code(town.clock.now()))).await);
    let_in(&town.anonymous().with_token(&token).ask(WHO_AM_I).await);
}

#[tokio::test]
async fn only_who_knows_the_password_hears_that_a_code_is_needed() {
    let town = Town::new().await;
    let user = keyholder(&town.tenant).await;
    let (app, _) = enrolled(&town, &user).await;
    town.clock.advance(TimeDelta::minutes(1));

    let stranger = signs_in(&town.anonymous(), "town", "nobody@town.example", PASSWORD).await;
    assert_eq!(signs_in(&town.anonymous(), "town", EMAIL, WRONG).await.body, stranger.body);
    let code = app.code(town.clock.now());
    let input = json!({ "organization": "town", "email": EMAIL, "password": WRONG, "oneTimeCode": code });
    assert_eq!(town.anonymous().mutate("signIn", input, "token expiresAt").await.body, stranger.body);
    token_of(&signs_in_with(&town, Some(&code)).await);
}

#[tokio::test]
async fn a_code_is_good_once_even_for_two_at_the_same_time() {
    let town = Town::new().await;
    let user = keyholder(&town.tenant).await;
    let (app, _) = enrolled(&town, &user).await;
    let used = app.code(town.clock.now());
    assert_eq!(signs_in_with(&town, Some(&used)).await.user_error("signIn"), "INVALID_CREDENTIALS");

    town.clock.advance(TimeDelta::seconds(30));
    let code = app.code(town.clock.now());
    let answers = tokio::join!(signs_in_with(&town, Some(&code)), signs_in_with(&town, Some(&code)));

    let opened = [answers.0.ok(), answers.1.ok()];
    assert_eq!(opened.iter().filter(|data| data["signIn"]["result"].is_object()).count(), 1);
    assert_eq!(signs_in_with(&town, Some(&code)).await.user_error("signIn"), "INVALID_CREDENTIALS");
}

#[tokio::test]
async fn wrong_codes_count_as_wrong_attempts() {
    let town = Town::new().await;
    let user = keyholder(&town.tenant).await;
    let (app, codes) = enrolled(&town, &user).await;
    town.clock.advance(TimeDelta::minutes(1));
    let wrong = if app.code(town.clock.now()) == "123456" { "654321" } else { "123456" };

    for _ in 0..3 {
        assert_eq!(signs_in_with(&town, None).await.user_error("signIn"), "ONE_TIME_CODE_REQUIRED");
    }
    assert_eq!(
        failures(&town.tenant, user.user().uuid()).await,
        0,
        "asking for the code is no wrong attempt"
    );
    for code in [wrong, "", "nonsense", wrong, "aaaa-aaaa-aaaa-aaaa"] {
        assert_eq!(signs_in_with(&town, Some(code)).await.user_error("signIn"), "INVALID_CREDENTIALS");
    }

    let code = app.code(town.clock.now());
    for right in [code.as_str(), codes[0].as_str()] {
        assert_eq!(signs_in_with(&town, Some(right)).await.user_error("signIn"), "INVALID_CREDENTIALS");
    }
    assert_eq!(
        signs_in_with(&town, None).await.user_error("signIn"),
        "INVALID_CREDENTIALS",
        "one has to wait"
    );
    town.clock.advance(TimeDelta::minutes(1));
    token_of(&signs_in_with(&town, Some(&codes[0])).await);
}

#[tokio::test]
async fn each_recovery_code_stands_in_for_the_app_once() {
    let town = Town::new().await;
    let user = keyholder(&town.tenant).await;
    let (_, codes) = enrolled(&town, &user).await;

    token_of(&signs_in_with(&town, Some(&codes[3])).await);
    assert_eq!(signs_in_with(&town, Some(&codes[3])).await.user_error("signIn"), "INVALID_CREDENTIALS");
    token_of(&signs_in_with(&town, Some(&codes[4].to_uppercase().replace('-', " "))).await);

    let used = "select count(*) from recovery_codes where user_id = $1 and used_at is not null";
    assert_eq!(town.tenant.scalar::<i64>(used, user.user().uuid()).await, Some(2));
    let events = events_of(&town.tenant, user.user().uuid()).await;
    assert_eq!(events.iter().filter(|event| *event == "user.recovery_code_used").count(), 2);
}

#[tokio::test]
async fn other_recovery_codes_replace_those_of_before_for_who_knows_the_password() {
    let town = Town::new().await;
    let user = keyholder(&town.tenant).await;
    let (_, old) = enrolled(&town, &user).await;
    let regenerate = async |password: &str| {
        user.mutate("regenerateRecoveryCodes", json!({ "password": password }), "codes").await
    };

    assert_eq!(regenerate(WRONG).await.user_error("regenerateRecoveryCodes"), "INVALID_CREDENTIALS");
    token_of(&signs_in_with(&town, Some(&old[0])).await);
    let data = regenerate(PASSWORD).await.ok();

    let new = data["regenerateRecoveryCodes"]["result"]["codes"].as_array().expect("codes").clone();
    assert_eq!(new.len(), 10);
    assert_eq!(signs_in_with(&town, Some(&old[1])).await.user_error("signIn"), "INVALID_CREDENTIALS");
    token_of(&signs_in_with(&town, new[0].as_str()).await);
}

#[tokio::test]
async fn taking_the_app_away_needs_the_password_and_leaves_nothing_of_it() {
    let town = Town::new().await;
    let user = keyholder(&town.tenant).await;
    enrolled(&town, &user).await;
    let remove = async |password: &str| {
        user.mutate("removeOneTimeCode", json!({ "password": password }), "removedAt").await
    };

    assert_eq!(remove(WRONG).await.user_error("removeOneTimeCode"), "INVALID_CREDENTIALS");
    assert_eq!(signs_in_with(&town, None).await.user_error("signIn"), "ONE_TIME_CODE_REQUIRED");
    assert_eq!(failures(&town.tenant, user.user().uuid()).await, 1);
    remove(PASSWORD).await.ok();

    token_of(&signs_in_with(&town, None).await);
    assert_eq!(town.tenant.count("one_time_code_secrets").await, 0);
    assert_eq!(town.tenant.count("recovery_codes").await, 0);
    assert_eq!(remove(PASSWORD).await.user_error("removeOneTimeCode"), "INVALID_STATE");
}

#[tokio::test]
async fn an_app_is_added_by_who_knows_the_password_with_its_first_code_and_not_twice() {
    let town = Town::new().await;
    let user = keyholder(&town.tenant).await;
    let program = town.tenant.api_token(&user, None, None).await;
    let nothing = confirms(&user, "123456").await;
    assert_eq!(nothing.user_error("confirmOneTimeCodeEnrolment"), "INVALID_STATE", "nothing was begun");
    assert_eq!(begins(&user, WRONG).await.user_error("beginOneTimeCodeEnrolment"), "INVALID_CREDENTIALS");
    assert_eq!(begins(&program, PASSWORD).await.user_error("beginOneTimeCodeEnrolment"), "INVALID_STATE");
    assert_eq!(town.tenant.count("one_time_code_secrets").await, 0);

    let first = begins(&user, PASSWORD).await.ok();
    let first = app_of(&first["beginOneTimeCodeEnrolment"]["result"]["uri"]);
    let second = begins(&user, PASSWORD).await.ok();
    let second = app_of(&second["beginOneTimeCodeEnrolment"]["result"]["uri"]);
    let replaced = confirms(&user, &first.code(town.clock.now())).await;
    assert_eq!(replaced.user_error("confirmOneTimeCodeEnrolment"), "INVALID_CREDENTIALS");
    token_of(&signs_in_with(&town, None).await);
    confirms(&user, &second.code(town.clock.now())).await.ok();

    assert_eq!(begins(&user, PASSWORD).await.user_error("beginOneTimeCodeEnrolment"), "INVALID_STATE");
    town.clock.advance(TimeDelta::seconds(30));
    let again = confirms(&user, &second.code(town.clock.now())).await;
    assert_eq!(again.user_error("confirmOneTimeCodeEnrolment"), "INVALID_STATE");
    assert_eq!(town.tenant.count("recovery_codes").await, 10);
}

#[tokio::test]
async fn an_administrator_helps_who_lost_both_the_app_and_the_codes() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let user = with_password(&town.tenant, EMAIL, "ASSISTANT").await;
    let input = json!({ "userId": user.user().to_string() });
    let reset = async || admin.mutate("resetOneTimeCode", input.clone(), "id hasOneTimeCode").await;
    let before = row_of(&town.tenant, &user).await;
    assert_eq!(reset().await.user_error("resetOneTimeCode"), "INVALID_STATE");
    assert_eq!(row_of(&town.tenant, &user).await, before);
    enrolled(&town, &user).await;

    assert_eq!(reset().await.ok()["resetOneTimeCode"]["result"]["hasOneTimeCode"], false);

    token_of(&signs_in_with(&town, None).await);
    assert_eq!(town.tenant.count("recovery_codes").await, 0);
    assert_eq!(
        events_of(&town.tenant, user.user().uuid()).await,
        ["user.created", "user.one_time_code_added", "user.one_time_code_removed"]
    );
}

#[tokio::test]
async fn a_secret_is_sealed_for_its_row_and_tenant() {
    let town = Town::new().await;
    let user = keyholder(&town.tenant).await;
    let (app, _) = enrolled(&town, &user).await;
    let secret = app.expose_bytes().to_vec();
    let sql = "select secret::bytea from one_time_code_secrets where user_id = $1";
    let sealed: Vec<u8> = town.tenant.scalar(sql, user.user().uuid()).await.expect("a secret");
    assert_eq!(sealed.len(), secret.len() + 34);
    assert!(!sealed.windows(secret.len()).any(|window| window == secret));

    // The same bytes in the row of somebody else open for nobody.
    let other = with_password(&town.tenant, "other@town.example", "ASSISTANT").await;
    let moved = format!(
        "update one_time_code_secrets set id = gen_random_uuid(), user_id = '{}' where user_id = '{}'",
        other.user(),
        user.user()
    );
    let mut transaction = town.tenant.begin().await;
    let refused = sqlx::query(sqlx::AssertSqlSafe(moved)).execute(&mut *transaction).await;
    assert!(refused.is_err(), "a row keeps its id");
    drop(transaction);
    let copy = format!(
        "insert into one_time_code_secrets (tenant_id, id, user_id, secret, confirmed_at)
        select tenant_id, gen_random_uuid(), '{}', secret, confirmed_at from one_time_code_secrets",
        other.user()
    );
    assert_eq!(town.tenant.change(&copy).await, 1);
    town.tenant
        .change(&format!("update users set one_time_code_since = now() where id = '{}'", other.user()))
        .await;
    town.clock.advance(TimeDelta::minutes(1));
    let input = json!({
        "organization": "town", "email": "other@town.example", "password": PASSWORD,
        "oneTimeCode": app.code(town.clock.now()),
    });
    assert_eq!(town.anonymous().mutate("signIn", input, "token").await.refused(), "INTERNAL");
}
