//! What people see in a browser: the console at `/`, the explorer at `/explorer`. Both are built beforehand and kept in
//! the binary, so that a page asks nobody else for anything.

mod files;

use axum::Extension;
use axum::Router;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use serde::Serialize;

use super::headers::{Kept, Media, RequestId};
use super::refusal::{self, Outcome, Refusal};

pub(super) use files::Files;

/// The console. It holds what is protected, so nothing but its own files runs or is asked.
const CONSOLE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    img-src 'self' data:; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// The explorer. Its editor places what it draws by styles of its own, and checks documents in workers.
const EXPLORER_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    connect-src 'self'; img-src 'self' data:; font-src 'self'; worker-src 'self'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";
/// A file of a page. It also binds the workers, whose policy is that of their own file: they speak to nobody.
const ASSET_POLICY: &str = "default-src 'none'; script-src 'self'; frame-ancestors 'none'";

/// The name of a file changes with what is in it.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// Asked for again each time, and answered by `304` while it is the same.
const ASK_AGAIN: &str = "no-cache";

const WITHOUT_PAGES: &str = "This server was built without its pages: run `make web`, then build it again.\n";

/// The pages of a server.
#[derive(Clone, Debug)]
pub struct Pages {
    files: &'static Files,
    explorer: bool,
    offers: Option<Bytes>,
}

/// Somebody of the demo as whom anybody may sign in.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SignInOffer {
    /// The organization's short name.
    pub organization: &'static str,
    /// The organization's name.
    pub organization_name: &'static str,
    /// The email address.
    pub email: String,
    /// Who it is and in which role, for people.
    pub description: &'static str,
}

#[derive(Serialize)]
struct Offers<'a> {
    password: &'a str,
    actors: &'a [SignInOffer],
}

impl Pages {
    /// The pages that were built into the binary; the explorer among them, or not.
    pub fn built(explorer: bool) -> Self {
        Self::of(&files::BUILT, explorer)
    }

    pub(super) const fn of(files: &'static Files, explorer: bool) -> Self {
        Self { files, explorer, offers: None }
    }

    /// The same pages, which offer to sign in as people of the demo: all have one password, which everybody may know.
    pub fn offering(self, password: &str, actors: &[SignInOffer]) -> Self {
        let offers = serde_json::to_vec(&Offers { password, actors });
        Self { offers: offers.ok().map(Bytes::from), ..self }
    }

    /// Whether there are any: a binary can be built without.
    pub fn exist(&self) -> bool {
        self.files.find("index.html").is_some()
    }

    pub(super) fn routes<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        let files = self.files;
        let page = move |name, policy| {
            route(get(move |headers: HeaderMap| async move { page(files, name, policy, &headers) }))
        };
        let asset = get(move |Path(name): Path<String>, Extension(id), headers: HeaderMap| async move {
            asset(files, &name, id, &headers).await
        });
        let mut routes = Router::new()
            .route("/", page("index.html", CONSOLE_POLICY))
            .route("/assets/{name}", route(asset));
        if self.explorer {
            routes = routes.route("/explorer", page("explorer.html", EXPLORER_POLICY));
            if let Some(offers) = self.offers.clone() {
                let list = get(move || async move { offered(offers) });
                routes = routes.route("/explorer/actors.json", route(list));
            }
        }
        routes
    }
}

fn route<S: Clone + Send + Sync + 'static>(methods: MethodRouter<S>) -> MethodRouter<S> {
    methods.fallback(|Extension(RequestId(id)): Extension<RequestId>| async move {
        Refusal::method_not_allowed("GET, HEAD", "This path answers GET and HEAD only.")
            .answer(Media::Json, &id)
    })
}

fn page(files: &Files, name: &str, policy: &'static str, asked: &HeaderMap) -> Response {
    match files.find(name) {
        Some(file) => protected(file.answer(asked), policy, ASK_AGAIN),
        None => (refusal::status(Outcome::NotFound, Media::Json), WITHOUT_PAGES).into_response(),
    }
}

async fn asset(files: &Files, name: &str, id: RequestId, asked: &HeaderMap) -> Response {
    match files.find(&format!("assets/{name}")) {
        Some(file) => protected(file.answer(asked), ASSET_POLICY, FOR_EVER),
        None => refusal::not_found(Extension(id)).await,
    }
}

fn offered(offers: Bytes) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"))], offers)
        .into_response()
}

/// Adds what tells a browser how little this file may do.
fn protected(mut response: Response, policy: &'static str, keeping: &'static str) -> Response {
    response.extensions_mut().insert(Kept(keeping));
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
