//! Our Avro is Avro, and between Avro, JSON and Rust nothing is lost.

use std::sync::LazyLock;

use proptest::prelude::*;
use schemas::{AuditEvent, released};
use serde_json::Value as Json;

use crate::convert::Oracle;
use crate::generate::Generator;

static GENERATOR: LazyLock<Generator> = LazyLock::new(|| Generator::new(released::AUDIT_EVENT.text));
static ORACLE: LazyLock<Oracle> = LazyLock::new(|| Oracle::new(released::AUDIT_EVENT.text));

pub fn encoded(event: &AuditEvent<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    event.encode(&mut bytes);
    bytes
}

/// The generated event as JSON text; parse it with `serde_json::from_str`.
pub fn generated(seed: u64) -> String {
    GENERATOR.event(seed).to_string()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_oracle_reads_what_we_write(seed: u64) {
        let json = GENERATOR.event(seed);
        let text = json.to_string();
        let event: AuditEvent<'_> = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(ORACLE.read(&encoded(&event)), ORACLE.value(&json));
    }

    #[test]
    fn we_read_what_the_oracle_writes_and_write_the_same_bytes(seed: u64) {
        let json = GENERATOR.event(seed);
        let text = json.to_string();
        let event: AuditEvent<'_> = serde_json::from_str(&text).unwrap();
        let theirs = ORACLE.write(&json);
        prop_assert_eq!(&AuditEvent::decode(&theirs).unwrap(), &event);
        // The oracle keeps maps unordered; with one entry there is one order.
        if event.extras.len() < 2 {
            prop_assert_eq!(encoded(&event), theirs);
        }
    }

    #[test]
    fn avro_json_and_rust_lose_nothing(seed: u64) {
        let json = GENERATOR.event(seed);
        let text = json.to_string();
        let event: AuditEvent<'_> = serde_json::from_str(&text).unwrap();
        prop_assert!(event.faults().is_empty());
        let bytes = encoded(&event);
        let decoded = AuditEvent::decode(&bytes).unwrap();
        prop_assert_eq!(&decoded, &event);
        let written = serde_json::to_string(&decoded).unwrap();
        prop_assert_eq!(serde_json::from_str::<Json>(&written).unwrap(), json.clone());
        prop_assert_eq!(&serde_json::from_str::<AuditEvent<'_>>(&written).unwrap(), &event);
        // The oracle's own way from the bytes to JSON.
        prop_assert_eq!(ORACLE.json(&bytes), json);
    }
}

#[test]
fn the_generator_reaches_every_field_and_the_longest_list() {
    let schema: Json = serde_json::from_str(released::AUDIT_EVENT.text).unwrap();
    let (mut wanted, mut seen, mut longest) = (Vec::new(), std::collections::BTreeSet::new(), 0);
    names(&schema, &mut wanted);
    for seed in 0..300 {
        visit(&GENERATOR.event(seed), &mut seen, &mut longest);
    }
    // A time is one string in JSON; its two Avro fields do not show.
    wanted.retain(|name| name != "given" && name != "micros");
    let missing: Vec<_> = wanted.iter().filter(|name| !seen.contains(*name)).collect();
    assert!(missing.is_empty(), "never generated: {missing:?}");
    assert_eq!(longest, schemas::list::ENTRIES_MAX);
}

pub fn names(schema: &Json, into: &mut Vec<String>) {
    for field in schema["fields"].as_array().into_iter().flatten() {
        into.push(field["name"].as_str().unwrap().to_owned());
    }
    match schema {
        Json::Object(object) => object.values().for_each(|inner| names(inner, into)),
        Json::Array(list) => list.iter().for_each(|inner| names(inner, into)),
        _ => {}
    }
}

pub fn visit(json: &Json, seen: &mut std::collections::BTreeSet<String>, longest: &mut usize) {
    match json {
        Json::Object(object) => {
            for (name, inner) in object {
                seen.insert(name.clone());
                visit(inner, seen, longest);
            }
        }
        Json::Array(list) => {
            *longest = list.len().max(*longest);
            list.iter().for_each(|inner| visit(inner, seen, longest));
        }
        _ => {}
    }
}
