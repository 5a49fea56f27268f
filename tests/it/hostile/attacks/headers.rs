//! Headers: who somebody claims to be, and what they claim to send.

use super::{
    Attack, BAD_INPUT, BAD_REQUEST,
    End::{Answered, Refused},
};

pub fn attacks() -> Vec<Attack> {
    let typename = |name, end| Attack::document(name, "{__typename}", end);
    let unauthenticated = Refused("UNAUTHENTICATED", "");
    let unsupported = Refused("UNSUPPORTED_MEDIA_TYPE", "application/json");
    let forged = "Bearer eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJpZGVudGl0eSI6ImFkbWluIn0.";
    vec![
        typename("a token that nobody signed", unauthenticated)
            .header("authorization", forged)
            .from("DVGA: JWT Token Forge"),
        typename("a token of 60 KB", unauthenticated)
            .header("authorization", format!("Bearer cst_{}", "A".repeat(60_000))),
        typename("a token with a path", unauthenticated).header("authorization", "Bearer ../../etc/passwd"),
        typename("a password in place of a token", unauthenticated)
            .header("authorization", "Basic YWRtaW46YWRtaW4="),
        typename("a token beyond ASCII", Refused(BAD_REQUEST, "ASCII"))
            .header("authorization", &b"Bearer \xff"[..]),
        typename("two tokens", Refused(BAD_REQUEST, "once"))
            .header("authorization", "Bearer a")
            .header("authorization", "Bearer b"),
        typename("a purpose that there is not", Refused(BAD_INPUT, ""))
            .header("x-purpose-of-use", "CURIOSITY"),
        typename("a purpose of 60 KB", Refused(BAD_INPUT, ""))
            .header("x-purpose-of-use", "TREATMENT".repeat(6_000)),
        typename("a request id that writes a line", Answered).header("x-request-id", "a%0d%0aset-cookie: b"),
        typename("a request id of 60 KB", Answered).header("x-request-id", "a".repeat(60_000)),
        typename("a cookie that opens an explorer elsewhere", Answered)
            .header("cookie", "env=graphiql:enable")
            .from("DVGA: GraphQL Interface Protection Bypass"),
        typename("a wish for a stack trace", Answered).header("x-debug", "1").header("apollo-tracing", "1"),
        typename("an address that somebody claims", Answered).header("x-forwarded-for", "127.0.0.1"),
        typename("another method in a header", Answered).header("x-http-method-override", "GET"),
        typename("a thousand media types", Refused("NOT_ACCEPTABLE", "Accept"))
            .header("accept", "text/html,".repeat(1_000)),
        typename("a body that claims to be text", unsupported).header("content-type", "text/plain"),
        typename("a body that claims to be a form", unsupported)
            .header("content-type", "application/x-www-form-urlencoded")
            .from("graphql-cop: POST based Queries using urlencoded payloads"),
        typename("a body that claims to be an upload", unsupported)
            .header("content-type", "multipart/form-data; boundary=x")
            .from("DVGA: Arbitrary File Write // Path Traversal"),
        typename("a body that claims to be compressed", unsupported).header("content-encoding", "gzip"),
        typename("a body that claims to be in UTF-7", unsupported)
            .header("content-type", "application/json; charset=utf-7"),
        Attack::bytes(
            "a compressed body",
            &b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xab\x56\x2a\x2c\x4d"[..],
            unsupported,
        )
        .header("content-encoding", "gzip"),
        Attack::bytes(
            "a form",
            "query=mutation%20%7B%20signOut%20%7B%20result%20%7B%20endedAt%20%7D%20%7D%20%7D",
            unsupported,
        )
        .header("content-type", "application/x-www-form-urlencoded")
        .from("graphql-cop: POST based Queries using urlencoded payloads"),
    ]
}
