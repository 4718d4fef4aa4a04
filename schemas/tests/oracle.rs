//! `apache-avro` judges our codec: the same bytes and the same values, on generated events.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::borrow::Cow;
use std::collections::BTreeMap;

use apache_avro::Schema;
use apache_avro::reader::datum::GenericDatumReader;
use apache_avro::types::Value;
use apache_avro::writer::datum::GenericDatumWriter;
use proptest::collection::btree_map;
use proptest::option;
use proptest::prelude::*;
use schemas::{Agent, AuditEvent, DecodeFault, Object, Patient, Source, released};

type Text = Cow<'static, str>;

fn text() -> impl Strategy<Value = Text> {
    "\\PC{1,40}".prop_map(Cow::Owned)
}

prop_compose! {
    fn parts()(
        agent in (text(), option::of(text()), option::of(text())),
        patient in option::of((text(), option::of(text()))),
        object in option::of((text(), text())),
        source in (text(), option::of(text())),
    ) -> (Agent<'static>, Option<Patient<'static>>, Option<Object<'static>>, Source<'static>) {
        (
            Agent { id: agent.0, name: agent.1, role: agent.2 },
            patient.map(|(id, name)| Patient { id, name }),
            object.map(|(kind, id)| Object { kind, id }),
            Source { system: source.0, address: source.1 },
        )
    }
}

prop_compose! {
    fn events()(
        head in (text(), text(), text(), text(), text()),
        occurred_at in schemas::event::TIMES,
        parts in parts(),
        tail in (option::of(text()), option::of(text()), option::of(text())),
        extras in btree_map(text(), text(), 0..4),
    ) -> AuditEvent<'static> {
        let (agent, patient, object, source) = parts;
        AuditEvent {
            event_id: head.0, tenant: head.1, event_type: head.2, action: head.3, outcome: head.4,
            occurred_at, agent, patient, object, source,
            purpose: tail.0, trace_id: tail.1, note: tail.2, extras,
        }
    }
}

fn string(text: &Text) -> Value {
    Value::String(text.to_string())
}

fn optional(text: Option<&Text>) -> Value {
    text.map_or_else(|| union(None), |text| union(Some(string(text))))
}

fn union(value: Option<Value>) -> Value {
    value.map_or_else(|| Value::Union(0, Box::new(Value::Null)), |value| Value::Union(1, Box::new(value)))
}

fn record(fields: Vec<(&str, Value)>) -> Value {
    Value::Record(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn as_value(event: &AuditEvent<'static>) -> Value {
    let patient =
        event.patient.as_ref().map(|p| record(vec![("id", string(&p.id)), ("name", optional(p.name.as_ref()))]));
    let object = event.object.as_ref().map(|o| record(vec![("kind", string(&o.kind)), ("id", string(&o.id))]));
    record(vec![
        ("event_id", string(&event.event_id)),
        ("tenant", string(&event.tenant)),
        ("event_type", string(&event.event_type)),
        ("action", string(&event.action)),
        ("outcome", string(&event.outcome)),
        ("occurred_at", Value::TimestampMicros(event.occurred_at)),
        (
            "agent",
            record(vec![
                ("id", string(&event.agent.id)),
                ("name", optional(event.agent.name.as_ref())),
                ("role", optional(event.agent.role.as_ref())),
            ]),
        ),
        ("patient", union(patient)),
        ("object", union(object)),
        (
            "source",
            record(vec![
                ("system", string(&event.source.system)),
                ("address", optional(event.source.address.as_ref())),
            ]),
        ),
        ("purpose", optional(event.purpose.as_ref())),
        ("trace_id", optional(event.trace_id.as_ref())),
        ("note", optional(event.note.as_ref())),
        ("extras", Value::Map(event.extras.iter().map(|(key, value)| (key.to_string(), string(value))).collect())),
    ])
}

fn ours(event: &AuditEvent<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    event.encode(&mut bytes);
    bytes
}

proptest! {
    #[test]
    fn the_oracle_reads_what_we_write(event in events()) {
        let schema = Schema::parse_str(released::AUDIT_EVENT.text).unwrap();
        let bytes = ours(&event);
        let mut rest = bytes.as_slice();
        let value = GenericDatumReader::builder(&schema).build().unwrap().read_value(&mut rest).unwrap();
        prop_assert!(rest.is_empty());
        prop_assert_eq!(value, as_value(&event));
    }

    #[test]
    fn we_read_what_the_oracle_writes(event in events()) {
        let schema = Schema::parse_str(released::AUDIT_EVENT.text).unwrap();
        let writer = GenericDatumWriter::builder(&schema).build().unwrap();
        let bytes = writer.write_value_to_vec(as_value(&event)).unwrap();
        prop_assert_eq!(AuditEvent::decode(&bytes).unwrap(), event);
    }

    #[test]
    fn json_loses_nothing(event in events()) {
        let json = serde_json::to_string(&event).unwrap();
        prop_assert_eq!(serde_json::from_str::<AuditEvent<'_>>(&json).unwrap(), event);
    }

    #[test]
    fn a_cut_record_is_refused_at_every_byte(event in events()) {
        let bytes = ours(&event);
        for length in 0..bytes.len() {
            prop_assert!(AuditEvent::decode(&bytes[..length]).is_err());
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(event) = AuditEvent::decode(&bytes) {
            prop_assert!(event.faults().is_empty());
        }
    }
}

fn smallest() -> AuditEvent<'static> {
    let x = || Cow::Borrowed("x");
    AuditEvent {
        event_id: x(),
        tenant: x(),
        event_type: x(),
        action: x(),
        outcome: x(),
        occurred_at: 0,
        agent: Agent { id: x(), name: None, role: None },
        patient: None,
        object: None,
        source: Source { system: x(), address: None },
        purpose: None,
        trace_id: None,
        note: None,
        extras: BTreeMap::new(),
    }
}

#[test]
fn trailing_bytes_are_refused_with_their_position() {
    let mut bytes = ours(&smallest());
    let end = bytes.len();
    bytes.push(0);
    let error = AuditEvent::decode(&bytes).unwrap_err();
    assert_eq!((error.fault, error.position), (DecodeFault::TrailingBytes, end));
}

#[test]
fn what_a_store_could_not_hold_is_refused_at_the_door() {
    let empty = AuditEvent { tenant: Cow::Borrowed(""), ..smallest() };
    let nul = AuditEvent { patient: Some(Patient { id: Cow::Borrowed("a\0b"), name: None }), ..smallest() };
    let late = AuditEvent { occurred_at: (1 << 53) + 1, ..smallest() };
    let early = AuditEvent { occurred_at: i64::MIN, ..smallest() };
    for (event, path, fault) in [
        (empty, "tenant", DecodeFault::EmptyField),
        (nul, "patient.id", DecodeFault::NulCharacter),
        (late, "occurred_at", DecodeFault::TimeOutOfRange),
        (early, "occurred_at", DecodeFault::TimeOutOfRange),
    ] {
        assert_eq!(event.faults(), [(path, fault)]);
        assert_eq!(AuditEvent::decode(&ours(&event)).unwrap_err().fault, fault);
    }
}

#[test]
fn the_smallest_event_keeps_its_golden_bytes() {
    // event_id..outcome, occurred_at, agent, no patient, no object, source, three nulls, empty map.
    let golden = b"\x02x\x02x\x02x\x02x\x02x\x00\x02x\x00\x00\x00\x00\x02x\x00\x00\x00\x00\x00";
    assert_eq!(ours(&smallest()), golden);
}

#[test]
fn an_unknown_json_key_is_refused_by_name() {
    let mut json = serde_json::to_value(smallest()).unwrap();
    json["pateint"] = serde_json::json!({"id": "1"});
    let error = serde_json::from_str::<AuditEvent<'_>>(&json.to_string()).unwrap_err();
    assert!(error.to_string().contains("pateint"), "{error}");
}

#[test]
fn a_repeated_key_in_extras_is_refused_and_not_merged() {
    let json = serde_json::to_string(&smallest()).unwrap();
    let twice = json.replacen('{', r#"{"extras":{"ward":"3B","ward":"4A"},"#, 1);
    let error = serde_json::from_str::<AuditEvent<'_>>(&twice).unwrap_err();
    assert!(error.to_string().contains("repeated"), "{error}");
}
