//! Who is told of events.

use base64::{Engine, engine::general_purpose::STANDARD};
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};

use super::{ConfigError, EVENTS_SECRET, EVENTS_URL, Environment};

/// The length of a key in bytes, as Standard Webhooks sets it.
const KEY_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// Who is told of events, and how it knows that they are ours.
#[derive(Clone, Debug)]
pub struct EventSinkSettings {
    /// Where events are posted. A secret, since some receivers tell their callers by the address.
    pub url: SecretString,
    /// The key of the signatures: `whsec_` and base64.
    pub secret: SecretString,
}

/// Reads both variables, which are there together or not at all. No value is quoted: either may be a secret.
pub(super) fn read(
    url: Option<String>,
    secret: Option<String>,
    environment: Environment,
) -> Result<Option<EventSinkSettings>, ConfigError> {
    let (url, secret) = match (url, secret) {
        (None, None) => return Ok(None),
        (Some(url), Some(secret)) => (SecretString::from(url), SecretString::from(secret)),
        (Some(_), None) => {
            return Err(ConfigError(format!(
                "{EVENTS_URL} is set, but {EVENTS_SECRET} is not: make one with \
                 `echo whsec_$(openssl rand -base64 32)` and give it to the receiver as well"
            )));
        }
        (None, Some(_)) => {
            return Err(ConfigError(format!(
                "{EVENTS_SECRET} is set, but {EVENTS_URL} is not: set it to where events are posted"
            )));
        }
    };
    let parsed = Url::parse(url.expose_secret()).ok().filter(Url::has_host);
    let usable = parsed.is_some_and(|url| match url.scheme() {
        "https" => true,
        "http" => environment == Environment::Development,
        _ => false,
    });
    if !usable {
        let schemes = match environment {
            Environment::Development => "https or http",
            Environment::Production => "https",
        };
        return Err(ConfigError(format!(
            "{EVENTS_URL} must be a URL with {schemes}, such as https://events.example.org/consentry"
        )));
    }
    let key = secret.expose_secret().strip_prefix("whsec_").and_then(|key| STANDARD.decode(key).ok());
    if !key.is_some_and(|key| KEY_BYTES.contains(&key.len())) {
        return Err(ConfigError(format!(
            "{EVENTS_SECRET} must be whsec_ and 24 to 64 bytes in base64, which \
             `echo whsec_$(openssl rand -base64 32)` makes"
        )));
    }
    Ok(Some(EventSinkSettings { url, secret }))
}
