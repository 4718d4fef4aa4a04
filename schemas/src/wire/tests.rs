//! Both framings there and back, and what is neither.
use super::*;
use crate::event::{Agent, Source};

#[test]
fn a_header_comes_back_with_its_body() {
    let mut bytes = Vec::new();
    write_header(&mut bytes, SchemaId(7));
    bytes.extend_from_slice(b"body");
    assert_eq!(split(&bytes), Ok((SchemaId(7), b"body".as_slice())));
}

fn event(note: &str) -> AuditEvent<'_> {
    AuditEvent {
        event_id: "e-1".into(),
        tenant: "north".into(),
        event_type: "record".into(),
        action: "read".into(),
        outcome: "success".into(),
        agents: vec![Agent { id: Some("a-1".into()), ..Agent::default() }].into(),
        source: Source { system: "ehr".into(), ..Source::default() },
        note: Some(note.into()),
        ..AuditEvent::default()
    }
}

#[test]
fn an_event_comes_back_from_its_record() {
    let mut record = Vec::new();
    encode_event(&mut record, SchemaId(7), &event("seen")).unwrap();
    let (schema, body) = split(&record).unwrap();
    assert_eq!((schema, AuditEvent::decode(body).unwrap()), (SchemaId(7), event("seen")));
}

#[test]
fn an_event_that_no_reader_would_take_is_not_written() {
    let mut sample = Vec::new();
    encode_event(&mut sample, SchemaId(7), &event(&"x".repeat(EVENT_BYTES_MAX - 100))).unwrap();
    let room = EVENT_BYTES_MAX - (sample.len() - HEADER_BYTES);
    let (largest, larger) = ("x".repeat(EVENT_BYTES_MAX - 100 + room), "x".repeat(EVENT_BYTES_MAX - 99 + room));
    let mut record = b"before".to_vec();
    assert_eq!(encode_event(&mut record, SchemaId(7), &event(&larger)), Err(DecodeFault::Oversized));
    assert_eq!(record, b"before");
    record.clear();
    encode_event(&mut record, SchemaId(7), &event(&largest)).unwrap();
    assert!(AuditEvent::decode(&record[HEADER_BYTES..]).is_ok());
}

#[test]
fn a_short_or_foreign_header_is_refused_by_name() {
    assert_eq!(split(&[0, 1]).map_err(|error| error.fault), Err(DecodeFault::Truncated));
    assert_eq!(split(b"{\"json\":1}").map_err(|error| error.fault), Err(DecodeFault::BadWireFormat));
}

#[test]
fn both_framings_come_back_from_the_same_parser() {
    for (framing, schema) in [
        (Framing::from(SchemaId(7)), SchemaRef::Id(SchemaId(7))),
        (Framing::from(Fingerprint(0x0102_0304_0506_0708)), SchemaRef::Fingerprint(Fingerprint(0x0102_0304_0506_0708))),
    ] {
        let mut record = Vec::new();
        encode_event(&mut record, framing, &event("seen")).unwrap();
        let frame = Frame::parse(&record).unwrap();
        assert_eq!((frame.schema, AuditEvent::decode(frame.body).unwrap()), (schema, event("seen")));
        assert_eq!(&record[frame.body_start()..], frame.body);
    }
}

#[test]
fn the_fingerprint_stands_with_its_lowest_byte_first() {
    let mut record = Vec::new();
    write_header(&mut record, Fingerprint(0x0102_0304_0506_0708));
    assert_eq!(record, [0xc3, 0x01, 8, 7, 6, 5, 4, 3, 2, 1]);
}

#[test]
fn a_frame_that_ends_early_is_truncated_and_another_is_not_guessed_at() {
    let whole = [0xc3, 0x01, 1, 2, 3, 4, 5, 6, 7, 8];
    assert!(Frame::parse(&whole).unwrap().body.is_empty());
    for length in 1..whole.len() {
        let error = Frame::parse(&whole[..length]).unwrap_err();
        assert_eq!((error.fault, error.position), (DecodeFault::Truncated, length as u32));
    }
    assert_eq!(Frame::parse(&[]).map_err(|error| error.fault), Err(DecodeFault::Truncated));
    for other in [&[0xc3, 0x02, 0, 0][..], b"{\"json\":1}", b"Obj\x01", &[1, 0, 0, 0, 1]] {
        assert_eq!(Frame::parse(other).map_err(|error| error.fault), Err(DecodeFault::BadWireFormat));
    }
}
