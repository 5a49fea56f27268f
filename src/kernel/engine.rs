//! From a transport's request to its answer: who calls, what they may send, execution, the record, the body.

use std::sync::{Arc, LazyLock};

use async_graphql::{Response, ServerError, Value, value};
use axum::http::{HeaderName, HeaderValue, header};
use tracing::{Instrument, info_span};

use super::{
    app::App,
    error::{Error, ErrorCode},
    graphql::mask,
    limit::{CallerKind, DocumentMode, Spent},
    record::Origin,
    session::{Slot, note_refused},
    viewer::Presented,
};
use crate::{
    http::{
        Answer, Asked, Assertion, Caller, Engine, Operations, Outcome, SessionCookie, Site, Statistics,
        TokenAnswer, TrustedProxies, cookies,
        guard::{Checked, Documents, Violation},
    },
    identity::{
        client_credentials,
        federation::{self, Begun, Failure, Finished, Returned, Wish},
    },
    telemetry::traces::TARGET,
};

/// Seconds after which a caller may try again: what is busy is mostly busy for less.
const RETRY_AFTER: &str = "1";
const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// What asking for a document that there is not costs: a statement.
const UNKNOWN_DOCUMENT: u64 = 5;
/// What the schema as a file costs.
const WHOLE_SCHEMA: u64 = 50;
/// To write it down takes milliseconds, and it stays the same.
static SDL: LazyLock<String> = LazyLock::new(crate::schema::sdl);

/// The path that clients ask for access at.
const TOKEN_ENDPOINT: &str = "/oauth2/token";

impl Engine for App {
    async fn answer(&self, caller: Caller, asked: Asked) -> Answer {
        let request_id = caller.request_id.clone();
        let slot = match open(self, caller).await {
            Ok(slot) => slot,
            Err(answer) => return *answer,
        };
        let Checked { request, operation, .. } = match admit(self, &slot, asked).await {
            Ok(checked) => checked,
            Err(stop) => return stopped(stop, &slot, &request_id).await,
        };
        let tells_cost = request.extensions.get("cost") == Some(&Value::Boolean(true));
        let executing = self.schema().execute(request, &slot);
        let mut response = executing.instrument(info_span!(target: TARGET, "execute")).await;
        let finished = slot.finish().instrument(info_span!(target: TARGET, "record")).await;
        slot.note_use().await;
        let statistics = Statistics { statements: slot.statements() };
        if let Err(error) = finished {
            return Answer { statistics, operation: Some(operation), ..refuse(error, &request_id) };
        }
        // Whoever asks too often hears that from the status too, unless there is something done to be told of.
        if let Some(error) = limited(&response).filter(|_| !slot.has_committed()) {
            return Answer { statistics, ..refuse(error, &request_id) };
        }
        mask(&mut response.errors, &request_id);
        if let Some(spent) = slot.spent().filter(|_| tells_cost) {
            response.extensions.insert("cost".to_owned(), cost(spent));
        }
        let mut headers = [slot.take_headers(), rate_limit(&slot)].concat();
        if let Some((part2, header)) = slot.part2_notice() {
            response.extensions.insert("part2".to_owned(), part2);
            headers.push(header);
        }
        Answer { response, statistics, headers, operation: Some(operation), ..Answer::default() }
    }

    async fn sdl(&self, caller: Caller) -> Result<String, Box<Answer>> {
        let request_id = caller.request_id.clone();
        let slot = open(self, caller).await?;
        let told = async {
            let viewer = slot.viewer().cloned().ok_or_else(Error::unauthenticated)?;
            let paid = pay(self, &slot, WHOLE_SCHEMA).await;
            slot.finish().await?;
            paid?;
            if !self.policies().tells_schema(Some(&viewer)) {
                return Err(Error::IntrospectionDisabled);
            }
            Ok(SDL.clone())
        };
        told.await.map_err(|error| {
            let outcome = match error {
                Error::IntrospectionDisabled => Some(Outcome::Forbidden),
                _ => Some(Outcome::of(error.code())),
            };
            Box::new(Answer { outcome, ..refuse(error, &request_id) })
        })
    }

    async fn exchange(&self, caller: Caller, assertion: Assertion) -> TokenAnswer {
        let Caller { request_id, peer, user_agent, .. } = caller;
        let Some(public_url) = self.public_url() else { return TokenAnswer::InvalidClient };
        let audience = format!("{public_url}{TOKEN_ENDPOINT}");
        let origin = Arc::new(Origin { request_id, peer, user_agent, operator: false });
        let slot = Slot::anonymous(self, origin.clone());
        let request = client_credentials::Request {
            assertion: &assertion.assertion,
            client_id: assertion.client_id.as_deref(),
            scope: assertion.scope.as_deref(),
            audience: &audience,
        };
        match client_credentials::grant(&slot, request).await {
            Ok(Ok(client_credentials::Grant { token, expires_in, scope })) => {
                TokenAnswer::Granted { token, expires_in, scope }
            }
            Ok(Err(client_credentials::Refusal::Client)) => TokenAnswer::InvalidClient,
            Ok(Err(client_credentials::Refusal::Scope)) => TokenAnswer::InvalidScope,
            Err(Error::Unavailable) => TokenAnswer::Unavailable,
            Err(error) => {
                tracing::error!(request_id = %origin.request_id, %error, "no token could be given out");
                TokenAnswer::Internal
            }
        }
    }

    fn offers_tokens(&self) -> bool {
        self.public_url().is_some()
    }

    async fn begin_sign_in(&self, caller: Caller, wish: Wish) -> Result<Begun, Failure> {
        federation::begin(self, origin(&caller), wish).await
    }

    async fn finish_sign_in(&self, caller: Caller, returned: Returned) -> Result<Finished, Failure> {
        federation::finish(self, origin(&caller), returned).await
    }

    async fn ready(&self) -> Result<(), String> {
        if App::draining(self) {
            return Err("draining".to_owned());
        }
        match self.applied_migrations().await {
            Err(_) => Err("the database does not answer".to_owned()),
            Ok(applied) if applied == migration::names().len() => Ok(()),
            Ok(_) => Err("migrations are pending".to_owned()),
        }
    }

    fn new_request_id(&self) -> String {
        self.ids().next().to_string()
    }

    fn documents(&self) -> &Documents {
        App::documents(self)
    }

    fn allow_get(&self) -> bool {
        self.allows_get()
    }

    fn operations(&self) -> &Operations {
        App::operations(self)
    }

    fn trusted_proxies(&self) -> TrustedProxies {
        self.sign_in_policy().trusted_proxies.clone()
    }

    fn draining(&self) -> bool {
        App::draining(self)
    }
}

/// Finds out who calls.
async fn open(app: &App, caller: Caller) -> Result<Slot, Box<Answer>> {
    let request_id = caller.request_id.clone();
    // A header goes before a cookie, and then nothing is done about the cookie.
    let cookie = caller.cookie.clone().filter(|_| caller.authorization.is_none());
    let opened = claim(app, &caller, cookie.as_ref()).await;
    opened.map_err(|error| {
        let mut answer = refuse(error, &request_id);
        if cookie.is_some_and(|cookie| is_of_no_more_use(&cookie, answer.outcome)) {
            answer.headers.extend(cookies::take_back());
        }
        Box::new(answer)
    })
}

async fn claim(app: &App, caller: &Caller, cookie: Option<&SessionCookie>) -> Result<Slot, Error> {
    let origin = origin(caller);
    let Caller { authorization, organization, purpose, .. } = caller;
    let presented =
        Presented::read(app, authorization.as_deref(), organization.as_deref(), cookie, purpose.as_deref());
    let claim = match presented.await {
        Ok(claim) => claim,
        Err(error @ (Error::Unauthenticated(_) | Error::CsrfRefused)) => {
            let reason = match error {
                Error::CsrfRefused => {
                    metrics::counter!("consentry_csrf_refusals_total").increment(1);
                    "CSRF_REFUSED"
                }
                _ => "INVALID_CREDENTIALS",
            };
            note_refused(app, None, origin, "token.present", reason).await?;
            return Err(error);
        }
        Err(error) => return Err(error),
    };
    Slot::open(app, claim, origin).instrument(info_span!(target: TARGET, "authenticate")).await
}

/// Whether a browser had better forget its cookie: the session in it is over; or our own page has no other cookie beside
/// it, and could not even ask to sign in again. A page that sends the token of an earlier session changes nothing of the
/// one that another window opened since; nor does a page of another site.
fn is_of_no_more_use(cookie: &SessionCookie, outcome: Option<Outcome>) -> bool {
    match outcome {
        Some(Outcome::Unauthenticated) => true,
        Some(Outcome::Forbidden) => cookie.site == Site::Own && cookie.csrf.is_none(),
        _ => false,
    }
}

/// The error of a caller who asked too often.
fn limited(response: &Response) -> Option<Error> {
    let errors = response.errors.iter().filter_map(|error| error.source::<Error>());
    errors.into_iter().find(|error| matches!(error, Error::RateLimited { .. })).cloned()
}

/// Why nothing was executed although it is known who calls.
enum Stop {
    /// What depends on who calls.
    Error(Error),
    /// A document that was asked for by its id does not go with what came with it.
    Violation(Violation),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl From<Violation> for Stop {
    fn from(violation: Violation) -> Self {
        Self::Violation(violation)
    }
}

/// What this caller may have executed, paid for.
async fn admit(app: &App, slot: &Slot, asked: Asked) -> Result<Checked, Stop> {
    let viewer = slot.viewer().map(Arc::as_ref);
    let mode = app.policies().documents(CallerKind::of(viewer));
    let checked = match asked {
        Asked::Document(checked) => {
            let needs_trust = mode == DocumentMode::Required;
            if needs_trust && app.trusted_documents().text(slot, checked.digest).await?.is_none() {
                return Err(Error::DocumentNotTrusted.into());
            }
            *checked
        }
        Asked::ById(digest, parameters) => {
            let text = match mode {
                DocumentMode::Off => None,
                _ => app.trusted_documents().text(slot, digest).await?,
            };
            let Some(text) = text else {
                pay(app, slot, UNKNOWN_DOCUMENT).await?;
                return Err(Error::PersistedDocumentNotFound.into());
            };
            let document = app.documents().parse(&text)?;
            app.documents().request(document, *parameters)?
        }
    };
    if checked.introspects && !app.policies().tells_schema(viewer) {
        return Err(Error::IntrospectionDisabled.into());
    }
    pay(app, slot, checked.cost).await?;
    if checked.asks_features && viewer.is_some() {
        app.global_flags().refresh(slot).await?;
    }
    Ok(checked)
}

async fn pay(app: &App, slot: &Slot, cost: u64) -> Result<(), Error> {
    if let Some(spending) = app.spending() {
        slot.note_spent(spending.spend(slot, cost).await?);
    }
    Ok(())
}

async fn stopped(stop: Stop, slot: &Slot, request_id: &str) -> Answer {
    let finished = slot.finish().await;
    let statistics = Statistics { statements: slot.statements() };
    let answer = match (finished, stop) {
        (Err(error), _) | (Ok(()), Stop::Error(error)) => refuse(error, request_id),
        (Ok(()), Stop::Violation(violation)) => {
            let outcome = Some(Outcome::of(violation.code));
            Answer { response: Response::from_errors(violation.into_errors()), outcome, ..Answer::default() }
        }
    };
    Answer { statistics, ..answer }
}

fn origin(caller: &Caller) -> Arc<Origin> {
    let Caller { request_id, peer, user_agent, .. } = caller;
    let (request_id, peer, user_agent) = (request_id.clone(), *peer, user_agent.clone());
    Arc::new(Origin { request_id, peer, user_agent, operator: false })
}

/// An answer without data: nobody was believed, or nothing could be recorded.
fn refuse(error: Error, request_id: &str) -> Answer {
    let code = error.code();
    let wait = match error {
        Error::RateLimited { retry_after } => Some(HeaderValue::from(retry_after)),
        _ => None,
    };
    let error: async_graphql::Error = error.into();
    let mut errors: Vec<ServerError> = vec![error.into_server_error(async_graphql::Pos::default())];
    errors[0].locations.clear();
    mask(&mut errors, request_id);
    let headers = match code {
        ErrorCode::Unauthenticated => {
            vec![(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))]
        }
        ErrorCode::Unavailable | ErrorCode::ResultUnavailable => {
            vec![(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER))]
        }
        _ => wait.map(|wait| (header::RETRY_AFTER, wait)).into_iter().collect(),
    };
    let outcome = Outcome::of(code);
    Answer { response: Response::from_errors(errors), outcome: Some(outcome), headers, ..Answer::default() }
}

/// What is left of the caller's budget, as draft-ietf-httpapi-ratelimit-headers-10 writes it. The quota is counted in
/// points, which is no unit that the draft knows.
fn rate_limit(slot: &Slot) -> Vec<(HeaderName, HeaderValue)> {
    let Some(spent) = slot.spent().filter(|_| slot.viewer().is_some()) else { return Vec::new() };
    let Spent { limit, remaining, restore_rate, reset_after, .. } = spent;
    let window = limit.div_ceil(restore_rate.max(1));
    let written = [
        (RATE_LIMIT_POLICY, format!("\"cost\";q={limit};w={window}")),
        (RATE_LIMIT, format!("\"cost\";r={remaining};t={reset_after}")),
    ];
    let written = written.into_iter().filter_map(|(name, value)| Some((name, value.try_into().ok()?)));
    written.collect()
}

fn cost(spent: Spent) -> Value {
    let Spent { limit, remaining, restore_rate, cost, .. } = spent;
    value!({ "requested": cost, "limit": limit, "remaining": remaining, "restoreRate": restore_rate })
}
