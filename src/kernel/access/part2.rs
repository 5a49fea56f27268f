//! Whose records are those of a Part 2 program (42 CFR 2.11).

use entity::{Id, tenancy::location};
use sea_orm::{DbBackend, Statement, Value};

use crate::kernel::{error::Result, session::Core, write::Write};

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

/// Locks the tenant's own organization, for those who enter a patient: what is a Part 2 unit does not change until they have
/// committed.
const HOLD: &str = "select id from organizations where tenant_id = $1 and id = $1 for share";
/// The same for whoever changes it: all who enter a patient have committed, or wait.
const CHANGE: &str = "select id from organizations where tenant_id = $1 and id = $1 for no key update";

/// Everybody served by a Part 2 program or unit, or beneath one, and their consents. The way of [`SQL`], gone downwards.
const RELABEL: &str = "\
with recursive house as (
    select o.id from organizations o where o.tenant_id = $1 and o.is_part2_program
    union
    select o.id from house join organizations o on o.tenant_id = $1 and o.parent_organization_id = house.id
), flagged as (
    select l.id from locations l where l.tenant_id = $1 and l.part2_unit
    union
    select l.id from house join locations l on l.tenant_id = $1 and l.organization_id = house.id
), place as (
    select id from flagged
    union
    select l.id from place join locations l on l.tenant_id = $1 and l.parent_location_id = place.id
), served as (
    select p.id from place join patients p on p.tenant_id = $1 and p.location_id = place.id
    union
    select p.id from patients p where p.tenant_id = $1 and exists (select from house where id = $1)
), labelled as (
    update patients p set data_class = 'SUD', consent_epoch = p.consent_epoch + 1
    from served where p.tenant_id = $1 and p.id = served.id and p.data_class <> 'SUD'
    returning p.id
)
update consents c set data_class = 'SUD'
from labelled where c.tenant_id = $1 and c.patient_id = labelled.id and c.data_class <> 'SUD'";

impl Write {
    /// Keeps the flags of Part 2 programs and units as they are until this transaction ends: whoever is entered meanwhile gets
    /// the label that they ask for. Read them afterwards.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn hold_part2_flags(&self) -> Result<()> {
        self.tenant_statement(HOLD).await
    }

    /// Waits until nobody who enters a patient relies on the flags of Part 2 programs and units, and keeps others from it
    /// until this transaction ends. Call it before any of them changes.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn change_part2_flags(&self) -> Result<()> {
        self.tenant_statement(CHANGE).await
    }

    /// Labels everybody who is served by a Part 2 program or unit as a patient of one, with their consents, and moves their
    /// consent epochs. Labels become stricter alone.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn relabel_part2(&self) -> Result<()> {
        self.tenant_statement(RELABEL).await
    }

    async fn tenant_statement(&self, sql: &'static str) -> Result<()> {
        let values = [Value::from(self.tenant_id())];
        self.execute(Statement::from_sql_and_values(DbBackend::Postgres, sql, values)).await?;
        Ok(())
    }
}
