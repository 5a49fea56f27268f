//! Passwords and bearer tokens.

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
}
