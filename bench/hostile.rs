//! How long the server takes to end each attack of the corpus, sent by a stranger: `cargo bench --bench hostile`.
//!
//! What is measured is what anybody can make the server do: reading, checking, refusing, recording that a token was
//! refused, and introspection. Attacks that sign in are left out, since a password takes long to check. The documents are
//! not kept between two requests unless they passed every check, as in the server.

use std::time::{Duration, Instant};

use axum::{
    body::{Body, to_bytes},
    http::Request,
};
use consentry::{http::router, kernel::database::pool};
use tower::ServiceExt;

#[expect(dead_code, reason = "the tests ask more of an attack than how long it takes")]
#[path = "../tests/it/hostile/attacks/mod.rs"]
mod attacks;

#[expect(dead_code, unused_imports, reason = "the tests ask more of the town")]
#[path = "../tests/it/support/mod.rs"]
mod support;

use attacks::{Attack, End};
use support::Town;

const ROUNDS: usize = 100;
const CONNECTIONS: u32 = 2;
/// What no attack may take.
const PROMISED: Duration = Duration::from_millis(5);

/// What the rounds of one attack took, and how long its answer was.
struct Measured {
    median: Duration,
    worst: Duration,
    bytes: usize,
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(run());
}

async fn run() {
    let town = Town::of_today().await;
    let serving =
        town.app.with_pool(pool(support::options(&town.database.connection("consentry_app")), CONNECTIONS));
    let router = router(serving);
    let mut measured = Vec::new();
    let attacks = [attacks::all(), legal()].concat();
    for attack in attacks.iter().filter(|attack| !matches!(attack.end, End::Declined(_))) {
        measured.push((measure(&router, attack).await, attack));
    }
    measured.sort_by_key(|(measured, _)| std::cmp::Reverse(measured.median));

    println!("{ROUNDS} rounds each, {} attacks; in milliseconds\n", measured.len());
    println!("  median    worst   answer  attack");
    for (Measured { median, worst, bytes }, attack) in &measured {
        println!("{:8.3} {:8.3} {bytes:8}  {}", milliseconds(*median), milliseconds(*worst), attack.name);
    }
    let over = |time: fn(&Measured) -> Duration| {
        measured.iter().filter(|(measured, _)| time(measured) > PROMISED).count()
    };
    println!(
        "\nover {PROMISED:?}: {} by the median, {} by the worst round",
        over(|measured| measured.median),
        over(|measured| measured.worst)
    );
}

/// What is no attack, and answered at a length that is: the longest that anybody can ask for.
fn legal() -> Vec<Attack> {
    let introspection = include_str!("../src/http/guard/introspection.graphql");
    let repeated = "{__schema{types{fields{description a:description b:description c:description}}}}";
    vec![
        Attack::document("(legal) the standard introspection", introspection, End::Answered),
        Attack::document("(legal) what is said of every field, four times", repeated, End::Answered),
    ]
}

async fn measure(router: &axum::Router, attack: &Attack) -> Measured {
    let mut times = Vec::with_capacity(ROUNDS);
    let mut bytes = 0;
    for _ in 0..ROUNDS {
        let request = request(attack);
        let router = router.clone();
        let begun = Instant::now();
        let response = router.oneshot(request).await.expect("an answer");
        let body = to_bytes(response.into_body(), usize::MAX).await.expect("a body");
        times.push(begun.elapsed());
        bytes = body.len();
    }
    times.sort_unstable();
    Measured { median: times[ROUNDS / 2], worst: times[ROUNDS - 1], bytes }
}

fn request(attack: &Attack) -> Request<Body> {
    let mut request = Request::post("/graphql");
    for (name, value) in
        [("content-type", "application/json"), ("accept", "application/graphql-response+json")]
    {
        if attack.headers.iter().all(|(other, _)| *other != name) {
            request = request.header(name, value);
        }
    }
    for (name, value) in &attack.headers {
        request = request.header(*name, value.as_slice());
    }
    request.body(Body::from(attack.body.clone())).expect("a request")
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}
