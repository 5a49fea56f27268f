//! Changing a password, and choosing another one after it was forgotten.

use chrono::TimeDelta;
use consentry::identity::user_creation::{NewAssignment, NewUser};
use serde_json::{Value, json};

use super::{
    EMAIL, PASSWORD, WHO_AM_I, events_of, keyholder, let_in, row_of, signs_in, token_of, turned_away,
    with_password,
};
use crate::support::{Actor, Answer, NOBODYS, Town};

const NEW_PASSWORD: &str = "plum kettle garden";

async fn changes(actor: &Actor, current: &str, new: &str) -> Answer {
    let input = json!({ "currentPassword": current, "newPassword": new });
    actor.mutate("changePassword", input, "changedAt").await
}

/// Gives out a token for another password.
async fn issued(admin: &Actor, user: &Actor) -> String {
    let input = json!({ "userId": user.user().to_string() });
    let data = admin.mutate("issuePasswordReset", input, "resetToken expiresAt user { id }").await.ok();
    let result = &data["issuePasswordReset"]["result"];
    assert_eq!(result["user"]["id"], user.user().to_string());
    result["resetToken"].as_str().unwrap_or_else(|| panic!("{data}")).to_owned()
}

async fn resets(anonymous: &Actor, token: &str, password: &str) -> Answer {
    anonymous.mutate("resetPassword", json!({ "token": token, "password": password }), "changedAt").await
}

async fn forgot(town: &Town, organization: &str, email: &str) -> Answer {
    let input = json!({ "organization": organization, "email": email });
    town.anonymous().mutate("requestPasswordReset", input, "requestedAt").await
}

async fn knows(town: &Town, password: &str) -> bool {
    signs_in(&town.anonymous(), "town", EMAIL, password).await.ok()["signIn"]["result"].is_object()
}

#[tokio::test]
async fn who_knows_the_password_changes_it_and_all_other_sessions_end() {
    let town = Town::new().await;
    let user = keyholder(&town.tenant).await;
    let elsewhere = town.tenant.another_session(&user).await;
    let program = town.tenant.api_token(&user, None, None).await;

    let data = changes(&user, PASSWORD, NEW_PASSWORD).await.ok();

    assert_eq!(
        data["changePassword"],
        json!({ "result": { "changedAt": "2026-11-21T08:00:00Z" }, "userErrors": [] })
    );
    let_in(&user.ask(WHO_AM_I).await);
    let_in(&program.ask(WHO_AM_I).await);
    turned_away(&elsewhere.ask(WHO_AM_I).await);
    assert!(!knows(&town, PASSWORD).await);
    assert!(knows(&town, NEW_PASSWORD).await);
    assert_eq!(events_of(&town.tenant, user.user().uuid()).await, ["user.created", "user.password_changed"]);
}

#[tokio::test]
async fn who_does_not_know_the_password_changes_nothing_and_it_counts_as_an_attempt() {
    let town = Town::new().await;
    let user = keyholder(&town.tenant).await;
    let elsewhere = town.tenant.another_session(&user).await;

    for _ in 0..5 {
        let answer = changes(&user, "a long walk by the lake", "short").await;
        assert_eq!(answer.user_error("changePassword"), "INVALID_CREDENTIALS");
        assert_eq!(answer.complaint("changePassword")["field"], json!(["currentPassword"]));
    }

    let refused = changes(&user, PASSWORD, NEW_PASSWORD).await;
    assert_eq!(refused.user_error("changePassword"), "INVALID_CREDENTIALS", "one has to wait here as well");
    let_in(&elsewhere.ask(WHO_AM_I).await);
    town.clock.advance(TimeDelta::minutes(1));
    assert!(knows(&town, PASSWORD).await);
    let recorded =
        "select count(*) from audit_logs where target_id = $1 and operation = 'user.change_password'
        and reason = 'INVALID_CREDENTIALS'";
    assert_eq!(town.tenant.scalar::<i64>(recorded, user.user().uuid()).await, Some(6));
}

#[tokio::test]
async fn a_new_password_has_to_be_good_enough_and_the_old_one_stays_otherwise() {
    let town = Town::new().await;
    let user = keyholder(&town.tenant).await;
    let elsewhere = town.tenant.another_session(&user).await;
    let before = row_of(&town.tenant, &user).await;

    let long = "kettle garden ".repeat(10);
    for weak in [
        "plum kettle",
        "password1234",
        "abcdefghijklmnop",
        "Consentry-2026",
        "dana@town.example",
        long.as_str(),
    ] {
        let answer = changes(&user, PASSWORD, weak).await;
        assert_eq!(answer.user_error("changePassword"), "VALIDATION_FAILED", "{weak}");
        assert_eq!(answer.complaint("changePassword")["field"], json!(["newPassword"]));
    }

    assert_eq!(row_of(&town.tenant, &user).await, before);
    let_in(&elsewhere.ask(WHO_AM_I).await);
    assert!(knows(&town, PASSWORD).await);
}

#[tokio::test]
async fn a_program_changes_no_password() {
    let town = Town::new().await;
    let user = keyholder(&town.tenant).await;
    let program = town.tenant.api_token(&user, None, None).await;
    let before = row_of(&town.tenant, &user).await;

    assert_eq!(changes(&program, PASSWORD, NEW_PASSWORD).await.user_error("changePassword"), "INVALID_STATE");
    assert_eq!(changes(&town.anonymous(), PASSWORD, NEW_PASSWORD).await.refused(), "UNAUTHENTICATED");

    assert_eq!(row_of(&town.tenant, &user).await, before);
}

#[tokio::test]
async fn a_password_that_was_set_before_the_rules_still_signs_in() {
    let town = Town::new().await;
    let hash = consentry::kernel::crypto::hash_password(&"password".into()).expect("a hash");
    let roles = vec![NewAssignment { role: "ADMIN", ..Default::default() }];
    town.tenant
        .user(NewUser { email: EMAIL.into(), password_hash: Some(hash), roles, ..Default::default() })
        .await;

    assert!(knows(&town, "password").await);
}

#[tokio::test]
async fn a_hash_of_another_day_is_made_anew_when_its_owner_signs_in_and_only_then() {
    let town = Town::new().await;
    // Of PASSWORD, with 8 MiB instead of 19.
    let params = argon2::Params::new(8 * 1024, 2, 1, Some(32)).expect("parameters");
    let hasher = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
    let weak = argon2::password_hash::PasswordHasher::hash_password_with_salt(
        &hasher,
        PASSWORD.as_bytes(),
        b"a salt of a test",
    );
    let weak = weak.expect("a hash").to_string();
    let roles = vec![NewAssignment { role: "ADMIN", ..Default::default() }];
    let user = town
        .tenant
        .user(NewUser { email: EMAIL.into(), password_hash: Some(weak.clone()), roles, ..Default::default() })
        .await;
    let stored = async || {
        let sql = "select password_hash::text from users where id = $1";
        town.tenant.scalar::<String>(sql, user.user().uuid()).await.expect("a hash")
    };

    assert!(!knows(&town, "a long walk by the lake").await);
    assert_eq!(stored().await, weak);
    assert!(knows(&town, PASSWORD).await);
    assert!(stored().await.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    assert!(knows(&town, PASSWORD).await);
}

#[tokio::test]
async fn who_forgot_the_password_hears_the_same_as_a_stranger_and_an_administrator_sees_the_request() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let user = with_password(&town.tenant, EMAIL, "ASSISTANT").await;
    let requested = async || {
        let document = format!("{{ user(id: \"{}\") {{ passwordResetRequestedAt }} }}", user.user());
        admin.ask(&document).await.ok()["user"]["passwordResetRequestedAt"].clone()
    };
    assert_eq!(requested().await, Value::Null);

    let known = forgot(&town, "town", EMAIL).await;
    for (organization, email) in [("town", "nobody@town.example"), ("nowhere", EMAIL), ("town", "no address")]
    {
        let stranger = forgot(&town, organization, email).await;
        assert_eq!((stranger.status, &stranger.body), (known.status, &known.body), "{organization} {email}");
    }

    assert_eq!(known.ok()["requestPasswordReset"]["userErrors"], json!([]));
    assert_eq!(requested().await, "2026-11-21T08:00:00Z");
    assert_eq!(town.tenant.count("user_tokens").await, 0, "nothing is given out");
    let_in(&user.ask(WHO_AM_I).await);
}

#[tokio::test]
async fn requests_in_a_row_are_one_event() {
    let town = Town::new().await;
    let user = with_password(&town.tenant, EMAIL, "ASSISTANT").await;
    for _ in 0..3 {
        forgot(&town, "town", EMAIL).await.ok();
        town.clock.advance(TimeDelta::minutes(4));
    }
    let once = ["user.created", "user.password_reset_requested"];
    assert_eq!(events_of(&town.tenant, user.user().uuid()).await, once);
    forgot(&town, "town", EMAIL).await.ok();
    let twice = [&once[..], &["user.password_reset_requested"]].concat();
    assert_eq!(events_of(&town.tenant, user.user().uuid()).await, twice);
}

#[tokio::test]
async fn who_was_given_a_token_chooses_another_password_and_every_session_ends() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let user = with_password(&town.tenant, EMAIL, "ASSISTANT").await;
    forgot(&town, "town", EMAIL).await.ok();
    for _ in 0..5 {
        assert!(!knows(&town, "a long walk by the lake").await);
    }
    let token = issued(&admin, &user).await;
    let_in(&user.ask(WHO_AM_I).await);

    resets(&town.anonymous(), &token, NEW_PASSWORD).await.ok();

    turned_away(&user.ask(WHO_AM_I).await);
    assert!(knows(&town, NEW_PASSWORD).await, "nobody has to wait any longer");
    assert!(!knows(&town, PASSWORD).await);
    let row: Value = serde_json::from_str(&row_of(&town.tenant, &user).await).expect("a row");
    assert_eq!(row["password_reset_requested_at"], Value::Null);
}

#[tokio::test]
async fn a_token_for_another_password_is_good_once_for_a_day_and_until_the_next_one() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let user = with_password(&town.tenant, EMAIL, "ASSISTANT").await;
    let anonymous = town.anonymous();
    let replaced = issued(&admin, &user).await;
    let token = issued(&admin, &user).await;
    let refused = async |token: &str| {
        let answer = resets(&anonymous, token, NEW_PASSWORD).await;
        assert_eq!(answer.user_error("resetPassword"), "INVALID_TOKEN");
        assert!(knows(&town, PASSWORD).await);
    };

    refused(&replaced).await;
    refused("nonsense").await;
    refused(&token.replacen("cpr_", "civ_", 1)).await;
    turned_away(&admin.with_token(&token).ask(WHO_AM_I).await);
    town.clock.advance(TimeDelta::hours(24));
    refused(&token).await;
    town.clock.advance(TimeDelta::seconds(-1));
    let weak = resets(&anonymous, &token, "password1234").await;
    assert_eq!(weak.user_error("resetPassword"), "VALIDATION_FAILED");
    resets(&anonymous, &token, NEW_PASSWORD).await.ok();
    let again = resets(&anonymous, &token, "another kettle garden").await;
    assert_eq!(again.user_error("resetPassword"), "INVALID_TOKEN");
    assert!(knows(&town, NEW_PASSWORD).await);
}

#[tokio::test]
async fn a_change_of_the_password_makes_a_token_for_another_one_worthless() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let user = with_password(&town.tenant, EMAIL, "ASSISTANT").await;
    let token = issued(&admin, &user).await;

    changes(&user, PASSWORD, NEW_PASSWORD).await.ok();

    let answer = resets(&town.anonymous(), &token, "another kettle garden").await;
    assert_eq!(answer.user_error("resetPassword"), "INVALID_TOKEN");
    assert!(knows(&town, NEW_PASSWORD).await);
}

#[tokio::test]
async fn a_suspended_user_is_given_no_token_and_an_earlier_one_is_worthless() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let user = with_password(&town.tenant, EMAIL, "ASSISTANT").await;
    let token = issued(&admin, &user).await;
    let input = json!({ "userId": user.user().to_string(), "reason": "on leave" });
    admin.mutate("suspendUser", input, "id").await.ok();

    let input = json!({ "userId": user.user().to_string() });
    let answer = admin.mutate("issuePasswordReset", input, "expiresAt").await;
    assert_eq!(answer.user_error("issuePasswordReset"), "INVALID_STATE");
    let answer = admin.mutate("issuePasswordReset", json!({ "userId": NOBODYS }), "expiresAt").await;
    assert_eq!(answer.user_error("issuePasswordReset"), "NOT_FOUND");
    let answer = resets(&town.anonymous(), &token, NEW_PASSWORD).await;
    assert_eq!(answer.user_error("resetPassword"), "INVALID_TOKEN");

    let input = json!({ "userId": user.user().to_string(), "reason": "back again" });
    admin.mutate("reactivateUser", input, "id").await.ok();
    let answer = resets(&town.anonymous(), &token, NEW_PASSWORD).await;
    assert_eq!(answer.user_error("resetPassword"), "INVALID_TOKEN", "it ended with the suspension");
    token_of(&signs_in(&town.anonymous(), "town", EMAIL, PASSWORD).await);
}
