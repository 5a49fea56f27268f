//! What callers may use: how much in a time, which documents, and whether they read the schema.

use super::{COST_BURST, COST_RATE, ConfigError, Environment, INTROSPECTION, TRUSTED_DOCUMENTS, not_one_of};
use crate::kernel::limit::{Budget, CallerKind, DocumentMode, Introspection, Policies};

/// A full bucket holds what the dearest request may cost.
const BURSTS: std::ops::RangeInclusive<u32> = 10_000..=100_000_000;
const RATES: std::ops::RangeInclusive<u32> = 1..=10_000_000;
const BURST: u32 = 50_000;
const RATE: u32 = 1_000;

/// How much callers may spend; none when nothing is counted.
pub(super) fn budget(burst: Option<&str>, rate: Option<&str>) -> Result<Option<Budget>, ConfigError> {
    let rate = match rate {
        None => RATE,
        Some(text) => text.parse().ok().filter(|rate| RATES.contains(rate)).ok_or_else(|| {
            not_one_of(COST_RATE, text, &format!("a number from {} to {}", RATES.start(), RATES.end()))
        })?,
    };
    let capacity = match burst {
        None => BURST,
        Some("0") => return Ok(None),
        Some(text) => text.parse().ok().filter(|burst| BURSTS.contains(burst)).ok_or_else(|| {
            not_one_of(
                COST_BURST,
                text,
                &format!("0, or a number from {} to {}", BURSTS.start(), BURSTS.end()),
            )
        })?,
    };
    Ok(Some(Budget { capacity, rate }))
}

/// Which documents are executed for whom.
pub(super) fn policies(
    introspection: Option<&str>,
    documents: Option<&str>,
    environment: Environment,
) -> Result<Policies, ConfigError> {
    let introspection = match (introspection, environment) {
        (Some("everyone"), _) | (None, Environment::Development) => Introspection::Everyone,
        (Some("staff"), _) | (None, Environment::Production) => Introspection::Staff,
        (Some("nobody"), _) => Introspection::Nobody,
        (Some(other), _) => return Err(not_one_of(INTROSPECTION, other, "everyone, staff or nobody")),
    };
    let mut policies = Policies::telling_schema_to(introspection);
    for part in documents.into_iter().flat_map(|text| text.split(',')) {
        let (kind, mode) = read_mode(part.trim()).ok_or_else(|| {
            not_one_of(
                TRUSTED_DOCUMENTS,
                part.trim(),
                "a list such as patient=required,token=allowed,staff=off, of the callers staff, patient, token and \
                 anonymous",
            )
        })?;
        policies = policies.with_documents(kind, mode);
    }
    Ok(policies)
}

fn read_mode(part: &str) -> Option<(CallerKind, DocumentMode)> {
    let (kind, mode) = part.split_once('=')?;
    let kind = CallerKind::ALL.into_iter().find(|known| known.name() == kind)?;
    let mode = match mode {
        "off" => DocumentMode::Off,
        "allowed" => DocumentMode::Allowed,
        "required" => DocumentMode::Required,
        _ => return None,
    };
    Some((kind, mode))
}
