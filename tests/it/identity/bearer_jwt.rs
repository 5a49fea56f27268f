//! Bearer tokens that an identity provider of the organization signed.

use chrono::TimeDelta;
use consentry::kernel::clock::Clock;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{WHO_AM_I, let_in, turned_away};
use crate::support::{Actor, Answer, Issuer, SigningKey, Tenant, Town, compact};

const AUDIENCE: &str = "https://town.example/graphql";

/// A town whose clinician has an account at an issuer.
struct Scene {
    town: Town,
    issuer: Issuer,
    key: SigningKey,
    admin: Actor,
    dana: Actor,
    provider: Uuid,
}

/// Enters the issuer in a tenant and links a user with the account `subject`.
async fn believes(admin: &Actor, issuer: &Issuer, audience: &str, user: &Actor, subject: &str) -> Uuid {
    let input = json!({
        "key": "clinic", "name": "Clinic accounts", "issuer": issuer.url, "clientId": "consentry",
        "audiences": [audience], "algorithms": ["EDDSA", "RS256"],
    });
    let entered = admin.mutate("createIdentityProvider", input, "id").await.ok();
    let id = entered["createIdentityProvider"]["result"]["id"].as_str().expect("an id").to_owned();
    let input = json!({ "userId": user.user().to_string(), "providerId": id, "subject": subject });
    let linked = admin.mutate("linkUser", input, "userId").await.ok();
    assert_eq!(linked["linkUser"]["userErrors"], json!([]));
    id.parse().expect("an id")
}

impl Scene {
    async fn new() -> Self {
        let town = Town::new().await;
        let key = SigningKey::new("one", 1);
        let issuer = Issuer::publishing(&key).await;
        let admin = town.tenant.admin().await;
        let dana = town.tenant.clinician().await;
        let provider = believes(&admin, &issuer, AUDIENCE, &dana, "dana").await;
        Self { town, issuer, key, admin, dana, provider }
    }

    /// Claims that are believed at this moment.
    fn claims(&self) -> Value {
        let now = self.town.clock.now().timestamp();
        json!({ "iss": self.issuer.url, "sub": "dana", "aud": AUDIENCE, "iat": now, "exp": now + 300 })
    }

    fn claims_with(&self, changes: Value) -> Value {
        let mut claims = self.claims();
        for (name, value) in changes.as_object().expect("an object") {
            claims[name] = value.clone();
        }
        claims
    }

    async fn shows(&self, token: &str) -> Answer {
        self.town.anonymous().with_organization("town").with_token(token).ask(WHO_AM_I).await
    }

    async fn shows_genuine(&self) -> Answer {
        self.shows(&self.key.token(&self.claims())).await
    }
}

/// Refused attempts that a tenant recorded, by what they name.
async fn refusals(tenant: &Tenant) -> Vec<String> {
    let sql =
        "select array_agg(concat_ws(' ', target_kind, target_id) order by created_at, id) from audit_logs
        where tenant_id = $1 and action = 'SIGN_IN' and decision = 'DENY'";
    tenant.scalar::<Option<Vec<String>>>(sql, tenant.id).await.flatten().unwrap_or_default()
}

#[tokio::test]
async fn a_token_of_the_organizations_provider_is_believed_for_the_user_who_has_the_account() {
    let scene = Scene::new().await;

    let answer = scene.shows_genuine().await;

    assert_eq!(answer.ok()["viewer"]["user"]["id"], scene.dana.user().to_string());
    let program =
        scene.town.anonymous().with_organization("town").with_token(&scene.key.token(&scene.claims()));
    program.with_purpose("TREATMENT").creates_patient("Amara", "Okafor").await;
    let recorded: Option<String> = scene
        .town
        .tenant
        .scalar(
            "select concat_ws(' ', credential, credential_id) from audit_logs
            where actor_id = $1 and operation = 'patient.create' and credential = 'SIGNED_TOKEN'",
            scene.dana.user().uuid(),
        )
        .await;
    assert_eq!(recorded, Some(format!("SIGNED_TOKEN {}", scene.provider)));
    assert_eq!(
        (scene.issuer.asked("configuration"), scene.issuer.asked("keys")),
        (1, 1),
        "once for all of it"
    );
}

#[tokio::test]
async fn a_program_with_a_signed_token_states_a_purpose_with_each_request() {
    let scene = Scene::new().await;
    let program =
        scene.town.anonymous().with_organization("town").with_token(&scene.key.token(&scene.claims()));
    let purpose = |data: Value| data["viewer"]["purpose"].clone();

    assert_eq!(purpose(program.ask("{ viewer { purpose } }").await.ok()), Value::Null);
    let stated = program.with_purpose("TREATMENT").ask("{ viewer { purpose } }").await.ok();
    assert_eq!(purpose(stated), "TREATMENT");
}

#[tokio::test]
async fn a_token_with_anything_amiss_is_turned_away_with_one_sentence_and_recorded() {
    let scene = Scene::new().await;
    let now = scene.town.clock.now().timestamp();
    let (genuine, stranger) = (scene.key.token(&scene.claims()), SigningKey::new("one", 9));
    let mut wrong: Vec<(&str, String)> = [
        ("no audience", json!({ "aud": null })),
        ("the audience of others", json!({ "aud": "https://village.example/graphql" })),
        ("the client id, as in an ID token", json!({ "aud": "consentry" })),
        ("an audience that contains ours", json!({ "aud": format!("{AUDIENCE}/") })),
        ("no end", json!({ "exp": null })),
        ("an end that is text", json!({ "exp": (now + 300).to_string() })),
        ("ended", json!({ "exp": now - 60 })),
        ("not yet valid", json!({ "nbf": now + 61 })),
        ("made in the future", json!({ "iat": now + 61 })),
        ("nobody we know", json!({ "sub": "noor" })),
        ("no subject", json!({ "sub": null })),
        ("a subject that is a number", json!({ "sub": 7 })),
        ("another spelling of the subject", json!({ "sub": "Dana" })),
        ("bound to a key", json!({ "cnf": { "jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" } })),
        ("another issuer", json!({ "iss": format!("{}/", scene.issuer.url) })),
        ("no issuer", json!({ "iss": null })),
    ]
    .map(|(name, changes)| (name, scene.key.token(&scene.claims_with(changes))))
    .into();
    for (name, header) in [
        ("no algorithm", json!({ "alg": "none", "kid": "one" })),
        ("an algorithm of another kind of key", json!({ "alg": "RS256", "kid": "one" })),
        ("an algorithm that the provider may not use", json!({ "alg": "ES256", "kid": "one" })),
        ("an order to sign out", json!({ "alg": "EdDSA", "kid": "one", "typ": "logout+jwt" })),
        ("a proof of a key", json!({ "alg": "EdDSA", "kid": "one", "typ": "dpop+jwt" })),
        ("what has to be understood", json!({ "alg": "EdDSA", "kid": "one", "crit": ["x"], "x": 1 })),
    ] {
        wrong.push((name, scene.key.token_with(&header, &scene.claims())));
    }
    let own = json!({ "alg": "EdDSA", "kid": "one", "jwk": stranger.published() });
    wrong.push(("a key that it brings itself", stranger.token_with(&own, &scene.claims())));
    wrong.push(("another key of the same name", stranger.token(&scene.claims())));
    wrong.push(("a key of another name", SigningKey::new("two", 2).token(&scene.claims())));
    let secret = scene.key.public().to_vec();
    let header = json!({ "alg": "HS256", "kid": "one" });
    wrong.push((
        "the public key as a secret",
        compact(&header, &scene.claims(), |message| {
            let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&secret).expect("a key");
            mac.update(message);
            mac.finalize().into_bytes().to_vec()
        }),
    ));
    let parts: Vec<&str> = genuine.split('.').collect();
    let other = scene.key.token(&scene.claims_with(json!({ "sub": "noor" })));
    let foreign = other.split('.').nth(1).expect("claims");
    wrong.push(("claims of another token", format!("{}.{foreign}.{}", parts[0], parts[2])));
    wrong.push(("no signature", format!("{}.{}.", parts[0], parts[1])));
    wrong.push(("two parts", format!("{}.{}", parts[0], parts[1])));
    wrong.push(("dots", "..".to_owned()));
    wrong.push(("five parts, as an encrypted one", format!("{genuine}.a.b")));
    let sessions = scene.town.tenant.count("sessions").await;

    let first = turned_away(&scene.town.anonymous().with_token("cst_").ask(WHO_AM_I).await);
    for (name, token) in &wrong {
        let answer = scene.shows(token).await;
        assert_eq!(turned_away(&answer), first, "{name}");
        assert!(!answer.body.to_string().contains("dana"), "{name}");
    }

    let recorded = refusals(&scene.town.tenant).await.len() + refusals(&scene.town.platform()).await.len();
    assert_eq!(recorded, wrong.len() + 1, "each of them, and the one before");
    let named = format!("IDENTITY_PROVIDER {}", scene.provider);
    assert!(refusals(&scene.town.tenant).await.iter().all(|target| *target == named));
    assert_eq!(scene.issuer.asked("keys"), 1, "nobody can have it asked for keys that were made up");
    assert_eq!(scene.town.tenant.count("sessions").await, sessions);
    let_in(&scene.shows_genuine().await);
}

#[tokio::test]
async fn clocks_may_differ_by_less_than_a_minute() {
    let scene = Scene::new().await;
    let now = scene.town.clock.now().timestamp();

    for changes in [
        json!({ "exp": now - 59 }),
        json!({ "nbf": now + 60, "iat": now + 60 }),
        json!({ "exp": (now + 10) as f64 + 0.5 }),
        json!({ "aud": ["https://village.example", AUDIENCE] }),
    ] {
        let_in(&scene.shows(&scene.key.token(&scene.claims_with(changes))).await);
    }
}

#[tokio::test]
async fn a_signed_token_needs_the_name_of_its_organization() {
    let scene = Scene::new().await;
    scene.town.another_tenant("village").await;
    let token = scene.key.token(&scene.claims());
    let nobody = scene.town.anonymous().with_token(&token);

    let sentence = turned_away(&nobody.ask(WHO_AM_I).await);
    assert!(sentence.contains("X-Organization"), "{sentence}");
    let unknown = turned_away(&nobody.with_organization("no-such-town").ask(WHO_AM_I).await);
    let other = turned_away(&nobody.with_organization("village").ask(WHO_AM_I).await);
    let reserved = turned_away(&nobody.with_organization("platform").ask(WHO_AM_I).await);
    assert_eq!((&unknown, &unknown), (&other, &reserved), "whether it exists is nobody's business");

    assert_eq!(refusals(&scene.town.platform()).await.len(), 4);
    assert_eq!(scene.issuer.asked("keys"), 0);
    let_in(&nobody.with_organization("town").ask(WHO_AM_I).await);
}

#[tokio::test]
async fn a_token_of_another_tenants_provider_opens_nothing() {
    let scene = Scene::new().await;
    let village = scene.town.another_tenant("village").await;
    let (their_key, their_admin) = (SigningKey::new("one", 7), village.admin().await);
    let their_issuer = Issuer::publishing(&their_key).await;
    let neighbour = village.clinician().await;
    // The same name of an account, the same audience: only the issuer is another.
    believes(&their_admin, &their_issuer, AUDIENCE, &neighbour, "dana").await;
    let theirs = their_key.token(&scene.claims_with(json!({ "iss": their_issuer.url })));
    let forged = their_key.token(&scene.claims());
    let nobody = scene.town.anonymous();

    for token in [&theirs, &forged] {
        turned_away(&scene.shows(token).await);
    }
    let ours = scene.key.token(&scene.claims());
    turned_away(&nobody.with_organization("village").with_token(&ours).ask(WHO_AM_I).await);

    let answer = nobody.with_organization("village").with_token(&theirs).ask(WHO_AM_I).await;
    assert_eq!(answer.ok()["viewer"]["user"]["id"], neighbour.user().to_string());
    let_in(&scene.shows(&ours).await);
}

#[tokio::test]
async fn of_two_tenants_with_one_issuer_each_takes_what_was_made_for_it() {
    let scene = Scene::new().await;
    let village = scene.town.another_tenant("village").await;
    let neighbour = village.clinician().await;
    let audience = "https://village.example/graphql";
    believes(&village.admin().await, &scene.issuer, audience, &neighbour, "dana").await;
    let theirs = scene.key.token(&scene.claims_with(json!({ "aud": audience })));
    let nobody = scene.town.anonymous();

    turned_away(&scene.shows(&theirs).await);
    let ours = scene.key.token(&scene.claims());
    turned_away(&nobody.with_organization("village").with_token(&ours).ask(WHO_AM_I).await);
    let answer = nobody.with_organization("village").with_token(&theirs).ask(WHO_AM_I).await;
    assert_eq!(answer.ok()["viewer"]["user"]["id"], neighbour.user().to_string());
}

#[tokio::test]
async fn whoever_is_suspended_or_loses_the_account_is_refused_with_the_next_request() {
    let scene = Scene::new().await;
    let token = scene.key.token(&scene.claims());
    let becomes =
        |status: &str| format!("update users set status = '{status}' where id = '{}'", scene.dana.user());
    let_in(&scene.shows(&token).await);

    for status in ["SUSPENDED", "DEACTIVATED", "INVITED"] {
        assert_eq!(scene.town.tenant.change(&becomes(status)).await, 1);
        turned_away(&scene.shows(&token).await);
    }
    scene.town.tenant.change(&becomes("ACTIVE")).await;
    let_in(&scene.shows(&token).await);

    let user = json!({ "userId": scene.dana.user().to_string() });
    scene.admin.mutate("unlinkUser", user, "userId").await.ok();
    turned_away(&scene.shows(&token).await);
    let named = format!("IDENTITY_PROVIDER {}", scene.provider);
    assert_eq!(refusals(&scene.town.tenant).await, vec![named; 4]);
}

#[tokio::test]
async fn a_provider_that_is_switched_off_vouches_for_nobody_from_the_next_request_on() {
    let scene = Scene::new().await;
    let_in(&scene.shows_genuine().await);
    let provider = json!({ "providerId": scene.provider });

    scene.admin.mutate("disableIdentityProvider", provider.clone(), "id").await.ok();
    turned_away(&scene.shows_genuine().await);
    scene.admin.mutate("enableIdentityProvider", provider, "id").await.ok();
    let_in(&scene.shows_genuine().await);
}

#[tokio::test]
async fn an_audience_or_algorithm_that_is_taken_away_is_refused_with_the_next_request() {
    let scene = Scene::new().await;
    let change = |changes: Value| {
        let mut input = json!({ "providerId": scene.provider });
        for (name, value) in changes.as_object().expect("an object") {
            input[name] = value.clone();
        }
        scene.admin.mutate("updateIdentityProvider", input, "id")
    };
    let_in(&scene.shows_genuine().await);

    change(json!({ "algorithms": ["RS256"] })).await.ok();
    turned_away(&scene.shows_genuine().await);
    change(json!({ "algorithms": ["EDDSA"], "audiences": [] })).await.ok();
    turned_away(&scene.shows_genuine().await);
    change(json!({ "audiences": [AUDIENCE], "subjectClaim": "account" })).await.ok();
    turned_away(&scene.shows_genuine().await);
    let claims = scene.claims_with(json!({ "sub": "somebody", "account": "dana" }));
    let_in(&scene.shows(&scene.key.token(&claims)).await);
}

#[tokio::test]
async fn a_new_key_is_believed_a_minute_after_the_keys_were_fetched_and_an_old_one_no_longer() {
    let scene = Scene::new().await;
    let_in(&scene.shows_genuine().await);
    let new = SigningKey::new("two", 2);
    scene.issuer.publishes(&[&new]);

    turned_away(&scene.shows(&new.token(&scene.claims())).await);
    assert_eq!(scene.issuer.asked("keys"), 1, "not twice in a minute");
    scene.town.clock.advance(TimeDelta::minutes(1));
    let_in(&scene.shows(&new.token(&scene.claims())).await);
    turned_away(&scene.shows_genuine().await);
    assert_eq!((scene.issuer.asked("keys"), scene.issuer.asked("configuration")), (2, 1));
}

#[tokio::test]
async fn a_flood_of_keys_that_were_made_up_asks_the_provider_once_a_minute() {
    let scene = Scene::new().await;
    let_in(&scene.shows_genuine().await);

    for minute in 0..3 {
        scene.town.clock.advance(TimeDelta::minutes(1));
        for number in 0..40 {
            let made_up = SigningKey::new(&format!("made-up-{number}"), 3);
            turned_away(&scene.shows(&made_up.token(&scene.claims())).await);
        }
        assert_eq!(scene.issuer.asked("keys"), minute + 2);
    }
    let_in(&scene.shows_genuine().await);
}

#[tokio::test]
async fn many_who_come_first_at_once_have_the_keys_fetched_once() {
    let scene = Scene::new().await;
    let token = scene.key.token(&scene.claims());

    let answers = async_graphql::futures_util::future::join_all((0..12).map(|_| scene.shows(&token))).await;

    answers.iter().for_each(let_in);
    assert_eq!((scene.issuer.asked("configuration"), scene.issuer.asked("keys")), (1, 1));
}

#[tokio::test]
async fn keys_are_fetched_again_behind_the_answers_after_ten_minutes() {
    let scene = Scene::new().await;
    let_in(&scene.shows_genuine().await);
    scene.town.clock.advance(TimeDelta::minutes(11));
    scene.issuer.publishes(&[&SigningKey::new("two", 2)]);

    let_in(&scene.shows_genuine().await);

    // The answer did not wait for it; somebody who asks later meets the new set.
    while scene.issuer.asked("keys") < 2 {
        tokio::task::yield_now().await;
    }
    let mut refused = scene.shows_genuine().await;
    while refused.status == 200 {
        tokio::task::yield_now().await;
        refused = scene.shows_genuine().await;
    }
    turned_away(&refused);
    assert_eq!(scene.issuer.asked("keys"), 2);
}

#[tokio::test]
async fn keys_outlive_their_provider_for_a_day_and_an_unknown_one_is_refused_meanwhile() {
    let mut scene = Scene::new().await;
    let_in(&scene.shows_genuine().await);
    scene.issuer.falls_silent();

    for hours in [1, 11, 11] {
        scene.town.clock.advance(TimeDelta::hours(hours));
        let_in(&scene.shows_genuine().await);
        turned_away(&scene.shows(&SigningKey::new("two", 2).token(&scene.claims())).await);
    }
    let before = refusals(&scene.town.tenant).await.len();
    scene.town.clock.advance(TimeDelta::hours(1));
    let answer = scene.shows_genuine().await;
    assert_eq!((answer.refused(), answer.status.as_u16()), ("UNAVAILABLE", 503));
    assert_eq!(answer.headers["retry-after"], "1");
    assert_eq!(refusals(&scene.town.tenant).await.len(), before, "nobody did anything wrong");
}

#[tokio::test]
async fn a_provider_that_says_it_is_another_or_has_no_keys_is_not_believed() {
    let scene = Scene::new().await;
    let url = &scene.issuer.url;
    for configuration in [
        json!({ "issuer": "https://login.example.org", "jwks_uri": format!("{url}/keys") }),
        json!({ "issuer": url, "jwks_uri": "http://login.example.org/keys" }),
        json!({ "issuer": url }),
        json!([]),
    ] {
        scene.issuer.says(configuration);
        let answer = scene.shows_genuine().await;
        assert_eq!((answer.refused(), answer.status.as_u16()), ("UNAVAILABLE", 503));
        scene.town.clock.advance(TimeDelta::seconds(5));
    }
    scene.issuer.says(json!({ "issuer": url, "jwks_uri": format!("{url}/keys") }));
    scene.issuer.publishes(&[]);
    assert_eq!(scene.shows_genuine().await.refused(), "UNAVAILABLE");
    scene.issuer.publishes(&[&scene.key]);
    assert_eq!(scene.shows_genuine().await.refused(), "UNAVAILABLE", "not again within five seconds");
    scene.town.clock.advance(TimeDelta::seconds(5));
    let_in(&scene.shows_genuine().await);
}

#[tokio::test]
async fn in_production_a_provider_on_a_private_address_is_not_even_asked() {
    let scene = Scene::new().await;
    let strict = scene.town.anonymous().at(scene.town.strict_door()).with_organization("town");

    let answer = strict.with_token(&scene.key.token(&scene.claims())).ask(WHO_AM_I).await;

    assert_eq!((answer.refused(), answer.status.as_u16()), ("UNAVAILABLE", 503));
    assert_eq!((scene.issuer.asked("configuration"), scene.issuer.asked("keys")), (0, 0));
}
