//! Scalars whose text form is pinned down.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{NaiveDate, SecondsFormat, Utc};

/// A moment, RFC 3339, always in UTC with `Z`: `2026-02-16T08:30:00Z`. Input takes any offset; what is finer than a microsecond is cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DateTime(pub chrono::DateTime<Utc>);

/// A moment, RFC 3339, always in UTC with `Z`: `2026-02-16T08:30:00Z`. Input takes any offset.
#[Scalar(specified_by_url = "https://scalars.graphql.org/andimarek/date-time")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = match &value {
            Value::String(text) => text.as_str(),
            _ => "",
        };
        let parsed = chrono::DateTime::parse_from_rfc3339(text).ok().map(|moment| moment.to_utc());
        // The database keeps microseconds: what is compared must be what is stored.
        let stored =
            parsed.and_then(|moment| chrono::DateTime::from_timestamp_micros(moment.timestamp_micros()));
        stored.map(Self).ok_or_else(|| {
            InputValueError::custom("a moment is RFC 3339 with an offset, such as 2026-02-16T08:30:00Z")
                .with_extension("code", "BAD_USER_INPUT")
        })
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

impl From<chrono::DateTime<Utc>> for DateTime {
    fn from(moment: chrono::DateTime<Utc>) -> Self {
        Self(moment)
    }
}

/// A day without a time or zone: `2008-11-21`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date(pub NaiveDate);

/// A day without a time or zone: `2008-11-21`.
#[Scalar(specified_by_url = "https://scalars.graphql.org/andimarek/local-date")]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = match &value {
            Value::String(text) => text.as_str(),
            _ => "",
        };
        NaiveDate::parse_from_str(text, "%Y-%m-%d").map(Self).map_err(|_| {
            InputValueError::custom("a day is year, month and day, such as 2008-11-21")
                .with_extension("code", "BAD_USER_INPUT")
        })
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}
