//! The server behind a socket, for what a router alone never meets.

use std::net::SocketAddr;

use tokio::{net::TcpListener, task::JoinHandle};

/// A router that serves on a port of its own until this is dropped.
pub struct Wire {
    /// Where it listens.
    pub address: SocketAddr,
    serving: JoinHandle<()>,
}

impl Wire {
    /// Serves as a thread of `consentry serve` does.
    pub async fn serve(router: axum::Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("the listener has an address");
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let serving = tokio::spawn(async move { axum::serve(listener, service).await.expect("it serves") });
        Self { address, serving }
    }

    /// The URL of the API.
    pub fn url(&self) -> String {
        format!("http://{}/graphql", self.address)
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
