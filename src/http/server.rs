//! The accept loop: how many connections, for how long, and how they end.
//!
//! `axum::serve` waits for a header for ever and takes any number of connections, so a few hundred callers who say
//! nothing could keep everybody else out. Here every step that a caller can delay has a deadline, and callers beyond
//! the bound get an answer instead of a place in a queue.

mod places;
mod stream;

use std::convert::Infallible;
use std::io::ErrorKind;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use metrics::counter;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use places::Guest;
pub use places::Places;
use stream::{Timed, Turns, Whole};

/// How many bytes the headers of a request may have, its first line included.
const HEADER_BYTES: usize = 16_384;
/// How many headers a request may have.
const HEADERS: usize = 64;
/// How long nobody is accepted after the system gave no connection, as without free file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
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
    let mut share = places.clone().share();
    let attend = |guest, stream| {
        tokio::spawn(connection(stream, guest, router.clone(), deadlines, leaving.subscribe()));
    };
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut stop => break,
            (guest, stream) = share.guest() => {
                attend(guest, stream);
                continue;
            }
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => match share.welcome(stream, peer) {
                Ok(Some((guest, stream))) => attend(guest, stream),
                Ok(None) => {}
                Err(stream) => {
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
    share.close().into_iter().for_each(|(guest, stream)| attend(guest, stream));
    leaving.send_replace(true);
    leaving.closed().await;
}

fn concerns_one_connection(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset | ErrorKind::ConnectionRefused)
}

async fn connection(
    stream: TcpStream,
    guest: Guest,
    router: Router,
    deadlines: Deadlines,
    mut leaving: watch::Receiver<bool>,
) {
    let peer = guest.peer;
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
