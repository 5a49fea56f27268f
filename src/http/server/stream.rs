//! A connection that does not wait for ever.

use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use metrics::counter;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

use super::Deadlines;

/// Whose turn it is on a connection: the server's from the last byte of the headers to the last of the answer, else the
/// caller's. The number is odd while it is the server's.
#[derive(Clone, Default)]
pub(super) struct Turns(Arc<Shared>);

#[derive(Default)]
struct Shared {
    number: AtomicU64,
    /// The task of the connection, when it read during the server's turn: it has to begin with the next deadline.
    reader: Mutex<Option<Waker>>,
}

impl Shared {
    fn reader(&self) -> MutexGuard<'_, Option<Waker>> {
        self.reader.lock().expect("nothing panics while it holds a waker")
    }
}

impl Turns {
    /// The server's turn, until it is dropped.
    pub(super) fn begin(&self) -> Turn {
        self.0.number.fetch_add(1, Ordering::Relaxed);
        Turn(self.0.clone())
    }

    fn number(&self) -> u64 {
        self.0.number.load(Ordering::Relaxed)
    }
}

pub(super) struct Turn(Arc<Shared>);

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.number.fetch_add(1, Ordering::Relaxed);
        if let Some(reader) = self.0.reader().take() {
            reader.wake();
        }
    }
}

/// A body; the server's turn ends with it.
pub(super) struct Whole {
    body: Body,
    _turn: Turn,
}

impl Whole {
    pub(super) fn new(body: Body, turn: Turn) -> Self {
        Self { body, _turn: turn }
    }
}

impl HttpBody for Whole {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// What is awaited from the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Awaited {
    /// The first byte of the next request.
    Request,
    /// The rest of its headers.
    Head,
}

fn too_slow(awaited: &'static str) -> io::Error {
    counter!("consentry_http_timeouts_total", "awaited" => awaited).increment(1);
    ErrorKind::TimedOut.into()
}

/// A stream that fails when its caller takes longer than the deadlines allow.
pub(super) struct Timed<S> {
    stream: S,
    deadlines: Deadlines,
    turns: Turns,
    seen: u64,
    awaited: Awaited,
    reading: Pin<Box<Sleep>>,
    writing: Option<Pin<Box<Sleep>>>,
}

impl<S> Timed<S> {
    pub(super) fn new(stream: S, deadlines: Deadlines, turns: Turns) -> Self {
        let reading = Box::pin(sleep(deadlines.head));
        Self { stream, deadlines, turns, seen: 0, awaited: Awaited::Head, reading, writing: None }
    }

    fn await_next(&mut self, awaited: Awaited, within: Duration) {
        self.awaited = awaited;
        self.reading.as_mut().reset(Instant::now() + within);
    }

    /// Passes on how writing went, and fails when it stands still for too long.
    fn written<T>(&mut self, result: Poll<io::Result<T>>, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        if result.is_ready() {
            self.writing = None;
            return result;
        }
        let within = self.deadlines.write;
        ready!(self.writing.get_or_insert_with(|| Box::pin(sleep(within))).as_mut().poll(context));
        Poll::Ready(Err(too_slow("answer")))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Timed<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let number = this.turns.number();
        // A body is received during the server's turn, and has its own deadline where it is received.
        if number % 2 == 1 {
            *this.turns.0.reader() = Some(context.waker().clone());
            return Pin::new(&mut this.stream).poll_read(context, buffer);
        }
        if number != this.seen {
            this.seen = number;
            this.await_next(Awaited::Request, this.deadlines.idle);
        }
        match Pin::new(&mut this.stream).poll_read(context, buffer) {
            Poll::Ready(result) => {
                if this.awaited == Awaited::Request {
                    this.await_next(Awaited::Head, this.deadlines.head);
                }
                Poll::Ready(result)
            }
            Poll::Pending => {
                ready!(this.reading.as_mut().poll(context));
                Poll::Ready(Err(too_slow(match this.awaited {
                    Awaited::Request => "request",
                    Awaited::Head => "head",
                })))
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Timed<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let result = Pin::new(&mut this.stream).poll_write(context, bytes);
        this.written(result, context)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let result = Pin::new(&mut this.stream).poll_write_vectored(context, slices);
        this.written(result, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let result = Pin::new(&mut this.stream).poll_flush(context);
        this.written(result, context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let result = Pin::new(&mut this.stream).poll_shutdown(context);
        this.written(result, context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt;

    use super::*;

    #[tokio::test]
    async fn who_takes_nothing_of_an_answer_is_given_up() {
        let (near, _far) = tokio::io::duplex(16);
        let deadlines = Deadlines { write: Duration::from_millis(20), ..Deadlines::default() };
        let mut stream = Timed::new(near, deadlines, Turns::default());
        stream.write_all(&[0; 16]).await.expect("what the other end has room for");
        let failure = stream.write_all(&[0; 16]).await.expect_err("nothing more is taken");
        assert_eq!(failure.kind(), ErrorKind::TimedOut);
    }
}
