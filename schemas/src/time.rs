//! A moment as it was given: the instant for machines, and the text where it says more than the instant does.

mod civil;
mod text;

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::avro::{Reader, write_long};
use crate::error::{DecodeError, DecodeFault};
use crate::record::Avro;
use crate::text::Text;

/// The times that every store can hold: from the year 1900 up to 2^53 µs after 1970 (June 2255).
pub const TIMES: std::ops::RangeInclusive<i64> = -2_208_988_800_000_000..=1 << 53;

/// A moment. In JSON a string such as `2026-03-01T09:30:00+01:00`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Time<'a> {
    micros: i64,
    given: Option<Text<'a>>,
}

/// How much a time says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Precision {
    /// False for a date, a month or a year.
    pub has_time: bool,
    /// False where the hour could be anybody's.
    pub has_zone: bool,
}

impl<'a> Time<'a> {
    /// An instant, in microseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self { micros, given: None }
    }

    /// Reads a time as RFC 3339 writes it, or a part of one as FHIR allows: a year, a month, a date, no seconds, no zone.
    #[must_use]
    pub fn parse(text: impl Into<Text<'a>>) -> Option<Self> {
        let text = text.into();
        let micros = text::parse(&text)?.micros;
        let plain = text::write(micros).as_str() == text.as_str();
        Some(Self { micros, given: (!plain).then_some(text) })
    }

    /// Microseconds since 1970-01-01T00:00:00Z. Of a leap second the next one; of a part of a date its start.
    #[must_use]
    pub fn micros(&self) -> i64 {
        self.micros
    }

    /// What the text says of the time; an instant alone says everything.
    #[must_use]
    pub fn precision(&self) -> Precision {
        let parsed = self.given.as_deref().and_then(text::parse);
        parsed.map_or(Precision { has_time: true, has_zone: true }, |parsed| parsed.precision)
    }
}

impl fmt::Display for Time<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.given {
            Some(given) => out.write_str(given),
            None => out.write_str(text::write(self.micros).as_str()),
        }
    }
}

impl fmt::Debug for Time<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{self}")
    }
}

impl<'a> Avro<'a> for Time<'a> {
    #[inline(always)]
    fn read(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let position = reader.position();
        let given = Option::<Text<'a>>::read(reader)?;
        let micros = reader.long()?;
        let Some(given) = given else { return Ok(Self { micros, given }) };
        // Two values for one fact must agree, and one spelling must have one form.
        match Self::parse(given) {
            Some(time) if time.micros == micros && time.given.is_some() => Ok(time),
            _ => Err(DecodeError { fault: DecodeFault::BadTime, position }),
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        self.given.write(out);
        write_long(out, self.micros);
    }
}

impl Serialize for Time<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.given {
            Some(given) => serializer.serialize_str(given),
            None => serializer.serialize_str(text::write(self.micros).as_str()),
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Time<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Time::parse(Text::deserialize(deserializer)?).ok_or_else(|| D::Error::custom("not a time"))
    }
}

#[cfg(test)]
mod tests;
