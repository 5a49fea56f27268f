//! Turning a code into what the provider says of somebody (RFC 6749, section 4.1.3).

use base64::{Engine, engine::general_purpose::STANDARD};
use entity::identity::identity_provider;
use reqwest::{StatusCode, Url};
use secrecy::SecretString;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::Failure;
use crate::{
    identity::identity_provider::secret_place,
    kernel::{app::App, crypto::TenantKeys, error::Error, federation::Configuration},
};

/// What the token endpoint answered.
#[derive(Deserialize)]
pub(super) struct Tokens {
    pub(super) id_token: String,
    pub(super) access_token: Option<String>,
}

/// Exchanges a code. The verifier shows that who asked for it exchanges it, the secret that it is us.
pub(super) async fn exchange(
    app: &App,
    keys: &TenantKeys,
    provider: &identity_provider::Model,
    configuration: &Configuration,
    code: &str,
    verifier: &str,
    redirect: &str,
) -> Result<Tokens, Failure> {
    let endpoint = configuration.token_endpoint.as_deref().ok_or(Failure::Unavailable)?;
    let client_id = provider.client_id.as_deref().ok_or(Failure::Refused)?;
    let secret = match &provider.client_secret {
        Some(sealed) => Some(
            keys.open_secret(&secret_place(provider.tenant_id, provider.id), sealed).map_err(Error::from)?,
        ),
        None => None,
    };
    let secret = secret.as_deref().map(|bytes| std::str::from_utf8(bytes)).transpose();
    let secret = secret.map_err(|_| Failure::Internal)?;
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", redirect),
        ("code_verifier", verifier),
    ];
    let authorization = match secret {
        Some(secret) if !configuration.secret_in_form => Some(basic(client_id, secret)),
        Some(secret) => {
            form.extend([("client_id", client_id), ("client_secret", secret)]);
            None
        }
        None => {
            form.push(("client_id", client_id));
            None
        }
    };
    let outside = app.federation().outside();
    let answer = outside.post("tokens", endpoint, encoded(&form).into(), authorization).await?;
    match answer.status {
        StatusCode::OK => serde_json::from_slice(&answer.body).map_err(|_| Failure::Refused),
        status if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
            Err(Failure::Unavailable)
        }
        _ => Err(Failure::Refused),
    }
}

/// Both halves are encoded as in a form before they are joined (RFC 6749, section 2.3.1).
fn basic(client_id: &str, secret: &str) -> SecretString {
    let half = |text: &str| Zeroizing::new(encoded(&[("", text)]).split_off(1));
    let pair = Zeroizing::new(format!("{}:{}", *half(client_id), *half(secret)));
    format!("Basic {}", STANDARD.encode(pair.as_bytes())).into()
}

fn encoded(pairs: &[(&str, &str)]) -> String {
    let mut url = Url::parse("https://here.example").expect("an address");
    url.query_pairs_mut().extend_pairs(pairs);
    url.query().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn a_form_and_a_header_hold_whatever_a_secret_is_made_of() {
        let form = encoded(&[("code", "a+b/c="), ("client_secret", "p&q=r s%é")]);
        assert_eq!(form, "code=a%2Bb%2Fc%3D&client_secret=p%26q%3Dr+s%25%C3%A9");
        // The header of RFC 6749, section 2.3.1; and a colon that belongs to a half.
        assert_eq!(
            basic("s6BhdRkqt3", "7Fjfp0ZBr1KtDRbnfVdmIw").expose_secret(),
            "Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3"
        );
        assert_eq!(basic("a:b", "c d").expose_secret(), &format!("Basic {}", STANDARD.encode("a%3Ab:c+d")));
    }
}
