//! Mutations that happen once for each key of a client.

use entity::{Id, platform::idempotency_key};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{Work, Write};
use crate::kernel::{
    crypto::DerivedPurpose,
    error::{Error, Result, UserErrorCode},
};

/// A key under which a mutation happens once.
#[derive(Clone)]
pub struct Idempotency {
    /// The client's key.
    pub key: String,
    /// The mutation.
    pub operation: &'static str,
    input: Zeroizing<String>,
}

impl Idempotency {
    /// Binds the client's key to the input it came with: the GraphQL value, canonically written.
    ///
    /// # Errors
    ///
    /// `VALIDATION_FAILED` when the key is empty or longer than 200 characters.
    pub fn new(key: String, operation: &'static str, input: &impl std::fmt::Display) -> Result<Self> {
        if key.is_empty() || key.chars().count() > 200 || key.chars().any(char::is_control) {
            return Err(Error::invalid(
                "idempotencyKey",
                "an idempotency key has 1 to 200 printable characters",
            ));
        }
        Ok(Self { key, operation, input: Zeroizing::new(input.to_string()) })
    }

    pub(super) async fn run<E>(
        &self,
        write: &Write,
        work: impl for<'w> FnOnce(&'w Write) -> Work<'w, Id<E>> + Send,
    ) -> Result<Id<E>> {
        self.erase_expired(write).await?;
        if let Some(earlier) = self.earlier(write).await? {
            return Ok(Id::new(earlier));
        }
        let id = work(write).await?;
        self.remember(write, id.uuid()).await?;
        Ok(id)
    }

    /// Erases all keys of the actor whose time is over, this one among them.
    async fn erase_expired(&self, write: &Write) -> Result<()> {
        use idempotency_key::Column;
        let expired = Condition::all()
            .add(Column::ActorId.eq(write.principal()?.user_id))
            .add(Column::ExpiresAt.lte(write.now()));
        write.erase::<idempotency_key::Entity>(expired).await
    }

    async fn earlier(&self, write: &Write) -> Result<Option<Uuid>> {
        use idempotency_key::Column;
        let condition = Condition::all()
            .add(Column::ActorId.eq(write.principal()?.user_id))
            .add(Column::Key.eq(self.key.as_str()));
        let Some(row) = write.find::<idempotency_key::Entity>(condition).await? else {
            return Ok(None);
        };
        // Root keys outlive a day, so any version that the tenant has may have made the code.
        if !write.keys().verify_mac(DerivedPurpose::RequestMac, &self.message(), &row.request_mac) {
            return Err(Error::refused(
                UserErrorCode::IdempotencyConflict,
                &["idempotencyKey"],
                "this idempotency key was used with other input; take a new one",
            ));
        }
        Ok(Some(row.result_id))
    }

    /// What the code is over: the input may hold a name and a birth date, so a digest without a key would tell them to
    /// whoever tries all of them.
    fn message(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new([self.operation.as_bytes(), b"\0", self.input.as_bytes()].concat())
    }

    async fn remember(&self, write: &Write, result_id: Uuid) -> Result<()> {
        write
            .insert(idempotency_key::ActiveModel {
                id: Set(write.new_id()),
                actor_id: Set(write.principal()?.user_id),
                key: Set(self.key.clone()),
                operation: Set(self.operation.to_owned()),
                request_mac: Set(write.keys().mac(DerivedPurpose::RequestMac, &self.message()).to_vec()),
                result_id: Set(result_id),
                expires_at: Set(write.now() + chrono::TimeDelta::hours(24)),
                ..Default::default()
            })
            .await
    }
}
