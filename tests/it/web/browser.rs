//! The pages in headless Chromium: the scripts of `web/tests/browser/`, each with a server and demo data of its own.

use std::path::{Path, PathBuf};

use crate::support::{Database, Server, web};

#[tokio::test]
async fn the_explorer_runs_its_samples_explains_fields_and_keeps_nothing() {
    in_a_browser("explorer", 7).await;
}

#[tokio::test]
async fn the_console_shows_names_or_reasons_and_a_revocation_in_another_window_takes_effect() {
    in_a_browser("console", 13).await;
}

async fn in_a_browser(script: &str, tests: usize) {
    let database = Database::new().await;
    let server = Server::demo(&database).await;
    let address = format!("http://{}", server.address);

    let file = format!("tests/browser/{script}.test.mjs");
    let told = web("node", move |node| {
        node.args(["--test", "--test-reporter=tap", &file]);
        node.env("CONSENTRY_ADDRESS", address).env("CONSENTRY_CHROMIUM", chromium());
    });
    let told = told.await;

    assert!(told.success, "{}\n{}\n{}", told.output, told.errors, server.log());
    let passed = told.output.lines().find_map(|line| line.strip_prefix("# pass ")?.parse().ok());
    assert_eq!(passed, Some(tests), "so many tests of {script} ran: {}", told.output);
}

/// Where `scripts/install-prerequisites tests` looks for it, and where it puts it.
fn chromium() -> PathBuf {
    let unpacked = Path::new(env!("CARGO_MANIFEST_DIR")).join(".consentry/chromium/chromium");
    let folders = ["/usr/bin", "/usr/local/bin", "/snap/bin"];
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let installed = folders.iter().flat_map(|folder| names.map(|name| Path::new(folder).join(name)));
    let found = installed.chain([unpacked]).find(|path| path.exists());
    found.expect("Chromium is missing: run `scripts/install-prerequisites tests`")
}
