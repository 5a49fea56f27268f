use std::sync::LazyLock;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::fake::{Fake, request};
use crate::http::pages::{Files, Pages, SignInOffer};
use crate::http::{router, router_with_pages};

static SOME: LazyLock<Files> = LazyLock::new(|| {
    let files = [
        ("index.html", "console"),
        ("explorer.html", "explorer"),
        ("explorer.html.gz", "gzipped explorer"),
        ("assets/a-1.js", "script"),
        ("assets/a-1.js.br", "brotli"),
        ("assets/a-1.js.gz", "gzip"),
        ("assets/b-2.unknown", "bytes"),
    ];
    Files::of(files.map(|(path, text)| (path.to_owned(), Bytes::from(text))))
});
static NONE: LazyLock<Files> = LazyLock::new(|| Files::of([]));

struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Reply {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    fn code(&self) -> Value {
        let body: Value = serde_json::from_str(&self.text).unwrap_or_default();
        body["errors"][0]["extensions"]["code"].clone()
    }
}

async fn send(pages: &Pages, method: Method, path: &str, headers: &[(&str, &str)]) -> Reply {
    let sent = request(method, path, headers, Body::empty());
    let answer = router_with_pages(Fake::default(), pages).oneshot(sent).await;
    let (parts, body) = answer.expect("the router does not fail").into_parts();
    let bytes = to_bytes(body, usize::MAX).await.expect("the body is whole");
    let text = String::from_utf8(bytes.to_vec()).expect("text");
    Reply { status: parts.status, headers: parts.headers, text }
}

async fn get(path: &str, headers: &[(&str, &str)]) -> Reply {
    send(&Pages::of(&SOME, true), Method::GET, path, headers).await
}

#[tokio::test]
async fn a_page_says_how_little_it_may_do_and_is_asked_for_again_each_time() {
    for (path, text) in [("/", "console"), ("/explorer", "explorer")] {
        let reply = get(path, &[]).await;
        assert_eq!((reply.status, reply.text.as_str()), (StatusCode::OK, text));
        assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(reply.header("cache-control"), "no-cache");
        assert_eq!(reply.header("pragma"), "");
        assert_eq!(reply.header("referrer-policy"), "no-referrer");
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        assert_eq!(reply.header("x-frame-options"), "DENY");
        assert_eq!(reply.header("cross-origin-opener-policy"), "same-origin");
        assert_eq!(reply.header("x-request-id"), "made-here");
        let policy = reply.header("content-security-policy");
        for rule in
            ["default-src 'none'", "script-src 'self';", "connect-src 'self'", "frame-ancestors 'none'"]
        {
            assert!(policy.contains(rule), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe-eval") && !policy.contains("http"), "{path}: {policy}");
        assert_eq!(policy.contains("unsafe-inline"), path == "/explorer", "{path}: {policy}");
    }
}

#[tokio::test]
async fn a_file_whose_name_changes_with_it_is_kept_for_ever() {
    let reply = get("/assets/a-1.js", &[]).await;
    assert_eq!((reply.status, reply.text.as_str()), (StatusCode::OK, "script"));
    assert_eq!(reply.header("content-type"), "text/javascript; charset=utf-8");
    assert_eq!(reply.header("cache-control"), "public, max-age=31536000, immutable");
    assert!(reply.header("content-security-policy").starts_with("default-src 'none'"));
    assert_eq!(get("/assets/b-2.unknown", &[]).await.header("content-type"), "application/octet-stream");
}

#[tokio::test]
async fn what_is_sent_comes_in_the_best_coding_that_is_taken() {
    for (taken, coding, text) in [
        ("gzip, deflate, br", "br", "brotli"),
        ("gzip;q=1.0, br;q=0", "gzip", "gzip"),
        ("GZIP", "gzip", "gzip"),
        ("br;q=0.0, gzip;q=0", "", "script"),
        ("deflate", "", "script"),
        ("", "", "script"),
    ] {
        let reply = get("/assets/a-1.js", &[("accept-encoding", taken)]).await;
        assert_eq!((reply.header("content-encoding"), reply.text.as_str()), (coding, text), "{taken}");
        assert_eq!(reply.header("vary"), "accept-encoding");
        assert_eq!(reply.header("content-type"), "text/javascript; charset=utf-8");
    }
    assert_eq!(get("/assets/a-1.js.br", &[]).await.status, StatusCode::NOT_FOUND, "a form is no file");
}

#[tokio::test]
async fn who_has_a_page_already_is_told_so() {
    for taken in ["gzip", ""] {
        let first = get("/explorer", &[("accept-encoding", taken)]).await;
        let tag = first.header("etag").to_owned();
        for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()] {
            let again = get("/explorer", &[("accept-encoding", taken), ("if-none-match", &known)]).await;
            assert_eq!((again.status, again.text.as_str()), (StatusCode::NOT_MODIFIED, ""), "{known}");
            assert_eq!(again.header("etag"), tag);
            assert_eq!(again.header("cache-control"), "no-cache");
        }
        let other = get("/explorer", &[("accept-encoding", "deflate"), ("if-none-match", &tag)]).await;
        let expected = if taken.is_empty() { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
        assert_eq!(other.status, expected, "another coding is another answer");
    }
    let changed = get("/explorer", &[("if-none-match", "\"other\"")]).await;
    assert_eq!(changed.status, StatusCode::OK);
}

#[tokio::test]
async fn pages_are_read_and_nothing_else() {
    let pages = Pages::of(&SOME, true).offering("", &[]);
    for path in ["/", "/explorer", "/explorer/actors.json", "/assets/a-1.js"] {
        let head = send(&pages, Method::HEAD, path, &[]).await;
        assert_eq!((head.status, head.text.as_str()), (StatusCode::OK, ""), "{path}");
        for method in [Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS] {
            let reply = send(&pages, method, path, &[]).await;
            assert_eq!(reply.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
            assert_eq!((reply.code(), reply.header("allow")), (json!("METHOD_NOT_ALLOWED"), "GET, HEAD"));
        }
    }
}

#[tokio::test]
async fn a_path_that_leads_nowhere_is_answered_in_json() {
    for path in
        ["/nowhere", "/assets/", "/assets/none.js", "/assets/../index.html", "/assets/%2e%2e/index.html"]
    {
        let reply = get(path, &[]).await;
        assert_eq!((reply.status, reply.code()), (StatusCode::NOT_FOUND, json!("NOT_FOUND")), "{path}");
        assert_eq!(reply.header("cache-control"), "no-store, private", "{path}");
    }
}

#[tokio::test]
async fn an_explorer_that_is_switched_off_is_not_there() {
    let actors = [somebody()];
    let pages = Pages::of(&SOME, false).offering("public", &actors);
    for path in ["/explorer", "/explorer/actors.json"] {
        let reply = send(&pages, Method::GET, path, &[]).await;
        assert_eq!((reply.status, reply.code()), (StatusCode::NOT_FOUND, json!("NOT_FOUND")), "{path}");
    }
    assert_eq!(send(&pages, Method::GET, "/", &[]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_people_of_the_demo_are_named_only_while_there_are_any() {
    assert_eq!(get("/explorer/actors.json", &[]).await.status, StatusCode::NOT_FOUND);
    let pages = Pages::of(&SOME, true).offering("public", &[somebody()]);
    let reply = send(&pages, Method::GET, "/explorer/actors.json", &[]).await;
    assert_eq!(reply.header("content-type"), "application/json; charset=utf-8");
    assert_eq!(reply.header("cache-control"), "no-store, private");
    let offered: Value = serde_json::from_str(&reply.text).expect("JSON");
    let actor = json!({
        "organization": "demo", "organizationName": "Harbor Light", "email": "a@demo.example", "description": "A"
    });
    assert_eq!(offered, json!({ "password": "public", "actors": [actor] }));
}

#[tokio::test]
async fn a_binary_without_pages_says_how_to_have_them_and_serves_the_api() {
    let pages = Pages::of(&NONE, true);
    assert!(!pages.exist());
    for path in ["/", "/explorer"] {
        let reply = send(&pages, Method::GET, path, &[]).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND);
        assert_eq!(reply.header("content-type"), "text/plain; charset=utf-8");
        assert!(reply.text.contains("`make web`"), "{}", reply.text);
    }
    assert_eq!(send(&pages, Method::GET, "/healthz", &[]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn answers_of_the_api_are_the_same_beside_pages() {
    let fake = Fake::default();
    let pages = Pages::of(&SOME, true);
    for path in ["/graphql", "/healthz", "/nowhere"] {
        let alone = router(fake.clone()).oneshot(request(Method::GET, path, &[], Body::empty())).await;
        let beside = send(&pages, Method::GET, path, &[]).await;
        assert_eq!(alone.expect("an answer").headers(), &beside.headers, "{path}");
    }
}

fn somebody() -> SignInOffer {
    SignInOffer {
        organization: "demo",
        organization_name: "Harbor Light",
        email: "a@demo.example".to_owned(),
        description: "A",
    }
}
