//! Who guesses has to wait.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{
    EMAIL, PASSWORD, WHO_AM_I, events_of, keyholder, let_in, row_of, signs_in, token_of, with_password,
};
use crate::support::{Actor, Town};

const WRONG: &str = "a long walk by the lake";

async fn guesses(town: &Town, times: usize) {
    for _ in 0..times {
        let answer = signs_in(&town.anonymous(), "town", EMAIL, WRONG).await;
        assert_eq!(answer.user_error("signIn"), "INVALID_CREDENTIALS");
    }
}

async fn knows(town: &Town) -> bool {
    signs_in(&town.anonymous(), "town", EMAIL, PASSWORD).await.ok()["signIn"]["result"].is_object()
}

async fn failures(town: &Town, user: &Actor) -> i16 {
    let sql = "select failed_sign_ins from users where id = $1";
    town.tenant.scalar(sql, user.user().uuid()).await.expect("a number")
}

#[tokio::test]
async fn four_wrong_attempts_are_free_and_a_right_one_forgets_them() {
    let town = Town::new().await;
    let user = keyholder(&town.tenant).await;
    guesses(&town, 4).await;
    assert_eq!(failures(&town, &user).await, 4);

    assert!(knows(&town).await);

    assert_eq!(failures(&town, &user).await, 0);
    guesses(&town, 4).await;
    assert!(knows(&town).await);
}

#[tokio::test]
async fn after_five_wrong_attempts_even_the_right_password_has_to_wait_a_minute_and_hears_the_same() {
    let town = Town::new().await;
    let user = keyholder(&town.tenant).await;
    let stranger = signs_in(&town.anonymous(), "town", "nobody@town.example", PASSWORD).await;
    guesses(&town, 5).await;
    let sessions = town.tenant.count("sessions").await;
    let before = row_of(&town.tenant, &user).await;

    let refused = signs_in(&town.anonymous(), "town", EMAIL, PASSWORD).await;
    assert_eq!(refused.body, stranger.body);
    assert_eq!(refused.status, stranger.status);
    guesses(&town, 3).await;

    assert_eq!(town.tenant.count("sessions").await, sessions);
    assert_eq!(row_of(&town.tenant, &user).await, before, "attempts meanwhile do not count");
    town.clock.advance(TimeDelta::seconds(59));
    assert!(!knows(&town).await);
    town.clock.advance(TimeDelta::seconds(1));
    assert!(knows(&town).await, "nobody locks the owner out for good");
    assert_eq!(failures(&town, &user).await, 0);
    assert_eq!(events_of(&town.tenant, user.user().uuid()).await, ["user.created", "user.locked"]);
}

#[tokio::test]
async fn each_further_wrong_attempt_doubles_the_wait_up_to_an_hour() {
    let town = Town::new().await;
    let user = keyholder(&town.tenant).await;
    guesses(&town, 5).await;
    let sql = "select locked_until from users where id = $1";
    for minutes in [1, 2, 4, 8, 16, 32, 60, 60] {
        let until: chrono::DateTime<chrono::Utc> =
            town.tenant.scalar(sql, user.user().uuid()).await.expect("they have to wait");
        assert_eq!(until - consentry::kernel::clock::Clock::now(&town.clock), TimeDelta::minutes(minutes));
        town.clock.advance(TimeDelta::minutes(minutes));
        guesses(&town, 1).await;
    }
}

#[tokio::test]
async fn wrong_attempts_at_the_same_time_count_one_by_one() {
    let town = Town::new().await;
    let user = keyholder(&town.tenant).await;
    let anonymous = town.anonymous();

    let mut running = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let anonymous = anonymous.clone();
        running.spawn(async move {
            let answer = signs_in(&anonymous, "town", EMAIL, WRONG).await;
            answer.user_error("signIn")
        });
    }
    while let Some(told) = running.join_next().await {
        assert_eq!(told.expect("no panic"), "INVALID_CREDENTIALS");
    }
    assert_eq!(failures(&town, &user).await, 4);

    for _ in 0..12 {
        let anonymous = anonymous.clone();
        running.spawn(async move { signs_in(&anonymous, "town", EMAIL, WRONG).await.body.to_string() });
    }
    while running.join_next().await.is_some() {}
    assert_eq!(failures(&town, &user).await, 5, "the others met a closed door");
    assert!(!knows(&town).await);
}

#[tokio::test]
async fn an_administrator_sees_who_has_to_wait_and_lets_them_try_again() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let user = with_password(&town.tenant, EMAIL, "ASSISTANT").await;
    let locked = async || {
        let document = format!("{{ user(id: \"{}\") {{ lockedUntil }} }}", user.user());
        admin.ask(&document).await.ok()["user"]["lockedUntil"].clone()
    };
    let unlock = async || {
        admin.mutate("unlockUser", json!({ "userId": user.user().to_string() }), "id lockedUntil").await
    };
    assert_eq!(locked().await, Value::Null);
    assert_eq!(unlock().await.user_error("unlockUser"), "INVALID_STATE");
    guesses(&town, 5).await;
    assert_eq!(locked().await, "2026-11-21T08:01:00Z");

    let data = unlock().await.ok();

    assert_eq!(data["unlockUser"]["result"]["lockedUntil"], Value::Null);
    assert!(knows(&town).await);
}

#[tokio::test]
async fn waiting_does_not_end_the_sessions_that_there_are() {
    let town = Town::new().await;
    let user = keyholder(&town.tenant).await;
    let token = token_of(&signs_in(&town.anonymous(), "town", EMAIL, PASSWORD).await);
    guesses(&town, 5).await;

    let_in(&user.ask(WHO_AM_I).await);
    let_in(&user.with_token(&token).ask(WHO_AM_I).await);
}

#[tokio::test]
async fn who_may_not_sign_in_is_not_counted() {
    let town = Town::new().await;
    let user = keyholder(&town.tenant).await;
    town.tenant.change(&format!("update users set status = 'SUSPENDED' where id = '{}'", user.user())).await;

    guesses(&town, 6).await;

    assert_eq!(failures(&town, &user).await, 0);
}
