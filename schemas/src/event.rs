//! The canonical event: one type for its Avro, JSON and Rust forms.
//!
//! Strings are borrowed from the record where they can be, so that decoding copies nothing.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::error::{DecodeError, DecodeFault};

/// A record above this is refused unread. Kafka's own limit on our topics is the same.
pub const EVENT_BYTES_MAX: usize = 1 << 20;

/// Who did what to whose record, when, from where, why, and did it work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditEvent<'a> {
    #[serde(borrow)]
    pub event_id: Cow<'a, str>,
    #[serde(borrow)]
    pub tenant: Cow<'a, str>,
    #[serde(borrow)]
    pub event_type: Cow<'a, str>,
    #[serde(borrow)]
    pub action: Cow<'a, str>,
    #[serde(borrow)]
    pub outcome: Cow<'a, str>,
    /// Microseconds since 1970-01-01T00:00:00Z.
    pub occurred_at: i64,
    #[serde(borrow)]
    pub agent: Agent<'a>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub patient: Option<Patient<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub object: Option<Object<'a>>,
    #[serde(borrow)]
    pub source: Source<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<Cow<'a, str>>,
    /// Free text; assume that it holds PHI.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Cow<'a, str>>,
    #[serde(default, deserialize_with = "unique", skip_serializing_if = "BTreeMap::is_empty")]
    pub extras: BTreeMap<Cow<'a, str>, Cow<'a, str>>,
}

type Extras<'a> = BTreeMap<Cow<'a, str>, Cow<'a, str>>;

/// Refuses a repeated key: keeping only the last would lose what the first said.
fn unique<'de, 'a, D: Deserializer<'de>>(deserializer: D) -> Result<Extras<'a>, D::Error> {
    struct Unique;

    impl<'de> Visitor<'de> for Unique {
        type Value = Extras<'static>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object of strings, each key once")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut extras = BTreeMap::new();
            while let Some((key, value)) = map.next_entry::<String, String>()? {
                if extras.insert(Cow::Owned(key), Cow::Owned(value)).is_some() {
                    return Err(serde::de::Error::custom("a key of extras is repeated"));
                }
            }
            Ok(extras)
        }
    }

    deserializer.deserialize_map(Unique)
}

/// Who acted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agent<'a> {
    #[serde(borrow)]
    pub id: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Cow<'a, str>>,
}

/// Whose record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Patient<'a> {
    #[serde(borrow)]
    pub id: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Cow<'a, str>>,
}

/// What was touched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Object<'a> {
    #[serde(borrow)]
    pub kind: Cow<'a, str>,
    #[serde(borrow)]
    pub id: Cow<'a, str>,
}

/// Which system said so, and from where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source<'a> {
    #[serde(borrow)]
    pub system: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Cow<'a, str>>,
}

/// The times that every store can hold and that a JSON number holds exactly: 1900-01-01 up to 2^53 µs (June 2255).
pub const TIMES: std::ops::RangeInclusive<i64> = -2_208_988_800_000_000..=1 << 53;

impl AuditEvent<'_> {
    /// The fields that make an event an event; each must say something.
    fn required(&self) -> [(&'static str, &str); 7] {
        [
            ("event_id", &self.event_id),
            ("tenant", &self.tenant),
            ("event_type", &self.event_type),
            ("action", &self.action),
            ("outcome", &self.outcome),
            ("agent.id", &self.agent.id),
            ("source.system", &self.source.system),
        ]
    }

    /// The optional fields that stores keep as text columns.
    fn optional_columns(&self) -> [(&'static str, &str); 3] {
        let patient = self.patient.as_ref().map_or("", |patient| &patient.id);
        let object = self.object.as_ref().map_or(("", ""), |object| (&object.kind, &object.id));
        [("patient.id", patient), ("object.kind", object.0), ("object.id", object.1)]
    }

    /// Everything that keeps this event from being sealed, each with its field. Empty means: publish it.
    #[must_use]
    pub fn faults(&self) -> Vec<(&'static str, DecodeFault)> {
        let mut faults = Vec::new();
        for (path, value) in self.required() {
            if value.is_empty() {
                faults.push((path, DecodeFault::EmptyField));
            }
        }
        for (path, value) in self.required().into_iter().chain(self.optional_columns()) {
            // PostgreSQL's text cannot hold it, and no identifier needs it.
            if value.as_bytes().contains(&0) {
                faults.push((path, DecodeFault::NulCharacter));
            }
        }
        if !TIMES.contains(&self.occurred_at) {
            faults.push(("occurred_at", DecodeFault::TimeOutOfRange));
        }
        faults
    }

    /// The record path's form of [`AuditEvent::faults`]: a sound event costs no allocation.
    pub(crate) fn check(&self, position: usize) -> Result<(), DecodeError> {
        match self.faults().first() {
            None => Ok(()),
            Some((_, fault)) => Err(DecodeError { fault: *fault, position }),
        }
    }
}
