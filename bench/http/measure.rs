//! Measuring: contenders in turn, in short slices, with what each cost.

use std::{net::SocketAddr, rc::Rc, time::Duration};

use crate::{
    Pace,
    client::{self, Exchange, once},
    installation::Installation,
    machine::{processor_time, processor_time_of_family, processor_time_of_threads, resident},
    operations::Operation,
};

/// How long contenders ask before anything is counted.
const WARM_UP: Duration = Duration::from_millis(400);
/// How often it is looked whether anything is still going on behind the answers, and for how long at the most.
const LOOK: Duration = Duration::from_millis(100);
const LOOKS: usize = 100;
/// Less processor time than this within a look is rest, in seconds.
const REST: f64 = 0.015;

/// What one contender did, over all its slices.
#[derive(Clone, Default)]
pub struct Cost {
    /// Requests a second of each slice.
    pub rates: Vec<f64>,
    /// How long requests took, in seconds, in rising order.
    pub latencies: Vec<f64>,
    /// Processor time for a request, in milliseconds: of the process that answers.
    pub own: f64,
    /// The same, of PostgreSQL.
    pub database: f64,
    /// Which share of that the busiest thread of the process had; with two that serve, a half is best.
    pub busiest: f64,
    /// Requests that were answered.
    pub requests: usize,
    /// Requests that were turned away, which a machine that is busy with something else makes of some.
    pub refused: usize,
    seconds: (f64, f64),
    threads: Vec<f64>,
}

impl Cost {
    /// Requests a second: the median of the slices.
    pub fn rate(&self) -> f64 {
        median(self.rates.clone())
    }

    /// Processor time for a request in all, in milliseconds.
    pub fn processor(&self) -> f64 {
        self.own + self.database
    }

    /// How long the given share of requests took at the most, in milliseconds.
    pub fn percentile(&self, share: f64) -> f64 {
        let place = (self.latencies.len() as f64 * share) as usize;
        self.latencies.get(place.min(self.latencies.len().saturating_sub(1))).copied().unwrap_or_default()
            * 1e3
    }
}

/// What was measured of an operation.
pub struct Measured {
    /// The operation.
    pub name: &'static str,
    /// The least ratio to the floor, and the one aimed at.
    pub goal: Option<(f64, f64)>,
    /// The server.
    pub server: Cost,
    /// The floor.
    pub floor: Cost,
    /// What stands beside it, with the least ratio to it.
    pub beside: Option<(&'static str, f64, Cost)>,
    /// Statements of an operation of the server, by its own count and the one that signs in; and of the floor.
    pub statements: (f64, u32),
    /// Resident memory of the server afterwards, in megabytes.
    pub resident: f64,
}

impl Measured {
    /// The ratio to the floor: the median of the ratios of neighbouring slices.
    pub fn ratio(&self) -> f64 {
        ratio(&self.server, &self.floor)
    }

    /// The ratio to what stands beside it.
    pub fn ratio_beside(&self) -> Option<f64> {
        self.beside.as_ref().map(|(.., cost)| ratio(&self.server, cost))
    }
}

/// The median of the ratios of slices that were measured next to each other.
pub fn ratio(one: &Cost, other: &Cost) -> f64 {
    median(one.rates.iter().zip(&other.rates).map(|(one, other)| one / other).collect())
}

/// The middle one.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Measures an operation of the server, the floor's answer to it, and what stands beside it.
pub async fn operation(installation: &Installation, operation: &Operation, pace: Pace) -> Measured {
    let server = operation.of_server(installation).await;
    let floor = operation.of_floor(installation).await;
    operation.compare(&server, &floor);
    let beside = operation.of_beside(installation).await;
    let mut contenders = vec![
        Contender::new(installation.server.address, installation.server.process_id(), server),
        Contender::new(installation.floor.address, installation.floor.process_id(), floor),
    ];
    contenders.extend(beside.map(|exchanges| {
        Contender::new(installation.server.address, installation.server.process_id(), exchanges)
    }));
    let postmaster = installation.postmaster();
    for contender in &mut contenders {
        contender.warm_up(postmaster).await;
    }
    let mut statements = (0.0, 0.0);
    for _ in 0..pace.rounds {
        for (place, contender) in contenders.iter_mut().enumerate() {
            let before = counted(installation).await;
            contender.slice(postmaster, pace.slice).await;
            let after = counted(installation).await;
            if place == 0 {
                statements = (statements.0 + after.0 - before.0, statements.1 + after.1 - before.1);
            }
        }
    }
    let mut costs = contenders.into_iter().map(Contender::into_cost);
    Measured {
        name: operation.name,
        goal: operation.goal,
        server: costs.next().unwrap_or_default(),
        floor: costs.next().unwrap_or_default(),
        beside: operation.beside.zip(costs.next()).map(|((name, goal), cost)| (name, goal, cost)),
        // The server counts from the moment it knows who asks.
        statements: (1.0 + statements.0 / statements.1, operation.floor_statements),
        resident: resident(installation.server.process_id()),
    }
}

/// Who is asked, and what it did so far.
pub struct Contender {
    address: SocketAddr,
    process: u32,
    exchanges: Rc<Vec<Exchange>>,
    cost: Cost,
}

impl Contender {
    /// A contender that was asked nothing yet.
    pub fn new(address: SocketAddr, process: u32, exchanges: Rc<Vec<Exchange>>) -> Self {
        Self { address, process, exchanges, cost: Cost::default() }
    }

    /// Asks without counting.
    pub async fn warm_up(&mut self, postmaster: u32) {
        client::ask(self.address, &self.exchanges, WARM_UP).await;
        self.rest(postmaster).await;
    }

    /// Asks for one slice. What goes on behind the answers afterwards, such as linking the record, is counted as well.
    pub async fn slice(&mut self, postmaster: u32, how_long: Duration) {
        let before = (processor_time(self.process), processor_time_of_family(postmaster));
        let threads = processor_time_of_threads(self.process);
        let slice = client::ask(self.address, &self.exchanges, how_long).await;
        self.rest(postmaster).await;
        self.cost.seconds.0 += processor_time(self.process) - before.0;
        self.cost.seconds.1 += processor_time_of_family(postmaster) - before.1;
        let spent = processor_time_of_threads(self.process).into_iter().zip(threads);
        let spent = spent.map(|(after, before)| after - before);
        self.cost.threads.push(spent.fold(0.0, f64::max));
        self.cost.refused += slice.refused;
        self.cost.requests += slice.latencies.len();
        self.cost.rates.push(slice.latencies.len() as f64 / slice.seconds);
        self.cost.latencies.extend(slice.latencies);
    }

    async fn rest(&self, postmaster: u32) {
        let spent = || processor_time(self.process) + processor_time_of_family(postmaster);
        let mut before = spent();
        for _ in 0..LOOKS {
            tokio::time::sleep(LOOK).await;
            let now = spent();
            if now - before < REST {
                return;
            }
            before = now;
        }
    }

    /// What it did.
    pub fn into_cost(mut self) -> Cost {
        let Cost { refused, requests, .. } = self.cost;
        assert!(refused * 50 <= requests, "{refused} of {requests} requests were turned away");
        self.cost.latencies.sort_by(f64::total_cmp);
        self.cost.busiest = self.cost.threads.iter().sum::<f64>() / self.cost.seconds.0;
        self.cost.own = self.cost.seconds.0 * 1e3 / self.cost.requests as f64;
        self.cost.database = self.cost.seconds.1 * 1e3 / self.cost.requests as f64;
        self.cost
    }
}

/// Statements and operations that the server has counted.
async fn counted(installation: &Installation) -> (f64, f64) {
    let request = b"GET /metrics HTTP/1.1\r\nhost: bench\r\n\r\n";
    let text = String::from_utf8(once(installation.metrics, request).await).expect("metrics are text");
    let sum = |name: &str| {
        let lines = text.lines().filter(|line| line.starts_with(name));
        lines.filter_map(|line| line.rsplit_once(' ')?.1.parse::<f64>().ok()).sum()
    };
    (sum("consentry_operation_statements_sum"), sum("consentry_operation_statements_count"))
}
