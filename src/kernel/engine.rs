//! From a transport's request to its answer: who calls, execution, the record, the body.

use std::sync::Arc;

use async_graphql::{Request, Response, ServerError};
use axum::http::{HeaderValue, header};
use tracing::{Instrument, info_span};

use super::{
    app::App,
    error::{Error, ErrorCode},
    graphql::mask,
    record::Origin,
    session::{Slot, note_refused},
    viewer::Claim,
};
use crate::{
    http::{
        Answer, Caller, Engine, Operations, Outcome, SessionCookie, Site, Statistics, TrustedProxies,
        cookies, guard::Documents,
    },
    telemetry::traces::TARGET,
};

/// Seconds after which a caller may try again: what is busy is mostly busy for less.
const RETRY_AFTER: &str = "1";

impl Engine for App {
    async fn answer(&self, caller: Caller, request: Request) -> Answer {
        let Caller { authorization, cookie, purpose, request_id, peer, user_agent } = caller;
        let origin = Arc::new(Origin { request_id: request_id.clone(), peer, user_agent, operator: false });
        // A header goes before a cookie, and then nothing is done about the cookie.
        let cookie = cookie.filter(|_| authorization.is_none());
        let refuse_claim = |error: Error| {
            let mut answer = refuse(error, &request_id);
            if cookie.as_ref().is_some_and(|cookie| is_of_no_more_use(cookie, answer.outcome)) {
                answer.headers.extend(cookies::take_back());
            }
            answer
        };
        let claim = match Claim::read(authorization.as_deref(), cookie.as_ref(), purpose.as_deref()) {
            Ok(claim) => claim,
            Err(error @ (Error::Unauthenticated(_) | Error::CsrfRefused)) => {
                let reason = match error {
                    Error::CsrfRefused => {
                        metrics::counter!("consentry_csrf_refusals_total").increment(1);
                        "CSRF_REFUSED"
                    }
                    _ => "INVALID_CREDENTIALS",
                };
                let noted = note_refused(self, None, origin, "token.present", reason).await;
                return refuse_claim(noted.err().unwrap_or(error));
            }
            Err(error) => return refuse(error, &request_id),
        };
        let slot = match Slot::open(self, claim, origin)
            .instrument(info_span!(target: TARGET, "authenticate"))
            .await
        {
            Ok(slot) => slot,
            Err(error) => return refuse_claim(error),
        };
        let executing = self.schema().execute(request, &slot);
        let mut response = executing.instrument(info_span!(target: TARGET, "execute")).await;
        let finished = slot.finish().instrument(info_span!(target: TARGET, "record")).await;
        let statistics = Statistics { statements: slot.statements() };
        if let Err(error) = finished {
            return Answer { statistics, ..refuse(error, &request_id) };
        }
        slot.store_use().await;
        // Whoever asks too often hears that from the status too, unless there is something done to be told of.
        if let Some(error) = limited(&response).filter(|_| !slot.has_committed()) {
            return Answer { statistics, ..refuse(error, &request_id) };
        }
        mask(&mut response.errors, &request_id);
        Answer { response, statistics, headers: slot.take_headers(), ..Answer::default() }
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
