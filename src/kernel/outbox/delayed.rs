//! Events that happen at a moment to come, unless somebody takes them back before.

use chrono::{DateTime, Utc};
use entity::platform::outbox_event;
use sea_orm::{ActiveValue::Set, DbBackend, Statement};
use uuid::Uuid;

use super::lease::{HOLD, PASS_ON};
use crate::kernel::{error::Result, write::Write};

impl Write {
    /// As [`emit`](Self::emit), but the event happens at the moment `at`. Later events of the same aggregate wait for it:
    /// give it an aggregate kind of its own.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn emit_later(
        &self,
        event_type: &str,
        aggregate_kind: &str,
        aggregate_id: Uuid,
        at: DateTime<Utc>,
    ) -> Result<()> {
        self.insert(outbox_event::ActiveModel {
            id: Set(self.new_id()),
            event_type: Set(event_type.to_owned()),
            aggregate_kind: Set(aggregate_kind.to_owned()),
            aggregate_id: Set(aggregate_id),
            payload: Set(serde_json::json!({ "id": aggregate_id })),
            available_at: Set(at),
            // It has not happened yet, so it is not what the relay is behind with.
            occurred_at: Set(at),
            ..Default::default()
        })
        .await
    }

    /// Takes back the event of an aggregate that waits for its moment. One that is being carried out stays.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn take_back(&self, aggregate_kind: &str, aggregate_id: Uuid) -> Result<()> {
        let aggregate = vec![self.tenant_id().into(), aggregate_kind.into(), aggregate_id.into()];
        let statement = |sql: &str, values| Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
        self.execute(statement(HOLD, aggregate.clone())).await?;
        let with_now = [aggregate, vec![self.now().into()]].concat();
        let sql = "update outbox_events set status = 'SKIPPED', processed_at = $4
            where tenant_id = $1 and aggregate_kind = $2 and aggregate_id = $3 and status = 'PENDING'
                and leased_until is null";
        if self.execute(statement(sql, with_now.clone())).await?.rows_affected() > 0 {
            self.execute(statement(PASS_ON, with_now)).await?;
        }
        Ok(())
    }
}
