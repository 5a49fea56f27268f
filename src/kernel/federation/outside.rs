//! Calls to addresses that an administrator of a tenant named: short, small, and where they were meant to go.

use std::{sync::Arc, sync::OnceLock, time::Duration};

use reqwest::{Client, RequestBuilder, StatusCode, header, redirect, retry};
use secrecy::{ExposeSecret, SecretString};

use super::address::{Reach, Resolver};
use crate::kernel::error::{Error, Result};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// For the whole call, the resolution of the name and the body included.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(3);
/// More of an answer is not read. Keys of large providers have some 10 KiB.
const MOST_BYTES: usize = 262_144;

/// Calls to addresses of others.
pub struct Outside {
    reach: Reach,
    client: OnceLock<Option<Client>>,
}

/// What came back.
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The body.
    pub body: Vec<u8>,
}

impl Outside {
    /// Nobody is called yet.
    pub const fn new(reach: Reach) -> Self {
        Self { reach, client: OnceLock::new() }
    }

    /// How far calls reach.
    pub const fn reach(&self) -> Reach {
        self.reach
    }

    /// Asks for a JSON document; `document` is its name in the metrics.
    ///
    /// # Errors
    ///
    /// `UNAVAILABLE` when the address may not be called, or does not answer in time with 200 and a document of bearable size.
    pub async fn get(&self, document: &'static str, url: &str) -> Result<Vec<u8>> {
        let answer = self.call(document, url, |client, url| client.get(url)).await?;
        if answer.status == StatusCode::OK { Ok(answer.body) } else { Err(Error::Unavailable) }
    }

    /// Posts a form that is encoded already; `authorization` is a whole header.
    ///
    /// # Errors
    ///
    /// As [`get`](Self::get), but any status is an answer.
    pub async fn post(
        &self,
        document: &'static str,
        url: &str,
        form: SecretString,
        authorization: Option<SecretString>,
    ) -> Result<Answer> {
        self.call(document, url, |client, url| {
            let request = client
                .post(url)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(form.expose_secret().to_owned());
            match &authorization {
                Some(value) => request.header(header::AUTHORIZATION, value.expose_secret()),
                None => request,
            }
        })
        .await
    }

    async fn call(
        &self,
        document: &'static str,
        url: &str,
        request: impl FnOnce(&Client, reqwest::Url) -> RequestBuilder,
    ) -> Result<Answer> {
        let outcome = self.answer(url, request).await;
        let label = if outcome.is_some() { "answered" } else { "failed" };
        metrics::counter!("consentry_identity_provider_calls_total", "document" => document, "outcome" => label)
            .increment(1);
        outcome.ok_or(Error::Unavailable)
    }

    async fn answer(
        &self,
        url: &str,
        request: impl FnOnce(&Client, reqwest::Url) -> RequestBuilder,
    ) -> Option<Answer> {
        let url = self.reach.fit(url).ok()?;
        let client = self.client()?;
        let request = request(client, url).header(header::ACCEPT, "application/json");
        let mut response = request.send().await.ok()?;
        let status = response.status();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.ok()? {
            if body.len() + chunk.len() > MOST_BYTES {
                return None;
            }
            body.extend_from_slice(&chunk);
        }
        Some(Answer { status, body })
    }

    /// None on a machine without certificates to trust.
    fn client(&self) -> Option<&Client> {
        let made = self.client.get_or_init(|| {
            // The one provider of cryptography in this program; it fails when it is there already.
            let _ = rustls::crypto::ring::default_provider().install_default();
            let client = Client::builder()
                // Neither the environment nor an answer may send a call elsewhere.
                .no_proxy()
                .redirect(redirect::Policy::none())
                .retry(retry::never())
                .referer(false)
                .dns_resolver(Arc::new(Resolver(self.reach)))
                // A connection belongs to the thread that made it, and calls are rare.
                .pool_max_idle_per_host(0)
                .connect_timeout(CONNECT_TIMEOUT)
                .timeout(TOTAL_TIMEOUT)
                .user_agent(concat!("consentry/", env!("CARGO_PKG_VERSION")))
                .build();
            client
                .inspect_err(|_| {
                    tracing::error!("no identity provider can be called: are there certificates to trust?")
                })
                .ok()
        });
        made.as_ref()
    }
}
