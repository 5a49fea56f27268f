//! Canaries: hundreds of values that are protected go through everything that the program does, and are found nowhere.
//!
//! What stands somewhere in the clear on purpose is not planted as a secret:
//!
//! - *Operational columns*, which tell nothing about who somebody is: names of organizations, locations, roles and
//!   practitioners, display codes, ids, moments, states, reference numbers of callers (request ids, idempotency keys).
//! - *Gated columns* (where evidence is filed, the event that ends a consent), which SQL can read. They are planted, and
//!   searched for outside of the database alone.
//! - *Names in documents* (aliases, operations, fragments): an answer repeats them to the caller who wrote them. They are
//!   planted, and searched for everywhere but in answers.
//! - *The last four digits* of a social security number, which whoever sees an identity sees; four digits occur anywhere.
//! - *The demo's tokens*, which `serve --demo` prints.
//!
//! A panic is not provoked: nothing that a caller can send is known to cause one. `tests/it/platform/masking.rs` looks at
//! what an answer says of one.

mod conversation;
mod installation;
mod planted;
mod scenario;

use std::{
    fs,
    path::{Path, PathBuf},
};

use conversation::Conversation;
use planted::Search;
use scenario::People;

#[tokio::test]
async fn five_hundred_protected_values_are_found_nowhere_after_everything_was_done_with_them() {
    let mut talk = Conversation::new();
    let people = People::of(&talk);
    let patients = scenario::enter(&mut talk, &people);
    scenario::look(&mut talk, &people, &patients);
    scenario::keep_apart(&mut talk, &people, &patients[10..13]);
    scenario::revoke(&mut talk, &people, &patients[..6]);
    scenario::sign_in(&mut talk, &people);
    scenario::refuse(&mut talk, &people, &patients[7]);
    scenario::fail(&mut talk, &people, &patients[8]).await;
    let mut metrics = talk.installation.metrics();
    scenario::crash(&mut talk, &people);
    scenario::wait_for_events(&talk);
    // Counts began anew with the server.
    metrics.extend(talk.installation.metrics());
    talk.installation.stop();
    let traces = talk.installation.traces();
    assert!(talk.planted.count() >= 500, "{} values were planted", talk.planted.count());

    // What PostgreSQL logs, and what it holds, both as an operator's own words would stand there.
    let logged = talk.planted.control();
    talk.installation.superuser_runs(&format!("do $$ begin raise log '{logged}'; end $$; checkpoint")).await;
    let directory = talk.installation.directory.join(".consentry");
    let postgresql_log = read(&directory.join("postgresql.log"));
    let dump = talk.installation.dump();
    let server_log = read(&talk.installation.log());
    let events = talk.installation.events();
    let outbox: Vec<u8> = dump_of(&dump, "public.outbox_events").concat();
    let files = files_of(&talk.installation.home().join("cluster"));

    // The search finds what is there to be found.
    let controls = Search::alone(&talk.planted.controls[..talk.planted.controls.len() - 1]);
    let gates = talk.planted.gates();
    let wal = |path: &Path| path.components().any(|part| part.as_os_str() == "pg_wal");
    for (what, bytes) in [
        ("the dump", &dump),
        ("the write-ahead log", &all(&files, wal)),
        ("tables", &all(&files, |path| !wal(path))),
    ] {
        assert_eq!(controls.count_in(bytes), controls.len(), "idempotency keys stand in {what}");
        assert!(gates.count_in(bytes) * 10 >= gates.len() * 7, "where evidence is filed stands in {what}");
    }
    assert_eq!(Search::alone(&[logged]).count_in(&postgresql_log), 1, "PostgreSQL logs");
    let answers = talk.planted.in_answers();
    assert!(answers.count_in(&talk.allowed) > 250, "whoever may see values sees them");
    assert!(
        contains(&server_log, "INTERNAL") || contains(&server_log, "internal"),
        "the server logs its errors"
    );
    assert!(contains(&events, "patient.created"), "the sink was told");
    assert!(contains(&outbox, "patient.created"), "the outbox is in the dump");

    assert!(contains(&metrics, "consentry_operations_total"), "metrics are told");
    assert!(contains(&traces, "consentry"), "traces are told");

    // And nothing else.
    let mut leaks = Vec::new();
    let mut search = |what: &str, search: &Search<'_>, bytes: &[u8]| {
        leaks.extend(search.places(bytes).into_iter().map(|place| format!("{what}: {place}")));
    };
    let (database, outside) = (talk.planted.in_the_database(), talk.planted.outside_the_database());
    for (path, bytes) in &files {
        search(&path.display().to_string(), &database, bytes);
    }
    search("the dump", &database, &dump);
    search("the outbox", &outside, &outbox);
    search("the log of the server", &outside, &server_log);
    search("the log of PostgreSQL", &outside, &postgresql_log);
    search("the event sink", &outside, &events);
    search("the metrics", &outside, &metrics);
    search("the traces", &outside, &traces);
    search("an answer to somebody else", &answers, &talk.others);
    for path in beside_the_cluster(&directory) {
        search(&path.display().to_string(), &outside, &read(&path));
    }
    assert!(leaks.is_empty(), "{} leaks, such as {:#?}", leaks.len(), &leaks[..leaks.len().min(40)]);
}

fn read(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// Every file of PostgreSQL, with its content.
fn files_of(directory: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).expect("a directory").flatten() {
        let path = entry.path();
        match entry.file_type().expect("a type") {
            kind if kind.is_dir() => files.extend(files_of(&path)),
            // PostgreSQL removes files of its own while it runs.
            kind if kind.is_file() => files.extend(fs::read(&path).ok().map(|bytes| (path, bytes))),
            _ => {}
        }
    }
    files
}

fn all(files: &[(PathBuf, Vec<u8>)], which: impl Fn(&Path) -> bool) -> Vec<u8> {
    files.iter().filter(|(path, _)| which(path)).flat_map(|(_, bytes)| bytes.iter().copied()).collect()
}

/// The journal of checkpoints, and whatever else lies in the data directory beside PostgreSQL.
fn beside_the_cluster(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).expect("a directory").flatten();
    let files: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    let journal = files.iter().any(|path| path.ends_with("audit-checkpoints.jsonl"));
    assert!(journal, "the journal is among them: {files:?}");
    files
}

/// The rows of a table in a dump.
fn dump_of<'d>(dump: &'d [u8], table: &str) -> Vec<&'d [u8]> {
    let begin = format!("COPY {table} ");
    let mut lines = dump.split_inclusive(|byte| *byte == b'\n');
    let mut rows = Vec::new();
    while let Some(line) = lines.next() {
        if line.starts_with(begin.as_bytes()) {
            rows.extend(lines.by_ref().take_while(|row| *row != b"\\.\n"));
        }
    }
    rows
}
