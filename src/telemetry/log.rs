//! The log, and where spans go.

use std::io::{self, IsTerminal};

use tracing::Subscriber;
use tracing_subscriber::{
    EnvFilter, Layer,
    filter::{FilterExt, filter_fn},
    layer::SubscriberExt,
    registry::LookupSpan,
    util::SubscriberInitExt,
};

use super::traces::{self, Traces};
use crate::config::{Config, LogFormat};

/// Writes the log to the standard error and, when there are traces, hands them their spans.
pub fn start(config: &Config, traces: Option<&Traces>) {
    let layers = tracing_subscriber::registry().with(lines(config)).with(traces.map(Traces::layer));
    // It fails only when a log is there already, as in a test that runs several commands.
    let _ = layers.try_init();
}

fn lines<S>(config: &Config) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    // A line says itself which request it is about; what the spans of traces hold would only repeat it.
    let filter = EnvFilter::new(&config.log).and(filter_fn(|metadata| metadata.target() != traces::TARGET));
    let lines =
        tracing_subscriber::fmt::layer().with_ansi(io::stderr().is_terminal()).with_writer(io::stderr);
    match config.log_format {
        LogFormat::Text => lines.with_filter(filter).boxed(),
        LogFormat::Json => lines.json().with_filter(filter).boxed(),
    }
}
