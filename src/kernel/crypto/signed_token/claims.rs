//! What a token claims.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{
    Deserialize, Deserializer,
    de::{Error as _, MapAccess, Visitor},
};
use serde_json::{Map, Value};

use crate::kernel::crypto::CryptoError;

/// The members of a token's payload. Never printed.
pub struct Claims(Map<String, Value>);

impl Claims {
    /// Reads a payload.
    ///
    /// # Errors
    ///
    /// [`CryptoError::Malformed`] when it is no JSON object, or names a member twice: two readers could then read two things.
    pub(super) fn read(payload: &[u8]) -> Result<Self, CryptoError> {
        serde_json::from_slice(payload).map_err(|_| CryptoError::Malformed)
    }

    /// Who made the token.
    pub fn issuer(&self) -> Option<&str> {
        self.text("iss")
    }

    /// Whom it speaks of.
    pub fn subject(&self) -> Option<&str> {
        self.text("sub")
    }

    /// The token's own id.
    pub fn token_id(&self) -> Option<&str> {
        self.text("jti")
    }

    /// Whom it was made for: one name, or a list of them.
    pub fn audiences(&self) -> impl Iterator<Item = &str> {
        let audience = self.get("aud");
        let many = audience.and_then(Value::as_array).into_iter().flatten();
        many.chain(audience.filter(|audience| audience.is_string())).filter_map(Value::as_str)
    }

    /// When it ends.
    pub fn expires_at(&self) -> Option<DateTime<Utc>> {
        self.time("exp").ok().flatten()
    }

    /// When it was made.
    pub fn issued_at(&self) -> Option<DateTime<Utc>> {
        self.time("iat").ok().flatten()
    }

    /// When it begins.
    pub fn not_before(&self) -> Option<DateTime<Utc>> {
        self.time("nbf").ok().flatten()
    }

    /// A member that is text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str)
    }

    /// A member of any kind.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// All members that are text.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)))
    }

    /// Whether the token holds at this moment, when both clocks may be wrong by `leeway`. A token without an end never does.
    ///
    /// # Errors
    ///
    /// [`CryptoError::Malformed`] when it has no end or one of its times is none; [`CryptoError::NotAuthentic`] when it ended,
    /// did not begin, or was made in the future.
    pub fn check_times(&self, now: DateTime<Utc>, leeway: TimeDelta) -> Result<(), CryptoError> {
        let ends = self.time("exp")?.ok_or(CryptoError::Malformed)?;
        let begins = [self.time("nbf")?, self.time("iat")?];
        let begun = begins.into_iter().flatten().all(|begin| begin <= now + leeway);
        if begun && now < ends.checked_add_signed(leeway).unwrap_or(ends) {
            Ok(())
        } else {
            Err(CryptoError::NotAuthentic)
        }
    }

    /// Seconds since 1970, which may have a fraction.
    fn time(&self, name: &str) -> Result<Option<DateTime<Utc>>, CryptoError> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let seconds = value.as_f64().filter(|seconds| seconds.is_finite()).ok_or(CryptoError::Malformed)?;
        DateTime::from_timestamp_millis((seconds * 1000.0) as i64).map(Some).ok_or(CryptoError::Malformed)
    }
}

impl fmt::Debug for Claims {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Claims(..)")
    }
}

impl<'de> Deserialize<'de> for Claims {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Claims;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Claims, A::Error> {
                let mut all = Map::new();
                while let Some((name, value)) = members.next_entry::<String, Value>()? {
                    if all.insert(name, value).is_some() {
                        return Err(A::Error::custom("a member stands twice"));
                    }
                }
                Ok(Claims(all))
            }
        }
        deserializer.deserialize_map(Members)
    }
}
