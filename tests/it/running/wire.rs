//! Callers who are slow, or too many, or say too much before they say anything.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use consentry::http::{
    router,
    server::{Deadlines, Places, serve},
};
use tokio::sync::oneshot;

use crate::support::{Received, Request, Town, connect};

/// A server of the town on the wire, until it is dropped.
struct Wire {
    address: SocketAddr,
    _stop: oneshot::Sender<()>,
}

impl Wire {
    async fn open(town: &Town, places: usize, deadlines: Deadlines) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a listener");
        let address = listener.local_addr().expect("an address");
        let (stop, stopped) = oneshot::channel();
        let stopped = async move {
            let _ = stopped.await;
        };
        tokio::spawn(serve(listener, router(town.app.clone()), Places::new(places), deadlines, stopped));
        Self { address, _stop: stop }
    }

    fn connect(&self) -> TcpStream {
        connect(self.address).expect("a connection")
    }
}

/// Long enough that no test waits for it.
const NEVER: Deadlines = Deadlines {
    head: Duration::from_secs(600),
    idle: Duration::from_secs(600),
    write: Duration::from_secs(600),
};
const SOON: Duration = Duration::from_millis(50);

/// Runs a client that blocks beside the server.
async fn client<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.expect("the client did its work")
}

/// Whether the other end closes the connection without another byte.
fn is_closed(mut stream: TcpStream) -> bool {
    let mut rest = Vec::new();
    let read = stream.read_to_end(&mut rest);
    (read.is_ok() || read.is_err_and(|error| error.kind() == std::io::ErrorKind::ConnectionReset))
        && rest.is_empty()
}

#[tokio::test]
async fn who_does_not_finish_the_headers_is_hung_up_on_and_others_are_served() {
    let town = Town::new().await;
    let wire = Wire::open(&town, 10, Deadlines { head: SOON, ..NEVER }).await;
    let connections = [wire.connect(), wire.connect(), wire.connect()];
    client(move || {
        let [silent, mut half, mut answered] = connections;
        half.write_all(b"POST /graphql HTTP/1.1\r\nhost:").expect("sent");
        answered.write_all(Request::get("/healthz").bytes().as_bytes()).expect("sent");
        assert_eq!(Received::read(&mut answered).status, 200);
        assert!(is_closed(silent), "who says nothing");
        assert!(is_closed(half), "who stops within the headers");
        answered.write_all(b"GET /healthz HT").expect("sent");
        assert!(is_closed(answered), "who stops within the headers of a second request");
    })
    .await;
}

#[tokio::test]
async fn a_connection_is_kept_between_requests_and_closed_when_none_comes() {
    let town = Town::new().await;
    let patient = Wire::open(&town, 10, NEVER).await;
    let hasty = Wire::open(&town, 10, Deadlines { idle: SOON, ..NEVER }).await;
    let (mut kept, mut idle) = (patient.connect(), hasty.connect());
    client(move || {
        for _ in 0..3 {
            kept.write_all(Request::get("/healthz").bytes().as_bytes()).expect("sent");
            assert_eq!(Received::read(&mut kept).status, 200);
        }
        idle.write_all(Request::get("/healthz").bytes().as_bytes()).expect("sent");
        assert_eq!(Received::read(&mut idle).status, 200);
        assert!(is_closed(idle));
    })
    .await;
}

#[tokio::test]
async fn headers_that_are_too_many_or_too_long_are_refused() {
    let town = Town::new().await;
    let wire = Wire::open(&town, 10, NEVER).await;
    let address = wire.address;
    client(move || {
        let many = (0..65)
            .fold(Request::get("/healthz"), |request, number| request.with(&format!("x-{number}"), "1"));
        let long = Request::get("/healthz").with("x-long", &"a".repeat(17_000));
        let usual = Request::get("/healthz").with("x-long", &"a".repeat(8_000));
        for (request, status) in [(many, 431), (long, 431), (usual, 200)] {
            let mut stream = connect(address).expect("a connection");
            stream.write_all(request.bytes().as_bytes()).expect("sent");
            assert_eq!(Received::read(&mut stream).status, status);
        }
    })
    .await;
}

#[tokio::test]
async fn who_finds_no_place_is_told_to_try_again_and_finds_one_later() {
    let town = Town::new().await;
    let wire = Wire::open(&town, 1, NEVER).await;
    let address = wire.address;
    client(move || {
        let ask = || {
            let mut stream = connect(address).expect("a connection");
            stream.write_all(Request::get("/healthz").bytes().as_bytes()).expect("sent");
            let answer = Received::read(&mut stream);
            (stream, answer)
        };
        let (first, answer) = ask();
        assert_eq!(answer.status, 200);
        let (second, answer) = ask();
        assert_eq!(answer.status, 503, "{answer:?}");
        assert_eq!(answer.json()["errors"][0]["extensions"]["code"], "UNAVAILABLE");
        assert!(answer.head.contains("\r\nretry-after: 1\r\n"), "{}", answer.head);
        assert!(is_closed(second));
        drop(first);
        while ask().1.status != 200 {}
    })
    .await;
}
