//! Places for connections: how many there may be, and which thread takes the next.
//!
//! All threads accept from one listener, and whichever is awake takes all that wait. A caller keeps a connection for long,
//! so one thread would end up with most of the work; hence each connection goes to the thread that has fewest.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use metrics::gauge;
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

/// How many callers at once are told that there is no place; others find their connection closed.
const TURNED_AWAY_AT_ONCE: usize = 64;

/// The places for connections; clones share them.
#[derive(Clone, Debug)]
pub struct Places {
    free: Arc<Semaphore>,
    pub(super) farewells: Arc<Semaphore>,
    threads: Arc<Mutex<Vec<Thread>>>,
}

/// A thread that serves.
#[derive(Clone, Debug)]
struct Thread {
    open: Arc<AtomicUsize>,
    guests: mpsc::UnboundedSender<(Guest, std::net::TcpStream)>,
}

/// Who was given a place.
#[derive(Debug)]
pub(super) struct Guest {
    pub(super) peer: SocketAddr,
    open: Arc<AtomicUsize>,
    _place: OwnedSemaphorePermit,
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.open.fetch_sub(1, Ordering::Relaxed);
        gauge!("consentry_http_connections_open").decrement(1.0);
    }
}

/// One thread's part of the places.
pub(super) struct Share {
    places: Places,
    thread: Thread,
    guests: mpsc::UnboundedReceiver<(Guest, std::net::TcpStream)>,
}

impl Places {
    /// So many connections may be open at once.
    pub fn new(most: usize) -> Self {
        Self {
            free: Arc::new(Semaphore::new(most)),
            farewells: Arc::new(Semaphore::new(TURNED_AWAY_AT_ONCE)),
            threads: Arc::default(),
        }
    }

    /// The part of one more thread.
    pub(super) fn share(self) -> Share {
        let (sender, guests) = mpsc::unbounded_channel();
        let thread = Thread { open: Arc::default(), guests: sender };
        self.threads().push(thread.clone());
        Share { places: self, thread, guests }
    }

    fn threads(&self) -> MutexGuard<'_, Vec<Thread>> {
        self.threads.lock().expect("nothing panics while it holds the threads")
    }
}

impl Share {
    /// Finds a place for somebody who came to this thread. Whoever stays is returned; nothing for one who went to another
    /// thread. `Err` returns the stream when there is no place.
    pub(super) fn welcome(
        &self,
        stream: TcpStream,
        peer: SocketAddr,
    ) -> Result<Option<(Guest, TcpStream)>, TcpStream> {
        let Ok(place) = self.places.free.clone().try_acquire_owned() else { return Err(stream) };
        gauge!("consentry_http_connections_open").increment(1.0);
        let threads = self.places.threads();
        let emptiest = threads.iter().min_by_key(|thread| thread.open.load(Ordering::Relaxed));
        let own = self.thread.open.load(Ordering::Relaxed);
        let thread = emptiest.filter(|thread| thread.open.load(Ordering::Relaxed) < own);
        let thread = thread.unwrap_or(&self.thread);
        thread.open.fetch_add(1, Ordering::Relaxed);
        let guest = Guest { peer, open: thread.open.clone(), _place: place };
        if Arc::ptr_eq(&thread.open, &self.thread.open) {
            return Ok(Some((guest, stream)));
        }
        // A stream that cannot change threads, or whose thread just ended, is closed as by a network that failed.
        if let Ok(stream) = stream.into_std() {
            let _ = thread.guests.send((guest, stream));
        }
        Ok(None)
    }

    /// The next who comes from another thread.
    pub(super) async fn guest(&mut self) -> (Guest, TcpStream) {
        loop {
            // The channel stays open: its sender is also here.
            let Some((guest, stream)) = self.guests.recv().await else { return std::future::pending().await };
            if let Ok(stream) = TcpStream::from_std(stream) {
                return (guest, stream);
            }
        }
    }

    /// Takes nobody any more; returns those who are on their way.
    pub(super) fn close(mut self) -> Vec<(Guest, TcpStream)> {
        self.places.threads().retain(|thread| !Arc::ptr_eq(&thread.open, &self.thread.open));
        let waiting = std::iter::from_fn(|| self.guests.try_recv().ok());
        waiting.filter_map(|(guest, stream)| Some((guest, TcpStream::from_std(stream).ok()?))).collect()
    }
}

#[cfg(test)]
mod tests {
    use axum::{Router, routing::get};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::super::{Deadlines, serve};
    use super::*;

    #[tokio::test]
    async fn each_connection_goes_to_the_thread_that_has_fewest() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a socket");
        let address = listener.local_addr().expect("its address");
        let places = Places::new(100);
        for name in ["first", "second", "third"] {
            let listener =
                TcpListener::from_std(listener.try_clone().expect("a socket")).expect("a listener");
            let router = Router::new().route("/", get(move || async move { name }));
            tokio::spawn(serve(
                listener,
                router,
                places.clone(),
                Deadlines::default(),
                std::future::pending(),
            ));
        }
        let mut open = Vec::new();
        let mut answers = Vec::new();
        for _ in 0..30 {
            let mut stream = TcpStream::connect(address).await.expect("a connection");
            stream.write_all(b"GET / HTTP/1.1\r\nhost: here\r\n\r\n").await.expect("sent");
            let mut answer = [0; 1_024];
            let length = stream.read(&mut answer).await.expect("an answer");
            let text = String::from_utf8_lossy(&answer[..length]).into_owned();
            answers.push(text.rsplit("\r\n").next().expect("a body").to_owned());
            open.push(stream);
        }
        for name in ["first", "second", "third"] {
            assert_eq!(answers.iter().filter(|answer| *answer == name).count(), 10, "{answers:?}");
        }
    }
}
