//! A complete event of a type with example values, to begin with.

use serde_json::{Map, Value, json};

use super::EventType;
use crate::shape::{self, Field, Kind, Record};

/// What most events say.
const COMMON: [&str; 16] = [
    "/agents/0/id",
    "/agents/0/kind",
    "/agents/0/name",
    "/agents/0/network/ip",
    "/agents/0/requestor",
    "/agents/0/role",
    "/event_id",
    "/occurred_at",
    "/patients/0/id",
    "/purpose",
    "/session_id",
    "/source/address",
    "/source/system",
    "/tenant",
    "/trace_id",
    "/context/device",
];

/// An event of the type that has everything mandatory and recommended.
#[must_use]
pub fn template(wanted: &EventType) -> Value {
    let mut event = json!({
        "event_type": wanted.id,
        "action": wanted.actions.first(),
        "outcome": wanted.outcomes.first(),
    });
    let asked = wanted.mandatory.iter().chain(&wanted.recommended).map(String::as_str);
    for pointer in COMMON.into_iter().chain(asked) {
        let pointer = pointer.replace('*', "0");
        let is_left_out = wanted.without.iter().any(|left_out| pointer.starts_with(left_out.as_str()));
        if !is_left_out && let Some(example) = example_at(&pointer) {
            place(&mut event, &pointer, example);
        }
    }
    for (pointer, value) in &wanted.example {
        place(&mut event, pointer, value.clone());
    }
    event
}

fn example_at(pointer: &str) -> Option<Value> {
    let (parent, name) = pointer.rsplit_once('/')?;
    let record = if parent.is_empty() { shape::event() } else { shape::at(parent)?.record()? };
    let field = record.field(name)?;
    shape::example(record, field).cloned().or_else(|| field.kind.record().map(shape::full_example)).map(|example| {
        if matches!(field.kind, Kind::List(_)) && !example.is_array() { json!([example]) } else { example }
    })
}

/// Puts a value at a pointer and makes what has to stand around it. False where the schema has no such place, or where
/// a list would get a hole.
pub fn place(event: &mut Value, pointer: &str, value: Value) -> bool {
    if shape::at(pointer).is_none() || pointer.contains('*') {
        return false;
    }
    place_in_record(event, shape::event(), pointer, value)
}

fn place_in_record(object: &mut Value, record: &Record, pointer: &str, value: Value) -> bool {
    let Some((name, rest)) = pointer.strip_prefix('/').map(|rest| rest.split_at(rest.find('/').unwrap_or(rest.len())))
    else {
        *object = value;
        return true;
    };
    let Some(field) = record.field(name) else { return false };
    if !object.is_object() {
        *object = json!({});
    }
    let Value::Object(members) = object else { return false };
    let inner = members.entry(name).or_insert(Value::Null);
    place_in_value(inner, &field.kind, rest, value)
}

fn place_in_value(found: &mut Value, kind: &Kind, rest: &str, value: Value) -> bool {
    if rest.is_empty() {
        *found = value;
        return true;
    }
    let (segment, after) =
        rest.get(1..).map(|rest| rest.split_at(rest.find('/').unwrap_or(rest.len()))).unwrap_or_default();
    match kind {
        Kind::Record(inner) => {
            if !found.is_object() {
                *found = Value::Object(required(inner));
            }
            place_in_record(found, inner, rest, value)
        }
        Kind::List(entry) => {
            if !found.is_array() {
                *found = json!([]);
            }
            let (Value::Array(entries), Ok(index)) = (found, segment.parse::<usize>()) else { return false };
            if index > entries.len() {
                return false;
            }
            if index == entries.len() {
                entries.push(entry.record().map_or(Value::Null, |inner| Value::Object(required(inner))));
            }
            entries.get_mut(index).is_some_and(|found| place_in_value(found, entry, after, value))
        }
        Kind::Texts => {
            if !found.is_object() {
                *found = json!({});
            }
            found.as_object_mut().is_some_and(|members| {
                members.insert(segment.to_owned(), value);
                true
            })
        }
        _ => false,
    }
}

/// What a record cannot be without.
fn required(record: &Record) -> Map<String, Value> {
    let fields = record.fields.iter().filter(|field| field.required);
    let example = |field: &Field| Some((field.name.clone(), shape::example(record, field)?.clone()));
    fields.filter_map(example).collect()
}
