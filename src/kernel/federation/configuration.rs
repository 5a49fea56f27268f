//! What an identity provider says of itself (OpenID Connect Discovery 1.0).

use reqwest::Url;
use serde::Deserialize;

use super::Outside;
use crate::kernel::error::{Error, Result};

/// What an identity provider says of itself, as far as it is used. Its addresses may be called.
#[derive(Clone, Debug)]
pub struct Configuration {
    /// Where its keys are.
    pub key_set_url: String,
    /// Where browsers are sent.
    pub authorization_endpoint: Option<Url>,
    /// Where a code is turned into tokens.
    pub token_endpoint: Option<String>,
    /// Whether its answers to browsers say who gave them (RFC 9207).
    pub names_itself: bool,
    /// Whether a client says its secret in the form rather than in a header.
    pub secret_in_form: bool,
}

#[derive(Deserialize)]
struct Document {
    issuer: String,
    jwks_uri: String,
    authorization_endpoint: Option<String>,
    token_endpoint: Option<String>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
}

impl Configuration {
    /// Where the issuer publishes it.
    pub(super) fn url(issuer: &str) -> String {
        format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'))
    }

    /// Reads the document of this issuer.
    ///
    /// # Errors
    ///
    /// `UNAVAILABLE` when it is none, is that of another issuer, or names an address that may not be called.
    pub(super) fn read(body: &[u8], issuer: &str, outside: &Outside) -> Result<Self> {
        let document: Document = serde_json::from_slice(body).map_err(|_| Error::Unavailable)?;
        if document.issuer != issuer {
            return Err(Error::Unavailable);
        }
        let fit = |text: String| outside.reach().fit(&text).map_err(|_| Error::Unavailable);
        let methods = document.token_endpoint_auth_methods_supported;
        let offers = |method: &str| methods.iter().flatten().any(|offered| offered == method);
        Ok(Self {
            key_set_url: fit(document.jwks_uri)?.into(),
            authorization_endpoint: document.authorization_endpoint.map(fit).transpose()?,
            token_endpoint: document.token_endpoint.map(fit).transpose()?.map(Url::into),
            names_itself: document.authorization_response_iss_parameter_supported,
            // Whoever says nothing takes the header.
            secret_in_form: offers("client_secret_post") && !offers("client_secret_basic"),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::kernel::federation::Reach;

    fn read(changes: Value) -> Result<Configuration> {
        let mut document = json!({
            "issuer": "https://login.example.org/",
            "jwks_uri": "https://login.example.org/keys",
            "authorization_endpoint": "https://login.example.org/authorize",
            "token_endpoint": "https://login.example.org/token",
        });
        for (name, value) in changes.as_object().expect("an object") {
            document[name] = value.clone();
        }
        let outside = Outside::new(Reach::Public);
        Configuration::read(document.to_string().as_bytes(), "https://login.example.org/", &outside)
    }

    #[test]
    fn a_configuration_counts_only_for_the_issuer_that_it_names_to_the_letter() {
        assert!(read(json!({})).is_ok());
        for issuer in
            ["https://login.example.org", "https://evil.example.org/", "https://LOGIN.example.org/", ""]
        {
            assert!(read(json!({ "issuer": issuer })).is_err(), "{issuer}");
        }
    }

    #[test]
    fn a_configuration_that_points_inside_is_none() {
        for name in ["jwks_uri", "authorization_endpoint", "token_endpoint"] {
            for address in
                ["https://169.254.169.254/", "http://login.example.org/", "javascript:alert(1)", ""]
            {
                let mut changes = json!({});
                changes[name] = address.into();
                assert!(read(changes).is_err(), "{name}: {address}");
            }
        }
    }

    #[test]
    fn the_secret_goes_into_the_form_only_when_the_header_is_not_offered() {
        let in_form = |methods: Value| read(json!({ "token_endpoint_auth_methods_supported": methods }));
        assert!(!in_form(json!(null)).expect("read").secret_in_form);
        assert!(!in_form(json!(["client_secret_post", "client_secret_basic"])).expect("read").secret_in_form);
        assert!(in_form(json!(["client_secret_post"])).expect("read").secret_in_form);
    }

    #[test]
    fn it_is_published_beneath_the_issuer() {
        let expected = "https://login.example.org/a/.well-known/openid-configuration";
        assert_eq!(Configuration::url("https://login.example.org/a"), expected);
        assert_eq!(Configuration::url("https://login.example.org/a/"), expected);
    }
}
