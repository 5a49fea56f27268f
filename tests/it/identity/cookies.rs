//! A session in a browser: the cookie, and what proves that the page itself asked.

use serde_json::{Value, json};

use super::{EMAIL, PASSWORD, WHO_AM_I, keyholder, let_in, sends_from, turned_away};
use crate::support::{Actor, Answer, Town};

const HERE: &str = "127.0.0.1";
const NAMES: [&str; 2] = ["__Host-consentry", "__Host-consentry-csrf"];

/// What a browser keeps of an answer.
struct Jar {
    cookie: String,
    csrf: String,
}

impl Jar {
    /// The two cookies that an answer gives.
    fn of(answer: &Answer) -> Self {
        let given = cookies(answer);
        let [session, csrf] = &given[..] else { panic!("two cookies: {given:?}") };
        let value = |cookie: &str, name: &str| {
            let value = cookie.strip_prefix(name)?.strip_prefix('=')?.split(';').next()?;
            Some(value.to_owned())
        };
        let [session, csrf] = [(session, NAMES[0]), (csrf, NAMES[1])]
            .map(|(cookie, name)| value(cookie, name).unwrap_or_else(|| panic!("{name}: {cookie}")));
        Self { cookie: format!("theme=dark; {}={session}; {}={csrf}", NAMES[0], NAMES[1]), csrf }
    }

    /// Asks as the page itself does.
    async fn ask(&self, actor: &Actor, document: &str) -> Answer {
        self.ask_with(actor, &[("x-csrf-token", &self.csrf), ("sec-fetch-site", "same-origin")], document)
            .await
    }

    /// Asks with the cookies, which the browser adds by itself, and these headers.
    async fn ask_with(&self, actor: &Actor, headers: &[(&str, &str)], document: &str) -> Answer {
        let headers = [&[("cookie", self.cookie.as_str())], headers].concat();
        sends_from(HERE, actor, &headers, json!({ "query": document })).await
    }
}

fn cookies(answer: &Answer) -> Vec<String> {
    let all = answer.headers.get_all("set-cookie").iter();
    all.map(|value| value.to_str().expect("plain ASCII").to_owned()).collect()
}

/// Whether the answer makes a browser forget both cookies.
fn takes_back(answer: &Answer) -> bool {
    let taken = cookies(answer);
    let forgets = |name: &str| {
        taken.iter().any(|cookie| cookie.starts_with(&format!("{name}=;")) && cookie.contains("Max-Age=0"))
    };
    assert!(taken.is_empty() || NAMES.into_iter().all(forgets), "{taken:?}");
    !taken.is_empty()
}

async fn signs_in(town: &Town) -> Answer {
    let document = "mutation($input: SignInInput!) {
        signInWithCookie(input: $input) { result { csrfToken expiresAt idleSeconds } userErrors { code } }
    }";
    let input = json!({ "organization": "town", "email": EMAIL, "password": PASSWORD });
    let body = json!({ "query": document, "variables": { "input": input } });
    sends_from(HERE, &town.anonymous(), &[("sec-fetch-site", "same-origin")], body).await
}

/// A town, and the browser of its administrator.
async fn browser() -> (Town, Jar) {
    let town = Town::new().await;
    keyholder(&town.tenant).await;
    let jar = Jar::of(&signs_in(&town).await);
    (town, jar)
}

#[track_caller]
fn csrf_refused(answer: &Answer) {
    assert_eq!((answer.refused(), answer.status.as_u16()), ("CSRF_REFUSED", 403), "{}", answer.body);
    assert!(answer.body.get("data").is_none(), "nothing was executed: {}", answer.body);
}

#[tokio::test]
async fn signing_in_gives_a_cookie_that_no_script_reads_and_no_token() {
    let town = Town::new().await;
    keyholder(&town.tenant).await;

    let answer = signs_in(&town).await;

    let cookies = cookies(&answer);
    assert!(cookies[0].starts_with("__Host-consentry=cst_"), "a session: {cookies:?}");
    assert!(cookies[0].ends_with("; Path=/; Secure; HttpOnly; SameSite=Strict"), "{cookies:?}");
    assert!(cookies[1].ends_with("; Path=/; Secure; SameSite=Strict"), "{cookies:?}");
    assert!(!answer.body.to_string().contains("cst_"), "{}", answer.body);
    let jar = Jar::of(&answer);
    let result = &answer.ok()["signInWithCookie"]["result"];
    let expected = json!({ "csrfToken": jar.csrf, "expiresAt": "2026-11-21T20:00:00Z", "idleSeconds": 900 });
    assert_eq!(*result, expected);
    let_in(&jar.ask(&town.anonymous(), WHO_AM_I).await);
    let again = Jar::of(&signs_in(&town).await);
    assert!(again.cookie != jar.cookie && again.csrf != jar.csrf, "each session has its own");
}

#[tokio::test]
async fn a_refused_sign_in_gives_no_cookie() {
    let town = Town::new().await;
    let document = "mutation($input: SignInInput!) {
        signInWithCookie(input: $input) { result { csrfToken } userErrors { code } }
    }";
    let input = json!({ "organization": "town", "email": EMAIL, "password": PASSWORD });

    let answer = town.anonymous().ask_with(document, json!({ "input": input })).await;

    assert_eq!(answer.user_error("signInWithCookie"), "INVALID_CREDENTIALS");
    assert_eq!(cookies(&answer), Vec::<String>::new());
}

#[tokio::test]
async fn a_cookie_that_did_not_come_from_our_own_page_does_nothing() {
    let (town, jar) = browser().await;
    let other = Jar::of(&signs_in(&town).await);
    let page = town.anonymous();
    let mutation = "mutation { revokeOtherSessions { result { count } } }";
    let bare = jar.cookie.split("; ").nth(1).and_then(|pair| pair.split_once('=')).expect("a cookie").1;
    let own = ("sec-fetch-site", "same-origin");

    for headers in [
        &[][..],
        &[("x-csrf-token", "")],
        &[own],
        &[("x-csrf-token", &other.csrf), own],
        &[("x-csrf-token", bare), own],
        &[("x-csrf-token", &jar.csrf), ("sec-fetch-site", "cross-site")],
        &[("x-csrf-token", &jar.csrf), ("sec-fetch-site", "same-site")],
        &[("x-csrf-token", &jar.csrf), ("origin", "https://evil.example"), ("host", "care.example")],
        &[("x-csrf-token", &jar.csrf), ("origin", "null"), ("host", "care.example")],
    ] {
        let answer = jar.ask_with(&page, headers, mutation).await;
        csrf_refused(&answer);
        // Our own page, which has no token at all, could not even sign in again.
        assert_eq!(takes_back(&answer), *headers == [own], "{headers:?}");
    }

    let_in(&other.ask(&page, WHO_AM_I).await);
    let sql = "select count(*) from audit_logs where tenant_id = $1 and reason = 'CSRF_REFUSED'";
    assert_eq!(town.platform().scalar(sql, town.platform().id).await, Some(9_i64), "each is recorded");
    let same_origin =
        [("x-csrf-token", jar.csrf.as_str()), ("origin", "https://care.example"), ("host", "care.example")];
    let_in(&jar.ask_with(&page, &same_origin, WHO_AM_I).await);
}

#[tokio::test]
async fn a_query_needs_the_token_as_well() {
    let (town, jar) = browser().await;
    csrf_refused(&jar.ask_with(&town.anonymous(), &[], WHO_AM_I).await);
}

#[tokio::test]
async fn a_header_goes_before_a_cookie() {
    let (town, jar) = browser().await;
    let clinician = town.tenant.clinician().await;
    let bearer = format!("Bearer {}", clinician.token());

    let answer = jar.ask_with(&town.anonymous(), &[("authorization", &bearer)], WHO_AM_I).await;
    assert_eq!(
        answer.ok()["viewer"]["user"]["id"],
        clinician.user().to_string(),
        "and it needs no other token"
    );
    let answer = jar.ask_with(&town.anonymous(), &[("authorization", "Bearer cst_nonsense")], WHO_AM_I).await;
    turned_away(&answer);
    assert!(!takes_back(&answer), "the cookie had no part in it");
    let bearer = [("authorization", bearer.as_str())];
    let answer =
        jar.ask_with(&town.anonymous(), &bearer, "mutation { signOut { result { endedAt } } }").await;
    answer.ok();
    assert!(!takes_back(&answer));
    let_in(&jar.ask(&town.anonymous(), WHO_AM_I).await);
}

#[tokio::test]
async fn signing_out_takes_the_cookie_back_and_ends_the_session() {
    let (town, jar) = browser().await;

    let answer =
        jar.ask(&town.anonymous(), "mutation { signOut { result { endedAt } userErrors { code } } }").await;

    answer.ok();
    assert!(takes_back(&answer));
    let refused = jar.ask(&town.anonymous(), WHO_AM_I).await;
    turned_away(&refused);
    assert!(takes_back(&refused), "a browser that has it still forgets it, and can sign in again");
}

#[tokio::test]
async fn who_revokes_the_session_of_their_own_browser_loses_its_cookie() {
    let (town, jar) = browser().await;
    let data = jar.ask(&town.anonymous(), "{ viewer { session { id } } }").await.ok();
    let id = data["viewer"]["session"]["id"].as_str().expect("a session");
    let document = format!(
        "mutation {{ revokeSession(input: {{ sessionId: \"{id}\" }}) {{ result {{ endedAt }} userErrors {{ code }} }} }}"
    );

    let answer = jar.ask(&town.anonymous(), &document).await;

    assert_eq!(answer.ok()["revokeSession"]["userErrors"], json!([]));
    assert!(takes_back(&answer));
    turned_away(&jar.ask(&town.anonymous(), WHO_AM_I).await);
}

#[tokio::test]
async fn a_renewed_session_comes_in_a_new_cookie_and_not_in_the_answer() {
    let (town, jar) = browser().await;

    let answer = jar.ask(&town.anonymous(), "mutation { renewSession { result { token csrfToken } } }").await;

    let renewed = Jar::of(&answer);
    let expected = json!({ "token": Value::Null, "csrfToken": renewed.csrf });
    assert_eq!(answer.ok()["renewSession"]["result"], expected);
    turned_away(&jar.ask(&town.anonymous(), WHO_AM_I).await);
    let_in(&renewed.ask(&town.anonymous(), WHO_AM_I).await);
}

#[tokio::test]
async fn signing_in_again_ends_the_session_whose_cookie_is_replaced() {
    let (town, jar) = browser().await;
    let document = format!(
        "mutation {{ signInWithCookie(input: {{ organization: \"town\", email: \"{EMAIL}\", password: \"{PASSWORD}\" }}) {{ result {{ csrfToken }} }} }}"
    );

    let again = Jar::of(&jar.ask(&town.anonymous(), &document).await);

    turned_away(&jar.ask(&town.anonymous(), WHO_AM_I).await);
    let_in(&again.ask(&town.anonymous(), WHO_AM_I).await);
}

#[tokio::test]
async fn only_one_session_stands_in_a_cookie_and_no_other_token() {
    let (town, jar) = browser().await;
    let admin = town.tenant.admin().await;
    let program = town.tenant.api_token(&admin, None, None).await;
    let page = town.anonymous();

    let twice = format!("{}; {}", jar.cookie, jar.cookie);
    let answer = sends_from(HERE, &page, &[("cookie", &twice)], json!({ "query": WHO_AM_I })).await;
    assert_eq!((answer.refused(), answer.status.as_u16()), ("BAD_REQUEST", 400));
    for token in [program.token(), "cst_nonsense"] {
        let cookie = format!("{}={token}", NAMES[0]);
        turned_away(&sends_from(HERE, &page, &[("cookie", &cookie)], json!({ "query": WHO_AM_I })).await);
    }
    let_in(&program.ask(WHO_AM_I).await);
}
