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
    session::{Slot, note_refused_token},
    viewer::Claim,
};
use crate::{
    http::{Answer, Caller, Engine, Operations, Statistics, guard::Documents},
    telemetry::traces::TARGET,
};

/// Seconds after which a caller may try again: what is busy is mostly busy for less.
const RETRY_AFTER: &str = "1";

impl Engine for App {
    async fn answer(&self, caller: Caller, request: Request) -> Answer {
        let Caller { authorization, purpose, request_id, peer, user_agent } = caller;
        let origin = Arc::new(Origin { request_id: request_id.clone(), peer, user_agent, operator: false });
        let claim = match Claim::read(authorization.as_deref(), purpose.as_deref()) {
            Ok(claim) => claim,
            Err(error @ Error::Unauthenticated(_)) => {
                let noted = note_refused_token(self, None, origin).await;
                return refuse(noted.err().unwrap_or(error), &request_id);
            }
            Err(error) => return refuse(error, &request_id),
        };
        let slot = match Slot::open(self, claim, origin)
            .instrument(info_span!(target: TARGET, "authenticate"))
            .await
        {
            Ok(slot) => slot,
            Err(error) => return refuse(error, &request_id),
        };
        let executing = self.schema().execute(request, &slot);
        let mut response = executing.instrument(info_span!(target: TARGET, "execute")).await;
        let finished = slot.finish().instrument(info_span!(target: TARGET, "record")).await;
        let statistics = Statistics { statements: slot.statements() };
        if let Err(error) = finished {
            return Answer { statistics, ..refuse(error, &request_id) };
        }
        mask(&mut response.errors, &request_id);
        Answer { response, statistics, ..Answer::default() }
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

    fn draining(&self) -> bool {
        App::draining(self)
    }
}

/// An answer without data: nobody was believed, or nothing could be recorded.
fn refuse(error: Error, request_id: &str) -> Answer {
    let code = error.code();
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
        _ => Vec::new(),
    };
    let outcome = crate::http::Outcome::of(code);
    Answer { response: Response::from_errors(errors), outcome: Some(outcome), headers, ..Answer::default() }
}
