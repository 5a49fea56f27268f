//! An OpenID provider in a process of its own, and the browser of somebody who signs in there.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader},
    process::Child,
};

use axum::http::StatusCode;
use reqwest::{Client, Response, Url, header, redirect};
use serde_json::Value;

use super::{PUBLIC_URL, node::node_process};

/// The secret of every client there.
pub const SECRET: &str = "a secret with a space + a plus";

/// A provider that runs until this is dropped.
pub struct Provider {
    /// Its issuer, which is its address.
    pub url: String,
    process: Child,
}

impl Provider {
    /// A provider on a free port, whose keys have names that begin like this.
    pub async fn start(generation: &str) -> Self {
        Self::on(0, generation).await
    }

    /// The same issuer after a restart, with other keys.
    pub async fn restart(self, generation: &str) -> Self {
        let port = Url::parse(&self.url).expect("a URL").port().expect("a port");
        drop(self);
        Self::on(port, generation).await
    }

    async fn on(port: u16, generation: &str) -> Self {
        let redirect = format!("{PUBLIC_URL}/auth/callback");
        let mut process = node_process("provider.mjs", &[&port.to_string(), generation, &redirect]).await;
        let output = process.stdout.take().expect("its output");
        let read = tokio::task::spawn_blocking(move || {
            let mut lines = BufReader::new(output).lines();
            let url = lines.find_map(|line| Some(line.ok()?.strip_prefix("issuer ")?.to_owned()));
            // It says more later, and ends when nobody reads that.
            std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
            url
        });
        let url = read.await.expect("its output is read").expect("the provider starts");
        Self { url, process }
    }

    /// An access token for a program of its own name, signed by this algorithm.
    pub async fn access_token(&self, algorithm: &str) -> String {
        let form = [("grant_type", "client_credentials"), ("resource", &format!("urn:signed:{algorithm}"))];
        let client = Client::builder().no_proxy().build().expect("a client");
        let answer = client
            .post(format!("{}/token", self.url))
            .basic_auth("program", Some("a+secret+with+a+space+%2B+a+plus"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(encoded(&form))
            .send()
            .await
            .expect("an answer");
        let body: Value = serde_json::from_slice(&answer.bytes().await.expect("a body")).expect("JSON");
        body["access_token"].as_str().unwrap_or_else(|| panic!("no token: {body}")).to_owned()
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A browser: it keeps cookies, and is told by hand where to go.
pub struct Browser {
    client: Client,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    /// A browser without cookies.
    pub fn new() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client =
            Client::builder().no_proxy().redirect(redirect::Policy::none()).build().expect("a client");
        Self { client, cookies: BTreeMap::new() }
    }

    /// Signs in at the provider, agrees to whatever it asks, and returns the address that it is sent back to.
    pub async fn signs_in(&mut self, location: &str, as_whom: &str) -> String {
        let mut at = Url::parse(location).expect("a URL");
        let home = at.origin();
        for _ in 0..10 {
            let mut answer = self.send(self.client.get(at.clone())).await;
            if answer.status() == StatusCode::OK {
                let page = answer.text().await.expect("a page");
                let prompt = if page.contains("value=\"login\"") { "login" } else { "consent" };
                let form = encoded(&[("prompt", prompt), ("login", as_whom), ("password", "any")]);
                let post = self.client.post(at.clone());
                let post = post.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(form);
                answer = self.send(post).await;
            }
            let next = answer.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
            let next = next.unwrap_or_else(|| panic!("{} at {at}", answer.status()));
            at = at.join(next).expect("a URL");
            if at.origin() != home {
                return at.into();
            }
        }
        panic!("it leads nowhere: {at}");
    }

    async fn send(&mut self, request: reqwest::RequestBuilder) -> Response {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let answer = request.header(header::COOKIE, cookies.join("; ")).send().await.expect("an answer");
        for cookie in answer.headers().get_all(header::SET_COOKIE) {
            let (name, value) = cookie.to_str().expect("text").split_once('=').expect("a cookie");
            let value = value.split(';').next().unwrap_or_default();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }
}

fn encoded(pairs: &[(&str, &str)]) -> String {
    let mut url = Url::parse("http://here").expect("a URL");
    url.query_pairs_mut().extend_pairs(pairs);
    url.query().unwrap_or_default().to_owned()
}
