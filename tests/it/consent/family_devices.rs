//! How family proves a contact: one-time codes, and the devices that know them afterwards.

use chrono::TimeDelta;
use entity::{Id, consent::sharing_grant};
use serde_json::{Value, json};

use crate::support::{
    Actor, Answer, Town,
    family::{MOTHER, Relative, SHARED, email, seen_by},
};

const WRONG: &str = "aaaa-bbbb-cccc-dddd";

struct Scene {
    town: Town,
    clinician: Actor,
    grant: Id<sharing_grant::Entity>,
}

impl Scene {
    async fn new() -> Self {
        let town = Town::new().await;
        let clinician = town.tenant.clinician().await;
        let patient = clinician.creates_patient("Amara", "Okafor").await;
        let (_, grant) = clinician.shares(patient, MOTHER).await;
        Self { town, clinician, grant }
    }

    async fn tries(&self, contact: &str, code: &str) -> Answer {
        self.town.anonymous().opens_shared(contact, code).await
    }

    async fn device_of(&self, actor: &Actor) -> String {
        let data = actor
            .mutate(
                "issueSharingCode",
                json!({ "sharingGrantId": self.grant.to_string() }),
                "sharingGrant { detail { ... on SharingGrantDetail { devices { id } } } }",
            )
            .await
            .ok();
        let devices = &data["issueSharingCode"]["result"]["sharingGrant"]["detail"]["devices"];
        devices[0]["id"].as_str().unwrap_or_else(|| panic!("no device: {data}")).to_owned()
    }
}

/// Attempts that a tenant recorded, as `operation decision reason`.
async fn attempts(town: &Town) -> Vec<String> {
    let sql = "select coalesce(array_agg(concat_ws(' ', operation, decision, reason) order by id), '{}')
        from audit_logs where tenant_id = $1 and action = 'SIGN_IN'";
    town.tenant.scalar(sql, town.tenant.id).await.expect("an array")
}

fn refused(answer: &Answer) -> (Value, u16) {
    assert_eq!(answer.user_error("openShared"), "INVALID_CREDENTIALS");
    (answer.body.clone(), answer.status.as_u16())
}

#[tokio::test]
async fn a_code_opens_a_session_like_any_other() {
    let scene = Scene::new().await;
    let code = scene.clinician.issues_code(scene.grant).await;
    assert_eq!(code.len(), "abcd-efgh-ijkl-mnop".len(), "80 random bits");

    let data = scene.tries(MOTHER, &code.to_uppercase()).await.ok();

    let session = &data["openShared"]["result"]["session"];
    assert_eq!(
        (&session["expiresAt"], &session["idleSeconds"]),
        (&json!("2026-11-21T20:00:00Z"), &json!(900))
    );
    let secret = data["openShared"]["result"]["deviceSecret"].as_str().expect("a secret");
    assert!(secret.starts_with("cdv_"));
    assert_eq!(attempts(&scene.town).await, ["sharing.open PERMIT"]);
    let sql =
        "select count(*) from sharing_grants where id = $1 and code_mac is null and accepted_at is not null";
    assert_eq!(
        scene.town.tenant.scalar::<i64>(sql, scene.grant.uuid()).await,
        Some(1),
        "the code is used up"
    );
    for bearer in [secret, &code] {
        let answer = scene.town.anonymous().with_token(bearer).ask(SHARED).await;
        assert_eq!(answer.refused(), "UNAUTHENTICATED", "neither is a token");
    }
}

#[tokio::test]
async fn whatever_is_wrong_with_an_attempt_the_answer_is_the_same() {
    let scene = Scene::new().await;
    let code = scene.clinician.issues_code(scene.grant).await;
    let tenant = &scene.town.tenant;
    scene.town.another_tenant("village").await;

    let first = scene.tries(MOTHER, WRONG).await;
    let told = refused(&first);
    for (contact, code) in [
        ("uncle@example.org", code.as_str()),
        ("uncle@example.org", WRONG),
        ("no address", WRONG),
        (MOTHER, ""),
    ] {
        let answer = scene.tries(contact, code).await;
        assert_eq!(refused(&answer), told, "{contact} {code}");
        assert_eq!(answer.statements, first.statements, "{contact} {code}");
    }
    for organization in ["nowhere", "village", "TOWN' or '1'='1"] {
        let answer = scene.town.anonymous().opens_shared_at(organization, MOTHER, &code).await;
        assert_eq!(refused(&answer), told, "{organization}");
        assert_eq!(answer.statements, first.statements, "{organization}");
    }

    assert_eq!(attempts(&scene.town).await, ["sharing.open DENY INVALID_CREDENTIALS"; 5]);
    assert_eq!(tenant.count("sharing_devices").await, 0);
    let sql = "select count(*) from users where tenant_id = $1 and contact_token is not null";
    assert_eq!(tenant.scalar::<i64>(sql, tenant.id).await, Some(0));
    Relative::of(&scene.town, &scene.tries(MOTHER, &code).await);
}

#[tokio::test]
async fn a_code_is_good_once() {
    let scene = Scene::new().await;
    let code = scene.clinician.issues_code(scene.grant).await;
    Relative::of(&scene.town, &scene.tries(MOTHER, &code).await);
    refused(&scene.tries(MOTHER, &code).await);
    assert_eq!(scene.town.tenant.count("sharing_devices").await, 1);
}

#[tokio::test]
async fn a_code_is_good_for_ten_minutes() {
    let scene = Scene::new().await;
    let late = scene.clinician.issues_code(scene.grant).await;
    scene.town.clock.advance(TimeDelta::minutes(10));
    refused(&scene.tries(MOTHER, &late).await);

    let timely = scene.clinician.issues_code(scene.grant).await;
    scene.town.clock.advance(TimeDelta::minutes(10) - TimeDelta::microseconds(1));
    refused(&scene.tries(MOTHER, &late).await);
    Relative::of(&scene.town, &scene.tries(MOTHER, &timely).await);
}

#[tokio::test]
async fn five_wrong_attempts_end_a_code_and_a_new_one_is_tried_afresh() {
    let scene = Scene::new().await;
    let code = scene.clinician.issues_code(scene.grant).await;
    for _ in 0..4 {
        refused(&scene.tries(MOTHER, WRONG).await);
    }
    Relative::of(&scene.town, &scene.tries(MOTHER, &code).await);

    let code = scene.clinician.issues_code(scene.grant).await;
    for _ in 0..5 {
        refused(&scene.tries(MOTHER, WRONG).await);
    }
    refused(&scene.tries(MOTHER, &code).await);

    let next = scene.clinician.issues_code(scene.grant).await;
    refused(&scene.tries(MOTHER, &code).await);
    Relative::of(&scene.town, &scene.tries(MOTHER, &next).await);
}

#[tokio::test]
async fn a_code_is_good_for_the_grant_that_it_was_made_for() {
    let scene = Scene::new().await;
    let second = scene.clinician.creates_patient("Chidi", "Okafor").await;
    let (_, of_second) = scene.clinician.shares(second, MOTHER).await;
    let code = scene.clinician.issues_code(of_second).await;

    let mother = Relative::of(&scene.town, &scene.tries(MOTHER, &code).await);

    assert_eq!(seen_by(&mother.actor).await, ["Chidi Okafor"], "what was not accepted is not seen");
}

#[tokio::test]
async fn a_new_device_needs_a_code_of_its_own_and_a_known_one_none() {
    let scene = Scene::new().await;
    let mother = Relative::accepting(&scene.town, &scene.clinician, scene.grant, MOTHER).await;
    scene.town.clock.advance(TimeDelta::hours(13));
    assert_eq!(mother.actor.ask(SHARED).await.refused(), "UNAUTHENTICATED", "the session has ended");
    refused(&scene.tries(MOTHER, "").await);

    let anonymous = scene.town.anonymous();
    let back = anonymous.reopens_shared(MOTHER, &mother.device).await.ok();
    let token = back["reopenShared"]["result"]["token"].as_str().expect("a token");
    assert_eq!(seen_by(&anonymous.with_token(token)).await, ["Amara Okafor"]);

    let clinician = scene.town.tenant.another_session(&scene.clinician).await;
    let another = Relative::accepting(&scene.town, &clinician, scene.grant, MOTHER).await;
    assert_ne!(another.device, mother.device);
    assert_eq!(scene.town.tenant.count("sharing_devices").await, 2);
    let first = anonymous.reopens_shared(MOTHER, "cdv_nothing").await;
    assert_eq!(first.user_error("reopenShared"), "INVALID_CREDENTIALS");
    let changed = mother.device.replace(&mother.device[80..84], "AAAA");
    for (contact, secret) in [
        ("uncle@example.org", mother.device.as_str()),
        ("no address", &mother.device),
        (MOTHER, &changed),
        (MOTHER, token),
        (MOTHER, ""),
    ] {
        let answer = anonymous.reopens_shared(contact, secret).await;
        assert_eq!(answer.body, first.body, "{contact} {secret}");
        assert_eq!(answer.statements, first.statements, "{contact} {secret}");
    }
    let denied = "sharing.reopen DENY INVALID_CREDENTIALS".to_owned();
    assert_eq!(attempts(&scene.town).await.iter().filter(|attempt| **attempt == denied).count(), 6);
}

#[tokio::test]
async fn a_device_that_was_revoked_needs_a_new_code_and_its_owner_a_new_session() {
    let scene = Scene::new().await;
    let mother = Relative::accepting(&scene.town, &scene.clinician, scene.grant, MOTHER).await;
    let device = scene.device_of(&scene.clinician).await;
    let with = |device: &str| json!({ "sharingGrantId": scene.grant.to_string(), "deviceId": device });
    let nobodys = scene.clinician.mutate("revokeSharingDevice", with(&scene.grant.to_string()), "id").await;
    assert_eq!(nobodys.user_error("revokeSharingDevice"), "NOT_FOUND");
    assert_eq!(seen_by(&mother.actor).await, ["Amara Okafor"]);

    scene.clinician.mutate("revokeSharingDevice", with(&device), "id").await.ok();

    assert_eq!(mother.actor.ask(SHARED).await.refused(), "UNAUTHENTICATED");
    let back = scene.town.anonymous().reopens_shared(MOTHER, &mother.device).await;
    assert_eq!(back.user_error("reopenShared"), "INVALID_CREDENTIALS");
    let again = Relative::accepting(&scene.town, &scene.clinician, scene.grant, MOTHER).await;
    assert_eq!(seen_by(&again.actor).await, ["Amara Okafor"]);
}

#[tokio::test]
async fn who_was_suspended_is_not_let_in() {
    let scene = Scene::new().await;
    let mother = Relative::accepting(&scene.town, &scene.clinician, scene.grant, MOTHER).await;
    let who = mother.actor.ask("{ viewer { user { id } } }").await.ok()["viewer"]["user"]["id"].clone();
    let admin = scene.town.tenant.admin().await;
    admin.mutate("suspendUser", json!({ "userId": who, "reason": "asked to" }), "id").await.ok();
    let code = scene.clinician.issues_code(scene.grant).await;

    refused(&scene.tries(MOTHER, &code).await);
    let back = scene.town.anonymous().reopens_shared(MOTHER, &mother.device).await;
    assert_eq!(back.user_error("reopenShared"), "INVALID_CREDENTIALS");
    assert_eq!(mother.actor.ask(SHARED).await.refused(), "UNAUTHENTICATED");
    assert_eq!(scene.town.tenant.count("sharing_devices").await, 1);
}

#[tokio::test]
async fn a_browser_gets_the_session_in_its_cookie() {
    let scene = Scene::new().await;
    let code = scene.clinician.issues_code(scene.grant).await;
    let anonymous = scene.town.anonymous();
    let first = "mutation($input: OpenSharedInput!) { openSharedWithCookie(input: $input) {
        result { session { csrfToken } deviceSecret } userErrors { code } } }";
    let input = json!({
        "organization": "town", "contact": email(MOTHER), "code": code, "deviceName": "Kitchen tablet",
    });
    let opened = anonymous.ask_with(first, json!({ "input": input })).await;
    let cookies = |answer: &Answer| answer.headers.get_all("set-cookie").iter().count();
    let secret = opened.ok()["openSharedWithCookie"]["result"]["deviceSecret"].clone();
    assert_eq!(cookies(&opened), 2);

    let again = "mutation($input: ReopenSharedInput!) { reopenSharedWithCookie(input: $input) {
        result { csrfToken } userErrors { code } } }";
    let input = json!({ "organization": "town", "contact": email(MOTHER), "deviceSecret": secret });
    let back = anonymous.ask_with(again, json!({ "input": input })).await;
    assert!(back.ok()["reopenSharedWithCookie"]["result"]["csrfToken"].is_string());
    assert_eq!(cookies(&back), 2);
}
