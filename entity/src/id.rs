//! Identifiers typed by the table they point to.

use std::{borrow::Cow, fmt, hash, marker::PhantomData, str::FromStr};

use async_graphql::{InputType, InputValueError, InputValueResult, OutputType, registry::Registry};
use sea_orm::{
    ColIdx, DbErr, QueryResult, TryFromU64, TryGetError, TryGetable, Value,
    sea_query::{ArrayType, ColumnType, Nullable, ValueType, ValueTypeErr},
};
use uuid::Uuid;

/// The id of a row of `E`: a UUID version 7, in GraphQL the scalar `ID`.
///
/// A foreign key is an `Id` of its target, so following it needs no other argument, and an id of
/// one table cannot be passed where another is meant.
pub struct Id<E> {
    uuid: Uuid,
    entity: PhantomData<fn() -> E>,
}

impl<E> Id<E> {
    /// The typed form of a UUID that is known to point to `E`.
    pub const fn new(uuid: Uuid) -> Self {
        Self { uuid, entity: PhantomData }
    }

    /// The bare UUID.
    pub const fn uuid(self) -> Uuid {
        self.uuid
    }
}

impl<E> Clone for Id<E> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<E> Copy for Id<E> {}
impl<E> PartialEq for Id<E> {
    fn eq(&self, other: &Self) -> bool {
        self.uuid == other.uuid
    }
}
impl<E> Eq for Id<E> {}
impl<E> PartialOrd for Id<E> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<E> Ord for Id<E> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.uuid.cmp(&other.uuid)
    }
}
impl<E> hash::Hash for Id<E> {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.uuid.hash(state);
    }
}
impl<E> fmt::Debug for Id<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.uuid.fmt(formatter)
    }
}
impl<E> fmt::Display for Id<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.uuid.fmt(formatter)
    }
}
impl<E> FromStr for Id<E> {
    type Err = uuid::Error;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Uuid::try_parse(text).map(Self::new)
    }
}
impl<E> From<Id<E>> for Uuid {
    fn from(id: Id<E>) -> Self {
        id.uuid
    }
}
impl<'de, E> serde::Deserialize<'de> for Id<E> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Uuid::deserialize(deserializer).map(Self::new)
    }
}

impl<E> From<Id<E>> for Value {
    fn from(id: Id<E>) -> Self {
        id.uuid.into()
    }
}
impl<E> TryGetable for Id<E> {
    fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        Uuid::try_get_by(row, index).map(Self::new)
    }
}
impl<E> ValueType for Id<E> {
    fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
        <Uuid as ValueType>::try_from(value).map(Self::new)
    }
    fn type_name() -> String {
        "Id".to_owned()
    }
    fn array_type() -> ArrayType {
        <Uuid as ValueType>::array_type()
    }
    fn column_type() -> ColumnType {
        <Uuid as ValueType>::column_type()
    }
}
impl<E> Nullable for Id<E> {
    fn null() -> Value {
        <Uuid as Nullable>::null()
    }
}
impl<E> TryFromU64 for Id<E> {
    fn try_from_u64(_: u64) -> Result<Self, DbErr> {
        Err(DbErr::ConvertFromU64("Id"))
    }
}
impl<E> sea_orm::IntoActiveValue<Id<E>> for Id<E> {
    fn into_active_value(self) -> sea_orm::ActiveValue<Id<E>> {
        sea_orm::ActiveValue::Set(self)
    }
}

impl<E: 'static> InputType for Id<E> {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        <async_graphql::ID as InputType>::type_name()
    }
    fn create_type_info(registry: &mut Registry) -> String {
        <async_graphql::ID as InputType>::create_type_info(registry)
    }
    fn parse(value: Option<async_graphql::Value>) -> InputValueResult<Self> {
        match value {
            Some(async_graphql::Value::String(text)) => text.parse().map_err(|_| malformed()),
            _ => Err(malformed()),
        }
    }
    fn to_value(&self) -> async_graphql::Value {
        async_graphql::Value::String(self.uuid.to_string())
    }
    fn as_raw_value(&self) -> Option<&Self::RawValueType> {
        Some(self)
    }
}

fn malformed<E: 'static>() -> InputValueError<Id<E>> {
    InputValueError::custom("an id is a UUID such as 01926b3e-7d4c-7a50-8f2e-5b1c9d0a6e77")
        .with_extension("code", "BAD_USER_INPUT")
}

impl<E: Send + Sync> OutputType for Id<E> {
    fn type_name() -> Cow<'static, str> {
        <async_graphql::ID as OutputType>::type_name()
    }
    fn create_type_info(registry: &mut Registry) -> String {
        <async_graphql::ID as OutputType>::create_type_info(registry)
    }
    async fn resolve(
        &self,
        _: &async_graphql::ContextSelectionSet<'_>,
        _: &async_graphql::Positioned<async_graphql::parser::types::Field>,
    ) -> async_graphql::ServerResult<async_graphql::Value> {
        Ok(async_graphql::Value::String(self.uuid.to_string()))
    }
}
