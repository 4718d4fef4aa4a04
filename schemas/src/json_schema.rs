//! The event as a JSON Schema (2020-12), made from the event's shape and the rules of its values.
//!
//! Where a JSON Schema cannot say what the decoder does it says less, never more: lengths are counted in characters and
//! not in bytes, the first and last hours of the years that a store can hold are let through, and of several agents that asked for it any
//! one may be the one with an identity.

mod page;
mod pattern;

use serde_json::{Map, Value, json};

use crate::list::ENTRIES_MAX;
use crate::shape::{self, Field, Kind, RULES, Record, Rule};
pub use page::reference_page;

/// Which members a body must have although the surroundings could know them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    pub tenant_required: bool,
    pub event_id_required: bool,
}

impl Form {
    /// An event that stands for itself.
    pub const WHOLE: Self = Self { tenant_required: true, event_id_required: true };
    /// A body for the gateway, which knows the tenant from the key and can give an id.
    pub const HTTP: Self = Self { tenant_required: false, event_id_required: false };

    fn requires(self, record: &Record, field: &Field) -> bool {
        match field.name.as_str() {
            "tenant" if is_event(record) => self.tenant_required,
            "event_id" if is_event(record) => self.event_id_required,
            // The one who acted is among them, so that an empty list will not do.
            "agents" if is_event(record) => true,
            _ => field.required,
        }
    }
}

/// The JSON Schema of an event.
#[must_use]
pub fn json_schema(form: Form) -> Value {
    let records = shape::records();
    let inner = records.iter().filter(|record| !is_event(record));
    let mut definitions: Map<String, Value> = inner.map(|inner| (inner.name.clone(), object(inner, form))).collect();
    let time =
        json!({"type": "string", "pattern": pattern::time(), "description": "A time, a date, a month or a year."});
    definitions.insert("Time".to_owned(), time);
    let mut schema = object(shape::event(), form);
    let dialect = "https://json-schema.org/draft/2020-12/schema";
    extend(&mut schema, json!({"$schema": dialect, "title": shape::event().name, "$defs": definitions}));
    extend(&mut schema, actor());
    schema
}

fn is_event(record: &Record) -> bool {
    record.name == shape::event().name
}

fn object(record: &Record, form: Form) -> Value {
    let properties: Map<String, Value> =
        record.fields.iter().map(|field| (field.name.clone(), property(record, field))).collect();
    let required = record.fields.iter().filter(|field| form.requires(record, field));
    let required: Vec<&str> = required.map(|field| field.name.as_str()).collect();
    let mut schema =
        json!({"type": "object", "description": record.doc, "properties": properties, "additionalProperties": false});
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

fn property(record: &Record, field: &Field) -> Value {
    let mut schema = value(&field.kind);
    if is_event(record) && field.name == "agents" {
        schema["minItems"] = json!(1);
    }
    match rule(record, field) {
        // It says more than a reference to any time would.
        Some(Rule::Moment) => schema = json!({"type": "string", "format": "date-time", "pattern": pattern::moment()}),
        Some(rule) => extend(&mut schema, constraints(rule)),
        None => {}
    }
    if field.nullable {
        schema = or_null(schema);
    }
    schema["description"] = json!(field.doc);
    if !field.known.is_empty() {
        schema["examples"] = json!(field.known);
    }
    schema
}

fn or_null(mut schema: Value) -> Value {
    if let Some(kind) = schema.get("type").cloned() {
        schema["type"] = json!([kind, "null"]);
        return schema;
    }
    json!({"anyOf": [schema, {"type": "null"}]})
}

fn value(kind: &Kind) -> Value {
    match kind {
        Kind::Text => json!({"type": "string"}),
        Kind::Boolean => json!({"type": "boolean"}),
        Kind::Int => json!({"type": "integer", "minimum": i32::MIN, "maximum": i32::MAX}),
        Kind::Long => json!({"type": "integer", "minimum": i64::MIN, "maximum": i64::MAX}),
        Kind::Bytes => json!({"type": "string", "contentEncoding": "base64", "pattern": pattern::BASE64}),
        Kind::Time => json!({"$ref": "#/$defs/Time"}),
        Kind::List(entry) => json!({"type": "array", "items": value(entry), "maxItems": ENTRIES_MAX}),
        Kind::Texts => {
            json!({"type": "object", "additionalProperties": {"type": "string"}, "maxProperties": ENTRIES_MAX})
        }
        Kind::Record(record) => json!({"$ref": format!("#/$defs/{}", record.name)}),
    }
}

/// The rule of a field, where there is one.
pub(crate) fn rule(record: &Record, field: &Field) -> Option<Rule> {
    let holds = |pattern: &str| {
        let (parent, name) = pattern.rsplit_once('/').unwrap_or_default();
        name == field.name && shape::at(parent).and_then(Kind::record).is_some_and(|found| found.name == record.name)
    };
    RULES.iter().find(|(pattern, _)| holds(pattern)).map(|(_, rule)| *rule)
}

fn constraints(rule: Rule) -> Value {
    match rule {
        Rule::Word => json!({"pattern": pattern::WORD, "minLength": 1, "maxLength": crate::check::WORD_BYTES_MAX}),
        Rule::Name(most) => json!({"pattern": pattern::PRINTABLE, "minLength": 1, "maxLength": most}),
        Rule::Id => json!({"pattern": pattern::PRINTABLE, "maxLength": crate::check::ID_BYTES_MAX}),
        Rule::Printable => json!({"pattern": pattern::PRINTABLE}),
        Rule::Size => json!({"minimum": 0, "maximum": (1_i64 << 53) - 1}),
        Rule::Moment => json!({"pattern": pattern::moment()}),
    }
}

fn extend(schema: &mut Value, more: Value) {
    if let (Value::Object(schema), Value::Object(more)) = (schema, more) {
        schema.extend(more);
    }
}

/// The one who acted has an id, a name or an identifier: the first that asked for it, else the first.
fn actor() -> Value {
    let text = |name: &str| json!({"properties": {name: {"type": "string", "minLength": 1}}, "required": [name]});
    let within = |name: &str, inner: Value| json!({"type": "object", "properties": {name: inner}, "required": [name]});
    let identifier = within("detail", within("identifiers", json!({"type": "array", "contains": text("value")})));
    let identity = json!({"anyOf": [text("id"), text("name"), identifier]});
    let asked = json!({"properties": {"requestor": {"const": true}}, "required": ["requestor"]});
    let agents = |schema: Value| json!({"properties": {"agents": schema}});
    json!({
        "if": agents(json!({"contains": asked})),
        "then": agents(json!({"contains": {"allOf": [asked, identity]}})),
        "else": agents(json!({"prefixItems": [identity]})),
    })
}
