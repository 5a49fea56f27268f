//! The schema keeps what clients were promised, and the rules of graphql-eslint.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use serde_json::Value;

use crate::support::web;

const PUBLISHED: &str = include_str!("../../../schema.published.graphql");

/// What the comparison of two schemas finds.
#[derive(Debug, Deserialize, PartialEq, Eq)]
struct Comparison {
    /// What breaks a client of the first.
    broken: Vec<String>,
    /// What the second deprecates without saying until when.
    undated: Vec<String>,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Compares two files, on a day or today; says whether the comparison let pass what it found.
async fn compare(published: PathBuf, current: PathBuf, day: Option<&'static str>) -> (bool, Comparison) {
    let told = web("node", move |command| {
        command.arg("scripts/compare-schemas.mjs").arg(published).arg(current).args(day);
    });
    let told = told.await;
    let found = serde_json::from_str(&told.output)
        .unwrap_or_else(|error| panic!("{error}: {}\n{}", told.output, told.errors));
    (told.success, found)
}

/// The published schema with a change, as a file that is named after it.
fn changed(name: &str, from: &str, to: &str) -> PathBuf {
    assert_eq!(PUBLISHED.matches(from).count(), 1, "{from} stands there once");
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{name}.graphql", std::process::id()));
    fs::write(&path, PUBLISHED.replace(from, to)).expect("a schema is written");
    path
}

#[tokio::test]
async fn the_schema_breaks_no_client_of_the_published_one() {
    let (passed, found) =
        compare(root().join("schema.published.graphql"), root().join("schema.graphql"), None).await;
    assert_eq!(
        found,
        Comparison { broken: vec![], undated: vec![] },
        "deprecate it with a date first (docs/architecture.md)"
    );
    assert!(passed);
}

#[tokio::test]
async fn what_breaks_a_client_is_refused_and_named() {
    let breaking = [
        ("field", "\tdisplayCode: String!\n", "\thandle: String!\n", "'displayCode' was removed"),
        (
            "nullable",
            "\tdisplayCode: String!\n",
            "\tdisplayCode: String\n",
            "'Patient.displayCode' changed type",
        ),
        ("value", "\tRESTRICTED\n", "\tLIMITED\n", "'RESTRICTED' was removed"),
        (
            "required",
            "input SignInInput {\n",
            "input SignInInput {\n\tcode: String!\n",
            "'code' of type 'String!'",
        ),
        (
            "member",
            "= PatientIdentity | Withheld",
            "= PatientIdentity | Withheld | User",
            "'User' was added to Union",
        ),
        (
            "default",
            "redisclosureStatement: Boolean! = false",
            "redisclosureStatement: Boolean! = true",
            "changed from 'false'",
        ),
    ];
    for (name, from, to, expected) in breaking {
        let current = changed(name, from, to);
        let (passed, found) = compare(root().join("schema.published.graphql"), current.clone(), None).await;
        fs::remove_file(current).expect("the schema is removed");
        assert!(!passed, "{name}");
        assert!(found.broken.iter().any(|message| message.contains(expected)), "{name}: {found:?}");
    }
}

#[tokio::test]
async fn what_was_deprecated_until_a_day_may_be_missing_from_that_day_on() {
    let field = "\tdisplayCode: String!\n";
    let dated = "\tdisplayCode: String! @deprecated(reason: \"Use `id`. Removal: 2027-03-01\")\n";
    let deprecated = changed("dated", field, dated);
    let gone = changed("gone", field, "\thandle: String!\n");

    for (day, may_be_missing) in [("2027-02-28", false), ("2027-03-01", true)] {
        let (passed, found) = compare(deprecated.clone(), gone.clone(), Some(day)).await;
        assert_eq!(passed, may_be_missing, "on {day}: {found:?}");
        assert_eq!(found.broken.is_empty(), may_be_missing, "on {day}: {found:?}");
    }
    let (passed, _) = compare(root().join("schema.published.graphql"), deprecated.clone(), None).await;
    assert!(passed, "to deprecate breaks nobody");
    for path in [deprecated, gone] {
        fs::remove_file(path).expect("the schema is removed");
    }
}

#[tokio::test]
async fn a_deprecation_says_until_when() {
    let field = "\tdisplayCode: String!\n";
    let undated = changed("undated", field, "\tdisplayCode: String! @deprecated(reason: \"Use `id`.\")\n");
    let (passed, found) = compare(root().join("schema.published.graphql"), undated.clone(), None).await;
    fs::remove_file(undated).expect("the schema is removed");
    assert!(!passed);
    assert_eq!(found.undated, ["Patient.displayCode"]);
}

/// What graphql-eslint finds in a folder that has the schema and the documents where this tree has them.
async fn lint(folder: PathBuf) -> (usize, Vec<String>) {
    let linted = web("eslint", move |command| {
        let config = root().join("web/eslint.config.js");
        command.arg("--config").arg(config).args(["--max-warnings", "0", "--format", "json"]);
        command.args(["schema.graphql", "web/src/documents"]).current_dir(folder);
    });
    let linted = linted.await;
    let files: Vec<Value> = serde_json::from_str(&linted.output)
        .unwrap_or_else(|error| panic!("{error}: {}\n{}", linted.output, linted.errors));
    let mut faults = Vec::new();
    for file in &files {
        let path = file["filePath"].as_str().expect("a path");
        for fault in file["messages"].as_array().expect("messages") {
            faults.push(format!("{path}:{} {} {}", fault["line"], fault["ruleId"], fault["message"]));
        }
    }
    assert_eq!(linted.success, faults.is_empty(), "{}", linted.errors);
    (files.len(), faults)
}

#[tokio::test]
async fn the_schema_and_the_documents_keep_the_rules_of_graphql_eslint() {
    let (files, faults) = lint(root().to_owned()).await;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(files > 5, "the schema and the documents are looked at: {files}");
}

#[tokio::test]
async fn a_schema_and_a_document_that_break_a_rule_are_named() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("lint-{}", std::process::id()));
    fs::create_dir_all(folder.join("web/src/documents")).expect("a folder");
    let unread = "enum unread { NEW }\n";
    fs::write(folder.join("schema.graphql"), format!("{PUBLISHED}{unread}")).expect("a schema is written");
    let document = "query getViewer { viewer { purpose purposes } }\n";
    fs::write(folder.join("web/src/documents/viewer.graphql"), document).expect("a document is written");

    let (files, faults) = lint(folder.clone()).await;
    fs::remove_dir_all(folder).expect("the folder is removed");

    assert_eq!(files, 2);
    for rule in ["naming-convention", "require-description", "no-unreachable-types", "fields-on-correct-type"]
    {
        assert!(faults.iter().any(|fault| fault.contains(rule)), "{rule}: {faults:#?}");
    }
}
