//! Bytes on a socket that are no HTTP, or HTTP that lies about itself.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    conventions::rows::{changed, rows_of},
    support::{Town, Wire},
};

const TYPENAME: &str = r#"{"query":"{__typename}"}"#;
const SIGN_OUT: &str = r#"{"query":"mutation{signOut{result{endedAt}}}"}"#;

/// How a connection ends.
enum End {
    /// With these statuses, in this order.
    Statuses(&'static [u16]),
    /// With this status, or cut off before it could be read: the caller hangs up, or the server does not wait until
    /// all has arrived.
    CutOff(u16),
}
use End::{CutOff, Statuses};

/// A request with these headers besides those it needs; its connection ends with it.
fn post(headers: &str, body: &str) -> Vec<u8> {
    format!("POST /graphql HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: application/json\r\n{headers}\r\n{body}")
        .into_bytes()
}

/// A request of this length, whatever its body.
fn sized(length: &str, body: &str) -> Vec<u8> {
    post(&format!("content-length: {length}\r\n"), body)
}

/// A request in chunks.
fn chunked(body: &str) -> Vec<u8> {
    post("transfer-encoding: chunked\r\n", body)
}

/// A well-formed request after which the connection stays open.
fn kept_open() -> String {
    let length = TYPENAME.len();
    format!(
        "POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{TYPENAME}"
    )
}

fn attacks(token: &str) -> Vec<(&'static str, Vec<u8>, End)> {
    let whole = TYPENAME.len().to_string();
    let with = |headers: &str| post(&format!("content-length: {whole}\r\n{headers}"), TYPENAME);
    let hidden = format!(
        "POST /graphql HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{SIGN_OUT}",
        SIGN_OUT.len()
    );
    let many = |line: &str, count: usize| line.repeat(count);
    vec![
        ("a request as it should be", with(""), Statuses(&[200])),
        ("two hundred headers", with(&many("x-a: b\r\n", 200)), Statuses(&[431])),
        ("a header of a megabyte", with(&format!("x-a: {}\r\n", "b".repeat(1 << 20))), CutOff(431)),
        ("a header's name of a megabyte", with(&format!("{}: b\r\n", "x".repeat(1 << 20))), CutOff(431)),
        (
            "a path of 70 KB",
            format!("GET /{} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n", "a".repeat(70_000))
                .into_bytes(),
            CutOff(414),
        ),
        ("two lengths", post("content-length: 24\r\ncontent-length: 23\r\n", TYPENAME), Statuses(&[400])),
        ("a length that is no number", sized("24x", TYPENAME), Statuses(&[400])),
        ("a negative length", sized("-1", TYPENAME), Statuses(&[400])),
        ("a length beyond all numbers", sized("99999999999999999999999", TYPENAME), Statuses(&[400])),
        ("a length of a petabyte", sized("1000000000000000", TYPENAME), CutOff(413)),
        ("a length over the cap", sized("65537", TYPENAME), CutOff(413)),
        ("a body longer than its length", sized("24", &format!("{TYPENAME}{hidden}")), CutOff(200)),
        ("a body shorter than its length", sized("30", TYPENAME), CutOff(400)),
        (
            "a length and chunks, with a request hidden behind the end",
            post("content-length: 5\r\ntransfer-encoding: chunked\r\n", &format!("0\r\n\r\n{hidden}")),
            CutOff(400),
        ),
        (
            "a length and chunks, with a request hidden behind the end, on a connection that stays open",
            format!(
                "POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 5\r\n\
                 transfer-encoding: chunked\r\n\r\n0\r\n\r\n{hidden}"
            )
            .into_bytes(),
            Statuses(&[400]),
        ),
        ("chunks by another name", post("transfer-encoding: xchunked\r\n", "0\r\n\r\n"), Statuses(&[400])),
        (
            "chunks that are not the last coding",
            post("transfer-encoding: chunked, gzip\r\n", "0\r\n\r\n"),
            Statuses(&[400]),
        ),
        ("a chunk as it should be", chunked(&format!("18\r\n{TYPENAME}\r\n0\r\n\r\n")), Statuses(&[200])),
        (
            "a chunk with a trailer",
            chunked(&format!("18\r\n{TYPENAME}\r\n0\r\nauthorization: Bearer a\r\n\r\n")),
            Statuses(&[200]),
        ),
        ("a chunk of more than there is memory", chunked("FFFFFFFFFFFFFFFF\r\n"), CutOff(400)),
        ("a chunk of a size beyond all numbers", chunked("FFFFFFFFFFFFFFFFFFFF\r\n"), CutOff(400)),
        ("a chunk of no number", chunked("zz\r\n"), CutOff(400)),
        (
            "a chunk with an extension of 60 KB",
            chunked(&format!("18;{}\r\n{TYPENAME}\r\n0\r\n\r\n", "a".repeat(60_000))),
            CutOff(400),
        ),
        (
            "chunks without an end, over the cap",
            chunked(&many(&format!("1000\r\n{}\r\n", "a".repeat(4_096)), 20)),
            CutOff(413),
        ),
        (
            "two thousand trailers",
            chunked(&format!("18\r\n{TYPENAME}\r\n0\r\n{}\r\n", many("x-a: b\r\n", 2_000))),
            CutOff(400),
        ),
        ("a NUL in a header", with("x-a: b\0c\r\n"), Statuses(&[400])),
        ("a space before the colon", with("x-a : b\r\n"), Statuses(&[400])),
        ("a header over two lines", with("x-a: b\r\n c\r\n"), Statuses(&[400])),
        ("a header without a name", with(": b\r\n"), Statuses(&[400])),
        ("TLS where none is spoken", b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03".repeat(20), CutOff(400)),
        ("HTTP/2 where none is spoken", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), CutOff(400)),
        ("HTTP of a version that there is not", b"GET / HTTP/9.9\r\n\r\n".to_vec(), Statuses(&[400])),
        ("a request without a version", b"GET /graphql\r\n\r\n".to_vec(), Statuses(&[400])),
        ("noise", vec![0xff; 4_096], Statuses(&[400])),
        (
            "a method in small letters",
            b"post /graphql HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n".to_vec(),
            Statuses(&[405]),
        ),
        (
            "an echo",
            b"TRACE /graphql HTTP/1.1\r\nhost: a\r\nconnection: close\r\nauthorization: Bearer a\r\n\r\n"
                .to_vec(),
            Statuses(&[405]),
        ),
        (
            "a tunnel",
            b"CONNECT 169.254.169.254:80 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n".to_vec(),
            Statuses(&[404]),
        ),
        (
            "a request for another server",
            b"GET http://169.254.169.254/latest/meta-data/ HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"
                .to_vec(),
            Statuses(&[404]),
        ),
        (
            "a wish to speak something else",
            with("upgrade: websocket\r\nsec-websocket-version: 13\r\n"),
            Statuses(&[200]),
        ),
        ("a wish to be asked for the body", with("expect: 100-continue\r\n"), Statuses(&[100, 200])),
        (
            "fifty requests at once",
            [kept_open().repeat(49).into_bytes(), with("")].concat(),
            Statuses(&[200; 50]),
        ),
    ]
}

#[tokio::test]
async fn whatever_comes_over_the_wire_ends_and_changes_nothing() {
    let town = Town::new().await;
    let insider = town.tenant.clinician().await;
    let wire = Wire::serve(consentry::http::router(town.app.clone())).await;
    let before = rows_of(&town.tenant, &[]).await;

    let mut surprises = Vec::new();
    for (name, bytes, end) in attacks(insider.token()) {
        let answer = converse(&wire, &bytes, matches!(end, CutOff(_))).await;
        let statuses = statuses(&answer);
        let as_expected = match end {
            Statuses(expected) => statuses == expected,
            CutOff(expected) => statuses.is_empty() || statuses == [expected],
        };
        if !as_expected || answer.contains("Bearer") {
            surprises.push(format!("{name}: {statuses:?} {answer:.300}"));
        }
        assert_eq!(statuses_of(&wire).await, [200], "after {name}");
        let altered = changed(&before, &rows_of(&town.tenant, &[]).await);
        assert!(altered.is_empty(), "{name} changed {altered:?}");
    }
    assert!(surprises.is_empty(), "{} surprises:\n{}", surprises.len(), surprises.join("\n"));
}

#[tokio::test]
async fn callers_who_say_nothing_keep_nobody_waiting() {
    let town = Town::new().await;
    let wire = Wire::serve(consentry::http::router(town.app.clone())).await;
    let mut silent = Vec::new();
    for number in 0..300 {
        let mut stream = TcpStream::connect(wire.address).await.expect("a connection");
        let begun: &[u8] =
            [&b""[..], b"POST /gra", b"POST /graphql HTTP/1.1\r\ncontent-length: 24\r\n\r\n{"][number % 3];
        stream.write_all(begun).await.expect("the beginning is sent");
        silent.push(stream);
    }

    assert_eq!(statuses_of(&wire).await, [200]);
    drop(silent);
    assert_eq!(statuses_of(&wire).await, [200]);
}

/// The statuses of an answer to a request as it should be.
async fn statuses_of(wire: &Wire) -> Vec<u16> {
    statuses(&converse(wire, &sized(&TYPENAME.len().to_string(), TYPENAME), false).await)
}

/// Sends all of it, hangs up one way if told to, and reads until the connection ends.
async fn converse(wire: &Wire, bytes: &[u8], hangs_up: bool) -> String {
    let mut stream = TcpStream::connect(wire.address).await.expect("a connection");
    let (mut reader, mut writer) = stream.split();
    let sending = async {
        // A server that has read enough may have hung up.
        let _ = writer.write_all(bytes).await;
        if hangs_up {
            let _ = writer.shutdown().await;
        }
    };
    let reading = async {
        let mut answer = Vec::new();
        let _ = reader.read_to_end(&mut answer).await;
        answer
    };
    let (answer, ()) = tokio::join!(reading, sending);
    String::from_utf8_lossy(&answer).into_owned()
}

/// The statuses in what came back.
fn statuses(answer: &str) -> Vec<u16> {
    let lines = answer.split("HTTP/1.1 ").skip(1);
    lines.map(|line| line.get(..3).and_then(|status| status.parse().ok()).unwrap_or_default()).collect()
}
