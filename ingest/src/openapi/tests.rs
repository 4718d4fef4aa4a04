//! The description against what the gateway does.

use std::collections::BTreeSet;

use serde_json::json;

use super::*;
use crate::problem::{Kind, Problem};

fn extend(value: &mut Value, more: Value) {
    if let (Value::Object(object), Value::Object(more)) = (value, more) {
        object.extend(more);
    }
}

#[test]
fn every_problem_is_described() {
    let source = include_str!("../problem.rs");
    let variants = source.split("pub enum Kind {").nth(1).unwrap().split('}').next().unwrap();
    let variants = variants.lines().map(str::trim).filter(|line| line.ends_with(',')).count();
    let labels: BTreeSet<_> = Kind::ALL.iter().map(|kind| kind.label()).collect();
    assert_eq!((labels.len(), Kind::ALL.len()), (variants, variants));
    let page = include_str!("../../../docs/src/reference/http-api.md");
    for kind in Kind::ALL {
        let row = format!("| {} | `{}` |", Problem::new(kind, "").status().as_u16(), kind.label());
        assert!(page.contains(&row), "the book lacks {row}");
    }
    let paths = document(true)["paths"].to_string();
    for kind in Kind::ALL.into_iter().filter(|kind| !matches!(kind, Kind::NotFound | Kind::WrongMethod)) {
        assert!(paths.contains(&kind.urn()), "no path tells {}", kind.urn());
    }
}

/// Every example with its schema, wherever it stands.
fn examples(value: &Value, found: &mut Vec<(Value, Value)>) {
    if let (Some(schema), Some(example)) = (value.get("schema"), value.get("example")) {
        found.push((schema.clone(), example.clone()));
    }
    if let (Some(schema), Some(Value::Object(named))) = (value.get("schema"), value.get("examples")) {
        found.extend(named.values().map(|example| (schema.clone(), example["value"].clone())));
    }
    match value {
        Value::Object(members) => members.values().for_each(|inner| examples(inner, found)),
        Value::Array(list) => list.iter().for_each(|inner| examples(inner, found)),
        _ => {}
    }
}

#[test]
fn every_example_keeps_to_its_schema() {
    let document = document(true);
    let mut found = Vec::new();
    examples(&document["paths"], &mut found);
    assert!(found.len() > 30, "{}", found.len());
    for (schema, example) in found {
        let mut whole = json!({"components": document["components"]});
        extend(&mut whole, schema.clone());
        let validator = jsonschema::draft202012::new(&whole).unwrap();
        assert!(validator.is_valid(&example), "{schema}: {example}");
    }
    // A schema that lets everything through would prove nothing.
    let mut event = json!({"components": document["components"], "$ref": "#/components/schemas/AuditEvent"});
    assert!(!jsonschema::draft202012::new(&event).unwrap().is_valid(&json!({"event_id": 7})));
    extend(&mut event, json!({"$ref": "#/components/schemas/Problem"}));
    assert!(!jsonschema::draft202012::new(&event).unwrap().is_valid(&json!({"type": "urn:other"})));
}

#[test]
fn the_examples_of_events_are_taken_by_the_decoder() {
    let defaults = schemas::Defaults { tenant: Some("general-hospital"), event_id: None };
    let event = paths::example().to_string();
    let decoded = crate::decode::decode_json(event.as_bytes(), &defaults).unwrap();
    assert_eq!(schemas::catalogue::check(&decoded), []);
    let content = &document(true)["paths"]["/v1/events"]["post"]["requestBody"]["content"];
    let cloudevent = content["application/cloudevents+json"]["example"].to_string();
    let plain = crate::cloudevents::structured(cloudevent.as_bytes()).unwrap();
    crate::decode::decode_json(&plain, &defaults).unwrap();
}

#[test]
fn a_gateway_that_asks_nobody_does_not_say_that_it_asks() {
    assert_eq!(document(true)["security"].as_array().map(Vec::len), Some(3));
    assert_eq!(document(false)["security"], json!([]));
}

#[test]
fn the_page_needs_nothing_from_elsewhere() {
    let description = Description::new(true);
    let page = String::from_utf8(description.page.to_vec()).unwrap();
    assert!(page.contains("POST /v1/events:batch") && page.contains("occurred_at"));
    for foreign in ["<script", "http://", "src=", "@import", "url("] {
        assert!(!page.split("<pre>").next().unwrap().contains(foreign), "{foreign}");
    }
    assert!(description.policy.starts_with("default-src 'none'; style-src 'sha256-"));
}

#[test]
fn the_router_answers_what_is_described_and_nothing_else() {
    let router = include_str!("../pipeline.rs");
    let described = document(true)["paths"].clone();
    let described: BTreeSet<_> = described
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| {
            methods.as_object().unwrap().keys().map(move |method| (path.clone(), method.clone()))
        })
        .collect();
    let routed: BTreeSet<_> = router
        .lines()
        .filter_map(|line| line.trim().strip_prefix(".route(\""))
        .map(|rest| {
            let (path, handler) = rest.split_once("\", ").unwrap();
            (path.to_owned(), handler.split('(').next().unwrap().to_owned())
        })
        .collect();
    assert_eq!(described, routed);
}
