//! What each metric counts, as `/metrics` says it.

use metrics::Unit;

/// How a metric moves.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Counter,
    Gauge,
    Histogram,
}
use Kind::{Counter, Gauge, Histogram};

/// Every metric there is, in units of Prometheus: seconds, bytes, or none.
pub(super) const DESCRIPTIONS: &[(&str, Kind, Unit, &str)] = &[
    ("consentry_build_info", Gauge, Unit::Count, "Always 1; the label is the version that runs."),
    (
        "consentry_process_start_time_seconds",
        Gauge,
        Unit::Seconds,
        "When the process began, in seconds since 1970.",
    ),
    (
        "consentry_http_connections_open",
        Gauge,
        Unit::Count,
        "Connections of clients, those of scrapers included.",
    ),
    (
        "consentry_http_connections_refused_total",
        Counter,
        Unit::Count,
        "Connections that found no place (CONSENTRY_CONNECTIONS).",
    ),
    (
        "consentry_http_timeouts_total",
        Counter,
        Unit::Count,
        "Clients that were too slow: with a header, a body, the next request, or in taking an answer.",
    ),
    ("consentry_http_requests_in_flight", Gauge, Unit::Count, "Requests whose client waits for an answer."),
    (
        "consentry_http_requests_total",
        Counter,
        Unit::Count,
        "Requests that were answered, by route and status.",
    ),
    (
        "consentry_http_requests_abandoned_total",
        Counter,
        Unit::Count,
        "Requests whose client hung up before the answer; their operations went on.",
    ),
    (
        "consentry_http_request_duration_seconds",
        Histogram,
        Unit::Seconds,
        "From the headers to the answer, by route.",
    ),
    (
        "consentry_operations_in_flight",
        Gauge,
        Unit::Count,
        "GraphQL operations that run, also those whose client hung up.",
    ),
    (
        "consentry_operations_total",
        Counter,
        Unit::Count,
        "GraphQL operations by type and by the code of their first error, OK without one.",
    ),
    (
        "consentry_operation_statements",
        Histogram,
        Unit::Count,
        "SQL statements of an operation, without BEGIN and COMMIT.",
    ),
    (
        "consentry_guard_refusals_total",
        Counter,
        Unit::Count,
        "Requests that the guard refused before the parser, by code.",
    ),
    (
        "consentry_decisions_total",
        Counter,
        Unit::Count,
        "Decisions on protected data, by action, class of data and reason; PERMIT is the reason of a yes.",
    ),
    (
        "consentry_audit_rows_written_total",
        Counter,
        Unit::Count,
        "Committed rows of the record of looks and writes.",
    ),
    (
        "consentry_disclosures_total",
        Counter,
        Unit::Count,
        "Rows of the accounting of disclosures, by whether a consent or an exception allowed them.",
    ),
    ("consentry_sign_ins_total", Counter, Unit::Count, "Attempts to sign in with a password, by outcome."),
    ("consentry_lockouts_total", Counter, Unit::Count, "Accounts that had to wait after wrong attempts."),
    (
        "consentry_tokens_issued_total",
        Counter,
        Unit::Count,
        "Credentials that were given out, by kind: access and refresh tokens of people, keys and access of partners.",
    ),
    (
        "consentry_federated_sign_ins_total",
        Counter,
        Unit::Count,
        "Browsers that came back from an identity provider, by outcome.",
    ),
    (
        "consentry_signed_tokens_total",
        Counter,
        Unit::Count,
        "Requests with a bearer token that an identity provider signed, by outcome.",
    ),
    (
        "consentry_identity_provider_calls_total",
        Counter,
        Unit::Count,
        "Calls to identity providers, by what was asked for and outcome.",
    ),
    (
        "consentry_sign_ins_limited_total",
        Counter,
        Unit::Count,
        "Attempts to sign in that were refused unchecked, since their address tried too often (CONSENTRY_SIGN_IN_LIMIT).",
    ),
    (
        "consentry_csrf_refusals_total",
        Counter,
        Unit::Count,
        "Requests whose cookie came without its token, or from a page of another site.",
    ),
    (
        "consentry_pool_connections",
        Gauge,
        Unit::Count,
        "Connections to the database, by whether they are idle or busy.",
    ),
    (
        "consentry_pool_connections_max",
        Gauge,
        Unit::Count,
        "Connections to the database there may be (POOL_SIZE).",
    ),
    (
        "consentry_pool_acquire_failures_total",
        Counter,
        Unit::Count,
        "Times that no connection to the database was to be had, by reason.",
    ),
    (
        "consentry_documents_total",
        Counter,
        Unit::Count,
        "Documents by how they were met: known from before, checked anew, or refused.",
    ),
    (
        "consentry_audit_links_total",
        Counter,
        Unit::Count,
        "Rows of the record that were linked into a chain by this process.",
    ),
    ("consentry_audit_seal_lag_seconds", Histogram, Unit::Seconds, "From the look to its link."),
    (
        "consentry_audit_waiting_seconds",
        Gauge,
        Unit::Seconds,
        "How long the oldest row waits for its link; an older transaction that is still open holds it up.",
    ),
    (
        "consentry_audit_blocked_tenants",
        Gauge,
        Unit::Count,
        "Tenants whose record cannot be sealed, mostly since their keys do not open.",
    ),
    (
        "consentry_audit_sealing_failures_total",
        Counter,
        Unit::Count,
        "Turns of the sealer that failed and were tried again.",
    ),
    (
        "consentry_audit_forged_rows_total",
        Counter,
        Unit::Count,
        "Rows of the record that did not bear the right MAC when they were linked: somebody wrote without the key.",
    ),
    (
        "consentry_audit_journal_failures_total",
        Counter,
        Unit::Count,
        "Times that checkpoints could not be written beside the database.",
    ),
    (
        "consentry_rate_limited_total",
        Counter,
        Unit::Count,
        "Requests that were refused because too much was asked, by whose bucket was empty.",
    ),
    (
        "consentry_cost_leases_total",
        Counter,
        Unit::Count,
        "Portions that were taken from the shared buckets, by whether all was there that was wanted.",
    ),
    (
        "consentry_refused_tokens_not_recorded_total",
        Counter,
        Unit::Count,
        "Refused tokens beyond those that are recorded: more than ten a second.",
    ),
    ("consentry_outbox_attempts_total", Counter, Unit::Count, "Attempts to carry out an event, by outcome."),
    ("consentry_outbox_effect_seconds", Histogram, Unit::Seconds, "How long carrying out an event took."),
    (
        "consentry_outbox_given_up_total",
        Counter,
        Unit::Count,
        "Events that were given up, by reason; `consentry outbox list-dead` names them.",
    ),
    (
        "consentry_outbox_erased_total",
        Counter,
        Unit::Count,
        "Events that were erased 30 days after they were carried out.",
    ),
    (
        "consentry_outbox_database_errors_total",
        Counter,
        Unit::Count,
        "Times that the outbox could not be read.",
    ),
    (
        "consentry_outbox_events",
        Gauge,
        Unit::Count,
        "Events by status: pending, waiting for an earlier one, dead.",
    ),
    (
        "consentry_outbox_oldest_pending_seconds",
        Gauge,
        Unit::Seconds,
        "How long the oldest event waits to be carried out.",
    ),
];

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::*;

    /// Every name that stands in quotes after a macro of `metrics`, or in a table of names beside it.
    fn counted(directory: &Path, names: &mut BTreeSet<String>) {
        for entry in fs::read_dir(directory).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                counted(&path, names);
            } else if !path.ends_with("metrics/descriptions.rs") {
                let text = fs::read_to_string(&path).expect("a source");
                for macro_name in ["counter!(", "gauge!(", "histogram!("] {
                    for call in text.split(macro_name).skip(1) {
                        let name =
                            call.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next());
                        names.extend(name.filter(|name| name.starts_with("consentry_")).map(str::to_owned));
                    }
                }
            }
        }
    }

    #[test]
    fn every_metric_that_is_counted_is_described_once_and_nothing_else_is() {
        let mut names = BTreeSet::new();
        counted(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut names);
        let described: BTreeSet<String> = DESCRIPTIONS.iter().map(|entry| entry.0.to_owned()).collect();
        assert_eq!(described.len(), DESCRIPTIONS.len(), "none twice");
        assert_eq!(names, described);
    }
}
