//! Confluent's wire format: a zero byte, the schema id in four big-endian bytes, then the Avro body.

use crate::error::{DecodeError, DecodeFault};
use crate::event::{AuditEvent, EVENT_BYTES_MAX};

/// The registry's number for a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SchemaId(pub u32);

const HEADER_BYTES: usize = 5;

/// Appends the header; the body follows.
pub fn write_header(out: &mut Vec<u8>, schema: SchemaId) {
    out.push(0);
    out.extend_from_slice(&schema.0.to_be_bytes());
}

/// Appends a whole record, header and body. A body that no reader would take is refused, and `out` is left as it was.
pub fn encode_event(out: &mut Vec<u8>, schema: SchemaId, event: &AuditEvent<'_>) -> Result<(), DecodeFault> {
    let before = out.len();
    write_header(out, schema);
    event.encode(out);
    if out.len() - before - HEADER_BYTES > EVENT_BYTES_MAX {
        out.truncate(before);
        return Err(DecodeFault::Oversized);
    }
    Ok(())
}

/// Splits a record into its schema id and its body.
pub fn split(bytes: &[u8]) -> Result<(SchemaId, &[u8]), DecodeError> {
    match bytes {
        [0, a, b, c, d, body @ ..] => Ok((SchemaId(u32::from_be_bytes([*a, *b, *c, *d])), body)),
        [0, ..] | [] => Err(DecodeError { fault: DecodeFault::Truncated, position: bytes.len().min(HEADER_BYTES) }),
        _ => Err(DecodeError { fault: DecodeFault::BadWireFormat, position: 0 }),
    }
}

#[cfg(test)]
mod tests {
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
}
