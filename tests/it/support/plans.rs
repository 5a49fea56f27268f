//! What the database was really asked, and how it went about it: PostgreSQL's `auto_explain` tells the session that asked,
//! and sqlx hands that on as an event.

use std::{
    fmt::Debug,
    sync::{Arc, Mutex},
};

use serde_json::Value;
use sqlx::AssertSqlSafe;
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span,
    subscriber::DefaultGuard,
};

use super::Database;

const NOTICE: &str = "sqlx::postgres::notice";

/// A statement that was sent, with its plan.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The statement as it was sent: values that are bound do not stand in it.
    pub statement: String,
    /// The node on top.
    pub root: Value,
}

impl Plan {
    /// Every node, from the top down.
    pub fn nodes(&self) -> Vec<&Value> {
        let mut nodes = vec![&self.root];
        let mut next = 0;
        while let Some(node) = nodes.get(next).copied() {
            nodes.extend(node["Plans"].as_array().into_iter().flatten());
            next += 1;
        }
        nodes
    }
}

/// The plans of all statements that this thread sends, from now on.
pub struct Plans {
    heard: Arc<Mutex<Vec<String>>>,
    _subscription: DefaultGuard,
}

impl Plans {
    /// Makes the database tell its plans to every session that begins after this; `None` where PostgreSQL came without
    /// `auto_explain`.
    pub async fn of(database: &Database) -> Option<Self> {
        let mut superuser = database.superuser().await;
        if sqlx::raw_sql("load 'auto_explain'").execute(&mut superuser).await.is_err() {
            return None;
        }
        for setting in [
            "session_preload_libraries = 'auto_explain'",
            "auto_explain.log_min_duration = 0",
            "auto_explain.log_level = notice",
            "auto_explain.log_format = json",
        ] {
            let sql = format!("alter database {} set {setting}", database.name());
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut superuser).await.expect(setting);
        }
        let heard = Arc::new(Mutex::new(Vec::new()));
        let subscription = tracing::subscriber::set_default(Ear(heard.clone()));
        Some(Self { heard, _subscription: subscription })
    }

    /// What was heard since the last time.
    pub fn take(&self) -> Vec<Plan> {
        let heard = std::mem::take(&mut *self.heard.lock().expect("nobody panics while listening"));
        let plans = heard.iter().filter_map(|message| message.split_once("plan:\n"));
        plans
            .map(|(_, json)| {
                let mut plan: Value =
                    serde_json::from_str(json).unwrap_or_else(|_| panic!("no plan: {json}"));
                let statement = plan["Query Text"].as_str().expect("the statement").to_owned();
                Plan { statement, root: plan["Plan"].take() }
            })
            .collect()
    }
}

/// Hears notices alone.
struct Ear(Arc<Mutex<Vec<String>>>);

impl Subscriber for Ear {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == NOTICE
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut Message(&self.0));
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

struct Message<'e>(&'e Mutex<Vec<String>>);

impl Visit for Message<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            self.0.lock().expect("nobody panics while listening").push(value.to_owned());
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}
}
