//! Every sealed value opens, under its person's key and at its place alone; so none is plaintext.

use entity::{Classification, DataClass, catalog, table::TableDescription};
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};
use uuid::Uuid;

use super::{BATCH, Failure, Report, Tally, Tenant, begin, person_keys::PersonKeys};
use crate::kernel::crypto::{CryptoError, Place};

/// A table with sealed columns.
struct Table {
    /// As it is named in the associated data.
    name: String,
    columns: Vec<(String, DataClass)>,
    /// One page: the row's id, its person's id, and the columns.
    page: String,
}

pub(super) async fn check(
    connection: &mut PgConnection,
    tenants: &[Tenant],
    report: &mut Report,
) -> Result<(), Failure> {
    let mut tally = Tally::default();
    for description in catalog::tables() {
        match Table::of(&description) {
            None => {}
            Some(Ok(table)) => {
                for tenant in tenants {
                    table.check(connection, tenant, &mut tally).await?;
                }
            }
            Some(Err(problem)) => tally.count(Some(problem)),
        }
    }
    report.line("sealed values", format_args!("{} values", tally.counted), tally.first_broken)
}

impl Table {
    /// The table, when it has sealed columns; or why nobody can tell whose keys open them.
    fn of(description: &TableDescription) -> Option<Result<Self, String>> {
        let columns: Vec<(String, DataClass)> = description
            .columns
            .iter()
            .filter_map(|column| match column.classification {
                Classification::Sealed(floor) => Some((column.name.clone(), floor)),
                Classification::Operational | Classification::Gate(_) => None,
            })
            .collect();
        if columns.is_empty() {
            return None;
        }
        let name = match description.schema {
            "public" => description.name.clone(),
            schema => format!("{schema}.{}", description.name),
        };
        let Some(person) = person(description) else {
            return Some(Err(format!("{name}: this version does not know whose keys seal its rows")));
        };
        let read: String = columns.iter().map(|(column, _)| format!(", t.{column}::bytea")).collect();
        let page = format!(
            "select t.id, {person}{read} from {name} t where t.tenant_id = $1 and t.id > $2 order by t.id limit $3"
        );
        Some(Ok(Self { name, columns, page }))
    }

    async fn check(
        &self,
        connection: &mut PgConnection,
        tenant: &Tenant,
        tally: &mut Tally,
    ) -> Result<(), Failure> {
        let mut after = Uuid::nil();
        loop {
            let mut transaction = connection.begin_with(begin(tenant.id)).await?;
            let rows = sqlx::query(AssertSqlSafe(self.page.clone()))
                .bind(tenant.id)
                .bind(after)
                .bind(BATCH)
                .persistent(false)
                .fetch_all(&mut *transaction)
                .await?;
            let Some(last) = rows.last() else { return Ok(transaction.commit().await?) };
            after = last.try_get(0)?;
            let people =
                rows.iter().map(|row| row.try_get::<Option<Uuid>, _>(1)).collect::<Result<Vec<_>, _>>()?;
            let named: Vec<Uuid> = people.iter().flatten().copied().collect();
            let keys = PersonKeys::of(&mut transaction, &tenant.keys, &named).await?;
            transaction.commit().await?;
            for (row, person_id) in rows.iter().zip(people) {
                let row_id: Uuid = row.try_get(0)?;
                for (position, (column, floor)) in self.columns.iter().enumerate() {
                    let Some(sealed) = row.try_get::<Option<Vec<u8>>, _>(2 + position)? else { continue };
                    let place = Place { tenant_id: tenant.id, table: &self.name, column, row_id };
                    let problem = match person_id {
                        Some(person_id) => {
                            keys.open(person_id, *floor, &place, &sealed).err().map(|error| said(&error))
                        }
                        None => Some("nobody knows whose it is".to_owned()),
                    };
                    tally.count(problem.map(|problem| {
                        format!("tenant {}, {}.{column} of row {row_id}: {problem}", tenant.slug, self.name)
                    }));
                }
            }
        }
    }
}

fn said(error: &CryptoError) -> String {
    match error {
        CryptoError::Malformed => "what stands there is not sealed".to_owned(),
        other => other.to_string(),
    }
}

/// SQL of the person whose keys seal the rows of a table `t`.
fn person(description: &TableDescription) -> Option<&'static str> {
    let has = |name| description.columns.iter().any(|column| column.name == name);
    if (description.schema, description.name.as_str()) == ("phi", "persons") {
        Some("t.id")
    } else if has("patient_id") {
        Some("(select p.person_id from patients p where p.tenant_id = t.tenant_id and p.id = t.patient_id)")
    } else if has("person_id") {
        Some("t.person_id")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_with_sealed_columns_has_somebody_whose_keys_open_them() {
        let tables: Vec<Table> = catalog::tables()
            .iter()
            .filter_map(Table::of)
            .map(|table| table.unwrap_or_else(|problem| panic!("{problem}")))
            .collect();
        let names: Vec<&str> = tables.iter().map(|table| table.name.as_str()).collect();
        for known in ["phi.persons", "consents", "disclosures"] {
            assert!(names.contains(&known), "{known} is checked: {names:?}");
        }
    }
}
