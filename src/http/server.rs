//! The accept loop: how many connections, for how long, and how they end.
//!
//! `axum::serve` waits for a header for ever and takes any number of connections, so a few hundred callers who say
//! nothing could keep everybody else out. Here every step that a caller can delay has a deadline, and callers beyond
//! the bound get an answer instead of a place in a queue.

mod stream;

use std::convert::Infallible;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use metrics::{counter, gauge};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use stream::{Timed, Turns, Whole};

/// How many bytes the headers of a request may have, its first line included.
const HEADER_BYTES: usize = 16_384;
/// How many headers a request may have.
const HEADERS: usize = 64;
/// How long nobody is accepted after the system gave no connection, as without free file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// How many callers at once are told that there is no place; others find their connection closed.
const TURNED_AWAY_AT_ONCE: usize = 64;
/// How long a caller who found no place may take to read that.
const FAREWELL: Duration = Duration::from_secs(1);
const NO_PLACE: &str = "{\"errors\":[{\"message\":\"the service is busy; try again after a moment\",\
                        \"extensions\":{\"code\":\"UNAVAILABLE\"}}]}";

/// How long a caller may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadlines {
    /// For all headers of a request, from its first byte; on a new connection from its beginning.
    pub head: Duration,
    /// Between an answer and the next request of the connection. Longer than the minute that load balancers commonly
    /// keep a connection, so that it is not closed under a request that they just sent.
    pub idle: Duration,
    /// Until more of an answer is taken.
    pub write: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self { head: Duration::from_secs(10), idle: Duration::from_secs(75), write: Duration::from_secs(30) }
    }
}

/// The places for connections; clones share them.
#[derive(Clone, Debug)]
pub struct Places {
    free: Arc<Semaphore>,
    farewells: Arc<Semaphore>,
}

impl Places {
    /// So many connections may be open at once.
    pub fn new(most: usize) -> Self {
        Self {
            free: Arc::new(Semaphore::new(most)),
            farewells: Arc::new(Semaphore::new(TURNED_AWAY_AT_ONCE)),
        }
    }

    fn take(&self) -> Option<OwnedSemaphorePermit> {
        self.free.clone().try_acquire_owned().ok()
    }
}

/// Serves connections until `stop` completes; then accepts no more, and returns when the last open request is answered
/// and its connection closed.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    places: Places,
    deadlines: Deadlines,
    stop: impl Future<Output = ()>,
) {
    // Every connection holds a receiver: it hears the end from it, and dropping it tells that the connection ended.
    let (leaving, _) = watch::channel(false);
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut stop => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => match places.take() {
                Some(place) => {
                    let connection =
                        connection(stream, peer, router.clone(), deadlines, leaving.subscribe(), place);
                    tokio::spawn(connection);
                }
                None => {
                    counter!("consentry_http_connections_refused_total").increment(1);
                    turn_away(stream, &places);
                }
            },
            Err(error) if concerns_one_connection(error.kind()) => {}
            Err(error) => {
                tracing::error!(%error, "no connection can be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    leaving.send_replace(true);
    leaving.closed().await;
}

fn concerns_one_connection(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset | ErrorKind::ConnectionRefused)
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    deadlines: Deadlines,
    mut leaving: watch::Receiver<bool>,
    _place: OwnedSemaphorePermit,
) {
    let _open = Open::begin();
    // An answer is written at once; waiting to fill a packet would only delay it.
    let _ = stream.set_nodelay(true);
    let turns = Turns::default();
    let stream = TokioIo::new(Timed::new(stream, deadlines, turns.clone()));
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: Request<Incoming>| {
        let turn = turns.begin();
        request.extensions_mut().insert(ConnectInfo(peer));
        let answering = router.call(request);
        async move {
            let answer: Response<axum::body::Body> = answering.await?;
            Ok::<_, Infallible>(answer.map(|body| Whole::new(body, turn)))
        }
    });
    let mut connection = pin!(
        http1::Builder::new()
            // The stream has deadlines that tell a slow header from an idle connection, which hyper's does not.
            .header_read_timeout(None)
            .max_headers(HEADERS)
            .max_header_size(HEADER_BYTES)
            .serve_connection(stream, service)
    );
    // What goes wrong here went wrong on the caller's side, and nobody is left to be told.
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = leaving.changed() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

/// A connection, counted as long as it is there.
struct Open;

impl Open {
    fn begin() -> Self {
        gauge!("consentry_http_connections_open").increment(1.0);
        Self
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        gauge!("consentry_http_connections_open").decrement(1.0);
    }
}

/// Tells a caller that there is no place, if that can be done on the side.
fn turn_away(mut stream: TcpStream, places: &Places) {
    let Ok(farewell) = places.farewells.clone().try_acquire_owned() else { return };
    tokio::spawn(async move {
        let _farewell = farewell;
        let _ = tokio::time::timeout(FAREWELL, async {
            let answer = format!(
                "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json; charset=utf-8\r\n\
                 cache-control: no-store, private\r\nretry-after: 1\r\nconnection: close\r\n\
                 content-length: {}\r\n\r\n{NO_PLACE}",
                NO_PLACE.len()
            );
            stream.write_all(answer.as_bytes()).await?;
            stream.shutdown().await?;
            // Closed with something unread, the connection would be reset and the answer lost on its way.
            let mut unread = [0; 1_024];
            while stream.read(&mut unread).await? > 0 {}
            Ok::<_, std::io::Error>(())
        })
        .await;
    });
}
