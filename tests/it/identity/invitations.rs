//! Inviting somebody, and accepting an invitation.

use chrono::TimeDelta;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{EMAIL, PASSWORD, WHO_AM_I, events_of, let_in, permissions_of, signs_in, token_of, turned_away};
use crate::support::{Actor, Answer, Tenant, Town};

const NEW_PASSWORD: &str = "plum kettle garden";

async fn invites(actor: &Actor, input: Value) -> Answer {
    actor.mutate("inviteUser", input, "invitationToken expiresAt user { id status }").await
}

/// Invites [`EMAIL`] and returns the user's id and the token.
async fn invited(actor: &Actor) -> (Uuid, String) {
    let data = invites(actor, json!({ "email": EMAIL, "roleKeys": ["ASSISTANT"] })).await.ok();
    let result = &data["inviteUser"]["result"];
    let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("{data}")).to_owned();
    (text(&result["user"]["id"]).parse().expect("an id"), text(&result["invitationToken"]))
}

async fn accepts(anonymous: &Actor, token: &str, password: &str) -> Answer {
    anonymous.mutate("activateUser", json!({ "token": token, "password": password }), "activatedAt").await
}

async fn status(tenant: &Tenant, user: Uuid) -> String {
    tenant.scalar("select status::text from users where id = $1", user).await.expect("a user")
}

#[tokio::test]
async fn who_was_invited_chooses_a_password_and_signs_in_with_the_roles_that_were_given() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let anonymous = town.anonymous();

    let data = invites(&admin, json!({ "email": EMAIL, "roleKeys": ["ASSISTANT"] })).await.ok();
    let invitation = &data["inviteUser"]["result"];
    assert_eq!(invitation["expiresAt"], "2026-11-28T08:00:00Z");
    assert_eq!(invitation["user"]["status"], "INVITED");
    let refused = signs_in(&anonymous, "town", EMAIL, NEW_PASSWORD).await;
    assert_eq!(refused.user_error("signIn"), "INVALID_CREDENTIALS", "not yet");

    let token = invitation["invitationToken"].as_str().expect("a token");
    let accepted = accepts(&anonymous, token, NEW_PASSWORD).await.ok();

    assert_eq!(
        accepted["activateUser"],
        json!({ "result": { "activatedAt": "2026-11-21T08:00:00Z" }, "userErrors": [] })
    );
    let user = anonymous.with_token(&token_of(&signs_in(&anonymous, "town", EMAIL, NEW_PASSWORD).await));
    assert_eq!(user.ask("{ viewer { roles } }").await.ok()["viewer"]["roles"], json!(["ASSISTANT"]));
    assert!(permissions_of(&user).await.contains_key("patient.read"));
    let id: Uuid = invitation["user"]["id"].as_str().expect("an id").parse().expect("an id");
    assert_eq!(events_of(&town.tenant, id).await, ["user.invited", "user.activated"]);
}

#[tokio::test]
async fn an_invitation_is_good_once_and_for_seven_days() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let anonymous = town.anonymous();
    let (user, token) = invited(&admin).await;

    town.clock.advance(TimeDelta::days(7));
    assert_eq!(accepts(&anonymous, &token, NEW_PASSWORD).await.user_error("activateUser"), "INVALID_TOKEN");
    assert_eq!(status(&town.tenant, user).await, "INVITED");

    town.clock.advance(TimeDelta::seconds(-1));
    accepts(&anonymous, &token, NEW_PASSWORD).await.ok();
    assert_eq!(status(&town.tenant, user).await, "ACTIVE");
    let again = accepts(&anonymous, &token, "another kettle garden").await;
    assert_eq!(again.user_error("activateUser"), "INVALID_TOKEN");
    let refused = signs_in(&anonymous, "town", EMAIL, "another kettle garden").await;
    assert_eq!(refused.user_error("signIn"), "INVALID_CREDENTIALS");
}

#[tokio::test]
async fn whatever_is_wrong_with_a_token_the_answer_is_the_same_and_the_attempt_is_recorded() {
    let town = Town::new().await;
    let village = town.another_tenant("village").await;
    let admin = town.tenant.admin().await;
    let anonymous = town.anonymous();
    let (user, token) = invited(&admin).await;
    let (_, elsewhere) = invited(&village.admin().await).await;
    let [tail, other_tail] = [&token[47..], &elsewhere[47..]];
    let issued = admin
        .mutate("issuePasswordReset", json!({ "userId": admin.user().to_string() }), "resetToken")
        .await
        .ok();
    let reset = issued["issuePasswordReset"]["result"]["resetToken"].as_str().expect("a token").to_owned();

    let first = accepts(&anonymous, "nonsense", NEW_PASSWORD).await;
    assert_eq!(first.user_error("activateUser"), "INVALID_TOKEN");
    let wrong = [
        "".to_owned(),
        token.replace(tail, other_tail),
        token.replacen("civ_", "cst_", 1),
        token.replacen("civ_", "cpr_", 1),
        admin.token().to_owned(),
        admin.token().replacen("cst_", "civ_", 1),
        reset.clone(),
        reset.replacen("cpr_", "civ_", 1),
        format!("civ_{}", "A".repeat(86)),
    ];
    for token in &wrong {
        assert_eq!(accepts(&anonymous, token, NEW_PASSWORD).await.body, first.body, "{token}");
    }

    assert_eq!(status(&town.tenant, user).await, "INVITED");
    let refused = "select count(*) from audit_logs where tenant_id = $1 and operation = 'user.activate'
        and decision = 'DENY' and reason = 'INVALID_TOKEN'";
    assert_eq!(
        town.tenant.scalar::<i64>(refused, town.tenant.id).await,
        Some(3),
        "those that name this tenant"
    );
    let platform = town.platform();
    assert_eq!(platform.scalar::<i64>(refused, platform.id).await, Some(7), "and all others");
    accepts(&anonymous, &token, NEW_PASSWORD).await.ok();
    assert_eq!(status(&town.tenant, user).await, "ACTIVE");
}

#[tokio::test]
async fn the_token_of_an_invitation_opens_nothing_else() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let (_, token) = invited(&admin).await;

    turned_away(&admin.with_token(&token).ask(WHO_AM_I).await);
    turned_away(&admin.with_token(&token.replacen("civ_", "cst_", 1)).ask(WHO_AM_I).await);
}

#[tokio::test]
async fn a_password_that_is_not_good_enough_does_not_use_the_invitation_up() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let (user, token) = invited(&admin).await;

    for weak in ["short", "password1234", "Town-Recovery1", EMAIL] {
        let answer = accepts(&town.anonymous(), &token, weak).await;
        assert_eq!(answer.user_error("activateUser"), "VALIDATION_FAILED", "{weak}");
        assert_eq!(answer.complaint("activateUser")["field"], json!(["password"]));
    }

    assert_eq!(status(&town.tenant, user).await, "INVITED");
    accepts(&town.anonymous(), &token, NEW_PASSWORD).await.ok();
    assert_eq!(status(&town.tenant, user).await, "ACTIVE");
}

#[tokio::test]
async fn of_two_who_accept_at_the_same_time_one_does() {
    let town = Town::new().await;
    let (_, token) = invited(&town.tenant.admin().await).await;
    let anonymous = town.anonymous();

    let answers = tokio::join!(
        accepts(&anonymous, &token, "plum kettle garden one"),
        accepts(&anonymous, &token, "plum kettle garden two")
    );

    let accepted = [answers.0.ok(), answers.1.ok()];
    let accepted = accepted.iter().filter(|data| data["activateUser"]["result"].is_object()).count();
    assert_eq!(accepted, 1);
}

#[tokio::test]
async fn an_invitation_that_is_sent_anew_replaces_the_one_before() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let (user, old) = invited(&admin).await;
    town.clock.advance(TimeDelta::days(5));
    let admin = town.tenant.another_session(&admin).await;

    let input = json!({ "userId": user });
    let data = admin.mutate("resendInvitation", input.clone(), "invitationToken expiresAt").await.ok();

    let invitation = &data["resendInvitation"]["result"];
    assert_eq!(invitation["expiresAt"], "2026-12-03T08:00:00Z");
    let anonymous = town.anonymous();
    assert_eq!(accepts(&anonymous, &old, NEW_PASSWORD).await.user_error("activateUser"), "INVALID_TOKEN");
    accepts(&anonymous, invitation["invitationToken"].as_str().expect("a token"), NEW_PASSWORD).await.ok();
    assert_eq!(status(&town.tenant, user).await, "ACTIVE");
    let late = admin.mutate("resendInvitation", input.clone(), "expiresAt").await;
    assert_eq!(late.user_error("resendInvitation"), "INVALID_STATE");
    let late = admin.mutate("revokeInvitation", input, "id").await;
    assert_eq!(late.user_error("revokeInvitation"), "INVALID_STATE");
    assert_eq!(status(&town.tenant, user).await, "ACTIVE");
}

#[tokio::test]
async fn an_invitation_that_is_taken_back_is_good_for_nothing_and_the_address_is_free() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let (user, token) = invited(&admin).await;

    admin.mutate("revokeInvitation", json!({ "userId": user }), "id").await.ok();

    let answer = accepts(&town.anonymous(), &token, NEW_PASSWORD).await;
    assert_eq!(answer.user_error("activateUser"), "INVALID_TOKEN");
    assert_eq!(status(&town.tenant, user).await, "DEACTIVATED");
    let (other, token) = invited(&admin).await;
    assert_ne!(other, user);
    accepts(&town.anonymous(), &token, NEW_PASSWORD).await.ok();
    signs_in(&town.anonymous(), "town", EMAIL, NEW_PASSWORD).await.ok();
}

#[tokio::test]
async fn an_address_is_invited_once_and_has_to_be_one() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    invited(&admin).await;
    let users = town.tenant.count("users").await;

    let again = invites(&admin, json!({ "email": "DANA@town.example" })).await;
    assert_eq!(again.user_error("inviteUser"), "ALREADY_EXISTS");
    let nonsense = invites(&admin, json!({ "email": "dana" })).await;
    assert_eq!(nonsense.user_error("inviteUser"), "VALIDATION_FAILED");

    assert_eq!(town.tenant.count("users").await, users);
    assert_eq!(town.tenant.count("user_tokens").await, 1);
}

#[tokio::test]
async fn nobody_gives_a_role_above_their_own_nor_one_that_there_is_not() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let users = town.tenant.count("users").await;

    for (role, code) in
        [("OWNER", "RANK_TOO_LOW"), ("PLATFORM_ADMIN", "RANK_TOO_LOW"), ("SAILOR", "NOT_FOUND")]
    {
        let answer = invites(&admin, json!({ "email": EMAIL, "roleKeys": ["ASSISTANT", role] })).await;
        assert_eq!(answer.user_error("inviteUser"), code);
        assert_eq!(answer.complaint("inviteUser")["field"], json!(["roleKeys"]));
    }

    assert_eq!(town.tenant.count("users").await, users);
    assert_eq!(town.tenant.count("user_tokens").await, 0);
}

#[tokio::test]
async fn inviting_an_owner_needs_a_fresh_proof() {
    let town = Town::new().await;
    let owner = town.tenant.with_role("OWNER").await;
    town.clock.advance(TimeDelta::minutes(6));
    let users = town.tenant.count("users").await;
    let input = json!({ "email": EMAIL, "roleKeys": ["OWNER"] });
    assert_eq!(invites(&owner, input.clone()).await.refused(), "REAUTH_REQUIRED");
    assert_eq!(town.tenant.count("users").await, users);
    let owner = town.tenant.another_session(&owner).await;
    assert!(invites(&owner, input).await.ok()["inviteUser"]["result"].is_object());
}

#[tokio::test]
async fn who_may_invite_but_gives_no_roles_everywhere_invites_without_them() {
    let town = Town::new().await;
    let manager = town.tenant.with_role("MANAGER").await;
    let users = town.tenant.count("users").await;

    let refused = invites(&manager, json!({ "email": EMAIL, "roleKeys": ["ASSISTANT"] })).await;
    assert_eq!(refused.refused(), "FORBIDDEN");
    assert_eq!(town.tenant.count("users").await, users);
    assert_eq!(town.tenant.count("user_tokens").await, 0);

    let data = invites(&manager, json!({ "email": EMAIL })).await.ok();
    let token = data["inviteUser"]["result"]["invitationToken"].as_str().expect("a token").to_owned();
    accepts(&town.anonymous(), &token, NEW_PASSWORD).await.ok();
    let signed_in = signs_in(&town.anonymous(), "town", EMAIL, NEW_PASSWORD).await;
    let user = town.anonymous().with_token(&token_of(&signed_in));
    assert_eq!(permissions_of(&user).await.len(), 0);
}

#[tokio::test]
async fn a_patient_is_invited_to_see_their_own_record() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let admin = town.tenant.admin().await;
    let input = json!({ "email": EMAIL, "roleKeys": ["PATIENT"], "patientId": patient.to_string() });

    let data = invites(&admin, input).await.ok();
    let token = data["inviteUser"]["result"]["invitationToken"].as_str().expect("a token").to_owned();
    accepts(&town.anonymous(), &token, NEW_PASSWORD).await.ok();

    let signed_in = signs_in(&town.anonymous(), "town", EMAIL, NEW_PASSWORD).await;
    let user = town.anonymous().with_token(&token_of(&signed_in));
    let own = user.ask("{ viewer { patient { id } } }").await.ok();
    assert_eq!(own["viewer"]["patient"]["id"], patient.to_string());
}

#[tokio::test]
async fn a_token_of_an_invitation_stands_in_no_row_and_no_event() {
    let town = Town::new().await;
    let (_, token) = invited(&town.tenant.admin().await).await;
    let secret = &token[47..];
    for table in ["user_tokens", "users", "outbox_events", "audit_logs"] {
        let sql =
            format!("select count(*) from {table} t where t.tenant_id = $1 and t::text like '%{secret}%'");
        assert_eq!(town.tenant.scalar::<i64>(&sql, town.tenant.id).await, Some(0), "{table}");
    }
}

#[tokio::test]
async fn the_operator_invites_the_first_owner_of_a_tenant() {
    let town = Town::of_today().await;
    let run = async |role: &'static str, email: &'static str| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_consentry"));
        command
            .args(["user", "invite", "--tenant", "town", "--email", email, "--role", role])
            .env_clear()
            .env("DATABASE_URL", town.database.url("consentry_app"))
            .env("ENCRYPTION_KEY", crate::support::KEY)
            .env("CONSENTRY_INVITATION_DAYS", "2");
        let output = tokio::task::spawn_blocking(move || command.output()).await.expect("no panic");
        let output = output.expect("it runs");
        let said =
            [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).expect("text")).concat();
        (said.trim().to_owned(), output.status.code())
    };

    let (token, status) = run("OWNER", EMAIL).await;
    assert_eq!(status, Some(0), "{token}");
    let (said, status) = run("OWNER", EMAIL).await;
    assert_eq!(status, Some(2), "{said}");
    let (said, status) = run("SAILOR", "other@town.example").await;
    assert_eq!(status, Some(2), "{said}");

    let days = "select (expires_at - created_at between interval '47:59' and interval '48:01') from user_tokens where tenant_id = $1";
    assert_eq!(town.tenant.scalar::<bool>(days, town.tenant.id).await, Some(true), "as the operator set it");
    accepts(&town.anonymous(), &token, PASSWORD).await.ok();
    let owner =
        town.anonymous().with_token(&token_of(&signs_in(&town.anonymous(), "town", EMAIL, PASSWORD).await));
    let_in(&owner.ask(WHO_AM_I).await);
    assert_eq!(owner.ask("{ viewer { roles } }").await.ok()["viewer"]["roles"], json!(["OWNER"]));
    let recorded =
        "select credential::text from audit_logs where tenant_id = $1 and operation = 'user.invite'";
    assert_eq!(town.tenant.scalar::<String>(recorded, town.tenant.id).await.as_deref(), Some("OPERATOR"));
}
