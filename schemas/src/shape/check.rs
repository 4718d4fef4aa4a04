//! Holds a JSON value against the shape, tells all that is wrong, and puts it right with stand-ins.
//!
//! With the shape put right the value can become an event, so that what is wrong with the values is told in the same answer.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::{Field, Kind, Mistake, Mistakes, Record};
use crate::list::ENTRIES_MAX;
use crate::time::Time;

/// Longer names than this are nobody's slip of the finger.
const NAME_BYTES_MAX: usize = 64;

/// Puts an event's JSON right and tells what was wrong. What is not an object becomes one.
pub(crate) fn correct(event: &mut Value, shape: &Record, mistakes: &mut Mistakes) {
    if let Value::Object(object) = event {
        correct_object("", shape, object, mistakes);
    } else {
        mistakes.push(wrong_type("", "an object"));
        *event = stand_in_record(shape);
    }
}

fn correct_object(pointer: &str, record: &Record, object: &mut Map<String, Value>, mistakes: &mut Mistakes) {
    let names = object.keys().filter(|name| record.field(name).is_none());
    if let Some(mistake) = not_known(pointer, record, names.map(String::as_str)) {
        mistakes.push(mistake);
        object.retain(|name, _| record.field(name).is_some());
    }
    for field in &record.fields {
        let place = format!("{pointer}/{}", field.name);
        match object.get_mut(&field.name) {
            None if !field.required => {}
            Some(Value::Null) if field.nullable => {}
            None => {
                mistakes.push(missing(&place, field));
                object.insert(field.name.clone(), stand_in(&field.kind));
            }
            Some(value) => correct_value(&place, &field.kind, value, mistakes),
        }
    }
}

fn correct_value(place: &str, kind: &Kind, value: &mut Value, mistakes: &mut Mistakes) {
    match (kind, &mut *value) {
        (Kind::Record(record), Value::Object(object)) => return correct_object(place, record, object, mistakes),
        (Kind::List(entry), Value::Array(entries)) => {
            if entries.len() > ENTRIES_MAX {
                mistakes.push(too_many(place));
                entries.truncate(ENTRIES_MAX);
            }
            for (index, value) in entries.iter_mut().enumerate() {
                correct_value(&format!("{place}/{index}"), entry, value, mistakes);
            }
            return;
        }
        (Kind::Texts, Value::Object(entries)) => return correct_texts(place, entries, mistakes),
        _ => {}
    }
    if let Some(mistake) = scalar_mistake(place, kind, value) {
        mistakes.push(mistake);
        *value = stand_in(kind);
    }
}

/// The keys are the sender's own, so that none is named.
fn correct_texts(place: &str, entries: &mut Map<String, Value>, mistakes: &mut Mistakes) {
    if entries.len() > ENTRIES_MAX {
        mistakes.push(too_many(place));
        *entries = std::mem::take(entries).into_iter().take(ENTRIES_MAX).collect();
    }
    if entries.values().any(|value| !value.is_string()) {
        mistakes.push(wrong_type(place, wanted(&Kind::Texts)));
        entries.retain(|_, value| value.is_string());
    }
}

fn scalar_mistake(place: &str, kind: &Kind, value: &Value) -> Option<Mistake> {
    match (kind, value) {
        (Kind::Text, Value::String(_)) | (Kind::Boolean, Value::Bool(_)) => None,
        (Kind::Time, Value::String(text)) if Time::parse(text.as_str()).is_some() => None,
        (Kind::Bytes, Value::String(text)) if STANDARD.decode(text).is_ok() => None,
        (Kind::Int, Value::Number(number)) if number.as_i64().is_some_and(|number| i32::try_from(number).is_ok()) => {
            None
        }
        (Kind::Long, Value::Number(number)) if number.is_i64() => None,
        (_, Value::Null) => Some(Mistake::new(
            place,
            "null",
            format!("leave it out where it is not needed, else make it {}", wanted(kind)),
        )),
        (Kind::Time, Value::String(_)) => Some(Mistake::new(place, "not-a-time", format!("make it {}", wanted(kind)))),
        (Kind::Bytes, Value::String(_)) => Some(Mistake::new(place, "not-base64", format!("make it {}", wanted(kind)))),
        (Kind::Int | Kind::Long, Value::Number(number)) if is_whole(number) => {
            Some(Mistake::new(place, "integer-out-of-range", format!("make it {}", wanted(kind))))
        }
        _ => Some(wrong_type(place, wanted(kind))),
    }
}

/// A number of 2^64 and more is a float to the JSON parser.
fn is_whole(number: &serde_json::Number) -> bool {
    number.is_i64() || number.is_u64() || number.as_f64().is_some_and(|number| number.abs() >= 1e18)
}

/// The names of one object that are compared with ours.
const GUESSES_MAX: usize = 32;

/// The one mistake of an object with members that its record does not have.
fn not_known<'n>(pointer: &str, record: &Record, names: impl Iterator<Item = &'n str>) -> Option<Mistake> {
    let mut count = 0;
    let mut meant: Vec<&str> = Vec::new();
    for name in names {
        count += 1;
        // Comparing costs, and whoever sends thousands of unknown names has not misspelt ours.
        if count <= GUESSES_MAX {
            meant.extend(near(name, record).filter(|near| !meant.contains(near)));
        }
    }
    // A name that we do not know may be content, so only our own names are told.
    let meant: Vec<String> = meant.iter().map(|name| format!("`{name}`")).collect();
    let question = if meant.is_empty() { String::new() } else { format!("did you mean {}? ", meant.join(", ")) };
    let known: Vec<&str> = record.fields.iter().map(|field| field.name.as_str()).collect();
    let subject = if count == 1 { "one member is".to_owned() } else { format!("{count} members are") };
    let fix = format!("{subject} not known: {question}use only {}; anything else goes into /extras", known.join(", "));
    (count > 0).then(|| Mistake::new(pointer, "unknown-field", fix))
}

fn near<'r>(name: &str, record: &'r Record) -> Option<&'r str> {
    let word: String = name.bytes().take(NAME_BYTES_MAX).map(|byte| char::from(byte.to_ascii_lowercase())).collect();
    let word = word.replace('-', "_");
    let distances = record.fields.iter().map(|field| (strsim::damerau_levenshtein(&word, &field.name), &field.name));
    let (distance, nearest) = distances.min()?;
    // occurredAt is occurred_at: one insertion. A third of a short name may differ, never more than two letters.
    (distance <= (nearest.len() / 3).clamp(1, 2)).then_some(nearest)
}

fn missing(place: &str, field: &Field) -> Mistake {
    let known = field.known.join(", ");
    let example = if known.is_empty() { String::new() } else { format!(" such as {known}") };
    let subject = field.doc.trim_end_matches('.');
    Mistake::new(place, "missing-field", format!("add it, {}{example}: {subject}", wanted(&field.kind)))
}

fn wrong_type(place: &str, wanted: &str) -> Mistake {
    Mistake::new(place, "wrong-type", format!("make it {wanted}"))
}

fn too_many(place: &str) -> Mistake {
    Mistake::new(place, "too-many-entries", format!("send at most {ENTRIES_MAX}, in several events where need be"))
}

fn wanted(kind: &Kind) -> &'static str {
    match kind {
        Kind::Text => "a string",
        Kind::Boolean => "true or false",
        Kind::Int => "a whole number between -2147483648 and 2147483647",
        Kind::Long => "a whole number between -2^63 and 2^63 - 1",
        Kind::Bytes => "a string of base64, with its padding",
        Kind::Time => "a time as RFC 3339 writes it, such as 2026-03-01T09:30:00Z",
        Kind::List(_) => "a list",
        Kind::Texts => "an object whose values are strings",
        Kind::Record(_) => "an object",
    }
}

/// A sound value, so that one mistake is not told twice.
pub(super) fn stand_in(kind: &Kind) -> Value {
    match kind {
        Kind::Text => Value::from("x"),
        Kind::Boolean => Value::from(false),
        Kind::Int | Kind::Long => Value::from(0),
        Kind::Bytes => Value::from("AA=="),
        Kind::Time => Value::from("2000-01-01T00:00:00Z"),
        Kind::List(_) => Value::from(Vec::<Value>::new()),
        Kind::Texts => Value::Object(Map::new()),
        Kind::Record(record) => stand_in_record(record),
    }
}

fn stand_in_record(record: &Record) -> Value {
    let required = record.fields.iter().filter(|field| field.required);
    required.map(|field| (field.name.clone(), stand_in(&field.kind))).collect()
}
