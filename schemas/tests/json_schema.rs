//! The JSON Schema says what the decoder does, judged by an independent validator; its files in the book are fresh.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "shape/generate.rs"]
mod generate;

use generate::{Random, SECRET};
use jsonschema::Validator;
use proptest::prelude::*;
use schemas::json_schema::{Form, json_schema, reference_page};
use schemas::{Defaults, decode_json, shape};
use serde_json::{Value, json};
use std::sync::LazyLock;

static WHOLE: LazyLock<Validator> = LazyLock::new(|| jsonschema::validator_for(&json_schema(Form::WHOLE)).unwrap());

fn decodes(event: &Value) -> bool {
    decode_json(event.to_string().as_bytes(), &Defaults::default()).is_ok()
}

fn with(pointer: &str, value: &Value) -> Value {
    let mut event = shape::full_example(shape::event());
    *event.pointer_mut(pointer).unwrap() = value.clone();
    event
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn the_validator_and_the_decoder_agree(seed in any::<u64>(), count in 0..4_usize) {
        let mut random = Random(seed);
        let mut event = generate::event(&mut random);
        for _ in 0..count {
            generate::mutate(&mut random, &mut event);
        }
        prop_assert_eq!(WHOLE.is_valid(&event), decodes(&event), "{}", event);
    }

    #[test]
    fn they_agree_on_times(
        year in prop_oneof!["19[0-9]{2}", "20[0-9]{2}", "2[0-2]00", "[0-9]{3,5}"],
        month in "[01][0-9]", day in "[0-3][0-9]", separator in "[Tt ]|[-_]", clock in "[0-2][0-9]:[0-6][0-9](:[0-6][0-9]([.,][0-9]{0,10})?)?",
        zone in "|Z|z|[+-][0-2][0-9]:[0-6][0-9]|[+-][0-9]{2,4}",
    ) {
        let text = json!(format!("{year}-{month}-{day}{separator}{clock}{zone}"));
        for place in ["/occurred_at", "/times/ended_at"] {
            let event = with(place, &text);
            let is_edge = ["1899", "1900", "2255"].contains(&year.as_str());
            prop_assert!(is_edge || WHOLE.is_valid(&event) == decodes(&event), "{}: {}", place, text);
        }
    }

    #[test]
    fn they_agree_on_base64_words_and_parts_of_dates(
        base64 in "[A-Za-z0-9+/]{0,7}={0,3}", word in "[a-zA-Z0-9._ -]{0,4}", date in "[0-9]{4}(-[0-9]{2}(-[0-9]{2}(T)?)?)?",
    ) {
        for (place, text) in [("/origin/sha256", base64), ("/action", word), ("/times/recorded_at", date)] {
            let event = with(place, &json!(text));
            let is_edge = text.starts_with("1899") || text.starts_with("2255");
            prop_assert!(is_edge || WHOLE.is_valid(&event) == decodes(&event), "{}: {}", place, text);
        }
    }
}

#[test]
fn they_agree_on_every_place_and_many_values() {
    let whole = generate::full(shape::event());
    let values = [
        json!(null),
        json!(true),
        json!(7),
        json!(1_u64 << 40),
        json!("x"),
        json!("x y"),
        json!(""),
        json!([]),
        json!({}),
        json!({SECRET: 1}),
    ];
    for place in generate::places(&whole) {
        for value in &values {
            let mut event = whole.clone();
            *event.pointer_mut(&place).unwrap() = value.clone();
            assert_eq!(WHOLE.is_valid(&event), decodes(&event), "{place} = {value}");
        }
    }
}

#[test]
fn they_agree_on_the_last_days_of_every_month() {
    for (year, month) in
        [1900, 1904, 2000, 2023, 2024, 2100].into_iter().flat_map(|year| (0..=13).map(move |month| (year, month)))
    {
        for day in [0, 1, 28, 29, 30, 31, 32] {
            let text = json!(format!("{year}-{month:02}-{day:02}T12:00:00Z"));
            for event in [with("/occurred_at", &text), with("/times/ended_at", &text)] {
                assert_eq!(WHOLE.is_valid(&event), decodes(&event), "{text}");
            }
        }
    }
}

#[test]
fn they_agree_on_bounds() {
    for (place, most) in
        [("/event_id", 512), ("/tenant", 128), ("/action", 128), ("/agents/0/id", 512), ("/objects/0/kind", 128)]
    {
        for length in [1, most, most + 1] {
            let event = with(place, &json!("x".repeat(length)));
            assert_eq!(WHOLE.is_valid(&event), length <= most, "{place} of {length}");
            assert_eq!(decodes(&event), length <= most, "{place} of {length}");
        }
    }
    for count in [0, 1, 1_000, 1_001] {
        let agents = with("/agents", &json!(vec![json!({"id": "u-1"}); count]));
        assert_eq!(
            (WHOLE.is_valid(&agents), decodes(&agents)),
            ((1..=1_000).contains(&count), (1..=1_000).contains(&count))
        );
        let policies = with("/authority/policies", &json!(vec!["x"; count]));
        assert_eq!((WHOLE.is_valid(&policies), decodes(&policies)), (count <= 1_000, count <= 1_000));
    }
}

#[test]
fn they_agree_on_who_acted() {
    let identifiers = |value: Value| json!({"detail": {"identifiers": [{}, {"value": value}]}});
    for agents in [
        json!([{}]),
        json!([{"id": ""}]),
        json!([{"id": null, "name": "x"}]),
        json!([{}, {"id": "u-1"}]),
        json!([{}, {"id": "u-1", "requestor": true}]),
        json!([{"id": "u-1"}, {"requestor": true}]),
        json!([{"id": "u-1"}, {"requestor": false}]),
        json!([identifiers(json!("x"))]),
        json!([identifiers(json!(""))]),
        json!([identifiers(json!(null))]),
    ] {
        let event = with("/agents", &agents);
        assert_eq!(WHOLE.is_valid(&event), decodes(&event), "{agents}");
    }
}

#[test]
fn the_gateways_form_needs_neither_tenant_nor_id() {
    let http = jsonschema::validator_for(&json_schema(Form::HTTP)).unwrap();
    let defaults = Defaults { tenant: Some("north"), event_id: Some("e-1") };
    for name in ["tenant", "event_id", "source"] {
        let mut event = shape::full_example(shape::event());
        event["tenant"] = json!("north");
        event.as_object_mut().unwrap().remove(name);
        assert!(!WHOLE.is_valid(&event), "{name}");
        assert_eq!(http.is_valid(&event), decode_json(event.to_string().as_bytes(), &defaults).is_ok(), "{name}");
        assert_eq!(http.is_valid(&event), name != "source");
    }
}

#[test]
fn the_schema_is_a_schema() {
    for form in [Form::WHOLE, Form::HTTP] {
        jsonschema::meta::validate(&json_schema(form)).unwrap();
    }
}

#[test]
fn the_files_in_the_book_are_fresh() {
    let reference = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/src/reference");
    let schema = serde_json::to_string_pretty(&json_schema(Form::WHOLE)).unwrap() + "\n";
    for (name, fresh, command) in [
        ("audit-event.schema.json", schema, "audit-cli event schema"),
        ("audit-event.md", reference_page(), "audit-cli event schema --markdown"),
    ] {
        let found = std::fs::read_to_string(format!("{reference}/{name}")).unwrap_or_default();
        assert!(found == fresh, "docs/src/reference/{name} is stale; write it anew with `{command}`");
    }
}
