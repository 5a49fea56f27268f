//! Writing many rows at once: one array for each column, so that the statement is the same for any number of rows.

use chrono::{DateTime, Utc};
use entity::{Id, TenantTable};
use sea_orm::{
    ActiveModelTrait, ActiveValue, ColumnTrait, DbBackend, EntityName, EntityTrait, IdenStatic, Iterable,
    QueryFilter, QueryTrait, Value,
};
use sqlx::{Arguments, postgres::PgArguments};
use uuid::Uuid;

use super::Write;
use crate::kernel::{
    error::{Error, Result},
    load::any_of,
};

impl Write {
    /// Inserts any number of rows in one statement of arrays, of which there is one for each column. The tenant is that
    /// of the transaction. All rows have to set the same columns.
    ///
    /// # Errors
    ///
    /// Those of the database; `INTERNAL` when a row leaves out what the first one sets, or sets a column of a type that
    /// no array is made of.
    pub async fn insert_batch<A>(&self, rows: Vec<A>) -> Result<()>
    where
        A: ActiveModelTrait<Entity: TenantTable> + Send,
        <A::Entity as EntityTrait>::Column: Iterable,
    {
        let Some(first) = rows.first() else { return Ok(()) };
        let tenant = <A::Entity as TenantTable>::TENANT_ID;
        let tenant = tenant.as_str();
        let columns: Vec<_> = <A::Entity as EntityTrait>::Column::iter()
            .filter(|column| column.as_str() != tenant && is_set(&first.get(*column)))
            .collect();
        let mut arrays = vec![None; columns.len()];
        for mut row in rows {
            for (array, column) in arrays.iter_mut().zip(&columns) {
                let value = match row.take(*column) {
                    ActiveValue::Set(value) | ActiveValue::Unchanged(value) => value,
                    ActiveValue::NotSet => return Err(Error::internal("a row of a batch lacks a column")),
                };
                Array::push(array, value)?;
            }
        }
        let mut arguments = PgArguments::default();
        let bind = |outcome: std::result::Result<(), sqlx::error::BoxDynError>| {
            outcome.map_err(|_| Error::internal("a batch cannot be sent"))
        };
        bind(arguments.add(self.tenant_id()))?;
        let (mut names, mut taken, mut unnested) = (Vec::new(), Vec::new(), Vec::new());
        for (position, (column, array)) in columns.iter().zip(arrays).enumerate() {
            let name = column.as_str();
            let array = array.ok_or_else(|| Error::internal("a batch without rows"))?;
            names.push(name);
            taken.push(match array {
                Array::Texts(_) => format!("string_to_array(r.{name}, ',')"),
                _ => format!("r.{name}"),
            });
            unnested.push(format!("${}::{}[]", position + 2, array.element()));
            bind(array.bind(&mut arguments))?;
        }
        let entity = A::Entity::default();
        let schema = entity.schema_name().unwrap_or("public");
        let sql = format!(
            "insert into {schema}.{} ({tenant}, {names}) select $1, {} from unnest({}) as r ({names})",
            entity.table_name(),
            taken.join(", "),
            unnested.join(", "),
            names = names.join(", "),
        );
        self.execute_with(sql, arguments).await
    }

    /// Makes the same change to all these rows; the trigger stamps version, time and actor of each.
    ///
    /// # Errors
    ///
    /// Those of the database; `INTERNAL` when one of them is not there.
    pub async fn update_batch<A>(&self, ids: &[Id<A::Entity>], change: A) -> Result<()>
    where
        A: ActiveModelTrait<Entity: TenantTable> + Send,
    {
        if ids.is_empty() {
            return Ok(());
        }
        let update = A::Entity::update_many()
            .set(change)
            .filter(<A::Entity as TenantTable>::TENANT_ID.eq(self.tenant_id()))
            .filter(any_of(<A::Entity as TenantTable>::ID, ids.iter().map(|id| id.uuid()).collect()));
        let changed = self.execute(update.build(DbBackend::Postgres)).await?.rows_affected();
        if changed == ids.len() as u64 { Ok(()) } else { Err(Error::internal("a row of a batch is gone")) }
    }

    /// Which of these ids there are in the table.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn known<E: TenantTable>(&self, ids: Vec<Uuid>) -> Result<Vec<Uuid>> {
        use sea_orm::QuerySelect;
        let select = super::visible::<E>(self.tenant_id()).filter(any_of(E::ID, ids));
        let rows = self.query(select.select_only().column_as(E::ID, "id").build(DbBackend::Postgres)).await?;
        rows.iter().map(|row| Ok(row.try_get("", "id")?)).collect()
    }
}

fn is_set(value: &ActiveValue<Value>) -> bool {
    !matches!(value, ActiveValue::NotSet)
}

/// The values of one column, in the order of the rows.
#[derive(Clone)]
enum Array {
    Ids(Vec<Option<Uuid>>),
    Text(Vec<Option<String>>),
    /// Lists of text without commas, joined: PostgreSQL has no arrays of arrays of different lengths.
    Texts(Vec<Option<String>>),
    Bytes(Vec<Option<Vec<u8>>>),
    Moments(Vec<Option<DateTime<Utc>>>),
    Truths(Vec<Option<bool>>),
    Integers(Vec<Option<i32>>),
    LongIntegers(Vec<Option<i64>>),
}

impl Array {
    fn push(array: &mut Option<Self>, value: Value) -> Result<()> {
        macro_rules! push {
            ($kind:ident, $value:expr) => {
                match array.get_or_insert_with(|| Self::$kind(Vec::new())) {
                    Self::$kind(values) => values.push($value),
                    _ => return Err(Error::internal("a column of a batch has values of two types")),
                }
            };
        }
        match value {
            Value::Uuid(id) => push!(Ids, id),
            Value::String(text) => push!(Text, text),
            Value::Bytes(bytes) => push!(Bytes, bytes),
            Value::ChronoDateTimeUtc(moment) => push!(Moments, moment),
            Value::Bool(truth) => push!(Truths, truth),
            Value::Int(number) => push!(Integers, number),
            Value::BigInt(number) => push!(LongIntegers, number),
            Value::Array(_, list) => push!(Texts, list.map(|list| joined(*list)).transpose()?),
            _ => return Err(Error::internal("a batch has no arrays of this type")),
        }
        Ok(())
    }

    const fn element(&self) -> &'static str {
        match self {
            Self::Ids(_) => "uuid",
            Self::Text(_) | Self::Texts(_) => "text",
            Self::Bytes(_) => "bytea",
            Self::Moments(_) => "timestamptz",
            Self::Truths(_) => "boolean",
            Self::Integers(_) => "integer",
            Self::LongIntegers(_) => "bigint",
        }
    }

    fn bind(self, arguments: &mut PgArguments) -> std::result::Result<(), sqlx::error::BoxDynError> {
        match self {
            Self::Ids(values) => arguments.add(values),
            Self::Text(values) | Self::Texts(values) => arguments.add(values),
            Self::Bytes(values) => arguments.add(values),
            Self::Moments(values) => arguments.add(values),
            Self::Truths(values) => arguments.add(values),
            Self::Integers(values) => arguments.add(values),
            Self::LongIntegers(values) => arguments.add(values),
        }
    }
}

fn joined(list: Vec<Value>) -> Result<String> {
    let words = list.into_iter().map(|word| match word {
        Value::String(Some(word)) if !word.contains(',') => Ok(word),
        _ => Err(Error::internal("a batch has no lists of this")),
    });
    Ok(words.collect::<Result<Vec<String>>>()?.join(","))
}
