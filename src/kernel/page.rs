//! One keyset page for every connection.

use std::borrow::Cow;

use async_graphql::{Context, Enum, InputValueError, Object, OutputType, ScalarType, SimpleObject, TypeName};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use entity::TenantTable;
use sea_orm::{
    ColumnTrait, Condition, DbBackend, Order, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use super::{
    crypto::{DerivedPurpose, TenantKeys},
    door::Door,
    error::{Error, Result},
    load::{Resource, select},
    session::Session,
};

/// How many a page has when nobody says.
pub const DEFAULT_SIZE: u64 = 25;
/// How many a nested page has when nobody says.
pub const NESTED_SIZE: u64 = 10;
/// How many a page has at the most.
pub const LARGEST_SIZE: u64 = 100;

/// In which order of writing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Enum)]
pub enum Chronology {
    /// The newest first.
    #[default]
    NewestFirst,
    /// The oldest first.
    OldestFirst,
}

/// A place in a list: the time of writing and the id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::kernel) struct Position {
    created_at: DateTime<Utc>,
    id: Uuid,
}

const CURSOR_VERSION: u8 = 1;
const CURSOR_BODY: usize = 1 + 8 + 16;
const CURSOR_MAC: usize = 12;

impl Position {
    fn of<T: Resource>(row: &T) -> Self {
        Self { created_at: row.created_at(), id: row.id().uuid() }
    }

    /// Opaque, versioned and authenticated for this tenant and list.
    fn encode(self, list: &str, keys: &TenantKeys) -> String {
        let mut bytes = vec![CURSOR_VERSION];
        bytes.extend(self.created_at.timestamp_micros().to_be_bytes());
        bytes.extend(self.id.as_bytes());
        let mac = keys.mac(DerivedPurpose::CursorMac, &[list.as_bytes(), &bytes].concat());
        bytes.extend(&mac[..CURSOR_MAC]);
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }

    fn decode(cursor: &str, list: &str, keys: &TenantKeys) -> Result<Self> {
        let bytes = Some(cursor)
            .filter(|cursor| cursor.len() <= 100)
            .and_then(|cursor| BASE64_URL_SAFE_NO_PAD.decode(cursor).ok())
            .filter(|bytes| bytes.len() == CURSOR_BODY + CURSOR_MAC && bytes[0] == CURSOR_VERSION)
            .ok_or(Error::BadCursor)?;
        let (body, mac) = bytes.split_at(CURSOR_BODY);
        let expected = keys.mac(DerivedPurpose::CursorMac, &[list.as_bytes(), body].concat());
        if !bool::from(subtle::ConstantTimeEq::ct_eq(&expected[..CURSOR_MAC], mac)) {
            return Err(Error::BadCursor);
        }
        let micros = i64::from_be_bytes(body[1..9].try_into().map_err(|_| Error::BadCursor)?);
        let created_at = DateTime::from_timestamp_micros(micros).ok_or(Error::BadCursor)?;
        Ok(Self { created_at, id: Uuid::from_slice(&body[9..]).map_err(|_| Error::BadCursor)? })
    }

    /// The rows that come after this place.
    pub(in crate::kernel) fn is_before_in<E: TenantTable>(self, order: Chronology) -> Condition {
        let row = Expr::tuple([Expr::col(E::CREATED_AT.as_column_ref()), Expr::col(E::ID.as_column_ref())]);
        let place = Expr::tuple([Expr::value(self.created_at), Expr::value(self.id)]);
        Condition::all().add(match order {
            Chronology::NewestFirst => row.lt(place),
            Chronology::OldestFirst => row.gt(place),
        })
    }
}

/// Where a page begins and how long it is; the arguments of every connection.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// How many, at most 100.
    pub first: Option<i32>,
    /// The cursor to go on after.
    pub after: Option<Cursor>,
}

impl Page {
    fn size(&self, default: u64) -> Result<u64> {
        match self.first {
            None => Ok(default),
            Some(first) => u64::try_from(first)
                .ok()
                .filter(|first| (1..=LARGEST_SIZE).contains(first))
                .ok_or_else(|| Error::BadUserInput(format!("`first` is a number from 1 to {LARGEST_SIZE}"))),
        }
    }

    fn position(&self, list: &str, keys: &TenantKeys) -> Result<Option<Position>> {
        self.after.as_ref().map(|cursor| Position::decode(&cursor.0, list, keys)).transpose()
    }
}

/// A place in a connection. Opaque: pass it back as `after`, nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor(String);

/// A place in a connection. Opaque: pass it back as `after`, nothing else.
#[async_graphql::Scalar(specified_by_url = "https://relay.dev/graphql/connections.htm#sec-Cursor")]
impl ScalarType for Cursor {
    fn parse(value: async_graphql::Value) -> async_graphql::InputValueResult<Self> {
        match value {
            async_graphql::Value::String(text) => Ok(Self(text)),
            _ => Err(InputValueError::custom("a cursor is text").with_extension("code", "BAD_CURSOR")),
        }
    }

    fn to_value(&self) -> async_graphql::Value {
        async_graphql::Value::String(self.0.clone())
    }
}

/// Which part of a list a page is.
#[derive(Clone, Debug, SimpleObject)]
pub struct PageInfo {
    /// Whether more follow.
    pub has_next_page: bool,
    /// Whether rows come before: it was asked for with `after`. Lists are read forwards alone.
    pub has_previous_page: bool,
    /// The cursor of the first row; null on an empty page.
    pub start_cursor: Option<Cursor>,
    /// The cursor of the last row: pass it as `after` for the next page; null on an empty page.
    pub end_cursor: Option<Cursor>,
}

/// A row with its cursor.
pub struct Edge<T> {
    cursor: Cursor,
    node: T,
}

impl<T: Resource + OutputType> TypeName for Edge<T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Edge", <T as OutputType>::type_name()).into()
    }
}

/// A row of a connection with its cursor.
#[Object(name_type)]
impl<T: Resource + OutputType> Edge<T> {
    /// The row's place in the list.
    async fn cursor(&self) -> &Cursor {
        &self.cursor
    }

    /// The row.
    async fn node(&self) -> &T {
        &self.node
    }
}

enum Source {
    Root(Condition),
    Children { parent: Uuid, column: &'static str },
    Nothing,
}

/// A page of a list.
pub struct Connection<T> {
    rows: Vec<T>,
    cursors: Vec<Cursor>,
    has_next_page: bool,
    has_previous_page: bool,
    source: Source,
}

impl<T: Resource + OutputType> TypeName for Connection<T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Connection", <T as OutputType>::type_name()).into()
    }
}

/// A page of a list, with cursors by key: rows written meanwhile neither repeat nor hide others.
#[Object(name_type)]
impl<T: Resource + OutputType> Connection<T> {
    /// The rows with their cursors.
    async fn edges(&self) -> Vec<Edge<T>> {
        let pairs = self.cursors.iter().zip(&self.rows);
        pairs.map(|(cursor, node)| Edge { cursor: cursor.clone(), node: node.clone() }).collect()
    }

    /// The rows.
    async fn nodes(&self) -> &[T] {
        &self.rows
    }

    /// Which part of the list this is.
    async fn page_info(&self) -> PageInfo {
        PageInfo {
            has_next_page: self.has_next_page,
            has_previous_page: self.has_previous_page,
            start_cursor: self.cursors.first().cloned(),
            end_cursor: self.cursors.last().cloned(),
        }
    }

    /// How many rows the whole list has. Counted only when asked for.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i32> {
        let count = match &self.source {
            Source::Nothing => 0,
            Source::Children { parent, column } => {
                ctx.session().await?.count_children::<T>(*parent, column).await?
            }
            Source::Root(condition) => ctx.session().await?.count::<T>(condition.clone()).await?,
        };
        i32::try_from(count).map_err(Error::internal)
    }
}

impl<T: Resource + OutputType> Connection<T> {
    /// A list without rows.
    pub fn empty() -> Self {
        Self {
            rows: Vec::new(),
            cursors: Vec::new(),
            has_next_page: false,
            has_previous_page: false,
            source: Source::Nothing,
        }
    }

    fn new(mut rows: Vec<T>, size: u64, after: Option<Position>, source: Source, keys: &TenantKeys) -> Self {
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let has_next_page = rows.len() > size;
        rows.truncate(size);
        let list = <T as OutputType>::type_name();
        let cursors = rows.iter().map(|row| Cursor(Position::of(row).encode(&list, keys))).collect();
        Self { rows, cursors, has_next_page, has_previous_page: after.is_some(), source }
    }
}

impl Session {
    /// A page of the rows of `T` that are in scope and meet `filter`.
    ///
    /// # Errors
    ///
    /// `BAD_USER_INPUT` for a size outside 1 to 100, `BAD_CURSOR`, and those of the database.
    pub async fn page<T: Resource + OutputType>(
        &self,
        page: &Page,
        filter: Condition,
        order: Chronology,
    ) -> Result<Connection<T>> {
        let core = self.core();
        let size = page.size(DEFAULT_SIZE)?;
        let after = page.position(&<T as OutputType>::type_name(), core.keys())?;
        let direction = match order {
            Chronology::NewestFirst => Order::Desc,
            Chronology::OldestFirst => Order::Asc,
        };
        let mut query = select::<T>(core.viewer()?)
            .filter(filter.clone())
            .order_by(<T::Entity as TenantTable>::CREATED_AT, direction.clone())
            .order_by(<T::Entity as TenantTable>::ID, direction)
            .limit(size + 1);
        if let Some(after) = after {
            query = query.filter(after.is_before_in::<T::Entity>(order));
        }
        let rows = core.query(T::select_cols(query.select_only()).build(DbBackend::Postgres)).await?;
        let rows = rows.iter().map(|row| T::from_query_result(row, "")).collect::<Result<Vec<_>, _>>()?;
        Ok(Connection::new(rows, size, after, Source::Root(filter), core.keys()))
    }

    /// A page of the children of `parent` by `column`, newest first; batched over all parents of a level.
    ///
    /// # Errors
    ///
    /// As [`page`](Self::page).
    pub async fn page_of<T: Resource + OutputType>(
        &self,
        parent: impl Into<Uuid>,
        column: &'static str,
        page: &Page,
    ) -> Result<Connection<T>> {
        let parent = parent.into();
        let keys = self.core().keys();
        let size = page.size(NESTED_SIZE)?;
        let after = page.position(&<T as OutputType>::type_name(), keys)?;
        let rows = self.children_after::<T>(parent, column, size + 1, after).await?;
        Ok(Connection::new(rows, size, after, Source::Children { parent, column }, keys))
    }

    async fn count<T: Resource>(&self, filter: Condition) -> Result<u64> {
        let core = self.core();
        let statement = select::<T>(core.viewer()?)
            .filter(filter)
            .select_only()
            .expr_as(<T::Entity as TenantTable>::ID.count(), "total")
            .build(DbBackend::Postgres);
        let rows = core.query(statement).await?;
        let total: i64 = rows.first().map_or(Ok(0), |row| row.try_get("", "total"))?;
        Ok(total.unsigned_abs())
    }
}
