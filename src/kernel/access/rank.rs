//! Who stands above whom: nobody does to those above them what would make them one of these.

use entity::{Id, identity::user};
use sea_orm::{Statement, Value};

use crate::kernel::{error::Result, session::Core};

impl Core {
    /// The highest rank of a user's roles; 0 without any. `holding` leaves those out that ended: right for whoever acts, not
    /// for whom it is done to.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn rank_of(&self, user: Id<user::Entity>, holding: bool) -> Result<i16> {
        let sql = "select coalesce(max(r.rank), 0::smallint) as rank
            from role_assignments a
            join roles r on r.tenant_id = $1 and r.id = a.role_id and r.deleted_at is null
            where a.tenant_id = $1 and a.user_id = $2 and a.deleted_at is null
                and (not $3 or a.expires_at is null or a.expires_at > $4)";
        let values =
            [Value::from(self.tenant_id()), Value::from(user), Value::from(holding), Value::from(self.now())];
        let rows =
            self.query(Statement::from_sql_and_values(sea_orm::DbBackend::Postgres, sql, values)).await?;
        Ok(rows.first().map(|row| row.try_get("", "rank")).transpose()?.unwrap_or_default())
    }
}
