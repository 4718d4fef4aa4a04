//! The shape as it was read, and the rules of values held against what is done.
use super::*;
use crate::Defaults;
use crate::decode_json::mistakes;

const EVENT: &str = r#"{"event_id":"e-1","tenant":"north","event_type":"x","action":"read","outcome":"success",
    "occurred_at":"2026-03-01T09:30:00Z","agents":[{"id":"u-1","kind":"human"}],"source":{"system":"ehr"},
    "patients":[{"id":"p-1"}],"objects":[{"id":"o-1","kind":"chart"}],"session_id":"s","trace_id":"t"}"#;

#[test]
fn the_schema_was_read() {
    assert_eq!(event().name, "AuditEvent");
    assert_eq!(event().fields.len(), 20);
    let action = event().field("action").unwrap();
    assert!(action.required && !action.nullable && action.known.contains(&"read".to_owned()));
    let agents = event().field("agents").unwrap();
    assert!(!agents.required && !agents.nullable);
    assert!(matches!(at("/agents/3/detail/identifiers/*/kind/codings/0/code"), Some(Kind::Text)));
    assert!(matches!(at("/times/ended_at"), Some(Kind::Time)));
    assert!(matches!(at("/extras/anything"), Some(Kind::Text)));
    for nowhere in ["/agent", "/agents/x", "/agents/0/id/x", "agents", "/extras/a/b"] {
        assert!(at(nowhere).is_none(), "{nowhere}");
    }
    let names: Vec<&str> = records().iter().map(|record| record.name.as_str()).collect();
    assert_eq!(names.len(), 23);
    assert!(names.contains(&"SopClass") && !names.contains(&"Time"));
    assert!(
        records().iter().flat_map(|record| &record.fields).all(|field| field.doc.ends_with('.')),
        "a field without a doc"
    );
}

fn first(place: &str, value: &str) -> Option<&'static str> {
    let mut event: Value = serde_json::from_str(EVENT).unwrap();
    *event.pointer_mut(&place.replace('*', "0")).unwrap() = Value::from(value);
    let told = mistakes(&event, &Defaults::default());
    assert!(told.iter().all(|mistake| mistake.pointer == place.replace('*', "0")), "{place}: {told:?}");
    assert!(told.len() <= 1, "{place}: {told:?}");
    told.first().map(|mistake| mistake.reason)
}

#[test]
fn each_rule_is_what_is_done_at_its_place() {
    assert_eq!(mistakes(&serde_json::from_str(EVENT).unwrap(), &Defaults::default()), []);
    let long = |bytes: usize| "x".repeat(bytes);
    for (place, rule) in RULES.into_iter().filter(|(_, rule)| *rule != Rule::Size) {
        let control = first(place, "a\u{1b}b");
        match rule {
            Rule::Word => {
                assert_eq!((first(place, &long(128)), first(place, &long(129))), (None, Some("too-long")), "{place}");
                assert_eq!(control, Some("not-a-word"), "{place}");
                for word in ["Read", "-read", "lire une fiche", "été"] {
                    assert_eq!(first(place, word), Some("not-a-word"), "{place} {word}");
                }
                assert!(first(place, "").is_some(), "{place}");
            }
            Rule::Name(most) => {
                assert_eq!(
                    (first(place, &long(most)), first(place, &long(most + 1))),
                    (None, Some("too-long")),
                    "{place}"
                );
                assert_eq!((control, first(place, "")), (Some("control-character"), Some("empty-field")), "{place}");
                assert_eq!(first(place, "a\u{0}b"), Some("nul-character"), "{place}");
            }
            Rule::Id => {
                assert_eq!((first(place, &long(512)), first(place, &long(513))), (None, Some("too-long")), "{place}");
                assert_eq!(control, Some("control-character"), "{place}");
            }
            Rule::Printable => {
                assert_eq!((control, first(place, &long(5_000))), (Some("control-character"), None), "{place}")
            }
            Rule::Size => unreachable!("it holds for a number"),
            Rule::Moment => assert_eq!(first(place, "2026-03-01"), Some("time-incomplete"), "{place}"),
        }
    }
}

#[test]
fn a_size_is_a_number_that_every_reader_holds_exactly() {
    let most = (1_i64 << 53) - 1;
    for (bytes, told) in
        [(0, None), (most, None), (-1, Some("number-out-of-range")), (most + 1, Some("number-out-of-range"))]
    {
        let body = EVENT.replacen('{', &format!("{{\"origin\":{{\"bytes\":{bytes}}},"), 1);
        let mistakes = mistakes(&serde_json::from_str(&body).unwrap(), &Defaults::default());
        let found: Vec<_> = mistakes.iter().map(|mistake| (mistake.pointer.as_str(), mistake.reason)).collect();
        assert_eq!(found, told.map(|reason| ("/origin/bytes", reason)).into_iter().collect::<Vec<_>>());
    }
}

#[test]
fn a_rule_holds_for_every_agent() {
    let with = |agent: &str| {
        let body = EVENT.replace("\"kind\":\"human\"}", &format!("\"kind\":\"human\"}},{agent}"));
        mistakes(&serde_json::from_str(&body).unwrap(), &Defaults::default())
    };
    assert_eq!(with("{}"), [], "only the one who acted needs an identity");
    assert_eq!(with("{\"requestor\":true}")[0].pointer, "/agents/1/id");
    assert_eq!(with(&format!("{{\"id\":\"{}\"}}", "x".repeat(513)))[0].reason, "too-long");
    assert_eq!(with("{\"kind\":\"A Person\"}")[0].pointer, "/agents/1/kind");
}
