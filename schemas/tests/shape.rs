//! The shape is the type: what serde takes has no mistake, and what it refuses has one, on generated JSON.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "shape/generate.rs"]
mod generate;

use generate::{Random, SECRET};
use proptest::prelude::*;
use schemas::shape::{self, Field, Record};
use schemas::{AuditEvent, Defaults, Mistake, Refusal, decode_json};
use serde_json::{Value, json};

fn serde_takes(event: &Value) -> bool {
    serde_json::from_str::<AuditEvent<'_>>(&event.to_string()).is_ok()
}

fn mistakes(event: &Value) -> Vec<Mistake> {
    decode_json::mistakes(event, &Defaults::default())
}

fn decoded(event: &Value) -> Result<(), Vec<Mistake>> {
    match decode_json(event.to_string().as_bytes(), &Defaults::default()) {
        Ok(_) => Ok(()),
        Err(Refusal::Mistakes(mistakes)) => Err(mistakes),
        Err(Refusal::Malformed(malformed)) => panic!("{malformed}"),
    }
}

/// Every field of the shape with the pointer of the object that it stands in, in an event with one entry per list.
fn places(pointer: &str, record: &'static Record) -> Vec<(String, &'static Field)> {
    let here = record.fields.iter().map(|field| (pointer.to_owned(), field));
    let deeper = record.fields.iter().flat_map(|field| {
        let index = if matches!(field.kind, shape::Kind::List(_)) { "/0" } else { "" };
        field.kind.record().map(|inner| places(&format!("{pointer}/{}{index}", field.name), inner)).unwrap_or_default()
    });
    here.chain(deeper).collect()
}

#[test]
fn the_shape_is_the_type() {
    let whole = generate::full(shape::event());
    let event = serde_json::from_value::<Value>(whole.clone()).unwrap().to_string();
    let written = serde_json::to_value(serde_json::from_str::<AuditEvent<'_>>(&event).unwrap()).unwrap();
    assert_eq!(written, whole, "every field of the shape is one of the type");
    assert_eq!(mistakes(&whole), []);
    let places = places("", shape::event());
    assert!(places.len() > 250, "only {} places", places.len());
    for (pointer, field) in places {
        let place = format!("{pointer}/{}", field.name);
        let mut without = whole.clone();
        without.pointer_mut(&pointer).unwrap().as_object_mut().unwrap().remove(&field.name).unwrap();
        assert_eq!(serde_takes(&without), !field.required, "{place} absent");
        let mut null = whole.clone();
        *null.pointer_mut(&place).unwrap() = Value::Null;
        assert_eq!(serde_takes(&null), field.nullable, "{place} null");
        let mut further = whole.clone();
        further.pointer_mut(&pointer).unwrap()["further"] = json!(1);
        assert!(!serde_takes(&further), "{pointer} with a further member");
        assert!(shape::at(&place).is_some(), "{place}");
    }
}

#[test]
fn each_wrong_value_is_told_at_its_own_place_and_only_there() {
    let whole = generate::full(shape::event());
    for (pointer, field) in places("", shape::event()) {
        let place = format!("{pointer}/{}", field.name);
        for value in [
            json!(true),
            json!(1),
            json!(1_u64 << 40),
            json!(1_u64 << 63),
            json!("x"),
            json!({}),
            json!([]),
            json!([1]),
        ] {
            let mut event = whole.clone();
            *event.pointer_mut(&place).unwrap() = value.clone();
            let told = mistakes(&event);
            if !serde_takes(&event) {
                assert!(!told.is_empty(), "{place} = {value} went by");
            }
            let elsewhere = told.iter().find(|mistake| !mistake.pointer.starts_with(&place));
            assert_eq!(elsewhere, None, "{place} = {value}");
            assert_eq!(decoded(&event), if told.is_empty() { Ok(()) } else { Err(told) }, "{place} = {value}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_generated_event_is_sound_and_comes_back_the_same(seed in any::<u64>()) {
        let json = generate::event(&mut Random(seed));
        prop_assert_eq!(mistakes(&json), []);
        let body = json.to_string();
        let event = decode_json(body.as_bytes(), &Defaults::default()).unwrap();
        let mut record = Vec::new();
        event.encode(&mut record);
        prop_assert_eq!(&AuditEvent::decode(&record).unwrap(), &event);
        let again = serde_json::to_string(&event).unwrap();
        prop_assert_eq!(&decode_json(again.as_bytes(), &Defaults::default()).unwrap(), &event);
    }

    #[test]
    fn both_ways_agree_on_what_is_wrong_and_neither_repeats_it(seed in any::<u64>(), count in 1..4_usize) {
        let mut random = Random(seed);
        let mut json = generate::event(&mut random);
        for _ in 0..count {
            generate::mutate(&mut random, &mut json);
        }
        let told = mistakes(&json);
        prop_assert_eq!(decoded(&json), if told.is_empty() { Ok(()) } else { Err(told.clone()) });
        if told.is_empty() {
            prop_assert!(serde_takes(&json));
        }
        let said = format!("{told:?}");
        prop_assert!(!said.contains(SECRET), "{}", said);
        prop_assert!(!said.contains("not-an-event") && !said.contains("correct it"), "{}", said);
    }

    #[test]
    fn no_body_panics(body in proptest::collection::vec(any::<u8>(), 0..200), text in "[\\[\\]{}\":,a-z0-9\\\\ -]{0,60}") {
        prop_assert!(decode_json(&body, &Defaults::default()).is_err());
        prop_assert!(decode_json(text.as_bytes(), &Defaults::default()).is_err());
    }
}
