//! Clients of partners: who is believed at the token endpoint, and what access opens.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use consentry::identity::partner_client::ClientId;
use entity::{Id, identity::partner_client, tenancy::organization};
use serde_json::{Value, json};

use super::{WHO_AM_I, permissions_of, recorded, turned_away};
use crate::support::{
    Actor, Answer, NOBODYS, Town,
    partner::{SigningKey, TOKEN_URL, assertion_form, claims, key_terms},
};

/// A town with a client of a district.
struct Scene {
    town: Town,
    admin: Actor,
    district: Id<organization::Entity>,
    key: SigningKey,
    id: Id<partner_client::Entity>,
    client: String,
}

impl Scene {
    async fn new() -> Self {
        Self::with(SigningKey::elliptic()).await
    }

    async fn with(key: SigningKey) -> Self {
        let town = Town::new().await;
        let admin = town.tenant.admin().await;
        let district = admin.enters_organization("DISTRICT", "north", None).await;
        let terms = json!({ "scopes": ["membership.read", "contract.read"] });
        let (id, client) = admin.registers_client(district, json!([key.published("one")]), terms).await;
        Self { town, admin, district, key, id, client }
    }

    fn assertion(&self, token_id: &str, changes: Value) -> String {
        self.key.asserts(&self.client, token_id, self.town.app.clock().now(), changes)
    }

    async fn asks(&self, assertion: &str) -> Answer {
        self.town.anonymous().asserts(assertion).await
    }

    async fn access(&self, token_id: &str) -> Actor {
        let answer = self.asks(&self.assertion(token_id, json!({}))).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        self.town.anonymous().with_token(answer.body["access_token"].as_str().expect("a token"))
    }

    async fn tokens(&self) -> i64 {
        self.town.tenant.count("access_tokens").await
    }
}

/// The one answer to whoever is not believed.
#[track_caller]
fn disbelieved(answer: &Answer) {
    assert_eq!(
        (answer.status, &answer.body),
        (StatusCode::BAD_REQUEST, &json!({ "error": "invalid_client" }))
    );
}

async fn organizations(actor: &Actor) -> Value {
    actor.ask("{ organizations { totalCount } }").await.ok()["organizations"]["totalCount"].clone()
}

#[tokio::test]
async fn a_client_that_signs_with_its_key_is_given_five_minutes_of_what_it_was_registered_for() {
    for key in [SigningKey::elliptic(), SigningKey::rsa()] {
        let scene = Scene::with(key).await;
        let answer = scene.asks(&scene.assertion("first", json!({}))).await;

        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        assert_eq!(
            (&answer.body["token_type"], &answer.body["expires_in"], &answer.body["scope"]),
            (&json!("bearer"), &json!(300), &json!("contract.read membership.read"))
        );
        assert!(answer.headers["cache-control"].to_str().is_ok_and(|value| value.contains("no-store")));
        let program =
            scene.town.anonymous().with_token(answer.body["access_token"].as_str().expect("a token"));
        assert_eq!(organizations(&program).await, 1, "the district alone");
        let viewer = program.ask("{ viewer { user { id } roles purpose } }").await.ok()["viewer"].clone();
        assert_eq!(viewer, json!({ "user": null, "roles": ["REFERRAL_PARTNER"], "purpose": "TREATMENT" }));
        assert_eq!(recorded(&scene.town.tenant).await, ["partner_client.authenticate PERMIT"]);
        scene.town.clock.advance(TimeDelta::minutes(5) - TimeDelta::milliseconds(1));
        assert_eq!(organizations(&program).await, 1);
        scene.town.clock.advance(TimeDelta::milliseconds(1));
        turned_away(&program.ask(WHO_AM_I).await);
    }
}

#[tokio::test]
async fn whoever_is_not_believed_gets_one_answer_no_token_and_a_line_in_the_record() {
    let scene = Scene::new().await;
    let village = scene.town.another_tenant("village").await;
    let elsewhere = village.admin().await;
    let foreign = elsewhere.enters_organization("PARTNER", "lodge", None).await;
    let stranger = SigningKey::elliptic();
    let (_, neighbour) =
        elsewhere.registers_client(foreign, json!([stranger.published("one")]), json!({})).await;
    let now = scene.town.app.clock().now();
    let at = |minutes: i64| (now + TimeDelta::minutes(minutes)).timestamp();
    let good = |name: &str| claims(&scene.client, name, now, json!({}));
    let header = |algorithm: &str, key: &str| json!({ "alg": algorithm, "kid": key });
    let encode = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let unsigned = format!("{}.{}.", encode(&header("none", "one")), encode(&good("none")));
    // The public key as a secret: its text is known to everybody.
    let body = format!("{}.{}", encode(&header("HS256", "one")), encode(&good("mac")));
    let secret = scene.key.published("one").to_string();
    let mac =
        ring::hmac::sign(&ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret.as_bytes()), body.as_bytes());
    let symmetric = format!("{body}.{}", BASE64_URL_SAFE_NO_PAD.encode(mac));
    let nobody = ClientId { tenant_id: scene.town.tenant.id, id: Id::new(NOBODYS) }.to_string();
    let nowhere = ClientId { tenant_id: NOBODYS, id: scene.id }.to_string();
    let misplaced = ClientId { tenant_id: village.id, id: scene.id }.to_string();
    let genuine = scene.assertion("altered", json!({}));
    let (signed, signature) = genuine.rsplit_once('.').expect("three parts");
    let known = [
        ("no signature", unsigned),
        ("a public key as secret", symmetric),
        ("another's key", stranger.asserts(&scene.client, "theirs", now, json!({}))),
        ("an unknown key id", scene.key.signs(&header("ES384", "two"), &good("kid"))),
        ("no key id", scene.key.signs(&json!({ "alg": "ES384" }), &good("nokid"))),
        ("another algorithm than the key's", scene.key.signs(&header("RS384", "one"), &good("alg"))),
        (
            "something that has to be understood",
            scene.key.signs(&json!({ "alg": "ES384", "kid": "one", "crit": ["b64"] }), &good("crit")),
        ),
        (
            "another audience",
            scene.assertion("aud", json!({ "aud": "https://village.example/oauth2/token" })),
        ),
        ("two audiences", scene.assertion("auds", json!({ "aud": [TOKEN_URL, "https://village.example"] }))),
        ("no audience", scene.assertion("noaud", json!({ "aud": null }))),
        ("an end that is over", scene.assertion("exp", json!({ "iat": at(-3), "exp": at(0) }))),
        ("an end too far ahead", scene.assertion("far", json!({ "exp": at(6) }))),
        ("no end", scene.assertion("noexp", json!({ "exp": null }))),
        ("an end that is no number", scene.assertion("word", json!({ "exp": "tomorrow" }))),
        ("made in the future", scene.assertion("iat", json!({ "iat": at(1) }))),
        ("not begun", scene.assertion("nbf", json!({ "nbf": at(1) }))),
        ("no id", scene.assertion("", json!({ "jti": null }))),
        ("an empty id", scene.assertion("", json!({}))),
        ("a long id", scene.assertion(&"j".repeat(201), json!({}))),
        ("another subject", scene.assertion("sub", json!({ "sub": neighbour }))),
        ("no issuer", scene.assertion("iss", json!({ "iss": null }))),
        ("nobody's id", scene.key.asserts(&nobody, "nobody", now, json!({}))),
        ("no such tenant", scene.key.asserts(&nowhere, "nowhere", now, json!({}))),
        ("a client of another tenant", scene.key.asserts(&misplaced, "misplaced", now, json!({}))),
        ("a neighbour's client with our key", scene.key.asserts(&neighbour, "neighbour", now, json!({}))),
        ("no client's id", scene.key.asserts("roster", "name", now, json!({}))),
        ("a cut signature", format!("{signed}.{}", &signature[..signature.len() - 4])),
        ("two parts", signed.to_owned()),
        ("nonsense", "nonsense".to_owned()),
        ("much", "x".repeat(20_000)),
    ];
    let before = (scene.tokens().await, scene.town.tenant.count("partner_assertions").await);

    for (what, assertion) in &known {
        let answer = scene.asks(assertion).await;
        assert_eq!(answer.body, json!({ "error": "invalid_client" }), "{what}");
        disbelieved(&answer);
    }

    assert_eq!((scene.tokens().await, scene.town.tenant.count("partner_assertions").await), before);
    let mut attempts = 0;
    for tenant in [&scene.town.tenant, &village, &scene.town.platform()] {
        let entries = recorded(tenant).await;
        let denied = "partner_client.authenticate DENY INVALID_CREDENTIALS";
        assert!(entries.iter().all(|entry| entry == denied), "{entries:?}");
        attempts += entries.len();
    }
    assert_eq!(attempts, known.len(), "each is recorded, in one place");
    assert_eq!(organizations(&scene.access("good").await).await, 1, "the client itself is let in");
}

#[tokio::test]
async fn an_assertion_is_taken_once_also_by_those_who_come_at_the_same_moment() {
    let scene = Scene::new().await;
    let assertion = scene.assertion("once", json!({}));
    let (a, b, c, d) = tokio::join!(
        scene.asks(&assertion),
        scene.asks(&assertion),
        scene.asks(&assertion),
        scene.asks(&assertion),
    );
    let granted = [&a, &b, &c, &d].into_iter().filter(|answer| answer.status == StatusCode::OK).count();
    assert_eq!((granted, scene.tokens().await), (1, 1));

    disbelieved(&scene.asks(&assertion).await);
    // The same id in another assertion is a replay too, until the first would have ended.
    disbelieved(&scene.asks(&scene.assertion("once", json!({ "nonce": "another" }))).await);
    assert_eq!(scene.tokens().await, 1);
    scene.town.clock.advance(TimeDelta::minutes(2));
    disbelieved(&scene.asks(&assertion).await);
    assert_eq!(organizations(&scene.access("once").await).await, 1);
    assert_eq!(scene.town.tenant.count("partner_assertions").await, 1, "what ended is not kept");
}

#[tokio::test]
async fn a_client_may_ask_for_less_and_never_for_more() {
    let scene = Scene::new().await;
    let asks = async |name: &str, scope: &str| {
        let assertion = scene.assertion(name, json!({}));
        let mut fields = assertion_form(&assertion).to_vec();
        fields.push(("scope", scope));
        scene.town.anonymous().posts_form(&fields).await
    };

    let less = asks("less", "membership.read").await;
    assert_eq!(less.body["scope"], "membership.read");
    let program = scene.town.anonymous().with_token(less.body["access_token"].as_str().expect("a token"));
    let permissions: Vec<String> = permissions_of(&program).await.into_keys().collect();
    assert_eq!(permissions, ["membership.read"]);
    let before = scene.tokens().await;
    for (name, scope) in
        [("more", "membership.read referral.create"), ("all", "api_key.manage"), ("word", "system/*.rs")]
    {
        let answer = asks(name, scope).await;
        assert_eq!(
            (answer.status, &answer.body),
            (StatusCode::BAD_REQUEST, &json!({ "error": "invalid_scope" }))
        );
    }
    assert_eq!(scene.tokens().await, before);
}

#[tokio::test]
async fn what_whoever_registered_the_client_may_not_do_any_more_it_may_not_either() {
    let scene = Scene::new().await;
    let program = scene.access("before").await;
    let gone =
        format!("update role_assignments set deleted_at = now() where user_id = '{}'", scene.admin.user());
    scene.town.tenant.change(&gone).await;

    assert_eq!(program.ask("{ organizations { totalCount } }").await.refused(), "FORBIDDEN");
    let answer = scene.asks(&scene.assertion("without", json!({}))).await;
    assert_eq!(answer.body, json!({ "error": "invalid_scope" }), "a believed client that has nothing left");

    let suspended = format!("update users set status = 'SUSPENDED' where id = '{}'", scene.admin.user());
    scene.town.tenant.change(&suspended).await;
    let before = scene.tokens().await;
    turned_away(&program.ask(WHO_AM_I).await);
    disbelieved(&scene.asks(&scene.assertion("suspended", json!({}))).await);
    assert_eq!(scene.tokens().await, before);
}

#[tokio::test]
async fn a_revoked_client_is_given_nothing_and_loses_what_it_was_given() {
    let scene = Scene::new().await;
    let program = scene.access("before").await;
    let input = json!({ "partnerClientId": scene.id.to_string() });

    let data = scene.admin.mutate("revokePartnerClient", input.clone(), "revokedAt lastUsedAt").await.ok();

    assert!(data["revokePartnerClient"]["result"]["lastUsedAt"].is_string(), "{data}");
    turned_away(&program.ask(WHO_AM_I).await);
    disbelieved(&scene.asks(&scene.assertion("after", json!({}))).await);
    assert_eq!(scene.tokens().await, 1);
    let again = scene.admin.mutate("revokePartnerClient", input, "id").await;
    assert_eq!(again.user_error("revokePartnerClient"), "INVALID_STATE");
}

#[tokio::test]
async fn keys_are_replaced_and_the_old_ones_sign_for_nobody() {
    let scene = Scene::new().await;
    let key = SigningKey::rsa();
    let replace = async |keys: Value| {
        let set = json!({ "keys": keys }).to_string();
        let input = json!({ "partnerClientId": scene.id.to_string(), "keySet": set });
        scene.admin.mutate("replacePartnerClientKeys", input, "keyIds").await
    };
    let both = replace(json!([scene.key.published("one"), key.published("two")])).await.ok();
    assert_eq!(both["replacePartnerClientKeys"]["result"]["keyIds"], json!(["one", "two"]));
    scene.access("old").await;
    let header = json!({ "alg": "RS384", "kid": "two" });
    let by_new = |name: &str| {
        key.signs(&header, &claims(&scene.client, name, scene.town.app.clock().now(), json!({})))
    };
    assert_eq!(scene.asks(&by_new("new")).await.status, StatusCode::OK);

    replace(json!([key.published("two")])).await.ok();

    disbelieved(&scene.asks(&scene.assertion("old again", json!({}))).await);
    assert_eq!(scene.asks(&by_new("new again")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn only_public_keys_that_can_be_used_are_registered() {
    let scene = Scene::new().await;
    let good = scene.key.published("one");
    let with = |changes: Value| {
        let mut key = good.clone();
        for (name, value) in changes.as_object().expect("an object") {
            key[name] = value.clone();
        }
        key.as_object_mut().expect("an object").retain(|_, value| !value.is_null());
        key
    };
    let many: Vec<Value> = (0..11).map(|number| scene.key.published(&number.to_string())).collect();
    let sets = [
        "{}".to_owned(),
        "keys".to_owned(),
        json!({ "keys": [] }).to_string(),
        json!({ "keys": "one" }).to_string(),
        json!({ "keys": ["one"] }).to_string(),
        json!({ "keys": many }).to_string(),
        json!({ "keys": [good, good] }).to_string(),
        json!({ "keys": [with(json!({ "d": "c2VjcmV0" }))] }).to_string(),
        json!({ "keys": [with(json!({ "kid": null }))] }).to_string(),
        json!({ "keys": [with(json!({ "kid": "one\u{7}" }))] }).to_string(),
        json!({ "keys": [with(json!({ "crv": "P-256" }))] }).to_string(),
        json!({ "keys": [with(json!({ "alg": "ES256" }))] }).to_string(),
        json!({ "keys": [with(json!({ "use": "enc" }))] }).to_string(),
        json!({ "keys": [with(json!({ "x": "AAAA" }))] }).to_string(),
        json!({ "keys": [{ "kty": "oct", "kid": "one", "k": "c2VjcmV0" }] }).to_string(),
        json!({ "keys": [{ "kty": "RSA", "kid": "one", "n": "sJ7tcg7xNeEg", "e": "AQAB" }] }).to_string(),
        format!("{{\"keys\":[{}]}}", " ".repeat(40_000)),
    ];
    let clients = scene.town.tenant.count("partner_clients").await;

    for set in &sets {
        let mut input = key_terms(scene.district, json!({ "keySet": set }));
        input.as_object_mut().expect("an object").remove("expiresAt");
        let complaint =
            scene.admin.mutate("registerPartnerClient", input, "id").await.complaint("registerPartnerClient");
        assert_eq!(
            (&complaint["code"], &complaint["field"]),
            (&json!("VALIDATION_FAILED"), &json!(["keySet"])),
            "{set}"
        );
        let input = json!({ "partnerClientId": scene.id.to_string(), "keySet": set });
        let answer = scene.admin.mutate("replacePartnerClientKeys", input, "id").await;
        assert_eq!(answer.user_error("replacePartnerClientKeys"), "VALIDATION_FAILED", "{set}");
    }

    assert_eq!(scene.town.tenant.count("partner_clients").await, clients);
    scene.access("still the old key").await;
}

#[tokio::test]
async fn what_is_no_such_request_is_told_so_in_the_words_of_oauth() {
    let scene = Scene::new().await;
    let anonymous = scene.town.anonymous();
    let assertion = scene.assertion("first", json!({}));
    let [grant, kind, proof] = assertion_form(&assertion);
    let before = scene.tokens().await;

    for (fields, error) in [
        (vec![], "invalid_request"),
        (vec![kind, proof], "invalid_request"),
        (vec![grant, kind, proof, proof], "invalid_request"),
        (vec![("grant_type", "password"), kind, proof], "unsupported_grant_type"),
        (vec![grant], "invalid_client"),
        (vec![grant, proof], "invalid_client"),
        (vec![grant, kind], "invalid_client"),
        (vec![grant, ("client_id", scene.client.as_str()), ("client_secret", "secret")], "invalid_client"),
        (vec![grant, kind, proof, ("client_id", "another")], "invalid_client"),
    ] {
        let answer = anonymous.posts_form(&fields).await;
        assert_eq!(
            (answer.status, &answer.body),
            (StatusCode::BAD_REQUEST, &json!({ "error": error })),
            "{fields:?}"
        );
    }
    let request = |method: Method, media: &str, body: String| {
        let request = Request::builder().method(method).uri("/oauth2/token").header("content-type", media);
        request.body(Body::from(body)).expect("a request")
    };
    let form = "application/x-www-form-urlencoded";
    let read = anonymous.deliver(request(Method::GET, form, String::new())).await;
    assert_eq!(
        (read.status, &read.headers["allow"]),
        (StatusCode::METHOD_NOT_ALLOWED, &"POST".parse().expect("a header"))
    );
    for (media, body) in [
        ("application/json", json!({ "grant_type": grant.1 }).to_string()),
        (form, "a=%zz&grant_type=%ff".to_owned()),
    ] {
        assert_eq!(
            anonymous.deliver(request(Method::POST, media, body)).await.body["error"],
            "invalid_request"
        );
    }
    let long = anonymous.deliver(request(Method::POST, form, "a".repeat(70_000))).await;
    assert_eq!(long.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(scene.tokens().await, before);
    assert_eq!(scene.asks(&assertion).await.status, StatusCode::OK, "none of them spent it");
}
