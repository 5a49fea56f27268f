//! A small client of HTTP/1.1: connections that stay open, one request after another on each.

use std::{
    net::SocketAddr,
    rc::Rc,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::{JoinSet, LocalSet},
};

/// How many connections ask at once.
pub const CONNECTIONS: usize = 32;

/// A request as it goes over the wire, and what must come back.
pub struct Exchange {
    /// The bytes.
    pub request: Vec<u8>,
    /// What the body has to be.
    pub expected: Expected,
}

/// What a body has to be.
pub enum Expected {
    /// These bytes.
    Exactly(Vec<u8>),
    /// Something that begins so and ends so.
    Between(&'static str, &'static str),
}

impl Expected {
    fn check(&self, body: &[u8]) {
        let right = match self {
            Self::Exactly(expected) => body == expected,
            Self::Between(beginning, end) => {
                body.starts_with(beginning.as_bytes()) && body.ends_with(end.as_bytes())
            }
        };
        assert!(right, "another answer: {}", String::from_utf8_lossy(&body[..body.len().min(2_000)]));
    }
}

/// What came of a slice.
#[derive(Default)]
pub struct Slice {
    /// How long each request took, in seconds.
    pub latencies: Vec<f64>,
    /// How long it was.
    pub seconds: f64,
    /// How many were turned away because all was busy.
    pub refused: usize,
}

/// Asks for so long, over all connections, each beginning at another exchange.
pub async fn ask(address: SocketAddr, exchanges: &Rc<Vec<Exchange>>, how_long: Duration) -> Slice {
    let local = LocalSet::new();
    let begun = Instant::now();
    let until = begun + how_long;
    let mut slice = Slice::default();
    local
        .run_until(async {
            let mut running = JoinSet::new();
            for number in 0..CONNECTIONS {
                let exchanges = exchanges.clone();
                running.spawn_local(async move {
                    let mut connection = Connection::open(address).await;
                    let mut latencies = Vec::new();
                    let mut refused = 0;
                    let mut turn = number * exchanges.len() / CONNECTIONS;
                    while Instant::now() < until {
                        let exchange = &exchanges[turn % exchanges.len()];
                        let sent = Instant::now();
                        match connection.exchange(&exchange.request).await {
                            Some(body) => {
                                latencies.push(sent.elapsed().as_secs_f64());
                                exchange.expected.check(body);
                            }
                            None => refused += 1,
                        }
                        turn += 1;
                    }
                    (latencies, refused)
                });
            }
            while let Some(ended) = running.join_next().await {
                let (latencies, refused) = ended.expect("every answer is right");
                slice.latencies.extend(latencies);
                slice.refused += refused;
            }
        })
        .await;
    slice.seconds = begun.elapsed().as_secs_f64();
    slice
}

/// One request on a connection of its own; returns the body.
pub async fn once(address: SocketAddr, request: &[u8]) -> Vec<u8> {
    Connection::open(address).await.exchange(request).await.expect("it is not busy").to_vec()
}

struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("it listens");
        stream.set_nodelay(true).expect("a socket");
        Self { stream, buffer: Vec::with_capacity(64 * 1024) }
    }

    /// Nothing when it is busy.
    async fn exchange(&mut self, request: &[u8]) -> Option<&[u8]> {
        self.stream.write_all(request).await.expect("the request is taken");
        self.buffer.clear();
        let (head, length, busy) = loop {
            self.read().await;
            if let Some(end) = self.buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                let head = std::str::from_utf8(&self.buffer[..end]).expect("headers are text");
                let busy = head.starts_with("HTTP/1.1 503 ");
                assert!(busy || head.starts_with("HTTP/1.1 200 "), "refused: {head}");
                let length = head.lines().find_map(|line| {
                    let (name, value) = line.split_once(':')?;
                    name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
                });
                break (end + 4, length.expect("a length"), busy);
            }
        };
        while self.buffer.len() < head + length {
            self.read().await;
        }
        (!busy).then(|| &self.buffer[head..head + length])
    }

    async fn read(&mut self) {
        let read = self.stream.read_buf(&mut self.buffer).await.expect("an answer");
        assert!(read > 0, "the connection was closed");
    }
}
