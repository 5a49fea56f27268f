//! Documents that callers may ask for by their SHA-256: those that come with the server, and those that a tenant uploaded.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock},
    time::Duration,
};

use moka::sync::Cache;
use sea_orm::{DbBackend, Statement, Value};
use uuid::Uuid;

use crate::{
    http::guard::digest,
    kernel::{error::Result, session::Slot},
};

/// The documents of the console and of the examples for frontends, as the code generator wrote them.
const MANIFEST: &str = include_str!("../../../web/src/generated/persisted-documents.json");
/// What is kept of all tenants together, in bytes.
const CAPACITY: u64 = 8 * 1_024 * 1_024;
/// A document that was removed is executed for so long at the most.
const KEPT: Duration = Duration::from_secs(60);

static BUILT_IN: LazyLock<HashMap<[u8; 32], Arc<str>>> = LazyLock::new(|| {
    let manifest: HashMap<String, String> = serde_json::from_str(MANIFEST).expect("the manifest is JSON");
    let known =
        manifest.into_iter().map(|(id, text)| (digest(&id).expect("an id of a document"), text.into()));
    known.collect()
});

/// The documents that come with the server, by their SHA-256.
pub fn built_in() -> &'static HashMap<[u8; 32], Arc<str>> {
    &BUILT_IN
}

/// The documents that callers may ask for, as far as this process has met them.
#[derive(Debug)]
pub struct TrustedDocuments {
    kept: Cache<(Uuid, [u8; 32]), Arc<str>>,
}

impl Default for TrustedDocuments {
    fn default() -> Self {
        let weigher =
            |_: &(Uuid, [u8; 32]), text: &Arc<str>| u32::try_from(text.len() + 128).unwrap_or(u32::MAX);
        Self { kept: Cache::builder().max_capacity(CAPACITY).weigher(weigher).time_to_live(KEPT).build() }
    }
}

impl TrustedDocuments {
    /// The text under this SHA-256, among what comes with the server and what the caller's tenant uploaded.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub(in crate::kernel) async fn text(&self, slot: &Slot, digest: [u8; 32]) -> Result<Option<Arc<str>>> {
        if let Some(text) = BUILT_IN.get(&digest) {
            return Ok(Some(text.clone()));
        }
        let Some(viewer) = slot.viewer() else { return Ok(None) };
        let key = (viewer.tenant_id(), digest);
        if let Some(text) = self.kept.get(&key) {
            return Ok(Some(text));
        }
        let sql = "select body::text as body from trusted_documents where tenant_id = $1 and digest = $2";
        let values = [Value::from(key.0), Value::from(digest.to_vec())];
        let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
        let rows = slot.session().await?.core().query(statement).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let text: Arc<str> = row.try_get::<String>("", "body")?.into();
        self.kept.insert(key, text.clone());
        Ok(Some(text))
    }
}
