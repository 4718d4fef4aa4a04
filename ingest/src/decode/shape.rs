//! Which fields an event's JSON may have, for telling all mistakes at once where serde would stop at the first.
//!
//! `schemas` stays the authority: a test holds this table against the type there.

use serde_json::{Map, Value};

use crate::problem::FieldError;
use crate::validate::pointer;

/// One field of an object.
struct Field {
    name: &'static str,
    kind: Kind,
    required: bool,
}

enum Kind {
    Text,
    Integer,
    /// Any names, each with a text.
    Texts,
    Object(&'static [Field]),
}

const fn required(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, required: true }
}

const fn optional(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, required: false }
}

const AGENT: &[Field] = &[required("id", Kind::Text), optional("name", Kind::Text), optional("role", Kind::Text)];
const PATIENT: &[Field] = &[required("id", Kind::Text), optional("name", Kind::Text)];
const OBJECT: &[Field] = &[required("kind", Kind::Text), required("id", Kind::Text)];
const SOURCE: &[Field] = &[required("system", Kind::Text), optional("address", Kind::Text)];
const EVENT: &[Field] = &[
    required("event_id", Kind::Text),
    required("tenant", Kind::Text),
    required("event_type", Kind::Text),
    required("action", Kind::Text),
    required("outcome", Kind::Text),
    required("occurred_at", Kind::Integer),
    required("agent", Kind::Object(AGENT)),
    optional("patient", Kind::Object(PATIENT)),
    optional("object", Kind::Object(OBJECT)),
    required("source", Kind::Object(SOURCE)),
    optional("purpose", Kind::Text),
    optional("trace_id", Kind::Text),
    optional("note", Kind::Text),
    optional("extras", Kind::Texts),
];

/// Lists what is wrong with an event's shape, and puts it right with stand-ins so that its values can be looked at.
pub(super) fn correct(event: &mut Map<String, Value>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    correct_object("", EVENT, event, &mut errors);
    errors
}

fn correct_object(path: &str, fields: &[Field], object: &mut Map<String, Value>, errors: &mut Vec<FieldError>) {
    let before = object.len();
    object.retain(|name, _| fields.iter().any(|field| field.name == name));
    if object.len() < before {
        // A name that we do not know may be content, so it is not repeated.
        let known: Vec<_> = fields.iter().map(|field| field.name).collect();
        let fix = format!("use only {}; anything else goes into extras", known.join(", "));
        errors.push(FieldError { pointer: pointer(path), reason: "unknown-field", fix });
    }
    for field in fields {
        let path = if path.is_empty() { field.name.to_owned() } else { format!("{path}.{}", field.name) };
        correct_field(path, field, object, errors);
    }
}

fn correct_field(path: String, field: &Field, object: &mut Map<String, Value>, errors: &mut Vec<FieldError>) {
    match (object.get_mut(field.name), &field.kind) {
        (None, _) if !field.required => {}
        (Some(Value::Null), Kind::Text | Kind::Object(_)) if !field.required => {}
        (None, Kind::Object(fields)) => correct_object(&path, fields, &mut Map::new(), errors),
        (None, kind) => {
            errors.push(FieldError {
                pointer: pointer(&path),
                reason: "missing-field",
                fix: format!("add it, {}", kind.wanted()),
            });
        }
        (Some(Value::Object(inner)), Kind::Object(fields)) => correct_object(&path, fields, inner, errors),
        (Some(value), kind) if kind.admits(value) => {}
        (Some(_), kind) => {
            errors.push(FieldError {
                pointer: pointer(&path),
                reason: "wrong-type",
                fix: format!("make it {}", kind.wanted()),
            });
            object.remove(field.name);
        }
    }
    if field.required && !object.contains_key(field.name) {
        object.insert(field.name.to_owned(), field.kind.stand_in());
    }
}

impl Kind {
    fn admits(&self, value: &Value) -> bool {
        match self {
            Self::Text => value.is_string(),
            Self::Integer => value.is_i64(),
            Self::Texts => value.as_object().is_some_and(|entries| entries.values().all(Value::is_string)),
            Self::Object(_) => value.is_object(),
        }
    }

    fn wanted(&self) -> &'static str {
        match self {
            Self::Text => "a string",
            Self::Integer => "a whole number: microseconds since 1970-01-01T00:00:00Z",
            Self::Texts => "an object whose values are strings",
            Self::Object(_) => "an object",
        }
    }

    /// A sound value, so that one mistake is not told twice.
    fn stand_in(&self) -> Value {
        match self {
            Self::Text => Value::from("-"),
            Self::Integer => Value::from(0),
            Self::Texts => Value::Object(Map::new()),
            Self::Object(fields) => {
                let required = fields.iter().filter(|field| field.required);
                required.map(|field| (field.name.to_owned(), field.kind.stand_in())).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use schemas::AuditEvent;

    use super::*;

    /// An event with every field, or with the required ones only.
    fn sample(fields: &[Field], all: bool) -> Value {
        let chosen = fields.iter().filter(|field| all || field.required);
        let value = |field: &Field| match &field.kind {
            Kind::Object(inner) => sample(inner, all),
            Kind::Texts => serde_json::json!({ "ward": "4" }),
            kind => kind.stand_in(),
        };
        chosen.map(|field| (field.name.to_owned(), value(field))).collect()
    }

    fn is_accepted(event: &Value) -> bool {
        serde_json::from_str::<AuditEvent<'_>>(&event.to_string()).is_ok()
    }

    /// The paths of all fields, as JSON pointers to the object and the name in it.
    fn places(pointer: &str, fields: &'static [Field]) -> Vec<(String, &'static Field)> {
        let deeper = fields.iter().flat_map(|field| match field.kind {
            Kind::Object(inner) => places(&format!("{pointer}/{}", field.name), inner),
            _ => Vec::new(),
        });
        fields.iter().map(|field| (pointer.to_owned(), field)).chain(deeper).collect()
    }

    #[test]
    fn the_table_is_the_type() {
        let (all, least) = (sample(EVENT, true), sample(EVENT, false));
        assert!(is_accepted(&all) && is_accepted(&least));
        // Every field that the type writes stands in the table.
        let written = serde_json::from_str::<AuditEvent<'_>>(&all.to_string()).map(serde_json::to_value);
        assert_eq!(written.unwrap().unwrap(), all);
        for (pointer, field) in places("", EVENT) {
            let object = |event: &Value| event.pointer(&pointer).cloned();
            let mut without = all.clone();
            without.pointer_mut(&pointer).and_then(Value::as_object_mut).unwrap().remove(field.name);
            assert_eq!(is_accepted(&without), !field.required, "{pointer}/{} is {:?}", field.name, object(&all));
        }
    }

    #[test]
    fn what_serde_accepts_has_no_fault_and_what_it_refuses_has_one() {
        for (pointer, field) in places("", EVENT) {
            for value in [Value::Null, Value::from(true), Value::from(1), Value::from("x"), serde_json::json!({})] {
                let mut event = sample(EVENT, true);
                event.pointer_mut(&pointer).unwrap()[field.name] = value.clone();
                let accepted = is_accepted(&event);
                let Value::Object(mut fields) = event else { panic!("an event is an object") };
                let errors = correct(&mut fields);
                assert_eq!(errors.is_empty(), accepted, "{pointer}/{} = {value}: {errors:?}", field.name);
                assert!(is_accepted(&Value::Object(fields)), "{pointer}/{} = {value} was not put right", field.name);
            }
        }
    }
}
