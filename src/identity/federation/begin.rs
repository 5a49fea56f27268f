//! Sending a browser to its provider.

use std::sync::Arc;

use entity::identity::identity_provider::{self, IdentityProviderStatus};
use reqwest::Url;
use sea_orm::{ColumnTrait, Condition};
use secrecy::SecretString;

use super::{Failure, attempt::Attempt};
use crate::kernel::{app::App, federation::Source, record::Origin, session::Slot};

/// No place in the pages has a longer name.
const LONGEST_RETURN: usize = 500;
/// Where browsers come back to.
pub(super) const CALLBACK: &str = "/auth/callback";

/// Who wants to sign in where.
#[derive(Clone, Debug)]
pub struct Wish {
    /// The organization's short name.
    pub organization: String,
    /// The provider's key.
    pub provider: String,
    /// The path to go to afterwards.
    pub return_to: Option<String>,
}

/// A browser that leaves.
pub struct Begun {
    /// Where it goes.
    pub location: String,
    /// What it keeps meanwhile.
    pub cookie: SecretString,
}

/// Begins a sign-in.
///
/// # Errors
///
/// See [`Failure`].
pub async fn begin(app: &App, origin: Arc<Origin>, wish: Wish) -> Result<Begun, Failure> {
    let Wish { organization, provider, return_to } = wish;
    let public_url = app.federation().public_url().ok_or(Failure::NotFound)?;
    let return_to = return_to.unwrap_or_else(|| "/".to_owned());
    if !is_of_this_server(&return_to) {
        return Err(Failure::BadReturn);
    }
    let tenant_id = app.tenant_by_slug(&organization).await?.ok_or(Failure::NotFound)?;
    let wanted = Condition::all()
        .add(identity_provider::Column::Key.eq(provider))
        .add(identity_provider::Column::Status.eq(IdentityProviderStatus::Active));
    let found = Slot::anonymous(app, origin)
        .write_anonymous(tenant_id, move |write| {
            Box::pin(async move { write.find::<identity_provider::Entity>(wanted).await })
        })
        .await?;
    let provider = found.ok_or(Failure::NotFound)?;
    let client_id = provider.client_id.clone().ok_or(Failure::NotFound)?;
    let now = app.clock().now();
    let configuration = app.federation().configuration(&source(&provider), now).await?;
    let mut location = configuration.authorization_endpoint.clone().ok_or(Failure::Unavailable)?;
    let attempt = Attempt::new(app.ids().next(), provider.id, return_to, now)?;
    location.query_pairs_mut().extend_pairs([
        ("response_type", "code"),
        ("client_id", &client_id),
        ("redirect_uri", &format!("{public_url}{CALLBACK}")),
        ("scope", "openid"),
        ("state", &attempt.asked.state),
        ("nonce", &attempt.asked.nonce),
        ("code_challenge", &attempt.challenge()),
        ("code_challenge_method", "S256"),
    ]);
    let keys = app.tenant_keys(tenant_id).await?;
    Ok(Begun { location: location.into(), cookie: attempt.seal(&keys)? })
}

/// Whose documents a provider's are.
pub(super) fn source(provider: &identity_provider::Model) -> Source {
    Source {
        tenant_id: provider.tenant_id,
        issuer: provider.issuer.clone(),
        key_set_url: provider.key_set_url.clone(),
    }
}

/// Whether a browser that is told to go there stays here. Browsers read a backslash as a slash, leave tabs and ends of lines
/// out, and take two slashes for the beginning of a host.
fn is_of_this_server(path: &str) -> bool {
    let here = Url::parse("https://here.example").expect("an address");
    path.len() <= LONGEST_RETURN
        && path.starts_with('/')
        && !path.starts_with("//")
        && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
        && here.join(path).is_ok_and(|url| url.origin() == here.origin())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_path_of_this_server_is_gone_back_to() {
        for path in ["/", "/explorer", "/a/b?c=d#e", "/a//b", "/%2f%2fevil.example", "/@evil.example", "/x:y"]
        {
            assert!(is_of_this_server(path), "{path}");
        }
        let long = format!("/{}", "x".repeat(500));
        for path in [
            "",
            "x",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/a\\b",
            "https://evil.example",
            "javascript:alert(1)",
            "/\t/evil.example",
            "/\n/evil.example",
            " /",
            "/ ",
            "/\u{e9}",
            "/\r\nset-cookie: a=b",
            "http:evil.example",
            ".",
            "@evil.example",
            &long,
        ] {
            assert!(!is_of_this_server(path), "{path:?}");
        }
    }
}
