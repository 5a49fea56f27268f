//! Under which address clients and browsers know this server.

use reqwest::Url;

use super::{ConfigError, Environment, PUBLIC_URL};

/// Reads the variable. What a request says of its host is never asked instead: anybody can write that.
pub(super) fn read(text: Option<String>, environment: Environment) -> Result<Option<String>, ConfigError> {
    let Some(text) = text else { return Ok(None) };
    let url = Url::parse(&text).ok().filter(|url| {
        let scheme = match environment {
            Environment::Development => ["https", "http"].contains(&url.scheme()),
            Environment::Production => url.scheme() == "https",
        };
        let bare = url.username().is_empty() && url.password().is_none();
        scheme
            && bare
            && url.has_host()
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
    });
    let url = url.ok_or_else(|| {
        // A password is not repeated, not even to whoever wrote it.
        let given = if text.contains('@') { "holds credentials".to_owned() } else { format!("is `{text}`") };
        ConfigError(format!(
            "{PUBLIC_URL} {given}, but it must be a scheme and a host with nothing behind them, such as \
             https://care.example.org"
        ))
    })?;
    Ok(Some(url.origin().ascii_serialization()))
}
