//! The event's shape as data, read from its Avro schema: what may stand where in an event's JSON.
//!
//! The mistakes of a sender, the JSON Schema and the reference page all come from here, so that none of them can
//! differ from the schema. The Rust type is held against it by tests.

mod check;
mod example;
mod mistake;
mod rule;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use serde_json::Value;

use crate::released::AUDIT_EVENT;

pub(crate) use check::correct;
pub use example::{example, full_example};
pub use mistake::{MISTAKES_MAX, Mistake, Mistakes};
pub use rule::value_mistakes;
pub(crate) use rule::{RULES, Rule};

/// A record of the schema.
#[derive(Debug, Default)]
pub struct Record {
    pub name: String,
    pub doc: String,
    pub fields: Vec<Field>,
}

/// A field of a record.
#[derive(Debug)]
pub struct Field {
    pub name: String,
    pub doc: String,
    pub kind: Kind,
    /// Nothing stands for its absence.
    pub required: bool,
    /// `null` may stand for its absence.
    pub nullable: bool,
    /// Values that mean the same to everybody; others may be used.
    pub known: Vec<String>,
}

/// What a value is.
#[derive(Debug, Clone)]
pub enum Kind {
    Text,
    Boolean,
    Int,
    Long,
    /// In JSON as base64.
    Bytes,
    /// In JSON as one string.
    Time,
    List(Arc<Kind>),
    /// Any names, each with a text.
    Texts,
    Record(Arc<Record>),
}

/// The audit event. Of a schema that cannot be read nothing is known, so that every event is refused.
static EVENT: LazyLock<Arc<Record>> = LazyLock::new(|| parse(AUDIT_EVENT.text).unwrap_or_default());

/// The audit event's record; the others hang on it.
#[must_use]
pub fn event() -> &'static Record {
    &EVENT
}

/// All records, each once, in the order in which the schema names them.
#[must_use]
pub fn records() -> Vec<&'static Record> {
    fn visit(record: &'static Record, found: &mut Vec<&'static Record>) {
        if found.iter().any(|known| known.name == record.name) {
            return;
        }
        found.push(record);
        for inner in record.fields.iter().filter_map(|field| field.kind.record()) {
            visit(inner, found);
        }
    }
    let mut found = Vec::new();
    visit(event(), &mut found);
    found
}

impl Record {
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

impl Kind {
    /// The record that the value is, or whose list it is.
    #[must_use]
    pub fn record(&self) -> Option<&Record> {
        match self {
            Self::Record(record) => Some(record),
            Self::List(entry) => entry.record(),
            _ => None,
        }
    }

    /// What stands at a JSON pointer under this kind. An index may also be `*`, and any key fits where any is allowed.
    #[must_use]
    pub fn at(&self, pointer: &str) -> Option<&Kind> {
        if pointer.is_empty() {
            return Some(self);
        }
        let (segment, rest) =
            pointer.strip_prefix('/').map(|rest| rest.split_at(rest.find('/').unwrap_or(rest.len())))?;
        match self {
            Self::Record(record) => record.field(segment)?.kind.at(rest),
            Self::List(entry) if segment == "*" || segment.parse::<usize>().is_ok() => entry.at(rest),
            Self::Texts if rest.is_empty() => Some(&Self::Text),
            _ => None,
        }
    }
}

/// The field at a JSON pointer into an event, and what its value is.
#[must_use]
pub fn at(pointer: &str) -> Option<&'static Kind> {
    static WHOLE: LazyLock<Kind> = LazyLock::new(|| Kind::Record(Arc::clone(&EVENT)));
    WHOLE.at(pointer)
}

fn parse(schema: &str) -> Option<Arc<Record>> {
    let schema: Value = serde_json::from_str(schema).ok()?;
    match (Parser { named: BTreeMap::new() }).kind(&schema)? {
        Kind::Record(record) => Some(record),
        _ => None,
    }
}

/// Remembers the records by name: Avro declares each once and then refers to it.
struct Parser {
    named: BTreeMap<String, Kind>,
}

impl Parser {
    fn kind(&mut self, schema: &Value) -> Option<Kind> {
        match schema {
            Value::String(name) => Some(match name.as_str() {
                "string" => Kind::Text,
                "boolean" => Kind::Boolean,
                "int" => Kind::Int,
                "long" => Kind::Long,
                "bytes" => Kind::Bytes,
                name => self.named.get(name)?.clone(),
            }),
            Value::Object(schema) => match text(schema.get("type")?)? {
                "array" => Some(Kind::List(Arc::new(self.kind(schema.get("items")?)?))),
                "map" if text(schema.get("values")?)? == "string" => Some(Kind::Texts),
                "record" => self.record(schema),
                "long" => Some(Kind::Long),
                _ => None,
            },
            _ => None,
        }
    }

    fn record(&mut self, schema: &serde_json::Map<String, Value>) -> Option<Kind> {
        let name = text(schema.get("name")?)?.to_owned();
        let fields = schema.get("fields")?.as_array()?.iter().map(|field| self.field(field)).collect::<Option<_>>()?;
        let record = Record { name: name.clone(), doc: doc(schema.get("doc")), fields };
        // Its two fields are one string in JSON.
        let kind = if name == "Time" { Kind::Time } else { Kind::Record(Arc::new(record)) };
        self.named.insert(name, kind.clone());
        Some(kind)
    }

    fn field(&mut self, field: &Value) -> Option<Field> {
        let schema = field.get("type")?;
        let (nullable, schema) = match schema.as_array().map(Vec::as_slice) {
            Some([null, schema]) if null == "null" => (true, schema),
            Some(_) => return None,
            None => (false, schema),
        };
        let known = field.get("known").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        Some(Field {
            name: text(field.get("name")?)?.to_owned(),
            doc: doc(field.get("doc")),
            kind: self.kind(schema)?,
            required: field.get("default").is_none(),
            nullable,
            known: known.iter().filter_map(text).map(str::to_owned).collect(),
        })
    }
}

fn text(value: &Value) -> Option<&str> {
    value.as_str()
}

fn doc(value: Option<&Value>) -> String {
    value.and_then(text).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests;
