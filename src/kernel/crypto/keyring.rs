//! The cache that keeps the key provider off the request path.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use moka::future::Cache;
use moka::ops::compute::Op;
use uuid::Uuid;

use super::CryptoError;
use super::provider::{KeyProvider, RootKey, RootKeyOwner, RootKeyState, WrappedRoot};
use super::tenant_keys::TenantKeys;

/// How much is kept, how long, and how long the provider may take.
#[derive(Clone, Copy, Debug)]
struct Limits {
    time_to_live: Duration,
    tenants: u64,
    provider_deadline: Duration,
}

const LIMITS: Limits = Limits {
    time_to_live: Duration::from_secs(10 * 60),
    tenants: 10_000,
    provider_deadline: Duration::from_secs(3),
};

/// Tenants' keys, each for ten minutes after it was loaded, of at most 10,000 tenants.
///
/// However many requests need a tenant's keys at once, the provider is asked once. Cheap to share behind an
/// `Arc`.
pub struct Keyring {
    provider: Arc<dyn KeyProvider>,
    tenants: Cache<Uuid, Arc<TenantKeys>>,
    provider_deadline: Duration,
}

impl Keyring {
    /// An empty cache in front of `provider`.
    #[must_use]
    pub fn new(provider: Arc<dyn KeyProvider>) -> Self {
        Self::with_limits(provider, LIMITS)
    }

    fn with_limits(provider: Arc<dyn KeyProvider>, limits: Limits) -> Self {
        let tenants = Cache::builder().max_capacity(limits.tenants).time_to_live(limits.time_to_live).build();
        Self { provider, tenants, provider_deadline: limits.provider_deadline }
    }

    /// The tenant's keys, if they were loaded in the last ten minutes. When not: select the tenant's root
    /// keys and [`Keyring::load`] them. Never asks the provider.
    ///
    /// Keys that met something of a root key that they lack are held back once: loading replaces them when that root key
    /// is stored, keeps them without asking the provider when it is not, and a provider that is down fails one request.
    pub async fn get(&self, tenant_id: Uuid) -> Option<Arc<TenantKeys>> {
        self.tenants.get(&tenant_id).await.filter(|keys| !keys.missed_a_version())
    }

    /// Unwraps the tenant's stored root keys, or returns what is cached when that includes them all. Calls
    /// for one tenant that come at once share one unwrapping, and its failure. A failure keeps what is
    /// cached.
    ///
    /// # Errors
    ///
    /// [`CryptoError::ProviderUnavailable`], retryable, also when the provider takes longer than 3 seconds a
    /// key; [`CryptoError::WrongKey`], [`CryptoError::NotAuthentic`] or [`CryptoError::Malformed`] when a
    /// root key does not unwrap; [`CryptoError::UnknownKeyVersion`] when none is active. A missing key is
    /// never replaced by a new one.
    pub async fn load(
        &self,
        tenant_id: Uuid,
        stored: Vec<WrappedRoot>,
    ) -> Result<Arc<TenantKeys>, CryptoError> {
        let cached = self
            .tenants
            .try_get_with(tenant_id, self.unwrap_roots(tenant_id, &stored))
            .await
            .map_err(|error| CryptoError::clone(&error))?;
        if cached.covers(&stored) {
            return Ok(cached);
        }
        // A rotation made the cached keys stale. They are replaced only by keys that did unwrap, so that a
        // provider that is down takes nothing away.
        let replaced = self
            .tenants
            .entry(tenant_id)
            .and_try_compute_with(async |entry| match entry {
                Some(entry) if entry.value().covers(&stored) => Ok(Op::Nop),
                _ => self.unwrap_roots(tenant_id, &stored).await.map(Op::Put),
            })
            .await?;
        replaced.into_entry().map(|entry| entry.into_value()).ok_or(CryptoError::UnknownKeyVersion)
    }

    /// Makes a new root key for a tenant and wraps it. Nothing is cached: store the result, then
    /// [`Keyring::load`] it.
    ///
    /// # Errors
    ///
    /// [`CryptoError::ProviderUnavailable`]; [`CryptoError::RandomUnavailable`].
    pub async fn create_root(&self, tenant_id: Uuid, version: u32) -> Result<WrappedRoot, CryptoError> {
        let root = RootKey::generate()?;
        let wrapped =
            self.in_time(self.provider.wrap_root(RootKeyOwner { tenant_id, version }, &root)).await?;
        Ok(WrappedRoot { version, wrapped, state: RootKeyState::Active })
    }

    /// Drops a tenant's keys from the cache, when a root key was withdrawn or the tenant closed.
    pub async fn forget(&self, tenant_id: Uuid) {
        self.tenants.invalidate(&tenant_id).await;
        self.tenants.run_pending_tasks().await;
    }

    /// Clears keys whose time is over; [`Keyring::get`] stops giving them out without it. The cache tidies up
    /// when it is used, and memory is reclaimed a round later than the entry goes: an idle process must do it
    /// on a timer, once a minute or so.
    pub async fn clear_expired(&self) {
        self.tenants.run_pending_tasks().await;
    }

    async fn unwrap_roots(
        &self,
        tenant_id: Uuid,
        stored: &[WrappedRoot],
    ) -> Result<Arc<TenantKeys>, CryptoError> {
        let mut roots = Vec::with_capacity(stored.len());
        for root in stored {
            let owner = RootKeyOwner { tenant_id, version: root.version };
            let key = self.in_time(self.provider.unwrap_root(owner, &root.wrapped)).await?;
            roots.push((root.version, root.state, key));
        }
        TenantKeys::new(tenant_id, &roots).map(Arc::new)
    }

    async fn in_time<T>(
        &self,
        answer: impl Future<Output = Result<T, CryptoError>>,
    ) -> Result<T, CryptoError> {
        tokio::time::timeout(self.provider_deadline, answer)
            .await
            .unwrap_or(Err(CryptoError::ProviderUnavailable))
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Keyring")
            .field("provider", &self.provider.key_id())
            .field("tenants", &self.tenants.entry_count())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::super::LocalKeyProvider;
    use super::super::provider::{KeyId, ProviderFuture};
    use super::super::tenant_keys::DerivedPurpose;
    use super::*;
    use secrecy::SecretString;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};

    const TENANT: Uuid = Uuid::from_u128(1);
    const SHORT: Duration = Duration::from_millis(60);

    /// A provider far away: slow, countable, and able to fall silent.
    #[derive(Debug)]
    struct Remote {
        local: LocalKeyProvider,
        down: AtomicBool,
        hangs: AtomicBool,
        asked: AtomicUsize,
    }

    impl KeyProvider for Remote {
        fn key_id(&self) -> KeyId {
            self.local.key_id()
        }

        fn wrap_root<'a>(&'a self, owner: RootKeyOwner, root: &'a RootKey) -> ProviderFuture<'a, Vec<u8>> {
            Box::pin(async move {
                self.answer().await?;
                self.local.wrap_root(owner, root).await
            })
        }

        fn unwrap_root<'a>(&'a self, owner: RootKeyOwner, wrapped: &'a [u8]) -> ProviderFuture<'a, RootKey> {
            Box::pin(async move {
                self.answer().await?;
                self.local.unwrap_root(owner, wrapped).await
            })
        }
    }

    impl Remote {
        fn new() -> Arc<Self> {
            let key = SecretString::from("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
            let local = LocalKeyProvider::from_base64(&key).expect("a key");
            Arc::new(Self { local, down: false.into(), hangs: false.into(), asked: 0.into() })
        }

        async fn answer(&self) -> Result<(), CryptoError> {
            self.asked.fetch_add(1, SeqCst);
            tokio::time::sleep(Duration::from_millis(10)).await;
            if self.hangs.load(SeqCst) {
                std::future::pending::<()>().await;
            }
            if self.down.load(SeqCst) { Err(CryptoError::ProviderUnavailable) } else { Ok(()) }
        }

        fn asked(&self) -> usize {
            self.asked.swap(0, SeqCst)
        }
    }

    #[tokio::test]
    async fn a_root_key_is_created_loaded_and_cached() {
        let remote = Remote::new();
        let keyring = Keyring::new(remote.clone());
        let stored = keyring.create_root(TENANT, 1).await.expect("created");
        assert!(keyring.get(TENANT).await.is_none());
        let keys = keyring.load(TENANT, vec![stored.clone()]).await.expect("loaded");
        remote.asked();
        assert!(Arc::ptr_eq(&keys, &keyring.get(TENANT).await.expect("cached")));
        assert!(Arc::ptr_eq(&keys, &keyring.load(TENANT, vec![stored]).await.expect("cached")));
        assert_eq!(remote.asked(), 0);
    }

    #[tokio::test]
    async fn a_root_key_that_another_server_made_is_loaded_when_its_work_is_met() {
        let remote = Remote::new();
        let keyring = Keyring::new(remote.clone());
        let first = keyring.create_root(TENANT, 1).await.expect("created");
        let keys = keyring.load(TENANT, vec![first.clone()]).await.expect("loaded");
        let stored = vec![first, keyring.create_root(TENANT, 2).await.expect("created")];
        assert!(keyring.get(TENANT).await.is_some());

        assert!(keys.mac_at(2, DerivedPurpose::AuditMac, b"").is_err());

        assert!(keyring.get(TENANT).await.is_none());
        let rotated = keyring.load(TENANT, stored.clone()).await.expect("loaded");
        assert_eq!(rotated.current_version(), 2);
        assert!(Arc::ptr_eq(&rotated, &keyring.get(TENANT).await.expect("cached")));

        remote.asked();
        assert!(
            rotated.mac_at(9, DerivedPurpose::AuditMac, b"").is_err(),
            "a version that is stored nowhere"
        );
        assert!(keyring.get(TENANT).await.is_none());
        let same = keyring.load(TENANT, stored).await.expect("loaded");
        assert!(Arc::ptr_eq(&rotated, &same) && keyring.get(TENANT).await.is_some());
        assert_eq!(remote.asked(), 0);
    }

    #[tokio::test]
    async fn requests_that_come_at_once_share_one_unwrapping_and_one_failure() {
        let remote = Remote::new();
        let keyring = Arc::new(Keyring::new(remote.clone()));
        let stored = vec![keyring.create_root(TENANT, 1).await.expect("created")];
        for down in [true, false] {
            remote.down.store(down, SeqCst);
            remote.asked();
            let tasks: Vec<_> = (0..100)
                .map(|_| {
                    let (keyring, stored) = (keyring.clone(), stored.clone());
                    tokio::spawn(async move { keyring.load(TENANT, stored).await.is_ok() })
                })
                .collect();
            for task in tasks {
                assert_eq!(task.await.expect("no panic"), !down);
            }
            assert_eq!(remote.asked(), 1);
        }
    }

    #[tokio::test]
    async fn a_request_that_is_given_up_does_not_take_the_others_with_it() {
        let remote = Remote::new();
        let keyring = Arc::new(Keyring::new(remote.clone()));
        let stored = vec![keyring.create_root(TENANT, 1).await.expect("created")];
        let first = tokio::spawn({
            let (keyring, stored) = (keyring.clone(), stored.clone());
            async move { keyring.load(TENANT, stored).await.is_ok() }
        });
        let second = tokio::spawn({
            let (keyring, stored) = (keyring.clone(), stored.clone());
            async move { keyring.load(TENANT, stored).await.is_ok() }
        });
        tokio::time::sleep(Duration::from_millis(2)).await;
        first.abort();
        assert!(second.await.expect("no panic"));
    }

    #[tokio::test]
    async fn while_the_provider_is_down_cached_tenants_go_on_and_others_get_a_retryable_error() {
        let remote = Remote::new();
        let keyring = Keyring::new(remote.clone());
        let known = keyring.create_root(TENANT, 1).await.expect("created");
        let rotated = keyring.create_root(TENANT, 2).await.expect("created");
        let other = Uuid::from_u128(2);
        let unknown = keyring.create_root(other, 1).await.expect("created");
        keyring.load(TENANT, vec![known.clone()]).await.expect("loaded");
        remote.down.store(true, SeqCst);
        assert!(keyring.get(TENANT).await.is_some());
        assert!(keyring.load(TENANT, vec![known.clone()]).await.is_ok());
        let refused = keyring.load(other, vec![unknown.clone()]).await.expect_err("down");
        assert_eq!(refused, CryptoError::ProviderUnavailable);
        assert!(refused.is_retryable());
        assert_eq!(keyring.create_root(other, 2).await.expect_err("down"), CryptoError::ProviderUnavailable);
        // A rotation that cannot be followed yet must not cost the keys that are there.
        assert!(keyring.load(TENANT, vec![known, rotated]).await.is_err());
        assert!(keyring.get(TENANT).await.is_some());
        remote.down.store(false, SeqCst);
        assert!(keyring.load(other, vec![unknown]).await.is_ok());
    }

    #[tokio::test]
    async fn a_provider_that_never_answers_counts_as_down() {
        let remote = Remote::new();
        let limits = Limits { provider_deadline: SHORT, ..LIMITS };
        let stored = Keyring::new(remote.clone()).create_root(TENANT, 1).await.expect("created");
        remote.hangs.store(true, SeqCst);
        let keyring = Keyring::with_limits(remote, limits);
        let refused = keyring.load(TENANT, vec![stored]).await.expect_err("hangs");
        assert_eq!(refused, CryptoError::ProviderUnavailable);
    }

    #[tokio::test]
    async fn a_rotation_is_followed_at_once_and_an_older_snapshot_does_not_undo_it() {
        let remote = Remote::new();
        let keyring = Keyring::new(remote.clone());
        let first = keyring.create_root(TENANT, 1).await.expect("created");
        let second = keyring.create_root(TENANT, 2).await.expect("created");
        let before = keyring.load(TENANT, vec![first.clone()]).await.expect("loaded");
        let retired = WrappedRoot { state: RootKeyState::Retired, ..first.clone() };
        let after = keyring.load(TENANT, vec![retired, second]).await.expect("loaded");
        assert_eq!((before.current_version(), after.current_version()), (1, 2));
        assert_eq!(keyring.load(TENANT, vec![first]).await.expect("loaded").current_version(), 2);
        assert_eq!(keyring.get(TENANT).await.expect("cached").current_version(), 2);
    }

    #[tokio::test]
    async fn root_keys_of_another_tenant_or_of_nobody_do_not_load() {
        let keyring = Keyring::new(Remote::new());
        let stored = keyring.create_root(TENANT, 1).await.expect("created");
        let other = Uuid::from_u128(2);
        let refused = keyring.load(other, vec![stored]).await.expect_err("refused");
        assert_eq!(refused, CryptoError::NotAuthentic);
        let refused = keyring.load(other, vec![]).await.expect_err("refused");
        assert_eq!(refused, CryptoError::UnknownKeyVersion);
        assert!(keyring.get(other).await.is_none());
    }

    #[tokio::test]
    async fn keys_leave_the_cache_and_the_memory_when_their_time_is_over() {
        let limits = Limits { time_to_live: SHORT, ..LIMITS };
        let keyring = Keyring::with_limits(Remote::new(), limits);
        let stored = keyring.create_root(TENANT, 1).await.expect("created");
        let kept = Arc::downgrade(&keyring.load(TENANT, vec![stored]).await.expect("loaded"));
        assert!(kept.upgrade().is_some());
        tokio::time::sleep(SHORT * 2).await;
        assert!(keyring.get(TENANT).await.is_none());
        // Memory is reclaimed by epochs, which other tests of this process can hold up for a moment.
        for _ in 0..1_000 {
            keyring.clear_expired().await;
            if kept.upgrade().is_none() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        panic!("the keys are still in memory");
    }

    #[tokio::test]
    async fn the_cache_is_bounded_and_forgets_on_demand() {
        let remote = Remote::new();
        let limits = Limits { tenants: 2, ..LIMITS };
        let keyring = Keyring::with_limits(remote.clone(), limits);
        for tenant in 1..=6 {
            let tenant_id = Uuid::from_u128(tenant);
            let stored = keyring.create_root(tenant_id, 1).await.expect("created");
            keyring.load(tenant_id, vec![stored]).await.expect("loaded");
            keyring.clear_expired().await;
            assert!(keyring.tenants.entry_count() <= 2);
        }
        for tenant in 1..=6 {
            keyring.forget(Uuid::from_u128(tenant)).await;
        }
        assert_eq!(keyring.tenants.entry_count(), 0);
    }

    #[tokio::test]
    async fn debug_output_names_the_key_encryption_key_and_shows_no_other() {
        let keyring = Keyring::new(Remote::new());
        let printed = format!("{keyring:?}");
        assert!(printed.contains("KeyId("), "{printed}");
        assert!(!printed.contains("AAECAw") && !printed.contains("0, 1, 2"), "{printed}");
    }
}
