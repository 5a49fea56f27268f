//! Signing in through an identity provider: a real one in a process of its own, and one that lies.

use axum::{
    body::Body,
    http::{HeaderMap, Request, StatusCode, header},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use consentry::kernel::clock::Clock;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::Url;
use serde_json::{Value, json};

use super::{WHO_AM_I, let_in, turned_away};
use crate::support::{
    Actor, Answer, Browser, Issuer, PUBLIC_URL, Provider, SECRET, SigningKey, Tenant, Town, compact,
};

const AUDIENCE: &str = "https://town.example/graphql";
const ATTEMPT: &str = "__Host-consentry-sign-in";
const SESSION: &str = "__Host-consentry";

/// A town whose clock shows the time of day, since a provider in a process of its own goes by that.
async fn town_of_now() -> Town {
    let town = Town::of_today().await;
    town.clock.advance(TimeDelta::minutes(1));
    town
}

async fn gets(town: &Town, path: &str, cookies: &str) -> Answer {
    let request = Request::get(path).header("cookie", cookies).body(Body::empty()).expect("a request");
    town.anonymous().deliver(request).await
}

/// The cookie of this name that an answer places, with its attributes; none when it takes it away.
fn placed(headers: &HeaderMap, name: &str) -> Option<(String, String)> {
    let cookies = headers.get_all(header::SET_COOKIE).iter().map(|value| value.to_str().expect("text"));
    let (value, attributes) =
        cookies.filter_map(|cookie| cookie.strip_prefix(&format!("{name}="))).next()?.split_once("; ")?;
    (!value.is_empty()).then(|| (value.to_owned(), attributes.to_owned()))
}

/// A browser that left for the provider.
struct Left {
    location: Url,
    cookie: String,
}

impl Left {
    fn asked(&self, name: &str) -> String {
        let mut pairs = self.location.query_pairs();
        pairs.find(|(known, _)| known == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
    }

    /// The address that a provider would send it back to.
    fn answer(&self, more: &[(&str, &str)]) -> String {
        let mut url = Url::parse(&format!("{PUBLIC_URL}/auth/callback")).expect("a URL");
        url.query_pairs_mut().append_pair("state", &self.asked("state")).extend_pairs(more);
        format!("{}?{}", url.path(), url.query().unwrap_or_default())
    }
}

async fn leaves(town: &Town, path: &str) -> Left {
    let answer = gets(town, path, "").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}");
    let location = answer.headers[header::LOCATION].to_str().expect("text");
    let (cookie, attributes) = placed(&answer.headers, ATTEMPT).expect("a cookie");
    assert_eq!(attributes, "Max-Age=600; Path=/; Secure; HttpOnly; SameSite=Lax");
    Left { location: Url::parse(location).expect("a URL"), cookie }
}

async fn returns(town: &Town, address: &str, cookie: &str) -> Answer {
    let path = address.strip_prefix(PUBLIC_URL).unwrap_or(address);
    gets(town, path, &format!("theme=dark; {ATTEMPT}={cookie}")).await
}

/// Not signed in: 401 in one sentence, and no session.
#[track_caller]
fn sent_away(answer: &Answer) {
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert!(placed(&answer.headers, SESSION).is_none() && placed(&answer.headers, ATTEMPT).is_none());
    assert!(answer.headers.get(header::LOCATION).is_none());
}

/// Signed in: the path that is gone to, and the session.
#[track_caller]
fn welcomed(town: &Town, answer: &Answer) -> (String, Actor) {
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let (token, attributes) = placed(&answer.headers, SESSION).expect("a session");
    for attribute in ["Path=/", "Secure", "HttpOnly", "SameSite="] {
        assert!(attributes.contains(attribute), "{attributes}");
    }
    assert!(placed(&answer.headers, ATTEMPT).is_none(), "the attempt is over");
    let location = answer.headers[header::LOCATION].to_str().expect("text").to_owned();
    (location, town.anonymous().with_token(&token))
}

async fn enters(admin: &Actor, key: &str, issuer: &str, changes: Value) -> Value {
    let mut input = json!({
        "key": key, "name": "Clinic accounts", "issuer": issuer, "clientId": "console-RS256", "clientSecret": SECRET,
        "audiences": [AUDIENCE], "algorithms": ["RS256", "RS384", "PS256", "ES256", "ES384", "EDDSA"],
    });
    for (name, value) in changes.as_object().expect("an object") {
        input[name] = value.clone();
    }
    let entered = admin.mutate("createIdentityProvider", input, "id").await.ok();
    entered["createIdentityProvider"]["result"]["id"].clone()
}

async fn links(admin: &Actor, user: &Actor, provider: &Value, subject: &str) {
    let input = json!({ "userId": user.user().to_string(), "providerId": provider, "subject": subject });
    assert_eq!(admin.mutate("linkUser", input, "userId").await.ok()["linkUser"]["userErrors"], json!([]));
}

async fn refusals(tenant: &Tenant) -> i64 {
    let sql = "select count(*) from audit_logs where tenant_id = $1 and decision = 'DENY'
        and operation = 'session.sign_in_federated'";
    tenant.scalar(sql, tenant.id).await.unwrap_or_default()
}

#[tokio::test]
async fn somebody_signs_in_at_a_real_provider_however_it_signs() {
    let town = town_of_now().await;
    let provider = Provider::start("one").await;
    let (admin, dana) = (town.tenant.admin().await, town.tenant.clinician().await);
    let id = enters(&admin, "clinic", &provider.url, json!({})).await;
    links(&admin, &dana, &id, "dana@login.example").await;

    for algorithm in ["RS256", "RS384", "PS256", "ES256", "ES384", "EdDSA"] {
        let change = json!({ "providerId": id, "clientId": format!("console-{algorithm}"), "algorithms": [algorithm.to_uppercase()] });
        admin.mutate("updateIdentityProvider", change, "id").await.ok();
        let left = leaves(&town, "/auth/town/clinic/start?return_to=/explorer%3Ftab%3D1").await;
        assert_eq!(
            (left.asked("scope"), left.asked("code_challenge_method")),
            ("openid".into(), "S256".into())
        );
        let back = Browser::new().signs_in(left.location.as_str(), "dana@login.example").await;
        assert!(back.starts_with("https://town.example/auth/callback?") && back.contains("iss="), "{back}");

        let (location, browser) = welcomed(&town, &returns(&town, &back, &left.cookie).await);

        assert_eq!(location, "/explorer?tab=1");
        let data = browser.ask(WHO_AM_I).await.ok();
        assert_eq!(data["viewer"]["user"]["id"], dana.user().to_string(), "{algorithm}");
        // The provider forgets a code that was exchanged; so do we, before it is asked.
        sent_away(&returns(&town, &back, &left.cookie).await);
        let_in(&browser.ask(WHO_AM_I).await);
    }

    assert_eq!(town.tenant.count("federated_sign_ins").await, 6);
    let recorded = "select count(*) from audit_logs l join sessions s on s.tenant_id = l.tenant_id and s.id = l.target_id
        where l.actor_id = $1 and l.operation = 'session.sign_in_federated' and l.decision = 'PERMIT'";
    assert_eq!(town.tenant.scalar::<i64>(recorded, dana.user().uuid()).await, Some(6));
    assert_eq!(refusals(&town.tenant).await, 6, "the repetitions");
}

#[tokio::test]
async fn access_tokens_of_a_real_provider_are_believed_through_a_change_of_its_keys_and_its_outage() {
    let town = town_of_now().await;
    let provider = Provider::start("one").await;
    let (admin, service) = (town.tenant.admin().await, town.tenant.with_role("ADMIN").await);
    let id = enters(&admin, "clinic", &provider.url, json!({})).await;
    links(&admin, &service, &id, "program").await;
    let shows = |token: &str| {
        let program = town.anonymous().with_organization("town").with_token(token);
        async move { program.ask(WHO_AM_I).await }
    };

    let mut before = Vec::new();
    for algorithm in ["RS256", "RS384", "PS256", "ES256", "ES384", "EdDSA"] {
        let token = provider.access_token(algorithm).await;
        assert_eq!(
            shows(&token).await.ok()["viewer"]["user"]["id"],
            service.user().to_string(),
            "{algorithm}"
        );
        before.push(token);
    }

    let provider = provider.restart("two").await;
    let after = provider.access_token("ES256").await;
    turned_away(&shows(&after).await);
    let_in(&shows(&before[0]).await);
    town.clock.advance(TimeDelta::minutes(1));
    let_in(&shows(&after).await);
    turned_away(&shows(&before[0]).await);

    drop(provider);
    town.clock.advance(TimeDelta::minutes(5));
    let_in(&shows(&after).await);
    turned_away(&shows(&before[0]).await);
}

#[tokio::test]
async fn an_answer_counts_only_in_the_browser_that_asked_and_for_what_it_asked() {
    let town = town_of_now().await;
    let provider = Provider::start("one").await;
    let (admin, dana) = (town.tenant.admin().await, town.tenant.clinician().await);
    let id = enters(&admin, "clinic", &provider.url, json!({})).await;
    links(&admin, &dana, &id, "dana").await;
    let sessions = town.tenant.count("sessions").await;
    let (left, other) =
        (leaves(&town, "/auth/town/clinic/start").await, leaves(&town, "/auth/town/clinic/start").await);
    let back = Browser::new().signs_in(left.location.as_str(), "dana").await;
    let genuine = Url::parse(&back).expect("a URL");
    let changed = |name: &str, value: Option<&str>| {
        let mut url = genuine.clone();
        let kept: Vec<(String, String)> =
            genuine.query_pairs().into_owned().filter(|(known, _)| known != name).collect();
        url.query_pairs_mut().clear().extend_pairs(kept).extend_pairs(value.map(|value| (name, value)));
        url.to_string()
    };

    // Somebody else's browser, as whoever wants to have others signed in as themself would have it.
    sent_away(&gets(&town, &changed("x", None)[PUBLIC_URL.len()..], "").await);
    sent_away(&returns(&town, &back, &other.cookie).await);
    sent_away(&returns(&town, &back, "").await);
    sent_away(&returns(&town, &back, "AAAA").await);
    let mut altered = left.cookie.clone();
    let last = if altered.pop() == Some('A') { 'B' } else { 'A' };
    altered.push(last);
    sent_away(&returns(&town, &back, &altered).await);
    let twice = format!("{ATTEMPT}={}; {ATTEMPT}={}", left.cookie, other.cookie);
    sent_away(&gets(&town, &changed("x", None)[PUBLIC_URL.len()..], &twice).await);
    for address in [
        changed("state", Some(&other.asked("state"))),
        changed("state", Some("")),
        changed("state", None),
        changed("code", None),
        changed("code", Some("made up")),
        changed("iss", Some("https://login.example.org")),
        changed("iss", None),
        format!("{back}&code=another"),
        left.answer(&[("error", "access_denied"), ("iss", &provider.url)]),
    ] {
        sent_away(&returns(&town, &address, &left.cookie).await);
    }
    assert_eq!(town.tenant.count("sessions").await, sessions);
    assert_eq!(town.tenant.count("federated_sign_ins").await, 0);
    let recorded = refusals(&town.tenant).await + refusals(&town.platform()).await;
    assert_eq!(recorded, 15, "each of them, in the tenant or in the reserved one");
}

#[tokio::test]
async fn an_attempt_ends_after_ten_minutes() {
    let town = town_of_now().await;
    let provider = Provider::start("one").await;
    let (admin, dana) = (town.tenant.admin().await, town.tenant.clinician().await);
    let id = enters(&admin, "clinic", &provider.url, json!({})).await;
    links(&admin, &dana, &id, "dana").await;
    let left = leaves(&town, "/auth/town/clinic/start").await;
    let back = Browser::new().signs_in(left.location.as_str(), "dana").await;

    town.clock.advance(TimeDelta::minutes(10));
    sent_away(&returns(&town, &back, &left.cookie).await);
    assert_eq!(town.tenant.count("federated_sign_ins").await, 0);
}

#[tokio::test]
async fn nobody_is_sent_elsewhere_afterwards() {
    let town = Town::new().await;
    let issuer = Issuer::publishing(&SigningKey::new("one", 1)).await;
    enters(&town.tenant.admin().await, "clinic", &issuer.url, json!({})).await;

    for place in [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "evil",
        "/%0d%0aset-cookie:a",
        "/%09/evil.example",
        "%20/",
        "",
    ] {
        // What is an escape here stands in the place itself.
        let escaped = place.replace('\\', "%5C").replace(':', "%3A");
        let answer = gets(&town, &format!("/auth/town/clinic/start?return_to={escaped}"), "").await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{place}");
        assert!(answer.headers.get(header::LOCATION).is_none() && placed(&answer.headers, ATTEMPT).is_none());
    }
    let twice = gets(&town, "/auth/town/clinic/start?return_to=/&return_to=//evil.example", "").await;
    assert_eq!(twice.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn there_is_no_way_to_a_provider_that_does_not_exist_here_or_sends_nobody() {
    let town = Town::new().await;
    let village = town.another_tenant("village").await;
    let issuer = Issuer::publishing(&SigningKey::new("one", 1)).await;
    let admin = town.tenant.admin().await;
    let id = enters(&admin, "clinic", &issuer.url, json!({})).await;
    let bearer = json!({ "clientId": null, "clientSecret": null });
    enters(&admin, "bearer", "https://other.example.org", bearer).await;
    enters(&village.admin().await, "theirs", &issuer.url, json!({})).await;
    let nobody = async |path: &str| {
        let answer = gets(&town, path, "").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(placed(&answer.headers, ATTEMPT).is_none());
    };

    for path in [
        "/auth/town/theirs/start",
        "/auth/village/clinic/start",
        "/auth/no-such-town/clinic/start",
        "/auth/platform/clinic/start",
        "/auth/town/bearer/start",
        "/auth/town/Clinic/start",
    ] {
        nobody(path).await;
    }
    leaves(&town, "/auth/town/clinic/start").await;
    admin.mutate("disableIdentityProvider", json!({ "providerId": id }), "id").await.ok();
    nobody("/auth/town/clinic/start").await;
    let elsewhere = town.anonymous().at(town.strict_door());
    let request = Request::get("/auth/village/theirs/start").body(Body::empty()).expect("a request");
    assert_eq!(
        elsewhere.deliver(request).await.status,
        StatusCode::NOT_FOUND,
        "without an address of its own"
    );
}

#[tokio::test]
async fn a_provider_that_does_not_answer_is_told_from_one_that_does_not_exist() {
    let town = Town::new().await;
    let mut issuer = Issuer::publishing(&SigningKey::new("one", 1)).await;
    enters(&town.tenant.admin().await, "clinic", &issuer.url, json!({})).await;
    issuer.falls_silent();

    let answer = gets(&town, "/auth/town/clinic/start", "").await;

    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.headers[header::RETRY_AFTER], "60");
}

/// A town with a provider that lies, and somebody on the way back from it.
struct Lies {
    town: Town,
    issuer: Issuer,
    key: SigningKey,
    dana: Actor,
}

impl Lies {
    async fn new() -> Self {
        let town = Town::new().await;
        let key = SigningKey::new("one", 1);
        let issuer = Issuer::publishing(&key).await;
        let (admin, dana) = (town.tenant.admin().await, town.tenant.clinician().await);
        let id = enters(&admin, "clinic", &issuer.url, json!({ "algorithms": ["EDDSA", "RS256"] })).await;
        links(&admin, &dana, &id, "dana").await;
        Self { town, issuer, key, dana }
    }

    fn claims(&self, left: &Left, changes: &Value) -> Value {
        let now = self.town.clock.now().timestamp();
        let mut claims = json!({
            "iss": self.issuer.url, "sub": "dana", "aud": "console-RS256", "iat": now, "exp": now + 300,
            "nonce": left.asked("nonce"),
        });
        for (name, value) in changes.as_object().expect("an object") {
            claims[name] = value.clone();
        }
        claims
    }

    /// Somebody comes back with a code for which the provider gives these tokens.
    async fn given(&self, tokens: impl FnOnce(&Left) -> Value) -> Answer {
        let left = leaves(&self.town, "/auth/town/clinic/start").await;
        self.issuer.gives(tokens(&left));
        returns(&self.town, &left.answer(&[("code", "any")]), &left.cookie).await
    }

    async fn claiming(&self, changes: Value) -> Answer {
        self.given(
            |left| json!({ "id_token": self.key.token(&self.claims(left, &changes)), "access_token": "any" }),
        )
        .await
    }
}

#[tokio::test]
async fn an_id_token_with_anything_amiss_signs_nobody_in() {
    let lies = Lies::new().await;
    let now = lies.town.clock.now().timestamp();
    let sessions = lies.town.tenant.count("sessions").await;
    let half = |text: &str| {
        let hash = ring::digest::digest(&ring::digest::SHA512, text.as_bytes());
        URL_SAFE_NO_PAD.encode(&hash.as_ref()[..32])
    };
    let mut asked = 0;

    for changes in [
        json!({ "nonce": "of another attempt" }),
        json!({ "nonce": null }),
        json!({ "aud": "somebody else" }),
        json!({ "aud": null }),
        json!({ "aud": AUDIENCE }),
        json!({ "aud": ["console-RS256", "somebody else"] }),
        json!({ "aud": ["console-RS256", "somebody else"], "azp": "somebody else" }),
        json!({ "azp": "somebody else" }),
        json!({ "azp": 7 }),
        json!({ "iss": "https://login.example.org" }),
        json!({ "iss": null }),
        json!({ "exp": now - 60 }),
        json!({ "exp": null }),
        json!({ "iat": now + 61 }),
        json!({ "iat": null }),
        json!({ "nbf": now + 61 }),
        json!({ "sub": null }),
        json!({ "sub": "" }),
        json!({ "sub": "noor" }),
        json!({ "at_hash": half("another") }),
        json!({ "at_hash": 7 }),
    ] {
        sent_away(&lies.claiming(changes).await);
        asked += 1;
    }
    let signed = |key: &SigningKey, header: Value, left: &Left| json!({ "id_token": key.token_with(&header, &lies.claims(left, &json!({}))) });
    let stranger = SigningKey::new("one", 9);
    sent_away(&lies.given(|left| signed(&stranger, json!({ "alg": "EdDSA", "kid": "one" }), left)).await);
    sent_away(&lies.given(|left| signed(&lies.key, json!({ "alg": "none" }), left)).await);
    sent_away(&lies.given(|left| signed(&lies.key, json!({ "alg": "RS256", "kid": "one" }), left)).await);
    sent_away(&lies.given(|left| signed(&lies.key, json!({ "alg": "EdDSA", "kid": "two" }), left)).await);
    // By the secret that both sides have, as the specification allows and we do not.
    let by_secret = |left: &Left| {
        let token = compact(&json!({ "alg": "HS256" }), &lies.claims(left, &json!({})), |message| {
            let mut mac = Hmac::<sha2::Sha256>::new_from_slice(SECRET.as_bytes()).expect("a key");
            mac.update(message);
            mac.finalize().into_bytes().to_vec()
        });
        json!({ "id_token": token })
    };
    sent_away(&lies.given(by_secret).await);
    for tokens in [
        json!({}),
        json!([]),
        json!({ "id_token": "" }),
        json!({ "id_token": "a.b.c" }),
        json!({ "access_token": "any" }),
    ] {
        sent_away(&lies.given(|_| tokens).await);
    }
    asked += 10;

    assert_eq!(refusals(&lies.town.tenant).await, asked);
    assert_eq!(lies.town.tenant.count("sessions").await, sessions);
    assert_eq!(lies.town.tenant.count("federated_sign_ins").await, 0);

    for changes in [
        json!({}),
        json!({ "azp": "console-RS256" }),
        json!({ "aud": ["console-RS256"] }),
        json!({ "aud": ["console-RS256", "somebody else"], "azp": "console-RS256" }),
        json!({ "at_hash": half("any") }),
        json!({ "exp": now - 59, "nbf": now + 60 }),
    ] {
        let answer = lies.claiming(changes).await;
        let (location, browser) = welcomed(&lies.town, &answer);
        assert_eq!(location, "/");
        assert_eq!(browser.ask(WHO_AM_I).await.ok()["viewer"]["user"]["id"], lies.dana.user().to_string());
    }
}

#[tokio::test]
async fn an_attempt_opens_one_session_even_when_the_provider_forgets_that_a_code_was_used() {
    let lies = Lies::new().await;
    let left = leaves(&lies.town, "/auth/town/clinic/start").await;
    let address = left.answer(&[("code", "any")]);
    let claims = lies.claims(&left, &json!({}));
    lies.issuer.gives(json!({ "id_token": lies.key.token(&claims) }));
    welcomed(&lies.town, &returns(&lies.town, &address, &left.cookie).await);
    let sessions = lies.town.tenant.count("sessions").await;

    sent_away(&returns(&lies.town, &address, &left.cookie).await);

    assert_eq!(lies.town.tenant.count("sessions").await, sessions);
    assert_eq!(lies.issuer.asked("tokens"), 2);
}

#[tokio::test]
async fn whoever_is_suspended_is_not_signed_in_and_told_no_more_than_a_stranger() {
    let lies = Lies::new().await;
    let stranger = lies.claiming(json!({ "sub": "noor" })).await;
    sent_away(&stranger);
    let sessions = lies.town.tenant.count("sessions").await;

    for status in ["SUSPENDED", "DEACTIVATED", "INVITED"] {
        let sql = format!("update users set status = '{status}' where id = '{}'", lies.dana.user());
        assert_eq!(lies.town.tenant.change(&sql).await, 1);
        let answer = lies.claiming(json!({})).await;
        sent_away(&answer);
        assert_eq!(answer.headers.len(), stranger.headers.len());
    }
    assert_eq!(lies.town.tenant.count("sessions").await, sessions);
    assert_eq!(refusals(&lies.town.tenant).await, 4);
}

#[tokio::test]
async fn a_code_of_one_provider_is_not_taken_for_that_of_another() {
    let lies = Lies::new().await;
    let admin = lies.town.tenant.admin().await;
    let evil_key = SigningKey::new("one", 5);
    let evil = Issuer::publishing(&evil_key).await;
    enters(&admin, "evil", &evil.url, json!({ "algorithms": ["EDDSA"] })).await;
    let left = leaves(&lies.town, "/auth/town/evil/start").await;
    // It sent the browser on to the honest one, whose answer now comes to a question that the evil one was asked.
    let address = left.answer(&[("code", "of the honest one"), ("iss", &lies.issuer.url)]);

    sent_away(&returns(&lies.town, &address, &left.cookie).await);

    assert_eq!(evil.asked("tokens"), 0, "the code does not reach it");
    // And it cannot speak for the honest one's people.
    let claims = lies.claims(&left, &json!({}));
    evil.gives(json!({ "id_token": evil_key.token(&claims) }));
    sent_away(&returns(&lies.town, &left.answer(&[("code", "any")]), &left.cookie).await);
    assert_eq!(lies.town.tenant.count("federated_sign_ins").await, 0);
}
