//! What an operator does with tokens and keys: the program itself, on the database of the town.

use std::process::Command;

use consentry::{
    identity::user_creation::{NewAssignment, NewUser},
    kernel::crypto::BearerToken,
};
use serde_json::json;

use super::{EMAIL, WHO_AM_I, let_in, turned_away};
use crate::support::{Actor, KEY, NOBODYS, Town};

/// Runs `consentry token`; what it said, and whether it succeeded.
async fn token(town: &Town, arguments: &[&str]) -> (String, bool) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_consentry"));
    command
        .arg("token")
        .args(arguments)
        .env_clear()
        .env("DATABASE_URL", town.database.url("consentry_app"))
        .env("ENCRYPTION_KEY", KEY);
    let output =
        tokio::task::spawn_blocking(move || command.output()).await.expect("no panic").expect("it runs");
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).expect("text")).concat();
    (said, output.status.success())
}

async fn administrator(town: &Town) -> Actor {
    let roles = vec![NewAssignment { role: "ADMIN", ..Default::default() }];
    town.tenant.user(NewUser { email: EMAIL.to_owned(), roles, ..Default::default() }).await
}

#[tokio::test]
async fn an_operator_makes_a_token_finds_it_in_the_list_and_revokes_it() {
    let town = Town::of_today().await;
    let admin = administrator(&town).await;
    let (made, fine) =
        token(&town, &["--tenant", "town", "--email", EMAIL, "--name", "nightly roster"]).await;
    assert!(fine, "{made}");
    let program = admin.with_token(made.trim());
    let id = BearerToken::parse(program.token()).expect("a token").token_id().to_string();
    let line = async || {
        let (said, fine) = token(&town, &["list", "--tenant", "town"]).await;
        assert!(fine && !said.contains(made.trim()), "{said}");
        said.lines().find(|line| line.starts_with(&id)).map(str::to_owned).unwrap_or_default()
    };
    let unused = line().await;
    assert!(unused.contains("never used") && unused.ends_with("nightly roster"), "{unused}");
    let_in(&program.ask(WHO_AM_I).await);
    assert!(line().await.contains("  used 2"), "{}", line().await);

    let (said, fine) = token(&town, &["revoke", "--tenant", "town", "--id", &id]).await;
    assert!(fine, "{said}");

    turned_away(&program.ask(WHO_AM_I).await);
    assert!(line().await.contains("  revoked  "), "{}", line().await);
    let sql = "select credential || ' ' || operation from audit_logs where operation = 'access_token.revoke'
        and target_id = $1";
    let recorded: Option<String> = town.tenant.scalar(sql, id.parse().expect("an id")).await;
    assert_eq!(recorded.as_deref(), Some("OPERATOR access_token.revoke"));
}

#[tokio::test]
async fn an_operator_revokes_the_key_of_a_partner_and_nothing_that_is_not_there() {
    let town = Town::of_today().await;
    let admin = administrator(&town).await;
    let partner = admin.enters_organization("PARTNER", "lodge", None).await;
    let end = (town.app.clock().now() + chrono::TimeDelta::days(30)).to_rfc3339();
    let (id, program) = admin.gives_key(partner, json!({ "expiresAt": end })).await;
    let_in(&admin.ask(WHO_AM_I).await);

    for arguments in [
        ["revoke", "--tenant", "town", "--id", &NOBODYS.to_string()],
        ["revoke", "--tenant", "nowhere", "--id", &id.to_string()],
        ["revoke", "--tenant", "town", "--id", "seven"],
    ] {
        let (said, fine) = token(&town, &arguments).await;
        assert!(!fine && said.lines().count() == 1, "{said}");
    }
    assert!(program.ask("{ organizations { totalCount } }").await.ok()["organizations"].is_object());
    let (said, fine) = token(&town, &["list", "--tenant", "town"]).await;
    assert!(fine && said.contains(&format!("{id}  key of organization {partner}  until ")), "{said}");

    let (said, fine) = token(&town, &["revoke", "--tenant", "town", "--id", &id.to_string()]).await;
    assert!(fine, "{said}");

    turned_away(&program.ask(WHO_AM_I).await);
    let (said, fine) = token(&town, &["revoke", "--tenant", "town", "--id", &id.to_string()]).await;
    assert!(!fine && said.contains("revoked already"), "{said}");
}

#[tokio::test]
async fn making_a_token_still_needs_the_tenant_and_the_address() {
    let town = Town::of_today().await;
    for arguments in [
        &[][..],
        &["--tenant", "town"],
        &["--email", EMAIL],
        &["--tenant", "town", "list", "--tenant", "town"],
    ] {
        let (said, fine) = token(&town, arguments).await;
        assert!(!fine && said.starts_with("consentry: "), "{said}");
    }
    assert_eq!(town.tenant.count("access_tokens").await, 0);
}
