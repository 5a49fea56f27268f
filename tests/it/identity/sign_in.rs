//! Signing in with a password, and out.

use serde_json::json;

use super::{EMAIL, PASSWORD, WHO_AM_I, keyholder, let_in, signs_in, turned_away};
use crate::support::{Tenant, Town};

/// Attempts to sign in that the tenant recorded, as `decision reason credential`.
async fn attempts(tenant: &Tenant) -> Vec<String> {
    let sql = "select coalesce(array_agg(concat_ws(' ', decision, reason, credential) order by id), '{}')
        from audit_logs where tenant_id = $1 and action = 'SIGN_IN'";
    tenant.scalar(sql, tenant.id).await.expect("an array")
}

#[tokio::test]
async fn the_right_password_opens_a_session_of_twelve_hours() {
    let town = Town::new().await;
    let user = keyholder(&town.tenant).await;
    let sessions = town.tenant.count("sessions").await;

    let data = signs_in(&town.anonymous(), "town", EMAIL, PASSWORD).await.ok();

    assert_eq!(data["signIn"]["userErrors"], json!([]));
    assert_eq!(data["signIn"]["result"]["expiresAt"], "2026-11-21T20:00:00Z");
    assert_eq!(town.tenant.count("sessions").await, sessions + 1);
    let token = data["signIn"]["result"]["token"].as_str().expect("a token");
    let me = town.anonymous().with_token(token).ask("{ viewer { user { id lastSignInAt } } }").await.ok();
    assert_eq!(
        me["viewer"]["user"],
        json!({ "id": user.user().to_string(), "lastSignInAt": "2026-11-21T08:00:00Z" })
    );
    assert_eq!(attempts(&town.tenant).await, ["PERMIT NONE"]);
    let target = "select s.id is not null from audit_logs a left join sessions s on s.tenant_id = $1
        and s.id = a.target_id where a.tenant_id = $1 and a.action = 'SIGN_IN'";
    assert_eq!(town.tenant.scalar(target, town.tenant.id).await, Some(true), "the entry names the session");
}

#[tokio::test]
async fn an_email_address_is_the_same_in_capitals() {
    let town = Town::new().await;
    keyholder(&town.tenant).await;

    let data = signs_in(&town.anonymous(), "town", "Dana@Town.Example", PASSWORD).await.ok();

    assert!(data["signIn"]["result"]["token"].is_string(), "{data}");
}

#[tokio::test]
async fn whatever_is_wrong_with_an_attempt_the_answer_is_the_same() {
    let town = Town::new().await;
    let other = town.another_tenant("village").await;
    keyholder(&town.tenant).await;
    let without_password = town.tenant.admin().await;
    let sessions = town.tenant.count("sessions").await;
    let anonymous = town.anonymous();

    let wrong = [
        ("town", EMAIL, "a long walk by the lake"),
        ("town", EMAIL, ""),
        ("town", "nobody@town.example", PASSWORD),
        ("town", "no address", PASSWORD),
        ("nowhere", EMAIL, PASSWORD),
        ("village", EMAIL, PASSWORD),
        ("TOWN' or '1'='1", EMAIL, PASSWORD),
    ];
    let first = signs_in(&anonymous, "town", EMAIL, "wrong").await;
    assert_eq!(first.user_error("signIn"), "INVALID_CREDENTIALS");
    assert_eq!(first.complaint("signIn")["field"], json!([]), "no field is told to be at fault");
    for (organization, email, password) in wrong {
        let answer = signs_in(&anonymous, organization, email, password).await;
        assert_eq!(answer.status, first.status);
        assert_eq!(answer.body, first.body, "{organization} {email}");
    }

    assert_eq!(town.tenant.count("sessions").await, sessions);
    assert_eq!(other.count("sessions").await, 0);
    assert_eq!(
        attempts(&town.tenant).await,
        ["DENY INVALID_CREDENTIALS NONE"; 5],
        "each attempt at this tenant"
    );
    assert_eq!(attempts(&other).await, ["DENY INVALID_CREDENTIALS NONE"]);
    let_in(&without_password.ask(WHO_AM_I).await);
}

#[tokio::test]
async fn who_may_not_sign_in_hears_what_a_stranger_hears() {
    let town = Town::new().await;
    let user = keyholder(&town.tenant).await;
    let anonymous = town.anonymous();
    let stranger = signs_in(&anonymous, "town", "nobody@town.example", PASSWORD).await;
    let sessions = town.tenant.count("sessions").await;

    for status in ["INVITED", "SUSPENDED", "DEACTIVATED"] {
        let sql = format!("update users set status = '{status}' where id = '{}'", user.user());
        assert_eq!(town.tenant.change(&sql).await, 1);
        let answer = signs_in(&anonymous, "town", EMAIL, PASSWORD).await;
        assert_eq!(answer.body, stranger.body, "{status}");
    }
    let sql = format!("update users set status = 'ACTIVE' where id = '{}'", user.user());
    town.tenant.change(&sql).await;
    for status in ["SUSPENDED", "CLOSED"] {
        town.owner_runs(&format!("update tenants set status = '{status}' where id = '{}'", town.tenant.id))
            .await;
        let answer = signs_in(&anonymous, "town", EMAIL, PASSWORD).await;
        assert_eq!(answer.body, stranger.body, "the tenant is {status}");
    }

    assert_eq!(town.tenant.count("sessions").await, sessions);
}

#[tokio::test]
async fn signing_out_ends_this_session_at_once_and_no_other() {
    let town = Town::new().await;
    let user = town.tenant.admin().await;
    let elsewhere = town.tenant.another_session(&user).await;

    let data = user.ask("mutation { signOut { result { endedAt } userErrors { code } } }").await.ok();
    assert_eq!(data["signOut"], json!({ "result": { "endedAt": "2026-11-21T08:00:00Z" }, "userErrors": [] }));

    // The clock did not move.
    turned_away(&user.ask(WHO_AM_I).await);
    turned_away(&user.ask("mutation { signOut { result { endedAt } } }").await);
    let_in(&elsewhere.ask(WHO_AM_I).await);
    let sql = "select concat_ws(' ', decision, credential, target_kind, actor_id) from audit_logs
        where tenant_id = $1 and action = 'SIGN_OUT'";
    let entry: Option<String> = town.tenant.scalar(sql, town.tenant.id).await;
    assert_eq!(entry, Some(format!("PERMIT SESSION SESSION {}", user.user())));
}

#[tokio::test]
async fn only_the_token_of_a_session_can_be_signed_out() {
    let town = Town::new().await;
    let user = town.tenant.admin().await;
    let program = town.tenant.api_token(&user, None, None).await;
    let document = "mutation { signOut { result { endedAt } userErrors { code field message } } }";

    assert_eq!(program.ask(document).await.user_error("signOut"), "INVALID_STATE");
    assert_eq!(town.anonymous().ask(document).await.refused(), "UNAUTHENTICATED");

    let_in(&program.ask(WHO_AM_I).await);
    let_in(&user.ask(WHO_AM_I).await);
}
