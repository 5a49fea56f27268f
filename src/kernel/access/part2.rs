//! Whose records are those of a Part 2 program (42 CFR 2.11).

use entity::{Id, tenancy::location};
use sea_orm::{DbBackend, Statement, Value};

use crate::kernel::{error::Result, session::Core};

/// The location with all that it is part of, their organizations with all above them, and the tenant's own. `union`
/// drops what it has, so a circle ends; a parent that was deleted still says what it was.
const SQL: &str = "\
with recursive place as (
    select l.id, l.organization_id, l.parent_location_id, l.part2_unit
    from locations l where l.tenant_id = $1 and l.id = $2
    union
    select l.id, l.organization_id, l.parent_location_id, l.part2_unit
    from place join locations l on l.tenant_id = $1 and l.id = place.parent_location_id
), house as (
    select o.id, o.parent_organization_id, o.is_part2_program
    from (select $1 as id union select organization_id from place) nearest
    join organizations o on o.tenant_id = $1 and o.id = nearest.id
    union
    select o.id, o.parent_organization_id, o.is_part2_program
    from house join organizations o on o.tenant_id = $1 and o.id = house.parent_organization_id
)
select exists (select from place where part2_unit) or exists (select from house where is_part2_program) as part2";

impl Core {
    /// Whether whoever is served at this location, or nowhere in particular, is a patient of a Part 2 program or unit:
    /// the location, anything that it is part of, an organization above any of these, or the tenant itself is one.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn is_part2(&self, location: Option<Id<location::Entity>>) -> Result<bool> {
        let values = [Value::from(self.tenant_id()), Value::from(location.map(Id::uuid))];
        let rows = self.query(Statement::from_sql_and_values(DbBackend::Postgres, SQL, values)).await?;
        let row = rows
            .first()
            .ok_or_else(|| crate::kernel::error::Error::internal("a question without an answer"))?;
        Ok(row.try_get("", "part2")?)
    }
}
