//! The session of a browser: a cookie that no script reads, and a second one that the page's own script sends back.
//!
//! A browser adds cookies to whatever a page makes it send, so a cookie alone proves nobody's will. `SameSite=Strict` keeps
//! it from requests of other sites. Should that ever not hold, a request also has to bear `X-CSRF-Token`, which only a
//! script of our own pages can know: it is an HMAC under the session's secret, and stands in the second cookie.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use secrecy::{ExposeSecret, SecretString};

use super::headers::single;
use super::refusal::Refusal;
use crate::kernel::crypto::BearerToken;

/// The prefix makes browsers refuse a cookie that a neighbouring host or an unencrypted page sets.
const SESSION: &str = "__Host-consentry";
const CSRF: &str = "__Host-consentry-csrf";
const CSRF_HEADER: HeaderName = HeaderName::from_static("x-csrf-token");
const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whose page made the browser send a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Site {
    /// The server's own, by what the browser says.
    Own,
    /// Somebody else's.
    Other,
    /// The browser does not say.
    #[default]
    Unsaid,
}

/// A session that a browser sent by itself, and what tells whether its own page asked for that.
#[derive(Clone, Default)]
pub struct SessionCookie {
    /// The bearer token in it.
    pub token: SecretString,
    /// The header `X-CSRF-Token`.
    pub csrf: Option<String>,
    /// Whose page asked.
    pub site: Site,
}

/// Reads the session of a browser, if there is one. A header `Authorization` goes before it.
pub(super) fn read(headers: &HeaderMap) -> Result<Option<SessionCookie>, Refusal> {
    let mut found = None;
    for cookies in headers.get_all(header::COOKIE) {
        // What cannot be read is not ours.
        for cookie in cookies.to_str().unwrap_or_default().split(';') {
            let Some((SESSION, token)) = cookie.trim().split_once('=') else { continue };
            if found.replace(token).is_some() {
                return Err(Refusal::bad_request(format!("The cookie `{SESSION}` must stand once.")));
            }
        }
    }
    let Some(token) = found.filter(|token| !token.is_empty()) else { return Ok(None) };
    let csrf = single(headers, &CSRF_HEADER)?;
    Ok(Some(SessionCookie { token: SecretString::from(token), csrf, site: site(headers)? }))
}

/// What browsers say goes before what the header `Origin` lets conclude: a proxy may have changed the host.
fn site(headers: &HeaderMap) -> Result<Site, Refusal> {
    match single(headers, &SITE)?.as_deref() {
        Some("same-origin") => return Ok(Site::Own),
        Some(_) => return Ok(Site::Other),
        None => {}
    }
    let Some(origin) = single(headers, &header::ORIGIN)? else { return Ok(Site::Unsaid) };
    let host = single(headers, &header::HOST)?;
    let own = origin.split_once("://").is_some_and(|(_, authority)| Some(authority) == host.as_deref());
    Ok(if own { Site::Own } else { Site::Other })
}

/// Headers that give the token to a browser, until it is closed; the server ends the session before that.
pub(crate) fn give(token: &BearerToken) -> Vec<(HeaderName, HeaderValue)> {
    let [session, csrf] = [
        format!("{SESSION}={}; Path=/; Secure; HttpOnly; SameSite=Strict", token.expose().expose_secret()),
        format!("{CSRF}={}; Path=/; Secure; SameSite=Strict", token.csrf_token()),
    ]
    .map(set);
    session.into_iter().chain(csrf).collect()
}

/// Headers that make a browser forget both cookies.
pub(crate) fn take_back() -> Vec<(HeaderName, HeaderValue)> {
    let [session, csrf] = [
        format!("{SESSION}=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0"),
        format!("{CSRF}=; Path=/; Secure; SameSite=Strict; Max-Age=0"),
    ]
    .map(set);
    session.into_iter().chain(csrf).collect()
}

fn set(cookie: String) -> Option<(HeaderName, HeaderValue)> {
    let mut value = HeaderValue::try_from(cookie).ok()?;
    value.set_sensitive(true);
    Some((header::SET_COOKIE, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    fn token(pairs: &[(&'static str, &'static str)]) -> Option<String> {
        let cookie = read(&headers(pairs)).expect("readable");
        cookie.map(|cookie| cookie.token.expose_secret().to_owned())
    }

    #[test]
    fn the_cookie_is_found_among_others_by_its_whole_name() {
        assert_eq!(token(&[("cookie", "a=b; __Host-consentry=cst_x; c=d")]).as_deref(), Some("cst_x"));
        assert_eq!(
            token(&[("cookie", "a=b"), ("cookie", "__Host-consentry=cst_x")]).as_deref(),
            Some("cst_x")
        );
        for other in [
            "",
            "consentry=x",
            "__Host-consentry-csrf=x",
            "__host-consentry=x",
            "__Host-consentry",
            "__Host-consentry=",
        ] {
            assert_eq!(token(&[("cookie", other)]), None, "{other}");
        }
        assert_eq!(token(&[]), None);
    }

    #[test]
    fn two_sessions_in_one_request_are_none() {
        assert!(read(&headers(&[("cookie", "__Host-consentry=a; __Host-consentry=b")])).is_err());
        assert!(
            read(&headers(&[("cookie", "__Host-consentry=a"), ("cookie", "__Host-consentry=a")])).is_err()
        );
    }

    #[test]
    fn the_page_that_asks_is_ours_or_somebody_elses() {
        let site = |pairs: &[(&'static str, &'static str)]| {
            let cookie = [("cookie", "__Host-consentry=a"), ("host", "care.example")];
            read(&headers(&[&cookie, pairs].concat())).expect("readable").expect("a cookie").site
        };
        assert_eq!(site(&[]), Site::Unsaid);
        assert_eq!(site(&[("sec-fetch-site", "same-origin")]), Site::Own);
        assert_eq!(
            site(&[("sec-fetch-site", "same-origin"), ("origin", "https://inside.example")]),
            Site::Own
        );
        for other in ["same-site", "cross-site", "none", ""] {
            assert_eq!(
                site(&[("sec-fetch-site", other), ("origin", "https://care.example")]),
                Site::Other,
                "{other}"
            );
        }
        assert_eq!(site(&[("origin", "https://care.example")]), Site::Own);
        for other in [
            "https://evil.example",
            "https://care.example.evil.example",
            "https://care.example:444",
            "null",
            "",
        ] {
            assert_eq!(site(&[("origin", other)]), Site::Other, "{other}");
        }
    }

    #[test]
    fn cookies_are_for_this_host_alone_and_the_session_for_no_script() {
        use crate::kernel::crypto::BearerTokenKind;
        let token =
            BearerToken::mint(BearerTokenKind::Session, uuid::Uuid::nil(), uuid::Uuid::nil()).expect("mints");
        for cookies in [give(&token), take_back()] {
            let texts: Vec<&str> =
                cookies.iter().map(|(_, value)| value.to_str().expect("plain ASCII")).collect();
            assert_eq!(texts.len(), 2);
            assert!(texts[0].starts_with("__Host-consentry=") && texts[0].contains("; HttpOnly"));
            assert!(texts[1].starts_with("__Host-consentry-csrf=") && !texts[1].contains("HttpOnly"));
            for text in texts {
                assert!(text.contains("; Path=/; Secure;") && text.contains("SameSite=Strict"), "{text}");
                assert!(!text.contains("Domain"), "{text}");
            }
        }
    }
}
