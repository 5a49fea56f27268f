//! Callers who go away: their requests end anywhere, and neither a tenant nor a promise is left behind or lost.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use super::turmoil::{Turmoil, Way, assert_whole};
use crate::support::{Town, options};

const SEED: u64 = 0x0c0f_fee5_eed5_0001;

#[tokio::test]
async fn twenty_thousand_aborted_requests_of_fifty_tenants_over_four_connections_mix_and_lose_nothing() {
    let town = Town::new().await;
    let turmoil = Turmoil::new(&town, 50, SEED).await;
    let pool = town.database.pool("consentry_app", 4);
    let app = town.app.with_pool(pool.clone());
    let door = town.door(pool.clone());

    let mut arrived = turmoil.run(Way::Engine(app), "engine", 14_000).await;
    arrived.extend(turmoil.run(Way::Router(door.clone()), "router", 4_000).await);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let server = tokio::spawn(async { axum::serve(listener, door).await });
    arrived.extend(turmoil.run(Way::Network(address), "network", 2_000).await);
    server.abort();

    assert!((2_000..14_000).contains(&arrived.len()), "some stayed, most went away: {}", arrived.len());
    assert_whole(&pool, 4).await;
    turmoil.assert_sound(&arrived).await;
}

/// Otherwise the requests above would be aborted where it does no harm.
#[tokio::test]
async fn without_the_check_of_what_comes_back_aborted_requests_leave_their_tenant_on_the_connection() {
    let town = Town::new().await;
    let turmoil = Turmoil::new(&town, 4, SEED).await;
    let left = Arc::new(AtomicUsize::new(0));
    let counted = left.clone();
    let careless =
        sqlx::postgres::PgPoolOptions::new().max_connections(4).after_release(move |connection, _| {
            let counted = counted.clone();
            Box::pin(async move {
                let clean: bool =
                    sqlx::query_scalar("select coalesce(current_setting('app.tenant_id', true), '') = ''")
                        .fetch_one(connection)
                        .await?;
                counted.fetch_add(usize::from(!clean), Ordering::Relaxed);
                Ok(true)
            })
        });
    let careless = careless.connect_lazy_with(options(&town.database.connection("consentry_app")));
    turmoil.run(Way::Engine(town.app.with_pool(careless)), "careless", 2_000).await;
    let left = left.load(Ordering::Relaxed);
    assert!(left > 0, "the hole is real, seed {SEED:#x}");
}
