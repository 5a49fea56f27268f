//! The tables: printed, and kept in `bench/RESULTS.md`.

use std::{fmt::Write, fs, path::Path, time::Duration};

use consentry::kernel::clock::{Clock, SystemClock};

use crate::{
    Pace,
    client::CONNECTIONS,
    growth::Grown,
    installation::{PATIENTS, POOL, TENANTS, THREADS},
    machine::{description, printed},
    measure::{self, Cost, Measured},
};

/// One operation in one line, for whoever waits.
pub fn line(measured: &Measured) -> String {
    let Measured { name, server, floor, .. } = measured;
    let beside = measured
        .ratio_beside()
        .map(|ratio| format!(", {ratio:.2} of the server's own plain read"))
        .unwrap_or_default();
    format!(
        "  {name}: {:.0} requests/s, floor {:.0}, ratio {:.2}{beside}; {:.2} + {:.2} ms of processor, floor {:.2} + {:.2}; busiest thread {:.2}, floor {:.2}",
        server.rate(),
        floor.rate(),
        measured.ratio(),
        server.own,
        server.database,
        floor.own,
        floor.database,
        server.busiest,
        floor.busiest,
    )
}

/// The document.
pub async fn text(
    measured: &[Measured],
    growth: &[Grown],
    pace: Pace,
    quick: bool,
    took: Duration,
) -> String {
    let mut text = String::new();
    let command = if quick { "make bench QUICK=1" } else { "make bench" };
    let _ = writeln!(
        text,
        "# What the API costs\n\n\
        Written by `{command}` on {} within {:.0} minutes; do not edit.\n\n\
        - Machine: {}.\n\
        - {}, {}, commit {}.\n\
        - {TENANTS} tenants with {PATIENTS} patients each, made by `consentry seed`. {CONNECTIONS} connections of clients that \
        stay open, {THREADS} threads, {POOL} connections to the database, also for the floor. Clients, server and PostgreSQL \
        share the machine.\n\
        - {} slices of {} ms of each contender in turn; requests/s are medians of slices, a ratio is the median of the \
        ratios of neighbouring slices. Processor time is of the process that answers and of PostgreSQL, from `/proc`, with \
        what goes on behind the answers: the links of the record, the events. The share of the busiest thread is of that of \
        the process: with two threads that serve, a half is best. `by processor` is the ratio of processor time in all, \
        which a busy machine changes less than the rate.\n",
        SystemClock.now().format("%Y-%m-%d %H:%M UTC"),
        (took.as_secs_f64() / 60.0).ceil(),
        description(),
        printed("rustc", &["--version"]),
        printed("psql", &["--version"]),
        printed("git", &["describe", "--always", "--dirty"]),
        pace.rounds,
        pace.slice.as_millis(),
    );
    table(&mut text, measured);
    if !growth.is_empty() {
        crate::growth::table(&mut text, growth);
    }
    text
}

fn table(text: &mut String, measured: &[Measured]) {
    text.push_str(
        "## Against the floor\n\n\
        The floor answers with hand-written SQL behind a bare axum route: it signs the caller in by the same bearer token \
        under the same row-level security, in one transaction whose settings travel with its beginning, and passes on the \
        JSON that PostgreSQL makes. It works on a copy of the database. For the mutation it writes the same rows in one \
        statement, with a constant where the server computes the MAC of the record, and nobody carries out its events. It \
        decides and decrypts nothing: where identity is shown, it does the plain read, and the ratio that counts is that to \
        the server's own plain read.\n\n\
        | operation | | requests/s | p50 ms | p99 ms | processor ms | of PostgreSQL ms | busiest thread | statements | ratio | by processor | goal |\n\
        |---|---|---|---|---|---|---|---|---|---|---|---|\n",
    );
    for measured in measured {
        let goal = measured.goal.map_or(String::new(), |(least, aim)| format!("{least:.2}, aim {aim:.2}"));
        let Measured { name, server, floor, statements, .. } = measured;
        let by_processor = |other: &Cost| floor.processor() / other.processor();
        let ratios = (measured.ratio(), by_processor(server));
        row(text, (name, "server"), server, &format!("{:.1}", statements.0), ratios, &goal);
        row(text, ("", "floor"), floor, &statements.1.to_string(), (1.0, 1.0), "");
        if let (Some((beside, least, cost)), Some(ratio)) = (&measured.beside, measured.ratio_beside()) {
            let processor = cost.processor() / server.processor();
            let goal =
                format!("the identity takes it to {ratio:.2}, by processor {processor:.2}; {least:.2}");
            let ratios = (measure::ratio(cost, floor), by_processor(cost));
            row(text, ("", &format!("server, {beside}")), cost, "", ratios, &goal);
        }
    }
    let most = measured.iter().map(|measured| measured.resident).fold(0.0, f64::max);
    let refused: usize =
        measured.iter().map(|measured| measured.server.refused + measured.floor.refused).sum();
    let _ = writeln!(
        text,
        "\nRequests that were turned away since all was busy: {refused}, which are not counted."
    );
    let _ = writeln!(text, "\nResident memory of the server under this load: {most:.0} MB at the most.\n");
}

fn row(
    text: &mut String,
    names: (&str, &str),
    cost: &Cost,
    statements: &str,
    ratios: (f64, f64),
    goal: &str,
) {
    let _ = writeln!(
        text,
        "| {} | {} | {:.0} | {:.1} | {:.1} | {:.3} | {:.3} | {:.2} | {statements} | {:.2} | {:.2} | {goal} |",
        names.0,
        names.1,
        cost.rate(),
        cost.percentile(0.5),
        cost.percentile(0.99),
        cost.own,
        cost.database,
        cost.busiest,
        ratios.0,
        ratios.1,
    );
}

/// Keeps it beside the benchmarks.
pub fn keep(text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("bench/RESULTS.md");
    fs::write(path, text).expect("the results are kept");
}
