//! An issuer of tokens that does whatever a test wants: it signs with any key, publishes any keys, and falls silent.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    http::{StatusCode, header},
    response::IntoResponse,
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};

use super::Wire;

/// A key that signs tokens.
pub struct SigningKey {
    id: String,
    pair: Ed25519KeyPair,
}

impl SigningKey {
    /// The key that belongs to a seed.
    pub fn new(id: &str, seed: u8) -> Self {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).expect("a seed");
        Self { id: id.to_owned(), pair }
    }

    /// The public half, as an issuer publishes it.
    pub fn published(&self) -> Value {
        let x = URL_SAFE_NO_PAD.encode(self.public());
        json!({ "kty": "OKP", "crv": "Ed25519", "kid": self.id, "use": "sig", "x": x })
    }

    /// The bytes of the public half.
    pub fn public(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }

    /// A token with these claims.
    pub fn token(&self, claims: &Value) -> String {
        self.token_with(&json!({ "alg": "EdDSA", "kid": self.id, "typ": "at+jwt" }), claims)
    }

    /// A token with this header.
    pub fn token_with(&self, header: &Value, claims: &Value) -> String {
        compact(header, claims, |message| self.pair.sign(message).as_ref().to_vec())
    }
}

/// A token in three parts, signed by anything.
pub fn compact(header: &Value, claims: &Value, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(header), part(claims));
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(sign(signed.as_bytes())))
}

/// An issuer on this machine.
pub struct Issuer {
    /// Its name, which is its address.
    pub url: String,
    state: Arc<Mutex<State>>,
    wire: Option<Wire>,
}

#[derive(Default)]
struct State {
    configuration: Value,
    keys: Vec<Value>,
    tokens: Value,
    asked: BTreeMap<&'static str, u32>,
}

impl Issuer {
    /// An issuer that publishes one key.
    pub async fn publishing(key: &SigningKey) -> Self {
        let state = Arc::<Mutex<State>>::default();
        let answer = |document: &'static str, read: fn(&State) -> Value| {
            let state = state.clone();
            move || async move {
                let mut state = state.lock().expect("no test panics with the lock");
                *state.asked.entry(document).or_default() += 1;
                let body = read(&state).to_string();
                (StatusCode::OK, [(header::CONTENT_TYPE, "application/json")], body).into_response()
            }
        };
        let configuration = answer("configuration", |state| state.configuration.clone());
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(configuration))
            .route("/keys", get(answer("keys", |state| json!({ "keys": state.keys }))))
            .route("/token", post(answer("tokens", |state| state.tokens.clone())));
        let wire = Wire::serve(router).await;
        let url = format!("http://{}", wire.address);
        let issuer = Self { url: url.clone(), state, wire: Some(wire) };
        issuer.says(json!({
            "issuer": url,
            "jwks_uri": format!("{url}/keys"),
            "authorization_endpoint": format!("{url}/authorize"),
            "token_endpoint": format!("{url}/token"),
        }));
        issuer.publishes(&[key]);
        issuer
    }

    /// Publishes other keys.
    pub fn publishes(&self, keys: &[&SigningKey]) {
        self.state().keys = keys.iter().map(|key| key.published()).collect();
    }

    /// Says something else of itself.
    pub fn says(&self, configuration: Value) {
        self.state().configuration = configuration;
    }

    /// Gives these tokens for any code.
    pub fn gives(&self, tokens: Value) {
        self.state().tokens = tokens;
    }

    /// How often it was asked for a document.
    pub fn asked(&self, document: &str) -> u32 {
        self.state().asked.get(document).copied().unwrap_or_default()
    }

    /// Answers nobody any more.
    pub fn falls_silent(&mut self) {
        self.wire = None;
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().expect("no test panics with the lock")
    }
}
