//! What identity providers publish: their configuration and their keys, fetched seldom and kept for long.
//!
//! A provider is somebody else's machine, named by an administrator of a tenant. So every call is bounded in time and size
//! and goes to a public address over TLS, no answer is followed elsewhere, and no caller can make this server ask twice in a
//! moment. What was fetched is kept for each tenant by itself: one tenant's provider is never a reason why another's fails.

mod address;
mod configuration;
mod kept;
mod outside;

use std::{fmt, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use moka::sync::Cache;
use uuid::Uuid;

pub use address::Reach;
pub use configuration::Configuration;
pub use outside::{Answer, Outside};

use super::{
    crypto::KeySet,
    error::{Error, Result},
};
use kept::Kept;

/// How many providers are kept at the most, and how many short names of organizations.
const MOST_PROVIDERS: u64 = 10_000;
const MOST_ORGANIZATIONS: u64 = 10_000;
/// For how long a short name need not be looked up again.
const ORGANIZATION_TIME: std::time::Duration = std::time::Duration::from_secs(60);
/// Keys older than this are fetched again, behind the answers.
const KEYS_FRESH: TimeDelta = TimeDelta::minutes(10);
/// A configuration older than this is fetched again when it is wanted.
const CONFIGURATION_FRESH: TimeDelta = TimeDelta::hours(1);
/// How long nobody is asked again after somebody was asked: with something at hand, and with nothing.
const REST: TimeDelta = TimeDelta::minutes(1);
const REST_WITHOUT: TimeDelta = TimeDelta::seconds(5);

/// Whose documents.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Source {
    /// The tenant that believes it.
    pub tenant_id: Uuid,
    /// The issuer.
    pub issuer: String,
    /// Where its keys are, when its configuration is not asked.
    pub key_set_url: Option<String>,
}

/// What identity providers publish. Clones share what is kept.
#[derive(Clone)]
pub struct Federation(Arc<Shared>);

struct Shared {
    outside: Outside,
    public_url: Option<String>,
    providers: Cache<Source, Arc<Published>>,
    organizations: Cache<String, Uuid>,
}

#[derive(Default)]
struct Published {
    configuration: Kept<Configuration>,
    keys: Kept<KeySet>,
}

impl Federation {
    /// Nothing is fetched yet. `public_url` is the beginning of every address of this server, as browsers know it; without
    /// it, nobody is sent to a provider.
    pub fn new(reach: Reach, public_url: Option<String>) -> Self {
        Self(Arc::new(Shared {
            outside: Outside::new(reach),
            public_url,
            providers: Cache::new(MOST_PROVIDERS),
            organizations: Cache::builder()
                .max_capacity(MOST_ORGANIZATIONS)
                .time_to_live(ORGANIZATION_TIME)
                .build(),
        }))
    }

    /// What may be called.
    pub fn outside(&self) -> &Outside {
        &self.0.outside
    }

    /// The beginning of every address of this server, as browsers know it.
    pub fn public_url(&self) -> Option<&str> {
        self.0.public_url.as_deref()
    }

    /// The tenants that were looked up by their short name a moment ago. Whether a tenant is active, nobody reads here.
    pub(in crate::kernel) fn organizations(&self) -> &Cache<String, Uuid> {
        &self.0.organizations
    }

    fn published(&self, source: &Source) -> Arc<Published> {
        self.0.providers.get_with_by_ref(source, Arc::default)
    }

    /// The keys by which a token is checked, without waiting: `None` when somebody has to be asked first, see
    /// [`keys`](Self::keys). A set that is a day old is none.
    pub fn keys_at_hand(
        &self,
        source: &Source,
        key_id: Option<&str>,
        now: DateTime<Utc>,
    ) -> Option<Arc<KeySet>> {
        let published = self.published(source);
        let held = published.keys.at_hand(now)?;
        if held.value.has(key_id) {
            if now - held.fetched_at > KEYS_FRESH && published.keys.may_ask(now, REST) {
                let (federation, source) = (self.clone(), source.clone());
                tokio::spawn(async move { federation.renew_keys(&source, now, REST).await });
            }
            return Some(held.value);
        }
        // A key that is not in the set may be new, or made up: whoever makes them up waits like everybody else.
        (!published.keys.may_ask(now, REST)).then_some(held.value)
    }

    /// The keys by which a token is checked; the provider is asked when the one that is wanted is not at hand, at most once
    /// a minute, and by one caller for all. While it does not answer, the set before it is good for a day.
    ///
    /// # Errors
    ///
    /// `UNAVAILABLE` when there is none.
    pub async fn keys(
        &self,
        source: &Source,
        key_id: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Arc<KeySet>> {
        if let Some(keys) = self.keys_at_hand(source, key_id, now) {
            return Ok(keys);
        }
        let published = self.published(source);
        let rest = if published.keys.at_hand(now).is_some() { REST } else { REST_WITHOUT };
        self.renew_keys(source, now, rest).await;
        published.keys.at_hand(now).map(|held| held.value).ok_or(Error::Unavailable)
    }

    async fn renew_keys(&self, source: &Source, now: DateTime<Utc>, rest: TimeDelta) {
        let published = self.published(source);
        let fetch = async {
            let url = match &source.key_set_url {
                Some(url) => url.clone(),
                None => self.configuration(source, now).await?.key_set_url.clone(),
            };
            let body = self.outside().get("keys", &url).await?;
            KeySet::read(&body).ok().filter(|keys| !keys.is_empty()).ok_or(Error::Unavailable)
        };
        published.keys.renew(now, rest, fetch).await;
    }

    /// What the provider says of itself. While it does not answer, what it said before is good for a day.
    ///
    /// # Errors
    ///
    /// `UNAVAILABLE` when it never said anything that can be used.
    pub async fn configuration(&self, source: &Source, now: DateTime<Utc>) -> Result<Arc<Configuration>> {
        let published = self.published(source);
        let held = published.configuration.at_hand(now);
        let rest = if held.is_some() { REST } else { REST_WITHOUT };
        if held.is_none_or(|held| now - held.fetched_at > CONFIGURATION_FRESH) {
            let fetch = async {
                let body = self.outside().get("configuration", &Configuration::url(&source.issuer)).await?;
                Configuration::read(&body, &source.issuer, self.outside())
            };
            published.configuration.renew(now, rest, fetch).await;
        }
        published.configuration.at_hand(now).map(|held| held.value).ok_or(Error::Unavailable)
    }
}

impl fmt::Debug for Federation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Federation").field("public_url", &self.0.public_url).finish_non_exhaustive()
    }
}
