//! Browsers on their way to an identity provider and back. People see these answers only when something went wrong, so they
//! are sentences.

use axum::Extension;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use secrecy::{ExposeSecret, SecretString};
use tracing::Instrument;

use super::cookies;
use super::engine::{Caller, Engine};
use super::graphql::caller;
use super::headers::{Media, RequestId};
use super::refusal::Refusal;
use crate::identity::federation::{Begun, Failure, Finished, Returned, Wish};

/// What a browser keeps on its way. `__Host-` keeps other hosts and other paths from placing it.
const ATTEMPT: &str = "__Host-consentry-sign-in";
/// For how long a browser keeps an attempt, in seconds.
const ATTEMPT_SECONDS: u32 = 600;
/// More of a query is not read.
const LONGEST_QUERY: usize = 4_096;

/// Sends a browser to a provider.
pub(super) async fn start<E: Engine>(
    State(engine): State<E>,
    Extension(RequestId(id)): Extension<RequestId>,
    Path((organization, provider)): Path<(String, String)>,
    request: Request,
) -> Response {
    let (caller, query) = match read(&engine, request, &id) {
        Ok(read) => read,
        Err(refusal) => return refusal.answer(Media::Json, &id),
    };
    let Some(mut query) = query else { return failed(Failure::BadReturn) };
    let wish = Wish { organization, provider, return_to: query.take("return_to") };
    let outcome = undisturbed(&engine, {
        let engine = engine.clone();
        async move { engine.begin_sign_in(caller, wish).await }
    });
    match outcome.await {
        Ok(Begun { location, cookie }) => {
            let kept = format!(
                "{ATTEMPT}={}; Max-Age={ATTEMPT_SECONDS}; Path=/; Secure; HttpOnly; SameSite=Lax",
                cookie.expose_secret()
            );
            redirect(&location, &[kept])
        }
        Err(failure) => failed(failure),
    }
}

/// Takes a browser back.
pub(super) async fn callback<E: Engine>(
    State(engine): State<E>,
    Extension(RequestId(id)): Extension<RequestId>,
    request: Request,
) -> Response {
    let cookie = cookie(request.headers(), ATTEMPT);
    let (caller, query) = match read(&engine, request, &id) {
        Ok(read) => read,
        Err(refusal) => return refusal.answer(Media::Json, &id),
    };
    // A query that says something twice answers nothing.
    let mut query = query.unwrap_or_default();
    let returned =
        Returned { cookie, code: query.take("code"), state: query.take("state"), issuer: query.take("iss") };
    let outcome = undisturbed(&engine, {
        let engine = engine.clone();
        async move { engine.finish_sign_in(caller, returned).await }
    });
    let forget = format!("{ATTEMPT}=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax");
    match outcome.await {
        Ok(Finished { token, return_to }) => {
            let mut response = redirect(&return_to, &[forget]);
            for (name, value) in cookies::give(&token) {
                response.headers_mut().append(name, value);
            }
            response
        }
        Err(failure) => {
            let mut response = failed(failure);
            add_cookie(&mut response, &forget);
            response
        }
    }
}

fn read<E: Engine>(
    engine: &E,
    request: Request,
    request_id: &str,
) -> Result<(Caller, Option<Query>), Refusal> {
    let (parts, _) = request.into_parts();
    Ok((caller(engine, &parts, request_id)?, Query::read(&parts.uri)))
}

/// In a task of its own, so that a browser that goes away does not leave half of it.
async fn undisturbed<E: Engine, T: Send + 'static>(
    engine: &E,
    work: impl Future<Output = Result<T, Failure>> + Send + 'static,
) -> Result<T, Failure> {
    let operation = engine.operations().begin();
    let run = async move {
        let _operation = operation;
        work.await
    };
    tokio::spawn(run.in_current_span()).await.unwrap_or(Err(Failure::Internal))
}

/// The parameters of a query, each of which stands once.
#[derive(Default)]
struct Query(Vec<(String, String)>);

impl Query {
    fn read(uri: &Uri) -> Option<Self> {
        let text = uri.query().unwrap_or_default();
        if text.len() > LONGEST_QUERY {
            return None;
        }
        let url = reqwest::Url::parse(&format!("https://here.example/?{text}")).ok()?;
        let all: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let mut names: Vec<&str> = all.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        names.windows(2).all(|pair| pair[0] != pair[1]).then_some(Self(all))
    }

    fn take(&mut self, name: &str) -> Option<String> {
        let at = self.0.iter().position(|(known, _)| known == name)?;
        Some(self.0.swap_remove(at).1)
    }
}

/// A cookie that came once.
fn cookie(headers: &HeaderMap, name: &str) -> Option<SecretString> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = all.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut values = pairs.filter(|(known, _)| *known == name).map(|(_, value)| value);
    let value = values.next()?;
    values.next().is_none().then(|| value.to_owned().into())
}

fn redirect(location: &str, cookies: &[String]) -> Response {
    let Ok(location) = HeaderValue::from_str(location) else { return failed(Failure::Internal) };
    let mut response = StatusCode::SEE_OTHER.into_response();
    response.headers_mut().insert(header::LOCATION, location);
    // The address that is left holds a code.
    response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    for cookie in cookies {
        add_cookie(&mut response, cookie);
    }
    response
}

fn add_cookie(response: &mut Response, cookie: &str) {
    if let Ok(mut value) = HeaderValue::from_str(cookie) {
        value.set_sensitive(true);
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

fn failed(failure: Failure) -> Response {
    let (status, sentence) = match failure {
        Failure::NotFound => {
            (StatusCode::NOT_FOUND, "Nobody signs in here. Ask your organization for the address.\n")
        }
        Failure::BadReturn => {
            (StatusCode::BAD_REQUEST, "After signing in, only a path of this server can be gone to.\n")
        }
        Failure::Refused => (
            StatusCode::UNAUTHORIZED,
            "You are not signed in. Begin again, or ask your organization for help.\n",
        ),
        Failure::Unavailable => (
            StatusCode::SERVICE_UNAVAILABLE,
            "Signing in does not work at the moment. Try again in a minute.\n",
        ),
        Failure::Internal => {
            (StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong on our side. Try again in a minute.\n")
        }
    };
    let mut response = (status, sentence).into_response();
    response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if failure == Failure::Unavailable {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
    }
    response
}
