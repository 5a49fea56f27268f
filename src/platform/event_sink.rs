//! The operator's event sink: a URL that is told of every event, by [Standard Webhooks](https://www.standardwebhooks.com).
//!
//! What is sent are ids and the name of what happened. The address is a setting of the operator, so it may be a private
//! one; it is taken from nobody else. The answer's body is not read, and nothing of it is kept.

use std::time::Duration;

use async_trait::async_trait;
use entity::platform::outbox_event::OutboxFailure;
use reqwest::{Client, StatusCode, Url, header, redirect, retry};
use secrecy::ExposeSecret;
use serde::Serialize;
use standardwebhooks::{HEADER_WEBHOOK_ID, HEADER_WEBHOOK_SIGNATURE, HEADER_WEBHOOK_TIMESTAMP, Webhook};
use uuid::Uuid;

use crate::{
    config::EventSinkSettings,
    kernel::{
        error::{Error, Result},
        outbox::{Effect, Effects, Event, Failure},
    },
};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// Below that of the relay, so that a slow receiver is told from a slow effect.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(10);

/// What events cause, as the operator set it: without a sink nobody listens, and every event is acknowledged at once.
///
/// # Errors
///
/// As [`EventSink::new`].
pub fn effects(settings: Option<&EventSinkSettings>) -> Result<Effects> {
    Ok(match settings {
        Some(settings) => Effects::none().of_every_event(EventSink::new(settings)?),
        None => Effects::none(),
    })
}

/// The operator's event sink.
pub struct EventSink {
    client: Client,
    url: Url,
    webhook: Webhook,
}

impl EventSink {
    /// A sink that was not called yet.
    ///
    /// # Errors
    ///
    /// `INTERNAL` when the settings were not checked, or the machine has no certificates to trust.
    pub fn new(settings: &EventSinkSettings) -> Result<Self> {
        // The one provider of cryptography in this program; it fails when it is there already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            // Neither the environment nor an answer may send events elsewhere.
            .no_proxy()
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .referer(false)
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TOTAL_TIMEOUT)
            .user_agent(concat!("consentry/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|_| Error::internal("no client for the event sink: are there certificates to trust?"))?;
        let url = Url::parse(settings.url.expose_secret())
            .map_err(|_| Error::internal("the event sink's address is no URL"))?;
        let webhook = Webhook::new(settings.secret.expose_secret())
            .map_err(|_| Error::internal("the event sink's secret is no base64"))?;
        Ok(Self { client, url, webhook })
    }
}

/// The body, in the shape that Standard Webhooks recommends.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Message<'e> {
    id: Uuid,
    #[serde(rename = "type")]
    event_type: &'e str,
    timestamp: String,
    data: Data<'e>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Data<'e> {
    tenant_id: Uuid,
    aggregate_kind: &'e str,
    aggregate_id: Uuid,
    /// Rises within the aggregate: a receiver drops what is older than what it has.
    position: i64,
}

#[async_trait]
impl Effect for EventSink {
    async fn carry_out(&self, event: &Event) -> Result<(), Failure> {
        let message = Message {
            id: event.id.uuid(),
            event_type: &event.event_type,
            timestamp: event.occurred_at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
            data: Data {
                tenant_id: event.tenant_id,
                aggregate_kind: &event.aggregate_kind,
                aggregate_id: event.aggregate_id,
                position: event.position,
            },
        };
        // Neither can happen to a message of ids and names.
        let unsendable = Failure::lasting(OutboxFailure::Refused);
        let body = serde_json::to_vec(&message).map_err(|_| unsendable)?;
        let id = message.id.to_string();
        let timestamp = event.attempted_at.timestamp();
        let signature = self.webhook.sign(&id, timestamp, &body).map_err(|_| unsendable)?;
        let answer = self
            .client
            .post(self.url.clone())
            .header(header::CONTENT_TYPE, "application/json")
            .header(HEADER_WEBHOOK_ID, id)
            .header(HEADER_WEBHOOK_TIMESTAMP, timestamp.to_string())
            .header(HEADER_WEBHOOK_SIGNATURE, signature)
            .body(body)
            .send()
            .await;
        match answer {
            Ok(answer) => judge(answer.status()),
            Err(error) if error.is_timeout() => Err(Failure::passing(OutboxFailure::TimedOut)),
            Err(_) => Err(Failure::passing(OutboxFailure::Unreachable)),
        }
    }
}

/// What an answer means. Only those are final that speak of the event itself, or of all events for good: a receiver that
/// does not know our secret or its own path refuses everything, and an operator mends it within hours.
fn judge(status: StatusCode) -> Result<(), Failure> {
    match status.as_u16() {
        200..=299 => Ok(()),
        410 => Err(Failure::lasting(OutboxFailure::Gone)),
        400 | 413 | 415 | 422 => Err(Failure::lasting(OutboxFailure::Refused)),
        408 | 425 | 429 | 500.. => Err(Failure::passing(OutboxFailure::Unavailable)),
        // Redirects among them, which are not followed.
        _ => Err(Failure::passing(OutboxFailure::Refused)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_final_only_when_it_speaks_of_the_event_or_of_all_for_good() {
        let status = |code| StatusCode::from_u16(code).expect("a status");
        for code in [200, 202, 204] {
            assert_eq!(judge(status(code)), Ok(()), "{code}");
        }
        for code in [400, 413, 415, 422] {
            assert_eq!(judge(status(code)), Err(Failure::lasting(OutboxFailure::Refused)), "{code}");
        }
        assert_eq!(judge(status(410)), Err(Failure::lasting(OutboxFailure::Gone)));
        for code in [408, 425, 429, 500, 502, 503, 504] {
            assert_eq!(judge(status(code)), Err(Failure::passing(OutboxFailure::Unavailable)), "{code}");
        }
        for code in [301, 302, 307, 401, 403, 404, 405, 409] {
            assert_eq!(judge(status(code)), Err(Failure::passing(OutboxFailure::Refused)), "{code}");
        }
    }
}
