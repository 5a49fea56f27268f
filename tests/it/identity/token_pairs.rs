//! Pairs of access and refresh tokens: bought once, and all ended when one is used twice.

use axum::http::StatusCode;
use chrono::TimeDelta;
use consentry::kernel::crypto::{BearerToken, BearerTokenKind};
use entity::identity::permission::Permission;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::{WHO_AM_I, let_in, permissions_of, recorded, turned_away};
use crate::support::{Actor, Answer, NOBODYS, Tenant, Town};

const PAIR: &str = "accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt";

/// A pair of tokens: a program with the access token, and the refresh token.
struct Pair {
    program: Actor,
    refresh: String,
}

impl Pair {
    fn of(actor: &Actor, result: &Value) -> Self {
        let text =
            |name: &str| result[name].as_str().unwrap_or_else(|| panic!("no {name}: {result}")).to_owned();
        Self { program: actor.with_token(&text("accessToken")), refresh: text("refreshToken") }
    }

    async fn new(actor: &Actor, scopes: Option<&[Permission]>) -> Self {
        let scopes = scopes.map(|scopes| scopes.iter().map(|scope| scope.key()).collect::<Vec<_>>());
        let input = json!({ "name": "telephone", "scopes": scopes });
        let data = actor.mutate("createTokenPair", input, PAIR).await.ok();
        Self::of(actor, &data["createTokenPair"]["result"])
    }
}

async fn refreshes(town: &Town, token: &str) -> Answer {
    let document = format!(
        "mutation($input: RefreshTokenInput!) {{ refreshTokens(input: $input) {{ result {{ {PAIR} }} userErrors {{ code }} }} }}"
    );
    town.anonymous().ask_with(&document, json!({ "input": { "refreshToken": token } })).await
}

async fn next(town: &Town, pair: &Pair) -> Pair {
    let data = refreshes(town, &pair.refresh).await.ok();
    Pair::of(&pair.program, &data["refreshTokens"]["result"])
}

/// The sentence of a refusal that shows nothing.
#[track_caller]
fn refused(answer: &Answer) -> String {
    assert_eq!((answer.refused(), answer.status), ("UNAUTHENTICATED", StatusCode::OK));
    assert!(answer.body["data"]["refreshTokens"].is_null(), "{}", answer.body);
    answer.body["errors"][0]["message"].as_str().expect("a sentence").to_owned()
}

async fn tokens(tenant: &Tenant) -> i64 {
    tenant.count("access_tokens").await
}

#[tokio::test]
async fn a_pair_acts_for_the_person_who_signed_in_and_is_stored_as_digests_alone() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    clinician.records_consent(patient, json!({})).await;

    let pair = Pair::new(&clinician, None).await;

    assert_eq!(permissions_of(&pair.program).await, permissions_of(&clinician).await);
    assert!(pair.program.sees_identity_of(patient).await.is_ok(), "a person's own purpose");
    let credentials = "select credential::text from audit_logs where patient_id = $1 and action = 'VIEW'
        order by created_at desc limit 1";
    let credential: Option<String> = town.tenant.scalar(credentials, patient.uuid()).await;
    assert_eq!(credential.as_deref(), Some("ACCESS_TOKEN"));
    for token in [pair.program.token(), &pair.refresh] {
        let parsed = BearerToken::parse(token).expect("a token");
        let stored: Option<Vec<u8>> = town
            .tenant
            .scalar("select token_digest from access_tokens where id = $1", parsed.token_id())
            .await;
        assert_eq!(stored.as_deref(), Some(&parsed.secret_digest()[..]));
    }
    let narrow = Pair::new(&clinician, Some(&[Permission::PatientRead, Permission::AuditRead])).await;
    let scopes: Vec<String> = permissions_of(&narrow.program).await.into_keys().collect();
    assert_eq!(scopes, ["patient.read"], "scopes narrow, and give nothing");
}

#[tokio::test]
async fn access_lasts_fifteen_minutes_and_a_refresh_token_waits_thirty_days() {
    let town = Town::new().await;
    let user = town.tenant.admin().await;
    let pair = Pair::new(&user, None).await;
    let late = Pair::new(&user, None).await;

    town.clock.advance(TimeDelta::minutes(15) - TimeDelta::milliseconds(1));
    let_in(&pair.program.ask(WHO_AM_I).await);
    town.clock.advance(TimeDelta::milliseconds(1));
    turned_away(&pair.program.ask(WHO_AM_I).await);

    town.clock.advance(TimeDelta::days(30) - TimeDelta::minutes(15) - TimeDelta::milliseconds(1));
    let_in(&next(&town, &pair).await.program.ask(WHO_AM_I).await);
    town.clock.advance(TimeDelta::milliseconds(1));
    let before = tokens(&town.tenant).await;
    refused(&refreshes(&town, &late.refresh).await);
    assert_eq!(tokens(&town.tenant).await, before);
}

#[tokio::test]
async fn a_refresh_token_that_is_used_twice_ends_all_that_came_of_it_and_nothing_else() {
    let town = Town::new().await;
    let user = town.tenant.admin().await;
    let other = Pair::new(&user, None).await;
    let first = Pair::new(&user, None).await;
    let second = next(&town, &first).await;
    let third = next(&town, &second).await;
    for pair in [&first, &second, &third] {
        let_in(&pair.program.ask(WHO_AM_I).await);
    }
    let before = tokens(&town.tenant).await;

    let reused = refused(&refreshes(&town, &first.refresh).await);

    for pair in [&first, &second, &third] {
        turned_away(&pair.program.ask(WHO_AM_I).await);
        assert_eq!(refused(&refreshes(&town, &pair.refresh).await), reused, "one answer for all");
    }
    assert_eq!(tokens(&town.tenant).await, before, "no token was made");
    let attempts = recorded(&town.tenant).await;
    assert!(attempts.contains(&"token_pair.refresh DENY TOKEN_REUSED".to_owned()), "{attempts:?}");
    let_in(&other.program.ask(WHO_AM_I).await);
    let_in(&next(&town, &other).await.program.ask(WHO_AM_I).await);
    let_in(&user.ask(WHO_AM_I).await);
}

#[tokio::test]
async fn of_several_who_refresh_one_token_at_once_exactly_one_wins_and_the_family_ends() {
    let town = Town::new().await;
    let user = town.tenant.admin().await;
    for _ in 0..5 {
        let pair = Pair::new(&user, None).await;
        let (a, b, c, d) = tokio::join!(
            refreshes(&town, &pair.refresh),
            refreshes(&town, &pair.refresh),
            refreshes(&town, &pair.refresh),
            refreshes(&town, &pair.refresh),
        );
        let won: Vec<&Answer> =
            [&a, &b, &c, &d].into_iter().filter(|answer| answer.body.get("errors").is_none()).collect();
        assert_eq!(won.len(), 1);
        let winner = Pair::of(&user, &won[0].ok()["refreshTokens"]["result"]);
        turned_away(&winner.program.ask(WHO_AM_I).await);
        refused(&refreshes(&town, &winner.refresh).await);
        turned_away(&pair.program.ask(WHO_AM_I).await);
    }
}

#[tokio::test]
async fn signing_out_ends_the_tokens_of_the_session_and_of_no_other() {
    let town = Town::new().await;
    let user = town.tenant.admin().await;
    let elsewhere = town.tenant.another_session(&user).await;
    let pair = Pair::new(&user, None).await;
    let kept = Pair::new(&elsewhere, None).await;

    user.ask("mutation { signOut { result { endedAt } } }").await.ok();

    let before = tokens(&town.tenant).await;
    turned_away(&pair.program.ask(WHO_AM_I).await);
    refused(&refreshes(&town, &pair.refresh).await);
    assert_eq!(tokens(&town.tenant).await, before);
    let_in(&kept.program.ask(WHO_AM_I).await);
    // A session that ran out of time did not sign out.
    town.clock.advance(TimeDelta::days(2));
    turned_away(&elsewhere.ask(WHO_AM_I).await);
    let_in(&next(&town, &kept).await.program.ask(WHO_AM_I).await);
}

#[tokio::test]
async fn whoever_is_suspended_gets_no_new_pair() {
    let town = Town::new().await;
    let user = town.tenant.admin().await;
    let pair = Pair::new(&user, None).await;
    town.tenant.change(&format!("update users set status = 'SUSPENDED' where id = '{}'", user.user())).await;
    let before = tokens(&town.tenant).await;

    turned_away(&pair.program.ask(WHO_AM_I).await);
    refused(&refreshes(&town, &pair.refresh).await);

    assert_eq!(tokens(&town.tenant).await, before);
    let unused =
        "select count(*) from access_tokens where user_id = $1 and used_at is null and kind = 'REFRESH'";
    assert_eq!(town.tenant.scalar(unused, user.user().uuid()).await, Some(1_i64), "it was not spent");
}

#[tokio::test]
async fn a_program_that_signs_out_ends_its_tokens_with_any_refresh_token_of_the_family() {
    let town = Town::new().await;
    let user = town.tenant.admin().await;
    let first = Pair::new(&user, None).await;
    let second = next(&town, &first).await;

    let input = json!({ "input": { "refreshToken": first.refresh } });
    let document = "mutation($input: RefreshTokenInput!) { revokeTokenPair(input: $input) { result { revokedAt } userErrors { code } } }";
    assert!(town.anonymous().ask_with(document, input).await.ok()["revokeTokenPair"]["result"].is_object());

    for pair in [&first, &second] {
        turned_away(&pair.program.ask(WHO_AM_I).await);
        refused(&refreshes(&town, &pair.refresh).await);
    }
    let_in(&user.ask(WHO_AM_I).await);
}

#[tokio::test]
async fn what_is_no_refresh_token_of_ours_gets_one_answer_and_is_recorded() {
    let town = Town::new().await;
    let village = town.another_tenant("village").await;
    let user = town.tenant.admin().await;
    let pair = Pair::new(&user, None).await;
    let id = BearerToken::parse(&pair.refresh).expect("a token").token_id();
    let forged = |tenant, id| {
        let token = BearerToken::mint(BearerTokenKind::Refresh, tenant, id).expect("a token");
        token.expose().expose_secret().to_owned()
    };
    let strangers = [
        String::new(),
        "crt_".to_owned(),
        "x".repeat(5_000),
        pair.program.token().to_owned(),
        user.token().to_owned(),
        pair.refresh.replacen("crt_", "cat_", 1),
        pair.program.token().replacen("cat_", "crt_", 1),
        forged(town.tenant.id, id),
        forged(town.tenant.id, NOBODYS),
        forged(village.id, id),
        forged(NOBODYS, id),
        forged(town.platform().id, id),
    ];
    let before = (tokens(&town.tenant).await, tokens(&village).await);

    let first = refused(&refreshes(&town, "crt_").await);
    for stranger in &strangers {
        assert_eq!(refused(&refreshes(&town, stranger).await), first, "{stranger}");
    }

    assert_eq!((tokens(&town.tenant).await, tokens(&village).await), before);
    let denied = "token_pair.refresh DENY INVALID_CREDENTIALS".to_owned();
    let own = recorded(&town.tenant).await.into_iter().filter(|entry| *entry == denied).count();
    let nobodys = recorded(&town.platform()).await.into_iter().filter(|entry| *entry == denied).count();
    assert_eq!(
        (own, own + nobodys),
        (1, strangers.len() + 1),
        "the one that names a token stands in its tenant"
    );
    let_in(&next(&town, &pair).await.program.ask(WHO_AM_I).await);
}

#[tokio::test]
async fn a_refresh_token_is_no_bearer_token_and_tokens_make_no_tokens() {
    let town = Town::new().await;
    let user = town.tenant.admin().await;
    let pair = Pair::new(&user, None).await;
    let api = town.tenant.api_token(&user, None, None).await;
    let before = tokens(&town.tenant).await;

    turned_away(&user.with_token(&pair.refresh).ask(WHO_AM_I).await);
    for program in [&pair.program, &api] {
        let answer = program.mutate("createTokenPair", json!({ "name": "another" }), PAIR).await;
        assert_eq!(answer.user_error("createTokenPair"), "INVALID_STATE");
    }
    let anonymous = town.anonymous().mutate("createTokenPair", json!({ "name": "another" }), PAIR).await;
    assert_eq!(anonymous.refused(), "UNAUTHENTICATED");
    for input in [
        json!({ "name": " " }),
        json!({ "name": "a", "scopes": [] }),
        json!({ "name": "a", "scopes": ["all"] }),
    ] {
        assert_eq!(
            user.mutate("createTokenPair", input, PAIR).await.user_error("createTokenPair"),
            "VALIDATION_FAILED"
        );
    }
    assert_eq!(tokens(&town.tenant).await, before);
}
