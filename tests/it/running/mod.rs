//! The server under slow callers, a busy or missing database, and signals; what it tells of itself.

mod busy;
mod drain;
mod telling;
mod wire;

use crate::support::Town;

/// Makes writing to a table wait until the test lets it go on. Returns the test's hold on the gate: writers wait at
/// [`Gate::open`], and [`Gate::reached`] tells that one does.
async fn gate(town: &Town, table: &str) -> Gate {
    town.owner_runs(&format!(
        "create function wait_at_gate() returns trigger language plpgsql as $$ begin
            perform pg_advisory_xact_lock_shared(43);
            while not pg_try_advisory_xact_lock_shared(42) loop perform pg_sleep(0.01); end loop;
            return new;
        end $$;
        create trigger zz_gate before insert or update on {table} for each row execute function wait_at_gate()"
    ))
    .await;
    let mut keeper = town.owner().acquire().await.expect("a connection");
    sqlx::query("select pg_advisory_lock(42)").execute(&mut *keeper).await.expect("the gate is shut");
    Gate { keeper }
}

struct Gate {
    keeper: sqlx::pool::PoolConnection<sqlx::Postgres>,
}

impl Gate {
    /// Returns when somebody waits.
    async fn reached(&mut self) {
        let waiting = "select exists (select from pg_locks where locktype = 'advisory' and objid = 43
            and database = (select oid from pg_database where datname = current_database()))";
        while !sqlx::query_scalar::<_, bool>(waiting)
            .fetch_one(&mut *self.keeper)
            .await
            .expect("locks are read")
        {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }

    /// Lets everybody through, from now on.
    async fn open(mut self) {
        sqlx::query("select pg_advisory_unlock_all()")
            .execute(&mut *self.keeper)
            .await
            .expect("the gate is open");
    }
}
