//! Events in Avro: one record behind Confluent's header, or in Avro's single-object encoding.

use apache_avro::Schema;
use apache_avro::rabin::Rabin;
use schemas::released::AUDIT_EVENT;
use schemas::wire::{self, SchemaId};
use schemas::{AuditEvent, DecodeError, DecodeFault};

use crate::problem::{Kind, Problem};
use crate::validate;

/// Before a body in single-object encoding; the schema's fingerprint follows in 8 bytes.
const SINGLE_OBJECT: [u8; 2] = [0xc3, 0x01];

/// The schema that bodies may be written with, by its two names.
#[derive(Debug, Clone, Copy)]
pub struct Schemas {
    id: SchemaId,
    /// CRC-64-AVRO of the canonical form, as it stands in a body.
    fingerprint: Option<[u8; 8]>,
}

impl Schemas {
    pub fn new(id: SchemaId) -> Self {
        let fingerprint = Schema::parse_str(AUDIT_EVENT.text).map(|schema| schema.fingerprint::<Rabin>().bytes);
        Self { id, fingerprint: fingerprint.ok().and_then(|bytes| bytes.try_into().ok()) }
    }

    pub fn decode<'a>(&self, body: &'a [u8]) -> Result<AuditEvent<'a>, Problem> {
        let event = match body.strip_prefix(&SINGLE_OBJECT) {
            Some(rest) => match rest.split_first_chunk() {
                Some((fingerprint, event)) if Some(*fingerprint) == self.fingerprint => event,
                Some(_) => return Err(self.unknown("the fingerprint")),
                None => {
                    return Err(malformed(DecodeError { fault: DecodeFault::Truncated, position: body.len() as u32 }));
                }
            },
            None => match wire::split(body) {
                Ok((id, event)) if id == self.id => event,
                Ok(_) => return Err(self.unknown("the schema id")),
                Err(error) => return Err(malformed(error)),
            },
        };
        AuditEvent::decode(event).map_err(|error| match error.fault {
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
        let schemas = Schemas::new(SchemaId(7));
        let fingerprint = schemas.fingerprint.unwrap();
        let single = [SINGLE_OBJECT.as_slice(), &fingerprint].concat();
        for head in [[0, 0, 0, 0, 7].as_slice(), &single] {
            assert_eq!(schemas.decode(&encoded(head)).unwrap().event_id, "e-1");
        }
    }

    #[test]
    fn another_schema_and_broken_bytes_are_told_apart() {
        let schemas = Schemas::new(SchemaId(7));
        for (body, said) in [
            (encoded(&[0, 0, 0, 0, 8]), "schema id is not"),
            (encoded(b"\xc3\x0112345678"), "fingerprint is not"),
            (b"\xc3\x011234".to_vec(), "truncated at byte 6"),
            (b"{}".to_vec(), "bad-wire-format at byte 0"),
            (vec![], "truncated at byte 0"),
            ([encoded(&[0, 0, 0, 0, 7]), vec![0]].concat(), "trailing-bytes"),
        ] {
            let problem = format!("{:?}", schemas.decode(&body).unwrap_err());
            assert!(problem.contains("MalformedAvro") && problem.contains(said), "{said}: {problem}");
        }
    }
}
