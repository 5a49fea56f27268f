//! Features that are switched on and off.

use std::process::Command;

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Actor, KEY, Town};

async fn set(actor: &Actor, input: Value) -> crate::support::Answer {
    actor.mutate("setFeatureFlag", input, "key enabled rolloutPercentage description version").await
}

async fn has(actor: &Actor, key: &str) -> bool {
    let answer =
        actor.ask_with("query($key: String!) { featureFlag(key: $key) }", json!({ "key": key })).await;
    answer.ok()["featureFlag"].as_bool().expect("yes or no")
}

/// Runs the program; what it said, and whether it succeeded.
async fn consentry(town: &Town, arguments: &[&str]) -> (String, bool) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_consentry"));
    let url = town.database.url("consentry_app");
    command.args(arguments).env_clear().env("DATABASE_URL", url).env("ENCRYPTION_KEY", KEY);
    let output =
        tokio::task::spawn_blocking(move || command.output()).await.expect("no panic").expect("it runs");
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).expect("text")).concat();
    (said, output.status.success())
}

#[tokio::test]
async fn a_feature_that_the_organization_switched_is_on_for_its_users_and_for_nobody_else() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let clinician = town.tenant.clinician().await;
    let neighbour = town.another_tenant("neighbour").await.clinician().await;
    assert!(!has(&clinician, "chat.new").await, "a feature that nobody knows is off");

    let switched =
        set(&admin, json!({ "key": "chat.new", "enabled": true, "description": "The new chat" })).await;

    assert_eq!(
        switched.ok()["setFeatureFlag"]["result"],
        json!({ "key": "chat.new", "enabled": true, "rolloutPercentage": 100, "description": "The new chat", "version": 1 })
    );
    assert!(has(&clinician, "chat.new").await);
    assert!(!has(&neighbour, "chat.new").await);
    set(&admin, json!({ "key": "chat.new", "enabled": false, "expectedVersion": 1 })).await.ok();
    assert!(!has(&clinician, "chat.new").await);
    let stale = set(&admin, json!({ "key": "chat.new", "enabled": true, "expectedVersion": 1 })).await;
    assert_eq!(stale.user_error("setFeatureFlag"), "STALE_VERSION");
    assert!(!has(&clinician, "chat.new").await, "nothing changed");
    let listed = admin.ask("{ featureFlags { nodes { key enabled } } }").await;
    assert_eq!(listed.ok()["featureFlags"]["nodes"], json!([{ "key": "chat.new", "enabled": false }]));
}

#[tokio::test]
async fn a_feature_is_on_for_about_as_many_users_as_its_percentage_says_and_for_the_same_each_time() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let mut users = Vec::new();
    for _ in 0..24 {
        users.push(town.tenant.with_role("ASSISTANT").await);
    }
    let mut before = vec![false; users.len()];
    for percentage in [0, 30, 30, 70, 100] {
        set(&admin, json!({ "key": "chat.new", "enabled": true, "rolloutPercentage": percentage }))
            .await
            .ok();
        let mut now = Vec::new();
        for user in &users {
            now.push(has(user, "chat.new").await);
        }
        assert!(before.iter().zip(&now).all(|(before, now)| now >= before), "at {percentage} %");
        before = now;
        match percentage {
            0 => assert!(before.iter().all(|on| !on)),
            100 => assert!(before.iter().all(|on| *on)),
            _ => {}
        }
    }
}

#[tokio::test]
async fn what_is_no_percentage_and_no_key_is_refused_and_nothing_is_switched() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    for percentage in [-1, 101, i32::MAX] {
        let input = json!({ "key": "chat.new", "enabled": true, "rolloutPercentage": percentage });
        let complaint = set(&admin, input).await.complaint("setFeatureFlag");
        assert_eq!(
            (&complaint["code"], &complaint["field"]),
            (&json!("VALIDATION_FAILED"), &json!(["rolloutPercentage"]))
        );
    }
    for key in ["", "Chat", "chat..new", ".chat", "chat.", "1chat", "chat-new", "chat new", &"a".repeat(101)]
    {
        let refused = set(&admin, json!({ "key": key, "enabled": true })).await;
        assert_eq!(refused.user_error("setFeatureFlag"), "VALIDATION_FAILED", "{key}");
    }
    let clinician = town.tenant.clinician().await;
    assert_eq!(set(&clinician, json!({ "key": "chat.new", "enabled": true })).await.refused(), "FORBIDDEN");
    assert_eq!(town.tenant.count("feature_flags").await, 0);
}

#[tokio::test]
async fn what_holds_for_all_holds_until_an_organization_switches_it_for_itself() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let clinician = town.tenant.clinician().await;
    assert!(!has(&clinician, "chat.new").await);

    let (said, fine) = consentry(&town, &["flag", "set", "--key", "chat.new"]).await;
    assert!(fine, "{said}");
    town.clock.advance(TimeDelta::seconds(5));
    assert!(has(&clinician, "chat.new").await, "within a few seconds");
    set(&admin, json!({ "key": "chat.new", "enabled": false })).await.ok();
    assert!(!has(&clinician, "chat.new").await, "the organization's own switch goes first");
    let removed = admin.mutate("removeFeatureFlag", json!({ "key": "chat.new" }), "key").await;
    assert_eq!(removed.ok()["removeFeatureFlag"]["result"]["key"], "chat.new");
    assert!(has(&clinician, "chat.new").await);
    let again = admin.mutate("removeFeatureFlag", json!({ "key": "chat.new" }), "key").await;
    assert_eq!(
        again.user_error("removeFeatureFlag"),
        "NOT_FOUND",
        "the switch for all is not the organization's"
    );

    let (said, fine) = consentry(&town, &["flag", "remove", "--key", "chat.new"]).await;
    assert!(fine, "{said}");
    town.clock.advance(TimeDelta::seconds(5));
    assert!(!has(&clinician, "chat.new").await);
    let (said, fine) = consentry(&town, &["flag", "set", "--tenant", "town", "--key", "Chat"]).await;
    assert!(!fine && said.contains("lower-case words"), "{said}");
    let (said, fine) = consentry(&town, &["flag", "set", "--tenant", "nowhere", "--key", "chat"]).await;
    assert!(!fine && said.contains("no active tenant"), "{said}");
}

#[tokio::test]
async fn a_caller_who_is_not_signed_in_is_told_of_no_feature() {
    let town = Town::new().await;
    let answer = town.anonymous().ask("{ featureFlag(key: \"chat.new\") }").await;
    assert_eq!(answer.refused(), "UNAUTHENTICATED");
}

#[tokio::test]
async fn an_operator_uploads_the_documents_of_a_code_generator() {
    let town = Town::new().await;
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/web/src/generated/persisted-documents.json");
    let upload = ["documents", "upload", "--tenant", "town", "--client", "console", manifest];

    for _ in 0..2 {
        let (said, fine) = consentry(&town, &upload).await;
        assert!(fine && said.contains("documents of console"), "{said}");
    }

    let known: std::collections::BTreeMap<String, String> =
        serde_json::from_str(include_str!("../../../web/src/generated/persisted-documents.json"))
            .expect("a manifest");
    assert_eq!(usize::try_from(town.tenant.count("trusted_documents").await), Ok(known.len()));
    let (said, fine) =
        consentry(&town, &["documents", "upload", "--tenant", "town", "--client", "x", "Cargo.toml"]).await;
    assert!(!fine && said.contains("is no manifest"), "{said}");
}
