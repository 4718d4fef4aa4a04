//! How a record says which schema wrote it: in front of its body (Confluent, Avro single object) or in a Kafka header.
//!
//! ```text
//! 00 | schema id, 4 bytes big-endian          | body     Confluent's wire format, what our producers write
//! C3 01 | CRC-64-AVRO, 8 bytes little-endian  | body     Avro's single-object encoding, needs no registry
//! body alone, with the id in a header                    see [`header_id`](crate::header_id)
//! ```

use crate::error::{DecodeError, DecodeFault};
use crate::event::{AuditEvent, EVENT_BYTES_MAX};

/// The registry's number for a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SchemaId(pub u32);

/// CRC-64-AVRO of a schema's parsing canonical form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint(pub u64);

const HEADER_BYTES: usize = 5;
const SINGLE_OBJECT: [u8; 2] = [0xc3, 0x01];

/// What a record says of the schema that wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SchemaRef {
    /// A registry's id, as Confluent's interface counts.
    Id(SchemaId),
    /// The schema itself, recognised without a registry.
    Fingerprint(Fingerprint),
    /// Confluent's identity of a schema across registries.
    Guid([u8; 16]),
    /// Apicurio's id of one version of an artifact.
    GlobalId(u64),
}

/// A record taken apart: by which schema, and the Avro body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame<'a> {
    pub schema: SchemaRef,
    pub body: &'a [u8],
}

impl<'a> Frame<'a> {
    /// Takes a record apart whose schema stands in front of its body.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        match bytes {
            [0xc3, 0x01, a, b, c, d, e, f, g, h, body @ ..] => {
                let fingerprint = u64::from_le_bytes([*a, *b, *c, *d, *e, *f, *g, *h]);
                Ok(Self { schema: SchemaRef::Fingerprint(Fingerprint(fingerprint)), body })
            }
            [0xc3, 0x01, ..] | [0xc3] => {
                Err(DecodeError { fault: DecodeFault::Truncated, position: bytes.len() as u32 })
            }
            _ => split(bytes).map(|(id, body)| Self { schema: SchemaRef::Id(id), body }),
        }
    }

    /// Where the body begins in the record that `self` was parsed from.
    #[must_use]
    pub fn body_start(&self) -> usize {
        match self.schema {
            SchemaRef::Id(_) => HEADER_BYTES,
            SchemaRef::Fingerprint(_) => SINGLE_OBJECT.len() + 8,
            SchemaRef::Guid(_) | SchemaRef::GlobalId(_) => 0,
        }
    }
}

/// How a producer names the schema in front of the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    Registry(SchemaId),
    SingleObject(Fingerprint),
}

impl From<SchemaId> for Framing {
    fn from(id: SchemaId) -> Self {
        Self::Registry(id)
    }
}

impl From<Fingerprint> for Framing {
    fn from(fingerprint: Fingerprint) -> Self {
        Self::SingleObject(fingerprint)
    }
}

/// Appends the header; the body follows.
pub fn write_header(out: &mut Vec<u8>, framing: impl Into<Framing>) {
    match framing.into() {
        Framing::Registry(id) => {
            out.push(0);
            out.extend_from_slice(&id.0.to_be_bytes());
        }
        Framing::SingleObject(fingerprint) => {
            out.extend_from_slice(&SINGLE_OBJECT);
            out.extend_from_slice(&fingerprint.0.to_le_bytes());
        }
    }
}

/// Appends a whole record, header and body. A body that no reader would take is refused, and `out` is left as it was.
pub fn encode_event(out: &mut Vec<u8>, framing: impl Into<Framing>, event: &AuditEvent<'_>) -> Result<(), DecodeFault> {
    let before = out.len();
    write_header(out, framing);
    let body = out.len();
    event.encode(out);
    if out.len() - body > EVENT_BYTES_MAX {
        out.truncate(before);
        return Err(DecodeFault::Oversized);
    }
    Ok(())
}

/// Splits a record in Confluent's wire format into its schema id and its body.
pub fn split(bytes: &[u8]) -> Result<(SchemaId, &[u8]), DecodeError> {
    match bytes {
        [0, a, b, c, d, body @ ..] => Ok((SchemaId(u32::from_be_bytes([*a, *b, *c, *d])), body)),
        [0, ..] | [] => {
            Err(DecodeError { fault: DecodeFault::Truncated, position: bytes.len().min(HEADER_BYTES) as u32 })
        }
        _ => Err(DecodeError { fault: DecodeFault::BadWireFormat, position: 0 }),
    }
}

#[cfg(test)]
mod tests;
