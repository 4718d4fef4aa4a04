//! Events in Avro: one record behind Confluent's header, or in Avro's single-object encoding.

use schemas::canonical_form;
use schemas::foreign;
use schemas::released::AUDIT_EVENT;
use schemas::wire::{Fingerprint, Frame, SchemaId, SchemaRef};
use schemas::{AuditEvent, DecodeError, DecodeFault};

use crate::problem::{Kind, Problem};
use crate::validate;

/// The schema that bodies may be written with, by its two names.
#[derive(Debug, Clone, Copy)]
pub struct Schemas {
    id: SchemaId,
    fingerprint: Option<Fingerprint>,
}

impl Schemas {
    pub fn new(id: SchemaId) -> Self {
        let schema = foreign::parse(AUDIT_EVENT.text).ok();
        Self { id, fingerprint: schema.as_ref().map(canonical_form::fingerprint) }
    }

    pub fn decode<'a>(&self, body: &'a [u8]) -> Result<AuditEvent<'a>, Problem> {
        let Frame { schema, body } = Frame::parse(body).map_err(malformed)?;
        match schema {
            SchemaRef::Id(id) if id == self.id => {}
            SchemaRef::Fingerprint(fingerprint) if Some(fingerprint) == self.fingerprint => {}
            SchemaRef::Fingerprint(_) => return Err(self.unknown("the fingerprint")),
            SchemaRef::Id(_) | SchemaRef::Guid(_) | SchemaRef::GlobalId(_) => return Err(self.unknown("the schema id")),
        }
        AuditEvent::decode(body).map_err(|error| match error.fault {
            DecodeFault::EmptyField
            | DecodeFault::TooLong
            | DecodeFault::NulCharacter
            | DecodeFault::TimeOutOfRange
            | DecodeFault::NumberOutOfRange
            | DecodeFault::Oversized => Problem::fields(vec![validate::explain(error.fault)]),
            _ => malformed(error),
        })
    }

    fn unknown(&self, what: &str) -> Problem {
        let id = self.id.0;
        let detail = format!(
            "{what} is not that of the event's released schema; write the event with schema {id} of the registry"
        );
        Problem::new(Kind::MalformedAvro, detail)
    }
}

fn malformed(error: DecodeError) -> Problem {
    let detail = format!(
        "{error}; send one record, after a zero byte and the schema id (4 bytes), or after c3 01 and the schema's fingerprint (8 bytes)"
    );
    Problem::new(Kind::MalformedAvro, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(head: &[u8]) -> Vec<u8> {
        let json = crate::decode::tests::EVENT;
        let event: AuditEvent<'_> = serde_json::from_str(json).unwrap();
        let mut body = head.to_vec();
        event.encode(&mut body);
        body
    }

    #[test]
    fn both_framings_carry_the_event() {
        let avro = Schemas::new(SchemaId(7));
        let mut single = Vec::new();
        schemas::wire::write_header(&mut single, avro.fingerprint.unwrap());
        for head in [[0, 0, 0, 0, 7].as_slice(), &single] {
            assert_eq!(avro.decode(&encoded(head)).unwrap().event_id, "e-1");
        }
    }

    #[test]
    fn another_schema_and_broken_bytes_are_told_apart() {
        let avro = Schemas::new(SchemaId(7));
        for (body, said) in [
            (encoded(&[0, 0, 0, 0, 8]), "schema id is not"),
            (encoded(b"\xc3\x0112345678"), "fingerprint is not"),
            (b"\xc3\x011234".to_vec(), "truncated at byte 6"),
            (b"{}".to_vec(), "bad-wire-format at byte 0"),
            (vec![], "truncated at byte 0"),
            ([encoded(&[0, 0, 0, 0, 7]), vec![0]].concat(), "trailing-bytes"),
        ] {
            let problem = format!("{:?}", avro.decode(&body).unwrap_err());
            assert!(problem.contains("MalformedAvro") && problem.contains(said), "{said}: {problem}");
        }
    }
}
