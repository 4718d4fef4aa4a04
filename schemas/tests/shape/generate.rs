//! Generated JSON of events: sound ones by the shape, and the same with something wrong in them.

use std::collections::BTreeSet;

use schemas::shape::{self, Field, Kind, Record};
use serde_json::{Map, Value, json};

/// A marker that no answer may repeat.
pub const SECRET: &str = "Zyxwvut";

/// SplitMix64: the same seed, the same event.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }
}

/// An event that nothing is wrong with.
pub fn event(random: &mut Random) -> Value {
    let mut event = record(random, shape::event());
    if event["agents"].as_array().is_none_or(Vec::is_empty) {
        event["agents"] = json!([{}]);
    }
    for agent in event["agents"].as_array_mut().unwrap() {
        agent["id"] = json!("u-1");
    }
    event
}

/// An event with every field, one entry in every list.
pub fn full(record: &Record) -> Value {
    record.fields.iter().map(|field| (field.name.clone(), whole(&field.kind))).collect()
}

fn whole(kind: &Kind) -> Value {
    match kind {
        Kind::Text => json!("x"),
        Kind::Boolean => json!(true),
        Kind::Int | Kind::Long => json!(7),
        Kind::Bytes => json!("AAEC"),
        Kind::Time => json!("2026-03-01T09:30:00+01:00"),
        Kind::List(entry) => json!([whole(entry)]),
        Kind::Texts => json!({"ward": "4"}),
        Kind::Record(record) => full(record),
    }
}

fn record(random: &mut Random, record: &Record) -> Value {
    let mut object = Map::new();
    for field in &record.fields {
        if field.required || random.below(4) == 0 {
            let value =
                if field.nullable && random.below(8) == 0 { Value::Null } else { value(random, field, &field.kind) };
            object.insert(field.name.clone(), value);
        }
    }
    Value::Object(object)
}

fn value(random: &mut Random, field: &Field, kind: &Kind) -> Value {
    let whole_times = [
        "2026-03-01T09:30:00Z",
        "2026-03-01 09:30+01:00",
        "1999-12-31t23:59:60.5z",
        "2024-02-29T00:00:00,123456789-05:30",
    ];
    match kind {
        Kind::Text if ["action", "outcome", "event_type", "kind"].contains(&field.name.as_str()) => {
            json!(random.pick(&["read", "patient-record.viewed", "x", "7_a"]))
        }
        Kind::Text
            if ["id", "event_id", "tenant", "system", "session_id", "trace_id"].contains(&field.name.as_str()) =>
        {
            json!(random.pick(&["7", "ä b", "Patient/1", "urn:oid:1.2.3"]))
        }
        Kind::Text => json!(random.pick(&["", "x", "Grüße\n", "\u{0}", "\u{1f600}\"\\"])),
        Kind::Boolean => json!(random.below(2) == 0),
        Kind::Int => json!(random.pick(&[0, -1, i32::MAX, i32::MIN])),
        Kind::Long => json!(random.pick(&[0, 7, (1_i64 << 53) - 1])),
        Kind::Bytes => json!(random.pick(&["", "AA==", "AAE=", "AAEC", "+/+/"])),
        Kind::Time if field.name == "occurred_at" => json!(random.pick(&whole_times)),
        Kind::Time => {
            json!(random.pick(&["2026", "2026-03", "2026-03-01", "2026-03-01T09:30", whole_times[1], "1901-01-01"]))
        }
        Kind::List(entry) => (0..random.below(3)).map(|_| value(random, field, entry)).collect(),
        Kind::Texts => (0..random.below(3)).map(|index| (format!("/key/{index}"), json!("\u{e000}"))).collect(),
        Kind::Record(inner) => record(random, inner),
    }
}

/// Makes one thing different; it may still be sound.
pub fn mutate(random: &mut Random, event: &mut Value) {
    let places: Vec<String> = places(event).into_iter().collect();
    let place = random.pick(&places);
    let Some(found) = event.pointer_mut(&place) else { return };
    match (found, random.below(4)) {
        (Value::Object(object), 0) => {
            let name = random.pick(&["patiens", SECRET, "", "id", "name", "agent"]);
            object.insert(name.to_owned(), junk(random));
        }
        (Value::Object(object), 1) => {
            let names: Vec<String> = object.keys().cloned().collect();
            if !names.is_empty() {
                object.remove(&random.pick(&names));
            }
        }
        (Value::Array(entries), 0) => entries.push(junk(random)),
        (Value::Array(entries), 1) => entries.clear(),
        (value, _) => *value = junk(random),
    }
}

/// The pointers of a value and of all that is in it.
pub fn places(value: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::from([String::new()]);
    let mut add = |name: &str, inner: &Value| {
        let name = name.replace('~', "~0").replace('/', "~1");
        found.extend(places(inner).into_iter().map(|place| format!("/{name}{place}")));
    };
    match value {
        Value::Object(object) => object.iter().for_each(|(name, inner)| add(name, inner)),
        Value::Array(entries) => entries.iter().enumerate().for_each(|(index, inner)| add(&index.to_string(), inner)),
        _ => {}
    }
    found
}

fn junk(random: &mut Random) -> Value {
    let long = "x".repeat(600);
    random.pick(&[
        Value::Null,
        json!(true),
        json!(0),
        json!(-1),
        json!(1_u64 << 31),
        json!(1_u64 << 63),
        json!(1.5),
        json!(1e300),
        json!(""),
        json!("x"),
        json!(format!("{SECRET} x")),
        json!("read"),
        json!("2026-03-01"),
        json!("2026-03-01T09:30:00"),
        json!("2026-03-01T09:30:00Z"),
        json!("1066-10-14T09:00:00Z"),
        json!("1900-02-29T09:30:00Z"),
        json!("AA=="),
        json!("AB=="),
        json!("AA"),
        json!(long),
        json!("a\u{85}b"),
        json!("a\u{0}b"),
        json!([]),
        json!({}),
        json!([null]),
        json!([[[SECRET]]]),
        json!({SECRET: 1}),
        json!({"id": "x"}),
        json!([{"id": "x"}, {"id": "y", "requestor": true}]),
    ])
}
