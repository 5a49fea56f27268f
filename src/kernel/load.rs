//! One loader for every table: rows by id, the first children of many parents, counts, and the facts of decisions.

use std::{
    collections::{BTreeMap, HashMap},
    hash::{Hash, Hasher},
    marker::PhantomData,
    sync::Arc,
};

use chrono::{DateTime, Utc};
use entity::{Id, TenantTable, people::patient};
use sea_orm::{
    ColumnTrait, Condition, DbBackend, FromQueryResult, PartialModelTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Statement, Value,
    sea_query::{Alias, Expr, ExprTrait, extension::postgres::PgFunc},
};
use uuid::Uuid;

use super::{
    access::{PatientFacts, load_facts},
    error::{Error, Result},
    page::Position,
    session::{Core, Session},
    viewer::Viewer,
    write::visible,
};

/// Which rows of a table exist for a viewer. Load, page, children and counts share it; nothing else decides.
pub trait Scoped: TenantTable {
    /// The condition in SQL, besides the tenant's.
    fn scope(viewer: &Viewer) -> Condition;
}

/// An API object that is a partial model of a table.
pub trait Resource: PartialModelTrait + FromQueryResult + Clone + Send + Sync + 'static {
    /// The table.
    type Entity: Scoped;

    /// The row's id.
    fn id(&self) -> Id<Self::Entity>;

    /// When the row was written: with the id, its place in every list.
    fn created_at(&self) -> DateTime<Utc>;
}

/// Makes an API object with the fields `id` and `created_at` a [`Resource`] of its table.
macro_rules! resource {
    ($object:ident of $table:ident) => {
        impl $crate::kernel::load::Resource for $object {
            type Entity = $table::Entity;

            fn id(&self) -> ::entity::Id<$table::Entity> {
                self.id
            }

            fn created_at(&self) -> ::chrono::DateTime<::chrono::Utc> {
                self.created_at
            }
        }
    };
}
pub(crate) use resource;

/// The rows of `T` in a viewer's scope.
pub(in crate::kernel) fn select<T: Resource>(viewer: &Viewer) -> sea_orm::Select<T::Entity> {
    visible::<T::Entity>(viewer.tenant_id()).filter(<T::Entity as Scoped>::scope(viewer))
}

/// `column = any($ids)`: the same SQL text for any number of ids, so that it is planned once.
pub fn any_of<C: ColumnTrait>(column: C, ids: Vec<Uuid>) -> sea_orm::sea_query::SimpleExpr {
    Expr::col(column.as_column_ref()).eq(PgFunc::any(Expr::value(ids)))
}

/// The batch functions of a session.
pub(in crate::kernel) struct Loader {
    core: Arc<Core>,
}

impl Loader {
    pub(in crate::kernel) fn new(core: Arc<Core>) -> Self {
        Self { core }
    }
}

/// A key: the row `T` of this id.
pub(in crate::kernel) struct Row<T> {
    id: Uuid,
    resource: PhantomData<fn() -> T>,
}

/// A key: the first children of one parent.
pub(in crate::kernel) struct Children<T> {
    parent: Uuid,
    column: &'static str,
    first: u64,
    after: Option<Position>,
    resource: PhantomData<fn() -> T>,
}

/// A key: how many children one parent has.
pub(in crate::kernel) struct ChildCount<T> {
    parent: Uuid,
    column: &'static str,
    resource: PhantomData<fn() -> T>,
}

/// A key: what the decision knows of a patient. Class and purpose are applied to the facts, not kept with them.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::kernel) struct FactsOf(pub(in crate::kernel) Id<patient::Entity>);

macro_rules! key {
    ($name:ident { $($field:ident),* }) => {
        impl<T> Clone for $name<T> {
            fn clone(&self) -> Self {
                Self { $($field: self.$field.clone(),)* resource: PhantomData }
            }
        }
        impl<T> PartialEq for $name<T> {
            fn eq(&self, other: &Self) -> bool {
                $(self.$field == other.$field)&&*
            }
        }
        impl<T> Eq for $name<T> {}
        impl<T> Hash for $name<T> {
            fn hash<H: Hasher>(&self, state: &mut H) {
                $(self.$field.hash(state);)*
            }
        }
    };
}
key!(Row { id });
key!(Children { parent, column, first, after });
key!(ChildCount { parent, column });

impl<T: Resource> async_graphql::dataloader::Loader<Row<T>> for Loader {
    type Value = T;
    type Error = Error;

    async fn load(&self, keys: &[Row<T>]) -> Result<HashMap<Row<T>, T>> {
        let ids = keys.iter().map(|key| key.id).collect();
        let select = select::<T>(self.core.viewer()?).filter(any_of(<T::Entity as TenantTable>::ID, ids));
        let rows = self.core.query(T::select_cols(select.select_only()).build(DbBackend::Postgres)).await?;
        rows.iter()
            .map(|row| {
                let value = T::from_query_result(row, "")?;
                Ok((Row { id: value.id().uuid(), resource: PhantomData }, value))
            })
            .collect()
    }
}

impl<T: Resource> async_graphql::dataloader::Loader<Children<T>> for Loader {
    type Value = Vec<T>;
    type Error = Error;

    async fn load(&self, keys: &[Children<T>]) -> Result<HashMap<Children<T>, Vec<T>>> {
        let mut batches: BTreeMap<_, Vec<&Children<T>>> = BTreeMap::new();
        for key in keys {
            batches.entry((key.column, key.first, key.after)).or_default().push(key);
        }
        let mut children: HashMap<Children<T>, Vec<T>> =
            keys.iter().map(|key| (key.clone(), Vec::new())).collect();
        for ((column, first, after), batch) in batches {
            let parents: Vec<Uuid> = batch.iter().map(|key| key.parent).collect();
            for row in
                self.core.query(lateral::<T>(self.core.viewer()?, column, first, after, parents)).await?
            {
                let parent: Uuid = row.try_get("", "parent_key")?;
                let value = T::from_query_result(&row, "")?;
                let key = Children { parent, column, first, after, resource: PhantomData };
                children.entry(key).or_default().push(value);
            }
        }
        Ok(children)
    }
}

/// The first `first` children of each parent, in one statement.
fn lateral<T: Resource>(
    viewer: &Viewer,
    column: &'static str,
    first: u64,
    after: Option<Position>,
    parents: Vec<Uuid>,
) -> Statement {
    let of_parent = Expr::col(Alias::new(column)).eq(Expr::col((Alias::new("parent"), Alias::new("id"))));
    let mut select = select::<T>(viewer)
        .filter(of_parent)
        .order_by_desc(<T::Entity as TenantTable>::CREATED_AT)
        .order_by_desc(<T::Entity as TenantTable>::ID)
        .limit(first);
    if let Some(after) = after {
        select = select.filter(after.is_before_in::<T::Entity>(super::page::Chronology::NewestFirst));
    }
    let inner = T::select_cols(select.select_only()).build(DbBackend::Postgres);
    let mut values = inner.values.map(|values| values.0).unwrap_or_default();
    values.push(Value::from(parents));
    let sql = format!(
        "select parent.id as parent_key, child.* from unnest(${}::uuid[]) as parent (id) cross join lateral ({}) as child",
        values.len(),
        inner.sql,
    );
    Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
}

impl<T: Resource> async_graphql::dataloader::Loader<ChildCount<T>> for Loader {
    type Value = u64;
    type Error = Error;

    async fn load(&self, keys: &[ChildCount<T>]) -> Result<HashMap<ChildCount<T>, u64>> {
        let mut counts: HashMap<ChildCount<T>, u64> = keys.iter().map(|key| (key.clone(), 0)).collect();
        let mut batches: BTreeMap<&'static str, Vec<Uuid>> = BTreeMap::new();
        for key in keys {
            batches.entry(key.column).or_default().push(key.parent);
        }
        for (column, parents) in batches {
            let parent = Expr::col(Alias::new(column));
            let statement = select::<T>(self.core.viewer()?)
                .select_only()
                .expr_as(parent.clone(), "parent_key")
                .expr_as(<T::Entity as TenantTable>::ID.count(), "children")
                .filter(parent.clone().eq(PgFunc::any(Expr::value(parents))))
                .group_by(parent)
                .build(DbBackend::Postgres);
            for row in self.core.query(statement).await? {
                let key =
                    ChildCount { parent: row.try_get("", "parent_key")?, column, resource: PhantomData };
                counts.insert(key, row.try_get::<i64>("", "children")?.unsigned_abs());
            }
        }
        Ok(counts)
    }
}

impl async_graphql::dataloader::Loader<FactsOf> for Loader {
    type Value = Arc<PatientFacts>;
    type Error = Error;

    async fn load(&self, keys: &[FactsOf]) -> Result<HashMap<FactsOf, Arc<PatientFacts>>> {
        let patients: Vec<_> = keys.iter().map(|key| key.0).collect();
        let facts = load_facts(&self.core, &patients).await?;
        Ok(facts.into_iter().map(|(id, facts)| (FactsOf(id), Arc::new(facts))).collect())
    }
}

impl Session {
    /// The row `id`, or `None` when it is not there, another tenant's or out of scope: the same for all three.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn load<T: Resource>(&self, id: Id<T::Entity>) -> Result<Option<T>> {
        self.loader().load_one(Row::<T> { id: id.uuid(), resource: PhantomData }).await
    }

    /// Rows by id, in one batch; those that are not there or out of scope are missing in the result.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn load_many<T: Resource>(&self, ids: Vec<Id<T::Entity>>) -> Result<HashMap<Id<T::Entity>, T>> {
        let keys = ids.into_iter().map(|id| Row::<T> { id: id.uuid(), resource: PhantomData });
        let rows = self.loader().load_many(keys).await?;
        Ok(rows.into_iter().map(|(key, value)| (Id::new(key.id), value)).collect())
    }

    /// The ids of at most `limit` rows in scope that meet `condition`.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn ids_in_scope<E: Scoped>(&self, condition: Condition, limit: usize) -> Result<Vec<Id<E>>> {
        let core = self.core();
        let statement = visible::<E>(core.tenant_id())
            .filter(E::scope(core.viewer()?))
            .filter(condition)
            .select_only()
            .column_as(E::ID, "id")
            .limit(u64::try_from(limit).unwrap_or(u64::MAX))
            .build(DbBackend::Postgres);
        let rows = core.query(statement).await?;
        rows.iter().map(|row| Ok(Id::new(row.try_get("", "id")?))).collect()
    }

    /// The first `first` children of `parent` by `column`, newest first; batched over all parents of a level.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn children<T: Resource>(
        &self,
        parent: Uuid,
        column: &'static str,
        first: u64,
    ) -> Result<Vec<T>> {
        self.children_after(parent, column, first, None).await
    }

    pub(in crate::kernel) async fn children_after<T: Resource>(
        &self,
        parent: Uuid,
        column: &'static str,
        first: u64,
        after: Option<Position>,
    ) -> Result<Vec<T>> {
        let key = Children { parent, column, first, after, resource: PhantomData };
        Ok(self.loader().load_one(key).await?.unwrap_or_default())
    }

    /// How many children `parent` has.
    pub(in crate::kernel) async fn count_children<T: Resource>(
        &self,
        parent: Uuid,
        column: &'static str,
    ) -> Result<u64> {
        Ok(self
            .loader()
            .load_one(ChildCount::<T> { parent, column, resource: PhantomData })
            .await?
            .unwrap_or_default())
    }

    /// What the decision knows of `patient`; `None` when the tenant has no such patient.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn facts(&self, patient: Id<patient::Entity>) -> Result<Option<Arc<PatientFacts>>> {
        self.loader().load_one(FactsOf(patient)).await
    }
}
