//! How often an address may try to sign in.

use std::sync::Arc;

use chrono::TimeDelta;
use consentry::{
    http::router,
    kernel::{app::App, clock::RandomIds, crypto::LocalKeyProvider, sign_in_policy::SignInPolicy},
    schema::Schema,
};
use serde_json::json;

use super::{PASSWORD, keyholder, sends_from, signs_in_from};
use crate::support::{Actor, Answer, KEY, Town};

const WRONG: &str = "a long walk by the lake";
const HERE: &str = "203.0.113.9";

/// Somebody before one more server of the town, which lets an address try three times.
fn before(town: &Town, policy: SignInPolicy) -> Actor {
    let provider = Arc::new(LocalKeyProvider::from_base64(&KEY.into()).expect("a key"));
    let clock = Arc::new(town.clock.clone());
    let app = App::new(town.database.app(), provider, clock, Arc::new(RandomIds), Schema::default());
    town.anonymous().at(router(app.with_sign_in_policy(policy)))
}

fn three() -> SignInPolicy {
    SignInPolicy { attempts: 3, ..SignInPolicy::default() }
}

/// The answer is 429; returns the seconds to wait.
#[track_caller]
fn limited(answer: &Answer) -> i64 {
    assert_eq!((answer.refused(), answer.status.as_u16()), ("RATE_LIMITED", 429), "{}", answer.body);
    assert!(answer.body.get("data").is_none(), "{}", answer.body);
    let seconds = answer.body["errors"][0]["extensions"]["retryAfter"].as_i64().expect("seconds");
    assert_eq!(answer.headers["retry-after"], seconds.to_string());
    seconds
}

/// How many passwords were checked: each check is recorded by the tenant.
async fn checked(town: &Town) -> i64 {
    let sql = "select count(*) from audit_logs where tenant_id = $1 and operation = 'session.sign_in'";
    town.tenant.scalar(sql, town.tenant.id).await.expect("a number")
}

#[tokio::test]
async fn an_address_tries_twenty_times_within_five_minutes_and_then_no_password_is_checked() {
    let town = Town::new().await;
    keyholder(&town.tenant).await;
    let caller = town.anonymous();
    for _ in 0..20 {
        assert_eq!(
            signs_in_from(HERE, &caller, &[], WRONG).await.user_error("signIn"),
            "INVALID_CREDENTIALS"
        );
    }
    let sessions = town.tenant.count("sessions").await;

    let refused = signs_in_from(HERE, &caller, &[], PASSWORD).await;

    assert!((299..=301).contains(&limited(&refused)));
    assert_eq!((checked(&town).await, town.tenant.count("sessions").await), (20, sessions));
    // Of another address the password is checked; the account has to wait a minute after so many wrong ones.
    let elsewhere = signs_in_from("203.0.113.10", &caller, &[], PASSWORD).await;
    assert_eq!(elsewhere.user_error("signIn"), "INVALID_CREDENTIALS");
    town.clock.advance(TimeDelta::minutes(1));
    limited(&signs_in_from(HERE, &caller, &[], PASSWORD).await);
    assert!(signs_in_from("203.0.113.10", &caller, &[], PASSWORD).await.ok()["signIn"]["result"].is_object());
    let sql = "select count(*) from audit_logs where tenant_id = $1 and reason = 'RATE_LIMITED'";
    assert_eq!(
        town.platform().scalar(sql, town.platform().id).await,
        Some(2_i64),
        "each refusal is recorded"
    );
}

#[tokio::test]
async fn whoever_waits_as_long_as_they_are_told_is_let_in_and_no_window_has_more() {
    let town = Town::new().await;
    keyholder(&town.tenant).await;
    let caller = before(&town, three());
    for _ in 0..3 {
        signs_in_from(HERE, &caller, &[], WRONG).await.ok();
        town.clock.advance(TimeDelta::minutes(1));
    }

    // Three at 0, 1 and 2 minutes; now it is 3.
    let wait = limited(&signs_in_from(HERE, &caller, &[], PASSWORD).await);
    assert_eq!(wait, 120);
    town.clock.advance(TimeDelta::minutes(2) - TimeDelta::milliseconds(1));
    limited(&signs_in_from(HERE, &caller, &[], PASSWORD).await);
    town.clock.advance(TimeDelta::milliseconds(1));
    assert!(signs_in_from(HERE, &caller, &[], PASSWORD).await.ok()["signIn"]["result"].is_object());
    assert_eq!(
        limited(&signs_in_from(HERE, &caller, &[], PASSWORD).await),
        60,
        "the second one is still counted"
    );
}

#[tokio::test]
async fn all_servers_count_together() {
    let town = Town::new().await;
    keyholder(&town.tenant).await;
    let servers = [before(&town, three()), before(&town, three()), before(&town, three())];
    for server in &servers {
        signs_in_from(HERE, server, &[], WRONG).await.ok();
    }

    for server in &servers {
        limited(&signs_in_from(HERE, server, &[], PASSWORD).await);
    }
    assert_eq!(checked(&town).await, 3);
}

#[tokio::test]
async fn of_many_attempts_at_once_no_more_come_through_than_one_after_the_other() {
    let town = Town::new().await;
    keyholder(&town.tenant).await;
    let servers = [before(&town, three()), before(&town, three())];
    let attempts = (0..24).map(|number| signs_in_from(HERE, &servers[number % 2], &[], WRONG));

    let answers = async_graphql::futures_util::future::join_all(attempts).await;

    let refused = answers.iter().filter(|answer| answer.status == 429).count();
    assert_eq!((refused, checked(&town).await), (21, 3));
}

#[tokio::test]
async fn a_network_of_ipv6_is_one_address() {
    let town = Town::new().await;
    keyholder(&town.tenant).await;
    let caller = before(&town, three());
    for host in 1..=3 {
        signs_in_from(&format!("2001:db8:1:2::{host}"), &caller, &[], WRONG).await.ok();
    }
    limited(&signs_in_from("2001:db8:1:2:ffff::4", &caller, &[], PASSWORD).await);
    assert!(
        signs_in_from("2001:db8:1:3::1", &caller, &[], PASSWORD).await.ok()["signIn"]["result"].is_object()
    );
}

#[tokio::test]
async fn only_a_proxy_that_the_operator_named_says_for_whom_it_asks() {
    let town = Town::new().await;
    keyholder(&town.tenant).await;
    let trusted_proxies = "10.0.0.0/8".parse().expect("a network");
    let behind = before(&town, SignInPolicy { trusted_proxies, ..three() });
    let claim = |number: u32| format!("198.51.100.{number}");

    // A stranger who makes up addresses is still one address.
    for number in 0..3 {
        signs_in_from(HERE, &behind, &[("x-forwarded-for", &claim(number))], WRONG).await.ok();
    }
    limited(&signs_in_from(HERE, &behind, &[("x-forwarded-for", &claim(9))], PASSWORD).await);
    // Behind the proxy, each client has its own count, and cannot shift it to somebody else.
    for number in 0..3 {
        let told = format!("{}, 192.0.2.7", claim(number));
        signs_in_from("10.0.0.7", &behind, &[("x-forwarded-for", &told)], WRONG).await.ok();
    }
    limited(&signs_in_from("10.0.0.7", &behind, &[("x-forwarded-for", "192.0.2.7")], PASSWORD).await);
    // After so many wrong passwords the account has to wait.
    town.clock.advance(TimeDelta::minutes(1));
    let other = signs_in_from("10.0.0.7", &behind, &[("x-forwarded-for", "192.0.2.8")], PASSWORD).await;
    assert!(other.ok()["signIn"]["result"].is_object());
}

#[tokio::test]
async fn guessing_within_a_session_is_counted_as_well() {
    let town = Town::new().await;
    let user = keyholder(&town.tenant).await;
    let caller = before(&town, three());
    let bearer = format!("Bearer {}", user.token());
    let document = format!(
        "mutation {{ reauthenticate(input: {{ password: \"{WRONG}\" }}) {{ userErrors {{ code }} }} }}"
    );
    let guess = || async {
        sends_from(HERE, &caller, &[("authorization", &bearer)], json!({ "query": document })).await
    };
    for _ in 0..3 {
        assert_eq!(guess().await.ok()["reauthenticate"]["userErrors"][0]["code"], "INVALID_CREDENTIALS");
    }
    limited(&guess().await);
    limited(&signs_in_from(HERE, &caller, &[], PASSWORD).await);
}

#[tokio::test]
async fn what_was_committed_before_is_told_although_the_attempt_was_refused() {
    let town = Town::new().await;
    let user = keyholder(&town.tenant).await;
    let caller = before(&town, three());
    let bearer = format!("Bearer {}", user.token());
    for _ in 0..3 {
        signs_in_from(HERE, &caller, &[], WRONG).await.ok();
    }
    let document = "mutation {
        revokeOtherSessions { result { count } }
        reauthenticate(input: { password: \"x\" }) { userErrors { code } }
    }";

    let answer = sends_from(HERE, &caller, &[("authorization", &bearer)], json!({ "query": document })).await;

    assert_eq!((answer.status.as_u16(), answer.refused()), (200, "RATE_LIMITED"));
    assert_eq!(answer.body["data"]["revokeOtherSessions"]["result"]["count"], 0);
    assert!(answer.body["errors"][0]["extensions"]["retryAfter"].is_i64());
}

#[tokio::test]
async fn addresses_that_stopped_trying_are_forgotten() {
    let town = Town::new().await;
    keyholder(&town.tenant).await;
    let caller = town.anonymous();
    for host in 1..=5 {
        signs_in_from(&format!("203.0.113.{host}"), &caller, &[], WRONG).await.ok();
    }
    assert_eq!(town.platform().count("sign_in_addresses").await, 5);

    town.clock.advance(TimeDelta::minutes(5));
    signs_in_from(HERE, &caller, &[], WRONG).await.ok();

    assert_eq!(town.platform().count("sign_in_addresses").await, 1);
}
