//! The key-encryption key, and whether it is the one that the database was encrypted under.

use std::{path::PathBuf, sync::Arc};

use entity::tenancy::tenant::PLATFORM;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use uuid::Uuid;

use super::Failure;
use crate::{
    config::{Config, KeySource},
    kernel::crypto::{CryptoError, KeyProvider, LocalKeyProvider, RootKeyOwner},
};

/// The key-encryption key, or the place of the file that the first run makes.
pub(super) enum Key {
    /// At hand; the text says where it came from.
    Known(Arc<dyn KeyProvider>, String),
    /// There is no such file yet.
    Unmade(PathBuf),
}

impl Key {
    /// Reads the key where there is one, so that a wrong one is noticed before anything is started.
    pub(super) fn find(config: &Config) -> Result<Self, Failure> {
        match config.key_source()? {
            KeySource::Given(key) => {
                Ok(Self::Known(Arc::new(LocalKeyProvider::from_base64(&key)?), "ENCRYPTION_KEY".to_owned()))
            }
            KeySource::File(path) if path.exists() => Self::read(&path),
            KeySource::File(path) => Ok(Self::Unmade(path)),
        }
    }

    fn read(path: &std::path::Path) -> Result<Self, Failure> {
        let provider = LocalKeyProvider::from_file_or_create(path)?;
        Ok(Self::Known(Arc::new(provider), format!("the key file {}", path.display())))
    }

    /// The provider, once the database is there: a new key is made only for a database that nothing was encrypted in.
    pub(super) async fn provider(
        self,
        connection: &mut PgConnection,
    ) -> Result<Arc<dyn KeyProvider>, Failure> {
        let sealed = oldest_root(connection).await?;
        let known = match (self, &sealed) {
            (Self::Unmade(path), Some(_)) => {
                return Err(Failure::refused(format_args!(
                    "the key file {} is missing, but the database holds what was encrypted under it: restore the file, \
                     or set ENCRYPTION_KEY to its content; to begin anew, remove the directory that the log names as the cluster's",
                    path.display()
                )));
            }
            (Self::Unmade(path), None) => Self::read(&path)?,
            (known, _) => known,
        };
        let Self::Known(provider, origin) = known else {
            return Err(Failure::broken("a key file was just made and is not there"));
        };
        if let Some(root) = sealed {
            check(provider.as_ref(), &origin, root).await?;
        }
        Ok(provider)
    }
}

/// A root key as it is stored.
struct Stored {
    owner: RootKeyOwner,
    wrapped: Vec<u8>,
}

/// The root key of the reserved tenant, which the first server made, or else that of the oldest tenant.
async fn oldest_root(connection: &mut PgConnection) -> Result<Option<Stored>, Failure> {
    let mut transaction = connection.begin().await?;
    let tenants: Vec<Uuid> =
        sqlx::query_scalar("select id from tenants order by id <> $1, created_at, id limit 2")
            .bind(PLATFORM)
            .persistent(false)
            .fetch_all(&mut *transaction)
            .await?;
    transaction.commit().await?;
    for tenant_id in tenants {
        let begin = format!("begin read only; set local app.tenant_id = '{tenant_id}'");
        let mut transaction = connection.begin_with(AssertSqlSafe(begin)).await?;
        let root: Option<(i32, Vec<u8>)> = sqlx::query_as(
            "select key_version, wrapped from encryption_keys where tenant_id = $1 and purpose = 'ROOT'
            order by key_version desc limit 1",
        )
        .bind(tenant_id)
        .persistent(false)
        .fetch_optional(&mut *transaction)
        .await?;
        transaction.commit().await?;
        if let Some((version, wrapped)) = root {
            let owner = RootKeyOwner { tenant_id, version: u32::try_from(version).unwrap_or_default() };
            return Ok(Some(Stored { owner, wrapped }));
        }
    }
    Ok(None)
}

/// Unwraps one root key: with the wrong key every request would fail, and new tenants would be written under it.
async fn check(provider: &dyn KeyProvider, origin: &str, root: Stored) -> Result<(), Failure> {
    match provider.unwrap_root(root.owner, &root.wrapped).await {
        Ok(_) => Ok(()),
        Err(CryptoError::WrongKey) => Err(Failure::refused(format_args!(
            "{origin} is not the key that this database was encrypted under: restore that one; nothing was changed"
        ))),
        Err(error) => Err(Failure::refused(format_args!(
            "the root key of a tenant does not unwrap ({error}): `consentry verify` names every one"
        ))),
    }
}
