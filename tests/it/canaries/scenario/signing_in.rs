//! Passwords and bearer tokens.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;

use super::People;
use crate::canaries::conversation::{Audience, Conversation, code};
use Audience::{MayNot, MaySee};

/// People sign in and out: with wrong passwords, from nowhere, and rightly.
pub fn sign_in(talk: &mut Conversation, people: &People) {
    let document = "mutation($input: SignInInput!) { signIn(input: $input) { result { token } userErrors { code message } } }";
    for number in 0..14 {
        let password = talk.planted.secret();
        let input = match number % 4 {
            0 => {
                json!({ "organization": "demo", "email": "practitioner@demo.example", "password": password })
            }
            1 => {
                json!({ "organization": "demo", "email": format!("{}@demo.example", talk.planted.secret()), "password": password })
            }
            2 => {
                json!({ "organization": talk.planted.secret(), "email": "admin@demo.example", "password": password })
            }
            _ => {
                json!({ "organization": "demo", "email": talk.planted.secret(), "password": password.repeat(9) })
            }
        };
        let refused = talk.ask("", MayNot, document, json!({ "input": input }));
        assert!(refused["data"]["signIn"]["result"].is_null(), "{refused}");
        talk.mutate_literally("", MayNot, "signIn", &input);
    }
    let password = talk.planted.keep("consentry-demo");
    for login in ["owner", "billing", "practitioner-2"] {
        let input =
            json!({ "organization": "demo", "email": format!("{login}@demo.example"), "password": password });
        let answer = talk.ask("", MaySee, document, json!({ "input": input }));
        let token = answer["data"]["signIn"]["result"]["token"].as_str().expect("a token").to_owned();
        talk.planted.keep(token.clone());
        talk.ask(&token, MayNot, "{ viewer { roles } }", json!({}));
        talk.ask(&token, MayNot, "mutation { signOut { result { endedAt } } }", json!({}));
        let ended = talk.ask(&token, MayNot, "{ patients { totalCount } }", json!({}));
        assert_eq!(code(&ended), "UNAUTHENTICATED", "{ended}");
    }
    // A token that was never given out, and one that was, with another secret.
    let secret = talk.planted.secret();
    let forged = format!("{}{}", &people.clinician[..people.clinician.len() - secret.len()], secret);
    for token in [forged, talk.planted.secret()] {
        let refused = talk.ask(&token, MayNot, "{ patients { totalCount } }", json!({}));
        assert_eq!(code(&refused), "UNAUTHENTICATED", "{refused}");
    }
    come_from_a_provider(talk, people);
}

/// What an organization says to its provider, what claims to come from there, and what browsers bring back.
fn come_from_a_provider(talk: &mut Conversation, people: &People) {
    let issuer = "https://login.example.org";
    let mut input = json!({
        "key": "clinic", "name": "Clinic accounts", "issuer": issuer, "clientId": "consentry",
        "clientSecret": talk.planted.secret(), "audiences": ["consentry-api"], "algorithms": ["EDDSA"],
        // Nobody listens there, so nobody waits for an answer.
        "keySetUrl": "http://127.0.0.1:9/keys",
    });
    let password = talk.planted.keep("consentry-demo");
    let proof =
        "mutation($input: ReauthenticateInput!) { reauthenticate(input: $input) { userErrors { code } } }";
    let fresh = talk.ask(&people.admin, MayNot, proof, json!({ "input": { "password": password } }));
    assert_eq!(fresh["data"]["reauthenticate"]["userErrors"], json!([]), "{fresh}");
    let entered = talk.mutate(&people.admin, MayNot, "createIdentityProvider", &input);
    assert!(entered["data"]["createIdentityProvider"]["result"]["id"].is_string(), "{entered}");
    input["clientSecret"] = talk.planted.secret().into();
    let refused = talk.mutate(&people.admin, MayNot, "createIdentityProvider", &input);
    assert_eq!(refused["data"]["createIdentityProvider"]["userErrors"][0]["code"], "ALREADY_EXISTS");

    let encoded = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let body = json!({ "query": "{ viewer { roles } }" }).to_string();
    for (issuer, organization) in
        [(issuer, "demo"), ("https://elsewhere.example.org", "demo"), (issuer, "nowhere")]
    {
        let claims = json!({ "iss": issuer, "sub": talk.planted.secret(), "email": talk.planted.secret() });
        let signature = talk.planted.secret();
        let token =
            format!("{}.{}.{signature}", encoded(json!({ "alg": "EdDSA", "kid": "one" })), encoded(claims));
        let refused = talk.post(&token, MayNot, &[("X-Organization", organization)], body.as_bytes());
        assert!(["UNAUTHENTICATED", "UNAVAILABLE"].contains(&code(&refused)), "{refused}");
    }
    for _ in 0..3 {
        let [answer, state, cookie, place] = std::array::from_fn(|_| talk.planted.secret());
        let cookie = format!("__Host-consentry-sign-in={cookie}");
        let path = format!("/auth/callback?code={answer}&state={state}");
        talk.request("GET", &path, MayNot, &[("Cookie", &cookie)], b"");
        talk.request("GET", &format!("/auth/demo/{place}/start?return_to=//{place}"), MayNot, &[], b"");
        talk.request("GET", &format!("/auth/demo/{place}/start"), MayNot, &[], b"");
    }
}
