//! The README and the documents do what they say: commands are run, answers compared, names looked up.

use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead, BufReader},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

use consentry::{config, http::guard::Limits};
use serde_json::Value;

const README: &str = include_str!("../../README.md");
const ARCHITECTURE: &str = include_str!("../../docs/architecture.md");
const PHI: &str = include_str!("../../docs/phi.md");
const OPERATIONS: &str = include_str!("../../docs/operations.md");
const ENVIRONMENT: &str = include_str!("../../.env.example");
const MAKEFILE: &str = include_str!("../../Makefile");
const ADDRESS: &str = "127.0.0.1:8000";

#[test]
fn the_story_comes_out_as_it_stands_there() {
    let server = Server::start();
    let blocks = fenced(README);
    let helper = blocks.iter().find(|block| block.text.contains("demo.env") && block.language == "sh");
    let helper = &helper.expect("a block that reads the tokens").text;
    let mut told = 0;
    for pair in blocks.windows(2) {
        let [command, expected] = pair else { continue };
        if command.language == "sh" && expected.language == "json" {
            let answer = server.run(&format!("{helper}\n{}", command.text));
            let answer: Value = serde_json::from_str(&answer)
                .unwrap_or_else(|_| panic!("no JSON came of\n{}\n{answer}", command.text));
            let expected: Value =
                serde_json::from_str(&expected.text).expect("an answer in the README is JSON");
            assert_eq!(answer, expected, "the answer to\n{}\nis\n{answer:#}", command.text);
            told += 1;
        }
    }
    assert_eq!(told, 8, "five steps of the story and three refusals");
}

#[test]
fn make_run_says_where_it_serves_and_prints_tokens() {
    let recipe = MAKEFILE.lines().skip_while(|line| !line.starts_with("run:")).nth(2).unwrap_or_default();
    assert!(recipe.contains("run $(PROFILE) -- serve --demo"), "what `make run` runs: {recipe}");

    let server = Server::start();
    let printed = &server.printed;
    assert!(printed.contains(&format!("GraphQL  http://{}/graphql", server.address)), "{printed}");
    let variables =
        ["CLINICIAN", "PATIENT", "SUPERVISOR", "HOUSE_STAFF", "ADMIN", "COMPLIANCE", "CLINIC_CLINICIAN"];
    for variable in variables {
        let token = printed.lines().find_map(|line| line.strip_prefix(&format!("export {variable}=")));
        assert!(token.is_some_and(|token| token.len() > 80), "a token for {variable}: {printed}");
    }
    let kept = fs::read_to_string(server.directory.join(".consentry/demo.env")).expect("the tokens are kept");
    assert!(printed.contains(&kept), "the file holds what is printed");
}

#[test]
fn every_target_and_path_that_is_named_exists() {
    let root = root();
    for target in README.split("make ").skip(1) {
        let target: String = target.chars().take_while(char::is_ascii_lowercase).collect();
        let known = ["run", "test", "web", "chaos", "schema", "hooks", "lint", "fmt", "help"];
        if known.contains(&target.as_str()) {
            assert!(MAKEFILE.contains(&format!("\n{target}:")), "make {target}");
        }
    }
    for (document, text, folder) in [
        ("README", README, ""),
        ("architecture", ARCHITECTURE, "docs"),
        ("phi", PHI, "docs"),
        ("operations", OPERATIONS, "docs"),
    ] {
        let named = code_spans(text).filter(|name| is_path(name)).map(|path| root.join(path));
        let linked = links(text).filter(|(file, _)| !file.is_empty());
        let linked = linked.map(|(file, _)| root.join(folder).join(file));
        for path in named.chain(linked) {
            assert!(path.exists(), "{document} names {}", path.display());
        }
    }
    assert!(code_spans(README).filter(|name| is_path(name)).count() > 15, "paths are found");
}

#[test]
fn every_heading_that_is_linked_to_exists() {
    for (folder, text) in [("", README), ("docs", ARCHITECTURE), ("docs", PHI), ("docs", OPERATIONS)] {
        for (file, anchor) in links(text).filter(|(_, anchor)| !anchor.is_empty()) {
            let path = root().join(folder).join(file);
            let text = fs::read_to_string(&path).unwrap_or_else(|_| panic!("{}", path.display()));
            let headings = text.lines().filter(|line| line.starts_with('#'));
            let mut anchors =
                headings.map(|line| line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-"));
            assert!(anchors.any(|known| known == anchor), "{file}#{anchor}");
        }
    }
}

#[test]
fn the_code_that_is_quoted_stands_in_its_file() {
    let languages = ["rust", "sql", "tsx"];
    let quoted = fenced(ARCHITECTURE).into_iter().chain(fenced(README));
    let quoted = quoted.filter(|block| languages.contains(&block.language.as_str()));
    let mut count = 0;
    for block in quoted {
        let (first, code) = block.text.split_once('\n').expect("a path and code");
        let path = first.trim_start_matches(['/', '-', ' ']);
        let text = fs::read_to_string(root().join(path)).expect(path);
        for part in code.split("// …\n") {
            assert!(text.contains(part.trim_end()), "{path} does not hold\n{part}");
            count += 1;
        }
    }
    assert!(count >= 6, "code is quoted: {count}");
}

#[test]
fn every_test_that_the_privacy_officer_is_told_of_exists() {
    let mut sources = String::new();
    gather(&root().join("tests"), &mut sources);
    gather(&root().join("src"), &mut sources);
    let tests: BTreeSet<&str> = code_spans(PHI)
        .filter(|name| {
            name.matches('_').count() >= 3 && name.chars().all(|c| c.is_ascii_lowercase() || c == '_')
        })
        .collect();
    assert!(tests.len() > 10, "tests are named: {tests:?}");
    for test in tests {
        assert!(sources.contains(&format!("fn {test}(")), "{test}");
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub fn gather(directory: &Path, sources: &mut String) {
    for entry in fs::read_dir(directory).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            gather(&path, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            sources.push_str(&fs::read_to_string(path).expect("a source"));
        }
    }
}

fn code_spans(text: &str) -> impl Iterator<Item = &str> {
    text.lines().flat_map(|line| line.split('`').skip(1).step_by(2))
}

/// The files that are linked to, each with the heading; either may be empty.
fn links(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let targets = text.split("](").skip(1).filter_map(|link| link.split(')').next());
    targets
        .filter(|target| !target.starts_with("http"))
        .map(|target| target.split_once('#').unwrap_or((target, "")))
}

#[test]
fn the_variables_it_names_are_those_that_are_read() {
    let documented: BTreeSet<&str> = rows("## Configuration");
    let example: BTreeSet<&str> = ENVIRONMENT
        .lines()
        .filter_map(|line| line.strip_prefix('#')?.split_once('=').map(|(name, _)| name))
        .filter(|name| name.chars().all(|c| c.is_ascii_uppercase() || c == '_'))
        .collect();
    let read: BTreeSet<&str> = config::VARIABLES.into_iter().collect();
    assert_eq!(documented, read, "the README");
    assert_eq!(example, read, ".env.example");
}

#[test]
fn the_commands_it_names_are_those_that_there_are() {
    let output = Command::new(env!("CARGO_BIN_EXE_consentry")).arg("--help").output().expect("help");
    let help = String::from_utf8(output.stdout).expect("text");
    let known: BTreeSet<&str> = help
        .lines()
        .skip_while(|line| !line.starts_with("Commands:"))
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .collect();
    let documented: BTreeSet<&str> = rows("## Command line")
        .into_iter()
        .filter_map(|command| command.strip_prefix("consentry "))
        .collect();
    assert_eq!(documented, known);
}

#[test]
fn the_limits_it_states_are_those_that_hold() {
    let Limits { body, tokens, root_fields, aliases, depth, selections, .. } = Limits::default();
    let document = format!(
        "{} tokens, {root_fields} root fields, {aliases} aliases, depth {depth}, {} selections",
        thousands(tokens),
        thousands(selections)
    );
    for stated in [format!("{} bytes", thousands(body)), document] {
        assert!(README.contains(&stated), "{stated}");
    }
}

/// The first column of the table under a heading.
fn rows(heading: &str) -> BTreeSet<&str> {
    let section = README.split(heading).nth(1).expect("the section");
    let section = section.split("\n## ").next().unwrap_or_default();
    section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect()
}

fn thousands(number: usize) -> String {
    if number < 1_000 { number.to_string() } else { format!("{},{:03}", number / 1_000, number % 1_000) }
}

fn is_path(name: &str) -> bool {
    let characters = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
    let outside = ["/", ".consentry", "target/"];
    name.chars().all(characters)
        && !outside.iter().any(|prefix| name.starts_with(prefix))
        && (name.contains('/') || name.ends_with(".graphql") || name.starts_with(".env"))
}

/// A fenced block.
pub struct Block {
    pub language: String,
    pub text: String,
}

/// The fenced blocks, in order.
pub fn fenced(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(language) = line.strip_prefix("```") else { continue };
        let body: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        blocks.push(Block { language: language.to_owned(), text: body.join("\n") });
    }
    blocks
}

/// The built program, serving demo data from a directory of its own.
struct Server {
    address: String,
    directory: PathBuf,
    printed: String,
    process: Child,
}

static NEXT: AtomicU32 = AtomicU32::new(1);

impl Server {
    fn start() -> Self {
        let name = format!("readme-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&directory).expect("a directory");
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let address = free.expect("a free port").to_string();
        let mut command = Command::new(env!("CARGO_BIN_EXE_consentry"));
        for variable in config::VARIABLES {
            command.env_remove(variable);
        }
        let mut process = command
            .args(["serve", "--demo"])
            .env("CONSENTRY_LISTEN", &address)
            .env("CONSENTRY_LOG", "warn")
            .current_dir(&directory)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let mut output = BufReader::new(process.stdout.take().expect("its output"));
        let mut printed = String::new();
        while !printed.contains("The same lines are in") {
            let read = output.read_line(&mut printed).expect("its output is text");
            assert!(read > 0, "the server ended after: {printed}");
        }
        Self { address, directory, printed, process }
    }

    /// Runs a script as a reader would, in the directory of the server.
    fn run(&self, script: &str) -> String {
        let script = format!("set -euo pipefail\n{}", script.replace(ADDRESS, &self.address));
        let output = Command::new("bash")
            .args(["-c", &script])
            .current_dir(&self.directory)
            .stdin(Stdio::null())
            .output()
            .expect("bash runs");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && errors.is_empty(), "{script}\n{errors}");
        String::from_utf8(output.stdout).expect("an answer is text")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Asked politely, so that it stops its PostgreSQL as well.
        let asked = Command::new("bash").args(["-c", &format!("kill {}", self.process.id())]).status();
        if !asked.is_ok_and(|status| status.success()) {
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.directory);
    }
}
