//! The transport: what arrives and leaves over HTTP, and nothing of what it means.
//!
//! Everything a caller can send wrongly ends here, in JSON, under a code and a request id. What passed is handed
//! to the [`Engine`]; who the caller is and what may be seen is decided behind it.

pub(crate) mod cookies;
mod engine;
mod federation;
mod graphql;
pub mod guard;
mod headers;
mod health;
mod observe;
mod operations;
mod pages;
mod proxies;
mod refusal;
mod sdl;
pub mod server;
#[cfg(test)]
mod tests;
mod token;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{any, get};

pub use cookies::{SessionCookie, Site};
pub use engine::{Answer, Asked, Assertion, Caller, Engine, Statistics, TokenAnswer};
pub use operations::{Operation, Operations};
pub use pages::{Pages, SignInOffer};
pub use proxies::TrustedProxies;
pub use refusal::Outcome;

/// Every route of the API.
pub fn router<E: Engine>(engine: E) -> Router {
    with_routes(engine, Router::new())
}

/// Every route of the server: those of the API, and the pages.
pub fn router_with_pages<E: Engine>(engine: E, pages: &Pages) -> Router {
    with_routes(engine, pages.routes())
}

fn with_routes<E: Engine>(engine: E, more: Router<E>) -> Router {
    more.route("/graphql", any(graphql::answer::<E>))
        .route("/schema.graphql", get(sdl::serve::<E>))
        .route("/oauth2/token", any(token::answer::<E>))
        .route("/auth/{organization}/{provider}/start", get(federation::start::<E>))
        .route("/auth/callback", get(federation::callback::<E>))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready::<E>))
        .fallback(refusal::not_found)
        .method_not_allowed_fallback(refusal::method_not_allowed)
        .layer(from_fn(observe::observe))
        .layer(from_fn_with_state(engine.clone(), headers::stamp::<E>))
        .with_state(engine)
}
