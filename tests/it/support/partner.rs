//! Partner organizations: what an administrator gives them, and programs that sign for themselves.

use axum::{
    body::Body,
    http::{Request, header},
};
use base64::{Engine, engine::general_purpose::STANDARD, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    Id,
    identity::{api_key, partner_client},
    tenancy::organization,
};
use ring::{
    rand::SystemRandom,
    signature::{
        ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA384, RsaKeyPair,
        RsaPublicKeyComponents,
    },
};
use serde_json::{Value, json};

use super::{Actor, Answer, id};

/// Whom assertions are made for.
pub const TOKEN_URL: &str = "https://town.example/oauth2/token";

impl Actor {
    /// Enters an organization. Its slug is its own in the tenant.
    pub async fn enters_organization(
        &self,
        kind: &str,
        slug: &str,
        parent: Option<Id<organization::Entity>>,
    ) -> Id<organization::Entity> {
        let parent = parent.map(|parent| parent.to_string());
        let input =
            json!({ "kind": kind, "name": "A partner", "slug": slug, "parentOrganizationId": parent });
        let answer = self.mutate("createOrganization", input, "id").await.ok();
        assert_eq!(answer["createOrganization"]["userErrors"], json!([]), "{answer}");
        id(&answer["createOrganization"]["result"]["id"])
    }

    /// Gives out a key for `membership.read` and treatment until the first of December; `terms` overrides parts of that.
    /// Returns its id, and the program that has it.
    pub async fn gives_key(
        &self,
        organization: Id<organization::Entity>,
        terms: Value,
    ) -> (Id<api_key::Entity>, Actor) {
        let answer =
            self.mutate("createApiKey", key_terms(organization, terms), "key apiKey { id }").await.ok();
        let result = &answer["createApiKey"]["result"];
        let key = result["key"].as_str().unwrap_or_else(|| panic!("no key: {answer}"));
        (id(&result["apiKey"]["id"]), self.with_token(key))
    }

    /// Registers a client with the public half of a key, otherwise as [`gives_key`](Self::gives_key).
    pub async fn registers_client(
        &self,
        organization: Id<organization::Entity>,
        keys: Value,
        terms: Value,
    ) -> (Id<partner_client::Entity>, String) {
        let mut input = key_terms(organization, terms);
        input.as_object_mut().expect("an object").remove("expiresAt");
        input["keySet"] = json!(json!({ "keys": keys }).to_string());
        let answer = self.mutate("registerPartnerClient", input, "id clientId").await.ok();
        let result = &answer["registerPartnerClient"]["result"];
        let client = result["clientId"].as_str().unwrap_or_else(|| panic!("no client: {answer}")).to_owned();
        (id(&result["id"]), client)
    }

    /// Sends a form to the token endpoint.
    pub async fn posts_form(&self, fields: &[(&str, &str)]) -> Answer {
        let encode = |text: &str| {
            let byte = |byte: u8| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                    char::from(byte).to_string()
                }
                other => format!("%{other:02X}"),
            };
            text.bytes().map(byte).collect::<String>()
        };
        let pairs: Vec<String> =
            fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        let request = Request::post("/oauth2/token")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(pairs.join("&")))
            .expect("a request");
        self.deliver(request).await
    }

    /// Asks for access with an assertion.
    pub async fn asserts(&self, assertion: &str) -> Answer {
        self.posts_form(&assertion_form(assertion)).await
    }
}

/// The fields of a request with an assertion.
pub fn assertion_form(assertion: &str) -> [(&str, &str); 3] {
    [
        ("grant_type", "client_credentials"),
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", assertion),
    ]
}

/// What a key is given out for, when nothing else is said.
pub fn key_terms(organization: Id<organization::Entity>, terms: Value) -> Value {
    let mut all = json!({
        "organizationId": organization.to_string(),
        "name": "Roster",
        "scopes": ["membership.read"],
        "purpose": "TREATMENT",
        "expiresAt": "2026-12-01T00:00:00Z",
    });
    for (key, value) in terms.as_object().into_iter().flatten() {
        all[key] = value.clone();
    }
    all
}

/// A key that a client signs with.
pub enum SigningKey {
    /// ES384.
    Elliptic(EcdsaKeyPair),
    /// RS384.
    Rsa(RsaKeyPair),
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

impl SigningKey {
    /// A new key for ES384.
    pub fn elliptic() -> Self {
        let (random, algorithm) = (SystemRandom::new(), &ECDSA_P384_SHA384_FIXED_SIGNING);
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).expect("a key");
        Self::Elliptic(EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random).expect("a key"))
    }

    /// The key of these tests for RS384.
    pub fn rsa() -> Self {
        Self::Rsa(RsaKeyPair::from_der(&STANDARD.decode(RSA).expect("base64")).expect("a key"))
    }

    /// The algorithm it is for.
    pub fn algorithm(&self) -> &'static str {
        match self {
            Self::Elliptic(_) => "ES384",
            Self::Rsa(_) => "RS384",
        }
    }

    /// The public half.
    pub fn published(&self, id: &str) -> Value {
        match self {
            Self::Elliptic(pair) => {
                let (x, y) = pair.public_key().as_ref()[1..].split_at(48);
                json!({ "kty": "EC", "crv": "P-384", "kid": id, "x": encode(x), "y": encode(y) })
            }
            Self::Rsa(pair) => {
                let RsaPublicKeyComponents { n, e } = RsaPublicKeyComponents::<Vec<u8>>::from(pair.public());
                json!({ "kty": "RSA", "kid": id, "n": encode(n), "e": encode(e) })
            }
        }
    }

    /// Signs a header and claims, whatever they say.
    pub fn signs(&self, header: &Value, claims: &Value) -> String {
        let signed = format!("{}.{}", encode(header.to_string()), encode(claims.to_string()));
        let random = SystemRandom::new();
        let signature = match self {
            Self::Elliptic(pair) => {
                pair.sign(&random, signed.as_bytes()).expect("it signs").as_ref().to_vec()
            }
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA384, &random, signed.as_bytes(), &mut signature).expect("it signs");
                signature
            }
        };
        format!("{signed}.{}", encode(signature))
    }

    /// An assertion as it should be, made at this moment for the next two minutes; `changes` overrides claims, and takes
    /// out those that are null.
    pub fn asserts(&self, client: &str, token_id: &str, now: DateTime<Utc>, changes: Value) -> String {
        let header = json!({ "alg": self.algorithm(), "kid": "one", "typ": "JWT" });
        self.signs(&header, &claims(client, token_id, now, changes))
    }
}

/// What an assertion claims.
pub fn claims(client: &str, token_id: &str, now: DateTime<Utc>, changes: Value) -> Value {
    let mut claims = json!({
        "iss": client,
        "sub": client,
        "aud": TOKEN_URL,
        "iat": now.timestamp(),
        "exp": (now + TimeDelta::minutes(2)).timestamp(),
        "jti": token_id,
    });
    for (name, value) in changes.as_object().into_iter().flatten() {
        claims[name] = value.clone();
    }
    claims.as_object_mut().expect("an object").retain(|_, value| !value.is_null());
    claims
}

/// A private key that signs nothing but these tests, PKCS #1.
const RSA: &str = "\
    MIIEpAIBAAKCAQEAsJ7tcg7xNeEgQryhl/E94XqqEKLZ2FRK4CZlxJ3ia8EOAvr7W3ebfs0+bDCGvM0AIqFDA4sLCbWijIJwL3us\
    OBqXpIzyMN8N7kU+eQ/ajRiJkEvQxfgeFxUjuvwkmrpjSG2dq5sGehAqbOELL4ejyECPLWWO81LV3WBGDE7V0uKWSvx1oCQ8hg/3\
    OFh5M3aRv6ABzlsSZt6juD1vQSuHCZJXFTrVNzN06kd0W0NUOA9ha7SWLwDhcg450ean9HFKwQ0LCbaBcxYhOTUurhGwuhsmk8Gh\
    w4Dt4fFCbFuHum3e52aYYgq5c1kR3BQl23GEsaglCWqxZq3asHik2Sud9QIDAQABAoIBAAQlJWFK+1C+e5gYCWUsPtL1osZOAsr/\
    sXErctx82xqYduMi2kwrgAf8ulAQ3ydRBVrgCiysB6KJniq/iJv+Akz1HNAlFFhex8WANQbjfxzWxwBkCHPjo+slQ8fTO+sGCvyh\
    Fp/3fQes154OCwnpcZ0qcgxzSM9U8fAmiVunwaoXvVUM33/otA0iTQzDYxBnKe/KXmEvE7wAMnk5tymPqLT5fAz5hrfAJNm2WBgk\
    ePKFP9w16bgbwCxidNydAV5mY9vouxUVXJkOp0ojf9AWX0XJ8aimKzym9HA7lMv6aUjhgGAoUXNofXcTSKf5q7HuHuFeOgSKBBFJ\
    CO40ahYeJskCgYEA+WkFdOFz/NzG1nMxA950bG0mp6z7XfZ4o/0Rr0Z/UBNUZFLTYdwDBtGqeIUWaUYt5S9mmYnblnR+hlFaHx16\
    a4JTSShuvBbAM1pYPcnt/njygR98KqSIexYxIJvc8EZ8fMV1aXOP7iGMu0xLdMIGcEeU019iM5D8/f6Bz73D9wkCgYEAtUmRYeZA\
    9jfzOk7hcXSmUygQYfxnRxMM41MAvl2mzWb5TRMBEj9RyN86YsTI/yQOxu69Q6uSkenUkRQwt7VltNJ39YkMWV4uHqwerel58yrc\
    ewYk1YlgpzGNuSsvHSrT5PvyjWQGR2d6MFIB+X+IYIyRADr4SZPfyk4gHefdno0CgYEAx70wroMjxZz17KaB2YxdBrx/WYdyI7UQ\
    tpwkfo9hxDpGurWOLe/pyJs+/5ft889NUB8e9tVts1eGQIGEQCj2coUDuDIWRLGfqUCwLIO8ArDP3VLeuLPdzV1faLMKRK7eYXot\
    Zo8y9E2QDCu0vkPoriDVclYQKiXyRmN9iGZ8OykCgYEAj/Xi4FZjoeLeYKBBQMJ8Ti7Ti6xPK07CfkbsoT9ndVdfg8gioqXrwVMb\
    X1Gbt5ifr3PokjNOSlbguXDKGyiOoqA8KJxzVQiIIU1Xc42jjOmtenhvia71NPAR9kiHumbHK+CzRXp3zf4rNvH4pXOUDe+yOfea\
    MXufTFzr/jOhdwUCgYB9z8uVqSWTVITbfu+oZkr25GT2mkhahFT+lKHquHrEE1xuMJxIAGJ8L/n6FVPSjfyr2rEuC9yh5pb3iTve\
    SFxfi3P+kqX3uVtb44Rk+nxvdLZrtghbHbdyRDIQskAFJ5l3SNM2opNkReNuP0z/SJiwVRhbYOWe1tByUvB2tAD/cQ==";
