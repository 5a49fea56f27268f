//! Protected columns: closed until a decision opens them.

use std::{fmt, marker::PhantomData};

use sea_orm::{
    ColIdx, QueryResult, TryGetError, TryGetable, Value,
    sea_query::{ArrayType, ColumnType, Nullable, ValueType, ValueTypeErr},
};

use crate::DataClass;

/// What may be shown of a column, and how it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Classification {
    /// Tells nothing about a patient's identity or health.
    Operational,
    /// Protected, but readable to SQL: opens only with a permit of at least this class.
    Gate(DataClass),
    /// Protected and encrypted: opens only with a permit of at least this class.
    Sealed(DataClass),
}

/// A zero-sized type that names one protected column.
pub trait ProtectedColumn: Send + Sync + 'static {
    /// The table's name; part of the encryption's associated data.
    const TABLE: &'static str;
    /// The column's name; part of the encryption's associated data.
    const COLUMN: &'static str;
    /// The least class that the column's values have, whatever the row's label says.
    const FLOOR: DataClass;
}

/// Ciphertext of the column `K`. It has no `Display`, no `Serialize` and no GraphQL type.
pub struct Sealed<K> {
    ciphertext: Vec<u8>,
    column: PhantomData<fn() -> K>,
}

impl<K> Sealed<K> {
    /// Takes bytes that were sealed for this column.
    pub const fn new(ciphertext: Vec<u8>) -> Self {
        Self { ciphertext, column: PhantomData }
    }

    /// The ciphertext. Only the kernel may call this (`clippy.toml`): everyone else opens with a permit.
    pub fn ciphertext(&self) -> &[u8] {
        &self.ciphertext
    }
}

impl<K> Clone for Sealed<K> {
    fn clone(&self) -> Self {
        Self::new(self.ciphertext.clone())
    }
}
impl<K> PartialEq for Sealed<K> {
    fn eq(&self, other: &Self) -> bool {
        self.ciphertext == other.ciphertext
    }
}
impl<K> Eq for Sealed<K> {}
impl<K: ProtectedColumn> fmt::Debug for Sealed<K> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Sealed({}.{}: {:?})", K::TABLE, K::COLUMN, K::FLOOR)
    }
}
impl<K> From<Sealed<K>> for Value {
    fn from(sealed: Sealed<K>) -> Self {
        sealed.ciphertext.into()
    }
}
impl<K> TryGetable for Sealed<K> {
    fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        Vec::<u8>::try_get_by(row, index).map(Self::new)
    }
}
impl<K> ValueType for Sealed<K> {
    fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
        <Vec<u8> as ValueType>::try_from(value).map(Self::new)
    }
    fn type_name() -> String {
        "Sealed".to_owned()
    }
    fn array_type() -> ArrayType {
        ArrayType::Bytes
    }
    fn column_type() -> ColumnType {
        <Vec<u8> as ValueType>::column_type()
    }
}
impl<K> Nullable for Sealed<K> {
    fn null() -> Value {
        <Vec<u8> as Nullable>::null()
    }
}

/// A value of the protected column `K` that stays readable to SQL (states, dates, bands), but leaves
/// the server only with a permit. It has no `Display`, no `Serialize` and no GraphQL type.
pub struct Gate<K, T> {
    value: T,
    column: PhantomData<fn() -> K>,
}

impl<K, T> Gate<K, T> {
    /// Puts a value behind the gate.
    pub const fn new(value: T) -> Self {
        Self { value, column: PhantomData }
    }

    /// The value behind the gate. Only the kernel may call this (`clippy.toml`): everyone else opens
    /// with a permit.
    pub const fn value(&self) -> &T {
        &self.value
    }
}

impl<K, T: Clone> Clone for Gate<K, T> {
    fn clone(&self) -> Self {
        Self::new(self.value.clone())
    }
}
impl<K, T: PartialEq> PartialEq for Gate<K, T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}
impl<K, T: Eq> Eq for Gate<K, T> {}
impl<K: ProtectedColumn, T> fmt::Debug for Gate<K, T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Gate({}.{}: {:?})", K::TABLE, K::COLUMN, K::FLOOR)
    }
}
impl<K, T: Into<Value>> From<Gate<K, T>> for Value {
    fn from(gate: Gate<K, T>) -> Self {
        gate.value.into()
    }
}
impl<K, T: TryGetable> TryGetable for Gate<K, T> {
    fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        T::try_get_by(row, index).map(Self::new)
    }
}
impl<K, T: ValueType> ValueType for Gate<K, T> {
    fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
        <T as ValueType>::try_from(value).map(Self::new)
    }
    fn type_name() -> String {
        T::type_name()
    }
    fn array_type() -> ArrayType {
        T::array_type()
    }
    fn column_type() -> ColumnType {
        T::column_type()
    }
}
impl<K, T: Nullable> Nullable for Gate<K, T> {
    fn null() -> Value {
        T::null()
    }
}
