//! Traces in the OpenTelemetry protocol, sent to a collector when the operator named one.

use std::{collections::HashMap, fmt, time::Duration};

use axum::http::HeaderMap;
use opentelemetry::{
    KeyValue,
    propagation::{Extractor, TextMapPropagator},
    trace::TracerProvider,
};
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{
    Resource,
    propagation::TraceContextPropagator,
    trace::{BatchSpanProcessor, Sampler, SdkTracerProvider},
};
use tokio::runtime::Handle;
use tracing::{Span, Subscriber};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::{Layer, filter::filter_fn, registry::LookupSpan};

/// The target of every span that belongs to a trace. Without a collector nobody asks for this target, and such a span
/// costs a comparison.
pub const TARGET: &str = "consentry::trace";
const TRACEPARENT: &str = "traceparent";
/// How long a collector may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where traces go.
pub struct Traces {
    provider: SdkTracerProvider,
}

/// The address of the collector cannot be used.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error(
    "traces cannot be sent: OTEL_EXPORTER_OTLP_ENDPOINT must be the URL of a collector, such as http://127.0.0.1:4318"
)]
pub struct NoCollector;

impl Traces {
    /// Sends to the collector at `endpoint`, by tasks of `runtime`.
    ///
    /// # Errors
    ///
    /// The endpoint is no URL.
    pub fn to(endpoint: &str, runtime: Handle) -> Result<Self, NoCollector> {
        // The one that the database's connections use as well; it fails when it was installed before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE)
            .build()
            .map_err(|_| NoCollector)?;
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Carrier { client, runtime })
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(format!("{}/v1/traces", endpoint.trim_end_matches('/')))
            .with_timeout(PATIENCE)
            .with_headers(HashMap::new())
            .build()
            .map_err(|_| NoCollector)?;
        let resource = Resource::builder_empty()
            .with_service_name("consentry")
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .build();
        let provider = SdkTracerProvider::builder()
            .with_sampler(Sampler::ParentBased(Box::new(Sampler::AlwaysOn)))
            .with_resource(resource)
            .with_span_processor(BatchSpanProcessor::builder(exporter).build())
            .build();
        Ok(Self { provider })
    }

    /// Takes the spans of [`TARGET`] and nothing else: neither those of libraries nor any line of the log.
    pub(super) fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        tracing_opentelemetry::layer()
            .with_tracer(self.provider.tracer("consentry"))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_tracked_inactivity(false)
            .with_context_activation(false)
            .with_filter(filter_fn(|metadata| metadata.is_span() && metadata.target() == TARGET))
    }

    /// Sends what is left. It blocks, and needs the runtime to go on meanwhile.
    pub fn finish(self) {
        if self.provider.shutdown().is_err() {
            tracing::warn!("the last traces could not be sent");
        }
    }
}

impl fmt::Debug for Traces {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Traces").finish_non_exhaustive()
    }
}

/// Makes `span` a part of the trace that the caller began, if it says so as W3C Trace Context does. Its `tracestate` is
/// not taken: that is free text of the caller's.
pub fn continue_trace(span: &Span, headers: &HeaderMap) {
    struct TraceParent<'a>(&'a str);
    impl Extractor for TraceParent<'_> {
        fn get(&self, key: &str) -> Option<&str> {
            (key == TRACEPARENT).then_some(self.0)
        }

        fn keys(&self) -> Vec<&str> {
            vec![TRACEPARENT]
        }
    }
    if span.is_disabled() {
        return;
    }
    if let Some(parent) = headers.get(TRACEPARENT).and_then(|value| value.to_str().ok()) {
        let _ = span.set_parent(TraceContextPropagator::new().extract(&TraceParent(parent)));
    }
}

/// Sends batches by tasks of the runtime, since the thread that makes them has none.
#[derive(Debug)]
struct Carrier {
    client: reqwest::Client,
    runtime: Handle,
}

#[async_trait::async_trait]
impl HttpClient for Carrier {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = self.client.clone();
        let sent = self.runtime.spawn(async move {
            let answer = client.execute(request.try_into()?).await?;
            let status = answer.status();
            Ok::<_, HttpError>(Response::builder().status(status).body(answer.bytes().await?)?)
        });
        let outcome = sent.await.map_err(HttpError::from).and_then(|answer| answer);
        match &outcome {
            Ok(answer) if answer.status().is_success() => {}
            Ok(answer) => tracing::warn!(status = answer.status().as_u16(), "the collector refused traces"),
            // What the error says may quote the address, and with it a password.
            Err(_) => tracing::warn!("the collector of traces does not answer"),
        }
        outcome
    }
}
