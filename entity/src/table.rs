//! What every tenant table has, and how a table file classifies its columns.

use sea_orm::{ColumnTrait, EntityTrait};
use uuid::Uuid;

use crate::Classification;

/// A table whose rows belong to one tenant: primary key `(tenant_id, id)`, standard columns, row-level
/// security.
pub trait TenantTable: EntityTrait {
    /// The column that names the tenant.
    const TENANT_ID: Self::Column;
    /// The column that, with the tenant, names the row.
    const ID: Self::Column;
    /// When the row was written: the first half of every keyset.
    const CREATED_AT: Self::Column;
    /// Set on a row that was deleted softly; `None` where rows are immutable or erased for good.
    const DELETED_AT: Option<Self::Column>;

    /// What may be shown of a column. The match behind it is exhaustive: a new column does not compile
    /// until someone decides.
    fn classification(column: &Self::Column) -> Classification;

    /// The id in a row.
    fn row_id(row: &Self::Model) -> Uuid;
}

/// A tenant table whose rows never change once written.
pub trait ImmutableTable: TenantTable {}

/// Classifies the columns of the table of this file, names its protected ones as types, and writes what sea-orm wants of
/// every entity.
///
/// `standard: mutable | immutable | erasable` says which standard columns `tenant_table()` gave it.
macro_rules! classify {
    (
        table $table:literal, standard: $standard:ident;
        operational: [$($operational:ident),* $(,)?];
        $(gates: { $($(#[$gate_doc:meta])* $gate:ident = $gate_column:literal : $gate_floor:ident),* $(,)? };)?
        $(sealed: { $($(#[$sealed_doc:meta])* $sealed:ident = $sealed_column:literal : $sealed_floor:ident),* $(,)? };)?
    ) => {
        /// The protected columns as types: the keys of `Gate` and `Sealed`.
        pub mod columns {
            $($(
                $(#[$gate_doc])*
                #[derive(Clone, Copy, Debug)]
                pub struct $gate;
                impl $crate::ProtectedColumn for $gate {
                    const TABLE: &'static str = $table;
                    const COLUMN: &'static str = $gate_column;
                    const FLOOR: $crate::DataClass = $crate::DataClass::$gate_floor;
                }
            )*)?
            $($(
                $(#[$sealed_doc])*
                #[derive(Clone, Copy, Debug)]
                pub struct $sealed;
                impl $crate::ProtectedColumn for $sealed {
                    const TABLE: &'static str = $table;
                    const COLUMN: &'static str = $sealed_column;
                    const FLOOR: $crate::DataClass = $crate::DataClass::$sealed_floor;
                }
            )*)?
        }
        /// Relations are followed by typed ids, not by sea-orm.
        #[derive(Clone, Copy, Debug, ::sea_orm::EnumIter, ::sea_orm::DeriveRelation)]
        pub enum Relation {}

        impl ::sea_orm::ActiveModelBehavior for ActiveModel {}

        impl $crate::TenantTable for Entity {
            const TENANT_ID: Column = Column::TenantId;
            const ID: Column = Column::Id;
            const CREATED_AT: Column = Column::CreatedAt;
            const DELETED_AT: Option<Column> = $crate::table::classify!(@deleted_at $standard);

            fn classification(column: &Column) -> $crate::Classification {
                match column {
                    $crate::table::classify!(@standard $standard) => $crate::Classification::Operational,
                    $(Column::$operational => $crate::Classification::Operational,)*
                    $($(Column::$gate => $crate::Classification::Gate($crate::DataClass::$gate_floor),)*)?
                    $($(Column::$sealed => $crate::Classification::Sealed($crate::DataClass::$sealed_floor),)*)?
                }
            }

            fn row_id(row: &Model) -> ::uuid::Uuid {
                row.id.uuid()
            }
        }
        $crate::table::classify!(@immutable $standard);
    };
    (@deleted_at mutable) => { Some(Column::DeletedAt) };
    (@deleted_at $other:ident) => { None };
    (@standard mutable) => {
        Column::TenantId | Column::Id | Column::CreatedAt | Column::CreatedBy | Column::UpdatedAt
            | Column::UpdatedBy | Column::Version | Column::DeletedAt
    };
    (@standard erasable) => {
        Column::TenantId | Column::Id | Column::CreatedAt | Column::CreatedBy | Column::UpdatedAt
            | Column::UpdatedBy | Column::Version
    };
    (@standard immutable) => {
        Column::TenantId | Column::Id | Column::CreatedAt | Column::CreatedBy
    };
    (@immutable immutable) => { impl $crate::ImmutableTable for Entity {} };
    (@immutable $other:ident) => {};
}
pub(crate) use classify;

/// One column as Rust describes it, for the test that compares entities with the database's catalog.
#[derive(Clone, Debug)]
pub struct ColumnDescription {
    /// The column's name in SQL.
    pub name: String,
    /// The type sea-orm binds and reads.
    pub column_type: sea_orm::ColumnType,
    /// Whether the Rust type takes a missing value.
    pub nullable: bool,
    /// What may be shown of it.
    pub classification: Classification,
}

/// One table as Rust describes it.
#[derive(Clone, Debug)]
pub struct TableDescription {
    /// The schema, `public` or `phi`.
    pub schema: &'static str,
    /// The table's name.
    pub name: String,
    /// Its columns.
    pub columns: Vec<ColumnDescription>,
}

/// Describes `E` for the catalog test.
pub fn describe<E: TenantTable>() -> TableDescription
where
    E::Column: sea_orm::Iterable,
{
    use sea_orm::{IdenStatic, Iterable};
    let entity = E::default();
    TableDescription {
        schema: entity.schema_name().map_or("public", |_| "phi"),
        name: entity.table_name().to_owned(),
        columns: E::Column::iter()
            .map(|column| {
                let definition = column.def();
                ColumnDescription {
                    name: IdenStatic::as_str(&column).to_owned(),
                    nullable: definition.is_null(),
                    column_type: definition.get_column_type().clone(),
                    classification: E::classification(&column),
                }
            })
            .collect(),
    }
}
