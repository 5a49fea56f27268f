//! Who the users are, and whether they may sign in.

use serde_json::{Value, json};

use super::{EMAIL, PASSWORD, WHO_AM_I, events_of, let_in, row_of, signs_in, turned_away, with_password};
use crate::support::{Actor, Answer, NOBODYS, Tenant, Town};

async fn changes(actor: &Actor, mutation: &str, user: &Actor) -> Answer {
    let input = match mutation {
        "unlockUser" => json!({ "userId": user.user().to_string() }),
        _ => json!({ "userId": user.user().to_string(), "reason": "left in spring" }),
    };
    actor.mutate(mutation, input, "id status statusReason").await
}

/// A change that is done; returns the user as it is told afterwards.
async fn changed(actor: &Actor, mutation: &str, user: &Actor) -> Value {
    let data = changes(actor, mutation, user).await.ok();
    assert_eq!(data[mutation]["userErrors"], json!([]), "{mutation}");
    data[mutation]["result"].clone()
}

async fn open_sessions(tenant: &Tenant, user: &Actor) -> i64 {
    let sql = "select count(*) from sessions where user_id = $1 and ended_at is null";
    tenant.scalar(sql, user.user().uuid()).await.expect("a number")
}

#[tokio::test]
async fn an_administrator_lists_the_users_and_how_they_sign_in_and_no_address_is_told() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let keeper = with_password(&town.tenant, EMAIL, "ASSISTANT").await;
    signs_in(&town.anonymous(), "town", EMAIL, PASSWORD).await.ok();

    let answer = admin
        .ask("{ users(orderBy: OLDEST_FIRST) { totalCount nodes { id status lastSignInAt hasPassword hasOneTimeCode lockedUntil } } }")
        .await;

    let users = answer.ok()["users"].clone();
    assert_eq!(users["totalCount"], 2);
    assert_eq!(
        users["nodes"][1],
        json!({
            "id": keeper.user().to_string(), "status": "ACTIVE", "lastSignInAt": "2026-11-21T08:00:00Z",
            "hasPassword": true, "hasOneTimeCode": false, "lockedUntil": null,
        })
    );
    assert_eq!(users["nodes"][0]["hasPassword"], false);
    assert!(!answer.body.to_string().contains('@'));
}

#[tokio::test]
async fn users_are_filtered_by_status() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let assistant = town.tenant.with_role("ASSISTANT").await;
    changed(&admin, "suspendUser", &assistant).await;
    let ids = async |filter: &str| {
        let document = format!("{{ users(filter: {{ status: {filter} }}) {{ nodes {{ id }} }} }}");
        admin.ask(&document).await.ok()["users"]["nodes"].clone()
    };

    assert_eq!(ids("{ eq: SUSPENDED }").await, json!([{ "id": assistant.user().to_string() }]));
    assert_eq!(ids("{ eq: ACTIVE }").await, json!([{ "id": admin.user().to_string() }]));
    assert_eq!(ids("{ in: [] }").await, json!([]));
    assert_eq!(ids("{ in: [ACTIVE, SUSPENDED] }").await.as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn a_clinician_sees_no_users_and_of_a_colleague_not_how_they_sign_in() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;

    assert_eq!(clinician.ask("{ users { nodes { id } } }").await.refused(), "FORBIDDEN");
    let document = format!("{{ user(id: \"{}\") {{ id }} }}", clinician.user());
    assert_eq!(clinician.ask(&document).await.refused(), "FORBIDDEN");
    let own = clinician.ask("{ viewer { user { hasPassword hasOneTimeCode statusReason } } }").await.ok();
    assert_eq!(
        own["viewer"]["user"],
        json!({ "hasPassword": false, "hasOneTimeCode": false, "statusReason": null })
    );
    let compliance = town.tenant.compliance().await;
    clinician.sees_identity_of(patient).await.expect_err("there is no consent");
    let document =
        "{ auditLogs(first: 5) { nodes { actor { id hasPassword lockedUntil hasOneTimeCode } } } }";
    let looks = compliance.ask(document).await.ok();
    let actors = looks["auditLogs"]["nodes"].as_array().expect("entries");
    let actor = actors.iter().find(|entry| entry["actor"]["id"].is_string()).expect("an actor");
    assert_eq!(actor["actor"]["hasPassword"], Value::Null, "{looks}");
    assert_eq!(actor["actor"]["hasOneTimeCode"], Value::Null);
}

#[tokio::test]
async fn a_manager_manages_those_who_work_at_the_same_place_and_nobody_else() {
    use consentry::identity::user_creation::{NewAssignment, NewUser};
    let town = Town::new().await;
    let [hill, lake] = [town.tenant.location("Hill", false).await, town.tenant.location("Lake", false).await];
    let at = |role, location_id| NewUser {
        roles: vec![NewAssignment { role, location_id: Some(location_id), ..Default::default() }],
        ..Default::default()
    };
    let manager = town.tenant.user(at("MANAGER", hill)).await;
    let here = town.tenant.user(at("ASSISTANT", hill)).await;
    let there = town.tenant.user(at("ASSISTANT", lake)).await;
    let anywhere = town.tenant.with_role("ASSISTANT").await;

    let listed = manager.ask("{ users(orderBy: OLDEST_FIRST) { totalCount nodes { id } } }").await.ok();
    let expected: Vec<_> = [&manager, &here].map(|user| json!({ "id": user.user().to_string() })).into();
    assert_eq!(listed["users"], json!({ "totalCount": 2, "nodes": expected }));
    for other in [&there, &anywhere] {
        let before = row_of(&town.tenant, other).await;
        assert_eq!(changes(&manager, "suspendUser", other).await.user_error("suspendUser"), "NOT_FOUND");
        assert_eq!(row_of(&town.tenant, other).await, before);
        let_in(&other.ask(WHO_AM_I).await);
    }
    assert_eq!(changed(&manager, "suspendUser", &here).await["status"], "SUSPENDED");
}

#[tokio::test]
async fn suspending_ends_every_session_and_token_at_once() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let user = with_password(&town.tenant, EMAIL, "PRACTITIONER").await;
    let elsewhere = town.tenant.another_session(&user).await;
    let program = town.tenant.api_token(&user, None, None).await;

    let told = changed(&admin, "suspendUser", &user).await;

    assert_eq!(
        told,
        json!({ "id": user.user().to_string(), "status": "SUSPENDED", "statusReason": "left in spring" })
    );
    for actor in [&user, &elsewhere, &program] {
        turned_away(&actor.ask(WHO_AM_I).await);
    }
    assert_eq!(open_sessions(&town.tenant, &user).await, 0);
    let live = "select count(*) from access_tokens where user_id = $1 and revoked_at is null";
    assert_eq!(town.tenant.scalar::<i64>(live, user.user().uuid()).await, Some(0));
    let again = signs_in(&town.anonymous(), "town", EMAIL, PASSWORD).await;
    assert_eq!(again.user_error("signIn"), "INVALID_CREDENTIALS");
    assert_eq!(events_of(&town.tenant, user.user().uuid()).await, ["user.created", "user.suspended"]);
}

#[tokio::test]
async fn who_is_let_back_signs_in_again_and_no_old_session_lives() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let user = with_password(&town.tenant, EMAIL, "PRACTITIONER").await;
    changed(&admin, "suspendUser", &user).await;

    assert_eq!(changed(&admin, "reactivateUser", &user).await["status"], "ACTIVE");

    turned_away(&user.ask(WHO_AM_I).await);
    let token = super::token_of(&signs_in(&town.anonymous(), "town", EMAIL, PASSWORD).await);
    let_in(&user.with_token(&token).ask(WHO_AM_I).await);
    assert_eq!(changes(&admin, "reactivateUser", &user).await.user_error("reactivateUser"), "INVALID_STATE");
}

#[tokio::test]
async fn who_is_parted_with_leaves_nothing_to_sign_in_with_and_the_address_is_free() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let user = with_password(&town.tenant, EMAIL, "PRACTITIONER").await;

    assert_eq!(changed(&admin, "deactivateUser", &user).await["status"], "DEACTIVATED");

    turned_away(&user.ask(WHO_AM_I).await);
    let kept = "select password_hash is null and email_token is not null from users where id = $1";
    assert_eq!(
        town.tenant.scalar(kept, user.user().uuid()).await,
        Some(true),
        "the record can still be read"
    );
    for mutation in ["deactivateUser", "suspendUser", "reactivateUser"] {
        assert_eq!(changes(&admin, mutation, &user).await.user_error(mutation), "INVALID_STATE");
    }
    let successor = with_password(&town.tenant, EMAIL, "ASSISTANT").await;
    let token = super::token_of(&signs_in(&town.anonymous(), "town", EMAIL, PASSWORD).await);
    let me = town.anonymous().with_token(&token).ask(WHO_AM_I).await.ok();
    assert_eq!(me["viewer"]["user"]["id"], successor.user().to_string());
}

#[tokio::test]
async fn nobody_suspends_or_parts_with_themselves() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let before = row_of(&town.tenant, &admin).await;

    for mutation in ["suspendUser", "deactivateUser"] {
        assert_eq!(changes(&admin, mutation, &admin).await.user_error(mutation), "INVALID_STATE");
    }

    assert_eq!(row_of(&town.tenant, &admin).await, before);
    let_in(&admin.ask(WHO_AM_I).await);
}

#[tokio::test]
async fn nobody_acts_upon_a_user_of_a_higher_rank() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let owner = with_password(&town.tenant, EMAIL, "OWNER").await;
    town.tenant.with_role("OWNER").await;
    let before = row_of(&town.tenant, &owner).await;

    for mutation in ["suspendUser", "deactivateUser", "unlockUser"] {
        assert_eq!(changes(&admin, mutation, &owner).await.user_error(mutation), "RANK_TOO_LOW");
    }
    for mutation in ["issuePasswordReset", "resetOneTimeCode", "resendInvitation", "revokeInvitation"] {
        let input = json!({ "userId": owner.user().to_string() });
        let result = if mutation == "issuePasswordReset" || mutation == "resendInvitation" {
            "expiresAt"
        } else {
            "id"
        };
        assert_eq!(admin.mutate(mutation, input, result).await.user_error(mutation), "RANK_TOO_LOW");
    }

    assert_eq!(row_of(&town.tenant, &owner).await, before);
    assert_eq!(town.tenant.count("user_tokens").await, 0);
    let_in(&owner.ask(WHO_AM_I).await);
}

#[tokio::test]
async fn the_last_active_owner_stays() {
    let town = Town::new().await;
    let [first, second] = [town.tenant.with_role("OWNER").await, town.tenant.with_role("OWNER").await];
    // Somebody whose permission reaches everybody, of the same rank, but no owner.
    let promoted =
        format!("update roles set rank = 90 where key = 'ADMIN' and tenant_id = '{}'", town.tenant.id);
    town.tenant.change(&promoted).await;
    let admin = town.tenant.admin().await;
    changed(&admin, "suspendUser", &first).await;
    let before = row_of(&town.tenant, &second).await;

    for mutation in ["suspendUser", "deactivateUser"] {
        assert_eq!(changes(&admin, mutation, &second).await.user_error(mutation), "INVALID_STATE");
    }

    assert_eq!(row_of(&town.tenant, &second).await, before);
    let_in(&second.ask(WHO_AM_I).await);
    changed(&admin, "reactivateUser", &first).await;
    assert_eq!(changed(&admin, "suspendUser", &second).await["status"], "SUSPENDED");
}

#[tokio::test]
async fn of_two_owners_who_suspend_each_other_at_the_same_time_one_stays() {
    for _ in 0..5 {
        let town = Town::new().await;
        let [first, second] = [town.tenant.with_role("OWNER").await, town.tenant.with_role("OWNER").await];

        let answers =
            tokio::join!(changes(&first, "suspendUser", &second), changes(&second, "suspendUser", &first));

        let active = "select count(*) from users where status = 'ACTIVE' and tenant_id = $1";
        let active: Option<i64> = town.tenant.scalar(active, town.tenant.id).await;
        assert_eq!(active, Some(1), "{} {}", answers.0.body, answers.1.body);
    }
}

#[tokio::test]
async fn a_user_of_nobody_cannot_be_changed() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    for mutation in ["suspendUser", "reactivateUser", "deactivateUser"] {
        let input = json!({ "userId": NOBODYS, "reason": "left in spring" });
        assert_eq!(admin.mutate(mutation, input, "id").await.user_error(mutation), "NOT_FOUND");
    }
    let user = town.tenant.with_role("ASSISTANT").await;
    let blank = json!({ "userId": user.user().to_string(), "reason": "  " });
    let answer = admin.mutate("suspendUser", blank, "id").await;
    assert_eq!(answer.user_error("suspendUser"), "VALIDATION_FAILED");
    let_in(&user.ask(WHO_AM_I).await);
}
