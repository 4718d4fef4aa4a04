//! Every field of the event's schema has a path rule, and the rules name no field that is not there.

use std::collections::{BTreeMap, BTreeSet};

use schemas::shape;

#[test]
fn every_field_of_the_schema_has_a_rule_and_every_rule_a_field() {
    let rules: toml::Value = toml::from_str(include_str!("../rules/audit_event.toml")).unwrap();
    let ruled: BTreeMap<String, BTreeSet<String>> = rules["type"]
        .as_array()
        .unwrap()
        .iter()
        .map(|kind| {
            let name = kind["name"].as_str().unwrap().strip_prefix("event.").unwrap().to_owned();
            (name, kind["members"].as_table().unwrap().keys().cloned().collect())
        })
        // Extras have names of their own.
        .filter(|(name, _)| name != "Extras")
        .collect();
    let records = shape::records();
    let declared: BTreeMap<String, BTreeSet<String>> = records
        .iter()
        .map(|record| (record.name.clone(), record.fields.iter().map(|field| field.name.clone()).collect()))
        .collect();
    assert_eq!(ruled, declared);
    // Of the schema's 154 fields two are those of a time, which stand for one value.
    assert_eq!(records.iter().map(|record| record.fields.len()).sum::<usize>(), 152);
}
