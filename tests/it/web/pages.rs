//! The pages as the built server has them.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{Read, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::support::{Database, Request, Server, Town};

/// The built files, without those that are forms of others.
fn built() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("web/dist");
    let names = |folder: PathBuf| {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries
            .filter(|entry| entry.path().is_file())
            .map(|entry| entry.file_name().into_string().expect("a name"))
    };
    let top = names(folder.clone());
    let assets = names(folder.join("assets")).map(|name| format!("assets/{name}"));
    top.chain(assets).filter(|name| !name.ends_with(".br") && !name.ends_with(".gz")).collect()
}

/// The status, the headers and the body of an answer that need not be text.
fn get(server: &Server, request: &Request) -> (u16, String, Vec<u8>) {
    let mut stream = server.connect();
    let request =
        format!("{}connection: close\r\n\r\n", request.head().trim_end_matches("\r\n").to_owned() + "\r\n");
    stream.write_all(request.as_bytes()).expect("the request is sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("a whole answer");
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").expect("headers") + 4;
    let head = String::from_utf8(answer[..end].to_vec()).expect("headers are text").to_lowercase();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    (status, head, answer[end..].to_vec())
}

#[tokio::test]
async fn everything_that_was_built_is_served_as_what_it_is_and_smaller_to_whoever_takes_that() {
    let town = Town::of_today().await;
    let server = Server::start(&town, &[]).await;
    let built = built();
    assert!(built.len() > 15, "the pages are not built: run `make web`, then test again: {built:?}");
    for name in built {
        let path = match name.as_str() {
            "index.html" => "/".to_owned(),
            "explorer.html" => "/explorer".to_owned(),
            _ => format!("/{name}"),
        };
        let (status, head, plain) = get(&server, &Request::get(&path));
        assert_eq!(status, 200, "{path}");
        let file =
            fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("web/dist").join(&name)).expect("a file");
        assert!(plain == file, "{path} is what was built: run `make web`, then test again");
        assert!(!head.contains("application/octet-stream"), "what {name} is, is known");
        assert_eq!(head.contains("immutable"), path.starts_with("/assets/"), "{path}");

        let (_, head, coded) = get(&server, &Request::get(&path).with("accept-encoding", "gzip, br"));
        assert!(head.contains("content-encoding: br\r\n") && coded.len() < plain.len(), "{path}: {head}");
        let (_, head, gzipped) = get(&server, &Request::get(&path).with("accept-encoding", "gzip"));
        assert!(head.contains("content-encoding: gzip\r\n"), "{path}: {head}");
        assert!(gunzip(&gzipped) == plain, "{path}");
        let tag = head.lines().find_map(|line| line.strip_prefix("etag: ")).expect("a tag").to_owned();
        let again = Request::get(&path).with("accept-encoding", "gzip").with("if-none-match", &tag);
        let (status, _, body) = get(&server, &again);
        assert_eq!((status, body.len()), (304, 0), "{path}");
    }
}

#[tokio::test]
async fn the_people_of_the_demo_are_offered_while_it_is_served_and_the_explorer_can_be_switched_off() {
    let database = Database::new().await;
    let demo = Server::demo(&database).await;
    let offers = demo.send(&Request::get("/explorer/actors.json"));
    assert_eq!(offers.status, 200);
    assert!(offers.head.contains("cache-control: no-store, private"), "{}", offers.head);
    let offers = offers.json();
    assert_eq!(offers["password"], "consentry-demo");
    assert_eq!(offers["actors"][0]["email"], "practitioner@demo.example");
    assert_eq!(offers["actors"].as_array().map(Vec::len), Some(7));
    assert!(!offers.to_string().contains("cst_"), "no token is given away");

    let town = Town::of_today().await;
    let plain = Server::start(&town, &[]).await;
    assert_eq!(plain.send(&Request::get("/explorer/actors.json")).status, 404);
    let without = Server::start(&town, &[("CONSENTRY_EXPLORER", "off")]).await;
    let refused = without.send(&Request::get("/explorer"));
    assert_eq!(
        (refused.status, &refused.json()["errors"][0]["extensions"]["code"]),
        (404, &"NOT_FOUND".into())
    );
    assert_eq!(get(&without, &Request::get("/")).0, 200);
}

#[test]
fn no_page_names_another_host_nor_runs_what_stands_in_it() {
    for page in ["index.html", "explorer.html"] {
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("web/dist").join(page));
        let text = text.expect("the pages are not built: run `make web`, then test again");
        assert!(!text.contains("http:") && !text.contains("https:"), "{page}: {text}");
        assert!(
            !text.contains("<style") && !text.contains("<script>") && !text.contains(" on"),
            "{page}: {text}"
        );
        assert!(text.contains("<script type=\"module\" crossorigin src=\"/assets/"), "{page}: {text}");
    }
}

fn gunzip(bytes: &[u8]) -> Vec<u8> {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("page-{}.gz", std::process::id()));
    fs::write(&path, bytes).expect("a file");
    let input = File::open(&path).expect("a file");
    let output = Command::new("gzip").args(["-dc"]).stdin(input).stderr(Stdio::inherit()).output();
    let _ = fs::remove_file(&path);
    output.expect("gzip runs").stdout
}
