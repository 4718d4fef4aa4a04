//! JSON as senders write it: what is taken, what is refused, and by which name.

use schemas::AuditEvent;
use serde_json::{Value as Json, json};

use crate::codec::encoded;

pub fn smallest() -> Json {
    json!({
        "action": "read", "agents": [{"id": "a"}], "event_id": "e", "event_type": "t", "occurred_at": "2026-03-01T09:30:00Z",
        "outcome": "success", "source": {"system": "s"}, "tenant": "n"
    })
}

fn parsed(text: &str) -> Result<AuditEvent<'_>, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

#[test]
fn null_is_absence_where_a_part_may_be_absent_and_nowhere_else() {
    let plain = smallest().to_string();
    let mut json = smallest();
    for optional in ["note", "purpose", "context", "times", "origin"] {
        json[optional] = Json::Null;
    }
    assert_eq!(parsed(&json.to_string()).unwrap(), parsed(&plain).unwrap());
    for never in ["tenant", "occurred_at", "source", "agents", "objects", "extras"] {
        let mut json = smallest();
        json[never] = Json::Null;
        let error = parsed(&json.to_string()).unwrap_err();
        assert!(error.contains("null"), "{never}: {error}");
    }
}

#[test]
fn a_missing_part_is_named() {
    for required in ["action", "event_id", "event_type", "occurred_at", "outcome", "source", "tenant"] {
        let mut json = smallest();
        json.as_object_mut().unwrap().remove(required);
        let error = parsed(&json.to_string()).unwrap_err();
        assert!(error.contains(required) && error.contains("missing"), "{required}: {error}");
    }
}

#[test]
fn an_unknown_key_is_refused_by_name_at_every_depth() {
    for pointer in ["", "/agents/0", "/source"] {
        let mut json = smallest();
        json.pointer_mut(pointer).unwrap()["pateint"] = json!(1);
        let error = parsed(&json.to_string()).unwrap_err();
        assert!(error.contains("pateint"), "{error}");
    }
}

#[test]
fn a_repeated_key_is_refused_and_not_merged() {
    let text = smallest().to_string();
    for (key, with) in [
        ("tenant", r#"{"tenant":"m","#),
        ("note", r#"{"note":"x","note":"y","#),
        ("note", r#"{"note":null,"note":"y","#),
        ("repeated", r#"{"extras":{"ward":"3B","ward":"4A"},"#),
        ("code", r#"{"codes":{"action":{"code":"C","code":"R"}},"#),
    ] {
        let error = parsed(&text.replacen('{', with, 1)).unwrap_err();
        assert!(error.contains(key), "{key}: {error}");
    }
}

#[test]
fn another_type_is_refused_and_not_converted() {
    for (pointer, wrong) in [
        ("/tenant", json!(7)),
        ("/agents", json!({"id": "a"})),
        ("/source", json!(["a", null, null, "s"])),
        ("/occurred_at", json!(1_760_000_000)),
        ("/occurred_at", json!("yesterday")),
        ("/agents/0/requestor", json!("true")),
        ("/agents/0/network", json!({"port": 2_147_483_648_u32})),
        ("/agents/0/network", json!({"port": 1.5})),
        ("/extras", json!({"ward": 3})),
        ("/origin", json!({"sha256": "not base64!"})),
        ("/origin", json!({"sha256": "YQ"})),
    ] {
        let mut json = smallest();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        json.pointer_mut(parent).unwrap()[key] = wrong.clone();
        assert!(parsed(&json.to_string()).is_err(), "{pointer} = {wrong}");
    }
}

#[test]
fn text_is_kept_to_the_character_and_lone_surrogates_are_refused() {
    for text in ["\\u0000", "\\ud83d\\ude00", "é", "e\\u0301", "\\ufeff", "\\/", ""] {
        let json = smallest().to_string().replacen('{', &format!(r#"{{"note":"{text}","#), 1);
        let event = parsed(&json).unwrap();
        let expected: String = serde_json::from_str(&format!("\"{text}\"")).unwrap();
        let bytes = encoded(&event);
        assert_eq!(AuditEvent::decode(&bytes).unwrap().note.unwrap().as_str(), expected);
    }
    let lone = smallest().to_string().replacen('{', r#"{"note":"\ud83d","#, 1);
    assert!(parsed(&lone).is_err());
}
