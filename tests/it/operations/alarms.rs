//! What the document says to look out for is what the server tells.

use std::{collections::BTreeSet, path::Path};

use super::document::first_column;

#[test]
fn every_metric_is_explained_and_every_one_that_is_explained_exists() {
    let sources = sources();
    let counted: BTreeSet<&str> = ["counter!(", "gauge!(", "histogram!("]
        .iter()
        .flat_map(|call| sources.split(call).skip(1))
        .filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next())
        // Tests look for these calls as well.
        .filter(|name| name.starts_with("consentry_"))
        .collect();
    let explained: BTreeSet<&str> = first_column("## Alarms").into_iter().collect();
    assert!(counted.len() > 10, "metrics are found: {counted:?}");
    assert_eq!(explained, counted, "docs/operations.md has a row for each metric");
}

#[test]
fn every_log_line_that_is_worth_an_alarm_is_written_somewhere() {
    let sources = sources();
    let lines = first_column("## Log lines");
    assert!(lines.len() > 5, "lines are found: {lines:?}");
    for line in lines {
        assert!(sources.contains(line), "nothing logs `{line}`");
    }
}

fn sources() -> String {
    let mut sources = String::new();
    crate::readme::gather(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut sources);
    sources
}
