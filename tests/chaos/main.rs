//! The server and its PostgreSQL are killed at random moments, under callers who write and look; whatever was promised to
//! them before has to be true afterwards.
//!
//! `make test` kills a few times, `make chaos` hundreds of times. `CHAOS_SEED` repeats the choices of a run, though not its
//! timing: what was under way at the moment of a kill is for the machine to say.

mod callers;
mod chance;
mod evidence;
mod installation;
mod ledger;
mod sink;

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use callers::Callers;
use chance::Chance;
use evidence::Evidence;
use installation::Installation;
use sink::Sink;

/// What `consentry serve` promises: it serves again after so long. Asserted in a long run, which has a machine for itself;
/// beside other work a few kills say nothing about time.
const READY_WITHIN: Duration = Duration::from_secs(10);
/// How long callers are at work before a kill, in milliseconds.
const WORK: (u64, u64) = (20, 1_200);
/// Of so many starts one is killed before it is ready.
const KILLED_STARTING: u64 = 6;
/// Of so many kills of the server one takes its PostgreSQL with it, as when a machine stops.
const BOTH_KILLED: u64 = 6;

/// One of them at a time: they measure how long a start takes.
static TURN: Mutex<()> = Mutex::new(());

#[test]
fn nothing_acknowledged_is_lost_when_the_server_is_killed() {
    let rounds = setting("CHAOS_SERVER_ROUNDS").unwrap_or(8);
    chaos("server", rounds, async |story, chance| {
        story.installation.kill();
        if chance.one_in(BOTH_KILLED) {
            story.installation.kill_postgresql();
            story.both_killed += 1;
        }
        story.callers.stop().await;
        while chance.one_in(KILLED_STARTING) {
            story.installation.spawn();
            tokio::time::sleep(Duration::from_millis(chance.between(1, 500))).await;
            story.installation.kill();
            story.killed_starting += 1;
        }
        story.installation.spawn();
        story.installation.ready().await
    });
}

#[test]
fn nothing_acknowledged_is_lost_when_postgresql_is_killed() {
    let rounds = setting("CHAOS_POSTGRESQL_ROUNDS").unwrap_or(3);
    chaos("postgresql", rounds, async |story, chance| {
        let begun = Instant::now();
        let killed = story.installation.kill_postgresql();
        // Nobody restarts the server: it starts its PostgreSQL again by itself, under the same callers.
        story.installation.ready_after(killed, begun).await;
        let taken = begun.elapsed();
        tokio::time::sleep(Duration::from_millis(chance.between(1, 300))).await;
        story.callers.stop().await;
        taken
    });
}

/// An installation, its callers, and what is known about both.
struct Story {
    installation: Installation,
    callers: Callers,
    evidence: Evidence,
    both_killed: u64,
    killed_starting: u64,
}

/// Rounds of work, a kill by `kill`, which returns how long it took until requests were served again, and a look at what
/// was promised. A long run runs `verify` in each tenth round only, and waits for leases as long as they last.
fn chaos(name: &'static str, rounds: u64, mut kill: impl AsyncFnMut(&mut Story, &mut Chance) -> Duration) {
    let _turn = TURN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let mut chance = Chance::new(setting("CHAOS_SEED").unwrap_or_else(Chance::any_seed));
    println!("chaos of the {name}: CHAOS_SEED={} repeats it", chance.seed());
    let long = rounds > 20;
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let begun = Instant::now();
        let sink = Sink::start(chance.fork()).await;
        let installation = Installation::start(name, &sink).await;
        let evidence = Evidence::before(&installation).await;
        let callers = Callers::new(&installation, name);
        let mut story = Story { installation, callers, evidence, both_killed: 0, killed_starting: 0 };
        let mut taken = Vec::new();
        for round in 1..=rounds {
            story.callers.begin(round, &mut chance);
            tokio::time::sleep(Duration::from_millis(chance.between(WORK.0, WORK.1))).await;
            let ready = kill(&mut story, &mut chance).await;
            assert!(!long || ready <= READY_WITHIN, "round {round}: ready after {ready:?}");
            taken.push(ready);
            story.callers.ask_again().await;
            story.evidence.check(&story.callers.ledger()).await;
            if !long || round.is_multiple_of(10) {
                story.installation.verify();
            }
        }
        story.installation.stop();
        if !long {
            story.evidence.end_leases().await;
        }
        story.installation.spawn();
        story.installation.ready().await;
        story.evidence.all_events_arrived(&sink).await;
        story.installation.verify();
        story.installation.stop();
        tell(name, &story, &sink, &mut taken, begun.elapsed());
    });
}

fn tell(name: &str, story: &Story, sink: &Sink, taken: &mut [Duration], elapsed: Duration) {
    taken.sort_unstable();
    let ledger = story.callers.ledger();
    assert!(!ledger.creations.is_empty() && !ledger.looks.is_empty(), "there was something to lose");
    println!(
        "{} kills of the {name} in {elapsed:.0?} ({} with its PostgreSQL, {} more while it started): \
         ready after {:.2?} (median), {:.2?} (longest)",
        taken.len(),
        story.both_killed,
        story.killed_starting,
        taken[taken.len() / 2],
        taken[taken.len() - 1],
    );
    println!("{ledger}; {sink}");
}

#[expect(clippy::disallowed_methods, reason = "no setting of the server")]
fn setting(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok().filter(|text| !text.is_empty())?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is {text}, which is no number")))
}

type Shared<T> = Arc<Mutex<T>>;
