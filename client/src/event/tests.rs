//! What the builder puts where.

use std::time::Duration;

use super::*;
use crate::Disposition;

fn sound() -> Event {
    Event::new("test.done", "read").actor("a-1").source("ehr").tenant("north")
}

#[test]
fn an_event_holds_what_it_was_given() {
    let event = sound()
        .event_id("e-1")
        .occurred_at(UNIX_EPOCH)
        .outcome("denied")
        .actor_name("A. Example")
        .actor_role("nurse")
        .actor_address("10.0.0.1")
        .agent(Agent { id: Some("a-2".into()), ..Agent::default() })
        .patients(["p-1", "p-2"])
        .object("chart", "c-9")
        .object("order", "o-1")
        .change("/dose", "5 mg", "10 mg")
        .change("/stop", None, "now")
        .purpose("treatment")
        .reason("emergency")
        .trace("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
        .context(Context { device: Some("ws-4".into()), ..Context::default() })
        .session("s-1")
        .note("seen")
        .extra("ward", "4");
    let json = serde_json::json!({
        "action": "read", "agents": [{"id": "a-1", "name": "A. Example", "network": {"address": "10.0.0.1"},
        "requestor": true, "role": "nurse"}, {"id": "a-2"}], "authority": {"reason": "emergency"},
        "context": {"device": "ws-4", "span_id": "00f067aa0ba902b7"}, "event_id": "e-1",
        "event_type": "test.done", "extras": {"ward": "4"}, "note": "seen",
        "objects": [{"id": "c-9", "kind": "chart"}, {"changes": [{"after": "10 mg", "before": "5 mg", "path": "/dose"},
        {"after": "now", "path": "/stop"}], "id": "o-1", "kind": "order"}], "occurred_at": "1970-01-01T00:00:00Z",
        "outcome": "denied", "patients": [{"id": "p-1"}, {"id": "p-2"}], "purpose": "treatment", "session_id": "s-1",
        "source": {"system": "ehr"}, "tenant": "north", "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
    });
    let built = event.build().unwrap();
    assert_eq!(serde_json::to_value(&built).unwrap(), json);
    let mut bytes = Vec::new();
    built.encode(&mut bytes);
    assert_eq!(AuditEvent::decode(&bytes).unwrap(), built);
}

#[test]
fn an_event_gets_a_fresh_time_ordered_id_and_keeps_it() {
    let (first, second) = (sound(), sound());
    assert!(first.id() < second.id(), "{first:?} {second:?}");
    assert_eq!(Uuid::parse_str(first.id()).unwrap().get_version_num(), 7);
    assert_eq!(first.clone().outcome("denied").id(), first.id());
}

#[test]
fn all_faults_come_together_with_their_fixes_and_without_content() {
    let wrong = Event::new("", "read").actor("a\0secret").change("/dose", "secret", None).patient("p\0").source("ehr");
    let error = wrong.build().unwrap_err();
    assert_eq!(error.disposition(), Disposition::Reject);
    assert_eq!(
        error.to_string(),
        "the event is incomplete or wrong, so it was not sent: /tenant (empty-field): give it a value; /event_type (empty-field): \
         give it a value; /agents/0/id (nul-character): remove the NUL character; /patients/0/id (nul-character): remove the NUL \
         character; /objects (empty-field): give it a value"
    );
    assert!(!format!("{error:?}").contains("secret"));
    assert!(error.into_event().is_some());
}

#[test]
fn an_event_of_a_known_type_is_held_against_the_catalogue() {
    let error =
        Event::new("patient-record.viewed", "delete").actor("a-1").source("ehr").tenant("north").build().unwrap_err();
    let Error::Invalid { faults, .. } = &error else { panic!("{error}") };
    let told: Vec<(&str, &str)> = faults.0.iter().map(|mistake| (mistake.pointer.as_str(), mistake.reason)).collect();
    assert!(
        told.contains(&("/action", "not-of-this-type")) && told.contains(&("/purpose", "missing-field")),
        "{error}"
    );
}

#[test]
fn a_list_that_no_reader_takes_is_named() {
    let error = sound().patients((0..1_001).map(|number| format!("p-{number}"))).build().unwrap_err();
    assert!(error.to_string().contains("/patients (too-many-entries)"), "{error}");
}

#[test]
fn times_are_whole_microseconds_on_both_sides_of_1970() {
    let second = Duration::from_secs(1);
    for (time, expected) in [(UNIX_EPOCH + second, 1_000_000), (UNIX_EPOCH - second, -1_000_000)] {
        assert_eq!(sound().occurred_at(time).build().unwrap().occurred_at.micros(), expected);
    }
    let late = UNIX_EPOCH + Duration::from_secs(300 * 366 * 24 * 60 * 60);
    let error = sound().occurred_at(late).build().unwrap_err();
    assert!(error.to_string().contains("/occurred_at (time-out-of-range)"), "{error}");
}

#[test]
fn a_trace_header_that_is_not_sound_is_left_out() {
    for header in [
        "",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    ] {
        let event = sound().trace(header).build().unwrap();
        assert_eq!((event.trace_id, event.context), (None, None), "{header}");
    }
}

#[test]
fn what_the_client_knows_fills_only_what_the_event_leaves_open() {
    let bare = Event::new("login.succeeded", "login").actor("a-1").or_default("ehr", "north");
    assert_eq!((&*bare.inner.source.system, &*bare.inner.tenant), ("ehr", "north"));
    let own = sound().or_default("other", "other");
    assert_eq!((&*own.inner.source.system, &*own.inner.tenant), ("ehr", "north"));
}
