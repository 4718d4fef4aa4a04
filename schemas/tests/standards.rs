//! Nothing of a standard's audit message is lost: full messages, mapped by the tables, are found again value by value.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;

use schemas::AuditEvent;
use schemas::catalogue::place;
use schemas::catalogue::standards::{self, Element, Standard};
use schemas::shape::{self, Kind};
use serde_json::{Value, json};

const SAMPLES: [&str; 3] = [
    include_str!("standards/fhir-r4.json"),
    include_str!("standards/fhir-r5.json"),
    include_str!("standards/dicom.json"),
];

/// The pointers at which a pattern meets something in a message, with the indices that its stars stand for.
fn meets(value: &Value, pattern: &str) -> Vec<(String, Vec<usize>)> {
    let Some((before, after)) = pattern.split_once("/*") else {
        return value.pointer(pattern).map(|_| (pattern.to_owned(), Vec::new())).into_iter().collect();
    };
    let entries = value.pointer(before).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let each = entries.iter().enumerate().flat_map(|(index, entry)| {
        meets(entry, after)
            .into_iter()
            .map(move |(pointer, indices)| (format!("{before}/{index}{pointer}"), [vec![index], indices].concat()))
    });
    each.collect()
}

fn filled(pattern: &str, indices: &[usize]) -> String {
    indices.iter().fold(pattern.to_owned(), |pattern, index| pattern.replacen('*', &index.to_string(), 1))
}

/// Where a value of the message must stand in the event, and as what.
struct Mapped {
    from: String,
    to: String,
    value: Value,
}

fn mapped(message: &Value, element: &Element) -> Vec<Mapped> {
    let each = meets(message, &element.from).into_iter().map(|(from, indices)| {
        let found = message.pointer(&from).unwrap();
        let text = || found.as_str().map_or_else(|| found.to_string(), str::to_owned);
        let value = match element.kind.as_str() {
            "json" => json!(found.to_string()),
            "boolean" | "integer" => serde_json::from_str(&text()).unwrap(),
            _ => json!(text()),
        };
        let escaped = from.replace('~', "~0").replace('/', "~1");
        let to = if element.to == "extras" { format!("/extras/{escaped}") } else { filled(&element.to, &indices) };
        Mapped { from, to, value }
    });
    each.collect()
}

/// Lists of a message may begin late, such as an alternative id without a first one.
fn put(event: &mut Value, pointer: &str, value: &Value) {
    if let Some(key) = pointer.strip_prefix("/extras/") {
        event["extras"][key.replace("~1", "/").replace("~0", "~")] = value.clone();
        return;
    }
    for (end, _) in pointer.match_indices('/').skip(1) {
        let list = &pointer[..end];
        if let Some((list, index)) =
            list.rsplit_once('/').and_then(|(list, index)| Some((list, index.parse::<usize>().ok()?)))
        {
            let length = event.pointer(list).and_then(Value::as_array).map_or(0, Vec::len);
            for missing in length..index {
                assert!(place(event, &format!("{list}/{missing}"), json!({})), "{list}/{missing}");
            }
        }
    }
    assert!(place(event, pointer, value.clone()), "{pointer}");
}

fn event_of(standard: &Standard, message: &Value) -> (Value, Vec<Mapped>) {
    let mut event = json!({"event_id": "e-1", "tenant": "north", "event_type": "x", "action": "unknown", "outcome": "unknown",
        "occurred_at": "2026-03-01T00:00:00Z", "source": {"system": "unknown"}, "extras": {}});
    let all: Vec<Mapped> = standard.values().iter().flat_map(|element| mapped(message, element)).collect();
    for Mapped { to, value, .. } in &all {
        put(&mut event, to, value);
    }
    (event, all)
}

fn scalars(value: &Value, pointer: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, inner)| scalars(inner, &format!("{pointer}/{name}"), found));
        }
        Value::Array(entries) => {
            entries.iter().enumerate().for_each(|(index, inner)| scalars(inner, &format!("{pointer}/{index}"), found));
        }
        _ => drop(found.insert(pointer.to_owned())),
    }
}

#[test]
fn there_are_three_standards_and_every_place_exists() {
    assert_eq!(standards::all().len(), 3);
    for standard in standards::all() {
        for Element { from, to, kind } in standard.values() {
            assert!(from.starts_with('/') && from.matches('*').count() >= to.matches('*').count(), "{from}");
            if to == "extras" {
                assert_eq!(kind, "json", "{from}");
                continue;
            }
            let found =
                shape::at(&to).unwrap_or_else(|| panic!("{}: {from} goes to {to}, which is not there", standard.title));
            let fits = match kind.as_str() {
                "text" | "json" => matches!(found, Kind::Text),
                "time" => matches!(found, Kind::Time),
                "boolean" => matches!(found, Kind::Boolean),
                "integer" => matches!(found, Kind::Int),
                "base64" => matches!(found, Kind::Bytes),
                _ => false,
            };
            assert!(fits, "{}: {from} is {kind} and {to} is {found:?}", standard.title);
        }
    }
}

#[test]
fn every_value_of_a_full_message_is_found_again_in_the_event() {
    for (standard, samples) in standards::all().iter().zip(SAMPLES) {
        for message in serde_json::from_str::<Vec<Value>>(samples).unwrap() {
            let (event, mapped) = event_of(standard, &message);
            let text = event.to_string();
            let mut record = Vec::new();
            serde_json::from_str::<AuditEvent<'_>>(&text)
                .unwrap_or_else(|error| panic!("{}: {error}: {text}", standard.title))
                .encode(&mut record);
            let decoded =
                AuditEvent::decode(&record).unwrap_or_else(|error| panic!("{}: {error}: {text}", standard.title));
            let stored = serde_json::to_value(&decoded).unwrap();
            for Mapped { from, to, value } in &mapped {
                assert_eq!(stored.pointer(to), Some(value), "{}: {from} is not at {to}", standard.title);
            }
            let mut lost = BTreeSet::new();
            scalars(&message, "", &mut lost);
            assert!(lost.len() > 5, "{lost:?}");
            lost.retain(|pointer| {
                let is_kept = |kept: &Mapped| {
                    pointer
                        .strip_prefix(kept.from.as_str())
                        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
                };
                !mapped.iter().any(is_kept)
            });
            assert_eq!(lost, BTreeSet::new(), "{} loses values", standard.title);
        }
    }
}

#[test]
fn no_two_values_stand_at_one_place() {
    for (standard, samples) in standards::all().iter().zip(SAMPLES) {
        for message in serde_json::from_str::<Vec<Value>>(samples).unwrap() {
            let (_, mapped) = event_of(standard, &message);
            let places: BTreeSet<&str> = mapped.iter().map(|mapped| mapped.to.as_str()).collect();
            assert_eq!(places.len(), mapped.len(), "{}", standard.title);
        }
    }
}

#[test]
fn every_element_of_the_tables_is_in_a_sample() {
    for (standard, samples) in standards::all().iter().zip(SAMPLES) {
        let messages: Vec<Value> = serde_json::from_str(samples).unwrap();
        for element in standard.values() {
            let is_there = messages.iter().any(|message| !meets(message, &element.from).is_empty());
            assert!(is_there, "{}: no sample has {}", standard.title, element.from);
        }
    }
}

#[test]
fn the_page_in_the_book_is_fresh() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/src/reference/standards-map.md");
    let found = std::fs::read_to_string(page).unwrap_or_default();
    assert!(found == standards::page(), "the page is stale; write it anew with `audit-cli event schema --standards`");
}
