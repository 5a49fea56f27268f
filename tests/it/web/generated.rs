//! What is generated from the schema: it is what generating makes of it, it compiles, and the server takes its documents.

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::json;
use sha2::{Digest, Sha256};

use crate::support::{Town, web};

const GENERATED: &str = "run `make hooks`, and commit what it changes in web/";

#[tokio::test]
async fn generating_again_changes_nothing() {
    let hooks = web("graphql-codegen", |command| {
        command.args(["--config", "codegen.ts", "--check"]);
    });
    let artifacts = web("relay-compiler", |command| {
        command.arg("--validate");
    });
    for told in [hooks.await, artifacts.await] {
        assert!(told.success, "{GENERATED}: {}\n{}", told.output, told.errors);
    }
}

#[tokio::test]
async fn a_withheld_value_is_not_read_without_handling_it_and_everything_else_compiles_too() {
    let compiled = web("tsc", |command| {
        command.args(["--noEmit", "--listFiles"]);
    });
    let files = compiled.await.succeeded();
    // The lines that must not compile are in the first, under `@ts-expect-error`.
    for file in ["tests/types/handled.ts", "src/generated/urql.ts", "src/generated/tanstack.ts"] {
        assert!(files.lines().any(|line| line.ends_with(file)), "{file} is not compiled");
    }
}

/// The documents of the manifest, by their ids.
fn manifest() -> BTreeMap<String, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("web/src/generated/persisted-documents.json");
    serde_json::from_str(&fs::read_to_string(path).expect("the manifest")).expect("a manifest")
}

#[test]
fn the_id_of_a_document_is_the_hash_of_its_text() {
    let documents = manifest();
    assert!(documents.len() >= 12, "documents of a console: {}", documents.len());
    for (id, text) in documents {
        let digest = Sha256::digest(&text);
        let hexadecimal: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(id, format!("sha256:{hexadecimal}"), "{text}");
    }
}

#[tokio::test]
async fn every_document_of_the_manifest_passes_the_guard() {
    let nobody = Town::new().await.anonymous();
    for (_, text) in manifest() {
        // The variables are missing where they are needed: then the document itself was already judged.
        let answer = nobody.send(json!({ "query": text })).await;
        for error in answer.body["errors"].as_array().into_iter().flatten() {
            let message = error["message"].as_str().unwrap_or_default();
            let code = &error["extensions"]["code"];
            let is_about_variables = code == "GRAPHQL_VALIDATION_FAILED" && message.contains("ariable");
            assert!(code == "UNAUTHENTICATED" || is_about_variables, "{}\n{text}", answer.body);
        }
    }
}
