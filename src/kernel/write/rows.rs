//! Rows of the tenant by any condition, for rules: reading, locking and changing several at once.

use entity::TenantTable;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, DbBackend, EntityTrait, FromQueryResult, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, sea_query::LockType,
};

use super::{Write, visible};
use crate::kernel::error::Result;

impl Write {
    /// Reads rows of the tenant by a condition, without the viewer's row scope: for rules, never for showing.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn find_all<E>(&self, condition: Condition) -> Result<Vec<E::Model>>
    where
        E: TenantTable,
        E::Model: FromQueryResult,
    {
        let select = visible::<E>(self.tenant_id()).filter(condition).order_by_asc(E::ID);
        let rows = self.query(select.build(DbBackend::Postgres)).await?;
        Ok(rows
            .iter()
            .map(|row| E::Model::from_query_result(row, ""))
            .collect::<std::result::Result<_, _>>()?)
    }

    /// As [`find`](Self::find), and locks the row until the end of the transaction: whatever is decided on it afterwards,
    /// nobody else decides at the same time.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn find_locked<E>(&self, condition: Condition) -> Result<Option<E::Model>>
    where
        E: TenantTable,
        E::Model: FromQueryResult,
    {
        let select = visible::<E>(self.tenant_id()).filter(condition).lock(LockType::NoKeyUpdate);
        self.one::<E>(select).await
    }

    /// As [`find_all`](Self::find_all), and locks the rows until the end of the transaction, always in the order of their ids.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn find_all_locked<E>(&self, condition: Condition) -> Result<Vec<E::Model>>
    where
        E: TenantTable,
        E::Model: FromQueryResult,
    {
        let select = visible::<E>(self.tenant_id()).filter(condition).order_by_asc(E::ID);
        let rows = self.query(select.lock(LockType::NoKeyUpdate).build(DbBackend::Postgres)).await?;
        Ok(rows
            .iter()
            .map(|row| E::Model::from_query_result(row, ""))
            .collect::<std::result::Result<_, _>>()?)
    }

    /// Changes every row of the tenant that meets the condition and is not deleted; returns how many.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn update_all<A>(&self, condition: Condition, change: A) -> Result<u64>
    where
        A: ActiveModelTrait<Entity: TenantTable> + Send,
    {
        let mut update = A::Entity::update_many()
            .set(change)
            .filter(<A::Entity as TenantTable>::TENANT_ID.eq(self.tenant_id()))
            .filter(condition);
        if let Some(deleted_at) = <A::Entity as TenantTable>::DELETED_AT {
            update = update.filter(deleted_at.is_null());
        }
        Ok(self.execute(update.build(DbBackend::Postgres)).await?.rows_affected())
    }
}
