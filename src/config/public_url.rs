//! By which URL the outside knows the server.

use std::net::SocketAddr;

use reqwest::Url;

use super::{ConfigError, Environment, PUBLIC_URL};

/// Reads the URL, without a slash at its end. In development it is the address that is listened on.
pub(super) fn read(
    url: Option<String>,
    listen: SocketAddr,
    environment: Environment,
) -> Result<Option<String>, ConfigError> {
    let Some(url) = url else {
        return Ok((environment == Environment::Development).then(|| format!("http://{listen}")));
    };
    let usable = Url::parse(&url).ok().filter(Url::has_host).is_some_and(|url| {
        let scheme = match url.scheme() {
            "https" => true,
            "http" => environment == Environment::Development,
            _ => false,
        };
        let bare = url.query().is_none() && url.fragment().is_none();
        scheme && bare && url.username().is_empty() && url.password().is_none()
    });
    if usable {
        return Ok(Some(url.trim_end_matches('/').to_owned()));
    }
    Err(ConfigError(format!(
        "{PUBLIC_URL} must be the URL by which clients know the server, with https in production and nothing after its \
         path, such as https://consentry.example.org"
    )))
}
