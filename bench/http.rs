//! What the API costs, measured over HTTP against a floor: `make bench`, or `cargo bench --bench http -- [--quick]
//! [--without-growth] [--only WORDS]`. With the last, operations whose name has these words are measured, and nothing is
//! kept: for whoever looks at one of them with a profiler.
//!
//! The server is the built program in a process of its own, on a private PostgreSQL with scale data. The floor is this
//! program in another process: bare axum routes that pass on the JSON of hand-written SQL, on a copy of the same
//! database, as the same role under the same row-level security, with as many threads and connections. Both are asked
//! in turn, in short slices, by 32 connections that stay open, and what they answer is compared.

use std::{net::SocketAddr, time::Duration};

#[path = "http/client.rs"]
mod client;
#[path = "http/floor.rs"]
mod floor;
#[path = "http/growth.rs"]
mod growth;
#[path = "http/installation.rs"]
mod installation;
#[path = "http/machine.rs"]
mod machine;
#[path = "http/measure.rs"]
mod measure;
#[path = "http/operations.rs"]
mod operations;
#[path = "http/results.rs"]
mod results;

use installation::Installation;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How long and how often is measured.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// One slice of one contender.
    pub slice: Duration,
    /// How many slices each has.
    pub rounds: usize,
    /// The sizes to which one tenant grows, in patients.
    pub patients: &'static [u64],
    /// The numbers of tenants.
    pub tenants: &'static [u64],
}

const FULL: Pace = Pace {
    slice: Duration::from_millis(1_500),
    rounds: 7,
    patients: &[1_000, 10_000, 100_000, 1_000_000],
    tenants: &[10, 100, 1_000, 10_000],
};
const QUICK: Pace =
    Pace { slice: Duration::from_millis(500), rounds: 3, patients: &[1_000, 10_000], tenants: &[10, 100] };

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == "floor") {
        return floor::run(&arguments[1..]);
    }
    let asked = |name: &str| arguments.iter().any(|argument| argument == name);
    let pace = if asked("--quick") { QUICK } else { FULL };
    let only = arguments.iter().skip_while(|argument| *argument != "--only").nth(1).cloned();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(run(pace, only, !asked("--without-growth"), asked("--quick")));
}

async fn run(pace: Pace, only: Option<String>, grows: bool, quick: bool) {
    let begun = std::time::Instant::now();
    let mut installation = Installation::make().await;
    eprintln!("the data is there after {:.0} s", begun.elapsed().as_secs_f64());
    installation.serve().await;
    let mut measured = Vec::new();
    let wanted = only.as_deref().unwrap_or_default();
    for operation in operations::all().into_iter().filter(|operation| operation.name.contains(wanted)) {
        eprintln!("measuring: {}", operation.name);
        measured.push(measure::operation(&installation, &operation, pace).await);
        eprintln!("{}", results::line(measured.last().expect("the one that was measured")));
    }
    if only.is_some() {
        return;
    }
    let growth = if grows { growth::measure(&mut installation, pace).await } else { Vec::new() };
    let text = results::text(&measured, &growth, pace, quick, begun.elapsed()).await;
    println!("{text}");
    results::keep(&text);
}

/// An address that nobody listens on at the moment.
fn free_address() -> SocketAddr {
    let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    free.expect("a free port")
}
