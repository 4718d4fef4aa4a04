//! The catalogue holds together: its pointers exist, its examples pass, and what it demands is missed.
use super::*;
use crate::shape::{self, Kind, Mistake};
use crate::{AuditEvent, Defaults, decode_json};

fn checked(event: &Value) -> Vec<Mistake> {
    let text = event.to_string();
    check(&decode_json(text.as_bytes(), &Defaults::default()).unwrap())
}

/// Takes a value away and tells whether there was one.
fn removed(event: &mut Value, pointer: &str) -> bool {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    event.pointer_mut(parent).and_then(Value::as_object_mut).is_some_and(|members| members.remove(name).is_some())
}

#[test]
fn the_files_are_read_whole_and_every_id_is_there_once() {
    let types: Vec<EventType> = FILES.iter().flat_map(|text| toml::from_str::<File>(text).unwrap().r#type).collect();
    assert!(types.len() >= 50, "{}", types.len());
    assert_eq!(all().len(), types.len(), "an id stands there twice");
    for id in [
        "patient-record.viewed",
        "patient-record.searched",
        "order.placed",
        "result.released",
        "user.login",
        "record.exported",
        "consent.changed",
        "break-glass.started",
    ] {
        assert!(find(id).is_some(), "{id}");
    }
    assert_eq!(find("patient-record.veiwed"), None);
    assert_eq!(nearest("patient-record.veiwed"), Some("patient-record.viewed"));
    assert_eq!(nearest("something else altogether"), None);
}

#[test]
fn every_type_is_well_formed() {
    let known = |field: &str| &shape::event().field(field).unwrap().known;
    for found in all() {
        let id = &found.id;
        assert!(
            id.split('.').count() == 2 && id.bytes().all(|byte| byte.is_ascii_lowercase() || b".-".contains(&byte)),
            "{id}"
        );
        assert!(!found.title.is_empty() && found.description.ends_with('.'), "{id}");
        assert!(
            !found.actions.is_empty() && found.actions.iter().all(|action| known("action").contains(action)),
            "{id}"
        );
        assert!(
            !found.outcomes.is_empty() && found.outcomes.iter().all(|outcome| known("outcome").contains(outcome)),
            "{id}"
        );
        for pointer in
            found.mandatory.iter().chain(&found.recommended).chain(found.example.keys()).chain(&found.without)
        {
            assert!(shape::at(pointer).is_some(), "{id}: {pointer}");
        }
        assert!(found.mandatory.iter().all(|pointer| !found.recommended.contains(pointer)), "{id}");
        assert!(found.codes.iter().all(|code| code.system.starts_with("http://") && !code.code.is_empty()), "{id}");
        assert!(found.since.split('.').all(|part| part.parse::<u16>().is_ok()), "{id}");
    }
}

#[test]
fn every_example_passes_and_has_all_that_is_asked_for() {
    for found in all() {
        let event = template(found);
        assert_eq!(checked(&event), [], "{}", found.id);
        for pointer in found.mandatory.iter().chain(&found.recommended) {
            assert!(event.pointer(&pointer.replace('*', "0")).is_some(), "{}: {pointer}", found.id);
        }
        let written =
            serde_json::from_str::<AuditEvent<'_>>(&event.to_string()).map(serde_json::to_value).unwrap().unwrap();
        assert_eq!(written, event, "{}", found.id);
    }
}

#[test]
fn each_mandatory_field_is_missed_by_name() {
    for found in all() {
        for pointer in &found.mandatory {
            let place = pointer.replace('*', "0");
            let (parent, name) = pointer.rsplit_once('/').unwrap();
            let record =
                if parent.is_empty() { Some(shape::event()) } else { shape::at(parent).and_then(Kind::record) };
            // Without it the record is none, which the decoder tells.
            if record.and_then(|record| record.field(name)).is_some_and(|field| field.required) {
                continue;
            }
            let mut event = template(found);
            assert!(removed(&mut event, &place), "{}: {place}", found.id);
            let told = checked(&event);
            assert_eq!(told.len(), 1, "{}: {place}: {told:?}", found.id);
            assert_eq!((told[0].pointer.as_str(), told[0].reason), (place.as_str(), "missing-field"), "{}", found.id);
            assert!(told[0].fix.contains(&found.id));
        }
    }
}

fn event_of(id: &str, change: impl FnOnce(&mut Value)) -> Vec<(String, &'static str)> {
    let mut event = template(find(id).unwrap());
    change(&mut event);
    checked(&event).into_iter().map(|mistake| (mistake.pointer, mistake.reason)).collect()
}

#[test]
fn a_list_must_have_an_entry_and_every_entry_its_field() {
    let without = event_of("patient-record.viewed", |event| assert!(removed(event, "/patients")));
    assert_eq!(without, [("/patients/0/id".to_owned(), "missing-field")]);
    let pair = event_of("patient-record.merged", |event| event["patients"] = serde_json::json!([{"id": "p-1"}]));
    assert_eq!(pair, [("/patients/1/id".to_owned(), "missing-field")]);
    let empty = event_of("break-glass.started", |event| event["authority"]["reason"] = Value::from(""));
    assert_eq!(empty, [("/authority/reason".to_owned(), "missing-field")]);
}

#[test]
fn the_one_who_acted_is_looked_at_wherever_they_stand() {
    let second = serde_json::json!([{"name": "Example Insurance"}, {"id": "u-1", "requestor": true}]);
    let told = event_of("disclosure.made", |event| event["agents"] = second);
    assert_eq!(told, [("/agents/1/role".to_owned(), "missing-field")]);
    let other = serde_json::json!([{"id": "x"}, {"id": "u-1", "role": "nurse", "requestor": true}]);
    let told = event_of("disclosure.made", |event| event["agents"] = other);
    assert_eq!(told, [("/agents/0/name".to_owned(), "missing-field")]);
}

#[test]
fn what_a_type_does_not_have_is_told_and_an_unknown_type_is_nobodys_mistake() {
    let told = event_of("user.login-failed", |event| event["outcome"] = Value::from("success"));
    assert_eq!(told, [("/outcome".to_owned(), "not-of-this-type")]);
    let told = event_of("patient-record.viewed", |event| event["action"] = Value::from("delete"));
    assert_eq!(told, [("/action".to_owned(), "not-of-this-type")]);
    assert_eq!(event_of("patient-record.viewed", |event| event["action"] = Value::from("unknown")), []);
    assert_eq!(event_of("patient-record.viewed", |event| event["event_type"] = Value::from("house.own")), []);
}

#[test]
fn an_outcome_and_its_code_say_the_same() {
    let with = |system: Value, code: &str| {
        event_of("patient-record.viewed", |event| {
            event["codes"] = serde_json::json!({"outcome": {"system": system, "code": code}});
        })
    };
    let contradiction = [("/codes/outcome/code".to_owned(), "contradicts-outcome")];
    assert_eq!(with(Value::Null, "0"), []);
    assert_eq!(with(Value::Null, "8"), contradiction);
    assert_eq!(with("http://terminology.hl7.org/CodeSystem/audit-event-outcome".into(), "12"), contradiction);
    assert_eq!(with("urn:other".into(), "8"), []);
    for outcome in &shape::event().field("outcome").unwrap().known {
        assert!(OUTCOMES.contains_key(outcome), "{outcome}");
    }
}

#[test]
fn the_quick_look_sees_what_the_tree_shows() {
    let event = shape::full_example(shape::event());
    let text = event.to_string();
    let decoded = decode_json(text.as_bytes(), &Defaults::default()).unwrap();
    let pointers: Vec<&String> = all().flat_map(|found| found.mandatory.iter().chain(&found.recommended)).collect();
    let nowhere =
        ["/patients/1/id", "/objects/0/changes/7/path", "/agents/0/id/x", "/extras/nothing"].map(str::to_owned);
    for pointer in pointers.into_iter().chain(&nowhere) {
        let there = event.pointer(&pointer.replace('*', "0")).is_some();
        assert_eq!(presence::is_present(&decoded, pointer), there, "{pointer}");
    }
    assert!(presence::is_present(&decoded, "/context") && presence::is_present(&decoded, "/extras"));
    let two = event_of("patient-record.viewed", |event| {
        event["patients"] = serde_json::json!([{"id": "p-1"}, {"id": "p-2"}])
    });
    assert_eq!(two, []);
    let half = event_of("configuration.changed", |event| {
        event["objects"] =
            serde_json::json!([{"id": "s", "kind": "setting", "changes": [{"path": ""}, {"path": "/a"}]}]);
    });
    assert_eq!(half, [("/objects/0/changes/0/path".to_owned(), "missing-field")]);
}

#[test]
fn a_value_is_placed_where_the_schema_has_a_place() {
    let mut event = serde_json::json!({});
    assert!(place(&mut event, "/objects/0/detail/dicom/study_uids/0", "1.2".into()));
    assert!(place(&mut event, "/extras/ward", "3B".into()));
    assert_eq!(event["objects"][0]["kind"], "chart", "what an entry cannot be without comes along");
    assert!(!place(&mut event, "/objects/2/id", "x".into()), "a list has no holes");
    assert!(!place(&mut event, "/agent/id", "x".into()));
    assert!(matches!(shape::at("/objects/0/detail/dicom/study_uids/0"), Some(Kind::Text)));
}
