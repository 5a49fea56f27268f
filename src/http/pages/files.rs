//! The built files, and what is sent of one.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

use crate::http::headers::Media;
use crate::http::refusal::{Outcome, status};

/// What `make web` left there; nothing when it was never run.
#[derive(RustEmbed)]
#[folder = "web/dist"]
#[allow_missing = true]
struct Embedded;

/// The files that were built into the binary.
pub(super) static BUILT: LazyLock<Files> = LazyLock::new(|| {
    Files::of(Embedded::iter().filter_map(|path| {
        let file = Embedded::get(&path)?;
        let bytes = match file.data {
            Cow::Borrowed(bytes) => Bytes::from_static(bytes),
            Cow::Owned(bytes) => Bytes::from(bytes),
        };
        Some((path.into_owned(), bytes))
    }))
});

/// The codings that files are built in besides their plain form, the best first, each with the end of its file's name.
const CODINGS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

/// Files by their path.
#[derive(Debug)]
pub(in crate::http) struct Files(BTreeMap<String, File>);

/// A file in every coding it was built in.
#[derive(Debug)]
pub(super) struct File {
    content_type: &'static str,
    /// Of its content: what has the same is the same.
    hash: String,
    plain: Bytes,
    coded: Vec<(&'static str, Bytes)>,
}

impl Files {
    /// Files by their path; one whose name ends as a coding's does is a form of another.
    pub(in crate::http) fn of(all: impl IntoIterator<Item = (String, Bytes)>) -> Self {
        let all: BTreeMap<String, Bytes> = all.into_iter().collect();
        let is_form = |path: &str| {
            CODINGS.iter().any(|(_, end)| path.strip_suffix(end).is_some_and(|plain| all.contains_key(plain)))
        };
        let files = all.iter().filter(|(path, _)| !is_form(path)).map(|(path, plain)| {
            let coded =
                CODINGS.iter().filter_map(|(coding, end)| Some((*coding, all.get(&format!("{path}{end}"))?)));
            let digest = Sha256::digest(plain);
            let file = File {
                content_type: content_type(path),
                hash: digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect(),
                plain: plain.clone(),
                coded: coded.map(|(coding, bytes)| (coding, bytes.clone())).collect(),
            };
            (path.clone(), file)
        });
        Self(files.collect())
    }

    pub(super) fn find(&self, path: &str) -> Option<&File> {
        self.0.get(path)
    }
}

impl File {
    /// What whoever asks like this gets: the file in the best coding they take, or that they have it already.
    pub(super) fn answer(&self, asked: &HeaderMap) -> Response {
        let best = self.coded.iter().find(|(coding, _)| takes(asked, coding));
        let (tag, bytes) = match best {
            Some((coding, bytes)) => (format!("\"{}-{coding}\"", self.hash), bytes),
            None => (format!("\"{}\"", self.hash), &self.plain),
        };
        let known = has(asked, &tag);
        let mut response = match known {
            true => status(Outcome::NotModified, Media::Json).into_response(),
            false => bytes.clone().into_response(),
        };
        let headers = response.headers_mut();
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        if let Ok(tag) = HeaderValue::from_str(&tag) {
            headers.insert(header::ETAG, tag);
        }
        if !known {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.content_type));
            if let Some((coding, _)) = best {
                headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
            }
        }
        response
    }
}

/// By the end of a name. A browser is told not to guess, so what is not known here is not run.
fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, end)| end) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("ttf") => "font/ttf",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}

fn takes(asked: &HeaderMap, coding: &str) -> bool {
    listed(asked, &header::ACCEPT_ENCODING).any(|entry| {
        let (name, rest) = entry.split_once(';').unwrap_or((entry, ""));
        let refused = rest.trim().strip_prefix("q=").is_some_and(|value| value.parse() == Ok(0.0));
        name.trim().eq_ignore_ascii_case(coding) && !refused
    })
}

fn has(asked: &HeaderMap, tag: &str) -> bool {
    listed(asked, &header::IF_NONE_MATCH).any(|known| known == "*" || known.trim_start_matches("W/") == tag)
}

fn listed<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> impl Iterator<Item = &'a str> {
    let values = headers.get_all(name).into_iter();
    values.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).map(str::trim)
}
