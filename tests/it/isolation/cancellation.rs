//! Callers who go away: their requests end anywhere, and neither a tenant nor a promise is left behind or lost.

use std::{
    future::{Future, poll_fn},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::Poll,
};

use sqlx::{AssertSqlSafe, PgPool, postgres::PgPoolOptions};

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

/// A pool that keeps whatever comes back, and counts what came back with a tenant.
fn careless(town: &Town) -> (PgPool, Arc<AtomicUsize>) {
    let left = Arc::new(AtomicUsize::new(0));
    let counted = left.clone();
    let careless = PgPoolOptions::new().max_connections(4).after_release(move |connection, _| {
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
    (careless.connect_lazy_with(options(&town.database.connection("consentry_app"))), left)
}

#[tokio::test]
async fn aborted_requests_leave_no_tenant_on_a_connection_even_where_nobody_looks() {
    let town = Town::new().await;
    let turmoil = Turmoil::new(&town, 4, SEED).await;
    let (careless, left) = careless(&town);
    let arrived = turmoil.run(Way::Engine(town.app.with_pool(careless)), "careless", 2_000).await;
    assert!(arrived.len() < 1_800, "some went away: {}", arrived.len());
    assert_eq!(left.load(Ordering::Relaxed), 0);
}

/// Why a transaction begins in a task of its own.
#[tokio::test]
async fn a_beginning_that_is_cut_off_leaves_its_tenant_on_the_connection() {
    let town = Town::new().await;
    let (careless, left) = careless(&town);
    let sql = format!("begin; set local app.tenant_id = '{}'", town.tenant.id);
    for patience in (0..10).cycle().take(300) {
        let mut begin = Box::pin(careless.begin_with(AssertSqlSafe(sql.clone())));
        let mut polled = 0;
        poll_fn(|context| {
            polled += 1;
            let begun = begin.as_mut().poll(context).map(|_| ());
            if polled > patience { Poll::Ready(()) } else { begun }
        })
        .await;
    }
    assert!(left.load(Ordering::Relaxed) > 0, "the hole is real");
}
