//! A stretch of a demo tenant's history: its own clock, its own ids, and users who act.

use std::sync::Arc;

use async_graphql::{Request, Variables};
use chrono::{DateTime, TimeDelta, Utc};
use entity::{Id, identity::user};
use serde_json::{Value, json};
use uuid::Uuid;

use super::HISTORY;
use crate::kernel::{
    app::App,
    clock::{ManualClock, SequentialIds},
    error::{Error, Result},
    write::{Work, Write},
};

/// A stretch of a tenant's history. Ids of one scene do not depend on what happens in another.
pub(super) struct Scene {
    app: App,
    clock: ManualClock,
    present: DateTime<Utc>,
    tenant_id: Uuid,
}

impl Scene {
    /// Begins with the tenant, ninety days before the present of `app`.
    pub(super) fn new(app: &App, tenant_id: Uuid, ids: SequentialIds) -> Self {
        let present = app.clock().now();
        let clock = ManualClock::at(present - HISTORY);
        Self { app: app.with_clock(Arc::new(clock.clone()), Arc::new(ids)), clock, present, tenant_id }
    }

    pub(super) const fn tenant_id(&self) -> Uuid {
        self.tenant_id
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.app.clock().now()
    }

    /// When the demo data is made: nothing happens after it.
    pub(super) const fn present(&self) -> DateTime<Utc> {
        self.present
    }

    pub(super) fn days_pass(&self, days: i64) {
        self.clock.advance(TimeDelta::days(days));
    }

    /// Runs a mutation of the API with the rights of a user; returns what `selection` names of its result.
    ///
    /// # Errors
    ///
    /// `INTERNAL` when the API refuses it.
    pub(super) async fn mutate(
        &self,
        user: Id<user::Entity>,
        mutation: &str,
        selection: &str,
        input: Value,
    ) -> Result<Value> {
        let input_type = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
        let document = format!(
            "mutation($input: {input_type}!) {{ {mutation}(input: $input) {{
                result {{ {selection} }} userErrors {{ code field message }} }} }}"
        );
        let slot = self.app.act_as(self.tenant_id, user.uuid(), "seed").await?;
        let request = Request::new(document).variables(Variables::from_json(json!({ "input": input })));
        let response = self.app.schema().execute(request, &slot).await;
        slot.finish().await?;
        let data = response.data.into_json().map_err(Error::internal)?;
        let payload = &data[mutation];
        if response.errors.is_empty() && !payload["result"].is_null() {
            return Ok(payload["result"].clone());
        }
        let errors: Vec<&str> = response.errors.iter().map(|error| error.message.as_str()).collect();
        Err(Error::internal(format_args!(
            "demo data: `{mutation}` was refused: {}{}",
            payload["userErrors"],
            errors.join("; ")
        )))
    }

    /// Writes what the API has no mutation for yet, with the rights of a user.
    pub(super) async fn write<T>(
        &self,
        user: Id<user::Entity>,
        work: impl for<'w> FnOnce(&'w Write) -> Work<'w, T> + Send,
    ) -> Result<T> {
        self.app.act_as(self.tenant_id, user.uuid(), "seed").await?.write(work).await
    }

    /// Writes what is there before any user is.
    pub(super) async fn write_as_operator<T>(
        &self,
        work: impl for<'w> FnOnce(&'w Write) -> Work<'w, T> + Send,
    ) -> Result<T> {
        self.app.operator("seed").write_anonymous(self.tenant_id, work).await
    }
}

/// An id out of an answer.
///
/// # Errors
///
/// `INTERNAL` when it is none.
pub(super) fn id<E>(value: &Value) -> Result<Id<E>> {
    let parsed = value["id"].as_str().and_then(|text| text.parse::<Uuid>().ok());
    parsed.map(Id::new).ok_or_else(|| Error::internal("an answer without an id"))
}
